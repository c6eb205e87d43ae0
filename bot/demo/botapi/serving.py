"""uvicorn inside a running program: port 0 allowed, signals left alone, streams ended on stop, cuttable answers."""

import asyncio
import socket
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.demo.botapi.striking import TRANSPORT
from bot.web.serving import EmbeddedServer

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application

LOOPBACK = "127.0.0.1"
#: Longer than any client here keeps an idle connection, so that the server never closes one that is about to be used.
KEEP_ALIVE_SECONDS = 300
#: For requests under way when the server stops; polls and streams end at once by themselves.
SHUTDOWN_SECONDS = 3


class _CuttableProtocol(H11Protocol):
    """HTTP/1.1 whose transport an application may abort."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        inner: ASGI3Application = self.app

        async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[TRANSPORT] = transport
            await inner(scope, receive, send)  # type: ignore[arg-type]

        self.app = with_transport


class _Embedded(EmbeddedServer):
    """A server that ends polls and streams when it stops."""

    def __init__(self, config: uvicorn.Config, on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_stop = on_stop

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, with whoever waits answered first."""
        self._on_stop()
        await super().shutdown(sockets)
        for listener in sockets or []:
            listener.close()


class LoopbackServer:
    """Serves an ASGI application on 127.0.0.1; an async context manager."""

    def __init__(self, app: ASGIApp, *, port: int = 0, on_stop: Callable[[], None] = lambda: None) -> None:
        self._app = app
        self._port = port
        self._on_stop = on_stop
        self._server: _Embedded | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port, once it listens."""
        return self._port

    @property
    def url(self) -> str:
        """http://127.0.0.1:PORT, without a slash at the end."""
        return f"http://{LOOPBACK}:{self._port}"

    async def __aenter__(self) -> Self:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, self._port))
        except OSError as error:
            listener.close()
            raise OSError(
                error.errno,
                f"Port {self._port} on {LOOPBACK} is taken: stop the program that uses it, or choose another port.",
            ) from error
        self._port = listener.getsockname()[1]
        config = uvicorn.Config(
            self._app,
            http=_CuttableProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            loop="none",
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
        self._server = _Embedded(config, self._on_stop)
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]))
        await self._server.listening.wait()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server and self._task:
            self._server.leave()
            self._on_stop()
            await self._task
