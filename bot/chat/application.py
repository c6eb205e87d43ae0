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
from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.ext import Application, ApplicationBuilder, ExtBot
from telegram.request import BaseRequest, HTTPXRequest

from bot.chat import menu
from bot.chat.desk import Desk, take_along
from bot.chat.errands import Errands
from bot.chat.ordering import InOrder
from bot.chat.ports import Ports
from bot.chat.rights import Rights
from bot.chat.routing import ALLOWED_UPDATES, Routes
from bot.chat.transport import AiohttpRequest, proxy_for
from bot.chat.voice import Voice
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
#: What stopping may take, step by step: together under the five seconds that a stop may last.
_STOP_POLLING, _STOP_ERRANDS, _STOP_HANDLERS = 1.5, 1.5, 1.5


class TokenRefusedError(Exception):
    """Telegram does not know the token. The message says what to do, without the token."""


class _RefusedNowError(TelegramError):
    """401 in the middle of a run. PTB would give up listening at InvalidToken; this it tries again after."""


class ListeningBot(ExtBot[None]):
    """A bot that does not stop listening for ever when its token is refused once."""

    async def get_updates(self, *args: Any, **kwargs: Any) -> tuple[Update, ...]:
        """As Bot.get_updates."""
        try:
            return await super().get_updates(*args, **kwargs)
        except InvalidToken:
            raise _RefusedNowError("the token was refused") from None


def build_bot(
    token: str, api_url: str, *, connections: int = _CONNECTIONS, answer_seconds: float = _READ
) -> ListeningBot:
    """The bot that both hears and speaks; ``api_url`` is the Bot API server without a slash at its end.

    ``connections``: requests at once, answers and alerts together. ``answer_seconds``: how long an answer may take
    before it counts as lost; the long poll has a limit of its own.
    """
    proxy = proxy_for(api_url)
    speaking: BaseRequest
    hearing: BaseRequest
    if proxy is None or proxy.startswith("http://"):
        speaking = AiohttpRequest(
            connections=connections, read=answer_seconds, write=_WRITE, connect=_CONNECT, proxy=proxy
        )
        hearing = AiohttpRequest(connections=2, read=10.0, write=_WRITE, connect=_CONNECT, proxy=proxy)
    else:
        # slower, but it knows the other kinds of proxy (socks5:// with the package socksio)
        speaking = HTTPXRequest(
            connection_pool_size=connections,
            read_timeout=answer_seconds,
            write_timeout=_WRITE,
            connect_timeout=_CONNECT,
            pool_timeout=_POOL,
            media_write_timeout=_WRITE,
            proxy=proxy,
        )
        hearing = HTTPXRequest(
            connection_pool_size=2, read_timeout=10.0, connect_timeout=_CONNECT, pool_timeout=_POOL, proxy=proxy
        )
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
    ) -> None:
        self._bot = bot
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
        """Listen and answer until ``stop`` is set, then end within five seconds.

        Raises TokenRefusedError when Telegram refuses the token at the start. Anything else that ails Telegram
        or the network is waited out.
        """
        try:
            if not await _unless(stop, self._begin()):
                return
            if await _unless(stop, menu.register(self._bot, self._desk.ports.operators)):
                await stop.wait()
        finally:
            await self._stop()

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
        """GetMe until it is answered."""
        pause = _FIRST_PAUSE
        while True:
            try:
                await self.application.initialize()
            except InvalidToken:
                raise TokenRefusedError(
                    "Telegram refuses the bot's token: take the current one from @BotFather (/mybots, API Token), "
                    "put it into TOCSIN_TELEGRAM_TOKEN and start again."
                ) from None
            except TelegramError as error:
                self._polling_failed(error)
                await asyncio.sleep(pause * self._rng.uniform(0.8, 1.2))
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
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
        key, now = type(error).__name__, self._clock()
        if key in self._told and now - self._told[key] < _SAY_AGAIN:
            return
        self._told[key] = now
        if isinstance(error, Conflict):
            _log.error(
                "another program reads this bot's messages (409): it takes commands away from this one. "
                "Stop the other program, or give one of the two a token of its own. Alerts still go out."
            )
        elif isinstance(error, _RefusedNowError):
            _log.error(
                "Telegram refuses the bot's token now: if it was revoked, put the new one into "
                "TOCSIN_TELEGRAM_TOKEN and start again. Nothing that waits is dropped."
            )
        else:
            _log.warning("Telegram cannot be reached just now; trying again", error=str(error))


async def _unless(stop: asyncio.Event, work: "Awaitable[None]") -> bool:
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
