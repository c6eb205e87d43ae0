"""The site is only of use if the program's own sources read it as they read the real thing: nothing is mocked here."""

import math
import random
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from bot.demo.site.faults import ALWAYS, Endpoint, Fault
from bot.demo.site.site import POLICE, WEATHER
from bot.fetching import GuardedFetcher
from bot.model.account import Account
from bot.model.alert import MsgType, Severity, Status
from bot.model.post import MediaKind
from bot.sources.cap import CapSource
from bot.sources.face import Broken, NotFoundError, NothingNew, Posts, Presence, Refused
from bot.sources.feed import FeedSource
from bot.sources.weibo import WeiboSource, WeiboUrls

PROFILE = "https://weibo.com/u/1288915263"
ACCOUNT = Account("weibo", POLICE, "平安北京", PROFILE)


class MemoryKeep:
    """A Keep without a database."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], object] = {}

    async def load(self, site: str, name: str) -> object | None:
        return self.values.get((site, name))

    async def save(self, site: str, name: str, value: object) -> None:
        self.values[site, name] = value


@pytest.fixture
async def fetcher(url, clock) -> AsyncIterator[GuardedFetcher]:
    host = urlsplit(url).netloc
    async with GuardedFetcher(
        user_agent="Tocsin/test",
        keep=MemoryKeep(),
        clock=clock,
        rng=random.Random(1),
        allowed_private_hosts=frozenset({host}),
        gap_override=0,
    ) as fetcher:
        yield fetcher


@pytest.fixture
def weibo(url, fetcher, clock) -> WeiboSource:
    return WeiboSource(fetcher, MemoryKeep(), clock, random.Random(2), WeiboUrls(api=url, visitor=url, web=url))


async def no_pause(_seconds: float) -> None:
    pass


async def posts_of(weibo, uid=POLICE, memory=None):
    outcome = await weibo.poll(Account("weibo", uid, "x", f"https://weibo.com/u/{uid}"), memory or {})
    assert isinstance(outcome, Posts), outcome
    return outcome


# ------------------------------------------------------------------ Weibo


async def test_the_weibo_source_mints_once_and_reads_what_stands_before_the_day(site, weibo):
    outcome = await posts_of(weibo)
    posts = {post.id: post for post in outcome.posts}
    assert set(posts) == {site.published[name] for name in ("p-standing", "p-theft", "p-lanes")}
    assert [post.id for post in outcome.posts if post.pinned] == [site.published["p-standing"]]
    assert "https://www.example.com/detours?from=weibo&week=29" in posts[site.published["p-lanes"]].text
    assert all(post.author == "平安北京" and post.published for post in outcome.posts)
    assert site.visitors.minted == 1


async def test_every_one_of_the_thirty_one_posts_is_read_as_it_was_written(site, weibo, clock):
    seen, memory = {}, {}
    for event in site.story.events:
        site.publish(event)
        clock.advance(1)
        if event.account == "police":
            outcome = await weibo.poll(ACCOUNT, memory)
            assert isinstance(outcome, Posts | NothingNew), outcome
            memory = outcome.memory
            if isinstance(outcome, Posts):
                assert outcome.notes == ()
                seen |= {post.id: post for post in outcome.posts}
    told = {event.id: event for event in site.story.events if event.account == "police" and event.text}
    assert len(told) == 31
    for name, event in told.items():
        post = seen[site.published[name]]
        assert post.text == event.text
        assert [media.kind for media in post.media] == [MediaKind.PHOTO] * len(event.pictures)
        assert not post.truncated
    assert site.visitors.minted == 1


async def test_the_weibo_source_sees_an_edit_a_removal_and_the_figures(site, weibo, clock):
    mid = site.weibo_post(POLICE, "莲花池东路断行", forwards=12)
    before = next(post for post in (await posts_of(weibo)).posts if post.id == mid)
    clock.advance(60)
    site.edit(mid, "莲花池西路断行")
    site.figures(mid, 5213, "1.2万", "100万+")
    after = next(post for post in (await posts_of(weibo)).posts if post.id == mid)
    assert (before.edited, before.edit_count, before.engagement.forwards.value) == (None, 0, 12)
    assert (after.edited, after.edit_count, after.text) == (clock(), 1, "莲花池西路断行")
    figures = after.engagement
    assert (figures.forwards.value, figures.comments.value, figures.likes.value) == (5213, 12_000, 1_000_000)
    assert figures.likes.is_lower_bound
    assert await weibo.confirm(ACCOUNT, mid) is Presence.THERE
    site.hide(mid)
    assert await weibo.confirm(ACCOUNT, mid) is Presence.HIDDEN
    site.remove(mid)
    assert await weibo.confirm(ACCOUNT, mid) is Presence.DELETED


async def test_the_weibo_source_tells_a_retweet_from_a_retweet_of_what_is_gone(site, weibo):
    original = site.weibo_post(WEATHER, "升级为黄色", pictures=("sign-yellow",))
    mid = site.weibo_post(POLICE, "请留意", retweet=original)
    there = next(post for post in (await posts_of(weibo)).posts if post.id == mid).repost
    assert (there.available, there.author, there.text) == (True, "气象北京", "升级为黄色")
    assert len(there.media) == 1
    site.remove(original)
    gone = next(post for post in (await posts_of(weibo)).posts if post.id == mid).repost
    assert gone.available is False
    assert "已被作者删除" in gone.reason


async def test_the_weibo_source_reads_posts_in_group_cards(site, weibo):
    site.weibo_routes.grouped = True
    assert len((await posts_of(weibo)).posts) == 3


async def test_the_weibo_source_mints_anew_when_its_cookie_is_revoked(site, weibo, clock):
    await posts_of(weibo)
    site.visitors.revoke()
    clock.advance(3600)
    site.weibo_post(POLICE, "新")
    assert len((await posts_of(weibo)).posts) == 4
    assert site.visitors.minted == 2


async def test_the_weibo_source_takes_the_older_way_when_the_mint_refuses(site, weibo):
    site.faults.set(Endpoint.MINT, Fault.MINT_REFUSED)
    assert len((await posts_of(weibo)).posts) == 3


@pytest.mark.parametrize(
    "what", [POLICE, "@平安北京", "https://weibo.com/n/平安北京", "https://weibo.com/pinganbeijing", PROFILE]
)
async def test_the_weibo_source_finds_the_police_account_by_every_name_it_has(weibo, what):
    (account,) = await weibo.find(what)
    assert (account.key, account.name) == (POLICE, "平安北京")
    assert "government" in account.verified


async def test_the_weibo_source_offers_accounts_of_a_like_name_and_none_for_no_name(weibo):
    assert {account.name for account in await weibo.find("@北京")} == {"平安北京", "气象北京"}
    with pytest.raises(NotFoundError):
        await weibo.find("@没有这个账号")


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault not in {Fault.SLOW, Fault.MINT_REFUSED}])
async def test_no_fault_of_the_site_is_read_as_posts_or_as_nothing_new(site, weibo, clock, fault):
    memory = (await posts_of(weibo)).memory
    clock.advance(3600)
    site.faults.set(Endpoint.TIMELINE, fault, times=ALWAYS)
    outcome = await weibo.poll(ACCOUNT, memory)
    assert isinstance(outcome, Refused | Broken), outcome
    assert outcome.why


# ------------------------------------------------------------------ CAP and RSS


async def test_the_cap_source_reads_the_warnings_of_the_day(site, url, fetcher, clock):
    source = CapSource(fetcher, clock, random.Random(3))
    await site.play(math.inf, sleep=no_pause)
    (account,) = await source.find(f"{url}/cap/index.atom")
    outcome = await source.poll(account, {})
    assert isinstance(outcome, Posts), outcome
    alerts = {post.alert.identifier: post for post in outcome.posts}
    assert set(alerts) == set(site.warnings.issued)

    orange = alerts[site.published["c-orange"]].alert
    assert (orange.status, orange.msg_type, orange.severity) == (Status.ACTUAL, MsgType.UPDATE, Severity.SEVERE)
    assert [wording.language for wording in orange.hazards[0].wordings] == ["zh-CN", "en-US"]
    assert len(orange.hazards) == 1
    assert orange.flags == ()
    areas = [area for hazard in orange.hazards for area in hazard.areas]
    # the shapes stand once; the other language adds the places' names
    assert areas[0].polygons
    assert areas[0].geocodes
    assert all(area.description for area in areas)

    cancel = alerts[site.published["c-cancel"]]
    assert cancel.alert.msg_type is MsgType.CANCEL
    assert len(cancel.supersedes) == 4
    lowered = alerts[site.published["c-lower"]]
    assert {lowered.id, *lowered.aliases} & set(cancel.supersedes)
    assert alerts[site.published["c-slope-clear"]].alert.all_clear
    assert alerts[site.published["c-test"]].alert.status is Status.TEST
    assert alerts[site.published["c-exercise"]].alert.status is Status.EXERCISE


async def test_the_cap_source_asks_for_no_document_twice_and_is_content_with_304(site, url, fetcher, clock):
    source = CapSource(fetcher, clock, random.Random(3))
    site.cap_alert(headline_zh="一")
    (account,) = await source.find(f"{url}/cap/index.atom")
    first = await source.poll(account, {})
    asked = site.asked[Endpoint.DOCUMENT]
    assert isinstance(await source.poll(account, first.memory), NothingNew)
    clock.advance(5)
    site.cap_alert(headline_zh="二")
    second = await source.poll(account, first.memory)
    assert isinstance(second, Posts)
    assert site.asked[Endpoint.DOCUMENT] == asked + 1


async def test_the_feed_source_reads_the_fire_services_items(site, url, fetcher, clock):
    source = FeedSource(fetcher, clock, random.Random(4))
    await site.play(math.inf, sleep=no_pause)
    (account,) = await source.find(f"{url}/feeds/fire.xml")
    assert account.name == "北京消防提示"
    outcome = await source.poll(account, {})
    assert isinstance(outcome, Posts), outcome
    posts = {post.id: post for post in outcome.posts}
    assert set(posts) == set(site.feed.items)
    ready = posts[site.published["f2"]]
    assert ready.title == "消防部门已增派抽水和营救力量"
    assert "遇险请拨打119" in ready.text
    assert "<" not in ready.text
    assert isinstance(await source.poll(account, outcome.memory), NothingNew)


@pytest.mark.parametrize(
    "name",
    [
        "entity-bomb.xml",
        "gzip-bomb.xml",
        "huge.xml",
        "huge-declared.xml",
        "redirect-private.xml",
        "redirect-metadata.xml",
        "redirect-loop.xml",
        "redirect-file.xml",
        "html.xml",
        "truncated.json",
        "empty.xml",
    ],
)
async def test_a_hostile_feed_is_refused_with_a_sentence(site, url, fetcher, clock, name):
    source = FeedSource(fetcher, clock, random.Random(4))
    address = f"{url}/hostile/{name}"
    outcome = await source.poll(Account("feed", address, "x", address), {})
    assert isinstance(outcome, Broken | Refused), outcome
    assert outcome.why.strip()
    assert "\n" not in outcome.why


async def test_a_warning_with_a_doctype_is_refused(url, fetcher, clock):
    source = CapSource(fetcher, clock, random.Random(4))
    address = f"{url}/hostile/cap-doctype.xml"
    outcome = await source.poll(Account("cap", address, "x", address), {})
    assert isinstance(outcome, Broken), outcome


async def test_a_feed_in_another_charset_than_it_says_is_read_all_the_same(url, fetcher, clock):
    source = FeedSource(fetcher, clock, random.Random(4))
    address = f"{url}/hostile/wrong-charset.xml"
    outcome = await source.poll(Account("feed", address, "x", address), {})
    assert [post.title for post in outcome.posts] == ["暴雨预警"]
