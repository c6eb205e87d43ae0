"""The source, as the registry makes it, against the demo's local Weibo: the same answers that the demo runs on."""

import random

import pytest

from bot.demo.site.site import StormSite
from bot.sources.face import Posts, Presence, Refused
from bot.sources.registry import Parts, make_sources

OFFICE = "5000000001"


@pytest.fixture
async def site(clock):
    storm = StormSite(clock, random.Random(1), backlog=False)
    storm.weibo_account(OFFICE, "平安测试", verified_type=1, verified_reason="测试局官方微博", domain="pacs")
    async with storm.serve() as url:
        storm.url = url
        yield storm


@pytest.fixture
def storm_source(site, fetcher, keep, clock):
    options = {"weibo_url": site.url, "weibo_visitor_url": site.url, "weibo_web_url": site.url, "weibo_cookie": ""}
    return make_sources(Parts(fetcher, keep, clock, random.Random(2), options))["weibo"]


@pytest.mark.parametrize("what", [OFFICE, "https://weibo.com/u/5000000001", "@平安测试", "weibo.com/pacs"])
async def test_an_account_is_found_by_number_address_name_and_chosen_address(storm_source, what):
    (account,) = await storm_source.find(what)
    assert (account.key, account.name, account.verified) == (OFFICE, "平安测试", "government: 测试局官方微博")


async def test_the_stand_ins_own_addresses_are_known_as_weibos(storm_source, site):
    (account,) = await storm_source.find(f"{site.url}/u/{OFFICE}")
    assert account.key == OFFICE


async def test_posts_edits_removals_and_long_texts_come_as_they_are(storm_source, site, clock):
    (account,) = await storm_source.find(OFFICE)
    kept = site.weibo_post(OFFICE, "请注意安全。" * 60, long=True)
    clock.advance(60)
    gone = site.weibo_post(OFFICE, "误发，请忽略。", retweet=kept)
    first = await storm_source.poll(account, {})
    assert isinstance(first, Posts)
    told = {post.id: post for post in first.posts}
    assert (told[kept].text, told[kept].truncated) == ("请注意安全。" * 60, False)
    assert told[gone].repost.text == told[kept].text
    assert not told[gone].truncated
    clock.advance(60)
    site.edit(kept, "更正：请注意安全。")
    site.remove(gone)
    second = await storm_source.poll(account, first.memory)
    assert [(post.id, post.text, post.edit_count) for post in second.posts] == [(kept, "更正：请注意安全。", 1)]
    assert await storm_source.confirm(account, gone) is Presence.DELETED
    assert await storm_source.confirm(account, kept) is Presence.THERE
    site.hide(kept)
    assert await storm_source.confirm(account, kept) is Presence.HIDDEN


async def test_a_site_that_closes_to_visitors_is_refused_and_back_when_it_opens(storm_source, site, clock):
    (account,) = await storm_source.find(OFFICE)
    site.weibo_post(OFFICE, "早安。")
    clock.advance(3600)
    site.visitors.closed = True
    assert isinstance(await storm_source.poll(account, {}), Refused)
    site.visitors.closed = False
    clock.advance(1801)
    assert isinstance(await storm_source.poll(account, {}), Posts)
