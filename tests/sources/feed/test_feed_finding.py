"""From what a person types to the feed that is meant."""

import pytest

from bot.sources.face import Claim, NotFoundError, RefusedError
from bot.sources.feed.reading import feed_links
from bot.sources.links import as_url

ITEM = "<guid>1</guid><title>Road closed</title>"


@pytest.mark.parametrize(
    ("what", "url"),
    [
        ("https://fire.example/rss", "https://fire.example/rss"),
        ("  HTTP://Fire.Example:80/Rss?a=B#top ", "http://fire.example/Rss?a=B"),
        ("fire.example", "https://fire.example/"),
        ("fire.example/rss.xml", "https://fire.example/rss.xml"),
        ("feed://fire.example/rss", "https://fire.example/rss"),
        ("feed:http://fire.example/rss", "http://fire.example/rss"),
        ("消防.example/rss", "https://xn--r1wm18f.example/rss"),
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"),
    ],
)
def test_an_address_has_one_spelling(what, url, feeds):
    assert as_url(what) == url
    assert feeds.claims(what) is Claim.MAYBE


@pytest.mark.parametrize(
    "what",
    ["", "平安北京", "@name", "1288915263", "a@fire.example", "two words.example", "ftp://fire.example/", "1.5"],
)
async def test_what_is_no_address_is_not_claimed(what, feeds):
    assert feeds.claims(what) is Claim.NO
    with pytest.raises(NotFoundError):
        await feeds.find(what)


async def test_a_feed_is_found_with_its_name_site_and_language(feeds, publisher, rss):
    head = "<link>https://fire.example/</link><language>de-AT</language><description>Alarms</description>"
    url = publisher.put("/rss", rss(ITEM, head=head))
    (account,) = await feeds.find(url)
    assert (account.kind, account.key, account.name) == ("feed", url, "Fire")
    assert (account.url, account.language, account.description) == ("https://fire.example/", "de-AT", "Alarms")


async def test_a_feed_without_title_is_named_by_its_host(feeds, publisher):
    url = publisher.put("/rss", b"<rss><channel></channel></rss>")
    (account,) = await feeds.find(url)
    assert account.name.startswith("127.0.0.1")


async def test_a_page_leads_to_its_feed(feeds, publisher, rss):
    publisher.put("/rss", rss(ITEM))
    page = publisher.put(
        "/", '<html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head></html>'
    )
    (account,) = await feeds.find(page)
    assert account.key == publisher.url("/rss")


async def test_a_page_with_several_feeds_is_ambiguous_but_rss_and_atom_of_one_news_are_one(feeds, publisher, rss):
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="/{n}">' for n in ("a", "b", "c", "gone"))
    page = publisher.put("/", f"<html><head>{links}</head></html>")
    publisher.put("/a", rss(ITEM))
    publisher.put("/b", rss(ITEM).replace(b"Fire", b"Water"))
    publisher.put("/c", b'<feed xmlns="http://www.w3.org/2005/Atom"><title>Fire</title></feed>')
    accounts = await feeds.find(page)
    assert [account.name for account in accounts][:2] == ["Fire", "Water"]
    assert publisher.url("/gone") not in {account.key for account in accounts}


async def test_rss_and_atom_of_the_same_site_are_one_choice(feeds, publisher, rss):
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="/{n}">' for n in ("a", "b"))
    page = publisher.put("/", f"<html><head>{links}</head></html>")
    publisher.put("/a", rss(ITEM, head="<link>https://fire.example/</link>"))
    atom = b'<feed xmlns="http://www.w3.org/2005/Atom"><title>Fire</title><link href="https://fire.example/"/></feed>'
    publisher.put("/b", atom)
    assert len(await feeds.find(page)) == 1


async def test_a_page_without_feeds_is_not_found(feeds, publisher):
    page = publisher.put("/", "<html><body>Hello</body></html>")
    with pytest.raises(NotFoundError, match="no feed"):
        await feeds.find(page)


async def test_nothing_at_the_address_is_not_found_and_a_busy_site_refuses(feeds, publisher):
    with pytest.raises(NotFoundError, match="404"):
        await feeds.find(publisher.url("/nothing"))
    with pytest.raises(NotFoundError):
        await feeds.find("http://127.0.0.1:1/")
    with pytest.raises(NotFoundError):
        await feeds.find("http://10.0.0.1/")  # a private address is never asked
    publisher.put("/busy", b"", 503, Retry_After="60")
    with pytest.raises(RefusedError, match="Try again"):
        await feeds.find(publisher.url("/busy"))


async def test_the_key_follows_permanent_redirects_only(feeds, publisher, rss):
    publisher.put("/new", rss(ITEM))
    publisher.put("/moved", b"", 301, Location="/new")
    publisher.put("/elsewhere", b"", 302, Location="/new")
    (moved,) = await feeds.find(publisher.url("/moved"))
    (elsewhere,) = await feeds.find(publisher.url("/elsewhere"))
    assert moved.key == publisher.url("/new")
    assert elsewhere.key == publisher.url("/elsewhere")


def test_the_links_of_a_page_are_resolved_and_comments_left_out(recorded_feed):
    links = feed_links(recorded_feed("page.html"), "https://www.town.example/")
    assert links == ["https://town.example/news/rss.xml", "https://town.example/alerts.atom"]
