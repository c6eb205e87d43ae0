import asyncio
import math
import random
from collections import Counter
from datetime import timedelta
from itertools import pairwise

from bot.demo.site.playing import LULL
from bot.demo.site.site import POLICE, WEATHER, StormSite
from bot.demo.site.snowflake import time_of
from bot.demo.site.story import EventKind
from bot.demo.site.weibo import PostState


class Sleeper:
    """Lets no real time pass: it moves the clock instead."""

    def __init__(self, clock) -> None:
        self.clock = clock
        self.slept = 0.0

    async def __call__(self, seconds: float) -> None:
        self.slept += seconds
        self.clock.advance(seconds)


async def test_a_played_day_leaves_the_whole_story_on_the_site(site, clock):
    await site.play(10, sleep=Sleeper(clock))
    by_author = Counter(
        post.uid for post in site.weibo.posts.values() if post.created >= clock() - timedelta(hours=1)
    )
    written = Counter(event.account for event in site.story.events if event.kind is EventKind.POST)
    assert by_author == {POLICE: written["police"], WEATHER: written["weather"]}
    assert by_author[POLICE] == 31
    posts = site.weibo.posts
    assert posts[site.published["p10"]].edits == 1
    assert posts[site.published["p20"]].state is PostState.DELETED
    assert posts[site.published["w-forecast"]].state is PostState.DELETED
    assert posts[site.published["p15"]].forwards == 5213
    assert len(site.warnings.issued) == 9
    assert len(site.feed.items) == 4


async def test_posts_carry_the_real_time_at_which_they_appear_in_the_storys_order(site, clock):
    began = clock()
    await site.play(10, sleep=Sleeper(clock))
    order = [event.id for event in site.story.events if event.kind is EventKind.POST]
    mids = [int(site.published[name]) for name in order]
    assert mids == sorted(mids)
    assert all(began <= time_of(str(mid)) <= clock() for mid in mids)


async def test_the_speed_is_in_story_minutes_for_each_second_and_lulls_are_shortened(site, clock):
    minutes = [event.minute for event in site.story.events]
    wanted = sum(min(later - earlier, LULL) for earlier, later in pairwise(minutes))
    sleeper = Sleeper(clock)
    await site.play(20, sleep=sleeper)
    assert math.isclose(sleeper.slept, wanted / 20, rel_tol=0.01)


async def test_the_panels_clock_runs_through_and_the_speed_can_be_changed_and_paused(site, clock):
    seen, pauses = [], []

    async def sleep(seconds: float) -> None:
        seen.append(site.panel.state()["clock"])
        if site.panel.speed == 0:
            pauses.append(site.panel.minute)
            site.panel.speed = 60 if len(pauses) == 3 else 0
        elif site.panel.minute > 700 and not pauses:
            site.panel.speed = 0

    await site.play(4, sleep=sleep)
    assert len(set(pauses)) == 1
    assert len(pauses) == 3
    assert seen[0] == "09:30"
    assert len(set(seen)) > 100
    state = site.panel.state()
    assert (state["playing"], state["finished"], state["clock"]) == (False, True, "04:10")


async def test_the_panel_shows_each_post_with_its_gloss_and_what_became_of_it(site, clock):
    await site.play(math.inf, sleep=Sleeper(clock))
    state = site.panel.state()
    posts = {post["id"]: post for post in state["posts"]}
    assert state["posts"][0]["id"] == "c-slope-clear"
    assert (posts["p01"]["time"], posts["p01"]["state"], posts["p01"]["account"]) == ("11:51", "new", "police")
    assert posts["p01"]["english"].startswith("Take caution outdoors today")
    assert posts["p10"]["state"] == "edited"
    assert "莲花池西路" in posts["p10"]["text"]
    assert posts["p20"]["state"] == "removed"
    assert posts["p15"]["forwards"] == 5213
    assert len(posts["p12"]["pictures"]) == 4
    assert (posts["c-orange"]["colour"], posts["c-orange"]["status"], posts["c-orange"]["action"]) == (
        "橙",
        "Actual",
        "Update",
    )
    assert posts["c-test"]["status"] == "Test"
    assert posts["f1"]["text"].startswith("强降雨到来前")
    assert posts["f2"]["text"].splitlines() == [
        "全市消防站已进入备战状态，抽水泵和橡皮艇前置到低洼路段。",
        "遇险请拨打119。",
    ]
    assert [account["key"] for account in state["accounts"]] == ["police", "weather", "warnings", "fire"]
    assert state["accounts"][0]["follow"] == POLICE


async def test_a_watcher_gets_the_state_now_and_after_changes(site, clock):
    states = site.panel.states(gap=0)
    first = await anext(states)
    assert first["posts"] == []
    waiting = asyncio.create_task(anext(states))
    await asyncio.sleep(0)
    assert not waiting.done()
    site.publish(site.story.events[0])
    async with asyncio.timeout(5):
        second = await waiting
    assert [post["id"] for post in second["posts"]] == ["c-blue"]
    assert second["version"] > first["version"]
    await states.aclose()


async def test_the_day_can_be_played_again(site, clock):
    await site.play(math.inf, sleep=Sleeper(clock))
    first = dict(site.published)
    clock.advance(60)
    await site.play(math.inf, sleep=Sleeper(clock))
    replayed = {name for name in first if site.published[name] != first[name]}
    assert len(replayed) == len({event.id for event in site.story.events})
    assert len(site.panel.state()["posts"]) == len(replayed)


async def test_a_play_in_the_background_ends_with_the_server(clock):
    site = StormSite(clock, random.Random(1))
    async with site.serve(), asyncio.timeout(10):
        site.start(0)
        while not site.panel.playing:
            await asyncio.sleep(0.01)
        site.start(math.inf)
        while not site.panel.finished:
            await asyncio.sleep(0.01)
        site.start(0)
        while not site.panel.playing:
            await asyncio.sleep(0.01)
    assert site.panel.playing is False


async def test_before_the_day_the_accounts_show_older_posts(site, clock, visitor):
    posts = await visitor.posts(POLICE)
    assert [post["mid"] for post in posts] == [site.published[name] for name in ("p-standing", "p-lanes", "p-theft")]
    assert all(time_of(post["mid"]) < clock() - timedelta(hours=10) for post in posts)
