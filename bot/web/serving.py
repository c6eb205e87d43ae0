"""Serves an ASGI application on a loopback port for as long as a block runs; it knows nothing of what it serves."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn

#: Seconds that open requests (a long poll, an event stream) get to end before they are cancelled at shutdown.
GRACE_S = 1
#: What a connection that its client has closed takes to be noticed.
CLOSING_S = 0.005
#: Longer than any client here keeps an idle connection: the server never closes one that is about to be used.
KEEP_ALIVE_S = 300
#: How often the Date header is set anew.
DATE_HEADER_S = 1


class EmbeddedServer(uvicorn.Server):
    """uvicorn without signal handlers (the program has its own), telling when it takes requests."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()
        self.leaving = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave SIGINT and SIGTERM alone."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell. uvicorn would end the whole process when the application fails to start."""
        try:
            await super().startup(sockets)
        except SystemExit:
            self.should_exit = True
        if self.started:
            self.listening.set()

    async def main_loop(self) -> None:
        """Serve until told to leave, at once then; uvicorn looks ten times a second, idle or not."""
        while not self.should_exit:
            await self.on_tick(0)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.leaving.wait(), DATE_HEADER_S)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop. uvicorn waits a tenth of a second for connections to end even when there are none."""
        await asyncio.sleep(CLOSING_S)
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)
            return
        for server in self.servers:
            server.close()
        await self.lifespan.shutdown()

    def leave(self) -> None:
        """Stop serving."""
        self.should_exit = True
        self.leaving.set()


@contextlib.asynccontextmanager
async def serve(app: Any, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve ``app`` while the block runs and give its URL without a trailing slash ("http://127.0.0.1:40123").

    Port 0 takes a free port. Raises OSError when the port is taken and RuntimeError when the application does
    not start. On leaving, open requests get ``GRACE_S`` seconds to end.
    """
    listener = _listen(host, port)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="websockets-sansio",
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=KEEP_ALIVE_S,
    )
    server = EmbeddedServer(config)
    task = asyncio.create_task(server.serve(sockets=[listener]), name="web server")
    try:
        await _started(server, task)
        bound = listener.getsockname()
        shown = f"[{bound[0]}]" if listener.family == socket.AF_INET6 else bound[0]
        yield f"http://{shown}:{bound[1]}"
    finally:
        server.leave()
        try:
            await task
        finally:
            listener.close()


def _listen(host: str, port: int) -> socket.socket:
    """Bind here rather than in uvicorn, which ends the whole process when a port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's delay off only where the protocol is named; without, every small answer takes 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


async def _started(server: EmbeddedServer, task: "asyncio.Task[None]") -> None:
    listening = asyncio.create_task(server.listening.wait())
    try:
        await asyncio.wait({listening, task}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        listening.cancel()
    if not server.listening.is_set():
        raise RuntimeError("The server did not start: its application failed while starting up.")
