"""PageServer: the chat page on a loopback port of its own, beside the Bot API server whose state it shows."""

from types import TracebackType
from typing import Self

from bot.demo.botapi.serving import LoopbackServer
from bot.demo.botapi.world import World
from bot.demo.page.app import page_app
from bot.demo.page.board import StoryBoard


class PageServer:
    """An async context manager: ``async with PageServer(server.world, visitor.id, board) as page: page.url``."""

    def __init__(self, world: World, visitor_id: int, board: StoryBoard | None = None, *, port: int = 0) -> None:
        self.board = board or StoryBoard()
        self._world = world
        self._closing = False
        app = page_app(world, visitor_id, self.board, lambda: self._closing)
        self._server = LoopbackServer(app, port=port, on_stop=self._stop)

    @property
    def url(self) -> str:
        """Where a browser finds it."""
        return f"{self._server.url}/"

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._server.port

    def _stop(self) -> None:
        self._closing = True
        self._world.journal.stir()

    async def __aenter__(self) -> Self:
        await self._server.__aenter__()
        self.board.listen(self._world.journal.stir)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.board.forget(self._world.journal.stir)
        await self._server.__aexit__(kind, error, trace)
