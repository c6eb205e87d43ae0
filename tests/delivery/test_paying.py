"""Paid broadcasts: off by default, only for the lanes chosen, never beyond the day's budget, whatever is killed."""

from datetime import timedelta

import pytest
from outboxes import queue_posts, run_until_quiet
from scripted import ScriptedMessenger

from bot.delivery.face import RejectedError
from bot.delivery.pacing import Limits
from bot.delivery.paying import BLOCK, MESSAGES_PER_STAR, Purse
from bot.model.delivery import Lane, State
from bot.model.post import Media, MediaKind
from bot.store import payments

SLOW = Limits(bot_messages=2, paid_messages=1000, private_gap=0.0, private_burst=1000)


class Watched(ScriptedMessenger):
    """Remembers which messages were paid for."""

    def __init__(self):
        super().__init__()
        self.paid = []
        self.refuses_payment = False

    async def send(self, target, part, *, silent=False, reply_to=None, paid=False):
        if paid and self.refuses_payment:
            raise RejectedError("Bad Request: not enough Stars")
        sent = await super().send(target, part, silent=silent, reply_to=reply_to)
        self.paid += [(paid, part.styled.text)] * len(sent.message_ids)
        return sent


ALBUM = tuple(Media(MediaKind.PHOTO, f"https://wx1.sinaimg.cn/{n}.jpg") for n in range(4))


async def queue_for(db, clock, chats, lanes=(Lane.URGENT,), media=()):
    for chat in range(1, chats + 1):
        await queue_posts(db, clock, 1, telegram_id=chat, lanes=lanes, media=media)


def purse(db, clock, stars=1000, lanes=frozenset((Lane.EXTREME, Lane.URGENT))):
    return Purse(db, clock, stars, lanes)


async def test_without_a_purse_nothing_is_ever_paid_for(db, clock):
    messenger = Watched()
    await queue_for(db, clock, 10)
    await run_until_quiet(db, clock, messenger, limits=SLOW)
    assert [paid for paid, _ in messenger.paid] == [False] * 10


async def test_what_the_free_rate_has_room_for_is_not_paid_and_the_rest_goes_at_once(db, clock):
    messenger = Watched()
    await queue_for(db, clock, 10)
    assert await run_until_quiet(db, clock, messenger, limits=SLOW, purse=purse(db, clock)) == {State.SENT: 10}
    paid = [paid for paid, _ in messenger.paid]
    assert paid[:2] == [False, False]
    assert paid.count(True) >= 7


async def test_only_the_lanes_that_are_worth_it_are_paid_for(db, clock):
    messenger = Watched()
    await queue_for(db, clock, 8, lanes=(Lane.ROUTINE,))
    await run_until_quiet(db, clock, messenger, limits=SLOW, purse=purse(db, clock))
    assert [paid for paid, _ in messenger.paid] == [False] * 8


async def test_the_days_budget_is_never_passed_and_the_next_day_has_its_own(db, clock):
    spent = purse(db, clock, stars=60)
    got = 0
    for _ in range(2000):
        await spent.refill()
        if spent.has():
            spent.spend()
            got += 1
    assert got == 60 * MESSAGES_PER_STAR
    clock.advance(timedelta(days=1).total_seconds())
    assert not spent.has()
    await spent.refill()
    assert spent.has()


async def test_a_kill_wastes_a_block_at_most_and_never_passes_the_budget(db, clock):
    most = 120 * MESSAGES_PER_STAR
    sent = 0
    for _ in range(5):
        killed = purse(db, clock, stars=120)  # the one before was killed with what it had reserved
        await killed.refill()
        for _ in range(10):
            if killed.has():
                killed.spend()
                sent += 1
    async with db.read() as conn:
        assert await payments.reserved(conn, clock().date().isoformat()) == most
    assert sent <= most
    assert BLOCK * 3 > most >= BLOCK * 2


async def test_two_processes_share_one_budget(db, clock):
    ours, theirs = purse(db, clock, stars=60), purse(db, clock, stars=60)
    await ours.refill()
    await theirs.refill()
    got = 0
    for each in (ours, theirs):
        while each.has():
            each.spend()
            got += 1
    assert got == 60 * MESSAGES_PER_STAR


async def test_a_payment_that_telegram_refuses_costs_no_message(db, clock):
    messenger = Watched()
    messenger.refuses_payment = True
    await queue_for(db, clock, 6)
    assert await run_until_quiet(db, clock, messenger, limits=SLOW, purse=purse(db, clock)) == {State.SENT: 6}
    assert [paid for paid, _ in messenger.paid] == [False] * 6


@pytest.mark.parametrize("stars", [0, 1])
async def test_a_small_budget_is_kept_to_the_message(db, clock, stars):
    messenger = Watched()
    await queue_for(db, clock, 30)
    await run_until_quiet(db, clock, messenger, limits=SLOW, purse=purse(db, clock, stars=stars))
    assert [paid for paid, _ in messenger.paid].count(True) == stars * MESSAGES_PER_STAR


@pytest.mark.parametrize("stars", [1, 2])
async def test_an_album_is_paid_for_picture_by_picture_and_the_rest_of_the_budget_is_not_passed(db, clock, stars):
    messenger = Watched()
    await queue_for(db, clock, 12, media=ALBUM)
    limits = Limits(bot_messages=5, paid_messages=1000, private_gap=0.0, private_burst=1000)
    counted = await run_until_quiet(db, clock, messenger, limits=limits, purse=purse(db, clock, stars=stars))
    assert counted == {State.SENT: 12}
    assert len(messenger.paid) == 48
    # whole albums of four only
    assert [paid for paid, _ in messenger.paid].count(True) == stars * MESSAGES_PER_STAR // 4 * 4


async def test_what_is_given_back_after_a_refused_payment_opens_the_purse_no_more_that_day(db, clock):
    ours = purse(db, clock)
    await ours.refill()
    day = ours.spend(3)
    ours.refused()
    ours.give_back(3, day)
    await ours.refill()
    assert not ours.has()
    clock.advance(timedelta(days=1).total_seconds())
    await ours.refill()
    assert ours.has()


async def test_what_is_given_back_after_midnight_is_not_the_new_days(db, clock):
    ours = purse(db, clock, stars=1)
    await ours.refill()
    day = ours.spend()
    clock.advance(timedelta(days=1).total_seconds())
    await ours.refill()
    ours.give_back(1, day)
    assert ours.has(MESSAGES_PER_STAR)
    assert not ours.has(MESSAGES_PER_STAR + 1)
