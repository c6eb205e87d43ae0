"""How requests reach the Bot API: python-telegram-bot's request class over aiohttp. What an answer means: ``errors``.

python-telegram-bot's own class costs 2 to 14 ms of CPU for a message, most of it in httpx; a broadcast that is paid for
has one for everything.
"""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
from aiohttp.abc import AbstractStreamWriter
from telegram import Bot
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, HTTPXRequest, RequestData
from telegram.request._requestparameter import RequestParameter  # what RequestData's constructor takes

#: Longest answer that is read: a hundred updates have far less.
MAX_ANSWER = 16 * 1024 * 1024
_CHUNK = 64 * 1024
#: An idle connection is closed by us before Telegram closes it: a request that meets its end would be in doubt.
_IDLE_SECONDS = 15.0
_NOT_OURS = "this process may not send any more; nothing was sent"


class NeverLeftError(NetworkError):
    """No connection could be made: the request certainly did not reach the server."""


class _HeldBackError(Exception):
    """Nothing of the request may leave any more."""


class _Guarded(aiohttp.Payload):
    """A request's body that asks once more before its first byte goes, and the request's head with it: a process may be
    frozen between any two steps before that, and somebody else may have its work by the time that it wakes.
    """

    def __init__(self, body: aiohttp.Payload, may_leave: Callable[[], bool]) -> None:
        super().__init__(body, headers=body.headers)
        self._body = body
        self._may_leave = may_leave
        self.held_back = False

    @property
    def size(self) -> int | None:
        """As Payload.size."""
        return self._body.size

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """As Payload.decode."""
        return self._body.decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        """As Payload.write."""
        self._ask()
        await self._body.write(writer)

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        """As Payload.write_with_length."""
        self._ask()
        await self._body.write_with_length(writer, content_length)

    def _ask(self) -> None:
        if not self._may_leave():
            self.held_back = True
            raise _HeldBackError


class AiohttpRequest(BaseRequest):
    """At most ``connections`` requests at once; a further one waits. Times in seconds. ``may_leave`` is asked at the last
    moment before a request goes; NeverLeftError when it may not.
    """

    def __init__(
        self,
        *,
        connections: int,
        read: float,
        write: float,
        connect: float,
        proxy: str | None = None,
        may_leave: Callable[[], bool] = lambda: True,
    ) -> None:
        self._may_leave = may_leave
        self._connections = connections
        self._read, self._write, self._connect = read, write, connect
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds that an answer may take."""
        return self._read

    async def initialize(self) -> None:
        """Nothing to do: the pool is opened by the first request, for alerts do not wait until commands are heard."""

    async def shutdown(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _pool(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=_IDLE_SECONDS)
            # the environment's proxies were looked up once; for every request it would cost more than the request
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
            )
        return self._session

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - waiting for the pool counts as connecting
    ) -> tuple[int, bytes]:
        """The answer's status and body. Raises NeverLeftError, TimedOut or NetworkError."""
        read, connect = _given(read_timeout, self._read), _given(connect_timeout, self._connect)
        uploads = request_data is not None and request_data.contains_files
        write = _given(write_timeout, self._write) if uploads else 0.0
        if not self._may_leave():
            raise NeverLeftError(_NOT_OURS)
        body, headers = _body(request_data, self._may_leave)
        try:
            async with self._pool().request(
                method,
                url,
                data=body,
                headers=headers,
                timeout=_timeout(connect, read + write),
                proxy=self._proxy,
                allow_redirects=False,
            ) as answer:
                return answer.status, await _read(answer)
        except (
            aiohttp.ClientConnectorError,
            aiohttp.ConnectionTimeoutError,
            aiohttp.ClientProxyConnectionError,
        ) as error:
            raise NeverLeftError(f"no connection to Telegram: {_said(error)}") from error
        except TimeoutError as error:
            raise TimedOut(f"no answer from Telegram within {read + write:g} s") from error
        except (aiohttp.ClientError, OSError) as error:
            if isinstance(body, _Guarded) and body.held_back:
                raise NeverLeftError(_NOT_OURS) from error
            raise NetworkError(f"the connection to Telegram broke: {_said(error)}") from error


def httpx_request(
    *,
    connections: int,
    read: float,
    write: float,
    connect: float,
    pool: float,
    proxy: str | None,
    may_leave: Callable[[], bool] = lambda: True,
) -> HTTPXRequest:
    """python-telegram-bot's own request class: slower, but it knows the other kinds of proxy (socks5:// with the package
    socksio). ``may_leave`` is asked as by AiohttpRequest.
    """

    async def ask(event: str, _what: object) -> None:
        # by then the connection stands, through the proxy too, and nothing of the request has gone
        if event.endswith(".send_request_headers.started") and not may_leave():
            raise NeverLeftError(_NOT_OURS)

    async def guard(request: httpx.Request) -> None:
        if not may_leave():
            raise NeverLeftError(_NOT_OURS)
        request.extensions = {**request.extensions, "trace": ask}

    return HTTPXRequest(
        connection_pool_size=connections,
        read_timeout=read,
        write_timeout=write,
        connect_timeout=connect,
        pool_timeout=pool,
        media_write_timeout=write,
        proxy=proxy,
        httpx_kwargs={"event_hooks": {"request": [guard]}},
    )


async def call(bot: Bot, method: str, **arguments: object) -> Any:
    """Call a method of the Bot API and give its result as it is; None leaves an argument out. Raises as ``bot`` does.

    For the few methods that a broadcast consists of: python-telegram-bot's objects, made and thrown away for every
    message, cost more than the request itself.
    """
    given = [RequestParameter(name, value, None) for name, value in arguments.items() if value is not None]
    return await bot.request.post(f"{bot.base_url}/{method}", RequestData(given))


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for this address (HTTPS_PROXY, ALL_PROXY, NO_PROXY), None for none."""
    address = urlsplit(url)
    if proxy_bypass(address.hostname or ""):
        return None
    found = getproxies()
    return found.get(address.scheme) or found.get("all")


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    pieces, size = [], 0
    async for piece in answer.content.iter_chunked(_CHUNK):
        pieces.append(piece)
        size += len(piece)
        if size > MAX_ANSWER:
            raise aiohttp.ClientPayloadError("the answer is longer than any of Telegram's")
    return b"".join(pieces)


def _body(request_data: RequestData | None, may_leave: Callable[[], bool]) -> tuple[Any, dict[str, str] | None]:
    """JSON; a form only where files go along. The Bot API takes either."""
    if request_data is None:
        return None, None
    if not request_data.contains_files:
        text = json.dumps(request_data.parameters, ensure_ascii=False, separators=(",", ":"))
        # a lone surrogate has no UTF-8; Telegram answers its replacement, where an exception would lose the message
        body = aiohttp.BytesPayload(text.encode("utf-8", "replace"), content_type="application/json")
        return _Guarded(body, may_leave), {"Content-Type": "application/json"}
    form = aiohttp.FormData()
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, file in (request_data.multipart_data or {}).items():
        filename, content, kind = file
        form.add_field(name, content, filename=filename, content_type=kind)
    return _Guarded(form(), may_leave), None


def _given(value: Any, default: float) -> float:
    if value is BaseRequest.DEFAULT_NONE or value is None:
        return default
    return float(value)


@lru_cache(maxsize=16)
def _timeout(connect: float, answer: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=connect + answer, connect=connect, sock_read=answer)


def _said(error: BaseException) -> str:
    """The kind of fault; never the address, which holds the token."""
    inner = getattr(error, "os_error", None) or error
    return type(inner).__name__ if not isinstance(inner, OSError) or not inner.strerror else inner.strerror
