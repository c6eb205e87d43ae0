"""The guarded fetcher: a source's request through the gate, the queue, the wire, the redirects and the limits."""

import asyncio
import random
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Self

import httpcore
import httpx

from bot.fetching.connecting import Connector, Resolver
from bot.fetching.face import (
    BadRedirectError,
    FetchError,
    Keep,
    Limits,
    Request,
    Response,
    RestingError,
    StatusError,
    UnreachableError,
    Validators,
)
from bot.fetching.queueing import Queues
from bot.fetching.redirects import Hop, leads_on, next_hop
from bot.fetching.resting import Rests
from bot.fetching.targets import Gate, Target
from bot.fetching.unpacking import Body, too_large
from bot.fetching.wire import Connection

#: Written by the fetcher itself; a caller's own are left out.
_OURS = frozenset({"host", "connection", "content-length", "transfer-encoding"})
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
#: Kept for every account and sent with every poll; real ones have under 100 characters.
_LONGEST_VALIDATOR = 1024
#: A redirect's page up to this size is read so that its connection can be used again.
_REDIRECT_PAGE = 16 * 1024
#: Bodies that come in many small pieces let others run in between.
_PIECES_AT_ONCE = 64


def user_agent(version: str, contact: str) -> str:
    """Say who asks and where to complain: ``Tocsin/0.1.0 (+contact)``."""
    return f"Tocsin/{version} (+{contact})" if contact else f"Tocsin/{version}"


class GuardedFetcher:
    """Implements face.Fetcher. Use it as an async context manager, or call ``aclose()``."""

    def __init__(
        self,
        *,
        user_agent: str,
        keep: Keep,
        clock: Callable[[], datetime],
        rng: random.Random,
        allowed_private_hosts: frozenset[str] = frozenset(),
        gap_override: float | None = None,
        total_concurrency: int = 16,
        resolve: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._user_agent = user_agent
        self._clock = clock
        self._gate = Gate(allowed_private_hosts)
        self._rests = Rests(keep, clock)
        self._queues = Queues(rng, gap_override, total_concurrency)
        self._connector = Connector(resolve, tls)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close connections and timers. Requests on their way belong to their tasks: cancel those first."""
        self._queues.close()
        await self._connector.aclose()

    async def fetch(self, request: Request) -> Response:
        """Give the answer, whatever its status. Raises FetchError's kinds."""
        target = self._gate.check(request.url)
        site = request.site or target.authority
        await self._rests.check(target.authority)
        await self._queues.enter(site, request.pace, interactive=request.interactive)
        asked = False
        try:
            await self._rests.check(target.authority)  # it may have been refused while this one waited
            asked = True
            async with asyncio.timeout(request.limits.total_s):
                return await self._follow(request, target)
        except TimeoutError:
            raise UnreachableError(
                f"{target.host} gave no whole answer within {request.limits.total_s:g} seconds."
            ) from None
        finally:
            self._queues.leave(site, request.pace, asked=asked)

    @asynccontextmanager
    async def stream(self, request: Request, silence_s: float) -> AsyncIterator[AsyncIterator[bytes]]:
        """The pieces of an endless answer: see face.Streamer. It stands in no queue, for it would never leave it; it is
        not redirected and not unpacked, and who reads it bounds what is kept of it.
        """
        target = self._gate.check(request.url)
        await self._rests.check(target.authority)
        headers = {**request.headers, "Accept-Encoding": "identity"}
        wire = self._wire_request(Hop(target, "GET", headers, None), Validators())
        connection = await self._connector.take(target, request.limits.connect_s, fresh=True)
        try:
            async with asyncio.timeout(request.limits.total_s):
                head = await self._head(connection, wire, target.host)
            if head.status in request.rest_after:
                retry_after = httpx.Headers(head.headers).get("retry-after", "")
                until = await self._rests.refused(target.authority, retry_after)
                raise RestingError(f"{target.host} asks to be left alone for a while (HTTP {head.status}).", until)
            if head.status != httpx.codes.OK:
                raise StatusError(f"{target.host} answered with HTTP {head.status}.", head.status)
            yield _pieces(head, target.host, silence_s)
        except TimeoutError:
            raise UnreachableError(
                f"{target.host} gave no answer within {request.limits.total_s:g} seconds."
            ) from None
        finally:
            await connection.aclose()

    async def _follow(self, request: Request, target: Target) -> Response:
        hop = Hop(target, request.method.upper(), request.headers, request.body)
        been = {(hop.method, hop.target.url)}
        while True:
            response = await self._ask(hop, request)
            if not (request.follow_redirects and leads_on(response.status)):
                # A move to an error page is not a move.
                moved = len(been) > 1 and hop.permanent and (response.status < 300 or response.not_modified)  # noqa: PLR2004
                return replace(response, moved_to=hop.target.url) if moved else response
            if len(been) > request.limits.max_hops:
                raise BadRedirectError(f"{target.host} redirects more than {request.limits.max_hops} times.")
            # Hops run within the turn of the first site: waiting in a second queue while holding a place in the first
            # could lock two sites against each other.
            hop = next_hop(hop, response.status, response.headers.get("location"), self._gate)
            if (hop.method, hop.target.url) in been:
                raise BadRedirectError(f"{target.host} redirects in a circle.")
            been.add((hop.method, hop.target.url))
            await self._rests.check(hop.target.authority)

    async def _ask(self, hop: Hop, request: Request) -> Response:
        """One request and its answer, with the host's rest noted."""
        response = await self._exchange(hop, request)
        if response.status in request.rest_after:
            until = await self._rests.refused(hop.target.authority, response.headers.get("retry-after", ""))
            return replace(response, retry_at=until)
        if response.status < httpx.codes.INTERNAL_SERVER_ERROR:
            await self._rests.answered(hop.target.authority)
        return response

    async def _exchange(self, hop: Hop, request: Request) -> Response:
        wire = self._wire_request(hop, request.validators)
        connection = await self._connector.take(hop.target, request.limits.connect_s)
        try:
            try:
                head = await self._head(connection, wire, hop.target.host)
            except UnreachableError:
                # The server may close an idle connection in the very moment of its use; then nothing was answered
                # and the request may be sent once more (RFC 9112 9.3.1).
                if not connection.used or connection.wire.received or hop.method not in {"GET", "HEAD"}:
                    raise
                connection = await self._connector.take(hop.target, request.limits.connect_s, fresh=True)
                head = await self._head(connection, wire, hop.target.host)
            headers = httpx.Headers(head.headers)
            skip = request.follow_redirects and leads_on(head.status)
            body = await _read_body(head, headers, hop, request.limits, skip=skip)
        except BaseException:  # also when cancelled: a connection that was left half way is not used again
            await connection.aclose()
            raise
        await self._connector.give_back(connection)
        return Response(
            url=hop.target.url,
            status=head.status,
            headers=headers,
            body=body,
            validators=_validators(head.headers, head.status, request.validators),
            fetched_at=self._clock(),
        )

    async def _head(self, connection: Connection, wire: httpcore.Request, host: str) -> httpcore.Response:
        connection.wire.begin()
        try:
            head = await connection.handle_async_request(wire)
        except httpcore.LocalProtocolError:
            # Without its cause: that quotes the header, which may be a cookie.
            raise FetchError(f"The request to {host} holds a header that HTTP does not allow.") from None
        except httpcore.RemoteProtocolError as error:
            if not connection.wire.received:
                raise UnreachableError(f"{host} closed the connection without an answer.") from error
            raise UnreachableError(f"{host} did not answer in proper HTTP.") from error
        except httpcore.NetworkError as error:
            raise UnreachableError(f"{host} broke the connection off.") from error
        connection.wire.headers_done()
        if head.status < httpx.codes.OK:
            raise UnreachableError(f"{host} did not answer in proper HTTP.")
        return head

    def _wire_request(self, hop: Hop, validators: Validators) -> httpcore.Request:
        target = hop.target
        headers = [(b"Host", target.authority.encode())]
        own = {name.lower() for name in hop.headers}
        if "user-agent" not in own:
            headers.append((b"User-Agent", _encoded(self._user_agent)))
        if "accept" not in own:
            headers.append((b"Accept", b"*/*"))
        if "accept-encoding" not in own:
            headers.append((b"Accept-Encoding", b"gzip"))
        validating = _conditional(validators) if hop.method in {"GET", "HEAD"} else {}
        for name, value in hop.headers.items():
            if name.lower() not in _OURS and name.lower() not in validating:
                headers.append((_encoded(name), _encoded(value)))
        headers += [(name.title().encode(), _encoded(value)) for name, value in validating.items()]
        body = hop.body
        if body is not None or hop.method in _WITH_BODY:
            headers.append((b"Content-Length", str(len(body or b"")).encode()))
        url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        return httpcore.Request(_encoded(hop.method), url, headers=headers, content=body)


async def _pieces(head: httpcore.Response, host: str, silence_s: float) -> AsyncIterator[bytes]:
    async with aclosing(aiter(head.stream)) as stream:  # type: ignore[arg-type, type-var]
        while True:
            try:
                async with asyncio.timeout(silence_s):
                    piece = await anext(stream, None)
            except TimeoutError:
                raise UnreachableError(f"{host} was silent for {silence_s:g} seconds.") from None
            except (httpcore.RemoteProtocolError, httpcore.NetworkError) as error:
                raise UnreachableError(f"{host} broke the stream off.") from error
            if piece is None:
                return
            yield piece


def _conditional(validators: Validators) -> dict[str, str]:
    found = {"if-none-match": validators.etag, "if-modified-since": validators.last_modified}
    return {name: value for name, value in found.items() if value}


def _encoded(text: str) -> bytes:
    """Latin-1, in which answers' headers were read too, so that a validator goes back as it came."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _validators(headers: list[tuple[bytes, bytes]], status: int, sent: Validators) -> Validators:
    found: dict[bytes, str] = {}
    for name, value in headers:
        key = name.lower()
        if key in {b"etag", b"last-modified"} and key not in found and 0 < len(value) <= _LONGEST_VALIDATOR:
            found[key] = value.decode("latin-1")
    if status == httpx.codes.NOT_MODIFIED:  # it need not repeat them: those that were sent stay good
        return Validators(found.get(b"etag", sent.etag), found.get(b"last-modified", sent.last_modified))
    return Validators(found.get(b"etag"), found.get(b"last-modified"))


def _declared_length(headers: Mapping[str, str]) -> int:
    """Content-Length, 0 when there is none; the parser below has refused what is no number."""
    text = headers.get("content-length", "")
    return int(text) if text.isdecimal() else 0


async def _read_body(
    head: httpcore.Response, headers: httpx.Headers, hop: Hop, limits: Limits, *, skip: bool
) -> bytes:
    host = hop.target.host
    declared = _declared_length(headers)
    if skip:
        if declared > _REDIRECT_PAGE or "content-length" not in headers:
            await head.aclose()
            return b""
        limits = replace(limits, max_bytes=_REDIRECT_PAGE)
    elif declared > limits.max_bytes and hop.method != "HEAD" and head.status != httpx.codes.NOT_MODIFIED:
        raise too_large(host, limits)
    body = Body(limits, host, "" if skip else headers.get("content-encoding", ""))
    pieces = 0
    try:
        async with aclosing(aiter(head.stream)) as stream:  # type: ignore[arg-type, type-var]
            async for chunk in stream:
                body.add(chunk)
                pieces += 1
                if pieces % _PIECES_AT_ONCE == 0:
                    await asyncio.sleep(0)
        await head.aclose()  # sets the connection idle; reading to the end alone does not
    except (httpcore.RemoteProtocolError, httpcore.NetworkError) as error:
        raise UnreachableError(f"{host} cut its answer short.") from error
    return body.finish()
