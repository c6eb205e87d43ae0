import feedparser


async def read(client):
    return feedparser.parse((await client.get("/feeds/fire.xml")).content)


async def test_the_feed_lists_its_items_newest_first(site, client, clock, url):
    clock.advance(60)
    guid = site.feed_item("抽水力量就位", "<p>请拨打<strong>119</strong></p>")
    feed = await read(client)
    assert feed.bozo is False
    assert feed.feed.title == "北京消防提示"
    assert [entry.id for entry in feed.entries] == [guid, site.published["f-balcony"]]
    assert feed.entries[0].title == "抽水力量就位"
    assert feed.entries[0].published == "Tue, 21 Jul 2026 11:52:00 +0800"
    assert feed.entries[0].link == f"{url}/notices/{guid}"
    assert "抽水力量就位" in (await client.get(feed.entries[0].link)).text


async def test_an_item_can_be_changed_under_its_guid_and_taken_out(site, client, clock):
    guid = site.feed_item("标题", "原文")
    clock.advance(60)
    site.feed_item("标题", "更正", guid=guid)
    first = (await read(client)).entries[0]
    assert (first.id, first.summary, first.published) == (guid, "更正", "Tue, 21 Jul 2026 11:51:00 +0800")
    site.feed.remove(guid)
    assert guid not in [entry.id for entry in (await read(client)).entries]


async def test_an_unchanged_feed_answers_304(site, client, clock):
    first = await client.get("/feeds/fire.xml")
    validators = {"If-None-Match": first.headers["etag"], "If-Modified-Since": first.headers["last-modified"]}
    assert (await client.get("/feeds/fire.xml", headers=validators)).status_code == 304
    site.feed_item("新", "新")
    assert (await client.get("/feeds/fire.xml", headers=validators)).status_code == 200
