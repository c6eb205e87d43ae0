"""One revision, many chats: one delivery for each chat and topic, whoever of it asked, however many there are."""

import pytest
from sqlalchemy import insert, select, update

from bot.model.delivery import Lane, Op, SentPart, State
from bot.model.subscription import ChatKind
from bot.store import asked, chats, fanout, posts, queued, subscriptions
from bot.store.deliveries import parts_to_json
from bot.store.fanout import Knows, Word
from bot.store.tables import deliveries as table

ARRIVED = parts_to_json([SentPart((1,), "text")])


@pytest.fixture
def rows(db):
    """What is queued, in the order in which it will go."""

    async def read(*columns: str):
        async with db.read() as conn:
            return (await conn.execute(select(*(table.c[name] for name in columns)).order_by(table.c.id))).all()

    return read


@pytest.fixture
async def post_id(db, account_id, a_post, clock) -> int:
    async with db.begin() as conn:
        return await posts.add(conn, account_id, a_post(), "f", clock(), why_not="", root_id=None)


@pytest.fixture
def follow(db, account_id, clock):
    """Makes chats that follow the account with these words, and gives their ids."""

    async def add(*numbers: int, words: str = "", thread: int = 0) -> list[int]:
        made = []
        async with db.begin() as conn:
            for number in numbers:
                chat = await chats.ensure(conn, number, ChatKind.PRIVATE, "", clock())
                wish = [words] if words else []
                made.append((await subscriptions.add(conn, chat, thread, account_id, wish, words, None, clock()))[0])
        return made

    return add


@pytest.fixture
def say(db, account_id, post_id, clock):
    """Queues the post for subscribers."""

    async def queue(*keys: str | None, **more) -> list[int]:
        word = Word(Op.SEND, Lane.ROUTINE, post_id, 1)
        async with db.begin() as conn:
            return [
                await fanout.to_subscribers(
                    conn, account_id, word, clock(), keys=None if key is None else [key], **more
                )
                for key in keys
            ]

    return queue


async def test_every_subscriber_is_queued_once_whatever_the_size_of_a_piece(follow, say, rows, monkeypatch):
    await follow(*range(1, 8))
    monkeypatch.setattr(fanout, "AT_ONCE", 3)
    assert await say(None) == [7]
    assert len({row.chat_id for row in await rows("chat_id")}) == 7


async def test_a_chat_with_more_topics_than_a_piece_holds_loses_none(follow, say, rows, monkeypatch):
    for thread in range(5):
        await follow(1, 2, thread=thread)
    monkeypatch.setattr(fanout, "AT_ONCE", 2)
    assert await say(None) == [10]
    assert len(set(await rows("chat_id", "thread_id"))) == 10


async def test_the_oldest_subscription_speaks_for_a_place_in_whatever_order_the_wishes_are_looked_at(
    follow, say, rows
):
    [oldest] = await follow(1, words="rain")
    await follow(1)
    [other] = await follow(1, words="road", thread=5)
    assert await say("", "road", "rain") == [1, 1, 1]
    assert await rows("thread_id", "subscription_id") == [(0, oldest), (5, other)]


async def test_only_the_wishes_that_occur_are_queued(follow, say, rows):
    await follow(1, words="rain")
    await follow(2, words="road")
    assert await say("road") == [1]


async def test_each_filter_is_given_once_however_many_have_it(db, account_id, follow, monkeypatch):
    monkeypatch.setattr(asked, "AT_ONCE", 2)
    monkeypatch.setattr(asked, "KEYS", 2)
    for chat, words in enumerate(("c", "a", "b", "b", "a", ""), start=1):
        await follow(chat, words=words)
    async with db.read() as conn:
        keys = await asked.keys(conn, account_id)
        wishes = await asked.wishes(conn, account_id, {*keys, "d"})
    assert keys == {"a", "b", "c"}
    assert [wish.key for wish in wishes] == ["a", "b", "c"]


async def test_the_same_fan_out_twice_queues_nothing_more(follow, say):
    await follow(1, 2)
    assert await say(None, None) == [2, 0]


async def test_every_column_that_a_sender_reads_has_its_value(db, account_id, post_id, follow, say, rows, clock):
    await follow(1)
    await say(None)
    async with db.read() as conn:
        [row] = (await conn.execute(select(table))).all()
    assert (row.state, row.parts, row.attempts, row.maybe_repeat, row.error) == ("queued", "[]", 0, False, "")
    assert (row.queued_at, row.not_before, row.expires_at, row.settled_at) == (clock(), clock(), None, None)
    assert (row.retries, row.lost_answers, row.repeats, row.folded_into) == (0, 0, 0, None)


async def who_knows(db, post_id, now) -> dict[Knows, int]:
    """How many places an update would reach in each way; nothing stays queued."""
    found = {}
    async with db.begin() as conn:
        for knows in Knows:
            tried = await conn.begin_nested()
            word = Word(Op.SEND, Lane.ROUTINE, post_id, 2)
            found[knows] = await fanout.to_holders(conn, [post_id], word, now, knows=knows)
            await tried.rollback()
    return found


STANDING = {
    "sent": ({"state": "sent", "parts": ARRIVED}, Knows.SHOWN),
    "half sent": ({"state": "queued", "parts": ARRIVED}, Knows.SHOWN),
    "failed half-way": ({"state": "failed", "parts": ARRIVED}, Knows.SHOWN),
    "being sent": ({"state": "sending"}, Knows.CONCERNED),
    "answer lost": ({"state": "unsure", "maybe_repeat": True}, Knows.CONCERNED),
    "held": ({"state": "held", "maybe_repeat": True}, Knows.CONCERNED),
    "blocked after a lost answer": ({"state": "failed", "maybe_repeat": True}, Knows.CONCERNED),
    "summed up soon": ({"state": "expired", "folded_into": 1}, Knows.CONCERNED),
    "failed": ({"state": "failed"}, None),
    "withdrawn in time": ({"state": "skipped", "error": "withdrawn before it was sent"}, None),
}


@pytest.mark.parametrize("case", STANDING)
async def test_who_knows_a_post(db, account_id, post_id, follow, say, rows, clock, case):
    values, expected = STANDING[case]
    await follow(1)
    await say(None)
    async with db.begin() as conn:
        await conn.execute(update(table).values(values))
    assert await who_knows(db, post_id, clock()) == {
        Knows.SHOWN: int(expected is Knows.SHOWN),
        Knows.PERHAPS: int(expected is not None),
        Knows.CONCERNED: int(expected is Knows.CONCERNED),
    }


async def test_what_waits_concerns_its_chat_and_is_not_shown(db, post_id, follow, say, clock):
    await follow(1)
    await say(None)
    assert await who_knows(db, post_id, clock()) == {Knows.SHOWN: 0, Knows.PERHAPS: 0, Knows.CONCERNED: 1}


async def test_a_mark_for_another_reason_is_made_anew_and_the_same_one_is_not(db, post_id, follow, say, rows, clock):
    await follow(1)
    await say(None)
    counts = []
    async with db.begin() as conn:
        await conn.execute(update(table).values(state="sent", parts=ARRIVED))
        for words in ("updated", "updated", "lifted"):
            mark = Word(Op.MARK, Lane.ROUTINE, post_id, 1, notice=words)
            counts.append(await fanout.to_copies(conn, mark, clock()))
            done = {"state": "sent", "settled_at": clock(), "attempts": 3}
            if words == "updated":
                await conn.execute(update(table).where(table.c.op == "mark").values(**done, parts=ARRIVED))
    assert counts == [1, 0, 1]
    [_, mark] = await rows("op", "notice", "state", "parts", "attempts", "settled_at")
    assert mark == ("mark", "lifted", "queued", "[]", 0, None)


async def test_a_change_goes_in_the_lane_of_what_it_changes_where_that_is_faster(
    db, account_id, post_id, follow, rows, clock
):
    await follow(1, 2)
    async with db.begin() as conn:
        for chat, lane in ((1, Lane.EXTREME), (2, Lane.ROUTINE)):
            ours = (await chats.get(conn, chat)).id
            values = {
                "chat_id": ours, "post_id": post_id, "revision": 1, "op": "send", "state": "sent", "lane": int(lane),
                "parts": ARRIVED, "queued_at": clock(), "not_before": clock(),
            }  # fmt: skip
            await conn.execute(insert(table).values(values))
        await fanout.to_copies(conn, Word(Op.EDIT, Lane.URGENT, post_id, 2), clock())
    assert [row.lane for row in await rows("op", "lane") if row.op == "edit"] == [Lane.EXTREME, Lane.URGENT]


async def test_only_what_was_never_tried_is_settled(db, post_id, follow, say, rows, clock):
    await follow(*range(1, 5))
    await say(None)
    tried = ({"parts": ARRIVED}, {"maybe_repeat": True}, {"state": "sending"})
    async with db.begin() as conn:
        ids = (await conn.execute(select(table.c.id).order_by(table.c.id))).scalars().all()
        for delivery_id, values in zip(ids, tried, strict=False):
            await conn.execute(update(table).where(table.c.id == delivery_id).values(values))
        assert await queued.settle(conn, [post_id], clock(), "lifted") == 1
    assert [row.state for row in await rows("state")] == ["queued", "queued", "sending", State.SKIPPED.value]
