"""Records and views as posts: bytes for links, times that lie, reposts, quotes, pictures, and who wants no showing."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.account import Account
from bot.sources.bluesky import BlueskySource
from bot.sources.bluesky.naming import actor_named
from bot.sources.bluesky.posts import account_of, read_feed
from bot.sources.bluesky.richtext import with_links
from bot.sources.face import Claim, UnreadableError

SAMPLES = Path(__file__).parents[3].parent / "shared" / "data" / "samples" / "bluesky"
DID = "did:plc:z72i7hdynmk6r22z27h6tvur"


@pytest.fixture
def posts(recorded_answer):
    return {post.id.rpartition("/")[2]: post for post in read_feed(recorded_answer(), DID).posts}


def test_links_are_found_by_bytes_of_utf8_and_told_whole(posts):
    assert posts["3post1"].text == (
        "⚠️ Sturmflut in Küstennähe, mehr: https://wetter.amt.example/warnung/2026-07-21/kueste"
        " und hier (https://amt.example/hilfe)"
    )


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        (0, 3, "see (https://x.example/) é"),
        (4, 6, "see é (https://x.example/)"),
        (4, 5, "see é"),  # half a letter
        (5, 6, "see é"),
        (4, 7, "see é"),  # behind the end
        (3, 3, "see é"),
        (-1, 3, "see é"),
        ("a", None, "see é"),
    ],
)
def test_a_facet_that_fits_no_letters_is_left_out(start, end, shown):
    feature = {"$type": "app.bsky.richtext.facet#link", "uri": "https://x.example/"}
    record = {"text": "see é", "facets": [{"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}]}
    assert " ".join(with_links(record).split()) == shown


def test_a_post_has_its_time_place_counts_and_language(posts):
    post = posts["3post1"]
    assert post.published == datetime(2026, 7, 21, 3, 30, tzinfo=UTC)
    assert post.url == f"https://bsky.app/profile/{DID}/post/3post1"
    assert (post.language, post.author, post.engagement.forwards.value) == ("de", "Wetteramt Küste", 2)


def test_the_clients_time_is_never_later_than_the_servers(posts):
    assert posts["3post2"].published == datetime(2026, 7, 21, 3, 40, 10, tzinfo=UTC)
    assert (posts["3post3"].published.hour, posts["3post3"].utc_offset) == (3, 120)


def test_a_repost_is_anothers_words_at_its_own_time(posts):
    post = posts["3repost"]
    assert (post.text, post.author) == ("", "Wetteramt Küste")
    assert post.published == datetime(2026, 7, 21, 3, 39, tzinfo=UTC)
    assert (post.repost.text, post.repost.author) == ("Hafen gesperrt.", "hafen.bsky.social")
    assert post.repost.url == "https://bsky.app/profile/did:plc:ewvi7nxzyoun6zhxrhs64oiz/post/3otherpost"


def test_a_quote_with_pictures_gives_both_and_a_deleted_one_says_so(posts):
    post = posts["3post6"]
    assert [(medium.url, medium.description) for medium in post.media] == [
        ("https://cdn.bsky.example/f/1@jpeg", "Karte der Küste")
    ]
    assert post.repost.text == "Hafen gesperrt."
    assert post.repost.media
    gone = posts["3post5"].repost
    assert (gone.available, gone.reason) == (False, "not found")


def test_a_linked_page_is_named_and_a_film_has_its_picture(posts):
    assert posts["3post4"].text == "Lesen\n\nLagebericht (https://amt.example/lage)"
    assert posts["3post3"].media[0].url == "https://video.bsky.example/x.jpg"


def test_a_handle_that_changed_is_a_new_name_of_the_same_account():
    before = Account("bluesky", DID, "Old", "u", description="kept")
    after = account_of({"did": DID, "handle": "new.amt.example"}, before)
    assert (after.key, after.name, after.description) == (DID, "@new.amt.example", "kept")
    assert after.verified == "holds the domain new.amt.example"
    assert account_of({"did": DID, "handle": "handle.invalid"}, before).name == "Old"
    assert account_of({"did": DID, "handle": "a.bsky.social"}).verified == ""
    assert account_of({"did": "did:key:x"}) is None


def test_who_asks_not_to_be_shown_outside_is_not(feed_of):
    label = [{"val": "!no-unauthenticated", "src": DID}]
    assert read_feed(feed_of((1, "a"), labels=label), DID).shut
    view = json.loads(feed_of((1, "secret"), labels=label))["feed"][0]["post"]
    reason = {"$type": "app.bsky.feed.defs#reasonRepost", "by": {"did": "did:plc:x"}}
    (post,) = read_feed(json.dumps({"feed": [{"post": view, "reason": reason}]}).encode(), "did:plc:x").posts
    assert not post.repost.available
    assert post.id.endswith("#repost")  # an answer without the repost's own name


@pytest.mark.parametrize(
    ("what", "actor"),
    [
        ("https://bsky.app/profile/Weather.Example", "weather.example"),
        (f"https://bsky.app/profile/{DID}/post/3kabc", DID),
        (f"at://{DID}/app.bsky.feed.post/3kabc", DID),
        (DID, DID),
        ("did:web:weather.example", "did:web:weather.example"),
        ("@weather.example", "weather.example"),
        ("Weather.bsky.social", "weather.bsky.social"),
    ],
)
def test_accounts_are_named_by_handle_did_or_address(what, actor):
    assert actor_named(what) == (actor, Claim.SURE)


@pytest.mark.parametrize(
    "what",
    ["@weather", "weather.example", "@a@b.example", "https://bsky.app/", "https://bsky.app/profile/x", "did:key:z6",
     "https://[", "two words", ""],
)  # fmt: skip
def test_other_words_name_no_account(what):
    assert actor_named(what) == ("", Claim.NO)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"{}",
        b'{"error":"InvalidRequest","message":"Profile not found"}',
        b'{"feed": [1]}',
        b'{"feed": [{}',
    ],
)
def test_what_is_no_list_of_posts_is_refused_in_a_sentence(body):
    with pytest.raises(UnreadableError, match=r"\.$"):
        read_feed(body, DID)


def test_an_empty_list_is_an_account_that_wrote_nothing():
    assert read_feed(b'{"feed": []}', DID).posts == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8)
    | st.sampled_from([DID, f"at://{DID}/app.bsky.feed.post/1", "app.bsky.embed.recordWithMedia#view", "app.bsky.embed.record#viewRecord",
                       "app.bsky.richtext.facet#link", "https://x.example/", "http://[", "\ud800é", "9999-12-31T23:59:59+14:00"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["uri", "author", "record", "embed", "$type", "media", "facets", "index", "byteStart", "byteEnd", "features",
                         "text", "createdAt", "langs", "labels", "did", "value", "embeds", "likeCount"]),
        inner, max_size=6,
    ),
    max_leaves=20,
)  # fmt: skip
ITEMS = st.lists(st.dictionaries(st.sampled_from(["post", "reason"]), JSON, max_size=2), max_size=3)


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=200) | ITEMS.map(lambda items: json.dumps({"feed": items}).encode()))
def test_arbitrary_bytes_are_read_or_refused(body):
    try:
        posts = BlueskySource(None).read(body, DID)
    except UnreadableError:
        return
    for post in posts:
        assert post.id.startswith("at://")
        (post.text + post.author + (post.repost.text if post.repost else "")).encode()


@pytest.mark.corpus
@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no ../shared/data beside the checkout")
def test_real_views_are_read():
    view = json.loads((SAMPLES / "marshalx_thread_view_post_with_embed_media.json").read_bytes())["thread"]["post"]
    (post,) = read_feed(json.dumps({"posts": [view]}).encode(), view["author"]["did"]).posts
    assert post.published == datetime(2023, 9, 28, 12, 49, 36, 735000, tzinfo=UTC)
    assert post.media[0].url.startswith("https://cdn.bsky.app/img/feed_fullsize/plain/did:plc:")
    record = json.loads((SAMPLES / "marshalx_extended_post_record.json").read_bytes())
    (post,) = read_feed(
        json.dumps({"posts": [{"uri": record["uri"], "record": record["value"]}]}).encode(), DID
    ).posts
    assert post.published == datetime(2023, 7, 21, 1, 33, 51, 481951, tzinfo=UTC)  # it states no zone
    # a list whose names were made unreadable on purpose is no list of posts
    with pytest.raises(UnreadableError):
        read_feed((SAMPLES / "getAuthorFeed_shape_from_atproto_snapshot.json").read_bytes(), DID)
