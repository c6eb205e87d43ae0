"""Puts the parts together and runs them under one TaskGroup until told to stop; with ``parts`` the only file that knows
them all.
"""

import asyncio
import contextlib
import random
import signal
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.chat.line import Line
from bot.chat.ports import Found, LookupFailedError, Trouble
from bot.delivery.face import TokenLostError
from bot.delivery.pacing import Limits as SendingLimits
from bot.delivery.pacing import Pacing
from bot.ending import ServiceError, TokenRefusedError
from bot.holding import steady_seconds, under_lease
from bot.model.account import Account
from bot.model.post import Post
from bot.model.subscription import Followed, Wish
from bot.outside import Outside, now_utc, open_outside
from bot.parts import (
    downloader,
    hub_subscriptions,
    mastodon_stream,
    not_pushed,
    open_catalogue,
    open_database,
    open_drawer,
    open_interpreter,
    open_page,
    purse_of,
)
from bot.sending import Sending
from bot.settings import Settings
from bot.store import leases
from bot.store.database import Database, DatabaseError
from bot.store.housekeeping import tidy
from bot.store.lease import Lease
from bot.store.site_state import SiteKeep
from bot.watching.directory import Directory
from bot.watching.directory import LookupFailedError as NothingFoundError
from bot.watching.following import Following
from bot.watching.watcher import Watcher
from bot.watching.weigher import Weigher
from bot.web.health import Vitals

log = structlog.get_logger(__name__)

#: Old rows are thrown away this often, seconds.
TIDY_SECONDS = 3600.0
#: One poller for all sites: their limits are kept across the whole deployment.
LEASE_OF_POLLING = "poll"
#: One sender for a database, so for a token too: what waits in it waits once, whichever bot sends it.
LEASE_OF_SENDING = "send"
#: What may still be ending after the sending half was told to finish, seconds: see its own limits.
LAST_SECONDS = 5.0
#: How long the health page shows that the token is refused before the program ends, seconds.
SHOWN_SECONDS = 60.0

REFUSED = (
    "Telegram refuses the bot's token: it was mistyped or revoked, or the bot was deleted. Nothing is dropped. Take the "
    "present token from @BotFather (/mybots, API Token), put it into TOCSIN_TELEGRAM_TOKEN and start again."
)


@dataclass(slots=True)
class Lookout:
    """What the chat asks of the watching half (``chat.ports.Lookout``)."""

    directory: Directory
    following: Following
    watcher: Watcher

    async def find(self, what: str) -> Found:
        """The accounts that a text means."""
        try:
            return Found(await self.directory.find(what))
        except NothingFoundError as error:
            raise LookupFailedError(Trouble(error.trouble), str(error), error.reason) from error

    async def preview(self, account: Account) -> tuple[Post, ...]:
        """What an account wrote last."""
        return await self.following.preview(account)

    async def follow(self, wish: Wish) -> Followed:
        """Subscribe, with the first look where it is needed."""
        return await self.following.follow(wish)

    def promise(self, kind: str) -> float:
        """For how long a source of this kind may be out of sight."""
        return self.watcher.promise_of(kind)

    def nudge(self) -> None:
        """Subscriptions changed."""
        self.watcher.nudge()


class Service:
    """``tocsin run``, and the part of ``tocsin demo`` that is the real program."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], datetime] = now_utc,
        rng: random.Random | None = None,
        limits: SendingLimits | None = None,
    ) -> None:
        self._settings = settings
        # Telegram's own, but for a stand-in that has none
        self._limits = limits or SendingLimits(
            bot_messages=settings.messages_per_second, paid_messages=settings.paid_messages_per_second
        )
        self._clock = clock
        self._rng = rng or random.Random()  # noqa: S311 - it spreads load, it guards nothing
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """Ask the service to end; ``run`` returns within five seconds."""
        self._stop.set()

    async def run(self, *, signals: bool = True) -> None:
        """Run until stopped. Raises ServiceError when it cannot go on."""
        if signals:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, self.stop)
        try:
            async with AsyncExitStack() as stack:
                db = await stack.enter_async_context(open_database(self._settings))
                outside = await stack.enter_async_context(
                    open_outside(self._settings, SiteKeep(db, self._clock), self._clock, self._rng)
                )
                await self._run_parts(stack, db, outside)
        except DatabaseError as error:
            raise ServiceError(str(error)) from error
        log.info("stopped; nothing is lost: what was seen and not yet sent is sent at the next start")

    async def _run_parts(self, stack: AsyncExitStack, db: Database, outside: Outside) -> None:
        settings, line = self._settings, Line(self._clock)
        polling, sends = self._lease(db, LEASE_OF_POLLING), self._lease(db, LEASE_OF_SENDING)
        vitals = Vitals(db, polling, sends, line, self._clock)
        interpreter = await stack.enter_async_context(open_interpreter(settings, db, self._clock, self._rng))
        weigher = Weigher()
        stack.callback(weigher.close)
        weigher.start()
        pushing = hub_subscriptions(
            settings, outside, SiteKeep(db, self._clock), self._clock, self._rng, lambda: watcher
        )
        await stack.enter_async_context(open_page(settings.health_address, vitals, pushing))
        offered = pushing.offered if pushing is not None else not_pushed
        watcher = Watcher(
            db,
            outside.sources,
            clock=self._clock,
            rng=self._rng,
            poll_seconds=settings.poll_seconds,
            queued=lambda: sending.wake(),  # noqa: PLW0108 - it is made below, with the watcher in it
            may_poll=lambda _kind: polling.held,
            weigher=weigher,
            one_event=settings.one_event == "on",
            offered=offered,
        )
        lookout = Lookout(
            Directory(outside.sources),
            Following(
                db,
                outside.sources,
                self._clock,
                lambda kind: watcher.pace_of(kind).default,
                watcher.nudge,
                offered=offered,
            ),
            watcher,
        )
        sending = Sending(
            settings,
            db,
            sends,
            line,
            Pacing(time.monotonic, self._limits),
            lookout,
            downloader(outside),
            self._clock,
            self._rng,
            purse_of(settings, db, self._clock),
            interpreter,
            await asyncio.to_thread(open_catalogue, Path(settings.catalogue)),
            await stack.enter_async_context(open_drawer(settings, db)),
        )
        beside = [
            part.run
            for part in (pushing, mastodon_stream(settings, outside, watcher, self._clock, self._rng))
            if part
        ]
        await self._run_tasks(db, watcher, beside, sending, polling, vitals)

    def _lease(self, db: Database, name: str) -> Lease:
        return Lease(db, name, moment=partial(leases.moment, clock=self._clock), seconds=steady_seconds)

    async def _tidy(self, db: Database, polling: Lease) -> None:
        """Throw old rows away, in the process that polls; not in its first minutes, when there is enough to do."""
        while True:
            await asyncio.sleep(TIDY_SECONDS)
            if not polling.held:
                continue
            try:
                gone = await tidy(db, self._clock())
            except SQLAlchemyError as error:
                log.warning("housekeeping failed; tried again in an hour", why=str(error)[:200])
            else:
                log.info("housekeeping", rows=gone)

    async def _run_tasks(
        self,
        db: Database,
        watcher: Watcher,
        beside: Sequence[Callable[[], Coroutine[None, None, None]]],
        sending: Sending,
        polling: Lease,
        vitals: Vitals,
    ) -> None:
        async def watch() -> None:
            async with asyncio.TaskGroup() as both:
                both.create_task(watcher.run(), name="polling")
                for listen in beside:
                    both.create_task(listen(), name="told of news")

        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(under_lease(polling, watch), name="watching")
            relaying = tasks.create_task(self._send(sending, vitals), name="sending")
            tidying = tasks.create_task(self._tidy(db, polling), name="housekeeping")
            log.info("running; stop it with Ctrl-C or SIGTERM")
            await self._stop.wait()
            watching.cancel()
            tidying.cancel()
            if sending.lease.fence is None:
                relaying.cancel()  # it only waits
            sending.finish()
            await asyncio.wait({relaying}, timeout=LAST_SECONDS)
            relaying.cancel()
        if vitals.token_lost:
            raise TokenRefusedError(REFUSED)

    async def _send(self, sending: Sending, vitals: Vitals) -> None:
        """Send whenever the lease is ours. A refused token is shown for a while, then the whole service ends; meanwhile
        what is seen is queued.
        """
        try:
            await under_lease(sending.lease, sending.run)
        except TokenLostError:
            vitals.token_lost = True
            log.error(REFUSED)  # noqa: TRY400 - what happened is known, a traceback adds nothing
            if self._settings.health_address:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(SHOWN_SECONDS):
                        await self._stop.wait()
            self.stop()
