"""BotApiServer: the stand-in on a loopback port, for a test, a benchmark or the demo."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Self, TypeVar

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.demo.botapi.app import BotApi
from bot.demo.botapi.control import Control
from bot.demo.botapi.faults import Faults
from bot.demo.botapi.pictures import Resolver, accept_unseen
from bot.demo.botapi.rates import Limits
from bot.demo.botapi.records import Message
from bot.demo.botapi.serving import LoopbackServer
from bot.demo.botapi.state import DEMO_TOKEN, State
from bot.demo.botapi.world import World

Found = TypeVar("Found")


def _now() -> datetime:
    return datetime.now(UTC)


class BotApiServer:
    """An async context manager: ``async with BotApiServer() as server: server.url, server.token, server.world``.

    ``url`` is what TOCSIN_TELEGRAM_API_URL takes; ``base_url`` and ``base_file_url`` are python-telegram-bot's.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        token: str = DEMO_TOKEN,
        clock: Callable[[], datetime] = _now,
        limits: Limits | None = None,
        resolver: Resolver = accept_unseen,
        control: bool = True,
        routes: Sequence[BaseRoute] = (),
    ) -> None:
        self.state = State(clock, token=token, limits=limits, resolver=resolver)
        self.world = World(self.state)
        control_routes = Control(self.world).routes() if control else []
        app = Starlette(routes=[*BotApi(self.state).routes(), *control_routes, *routes])
        self._server = LoopbackServer(app, port=port, on_stop=self.state.journal.close)

    @property
    def url(self) -> str:
        """http://127.0.0.1:PORT."""
        return self._server.url

    @property
    def base_url(self) -> str:
        """For telegram.Bot(base_url=…)."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        """For telegram.Bot(base_file_url=…)."""
        return f"{self.url}/file/bot"

    @property
    def token(self) -> str:
        """The token it takes."""
        return self.state.token

    @property
    def faults(self) -> Faults:
        """What goes wrong on demand."""
        return self.state.faults

    @property
    def violations(self) -> dict[str, int]:
        """What a correct client never does, by name; empty is good."""
        return dict(self.state.violations)

    def transcript(self, chat_id: int) -> tuple[Message, ...]:
        """Every message of a chat in order, with all versions."""
        return self.world.transcript(chat_id)

    async def wait_for(self, predicate: Callable[[], Found], timeout: float = 10.0) -> Found:  # noqa: ASYNC109
        """The first true answer of ``predicate``, asked again at every change; TimeoutError after ``timeout`` s."""
        return await self.state.journal.wait_for(predicate, timeout)

    async def __aenter__(self) -> Self:
        await self._server.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._server.__aexit__(kind, error, trace)
