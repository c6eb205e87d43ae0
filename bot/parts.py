"""Makes each part of the service that the settings ask for, or says that it is left out. ``service`` puts them together."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path

import structlog

from bot import __version__
from bot.catalogue.entries import Catalogue, CatalogueError, shipped
from bot.catalogue.keeping import everything
from bot.delivery.interpreting import Interpreter
from bot.delivery.paying import Purse
from bot.ending import AddressError, SettingError
from bot.fetching import user_agent
from bot.fetching.face import FetchError, Limits, Request
from bot.geo.drawer import Drawer, missing
from bot.language.choosing import ChoiceError, Surroundings, open_summariser, open_translator
from bot.language.phrasebook.rendering import VERSION as PHRASEBOOK_VERSION
from bot.model.account import Account
from bot.model.delivery import Lane
from bot.model.post import Media
from bot.outside import Outside
from bot.settings import Settings, language_options
from bot.sources.face import Hub
from bot.sources.mastodon.streaming import MastodonStream
from bot.sources.registry import kinds_with_shapes
from bot.store import accounts, schema
from bot.store.database import Database
from bot.store.site_state import SiteKeep
from bot.store.translations import TranslationLedger
from bot.watching.pushing import Pushing
from bot.watching.watcher import Watcher
from bot.web.callbacks import hub_routes
from bot.web.health import Vitals
from bot.web.page import health_page
from bot.web.serving import serve

log = structlog.get_logger(__name__)

#: Bot API: a photo that is uploaded has at most 10 MB.
LARGEST_PHOTO = 10 * 1000 * 1000


def open_catalogue(path: Path) -> Catalogue:
    """What /find knows: what is shipped, and the lists that were brought in. Blocking."""
    try:
        return everything(path)
    except CatalogueError as error:
        log.warning(
            "the file of the catalogue is not used; what is shipped can be found all the same", why=str(error)
        )
        return shipped()


@asynccontextmanager
async def open_drawer(settings: Settings, db: Database) -> AsyncIterator[Drawer | None]:
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


def not_pushed(_account: Account, _hub: Hub | None) -> None:
    """Nobody subscribes to hubs: there is no public address."""


def hub_subscriptions(
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


def mastodon_stream(
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
async def open_page(address: str, vitals: Vitals, pushing: Pushing | None) -> AsyncIterator[None]:
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
async def open_database(settings: Settings) -> AsyncIterator[Database]:
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
async def open_interpreter(
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


def purse_of(settings: Settings, db: Database, clock: Callable[[], datetime]) -> Purse | None:
    """What may be spent on paid messages; None when nothing may (the default)."""
    if not (settings.paid_messages_per_second and settings.paid_stars_a_day):
        return None
    lanes = frozenset(lane for lane in Lane if lane <= Lane[settings.paid_from.upper()])
    return Purse(db, clock, settings.paid_stars_a_day, lanes)


def downloader(outside: Outside) -> Callable[[Media], Awaitable[bytes | None]]:
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
