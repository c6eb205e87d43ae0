"""Serves an ASGI application on a loopback port for as long as a block runs; it knows nothing of what it serves."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn

#: Seconds that open requests (a long poll, an event stream) get to end before they are cancelled at shutdown.
GRACE_S = 1


class _Server(uvicorn.Server):
    """uvicorn without signal handlers (the program has its own), telling when it takes requests."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

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
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]), name="demo server")
    try:
        await _started(server, task)
        bound = listener.getsockname()
        shown = f"[{bound[0]}]" if listener.family == socket.AF_INET6 else bound[0]
        yield f"http://{shown}:{bound[1]}"
    finally:
        server.should_exit = True
        try:
            await task
        finally:
            listener.close()


def _listen(host: str, port: int) -> socket.socket:
    """Bind here rather than in uvicorn, which ends the whole process when a port is taken."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


async def _started(server: _Server, task: "asyncio.Task[None]") -> None:
    listening = asyncio.create_task(server.listening.wait())
    try:
        await asyncio.wait({listening, task}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        listening.cancel()
    if not server.listening.is_set():
        raise RuntimeError("The demo's server did not start: its application failed while starting up.")
