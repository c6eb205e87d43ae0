"""The Telegram side as one part of the program: built from its ports, run until told to stop, closed at the end."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Any, Self

import structlog
from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, NetworkError, TelegramError
from telegram.ext import Application, ApplicationBuilder, ExtBot
from telegram.request import BaseRequest

from bot.chat import menu
from bot.chat.desk import Desk, take_along
from bot.chat.errands import Errands
from bot.chat.errors import meaning
from bot.chat.line import Line, conflict_in_words
from bot.chat.ordering import InOrder
from bot.chat.ports import Ports
from bot.chat.rights import Rights
from bot.chat.routing import ALLOWED_UPDATES, Routes
from bot.chat.transport import AiohttpRequest, httpx_request, proxy_for
from bot.chat.voice import Voice
from bot.delivery.face import TokenLostError
from bot.store.database import Database

_log = structlog.get_logger(__name__)

#: Seconds that getUpdates waits for something to happen; Telegram's servers close much longer waits.
LONG_POLL = 30
#: Seconds for one request of any other kind: an album that Telegram fetches takes its time.
_READ, _WRITE, _CONNECT, _POOL = 30.0, 30.0, 10.0, 30.0
#: Connections for sending where nobody says otherwise.
_CONNECTIONS = 8
#: Updates fetched and not begun yet.
_QUEUE = 1000
#: Pauses between two tries to reach Telegram at the start, in seconds.
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
#: The same trouble is logged at most so often.
_SAY_AGAIN = timedelta(minutes=1)
#: Pause of a listener that may not listen, seconds.
_NOT_LISTENING = 0.2
#: What stopping may take, step by step: together under the five seconds that a stop may last.
_STOP_POLLING, _STOP_ERRANDS, _STOP_HANDLERS = 1.5, 1.5, 1.5


def _nothing() -> None:
    pass


class ListeningBot(ExtBot[None]):
    """A bot whose listening can be watched and held back, and is not ended by PTB with a traceback."""

    _listens: Callable[[], bool] = staticmethod(lambda: True)
    _heard: Callable[[], None] = staticmethod(_nothing)
    _refused: Callable[[], None] = staticmethod(_nothing)

    def attend(self, listens: Callable[[], bool], heard: Callable[[], None], refused: Callable[[], None]) -> None:
        """``listens`` is asked before each getUpdates (False: another process listens, nothing is asked); ``heard`` is
        told of each answer, ``refused`` that the token is not valid any more.
        """
        self._listens, self._heard, self._refused = listens, heard, refused

    def is_inline(self) -> bool:
        """Telegram said that this bot takes inline queries (BotFather's /setinline); False until it was asked."""
        try:
            return bool(self.supports_inline_queries)
        except RuntimeError:  # what getMe says is not there yet
            return False

    async def get_updates(self, *args: Any, **kwargs: Any) -> tuple[Update, ...]:
        """As Bot.get_updates."""
        if not self._listens():
            # also PTB's last request when it stops: it would end the other process's long poll
            await asyncio.sleep(_NOT_LISTENING)
            return ()
        try:
            updates = await super().get_updates(*args, **kwargs)
        except InvalidToken as error:
            if not _is_lost(error):
                raise NetworkError("a strange answer to getUpdates") from None
            self._refused()
            await asyncio.sleep(_NOT_LISTENING)
            return ()
        self._heard()
        return updates


def _is_lost(error: InvalidToken) -> bool:
    """Telegram itself refuses the token. PTB gives the same error for a gateway's page with status 401 or 404, and hides
    the answer to the first getMe behind a sentence of its own.
    """
    said = error.__cause__ if isinstance(error.__cause__, InvalidToken) else error
    return isinstance(meaning(said), TokenLostError)


def build_bot(
    token: str,
    api_url: str,
    *,
    connections: int = _CONNECTIONS,
    answer_seconds: float = _READ,
    may_leave: Callable[[], bool] = lambda: True,
) -> ListeningBot:
    """The bot that both hears and speaks; ``api_url`` is the Bot API server without a slash at its end.

    ``connections``: requests at once, answers and alerts together. ``answer_seconds``: how long an answer may take
    before it counts as lost; the long poll has a limit of its own. ``may_leave`` is asked right before each request but
    the long poll goes out.
    """
    proxy = proxy_for(api_url)
    speaking: BaseRequest
    hearing: BaseRequest
    if proxy is None or proxy.startswith("http://"):
        speaking = AiohttpRequest(
            connections=connections,
            read=answer_seconds,
            write=_WRITE,
            connect=_CONNECT,
            proxy=proxy,
            may_leave=may_leave,
        )
        hearing = AiohttpRequest(connections=2, read=10.0, write=_WRITE, connect=_CONNECT, proxy=proxy)
    else:
        speaking = httpx_request(
            connections=connections,
            read=answer_seconds,
            write=_WRITE,
            connect=_CONNECT,
            pool=_POOL,
            proxy=proxy,
            may_leave=may_leave,
        )
        hearing = httpx_request(connections=2, read=10.0, write=_WRITE, connect=_CONNECT, pool=_POOL, proxy=proxy)
    return ListeningBot(
        token,
        base_url=f"{api_url}/bot",
        base_file_url=f"{api_url}/file/bot",
        request=speaking,
        get_updates_request=hearing,
    )


def build_application(bot: Bot, desk: Desk) -> "Application[Any, Any, Any, Any, Any, Any]":
    """PTB's application with every handler of ours, not started."""
    application = (
        ApplicationBuilder()
        .bot(bot)
        .concurrent_updates(InOrder())
        .update_queue(asyncio.Queue(maxsize=_QUEUE))
        .job_queue(None)
        .build()
    )
    Routes(desk).install(application)
    return application


class TelegramChat:
    """``async with`` it around everything that sends through its bot: leaving closes the connections."""

    def __init__(
        self,
        bot: Bot,
        ports: Ports,
        db: Database,
        *,
        clock: Callable[[], datetime],
        rng: random.Random,
        default_language: str = "en",
        line: Line | None = None,
        may_listen: Callable[[], bool] = lambda: True,
    ) -> None:
        self._bot = bot
        self._line = line or Line(clock)
        self._may_listen = may_listen
        self._refused = asyncio.Event()
        if isinstance(bot, ListeningBot):
            bot.attend(self._listens, self._line.answered, self._refused.set)
        self._clock = clock
        self._rng = rng
        self._errands = Errands()
        self._told: dict[str, datetime] = {}
        voice = Voice(bot, ports.messenger, ports.turn, partial(take_along, db))
        self._desk = Desk(db, ports, voice, Rights(bot, clock), self._errands, clock, default_language)
        self.application = build_application(bot, self._desk)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections. Only after everything that sends has stopped."""
        if self.application.running:
            await self._stop()
        await self.application.shutdown()
        # an application that never reached Telegram does not count as initialised, and leaves its bot open
        await self._bot.shutdown()

    async def run(self, stop: asyncio.Event) -> None:
        """Listen and answer until ``stop`` is set, then end within five seconds. May be run again after that.

        Raises TokenLostError when Telegram refuses the token, at the start or later. Anything else that ails Telegram
        or the network is waited out.
        """
        try:
            if await _unless(stop, self._begin()) and await _unless(
                stop, menu.register(self._bot, self._desk.ports.operators)
            ):
                await _unless(stop, self._refused.wait())
        except InvalidToken:
            self._refused.set()
        finally:
            await self._stop()
        if self._refused.is_set():
            raise TokenLostError("Unauthorized")

    def _listens(self) -> bool:
        return self._may_listen() and not self._refused.is_set()

    async def _begin(self) -> None:
        await self._reach()
        await self.application.start()
        updater = self.application.updater
        if updater is None:
            raise RuntimeError("the application was built without an updater")
        await updater.start_polling(
            timeout=timedelta(seconds=LONG_POLL),
            bootstrap_retries=-1,
            allowed_updates=list(ALLOWED_UPDATES),
            error_callback=self._polling_failed,
        )

    async def _reach(self) -> None:
        """GetMe until it is answered. Raises InvalidToken."""
        pause = _FIRST_PAUSE
        while True:
            try:
                await self.application.initialize()
            except TelegramError as error:
                if isinstance(error, InvalidToken) and _is_lost(error):
                    raise
                self._polling_failed(error)
                await asyncio.sleep(pause * self._rng.uniform(0.8, 1.2))
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
                self._line.answered()
                return

    async def _stop(self) -> None:
        application, updater = self.application, self.application.updater
        if updater is not None and updater.running:
            await _within(_STOP_POLLING, updater.stop())
        await self._errands.stop(_STOP_ERRANDS)
        if application.running:
            await _within(_STOP_HANDLERS, application.stop())

    def _polling_failed(self, error: TelegramError) -> None:
        """PTB tries again by itself, after up to 30 seconds; here the operator is told, and not every time."""
        if not self._may_listen():
            return  # another process of ours took over, and ended this one's poll with its own
        self._line.failed(error)
        key, now = type(error).__name__, self._clock()
        if key in self._told and now - self._told[key] < _SAY_AGAIN:
            return
        self._told[key] = now
        if isinstance(error, Conflict):
            _log.error(conflict_in_words(error))
        else:
            # what PTB says of a refused token has the token in it
            why = "a strange page" if isinstance(error, InvalidToken) else str(error)
            _log.warning("Telegram cannot be reached just now; trying again", error=why)


async def _unless(stop: asyncio.Event, work: "Awaitable[object]") -> bool:
    """Do the work unless told to stop meanwhile; True when it was done."""
    working = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            await working
        return working.done() and not stop.is_set()
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.wait({working, stopping})


async def _within(seconds: float, work: Awaitable[None]) -> None:
    """Do it, but not longer than that: what is left undone at a stop is taken up at the next start."""
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        _log.warning("stopping took too long and was cut short", seconds=seconds)
    except (TelegramError, RuntimeError) as error:
        _log.warning("stopping met an error", error=type(error).__name__)
