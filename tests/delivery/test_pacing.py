"""Telegram's limits are kept in every window, rests are never cut short, and memory follows the traffic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.pacing import EVERY_CHAT, UNKNOWN, Limits, Pacing

READER, OTHER, GROUP, CHANNEL = 7, 8, -100_1, -100_2


class Seconds:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def seconds():
    return Seconds()


@pytest.fixture
def pacing(seconds):
    return Pacing(seconds)


def wait_for(pacing, chat):
    """Seconds until a message may go to the chat."""
    return max(pacing.bot_wait(), pacing.chat_wait(chat))


def send(pacing, seconds, chat, underway=0.0, more=0):
    """Send as soon as it may go; gives the moment at which Telegram counted it, somewhere on the way."""
    while (wait := wait_for(pacing, chat)) > 0:
        seconds.now += wait
    ticket, left = pacing.take(chat), seconds.now
    seconds.now += underway
    pacing.landed(ticket, more=more)
    return left


def send_all(pacing, seconds, chats):
    """Send to each chat in turn, waiting as told; gives (when, chat)."""
    return [(send(pacing, seconds, chat), chat) for chat in chats]


def most_in(times, window):
    return max((sum(t <= u < t + window for u in times) for t in times), default=0)


def test_a_private_chat_takes_a_small_burst_and_then_one_a_second(pacing, seconds):
    times = [at - 1000.0 for at, _ in send_all(pacing, seconds, [READER] * 6)]
    assert times == pytest.approx([0, 0, 0, 1, 2, 3])


def test_a_group_takes_twenty_in_any_minute(pacing, seconds):
    times = [at for at, _ in send_all(pacing, seconds, [GROUP] * 70)]
    assert most_in(times, 60.0) == 20


def test_a_channel_counts_as_a_group(pacing, seconds):
    assert most_in([at for at, _ in send_all(pacing, seconds, [CHANNEL] * 45)], 60.0) == 20


def test_the_bot_sends_thirty_in_any_second_and_wastes_little(pacing, seconds):
    times = [at for at, _ in send_all(pacing, seconds, range(1, 1001))]
    assert most_in(times, 1.0) == 30
    assert 1000 / (times[-1] - times[0]) >= 0.97 * 30


def test_a_busy_group_does_not_hold_up_a_reader(pacing, seconds):
    send_all(pacing, seconds, [GROUP] * 20)
    assert wait_for(pacing, GROUP) > 0
    assert wait_for(pacing, READER) == 0


def test_a_chat_rests_as_long_as_telegram_asked_and_others_go_on(pacing, seconds):
    pacing.rest(READER, 30)
    assert wait_for(pacing, READER) == pytest.approx(30)
    assert wait_for(pacing, OTHER) == 0
    seconds.now += 29.9
    assert wait_for(pacing, READER) > 0
    seconds.now += 0.1
    assert wait_for(pacing, READER) == 0


def test_a_shorter_rest_does_not_end_a_longer_one(pacing, seconds):
    pacing.rest(READER, 30)
    pacing.rest(READER, 2)
    seconds.now += 5
    assert wait_for(pacing, READER) == pytest.approx(25)


def test_a_rest_of_the_whole_bot_holds_every_chat(pacing):
    pacing.rest(EVERY_CHAT, 10)
    assert wait_for(pacing, READER) == pytest.approx(10)
    assert wait_for(pacing, GROUP) == pytest.approx(10)
    assert pacing.bot_wait(paid=True) == float("inf")


def test_an_album_counts_as_its_pictures(pacing, seconds):
    send(pacing, seconds, GROUP, more=9)
    sent = send_all(pacing, seconds, [GROUP] * 11)
    assert sent[9][0] == 1000.0
    assert sent[10][0] >= 1060.0


def test_an_album_counts_from_the_moment_it_leaves(seconds):
    pacing = Pacing(seconds, Limits(bot_messages=12))
    album = pacing.take(GROUP, cost=10)
    pacing.take(READER)
    pacing.take(OTHER)
    assert pacing.bot_wait() == UNKNOWN
    assert pacing.chat_wait(GROUP, 10) == 0
    assert pacing.chat_wait(GROUP, 11) > 0
    seconds.now += 0.3
    pacing.landed(album, more=-2)  # two pictures were left out
    assert pacing.bot_wait(cost=2) == 0
    assert pacing.bot_wait(cost=3) == pytest.approx(1.0)
    seconds.now += 1.0
    assert pacing.bot_wait(cost=10) == 0
    assert pacing.bot_wait(cost=11) == UNKNOWN


def test_an_album_wider_than_the_window_goes_when_that_is_empty(seconds):
    pacing = Pacing(seconds, Limits(bot_messages=3))
    first = pacing.take(READER)
    assert pacing.bot_wait(cost=10) == UNKNOWN
    pacing.landed(first)
    assert pacing.bot_wait(cost=10) == pytest.approx(1.0)
    seconds.now += 1.0
    wide = pacing.take(GROUP, cost=10)
    pacing.refund(wide)
    assert pacing.bot_wait(cost=3) == 0
    assert pacing.chat_wait(GROUP, 20) == 0


def test_asking_again_without_waiting_gains_nothing(pacing, seconds):
    send_all(pacing, seconds, [READER] * 3)
    assert [wait_for(pacing, READER) for _ in range(5)] == pytest.approx([1.0] * 5)


def test_chats_that_fell_silent_are_forgotten(pacing, seconds):
    send_all(pacing, seconds, [*range(1, 2001), GROUP])
    pacing.rest(77, 5)
    seconds.now += 120
    send(pacing, seconds, READER)
    assert pacing.remembered() == 1


def test_what_is_on_its_way_counts_until_a_window_after_its_answer(seconds):
    """Telegram may count a message at any moment between its leaving and its answer."""
    pacing = Pacing(seconds, Limits(bot_messages=2))
    slow, quick = pacing.take(1), pacing.take(2)
    pacing.landed(quick)
    assert wait_for(pacing, 3) == pytest.approx(1.0)
    seconds.now += 1.0
    third = pacing.take(3)
    pacing.landed(third)
    seconds.now += 0.9
    pacing.landed(slow)
    assert wait_for(pacing, 4) == pytest.approx(0.1)
    seconds.now += 0.1
    pacing.landed(pacing.take(4))
    assert wait_for(pacing, 5) == pytest.approx(0.9)


def test_what_was_not_sent_does_not_count(pacing, seconds):
    for chat in range(1, 200):
        pacing.refund(pacing.take(chat))
    pacing.refund(pacing.take(GROUP))
    assert wait_for(pacing, READER) == wait_for(pacing, GROUP) == 0
    assert len({at for at, _ in send_all(pacing, seconds, range(1, 31))}) == 1


def test_what_is_paid_for_goes_beside_the_free_window(seconds):
    pacing = Pacing(seconds, Limits(paid_messages=100))
    for chat in range(1, 31):
        pacing.landed(pacing.take(chat))
    assert pacing.bot_wait() == pytest.approx(1.0)
    first = seconds.now
    for chat in range(31, 131):
        seconds.now += pacing.bot_wait(paid=True)
        pacing.landed(pacing.take(chat, paid=True))
    assert seconds.now - first < 1.0
    assert seconds.now + pacing.bot_wait(paid=True) == pytest.approx(first + 1.0)
    pacing.rest(EVERY_CHAT, 9)
    assert pacing.bot_wait(paid=True) == pytest.approx(9)


async def test_an_answer_to_a_command_goes_before_the_alerts_that_wait(pacing, seconds):
    for chat in range(1, 31):
        pacing.landed(pacing.take(chat))
    alerts_may_go = []

    async def sleep(wait):
        seconds.now += wait
        # the window has room for one: it is the answer's
        alerts_may_go.append(pacing.bot_wait() == 0)

    seconds.now += 0.5
    pacing.landed(pacing.take(31))
    seconds.now += 0.5
    for chat in range(32, 61):
        pacing.landed(pacing.take(chat))
    await pacing.answer_turn(READER, sleep)
    assert alerts_may_go == [False]


CHATS = st.lists(st.tuples(st.sampled_from([1, 2, 3, -1, -2]), st.floats(0, 2)), max_size=150)


@given(CHATS, st.floats(0, 0.4))
def test_no_window_ever_holds_more_than_its_limit(asked, underway):
    seconds = Seconds()
    pacing = Pacing(seconds, Limits(bot_messages=6))
    sent = []
    for chat, pause in asked:
        seconds.now += pause
        left = send(pacing, seconds, chat, underway)
        # counted by Telegram at one end of the way or the other
        sent.append((left + underway * (len(sent) % 2), chat))
    assert most_in([at for at, _ in sent], 1.0) <= 6
    for chat in {chat for _, chat in sent}:
        times = [at for at, to in sent if to == chat]
        if chat < 0:
            assert most_in(times, 60.0) <= 20
        else:
            for window in (0.999, 1.999, 4.999):
                assert most_in(times, window) <= 3 + int(window + 0.01)


@given(CHATS, st.floats(0.1, 90), st.integers(0, 20))
def test_a_rest_is_never_released_early(asked, length, after):
    seconds = Seconds()
    pacing = Pacing(seconds)
    over = None
    for number, (chat, pause) in enumerate(asked):
        if number == after:
            pacing.rest(1, length)
            over = seconds.now + length
        seconds.now += pause
        send(pacing, seconds, chat)
        assert over is None or chat != 1 or seconds.now >= over - 1e-6


def test_a_ticket_taken_ahead_says_when_its_message_may_leave(pacing, seconds):
    for chat in range(1, 31):
        pacing.landed(pacing.take(chat))
    seconds.now += 0.98
    assert pacing.bot_wait() == pytest.approx(0.02)
    assert pacing.take(99).at == pytest.approx(seconds.now + 0.02)
    assert pacing.take(98).at == pytest.approx(seconds.now + 0.02)


def test_a_ticket_for_now_leaves_now(pacing, seconds):
    assert pacing.take(READER).at == seconds.now


@given(st.lists(st.floats(0.001, 0.3), min_size=40, max_size=120), st.floats(0.0, 0.05))
def test_no_window_is_overfull_however_far_ahead_tickets_are_taken(answers, ahead):
    """Each message leaves at its ticket's moment and is counted by Telegram anywhere until its answer."""
    seconds = Seconds()
    pacing = Pacing(seconds, Limits(bot_messages=6))
    counted, flying = [], []
    for chat, answer in enumerate(answers, start=1):
        while (wait := pacing.bot_wait()) > ahead:
            ends = min([at for at, _ in flying], default=float("inf"))
            seconds.now = max(seconds.now, min(seconds.now + wait, ends))
            for at, ticket in [each for each in flying if each[0] <= seconds.now]:
                flying.remove((at, ticket))
                pacing.landed(ticket)
        ticket = pacing.take(chat)
        counted.append(ticket.at)
        flying.append((ticket.at + answer, ticket))
    assert most_in(sorted(counted), 1.0) <= 6


def test_a_group_whose_window_is_all_on_its_way_is_asked_again_soon(seconds):
    pacing = Pacing(seconds, Limits(group_messages=1))
    pacing.take(GROUP)
    assert 0 < pacing.chat_wait(GROUP) < 1


def test_what_is_paid_for_leaves_evenly(seconds):
    pacing = Pacing(seconds, Limits(paid_messages=1000))
    times = [pacing.take(chat, paid=True).at - seconds.now for chat in range(1, 101)]
    assert times[0] == 0
    assert times[-1] == pytest.approx(99 * 0.0009)


def test_a_ticket_given_back_makes_room_at_once(seconds):
    pacing = Pacing(seconds, Limits(paid_messages=2, bot_window=1.0))
    tickets = [pacing.take(chat, paid=True) for chat in (1, 2)]
    assert pacing.bot_wait(paid=True) == UNKNOWN
    for ticket in tickets:
        pacing.refund(ticket)
    assert pacing.bot_wait(paid=True) == 0
