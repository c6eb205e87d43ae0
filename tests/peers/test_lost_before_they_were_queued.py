"""How peers lost messages before they had them to send (4, 7, 8, 12, 14); none of it can happen here."""

import asyncio
import random
from datetime import timedelta

import pytest
from scripted import ScriptedSource

from bot.model.delivery import Op
from bot.sources.face import Broken, Presence
from bot.store import accounts
from bot.watching import watcher as watching
from bot.watching.watcher import Watcher

READER, OTHER = 1001, 1002


def numbers(town, chat=READER):
    return [int(text.split("第")[1].split("条")[0]) for text in town.messenger.texts(chat) if "第" in text]


async def test_lost_04_state_in_memory_what_was_published_while_the_program_was_down_is_told(town):
    """bison takes the whole page of its first poll after a start for seen."""
    await town.subscribe(READER)
    await town.see(town.post(1))
    before = [town.post(n) for n in (1, 2, 3)]
    town.clock.advance(900)
    await town.restart()
    await town.see(*before)
    await town.deliver()
    assert numbers(town) == [2, 3]


@pytest.mark.parametrize("hours", [3, 5, 30])
async def test_lost_04_old_posts_dropped_none_is_too_old_to_be_told(town, hours):
    """bison drops every post older than two hours, whatever kept it from being seen."""
    await town.subscribe(READER)
    await town.see()
    missed = town.post(1)
    town.clock.advance(hours * 3600)
    await town.restart()
    await town.see(missed)
    await town.deliver()
    # on its own, or after a night away by name among what was missed
    [said] = town.messenger.texts(READER)
    assert "第1条" in said


async def test_lost_07_only_the_newest_sixty_posts_at_once_are_sixty_messages(town):
    """el_monitorro takes the newest ten and moves its mark past the rest."""
    await town.subscribe(READER)
    await town.see()
    await town.see(*[town.post(n) for n in range(60, 0, -1)])
    await town.deliver()
    assert numbers(town) == list(range(1, 61))


@pytest.mark.parametrize("typed", ["STORM", "storm", "ｓｔｏｒｍ", "(a|b)", "c++", "[A12]", "^", "storm.", "(i?)"])
async def test_lost_08_filter_rules_silently_wrong_words_are_what_they_look_like(town, typed):
    """miniflux takes "(i?)" where "(?i)" was meant, and the rule matches nothing from then on."""
    post = town.post(1, f"Warning: {typed.lower()} ahead")
    await town.subscribe(READER, typed)
    await town.see()
    await town.see(post)
    await town.deliver()
    assert len(town.messenger.texts(READER)) == 1


async def test_lost_08_filter_rules_silently_wrong_what_breaks_in_matching_lets_the_alert_through(town, monkeypatch):
    """An invalid rule matches nothing in miniflux; here a filter that cannot be judged is no filter."""
    from bot.watching import foreseeing, queueing

    def broken(*_args, **_more):
        raise ValueError("cannot be judged")

    monkeypatch.setattr(foreseeing, "facts_of", broken)
    monkeypatch.setattr(queueing, "facts_of", broken)
    await town.subscribe(READER, "storm")
    await town.see()
    await town.see(town.post(1))
    await town.deliver()
    assert numbers(town) == [1]


async def test_lost_12_upstream_hid_it_a_pinned_post_hides_no_second_one(town):
    """HarukaBot looks at the first post only: a pin and a post within one interval hide the latter."""
    await town.subscribe(READER)
    old = town.post(1)
    await town.see(old)
    pinned = town.post(2, pinned=True)
    await town.see(pinned, town.post(3), old)
    await town.deliver()
    assert numbers(town) == [2, 3]


async def test_lost_12_upstream_hid_it_a_post_that_was_let_through_late_is_told(town):
    """A post that the platform approves late sorts below the mark up to which peers have read."""
    await town.subscribe(READER)
    first, late, newest = (town.post(n) for n in (1, 2, 3))
    await town.see(first)
    await town.see(newest, first)
    await town.deliver()
    await town.see(newest, late, first)
    await town.deliver()
    assert numbers(town) == [3, 2]


async def test_lost_12_upstream_hid_it_what_visitors_are_not_shown_is_not_taken_back(town):
    """Weibo hides posts with certain words from visitors: that is no word of the agency's."""
    await town.subscribe(READER)
    await town.see()
    first, second, third = (town.post(n) for n in (1, 2, 3))
    town.clock.advance(600)
    await town.see(first, second, third)
    await town.deliver()
    town.source.presence[second.id] = Presence.HIDDEN
    town.clock.advance(3600)
    await town.see(first, third, withdrawals=True)
    await town.deliver()
    assert town.source.asked == [second.id]
    assert numbers(town) == [1, 2, 3]
    assert not any(message.edits for message in town.messenger.messages)


class Watched:
    """The watcher at work on the town's account, with the clock in the test's hand."""

    def __init__(self, town, monkeypatch):
        monkeypatch.setattr(watching, "SWEEP_SECONDS", 0.01)
        self.town = town
        self.source = ScriptedSource()
        self.watcher = Watcher(town.db, {"weibo": self.source}, clock=town.clock, rng=random.Random(1))

    async def run(self, seconds):
        """So much time passes, five seconds at a time, each with its polls."""
        for _ in range(int(seconds / 5)):
            self.town.clock.advance(5)
            self.watcher.nudge()
            await asyncio.sleep(0.01)

    async def told(self):
        """Which chats have a word of the bot's own queued for them, and how many."""
        return sorted(row.chat_id for row in await self.town.rows() if row.op == Op.NOTICE.value)


@pytest.fixture
async def watched(town, monkeypatch):
    for chat in (READER, OTHER):
        await town.subscribe(chat)
    made = Watched(town, monkeypatch)
    running = asyncio.ensure_future(made.watcher.run())
    yield made
    running.cancel()
    await asyncio.wait({running})


async def test_lost_14_told_too_late_a_dead_source_is_told_once_its_promise_is_broken(watched):
    """RSStT warns at the hundredth error, 37.7 days on; rssbot after 5 days; flowerss never."""
    await watched.run(30)
    watched.source.outcome = Broken("no answer")
    await watched.run(watched.source.pace.promise / 2)
    assert await watched.told() == []
    await watched.run(2 * watched.source.pace.promise)
    assert len(await watched.told()) == 2
    assert len(set(await watched.told())) == 2


async def test_lost_14_failures_of_a_lifetime_a_source_that_fails_now_and_then_is_never_given_up(watched):
    """BoKKeR never resets its counter: ten failures in a lifetime switch the feed off."""
    well = watched.source.outcome
    for _ in range(11):
        watched.source.outcome = Broken("no answer")
        await watched.run(25)
        watched.source.outcome = well
        await watched.run(60)
    async with watched.town.db.read() as conn:
        watch = await accounts.watch_of(conn, watched.town.watch.account_id)
    assert (watch.state, watch.failures) == ("active", 0)
    assert watch.next_poll_at <= watched.town.clock() + timedelta(seconds=2 * watched.source.pace.ceiling)
    assert await watched.told() == []
