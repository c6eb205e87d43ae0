"""A chat at work for the tests: the real application against the stand-in Bot API server, with a scripted lookout."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from bot import bundling
from bot.catalogue.entries import Entry, Ref, shipped
from bot.chat.application import TelegramChat, build_bot
from bot.chat.maps import DrawMap, no_map
from bot.chat.ports import Found, LookupFailedError, Ports, Trouble, nowhere
from bot.chat.sender import TelegramMessenger
from bot.delivery.face import Part, Rendered, Styled
from bot.delivery.rendering import Manner
from bot.demo.botapi import records, views
from bot.demo.botapi.rates import Limits
from bot.demo.botapi.server import BotApiServer
from bot.locales import Phrases
from bot.matching.parsing import read_back
from bot.matching.tree import key_of
from bot.model.account import Account
from bot.model.post import Post, Revision
from bot.model.reason import Reason
from bot.model.subscription import ChatForgottenError, Followed, TooManySubscriptionsError, Wish
from bot.model.words import NOTHING, Piece, PieceKind, Words
from bot.store import accounts, chats, posts, subscriptions
from bot.store.database import Database
from bot.store.fingerprint import fingerprint
from bot.store.subscriptions import Listed

NOW = datetime(2012, 7, 21, 4, 0, tzinfo=UTC)

POLICE = Account(
    kind="weibo",
    key="1288915263",
    name="平安北京",
    url="https://weibo.com/u/1288915263",
    verified="北京市公安局官方微博",
    language="zh",
    utc_offset=480,
)
WEATHER = Account(
    kind="feed", key="https://weather.example/feed.xml", name="Weather office", url="https://weather.example/"
)


def post_of(account: Account, number: int, text: str = "", minutes_ago: int = 10) -> Post:
    """A post of an account, plausible and fictitious."""
    return Post(
        kind=account.kind,
        account=account.key,
        id=f"p{number}",
        text=text or f"Post number {number}",
        url=f"https://weibo.com/{account.key[-4:]}/{number}",
        published=NOW - timedelta(minutes=minutes_ago),
    )


class ScriptedLookout:
    """Knows what it was told of; subscribes in the database as the real one does."""

    def __init__(self, db: Database, clock: Callable[[], datetime]) -> None:
        self.db = db
        self.clock = clock
        self.known: dict[str, Found | Exception] = {}
        self.latest: dict[str, Post] = {}
        self.problem: Reason | None = None
        self.full = False
        self.forgotten = False
        self.promises = {"weibo": 3600.0, "feed": 10_800.0}
        self.nudges = 0
        self.asked: list[str] = []
        self.wrote: dict[str, tuple[Post, ...]] = {}
        self.previewed: list[str] = []
        #: Cleared: lookups wait until it is set.
        self.gate = asyncio.Event()
        self.gate.set()

    async def find(self, what: str) -> Found:
        self.asked.append(what)
        await self.gate.wait()
        found = self.known.get(what, LookupFailedError(Trouble.NOT_FOUND))
        if isinstance(found, Exception):
            raise found
        return found

    async def preview(self, account: Account) -> tuple[Post, ...]:
        self.previewed.append(account.key)
        return self.wrote.get(account.key, ())

    def promise(self, kind: str) -> float:
        return self.promises[kind]

    async def follow(self, wish: Wish) -> Followed:
        if self.full:
            raise TooManySubscriptionsError
        if self.forgotten:
            raise ChatForgottenError
        async with self.db.begin() as conn:
            account_id = await accounts.upsert(conn, wish.account, self.clock())
            await accounts.ensure_watch(conn, account_id, self.clock(), 60.0)
            subscription_id, created = await subscriptions.add(
                conn,
                wish.chat_id,
                wish.thread_id,
                account_id,
                wish.words,
                key_of(read_back(wish.asked)),
                wish.user_id,
                self.clock(),
                wish.filter,
            )
        self.nudge()
        return Followed(subscription_id, created, wish.account, self.latest.get(wish.account.key), self.problem)

    def nudge(self) -> None:
        self.nudges += 1


def render(revision: Revision, account: Account, phrases: Phrases, manner: Manner) -> Rendered:
    """Name and text; how posts truly look is not the matter here."""
    words = "".join(f" [{piece.text}]" for piece in manner.words.translation)
    order = ", original first" if manner.original_first else ""
    return Rendered((Part(Styled(f"{account.name}: {revision.post.text}{words}{order}")),))


async def interpret(revision: Revision, account: Account, phrases: Phrases) -> Words:
    """Chinese is told to be translated; whoever does it is not the matter here."""
    if not revision.post.text.startswith("暴雨"):
        return NOTHING
    said = Piece(PieceKind.TEXT, f"{revision.post.text} in {phrases.language}")
    return Words("🟠", "Rainstorm", translation=(said,), by=("deepl",))


class House:
    """The chat at work. ``world`` acts for the people, ``db`` and ``transcript`` show what came of it."""

    def __init__(self, server: BotApiServer, db: Database, chat: TelegramChat, lookout: ScriptedLookout) -> None:
        self.server = server
        self.world = server.world
        self.db = db
        self.chat = chat
        self.lookout = lookout
        #: How often the outbox was woken.
        self.woken = 0

    async def settled(self, chat_id: int, predicate: Callable[[tuple[records.Message, ...]], object]) -> list[str]:
        """What the bot says in a chat, once ``predicate`` holds for its messages."""
        await self.server.wait_for(lambda: predicate(self.world.said_by_bot(chat_id)))
        return list(self.world.texts(chat_id))

    async def says(self, chat_id: int, words: str, count: int = 1) -> records.Message:
        """The last message of the bot with these words, once there are ``count`` of them."""

        def there() -> list[records.Message]:
            found = [m for m in self.world.said_by_bot(chat_id) if words in m.text]
            return found if len(found) >= count else []

        try:
            return (await self.server.wait_for(there))[-1]
        except TimeoutError:
            raise AssertionError(f"{words!r} was not said; said was {self.world.texts(chat_id)}") from None

    async def answer_to(self, query: records.Query) -> records.Answer:
        """What the pressed button was answered."""
        return await self.server.wait_for(lambda: query.answer)

    def forge(self, message: records.Message, user_id: int, data: str) -> records.Query:
        """Press a button that is not there: anybody's client can send any data."""
        state = self.world.state
        query = records.Query(str(state.fresh()), user_id, message.chat_id, message.message_id, data, state.clock())
        state.queries[query.id] = query
        state.updates.push("callback_query", views.query_json(state, query))
        state.journal.stir()
        return query

    async def followed(self, telegram_id: int, thread_id: int | None = None) -> list[Listed]:
        async with self.db.read() as conn:
            chat = await chats.get(conn, telegram_id)
            return [] if chat is None else await subscriptions.of_chat(conn, chat.id, thread_id)

    async def chat_row(self, telegram_id: int) -> chats.Chat | None:
        async with self.db.read() as conn:
            return await chats.get(conn, telegram_id)

    async def follow(
        self,
        telegram_id: int,
        account: Account,
        words: tuple[str, ...] = (),
        thread_id: int = 0,
        kind: str = "private",
    ) -> int:
        """Put a subscription there without talking; its id."""
        async with self.db.begin() as conn:
            chat_id = await chats.ensure(conn, telegram_id, telegram_kind(kind), "", NOW)
        return (await self.lookout.follow(Wish(account, chat_id, thread_id, words))).subscription_id

    async def wrote(self, account: Account, post: Post, why_not: str = "") -> None:
        """An account's post, as if it had been seen."""
        async with self.db.begin() as conn:
            account_id = await accounts.upsert(conn, account, NOW)
            await posts.add(conn, account_id, post, fingerprint(post), NOW, why_not=why_not, root_id=None)


def telegram_kind(kind: str) -> chats.ChatKind:
    return chats.ChatKind(kind)


#: As `tocsin catalogue refresh` brings it in.
LISTED = Entry(
    "list-0123456789ab",
    "weather",
    ("MX",),
    {"own": "SMN"},
    (Ref("cap", "https://smn.example.mx/cap"),),
    lists={"ifrc": ""},
)


@pytest.fixture
async def db(sqlite_url: str) -> AsyncIterator[Database]:
    database = await Database.open(sqlite_url)
    yield database
    await database.close()


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer(limits=Limits(enforced=False)) as running:
        yield running


@asynccontextmanager
async def at_work(
    server: BotApiServer,
    db: Database,
    operators: frozenset[int] = frozenset(),
    *,
    reports_chat: int | None = None,
    draw: DrawMap = no_map,
    points_of: Callable[[int, int], Awaitable[Sequence[tuple[float, float]]]] = nowhere,
) -> AsyncIterator[House]:
    bot = build_bot(server.token, server.url)
    clock = Clock()
    lookout = ScriptedLookout(db, clock)
    made: list[House] = []

    def queued() -> None:
        made[0].woken += 1

    chat = TelegramChat(
        bot,
        Ports(
            lookout,
            TelegramMessenger(bot, draw=draw),
            bundling,
            render=render,
            catalogue=shipped().with_more([LISTED]),
            words=interpret,
            queued=queued,
            operators=operators,
            reports_chat=reports_chat,
            maps=draw is not no_map,
            points_of=points_of,
        ),
        db,
        clock=clock,
        rng=random.Random(1),
        default_language="en",
    )
    stop = asyncio.Event()
    async with chat:
        running = asyncio.create_task(chat.run(stop))
        try:
            made.append(House(server, db, chat, lookout))
            yield made[0]
        finally:
            stop.set()
            await asyncio.wait_for(running, 10)


class Clock:
    """Stands still unless moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def house(server: BotApiServer, db: Database) -> AsyncIterator[House]:
    async with at_work(server, db) as running:
        running.lookout.known["1288915263"] = Found((POLICE,))
        running.lookout.known["https://weather.example/feed.xml"] = Found((WEATHER,))
        yield running
    assert not server.violations, f"what no correct client does: {server.violations}, {list(server.state.notes)}"


@pytest.fixture
def clock(house: House) -> Clock:
    found = house.lookout.clock
    assert isinstance(found, Clock)
    return found


@pytest.fixture
def police() -> Account:
    return POLICE


@pytest.fixture
def weather() -> Account:
    return WEATHER


@pytest.fixture(name="post_of")
def _post_of() -> Callable[..., Post]:
    return post_of


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def day() -> timedelta:
    return timedelta(days=1)


@pytest.fixture(name="at_work")
def _at_work() -> Callable[..., object]:
    return at_work
