"""A channel's feed as posts, how each look ends, how a channel's id is found, and the word on a film that is gone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.account import Account
from bot.model.reason import Cause
from bot.sources.face import Broken, Claim, NotFoundError, NothingNew, Posts, Presence, Refused, UnreadableError
from bot.sources.youtube import YoutubeSource
from bot.sources.youtube.naming import Named, channel_named
from bot.sources.youtube.videos import channel_in
from bot.store.fingerprint import fingerprint

CHANNEL = "UCaaaaaaaaaaaaaaaaaaaaaa"
FEED = f"/feeds/videos.xml?channel_id={CHANNEL}"


async def test_the_first_look_gives_films_with_their_descriptions(youtube, channel, publisher, recorded_feed):
    publisher.put(FEED, recorded_feed)
    outcome = await youtube.poll(channel, {})
    assert isinstance(outcome, Posts)
    first, second = outcome.posts
    assert (first.id, first.title) == ("AbCdEfGh-1_", "Flood: where to go & what to take")
    assert first.text == "Shelters are open: https://shelters.example/\nLevel < 2 m is safe.\nCall 112."
    assert first.published == datetime(2026, 7, 21, 3, 30, tzinfo=UTC)
    assert first.url == "https://www.youtube.com/watch?v=AbCdEfGh-1_"
    assert first.media[0].url == "https://i1.ytimg.com/vi/AbCdEfGh-1_/hqdefault.jpg"
    assert (second.text, second.author) == ("", "Civil Protection")
    assert outcome.account.name == "Civil Protection"
    assert isinstance(await youtube.poll(channel, outcome.memory), NothingNew)


async def test_views_and_another_picture_host_are_no_edit_and_new_words_are(
    youtube, channel, publisher, recorded_feed
):
    async def first(feed: str):
        publisher.put(FEED, feed)
        post = (await youtube.poll(channel, {})).posts[0]
        assert post.edited is None
        return fingerprint(post)

    before = await first(recorded_feed)
    counted = recorded_feed.replace('views="1234"', 'views="99999"').replace("03:45:12", "09:00:00")
    assert await first(counted.replace("//i1.", "//i3.")) == before
    assert await first(recorded_feed.replace("Call 112", "Call 911")) != before


async def test_a_feed_that_is_not_there_now_may_come_back(youtube, channel, publisher):
    outcome = await youtube.poll(channel, {})
    assert isinstance(outcome, Broken)
    assert (outcome.lasting, outcome.reason.cause) == (False, Cause.MISSING)


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, ""), (200, ""), (200, "<html><title>Before you continue</title></html>"), (200, "<rss/>"), (200, "<feed xmlns='x'>"),
     (200, "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>x</title></entry></feed>")],
)  # fmt: skip
async def test_other_answers_are_broken(status, body, youtube, channel, publisher):
    publisher.put(FEED, body, status)
    assert isinstance(await youtube.poll(channel, {}), Broken)


async def test_429_is_refused_until_the_site_says(youtube, channel, publisher, clock):
    publisher.put(FEED, "", 429, Retry_After="60")
    outcome = await youtube.poll(channel, {})
    assert isinstance(outcome, Refused)
    assert outcome.until == clock() + timedelta(seconds=60)


async def test_an_empty_feed_is_a_channel_without_films(youtube, channel, publisher):
    publisher.put(FEED, "<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title></feed>")
    assert (await youtube.poll(channel, {})).posts == ()


async def test_only_404_is_the_word_on_a_film_that_is_gone(youtube, channel, publisher):
    def oembed(video: str) -> str:
        return f"/oembed?url=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3D{video}&format=json"

    for video, status in (("A" * 11, 200), ("B" * 11, 401), ("C" * 11, 500)):
        publisher.put(oembed(video), "{}", status)
    told = [await youtube.confirm(channel, letter * 11) for letter in "ABCD"]
    assert told == [Presence.THERE, Presence.HIDDEN, Presence.UNKNOWN, Presence.DELETED]
    assert await youtube.confirm(channel, "short") is Presence.UNKNOWN


async def test_a_handle_leads_to_the_channels_id_and_a_consent_page_does_not(youtube, publisher, recorded_feed):
    publisher.put(FEED, recorded_feed)
    publisher.put("/@CivilProtection", f'<link rel="canonical" href="https://www.youtube.com/channel/{CHANNEL}">')
    (found,) = await youtube.find("https://www.youtube.com/@CivilProtection/videos")
    assert (found.kind, found.key, found.name) == ("youtube", CHANNEL, "Civil Protection")
    publisher.put("/watch?v=AbCdEfGh-1_", f'<meta itemprop="channelId" content="{CHANNEL}">')
    assert (await youtube.find("https://youtu.be/AbCdEfGh-1_?t=3"))[0].key == CHANNEL
    publisher.put("/@shut", "<form action='https://consent.youtube.com/save'></form>")
    with pytest.raises(NotFoundError, match="consent"):
        await youtube.find("youtube.com/@shut")
    with pytest.raises(NotFoundError):
        await youtube.find("good morning")


@pytest.mark.parametrize(
    ("what", "named"),
    [
        (CHANNEL, Named(channel=CHANNEL)),
        (f"https://www.youtube.com/channel/{CHANNEL}/about", Named(channel=CHANNEL)),
        (f"https://www.youtube.com{FEED}", Named(channel=CHANNEL)),
        ("m.youtube.com/@nws", Named(page="/@nws")),
        ("https://youtube.com/@国家应急广播", Named(page="/@%E5%9B%BD%E5%AE%B6%E5%BA%94%E6%80%A5%E5%B9%BF%E6%92%AD")),
        ("https://www.youtube.com/c/NWS", Named(page="/c/NWS")),
        ("https://www.youtube.com/user/NWS", Named(page="/user/NWS")),
        ("https://www.youtube.com/watch?v=AbCdEfGh-1_&t=3", Named(page="/watch?v=AbCdEfGh-1_")),
        ("https://www.youtube.com/shorts/AbCdEfGh-1_", Named(page="/watch?v=AbCdEfGh-1_")),
    ],
)  # fmt: skip
def test_channels_are_named_by_id_handle_or_film(what, named):
    assert channel_named(what) == named
    assert YoutubeSource(None).claims(what) is Claim.SURE


@pytest.mark.parametrize(
    "what",
    ["@nws", "https://www.youtube.com/", "https://www.youtube.com/feed/trending", "https://[", "youtu.be/x", ""],
)
def test_other_words_are_not_claimed(what):
    assert YoutubeSource(None).claims(what) is Claim.NO


@pytest.mark.parametrize("memory", [{"sha": 1}, {"etag": [], "url": {}, "moved": "x", "hint_s": "y"}])
async def test_any_memory_is_borne(memory, youtube, channel, publisher, recorded_feed):
    publisher.put(FEED, recorded_feed)
    assert isinstance(await youtube.poll(channel, memory), Posts)


async def test_an_account_without_an_id_is_broken(youtube):
    assert isinstance(await youtube.poll(Account("youtube", "nonsense", "n", ""), {}), Broken)


def test_an_entity_bomb_is_refused():
    bomb = b'<!DOCTYPE feed [<!ENTITY a "ha">]><feed xmlns="http://www.w3.org/2005/Atom"><title>&a;</title></feed>'
    with pytest.raises(UnreadableError, match="DOCTYPE"):
        YoutubeSource(None).read(bomb, FEED)


NS = "xmlns='http://www.w3.org/2005/Atom' xmlns:yt='http://www.youtube.com/xml/schemas/2015' xmlns:media='http://search.yahoo.com/mrss/'"
PIECES = st.lists(
    st.sampled_from(["<entry>", "</entry>", "<yt:videoId>AbCdEfGh-1_</yt:videoId>", "<published>9999-99-99</published>", "<title/>",
                     "<media:group>", "</media:group>", "<media:thumbnail url='http://['/>", "<media:description>&#1;</media:description>"])
    | st.text(max_size=5),
    max_size=12,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=200)
    | PIECES.map(lambda pieces: f"<feed {NS}>{''.join(pieces)}</feed>".encode("utf-8", "replace"))
)
def test_arbitrary_bytes_are_read_or_refused(body):
    channel_in(body)
    try:
        posts = YoutubeSource(None).read(body, FEED)
    except UnreadableError:
        return
    assert all(post.id == "AbCdEfGh-1_" for post in posts)
