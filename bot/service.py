"""Builds the parts and runs them under one TaskGroup until told to stop; the only file that knows them all."""

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.chat.application import TelegramChat, TokenRefusedError, build_bot
from bot.chat.ports import Found, LookupFailedError, Ports, Trouble
from bot.chat.sender import TelegramMessenger
from bot.delivery.deciding import Policy
from bot.delivery.face import TokenLostError
from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Limits as SendingLimits
from bot.delivery.pacing import Pacing
from bot.delivery.paying import Purse
from bot.delivery.rendering import render
from bot.fetching.face import FetchError, Limits, Request
from bot.model.delivery import Lane
from bot.model.post import Media
from bot.model.subscription import Followed, Wish
from bot.outside import Outside, now_utc, open_outside
from bot.settings import Settings
from bot.store import schema
from bot.store.database import Database, DatabaseError
from bot.store.housekeeping import tidy
from bot.store.lease import Lease
from bot.store.site_state import SiteKeep
from bot.watching.directory import Directory
from bot.watching.directory import LookupFailedError as NothingFoundError
from bot.watching.following import Following
from bot.watching.watcher import Watcher

log = structlog.get_logger(__name__)

#: Bot API: a photo that is uploaded has at most 10 MB.
LARGEST_PHOTO = 10 * 1000 * 1000
#: Connections that alerts leave to the answers to commands.
FOR_ANSWERS = 8
#: How long requests on their way may take to end at a stop; all must be down five seconds after SIGTERM.
FINISH_SECONDS = 3.0
#: Old rows are thrown away this often, seconds.
TIDY_SECONDS = 3600.0
#: One poller for all sites: their limits are kept across the whole deployment.
LEASE_OF_POLLING = "poll"


class ServiceError(Exception):
    """The service cannot go on. The message is a sentence that says why and what to do."""


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
    ) -> None:
        self._settings = settings
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
                db = await stack.enter_async_context(_database(self._settings))
                outside = await stack.enter_async_context(
                    open_outside(self._settings, SiteKeep(db, self._clock), self._clock, self._rng)
                )
                await self._run_parts(stack, db, outside)
        except DatabaseError as error:
            raise ServiceError(str(error)) from error
        log.info("stopped; nothing is lost: what was seen and not yet sent is sent at the next start")

    async def _run_parts(self, stack: AsyncExitStack, db: Database, outside: Outside) -> None:
        settings = self._settings
        limits = SendingLimits(
            bot_messages=settings.messages_per_second, paid_messages=settings.paid_messages_per_second
        )
        token = settings.telegram_token.get_secret_value()
        bot = build_bot(
            token,
            settings.telegram_api_url,
            connections=limits.at_once + FOR_ANSWERS,
            answer_seconds=settings.telegram_timeout_seconds,
        )
        messenger = TelegramMessenger(bot, _downloader(outside))
        pacing = Pacing(time.monotonic, limits)
        outbox = Outbox(
            db,
            messenger,
            clock=self._clock,
            rng=self._rng,
            pacing=pacing,
            default_language=settings.default_language,
            policy=Policy(repeats_routine=settings.unsure == "repeat"),
            purse=_purse(settings, db, self._clock),
        )
        polling = Lease(db, LEASE_OF_POLLING, self._clock)
        sending = Lease(db, f"send:{settings.telegram_token.get_secret_value().partition(':')[0]}", self._clock)
        watcher = Watcher(
            db,
            outside.sources,
            clock=self._clock,
            rng=self._rng,
            poll_seconds=settings.poll_seconds,
            queued=outbox.wake,
            may_poll=lambda _kind: polling.held,
        )
        lookout = Lookout(
            Directory(outside.sources),
            Following(db, outside.sources, self._clock, lambda kind: watcher.pace_of(kind).default, watcher.nudge),
            watcher,
        )
        chat = await stack.enter_async_context(
            TelegramChat(
                bot,
                Ports(
                    lookout=lookout,
                    messenger=messenger,
                    render=render,
                    turn=pacing.answer_turn,
                    operators=frozenset(settings.admin_ids),
                ),
                db,
                clock=self._clock,
                rng=self._rng,
                default_language=settings.default_language,
            )
        )
        await self._run_tasks(db, watcher, outbox, chat, polling, sending)

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
        self, db: Database, watcher: Watcher, outbox: Outbox, chat: TelegramChat, polling: Lease, sending: Lease
    ) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                running = [
                    tasks.create_task(_under_lease(polling, watcher.run), name="watching"),
                    tasks.create_task(_under_lease(sending, outbox.run), name="outbox"),
                    tasks.create_task(chat.run(self._stop), name="chat"),
                ]
                tidying = tasks.create_task(self._tidy(db, polling), name="housekeeping")
                log.info("running; stop it with Ctrl-C or SIGTERM")
                await self._stop.wait()
                running[0].cancel()
                tidying.cancel()
                # a message that Telegram has taken must be written down as sent, or the next start repeats it
                outbox.finish()
                await asyncio.wait({running[1]}, timeout=FINISH_SECONDS)
                running[1].cancel()
        except* TokenRefusedError as group:
            raise ServiceError(str(group.exceptions[0])) from None
        except* TokenLostError:
            raise ServiceError(
                "Telegram refuses the bot's token now: it was revoked, or the bot was deleted. Nothing is dropped. "
                "Put the new token into TOCSIN_TELEGRAM_TOKEN and start again."
            ) from None


async def _under_lease(lease: Lease, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Do the work to its end while the lease is held; wait for it again when another process took it over."""
    try:
        while True:
            await lease.take()
            lost = asyncio.Event()
            working = asyncio.ensure_future(work())
            keeping = asyncio.ensure_future(lease.keep(lost.set))
            losing = asyncio.ensure_future(lost.wait())
            try:
                await asyncio.wait({working, keeping, losing}, return_when=asyncio.FIRST_COMPLETED)
                if working.done():
                    working.result()
                    return
            finally:
                for task in (working, keeping, losing):
                    task.cancel()
                await asyncio.wait({working, keeping, losing})
    finally:
        await asyncio.shield(lease.release())


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    """Open the database with its tables at the newest version."""
    url = settings.database_url.get_secret_value()
    db = await Database.open(url)
    try:
        if not await schema.is_current(db):
            await schema.upgrade(url)
        yield db
    finally:
        await db.close()


def _purse(settings: Settings, db: Database, clock: Callable[[], datetime]) -> Purse | None:
    """What may be spent on paid messages; None when nothing may (the default)."""
    if not (settings.paid_messages_per_second and settings.paid_stars_a_day):
        return None
    lanes = frozenset(lane for lane in Lane if lane <= Lane[settings.paid_from.upper()])
    return Purse(db, clock, settings.paid_stars_a_day, lanes)


def _downloader(outside: Outside) -> Callable[[Media], Awaitable[bytes | None]]:
    """Gets pictures through the guarded fetcher, with the referer that their host wants."""

    async def download(medium: Media) -> bytes | None:
        headers = {"Referer": medium.referer} if medium.referer else {}
        request = Request(medium.url, headers=headers, limits=Limits(max_bytes=LARGEST_PHOTO), interactive=True)
        try:
            answer = await outside.fetcher.fetch(request)
        except FetchError as error:
            log.info("a picture could not be fetched", why=error.why)
            return None
        kind = answer.headers.get("content-type", "")
        return answer.body if answer.status == 200 and kind.startswith("image/") else None  # noqa: PLR2004

    return download
