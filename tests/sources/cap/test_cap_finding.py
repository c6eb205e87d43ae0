"""Which addresses hold CAP, and what the account is called."""

import pytest

from bot.sources.face import Claim, NotFoundError, UnreadableError


@pytest.mark.parametrize(
    ("what", "claim"),
    [
        ("https://weather.example/a.cap", Claim.SURE),
        ("weather.example/a.CAP?x=1", Claim.SURE),
        ("https://weather.example/feed", Claim.MAYBE),
        ("平安北京", Claim.NO),
        ("1288915263", Claim.NO),
    ],
)
def test_addresses_are_claimed(what, claim, caps):
    assert caps.claims(what) is claim


async def test_a_bare_alert_is_an_account_named_by_its_sender(caps, publisher, recorded_cap):
    url = publisher.put("/storm", recorded_cap("storm.cap"))
    (account,) = await caps.find(url)
    assert (account.kind, account.key, account.name) == ("cap", url, "市气象台")
    assert (account.language, account.utc_offset) == ("zh-CN", 480)


async def test_an_index_is_an_account_named_by_its_title(caps, publisher, recorded_cap):
    url = publisher.put("/index", recorded_cap("index.atom"))
    (account,) = await caps.find(url)
    assert (account.name, account.language) == ("Warnings in force", "en")


async def test_an_empty_index_is_known_by_its_namespace_or_name(caps, publisher):
    quiet = publisher.put(
        "/quiet", '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:cap="urn:oasis:names:tc:emergency:cap:1.2"/>'
    )
    assert (await caps.find(quiet))[0].key == quiet
    named = publisher.put("/cap_rss.xml", "<rss version='2.0'><channel><title>Avisos</title></channel></rss>")
    assert (await caps.find(named))[0].name == "Avisos"


async def test_a_feed_that_does_not_say_what_it_lists_is_looked_behind(caps, publisher, alert):
    publisher.put("/alerts/1.xml", alert())
    item = f"<item><title>Rain</title><link>{publisher.url('/alerts/1.xml')}</link></item>"
    url = publisher.put("/rss", f"<rss version='2.0'><channel><title>Warnings</title>{item}</channel></rss>")
    (account,) = await caps.find(url)
    assert account.key == url


@pytest.mark.parametrize(
    "body",
    [
        b"<rss version='2.0'><channel><title>News</title><item><link>https://x.example/1</link></item></channel></rss>",
        b"<rss version='2.0'><channel><title>News</title></channel></rss>",
        b"<!DOCTYPE html><html></html>",
        b'{"version": "https://jsonfeed.org/version/1.1", "items": []}',
        b"",
        b"words",
    ],
)
async def test_what_is_no_cap_is_not_found(body, caps, publisher):
    url = publisher.put("/news", body)
    with pytest.raises(NotFoundError):
        await caps.find(url)


async def test_broken_cap_is_unreadable_rather_than_not_found(caps, publisher, alert):
    url = publisher.put("/broken", alert()[:-20])
    with pytest.raises(UnreadableError, match="cut off"):
        await caps.find(url)


async def test_nothing_there_is_not_found(caps, publisher):
    with pytest.raises(NotFoundError, match="404"):
        await caps.find(publisher.url("/nothing"))
    with pytest.raises(NotFoundError):
        await caps.find("no address")


async def test_a_temporary_redirect_does_not_become_the_account(caps, publisher, alert):
    publisher.put("/real", alert())
    publisher.put("/temporary", b"", 302, Location="/real")
    publisher.put("/permanent", b"", 301, Location="/real")
    assert (await caps.find(publisher.url("/temporary")))[0].key == publisher.url("/temporary")
    assert (await caps.find(publisher.url("/permanent")))[0].key == publisher.url("/real")
