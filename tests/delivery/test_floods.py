"""429 and what it means: who rests, how long, and that nobody else does; order and counts under every kind of error."""

import asyncio
import random
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import pairwise

import pytest
from outboxes import READER, make, queue_posts, run_until_quiet
from scripted import ScriptedMessenger
from sqlalchemy import select

from bot.delivery import face
from bot.delivery.face import FloodError
from bot.delivery.pacing import Limits, Pacing
from bot.delivery.weather import Weather
from bot.model.delivery import Lane, State
from bot.model.post import Media, MediaKind
from bot.store import rests
from bot.store.tables import deliveries as table

REST = 30
CHATS = [1001 + n for n in range(10)]


class Recorded(ScriptedMessenger):
    """Notes when each chat was tried; refuses while ``refuse`` says for how long."""

    def __init__(self, clock, refuse=lambda _chat: None):
        super().__init__()
        self.tries = []
        self.before = self._try
        self._clock, self._refuse = clock, refuse

    def _try(self, what):
        chat = what[1].chat_id
        self.tries.append((chat, self._clock().timestamp()))
        seconds = self._refuse(chat)
        if seconds:
            raise FloodError(seconds)

    def times(self, chat):
        return [at for tried, at in self.tries if tried == chat]

    def numbers(self, chat):
        return [int(text.split("第")[1].split("条")[0]) for text in self.texts(chat)]


@asynccontextmanager
async def at_work(db, clock, messenger, **more):
    outbox = make(db, clock, messenger, **more)
    running = asyncio.ensure_future(outbox.run())
    try:
        async with asyncio.timeout(20):
            yield outbox
    finally:
        running.cancel()
        await asyncio.wait({running})


async def until(condition, clock=None, step=1.0):
    """Wait for it; with a clock, time goes on meanwhile."""
    while not condition():
        if clock is not None:
            clock.advance(step)
        await asyncio.sleep(0.005)


def refusals(chats, seconds=REST):
    """Refuse each of these chats once."""
    left = set(chats)

    def refuse(chat):
        if chat in left:
            left.discard(chat)
            return seconds
        return None

    return refuse


async def queue_for(db, clock, chats, count=2, **more):
    for chat in chats:
        await queue_posts(db, clock, count, telegram_id=chat, **more)


async def test_one_chat_that_floods_rests_for_its_time_and_the_others_go_on(db, clock):
    flooded, *others = CHATS
    await queue_for(db, clock, CHATS, 5)
    messenger = Recorded(clock, refusals([flooded]))
    began = clock().timestamp()
    async with at_work(db, clock, messenger):
        await until(lambda: len(messenger.messages) == 45)  # the clock stands still
        assert messenger.texts(flooded) == []
        await until(lambda: len(messenger.messages) == 50, clock)
    assert {at for chat in others for at in messenger.times(chat)} == {began}
    refused, first, *_ = messenger.times(flooded)
    assert first - refused >= REST
    assert messenger.numbers(flooded) == [1, 2, 3, 4, 5]


async def test_refusals_with_a_message_taken_in_between_are_meant_for_their_chats_alone(db, clock):
    flooded, others = CHATS[:6], CHATS[6:]
    order = [chat for pair in zip(flooded, [*others, 3001, 3002], strict=True) for chat in pair]
    await queue_for(db, clock, order, 1)
    messenger = Recorded(clock, refusals(flooded))
    async with at_work(db, clock, messenger, at_once=1):
        await until(lambda: len(messenger.tries) == 12)
        assert {chat for chat, _ in messenger.tries} == set(order)
        await until(lambda: len(messenger.messages) == 12, clock)
    for chat in flooded:
        refused, taken = messenger.times(chat)
        assert taken - refused >= REST


async def test_three_chats_refused_in_a_row_mean_the_whole_bot(db, clock):
    await queue_for(db, clock, CHATS, 1)
    messenger = Recorded(clock, refusals(CHATS[:3]))
    async with at_work(db, clock, messenger, at_once=1):
        await until(lambda: len(messenger.tries) == 3)
        await until(lambda: len(messenger.messages) == 10, clock, 0.5)
    third = messenger.times(CHATS[2])[0]
    after = [at for chat, at in messenger.tries if chat not in CHATS[:3]]
    assert len(messenger.tries) == 13
    assert min(after) - third >= REST


@pytest.mark.parametrize(
    ("refused", "new"), [(CHATS[:1], CHATS[0]), (CHATS[:3], CHATS[5])], ids=["one chat", "the whole bot"]
)
async def test_a_rest_is_kept_across_restarts_to_its_last_second_by_what_is_queued_later_too(db, clock, refused, new):
    await queue_for(db, clock, refused, 1)
    messenger = Recorded(clock, refusals(refused))
    async with at_work(db, clock, messenger, at_once=1):
        await until(lambda: len(messenger.tries) == len(refused))
        await asyncio.sleep(0.1)  # what the refusal means is written in the turn after it
    last = messenger.tries[-1][1]
    # nothing but the rest itself keeps this one: it is new, and goes before all others
    await queue_posts(db, clock, 1, telegram_id=new, lanes=(Lane.EXTREME,))
    for seconds in (10.0, 18.9):  # a second process, and a third, one second later by the queueing
        clock.advance(seconds)
        async with at_work(db, clock, messenger, at_once=1):
            await asyncio.sleep(0.1)
    assert len(messenger.tries) == len(refused)
    async with at_work(db, clock, messenger, at_once=1):
        await until(lambda: len(messenger.messages) == len(refused) + 1, clock, 0.05)
    assert min(at for _, at in messenger.tries[len(refused) :]) - last >= REST
    assert messenger.messages[0].target.chat_id == new


async def test_a_repeat_that_was_refused_is_no_repeat(db, clock):
    messenger = ScriptedMessenger()
    asked = 0

    def answer(what):
        nonlocal asked
        if what[0] == "send":
            asked += 1
            if asked == 1:
                raise face.LostAnswerError("timed out")
            if asked in {2, 3}:
                raise FloodError(5)

    messenger.before = answer
    await queue_posts(db, clock, 1, lanes=(Lane.EXTREME,))
    assert await run_until_quiet(db, clock, messenger) == {State.SENT: 1}
    assert asked == 4
    async with db.read() as conn:
        row = (await conn.execute(select(table))).one()
    assert (row.lost_answers, row.repeats, row.retries) == (1, 1, 3)


REFUSED = (lambda: FloodError(2), lambda: face.NotSentError("connection refused"))
UNKNOWABLE = (lambda: face.LostAnswerError("timed out"), lambda: RuntimeError("a fault of ours"))


@pytest.mark.parametrize("seed", range(2))
async def test_under_every_kind_of_error_each_chat_reads_in_order_and_copies_are_counted(db, clock, seed):
    rng = random.Random(seed)
    await queue_for(db, clock, CHATS, 5)
    messenger = ScriptedMessenger()
    lost = {"before": 0, "after": 0}

    def fail(side, errors):
        def perhaps(what):
            if what[0] == "send" and rng.random() < 0.2:
                error = rng.choice(errors)()
                lost[side] += isinstance(error, (face.LostAnswerError, RuntimeError))
                raise error

        return perhaps

    messenger.before, messenger.after = fail("before", REFUSED + UNKNOWABLE), fail("after", UNKNOWABLE)
    counted = await run_until_quiet(db, clock, messenger)
    async with db.read() as conn:
        rows = (await conn.execute(select(table))).all()
    # one whose answers were lost again and again, while nobody else's came either, is held
    held = [row for row in rows if row.state == "held"]
    assert counted[State.SENT] + len(held) == 50
    assert all(row.lost_answers > 3 for row in held)
    for chat in CHATS:
        numbers = [int(text.split("第")[1].split("条")[0]) for text in messenger.texts(chat)]
        assert numbers == sorted(numbers)
        assert len({1, 2, 3, 4, 5} - set(numbers)) <= len(held)
    assert lost["after"] > 0
    assert len(messenger.messages) == counted[State.SENT] + lost["after"]
    assert sum(row.lost_answers for row in rows) == lost["before"] + lost["after"]
    assert all(row.repeats == row.lost_answers - (row.state == "held") for row in rows)


async def test_no_lane_starves_every_twentieth_message_comes_from_a_lower_one(sqlite_db, clock):
    await queue_for(sqlite_db, clock, range(1001, 1101), 1, lanes=(Lane.EXTREME,))
    await queue_for(sqlite_db, clock, range(2001, 2021), 1, lanes=(Lane.ROUTINE,))
    messenger = Recorded(clock)
    await run_until_quiet(sqlite_db, clock, messenger, at_once=1)
    routine = [place for place, (chat, _) in enumerate(messenger.tries) if chat >= 2001]
    extreme_ends = max(place for place, (chat, _) in enumerate(messenger.tries) if chat < 2001)
    during = [place for place in routine if place < extreme_ends]
    assert len(during) == 5
    assert all(later - earlier == 20 for earlier, later in pairwise(during))


async def test_without_anything_urgent_routine_has_every_turn(sqlite_db, clock):
    await queue_posts(sqlite_db, clock, 5, telegram_id=READER)
    messenger = Recorded(clock)
    await run_until_quiet(sqlite_db, clock, messenger)
    assert messenger.numbers(READER) == [1, 2, 3, 4, 5]


async def test_a_rest_that_a_clock_ahead_of_ours_wrote_lasts_as_long_as_telegram_asked(db, clock):
    async with db.begin() as conn:
        await rests.save(conn, [rests.Rest(READER, clock() + timedelta(seconds=30), clock())])
    clock.advance(-86400)
    async with db.begin() as conn:
        kept = await rests.rests(conn, clock())
    assert kept == {READER: clock() + timedelta(seconds=30)}


@pytest.mark.parametrize("limit", [3, 9])
async def test_albums_keep_the_bots_window_and_a_groups_picture_by_picture_and_words_go_on_in_between(
    db, clock, limit
):
    """Wider than the window an album goes into an empty one; the group's second album waits for its minute."""
    album = tuple(Media(MediaKind.PHOTO, f"https://wx1.sinaimg.cn/{n}.jpg") for n in range(4))
    group, readers = -100_7, CHATS[:3]
    await queue_posts(db, clock, 2, telegram_id=group, media=album)
    for chat in readers:
        await queue_posts(db, clock, 1, telegram_id=chat, media=album)
        await queue_posts(db, clock, 2, telegram_id=chat, lanes=(Lane.EXTREME,))
    messenger = Recorded(clock)
    counted = []
    messenger.after = lambda what: counted.extend([clock().timestamp()] * max(1, len(what[2].media)))
    limits = Limits(bot_messages=limit, private_gap=0.0, private_burst=1000, group_messages=6)
    async with at_work(db, clock, messenger, limits=limits):
        await until(lambda: len(messenger.messages) == 22, clock, 0.05)
        await until(lambda: len(messenger.messages) == 26, clock)
    assert max(sum(at <= other < at + 1.0 for other in counted) for at in counted) <= max(limit, 4)
    first, second = messenger.times(group)
    assert second - first >= 60


@pytest.mark.parametrize(
    "asked", [1e9, 1e18, -5.0], ids=["a billion seconds", "more than a clock has", "less than none"]
)
@pytest.mark.parametrize("heard", ["by an alert", "by an answer"])
async def test_a_rest_that_cannot_be_meant_stops_no_turn_and_lasts_a_day_at_most(db, clock, asked, heard):
    flooded, other = CHATS[:2]
    if heard == "by an alert":
        await queue_for(db, clock, [flooded], 1)
    messenger = Recorded(clock, refusals([flooded], asked))
    began = clock()
    async with at_work(db, clock, messenger) as outbox:
        if heard == "by an answer":
            outbox.flooded(flooded, asked)
            await queue_for(db, clock, [flooded], 1)
            messenger._refuse = lambda _chat: None
        await queue_for(db, clock, [other], 1)
        await until(lambda: len(messenger.texts(other)) == 1)
        await until(lambda: len(messenger.texts(flooded)) == 1, clock, 600.0)
    assert clock() - began < 2 * rests.LONGEST_REST
    assert (clock() - began >= rests.LONGEST_REST) == (asked > 0)


async def test_a_rest_that_a_wrong_clock_wrote_keeps_no_chat_silent_for_longer_than_a_rest_can_be(db, clock):
    ahead = timedelta(days=4000)
    async with db.begin() as conn:
        await rests.save(conn, [rests.Rest(READER, clock() + ahead, clock())])
        assert await rests.rests(conn, clock()) == {READER: clock() + rests.LONGEST_REST}
    # written years ahead, and a real one after that
    async with db.begin() as conn:
        await rests.save(conn, [rests.Rest(1, clock() + ahead, clock() + ahead - timedelta(seconds=5))])
        await rests.save(conn, [rests.Rest(1, clock() + timedelta(seconds=300), clock())])
        assert (await rests.rests(conn, clock()))[1] == clock() + timedelta(seconds=300)


def test_an_outage_and_a_flood_are_timed_by_a_clock_that_nobody_sets(clock):
    seconds = [0.0]
    weather = Weather(Pacing(lambda: seconds[0]), clock, random.Random(1))
    weather.out_of_reach()
    clock.advance(-86400)
    seconds[0] += 2.0
    weather.out_of_reach()
    assert weather.pacing.bot_rest() > 0
    weather.flooded(1, 5)
    weather.flooded(2, 5)
    clock.advance(-86400)
    seconds[0] += 2.0
    assert weather.flooded(3, 5) == 3
