"""The page of a channel: whose words are whose, what is an album, a forward, an answer, an edit, and what says nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.post import MediaKind
from bot.sources.face import Claim, Presence, UnreadableError
from bot.sources.telegram_channel import ChannelSource
from bot.sources.telegram_channel.naming import channel_of
from bot.sources.telegram_channel.page import NoPreviewError, presence, read_page
from bot.store.fingerprint import fingerprint

SAMPLES = Path(__file__).parents[3].parent / "shared" / "data" / "samples" / "telegram"


@pytest.fixture
def posts(recorded_page):
    return {post.id: post for post in read_page(recorded_page().encode(), "harbourfire").posts}


def test_a_post_has_its_words_links_time_author_and_the_mark_of_an_edit(posts):
    post = posts["101"]
    assert post.text == "⚠️ Bridge closed\nWater at 2.4 m. See the map (https://fire.example/bridge) #flood"
    assert post.published == datetime(2026, 7, 21, 3, 30, tzinfo=UTC)
    assert (post.author, post.url) == ("Harbour Fire & Rescue", "https://t.me/HarbourFire/101")
    assert (post.edit_count, post.edited) == (1, None)  # Telegram does not say when
    assert posts["106"].edit_count == 0


def test_an_album_is_one_post_with_one_caption(posts):
    post = posts["102"]
    assert post.text == "The quay at noon.\nKeep away from the edge."
    assert [medium.url.rpartition("/")[2] for medium in post.media] == [
        "one-of-today.jpg",
        "two-of-today.jpg",
        "film.jpg",
    ]
    assert {medium.kind for medium in post.media} == {MediaKind.PHOTO}


def test_new_addresses_for_the_same_pictures_are_no_edit(recorded_page):
    def album(page: str):
        return next(post for post in read_page(page.encode(), "harbourfire").posts if post.id == "102")

    before, later = album(recorded_page()), album(recorded_page().replace("of-today", "of-tomorrow"))
    assert before.media != later.media
    assert fingerprint(before) == fingerprint(later)
    fewer = album(
        recorded_page().replace("https://t.me/HarbourFire/103?single", "https://t.me/HarbourFire/110?single")
    )
    assert fingerprint(fewer) != fingerprint(before)


def test_a_forward_is_the_words_of_another(posts):
    post = posts["105"]
    assert (post.text, post.media) == ("", ())
    assert post.repost.author == "Coast Guard"
    assert post.repost.text == "Gale from the south west by evening."
    assert (post.repost.url, post.repost.id) == ("https://t.me/coast_guard/77", "coast_guard/77")


def test_the_words_that_are_answered_are_not_the_posts_and_a_file_is_named(posts):
    assert posts["106"].text == "The bridge is open again.\nplan.pdf 1.1 MB"


def test_service_messages_and_stickers_are_no_posts_but_count_as_listed(recorded_page):
    page = read_page(recorded_page().encode(), "harbourfire")
    assert [post.id for post in page.posts] == ["101", "102", "105", "106", "109"]
    assert page.listed == (101, 102, 105, 106, 107, 108, 109)
    assert page.silent == 2


def test_what_telegram_shows_only_in_the_app_is_told_as_cut_short(posts):
    assert posts["109"].truncated
    assert not posts["101"].truncated


def test_the_channel_says_who_it_is(recorded_page):
    page = read_page(recorded_page().encode(), "harbourfire")
    assert (page.title, page.verified) == ("Harbour Fire & Rescue", True)
    assert page.description == "Official channel.\nIn danger call 112."


def test_no_preview_is_not_no_posts(recorded_page, page_of):
    with pytest.raises(NoPreviewError):
        read_page(recorded_page("no_preview.html").encode(), "harbourfire")
    assert read_page(page_of().encode(), "harbourfire").posts == ()


@pytest.mark.parametrize("body", [b"", b"nothing", b"<html><body>Please log in</body></html>", b"\0\1\2"])
def test_what_is_no_page_of_telegrams_is_refused_in_a_sentence(body):
    with pytest.raises(UnreadableError) as caught:
        read_page(body, "harbourfire")
    assert not isinstance(caught.value, NoPreviewError)
    assert str(caught.value).endswith((".", ")."))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Post not found", Presence.DELETED),
        ("Channel with username <b>@harbourfire</b> not found", Presence.UNKNOWN),
        ("This channel is private", Presence.UNKNOWN),
    ],
)
def test_only_telegrams_own_word_makes_a_deletion(said, told):
    body = f'<div class="tgme_widget_message_error">{said}</div>'.encode()
    assert presence(body, "harbourfire", "101") is told


def test_a_post_that_is_shown_is_there_and_another_page_says_nothing(recorded_page):
    assert presence(recorded_page().encode(), "harbourfire", "101") is Presence.THERE
    assert presence(recorded_page("no_preview.html").encode(), "harbourfire", "101") is Presence.UNKNOWN
    assert presence(b"\0", "harbourfire", "101") is Presence.UNKNOWN


@pytest.mark.parametrize(
    ("what", "name"),
    [
        ("https://t.me/HarbourFire", "harbourfire"),
        ("t.me/s/HarbourFire?before=12", "harbourfire"),
        ("https://t.me/HarbourFire/101", "harbourfire"),
        ("http://telegram.me/HarbourFire/", "harbourfire"),
        ("tg://resolve?domain=HarbourFire&post=3", "harbourfire"),
        ("https://t.me/+AbCdEf", ""),
        ("https://t.me/joinchat/AbCdEf", ""),
        ("https://t.me/c/1234567/8", ""),
        ("https://t.me/", ""),
    ],
)
def test_links_name_a_channel_and_private_ones_are_still_telegrams(what, name):
    assert channel_of(what) == name
    assert ChannelSource(None).claims(what) is Claim.SURE


@pytest.mark.parametrize(
    "what", ["@harbourfire", "harbourfire", "https://t.me.example/x", "https://[", "t .me/x", ""]
)
def test_other_words_are_not_claimed(what):
    assert ChannelSource(None).claims(what) is Claim.NO


PIECES = st.lists(
    st.sampled_from([
        '<div class="tgme_widget_message" data-post="a_b_c/7">', '<div class="tgme_channel_info">', "</div>", "<a class='tgme_widget_message_reply'>",
        '<div class="tgme_widget_message_text js-message_text">', "<time datetime='2026-13-41T99'>", "<time datetime='0001-01-01T00:00:00+14:00'>",
        '<i class="tgme_widget_message_photo_wrap" style="background-image:url(', "//x/", "'\ud800')\"></i>", "\x00", "&#0;", "<p>",
    ]) | st.text(max_size=5),
    max_size=25,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300) | PIECES.map(lambda pieces: "".join(pieces).encode("utf-8", "replace")))
def test_arbitrary_bytes_are_read_or_refused(body):
    assert isinstance(presence(body, "a_b_c", "7"), Presence)
    try:
        posts = ChannelSource(None).read(body, "https://t.me/s/a_b_c")
    except UnreadableError:
        pass
    else:
        assert all(post.id.isdigit() and post.text.encode() is not None for post in posts)


@pytest.mark.corpus
@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no ../shared/data beside the checkout")
def test_real_pages_are_read():
    (album,) = ChannelSource(None).read((SAMPLES / "s_page_trimmed.html").read_bytes(), "t.me/s/w2b_luxury_bags")
    assert album.text.splitlines()[1] == "Size 36-18-14,5cm"
    assert len(album.media) == 2
    (forward,) = ChannelSource(None).read((SAMPLES / "s_page_forward_reply_trimmed.html").read_bytes(), "t.me/s/chan")
    assert forward.repost.author == "Other & Co"
    assert forward.repost.text.splitlines()[-1] == "둘째 줄."
    assert "quoted older post" not in forward.repost.text
