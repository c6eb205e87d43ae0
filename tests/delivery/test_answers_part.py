"""Answers to commands and alerts share the bot's window: however many wait on either side, neither starves the other."""

import asyncio
import heapq
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from outboxes import READER, make, queue_posts
from scripted import ScriptedMessenger

from bot.delivery.face import RestingError
from bot.delivery.pacing import EVERY_CHAT, Limits, Pacing

#: Length of a simulated run, seconds.
RUN = 5.0


class Office:
    """Alerts without end and so many people who ask again as soon as they have their answer, in simulated time."""

    def __init__(self, limit, people, underway):
        self.now = 1000.0
        self.pacing = Pacing(lambda: self.now, Limits(bot_messages=limit))
        self.alerts, self.answers = [], []
        self._people, self._underway = people, underway
        self._numbers = count(1)
        self._sleeping = []
        self._flying = []

    async def sleep(self, wait):
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleeping, (self.now + wait, next(self._numbers), woken))
        await woken

    async def _ask(self):
        while True:
            await self.pacing.answer_turn(next(self._numbers), self.sleep)
            self.answers.append(self.now)

    def _send(self):
        while self.pacing.bot_wait() <= 0:
            self.alerts.append(self.now)
            number = next(self._numbers)
            heapq.heappush(self._flying, (self.now + self._underway, number, self.pacing.take(number)))

    async def run(self):
        self.pacing.alerts_wait = True
        asking = [asyncio.ensure_future(self._ask()) for _ in range(self._people)]
        ends = self.now + RUN
        while self.now < ends:
            for _ in range(8):  # whoever was woken goes on, and hands the line over
                await asyncio.sleep(0)
            self._send()
            soon = [each[0][0] for each in (self._sleeping, self._flying) if each]
            self.now = min([*soon, self.now + max(1e-3, self.pacing.bot_wait())])
            while self._flying and self._flying[0][0] <= self.now:
                self.pacing.landed(heapq.heappop(self._flying)[2])
            while self._sleeping and self._sleeping[0][0] <= self.now:
                woken = heapq.heappop(self._sleeping)[2]
                if not woken.done():
                    woken.set_result(None)
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)


def held(limit, people, underway):
    office = Office(limit, people, underway)
    asyncio.run(office.run())
    return office


def most_in_a_second(times):
    return max((sum(at <= other < at + 1.0 for other in times) for at in times), default=0)


@settings(max_examples=10, deadline=None)
@given(st.integers(3, 36), st.integers(0, 60), st.floats(0.01, 0.4))
def test_alerts_keep_two_thirds_of_the_window_answers_have_their_third_and_nobody_more_than_telegram_bears(
    limit, people, underway
):
    office, alone = held(limit, people, underway), held(limit, 0, underway)
    assert most_in_a_second(sorted(office.alerts + office.answers)) <= limit
    assert len(office.alerts) >= len(alone.alerts) * 2 / 3 - limit
    # an answer holds its place for its second and for the half until Telegram has surely counted it
    if people > limit:
        assert len(office.answers) >= limit // 3 * (RUN / 1.5 * 0.9 - 1)


@pytest.mark.parametrize("limit", [1, 2])
def test_in_a_window_that_has_no_third_both_go_on(limit):
    office, alone = held(limit, 5, 0.1), held(limit, 0, 0.1)
    assert most_in_a_second(sorted(office.alerts + office.answers)) <= limit
    assert len(office.alerts) >= len(alone.alerts) / 3
    assert len(office.answers) >= 2


async def test_where_no_alert_waits_answers_have_the_whole_window():
    office = Office(30, 0, 0.1)
    for chat in range(30):
        await office.pacing.answer_turn(1 + chat, office.sleep)
    assert office.now == 1000.0


async def test_an_answer_that_waits_for_its_chat_keeps_no_room_from_alerts():
    office = Office(3, 0, 0.1)
    office.pacing.rest(7, 30)
    waiting = asyncio.ensure_future(office.pacing.answer_turn(7, office.sleep))
    await asyncio.sleep(0)
    tickets = [office.pacing.take(chat) for chat in (1, 2, 3) if office.pacing.bot_wait() == 0]
    assert len(tickets) == 3
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)


@pytest.mark.parametrize("who", [7, EVERY_CHAT], ids=["the chat", "the whole bot"])
async def test_nobody_waits_for_an_answer_through_a_long_rest(who):
    office = Office(30, 0, 0.1)
    office.pacing.rest(who, 3600)
    with pytest.raises(RestingError):
        await office.pacing.answer_turn(7, office.sleep)


@pytest.mark.parametrize("who", [7, EVERY_CHAT], ids=["the chat", "the whole bot"])
async def test_a_further_request_of_an_alert_ends_with_a_rest_that_is_told_meanwhile(who):
    office = Office(1, 0, 0.1)
    office.pacing.landed(office.pacing.take(1))
    waiting = asyncio.ensure_future(office.pacing.further_turn(7, office.sleep))
    await asyncio.sleep(0)
    office.pacing.rest(who, 5)
    office.now += 1.0
    office._sleeping[0][2].set_result(None)
    with pytest.raises(RestingError) as told:
        await waiting
    assert told.value.seconds == pytest.approx(4.0)


async def test_the_outbox_says_while_alerts_wait_and_when_none_does_any_more(db, clock):
    for reader in range(5):
        await queue_posts(db, clock, 1, telegram_id=READER + reader)
    messenger = ScriptedMessenger()
    outbox = make(db, clock, messenger, limits=Limits(bot_messages=3))
    running = asyncio.ensure_future(outbox.run())
    async with asyncio.timeout(10):
        while len(messenger.messages) < 3:  # the clock stands still: two do not go
            await asyncio.sleep(0.005)
        assert outbox._pacing.alerts_wait
        while len(messenger.messages) < 5 or outbox._pacing.alerts_wait:
            clock.advance(0.5)
            await asyncio.sleep(0.005)
        outbox.finish()
        await running
