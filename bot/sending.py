"""The sending half: everything that speaks with Telegram, built anew for each time that this process holds the lease."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeVar

import structlog

from bot import bundling
from bot.catalogue.entries import Catalogue, shipped
from bot.chat.application import TelegramChat, build_bot
from bot.chat.line import Line
from bot.chat.maps import no_map
from bot.chat.ports import Lookout, Ports
from bot.chat.sender import TelegramMessenger
from bot.delivery.briefer import Briefer
from bot.delivery.deciding import Policy
from bot.delivery.face import FloodError, Messenger, NotSentError, Part, TokenLostError
from bot.delivery.interpreting import Interpreter
from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Pacing
from bot.delivery.paying import Purse
from bot.delivery.rendering import render
from bot.geo.drawer import Drawer
from bot.holding import stop_all, while_held
from bot.model.delivery import SentPart
from bot.model.post import Media
from bot.model.subscription import Target
from bot.settings import Settings
from bot.store import bots, chat_places
from bot.store.database import Database
from bot.store.lease import Lease

log = structlog.get_logger(__name__)

T = TypeVar("T")

#: Connections that alerts leave to the answers to commands.
FOR_ANSWERS = 8
#: How long requests on their way may take to end at a stop; all must be down five seconds after SIGTERM.
FINISH_SECONDS = 3.0
#: … and how long the listener may take beyond that.
LISTENER_SECONDS = 1.7
#: A request begins only while the lease is ours for so much longer, seconds: it must have left before anybody else sends.
MARGIN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class FencedMessenger:
    """A messenger that sends nothing for a process that may no longer be the one that sends.

    An intent is written under the lease; but a process can be frozen between the writing and the request, and wake up
    when another one has doubted the intent and said the message again.
    """

    messenger: Messenger
    lease: Lease
    line: Line

    async def send(
        self, target: Target, part: Part, *, silent: bool = False, reply_to: int | None = None, paid: bool = False
    ) -> SentPart:
        """As Messenger.send."""
        self._check()
        sent = await self.messenger.send(target, part, silent=silent, reply_to=reply_to, paid=paid)
        self.line.answered()
        return sent

    async def edit(self, target: Target, sent: SentPart, part: Part) -> None:
        """As Messenger.edit."""
        self._check()
        await self.messenger.edit(target, sent, part)
        self.line.answered()

    async def reach(self, target: Target) -> None:
        """As Messenger.reach."""
        self._check()
        await self.messenger.reach(target)

    def _check(self) -> None:
        if self.lease.left < MARGIN_SECONDS:
            raise NotSentError("this process does not surely hold the lease for sending; nothing was sent")


@dataclass(frozen=True, slots=True)
class HeedingMessenger:
    """A messenger for answers to commands: what Telegram says to them about its limits holds for alerts too."""

    messenger: Messenger
    outbox: Outbox

    async def send(
        self, target: Target, part: Part, *, silent: bool = False, reply_to: int | None = None, paid: bool = False
    ) -> SentPart:
        """As Messenger.send."""
        sending = self.messenger.send(target, part, silent=silent, reply_to=reply_to, paid=paid)
        sent = await self._heed(target, sending)
        self.outbox.answered()
        return sent

    async def edit(self, target: Target, sent: SentPart, part: Part) -> None:
        """As Messenger.edit."""
        await self._heed(target, self.messenger.edit(target, sent, part))
        self.outbox.answered()

    async def reach(self, target: Target) -> None:
        """As Messenger.reach."""
        await self._heed(target, self.messenger.reach(target))

    async def _heed(self, target: Target, request: Awaitable[T]) -> T:
        try:
            return await request
        except FloodError as error:
            self.outbox.flooded(target.chat_id, error.retry_after)
            raise


@dataclass(slots=True)
class Sending:
    """``run`` is what is done under the lease; it can be run again."""

    settings: Settings
    db: Database
    lease: Lease
    line: Line
    pacing: Pacing
    lookout: Lookout
    download: Callable[[Media], Awaitable[bytes | None]]
    clock: Callable[[], datetime]
    rng: random.Random
    purse: Purse | None = None
    interpreter: Interpreter = field(default_factory=Interpreter)
    catalogue: Catalogue = field(default_factory=shipped)
    #: Draws maps; None: there are none.
    drawer: Drawer | None = None
    _outbox: Outbox | None = None
    _stop: asyncio.Event | None = None

    def wake(self) -> None:
        """Something was queued."""
        if self._outbox is not None:
            self._outbox.wake()

    def finish(self) -> None:
        """Begin nothing more; ``run`` returns once what is on its way is written down."""
        if self._outbox is not None and self._stop is not None:
            # a message that Telegram has taken must be written down as sent, or the next start repeats it
            self._outbox.finish()
            self._stop.set()

    async def run(self) -> None:
        """Send and listen until told to finish. Raises TokenLostError; nothing is dropped then."""
        await self._disown_if_other_bot()
        self.line.opened()
        settings = self.settings
        bot = build_bot(
            settings.telegram_token.get_secret_value(),
            settings.telegram_api_url,
            connections=self.pacing.limits.at_once + FOR_ANSWERS,
            answer_seconds=settings.telegram_timeout_seconds,
            # the messenger asks too, for a safer margin; here no step is left in which the process could be frozen
            may_leave=lambda: self.lease.held,
        )
        messenger = TelegramMessenger(bot, self.download, self.drawer.png if self.drawer else no_map)
        self._outbox, self._stop = self._make_outbox(messenger, bot.is_inline), asyncio.Event()
        chat = TelegramChat(
            bot,
            Ports(
                lookout=self.lookout,
                messenger=HeedingMessenger(messenger, self._outbox),
                files=bundling,
                render=render,
                catalogue=self.catalogue,
                words=self.interpreter.preview,
                glance=self.interpreter.glance,
                turn=self.pacing.answer_turn,
                operators=frozenset(settings.admin_ids),
                queued=self._outbox.wake_for_old,
                reports_chat=settings.reports_chat or next(iter(settings.admin_ids), None),
                maps=self.drawer is not None,
                points_of=self._points_of,
            ),
            self.db,
            clock=self.clock,
            rng=self.rng,
            default_language=settings.default_language,
            line=self.line,
            may_listen=lambda: self.lease.held,
        )
        async with chat:
            sending = asyncio.create_task(self._outbox.run(), name="outbox")
            listening = asyncio.create_task(while_held(self.lease, partial(chat.run, self._stop)), name="chat")
            briefing = asyncio.create_task(while_held(self.lease, self._make_briefer().run), name="digests")
            try:
                await self._until_over(sending, listening)
            finally:
                await stop_all(sending, listening, briefing)
                self._outbox = self._stop = None
        # the lost token before whatever else ended with it
        for task in sorted((sending, listening), key=lambda task: not _lost_the_token(task)):
            if not task.cancelled():
                task.result()

    async def _points_of(self, chat_id: int, thread_id: int) -> list[tuple[float, float]]:
        """The places of a chat (our id) and topic that are points: where maps show the reader. A unit is no point."""
        async with self.db.read() as conn:
            places = (await chat_places.of_chat(conn, chat_id, thread_id)).values()
        return [(place.latitude, place.longitude) for place in places if not place.unit]

    async def _until_over(self, sending: "asyncio.Task[None]", listening: "asyncio.Task[None]") -> None:
        """Until one half has ended, by being told to or by an error; the other one is ended in order then."""
        await asyncio.wait({sending, listening}, return_when=asyncio.FIRST_COMPLETED)
        self.finish()
        await asyncio.wait({sending, listening}, timeout=FINISH_SECONDS)
        sending.cancel()
        await asyncio.wait({sending, listening}, timeout=LISTENER_SECONDS)

    def _make_outbox(self, messenger: Messenger, shares: Callable[[], bool]) -> Outbox:
        settings = self.settings
        return Outbox(
            self.db,
            FencedMessenger(messenger, self.lease, self.line),
            clock=self.clock,
            rng=self.rng,
            pacing=self.pacing,
            default_language=settings.default_language,
            policy=Policy(repeats_routine=settings.unsure == "repeat"),
            purse=self.purse,
            guard=self.lease.guards,
            interpreter=self.interpreter,
            maps=self.drawer is not None,
            shares=shares,
        )

    def _make_briefer(self) -> Briefer:
        return Briefer(self.db, clock=self.clock, queued=self.wake, guard=self.lease.guards)

    async def _disown_if_other_bot(self) -> None:
        """With another bot's token, message ids that are stored would hit other messages: they are forgotten first."""
        bot_id = bot_id_of(self.settings)
        async with self.db.read() as conn:
            known, (first, last) = await bots.sending(conn), await bots.span(conn)
        if known == bot_id:
            return
        forgotten = 0
        for after in range(first - 1, last if known is not None else 0, bots.CHUNK):
            async with self.db.begin() as conn:
                if not await self.lease.guards(conn):
                    return  # the outbox will see it as well, and rest
                forgotten += await bots.disown(conn, after)
        async with self.db.begin() as conn:
            if await self.lease.guards(conn):
                await bots.note(conn, bot_id, self.clock())
        if known is not None:
            log.warning(
                "another bot sends from now on: messages of the one before stay as they are, and are not edited any more",
                bot=bot_id,
                before=known,
                messages=forgotten,
            )


def bot_id_of(settings: Settings) -> str:
    """The public half of the token."""
    return settings.telegram_token.get_secret_value().partition(":")[0]


def _lost_the_token(task: "asyncio.Task[None]") -> bool:
    with suppress(asyncio.CancelledError):
        return isinstance(task.exception(), TokenLostError)
    return False
