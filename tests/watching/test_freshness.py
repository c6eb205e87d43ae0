"""Silence is told: blind once, back once, and an error never reads as "no posts"."""

import random
import re
from datetime import timedelta

from bot.model.reason import Cause, Reason, reason_of
from bot.sources.face import Broken, NothingNew, Posts, Refused
from bot.store import accounts
from bot.watching.freshness import freshness
from bot.watching.recording import Recorder

READER = 1001


async def fail(town, outcome):
    town.watch = await town.recorder.record(town.source.pace, town.watch, outcome, ids_may_churn=False)


async def test_a_source_blind_for_longer_than_its_promise_is_told_once_and_again_when_it_is_back(town):
    await town.subscribe(READER)
    await town.see()
    town.clock.advance(50)
    login = Broken("Weibo sent us to its login.", "Set TOCSIN_WEIBO_COOKIE.", reason=Reason(Cause.LOGIN))
    await fail(town, login)
    assert not freshness(town.watch, town.source.pace, town.clock()).blind
    town.clock.advance(100)
    state = freshness(town.watch, town.source.pace, town.clock())
    assert state.blind
    town.watch = await town.recorder.tell_blind(town.watch, state.since)
    await fail(town, login)
    await town.deliver()
    assert len(town.messenger.messages) == 1
    assert "The site shows this only to users who are logged in." in town.messenger.messages[0].text
    assert "TOCSIN" not in town.messenger.messages[0].text
    await town.see()
    await town.deliver()
    assert len(town.messenger.messages) == 2
    assert "again" in town.messenger.messages[1].text
    assert town.watch.blind_told_at is None


async def test_back_names_the_moment_that_blind_named_and_comes_before_what_was_missed(town):
    await town.subscribe(READER)
    await town.see(town.post(1))
    town.clock.advance(7200)
    await fail(town, Broken("no answer", reason=Reason(Cause.UNREACHABLE)))
    state = freshness(town.watch, town.source.pace, town.clock())
    town.watch = await town.recorder.tell_blind(town.watch, state.since)
    await town.deliver()
    town.clock.advance(600)
    await town.see(town.post(1), town.post(2, "今天没有什么", published=town.clock()))
    await town.deliver()
    blind, back, missed = town.messenger.texts(READER)
    [said] = re.findall(r"since (.*?)\. ", blind)
    assert f"out of sight since {said};" in back
    assert "今天没有什么" in missed


async def test_what_another_process_has_told_or_seen_is_not_told_again(town):
    """One that was frozen wakes up with what it knew."""
    await town.subscribe(READER)
    await town.see()
    town.clock.advance(150)
    await fail(town, Broken("no answer"))
    stale, since = town.watch, town.watch.last_ok_at
    town.watch = await town.recorder.tell_blind(stale, since)
    again = await Recorder(town.db, town.clock, random.Random(1), lambda: None).tell_blind(stale, since)
    assert again.blind_told_at == town.watch.blind_told_at
    await town.see()
    seen = await town.recorder.tell_blind(stale, since)
    assert (seen.blind_told_at, seen.last_ok_at) == (None, town.watch.last_ok_at)
    await town.deliver()
    assert len(town.messenger.texts(READER)) == 2


async def test_each_topic_is_told_once_however_often_it_follows(town):
    for thread in (0, 7):
        await town.subscribe(-100500, thread_id=thread)
        await town.subscribe(-100500, "rain", thread_id=thread)
    await town.see()
    town.clock.advance(150)
    await fail(town, Broken("no answer"))
    town.watch = await town.recorder.tell_blind(town.watch, town.clock())
    await town.deliver()
    assert [len(town.shown(-100500, thread)) for thread in (0, 7)] == [1, 1]


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
    await fail(town, Broken("HTTP 410", gone=True, reason=Reason(Cause.GONE)))
    await town.deliver()
    assert town.watch.state == "gone"
    assert "closed for good" in town.messenger.messages[0].text


async def test_why_a_source_went_blind_is_told_in_each_chats_own_language(town):
    await town.subscribe(READER, language="zh-Hans")
    await town.see()
    town.clock.advance(150)
    await fail(town, Broken("HTTP 502", reason=Reason(Cause.SITE_FAULT, {"status": "502"})))
    town.watch = await town.recorder.tell_blind(town.watch, town.clock())
    await town.deliver()
    assert "网站自身出了故障（HTTP 502）" in town.messenger.messages[0].text


async def test_what_lacks_of_a_good_list_is_written_down_and_goes_when_it_is_there(town):
    lacking = Reason(Cause.ALERTS_MISSING, {"count": "1"})
    await fail(town, Posts((), lacking=lacking))
    assert (town.watch.outcome, reason_of(town.watch.reason), town.watch.failures) == ("posts", lacking, 0)
    await fail(town, NothingNew(lacking=lacking))
    assert reason_of(town.watch.reason) == lacking
    await fail(town, NothingNew())
    assert town.watch.reason == ""
    async with town.db.read() as conn:
        assert (await accounts.watch_of(conn, town.watch.account_id)).reason == ""


async def test_a_source_that_nobody_looks_at_is_blind_though_no_poll_failed(town):
    await town.see()
    started = town.clock()
    pace = town.source.pace
    town.clock.advance(pace.promise + 1)
    assert freshness(town.watch, pace, town.clock(), started).blind
    # who has just begun to watch (after a long stop) has not broken the promise yet: the first polls come first
    assert not freshness(town.watch, pace, town.clock(), town.clock()).blind
