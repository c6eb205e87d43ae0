"""Mastodon's entities as posts: links, names, warnings, edits, reblogs, quotes, and what is not public."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.post import MediaKind
from bot.sources.face import Claim, UnreadableError
from bot.sources.mastodon import MastodonSource
from bot.sources.mastodon.budget import Budget
from bot.sources.mastodon.naming import account_named
from bot.sources.mastodon.statuses import order, read_account, read_statuses

SAMPLES = Path(__file__).parents[3].parent / "shared" / "data" / "samples" / "mastodon"


@pytest.fixture
def posts(recorded_answer):
    return {post.id: post for post in read_statuses(recorded_answer(), "a").posts}


def test_hidden_parts_make_a_link_whole_and_names_and_tags_lead_nowhere(posts):
    post = posts["1002"]
    assert post.text == "⚠️ Sturmflut #Küste, @hafen\n\nMehr: https://wetter.amt.example/warnungen/kueste/2026-07-21"
    assert post.published == datetime(2026, 7, 21, 3, 42, tzinfo=UTC)
    assert (post.url, post.language) == ("https://social.amt.example/@wetter/1002", "de")
    assert post.author == "Wetteramt Küste"
    assert post.aliases == ("https://social.amt.example/ap/users/9001/statuses/1002",)
    assert (post.engagement.forwards.value, post.engagement.likes.value) == (2, 3)


def test_a_content_warning_is_the_title_and_sensitive_pictures_stay_behind_the_link(posts):
    post = posts["1006"]
    assert (post.title, post.text, post.media) == ("Verletzte zu sehen", "Bilder vom Einsatz", ())


def test_an_edit_keeps_the_id_and_says_when(posts):
    assert posts["1005"].edited == datetime(2026, 7, 21, 3, 50, tzinfo=UTC)
    assert posts["1004"].edited is None


def test_a_reblog_is_the_words_of_another_under_an_id_of_its_own(posts):
    post = posts["1010"]
    assert (post.text, post.title, post.media) == ("", "", ())
    assert post.repost.available
    assert (post.repost.author, post.repost.text) == ("Hafenamt", "Sperrung\n\nHafen gesperrt.")
    assert post.repost.id == "https://see.example/users/hafen/statuses/5"
    assert [medium.description for medium in post.repost.media] == ["Karte"]
    assert post.url == "https://see.example/@hafen/5"
    assert post.language == "en"


def test_a_quote_is_shown_when_it_may_be_and_its_stand_in_line_is_dropped(posts):
    assert posts["1009"].text == "Bitte beachten."
    assert posts["1009"].repost.text.endswith("Hafen gesperrt.")
    assert not posts["1008"].repost.available
    assert posts["1008"].repost.reason == "revoked"


def test_what_is_not_public_is_left_out_but_counts_as_listed(recorded_answer):
    page = read_statuses(recorded_answer(), "a")
    assert "1007" not in {post.id for post in page.posts}
    assert "1007" in page.listed
    assert page.notes == ("1 posts that are not public were left out",)


def test_films_and_pictures_that_are_there_are_media(posts):
    assert [(medium.kind, medium.url) for medium in posts["1004"].media] == [
        (MediaKind.VIDEO, "https://files.amt.example/2.mp4")
    ]


def test_a_poll_names_its_options(posts):
    assert posts["1003"].text == "Kommen Sie?\n• Ja\n• Nein"


def test_an_account_is_vouched_for_by_the_page_that_links_back(recorded_answer):
    account = read_account(json.loads(recorded_answer("account.json")), "https://social.amt.example")
    assert account.key == "https://social.amt.example/api/v1/accounts/9001"
    assert (account.name, account.url) == ("Wetteramt Küste", "https://social.amt.example/@wetter")
    assert account.verified == "its page is https://wetter.amt.example/"
    assert account.description == "Amtliche Warnungen.\nIm Notfall 112."


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{}", b'{"error": "This API requires an authenticated user"}', b'[{"a": 1}]', b"[1, 2"]
)
def test_what_is_no_list_of_posts_is_refused_in_a_sentence(body):
    with pytest.raises(UnreadableError, match=r"\.$"):
        read_statuses(body, "a")


def test_an_empty_list_is_an_account_that_wrote_nothing():
    assert read_statuses(b"[]", "a").posts == ()


def test_ids_are_compared_by_length_first():
    assert sorted(["100", "99", "9"], key=order) == ["9", "99", "100"]


@pytest.mark.parametrize(
    ("what", "server", "name", "claim"),
    [
        ("@wetter@social.bund.de", "https://social.bund.de", "wetter", Claim.SURE),
        ("@wetter@Social.Bund.de", "https://social.bund.de", "wetter", Claim.SURE),
        ("https://social.bund.de/@wetter", "https://social.bund.de", "wetter", Claim.MAYBE),
        ("social.bund.de/@wetter/1123", "https://social.bund.de", "wetter", Claim.MAYBE),
        ("https://mastodon.social/@wetter@social.bund.de", "https://social.bund.de", "wetter", Claim.MAYBE),
        ("https://social.bund.de/web/@wetter", "https://social.bund.de", "wetter", Claim.MAYBE),
        ("https://social.bund.de/users/wetter", "https://social.bund.de", "wetter", Claim.MAYBE),
        ("http://127.0.0.1:3000/@wetter", "http://127.0.0.1:3000", "wetter", Claim.MAYBE),
    ],
)
def test_accounts_are_named_by_handle_or_address(what, server, name, claim):
    named = account_named(what)
    assert (named.server, named.name, named.claim) == (server, name, claim)


@pytest.mark.parametrize(
    "what",
    ["@wetter", "wetter@social.bund.de", "https://www.youtube.com/@wetter", "https://medium.com/@x", "https://[/@x",
     "https://social.bund.de/", "@a b@c.de", "@x@" + "y" * 300, "https://x.example/@../y", ""],
)  # fmt: skip
def test_other_words_name_no_account(what):
    assert account_named(what) is None
    assert MastodonSource(None, None).claims(what) is Claim.NO


def test_the_rate_headers_are_a_time_not_seconds_and_an_odd_clock_silences_nobody(clock):
    budget = Budget()
    budget.note(
        "https://a", {"x-ratelimit-remaining": "299", "x-ratelimit-reset": "2026-07-21T03:55:00.264888Z"}, clock()
    )
    assert budget.spent_until("https://a", clock()) is None
    budget.note(
        "https://a", {"x-ratelimit-remaining": "3", "x-ratelimit-reset": "2026-07-21T03:55:00.264888Z"}, clock()
    )
    assert budget.spent_until("https://a", clock()).minute == 55
    assert budget.spent_until("https://b", clock()) is None
    budget.note("https://c", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2027-01-01T00:00:00Z"}, clock())
    assert (budget.spent_until("https://c", clock()) - clock()).total_seconds() == 900
    budget.note("https://d", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1784606100"}, clock())
    assert budget.spent_until("https://d", clock()) is None
    clock.advance(300)
    assert budget.spent_until("https://a", clock()) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
    | st.sampled_from(["1", "public", "<p class='quote-inline'>x</p>", "accepted", "9999-12-31T23:59:59+14:00", "\ud800", "http://["]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["id", "content", "reblog", "quote", "quoted_status", "state", "account", "media_attachments", "url", "type",
                         "created_at", "spoiler_text", "poll", "options", "title", "language", "reblogs_count", "visibility"]),
        inner, max_size=6,
    ),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=200) | st.lists(JSON, max_size=3).map(lambda items: json.dumps(items).encode()))
def test_arbitrary_bytes_are_read_or_refused(body):
    try:
        posts = MastodonSource(None, None).read(body, "https://a.example/x")
    except UnreadableError:
        return
    for post in posts:
        assert post.id
        (post.text + post.title + post.author + (post.repost.text if post.repost else "")).encode()


@pytest.mark.corpus
@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no ../shared/data beside the checkout")
def test_answers_of_a_real_server_are_read():
    read = refused = reposts = quotes = edits = 0
    for path in sorted(SAMPLES.glob("*.json")):
        for answer in json.loads(path.read_bytes()):
            body = json.dumps(answer["json"]).encode()
            try:
                posts = read_statuses(body, "a").posts
            except UnreadableError:
                refused += 1
                continue
            read += len(posts)
            reposts += sum(1 for post in posts if post.repost and not post.text)
            quotes += sum(1 for post in posts if post.repost and post.text)
            edits += sum(1 for post in posts if post.edited)
            assert not any("RE:" in post.text for post in posts)
    assert read > 10
    assert refused  # accounts, errors, media
    assert reposts
    assert edits
