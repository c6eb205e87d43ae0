"""A storm in a test's hands: messages queued for many chats, the real program in a process of its own, and a ledger
of what the stand-in for Telegram saw of each message.
"""

import asyncio
import contextlib
import re
import signal
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import starting
from outboxes import enqueue
from scripted import account
from sqlalchemy import select

from bot.demo.botapi import Act, BotApiServer, When
from bot.demo.botapi.faults import Strike
from bot.demo.botapi.records import Standing
from bot.model.delivery import Lane, Op, State
from bot.model.post import Post
from bot.model.subscription import ChatKind
from bot.store import accounts, chats, deliveries, posts
from bot.store.database import Database
from bot.store.deliveries import Draft
from bot.store.fingerprint import fingerprint
from bot.store.tables import chats as chat_table
from bot.store.tables import deliveries as table

#: What the line of a possible repeat says, in the languages that the tests speak.
MARKS = ("may be a repeat", "可能是重复")


#: Faults that answer: the client knows that the message was not taken.
KNOWABLE = frozenset((Act.FLOOD, Act.BLOCK, Act.MIGRATE))

# ------------------------------------------------------------------ the chats and what is queued for them


def readers(server: BotApiServer, count: int) -> list[int]:
    """Private chats of people who pressed Start once."""
    return [server.world.add_user(f"Reader {n}").id for n in range(count)]


def groups(server: BotApiServer, count: int) -> list[int]:
    """Basic groups that the bot has long been a member of."""
    made = []
    for n in range(count):
        owner = server.world.add_user(f"Owner {n}").id
        group = server.world.add_group(f"Group {n}", owner, bot=False)
        group.members[server.state.bot.id] = Standing.MEMBER
        made.append(group.id)
    return made


async def queue_storm(
    db: Database,
    telegram_ids: Iterable[int],
    count: int,
    *,
    lanes: tuple[Lane, ...] = (Lane.ROUTINE,),
    language: str = "en",
    text: str = "第{n}条：请注意安全",
    name: str = "",
) -> None:
    """``count`` posts, each for every chat, as if they had just been seen; number n goes into lane n mod the lanes."""
    now = datetime.now(UTC)
    async with db.begin() as conn:
        account_id = await accounts.upsert(conn, account(), now)
        here = []
        for telegram_id in telegram_ids:
            kind = ChatKind.PRIVATE if telegram_id > 0 else ChatKind.GROUP
            here.append(await chats.ensure(conn, telegram_id, kind, "", now, language))
        for n in range(1, count + 1):
            ext = f"{name}{min(here)}-{n}"
            post = Post("weibo", account().key, ext, text.format(n=n), f"https://weibo.com/x/{ext}", published=now)
            post_id = await posts.add(conn, account_id, post, fingerprint(post), now, why_not="", root_id=None)
            lane = lanes[(n - 1) % len(lanes)]
            drafts = [Draft(chat, Op.SEND, lane, post_id=post_id, revision=1) for chat in here]
            await enqueue(conn, drafts, now)


# ------------------------------------------------------------------ the program


@dataclass
class Program:
    """``tocsin run`` in a process of its own."""

    process: starting.Process

    async def kill(self) -> None:
        """``kill -9``."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def end(self) -> int:
        """SIGTERM; gives the exit status."""
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            return await self.process.wait()


@asynccontextmanager
async def program(environment: dict[str, str], log: Path) -> AsyncIterator[Program]:
    """Start it; killed at the end if it still runs. What it logs is added to ``log``."""
    process = starting.start(environment, Path(__file__).parent, log)  # no .env stands there
    running = Program(process)
    try:
        yield running
    finally:
        if process.returncode is None:
            await running.kill()


# ------------------------------------------------------------------ what the database says


@dataclass(frozen=True)
class Row:
    """A delivery as it lies in the database. ``place``: Telegram's chat id now; ``number``: which post of the storm."""

    place: int
    number: int
    state: State
    lane: Lane
    lost_answers: int
    repeats: int
    retries: int
    error: str


async def rows(db: Database) -> list[Row]:
    """Every delivery of the storm."""
    found = (
        select(
            chat_table.c.telegram_id,
            table.c.post_id,
            table.c.state,
            table.c.lane,
            table.c.lost_answers,
            table.c.repeats,
            table.c.retries,
            table.c.error,
        )
        .join(chat_table, chat_table.c.id == table.c.chat_id)
        .where(table.c.op == Op.SEND.value)
        .order_by(table.c.id)
    )
    async with db.read() as conn:
        all_rows = (await conn.execute(found)).all()
    numbers: dict[int, dict[int, int]] = defaultdict(dict)
    for row in all_rows:
        numbers[row.telegram_id].setdefault(row.post_id, len(numbers[row.telegram_id]) + 1)
    return [
        Row(r.telegram_id, numbers[r.telegram_id][r.post_id], State(r.state), Lane(r.lane), *r[4:]) for r in all_rows
    ]


async def until_settled(db: Database, seconds: float) -> list[Row]:
    """The rows once nothing waits any more; AssertionError after ``seconds``."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while True:
        async with db.read() as conn:
            counted = await deliveries.counts(conn)
        if not any(counted.get(state) for state in deliveries.WAITING):
            return await rows(db)
        assert loop.time() < until, f"after {seconds:g} s there still is to do: {counted}"
        await asyncio.sleep(0.2)


# ------------------------------------------------------------------ what the stand-in saw


@dataclass
class Seen:
    """One message of the storm: a flag for each copy that was accepted (True: marked as a possible repeat), in order,
    and the faults that struck it.
    """

    copies: list[bool] = field(default_factory=list)
    strikes: list[Strike] = field(default_factory=list)

    @property
    def marked(self) -> int:
        """Requests with the mark of which the client cannot know that they were in vain."""
        vain = [s for s in self.strikes if s.fault.when is When.BEFORE and s.fault.act not in KNOWABLE]
        return sum(self.copies) + sum(is_marked(strike.text) for strike in vain)


def is_marked(text: str) -> bool:
    return any(mark in text for mark in MARKS)


def number_in(text: str) -> int:
    found = re.search(r"第(\d+)条", text)
    return int(found[1]) if found else 0


def home_of(server: BotApiServer, chat_id: int) -> int:
    """Where a chat is now: a group that became a supergroup goes on under another id."""
    chat = server.state.chats[chat_id]
    return home_of(server, chat.migrated_to) if chat.migrated_to else chat_id


def sequence(server: BotApiServer) -> dict[int, list[tuple[int, bool]]]:
    """(number, marked) of each message that a chat got, in the order of acceptance, by the chat's id now."""
    found: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for chat_id, message_id in server.state.accepted:
        text = server.state.chats[chat_id].messages[message_id].versions[0].styled.text
        if number_in(text):
            found[home_of(server, chat_id)].append((number_in(text), is_marked(text)))
    return found


def ledger(server: BotApiServer) -> dict[tuple[int, int], Seen]:
    """What the stand-in saw, by chat (its id now) and number."""
    found: dict[tuple[int, int], Seen] = defaultdict(Seen)
    for home, messages in sequence(server).items():
        for number, marked in messages:
            found[home, number].copies.append(marked)
    for strike in server.faults.strikes:
        if number_in(strike.text):
            found[home_of(server, strike.chat_id), number_in(strike.text)].strikes.append(strike)
    return found
