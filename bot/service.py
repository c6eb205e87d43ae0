"""Builds the parts and runs them under one TaskGroup until told to stop; the only file that knows them all."""

import asyncio
import contextlib
import random
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot import __version__
from bot.catalogue.entries import Catalogue, CatalogueError, shipped
from bot.catalogue.keeping import everything
from bot.chat.line import Line
from bot.chat.ports import Found, LookupFailedError, Trouble
from bot.delivery.face import TokenLostError
from bot.delivery.interpreting import Interpreter
from bot.delivery.pacing import Limits as SendingLimits
from bot.delivery.pacing import Pacing
from bot.delivery.paying import Purse
from bot.fetching import user_agent
from bot.fetching.face import FetchError, Limits, Request
from bot.geo.drawer import Drawer, missing
from bot.holding import steady_seconds, under_lease
from bot.language.choosing import ChoiceError, Surroundings, open_summariser, open_translator
from bot.language.phrasebook.rendering import VERSION as PHRASEBOOK_VERSION
from bot.model.account import Account
from bot.model.delivery import Lane
from bot.model.post import Media, Post
from bot.model.subscription import Followed, Wish
from bot.outside import Outside, now_utc, open_outside
from bot.sending import Sending
from bot.settings import Settings, language_options
from bot.sources.face import Hub
from bot.sources.mastodon.streaming import MastodonStream
from bot.sources.registry import kinds_with_shapes
from bot.store import accounts, leases, schema
from bot.store.database import Database, DatabaseError
from bot.store.housekeeping import tidy
from bot.store.lease import Lease
from bot.store.site_state import SiteKeep
from bot.store.translations import TranslationLedger
from bot.watching.directory import Directory
from bot.watching.directory import LookupFailedError as NothingFoundError
from bot.watching.following import Following
from bot.watching.pushing import Pushing
from bot.watching.watcher import Watcher
from bot.watching.weigher import Weigher
from bot.web.callbacks import hub_routes
from bot.web.health import Vitals
from bot.web.page import health_page
from bot.web.serving import serve

log = structlog.get_logger(__name__)

#: Bot API: a photo that is uploaded has at most 10 MB.
LARGEST_PHOTO = 10 * 1000 * 1000
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


class ServiceError(Exception):
    """The service cannot go on. The message is a sentence that says why and what to do."""

    #: Of the program.
    exit_status = 1


class AddressError(ServiceError):
    """The health page's address cannot be used."""

    exit_status = 2


class SettingError(ServiceError):
    """A setting names something that cannot be used."""

    exit_status = 2


class TokenRefusedError(ServiceError):
    """Telegram refuses the token, at the start or later; nothing is dropped."""

    exit_status = 3


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
                db = await stack.enter_async_context(_database(self._settings))
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
        interpreter = await stack.enter_async_context(_interpreter(settings, db, self._clock, self._rng))
        weigher = Weigher()
        stack.callback(weigher.close)
        weigher.start()
        pushing = _pushing(settings, outside, SiteKeep(db, self._clock), self._clock, self._rng, lambda: watcher)
        await stack.enter_async_context(_page(settings.health_address, vitals, pushing))
        offered = pushing.offered if pushing is not None else _not_pushed
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
            _downloader(outside),
            self._clock,
            self._rng,
            _purse(settings, db, self._clock),
            interpreter,
            await asyncio.to_thread(_catalogue, Path(settings.catalogue)),
            await stack.enter_async_context(_drawer(settings, db)),
        )
        beside = [part.run for part in (pushing, _stream(settings, outside, watcher, self._clock, self._rng)) if part]
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


def _catalogue(path: Path) -> Catalogue:
    """What /find knows: what is shipped, and the lists that were brought in. Blocking."""
    try:
        return everything(path)
    except CatalogueError as error:
        log.warning(
            "the file of the catalogue is not used; what is shipped can be found all the same", why=str(error)
        )
        return shipped()


@asynccontextmanager
async def _drawer(settings: Settings, db: Database) -> AsyncIterator[Drawer | None]:
    """What draws maps, where they are wanted. It is made ready at once where alerts with areas are to be expected: the
    libraries that it needs take a second or two, and a hundred megabytes.
    """
    if settings.maps == "off":
        yield None
        return
    if lacking := missing():
        log.warning(
            "alerts come without maps: packages are missing; install them, or set TOCSIN_MAPS=off", lacking=lacking
        )
        yield None
        return
    drawer = Drawer()
    try:
        async with db.read() as conn:
            if await accounts.watched_kinds(conn) & kinds_with_shapes():
                drawer.warm()
        yield drawer
    finally:
        drawer.close()


def _not_pushed(_account: Account, _hub: Hub | None) -> None:
    """Nobody subscribes to hubs: there is no public address."""


def _pushing(
    settings: Settings,
    outside: Outside,
    keep: SiteKeep,
    clock: Callable[[], datetime],
    rng: random.Random,
    watcher: Callable[[], Watcher],
) -> Pushing | None:
    """The subscriptions at hubs, where hubs can call back. The watcher is made later, with this in it."""
    if not settings.public_url:
        return None
    if not settings.health_address:
        log.warning(
            "TOCSIN_PUBLIC_URL needs TOCSIN_HEALTH_ADDRESS: nothing serves it, so feeds are only polled",
            public_url=settings.public_url,
        )
        return None
    return Pushing(
        outside.fetcher, keep, settings.public_url, clock=clock, rng=rng,
        look=lambda kind, key: watcher().hurry(kind, key), watched=lambda: watcher().watched(),
    )  # fmt: skip


def _stream(
    settings: Settings, outside: Outside, watcher: Watcher, clock: Callable[[], datetime], rng: random.Random
) -> MastodonStream | None:
    """What listens to the stream of the operator's own account, where there is one."""
    token = settings.mastodon_token.get_secret_value()
    if not (settings.mastodon_url and token):
        return None
    return MastodonStream(
        outside.fetcher, outside.fetcher, settings.mastodon_url, token, clock=clock, rng=rng, look=watcher.hurry,
        watched=watcher.watched,
    )  # fmt: skip


@asynccontextmanager
async def _page(address: str, vitals: Vitals, pushing: Pushing | None) -> AsyncIterator[None]:
    """The health page, where the operator wants one, and beside it what hubs call."""
    if not address:
        yield
        return
    host, _, port = address.rpartition(":")
    async with AsyncExitStack() as stack:
        try:
            routes = hub_routes(pushing) if pushing is not None else ()
            url = await stack.enter_async_context(serve(health_page(vitals, routes), host.strip("[]"), int(port)))
        except OSError as error:
            raise AddressError(
                f"TOCSIN_HEALTH_ADDRESS: {address} cannot be used ({error.strerror or error}). Choose another port, or "
                "stop the program that has it."
            ) from None
        log.info("the health page is up", url=url)
        yield


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


@asynccontextmanager
async def _interpreter(
    settings: Settings, db: Database, clock: Callable[[], datetime], rng: random.Random
) -> AsyncIterator[Interpreter]:
    """What reads and translates posts. Engines are opened only when there are any; the phrasebook needs none."""
    async with AsyncExitStack() as stack:
        translator = summariser = None
        options = language_options(settings)
        around = Surroundings(
            clock=clock,
            rng=rng,
            user_agent=user_agent(__version__, settings.contact),
            keep=SiteKeep(db, clock),
            ledger=TranslationLedger(db, clock),
            allowed_private_hosts=settings.allowed_private_hosts,
            phrasebook_version=PHRASEBOOK_VERSION,
        )
        try:
            if settings.translators:
                translator = await stack.enter_async_context(open_translator(options, around))
            summariser = await stack.enter_async_context(open_summariser(options, around))
        except ChoiceError as error:
            raise SettingError(str(error)) from None
        interpreter = Interpreter(translator, summariser)
        stack.push_async_callback(interpreter.aclose)
        interpreter.start()
        yield interpreter


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
