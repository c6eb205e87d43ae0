"""Silence is told: blind once, back once, and an error never reads as "no posts"."""

from datetime import timedelta

from bot.sources.face import Broken, NothingNew, Posts, Refused
from bot.watching.freshness import freshness

READER = 1001


async def fail(town, outcome):
    town.watch = await town.recorder.record(town.source.pace, town.watch, outcome, ids_may_churn=False)


async def test_a_source_blind_for_longer_than_its_promise_is_told_once_and_again_when_it_is_back(town):
    await town.subscribe(READER)
    await town.see()
    town.clock.advance(50)
    await fail(town, Broken("The site answers with a login page.", "Set TOCSIN_WEIBO_COOKIE."))
    assert not freshness(town.watch, town.source.pace, town.clock()).blind
    town.clock.advance(100)
    state = freshness(town.watch, town.source.pace, town.clock())
    assert state.blind
    town.watch = await town.recorder.tell_blind(town.watch, state.since)
    await fail(town, Broken("The site answers with a login page."))
    await town.deliver()
    assert len(town.messenger.messages) == 1
    assert "login page" in town.messenger.messages[0].text
    await town.see()
    await town.deliver()
    assert len(town.messenger.messages) == 2
    assert "again" in town.messenger.messages[1].text
    assert town.watch.blind_told_at is None


async def test_each_ending_of_a_poll_is_written_as_what_it_is(town):
    await town.see()
    assert town.watch.outcome == "posts"
    await fail(town, NothingNew())
    assert town.watch.outcome == "nothing_new"
    until = town.clock() + timedelta(minutes=10)
    await fail(town, Refused("too many requests", until))
    assert (town.watch.outcome, town.watch.next_poll_at >= until, town.watch.failures) == ("refused", True, 1)
    await fail(town, Broken("no answer"))
    assert (town.watch.outcome, town.watch.problem, town.watch.failures) == ("broken", "no answer", 2)
    await fail(town, Posts(()))
    assert (town.watch.outcome, town.watch.problem, town.watch.failures) == ("posts", "", 0)


async def test_a_site_that_is_gone_for_good_is_polled_no_more_and_its_readers_are_told(town):
    await town.subscribe(READER)
    await town.see()
    await fail(town, Broken("HTTP 410", gone=True))
    await town.deliver()
    assert town.watch.state == "gone"
    assert "closed for good" in town.messenger.messages[0].text
