"""RSS, Atom, RDF and JSON Feed say the same things in different words."""

from datetime import UTC, datetime

from bot.model.post import MediaKind


def test_rss_gives_ids_words_times_and_authors(read_feed_posts, recorded_feed):
    first, second, third = read_feed_posts(recorded_feed("fire_brigade.rss"))
    assert first.id == "fire-1031"
    assert first.title == "京港澳高速 17.5 公里处积水 严重"
    assert first.url == "https://fire.example/notice/1031"
    assert first.published == datetime(2012, 7, 21, 11, 51, tzinfo=UTC)
    assert first.utc_offset == 480
    assert first.author == "值班员"
    assert first.language == "zh-CN"
    assert second.id == "https://fire.example/notice/1030"
    assert second.author == "北京消防 & 救援"
    assert third.id.startswith("sha256:")
    assert third.utc_offset is None  # GMT is the server's habit, not the agency's clock


def test_html_becomes_plain_text_with_real_link_targets(read_feed_posts, recorded_feed):
    text = read_feed_posts(recorded_feed("fire_brigade.rss"))[0].text
    assert text == (
        "南岗洼段积水最深处 6 米，请绕行。\n\n"
        "详情见积水地图 (https://fire.example/notice/1031/map)，电话 119。\n请勿涉水！"
    )


def test_pictures_films_and_enclosures_become_media_but_counters_and_sound_do_not(read_feed_posts, recorded_feed):
    first, second, third = read_feed_posts(recorded_feed("fire_brigade.rss"))
    assert {(m.kind, m.url) for m in first.media} == {
        (MediaKind.PHOTO, "https://fire.example/img/1031.jpg"),
        (MediaKind.PHOTO, "https://fire.example/img/1031-b.jpg"),
        (MediaKind.VIDEO, "https://fire.example/film/1031.mp4"),
    }
    assert first.media[0].description == "积水现场"
    assert [m.url for m in second.media] == ["https://fire.example/img/1030-thumb.jpg"]
    assert third.media == ()


def test_text_without_markup_keeps_its_lines(read_feed_posts, recorded_feed):
    assert read_feed_posts(recorded_feed("fire_brigade.rss"))[1].text == "今日外出请注意安全。\n雨大路滑。"


def test_text_that_repeats_the_title_is_not_said_twice(read_feed_posts, recorded_feed):
    third = read_feed_posts(recorded_feed("fire_brigade.rss"))[2]
    assert (third.title, third.text) == ("Neither guid nor link", "")


def test_atom_gives_ids_base_language_edits_and_xhtml(read_feed_posts, recorded_feed):
    first, second = read_feed_posts(recorded_feed("river_levels.atom"))
    assert first.id == "tag:hydro.example,2012:stav/77"
    assert first.url == "https://hydro.example/stav/77"
    assert first.text == "Hladina stoupá.\n\n• Louny 410 cm\n• Beroun 520 cm"
    assert first.published == datetime(2012, 7, 21, 9, 51, tzinfo=UTC)
    assert first.edited == datetime(2012, 7, 21, 10, 30, tzinfo=UTC)
    assert (first.utc_offset, first.language, first.author) == (120, "cs", "Povodí Vltavy")
    assert second.published == datetime(2012, 7, 21, 8, 0, tzinfo=UTC)
    assert second.edited is None
    assert second.language == "en"
    assert second.author == "Stav řek & povodňová služba"
    assert second.text == "Plain < words, 3 > 2"


def test_rdf_in_its_declared_charset(read_feed_posts, recorded_feed):
    (post,) = read_feed_posts(recorded_feed("bulletins.rdf"))
    assert post.title == "大雨警報（土砂災害）"
    assert post.published == datetime(2012, 7, 21, 11, 51, tzinfo=UTC)
    assert (post.language, post.utc_offset) == ("ja", 540)


def test_a_harmless_doctype_of_rss_091_is_read(read_feed_posts, recorded_feed):
    (post,) = read_feed_posts(recorded_feed("old.rss091"))
    assert post.title == "Gale at the mole"
    assert "from the mole" in post.text


def test_json_feed_11(read_feed_posts, recorded_feed):
    first, second = read_feed_posts(recorded_feed("notices.json"), "https://gemeinde.example/feed.json")
    assert first.id == "42"
    assert first.text == "Im Oberdorf bis auf Weiteres."
    assert first.published == datetime(2026, 7, 21, 3, 51, tzinfo=UTC)
    assert first.edited == datetime(2026, 7, 21, 4, 0, tzinfo=UTC)
    assert (first.utc_offset, first.language, first.author) == (120, "de-CH", "Wasserversorgung")
    assert {m.url for m in first.media} == {
        "https://gemeinde.example/lead.jpg", "https://gemeinde.example/m/plan.png", "https://gemeinde.example/a.mp4",
    }  # fmt: skip
    assert second.url == "https://kanton.example/41"
    assert second.text == "Strasse gesperrt.\nUmleitung signalisiert."
    assert (second.language, second.author) == ("gsw", "Gemeinde Wetterwil")


def test_json_feed_10_with_a_single_author(read_feed_posts, recorded_feed):
    (post,) = read_feed_posts(recorded_feed("old.json"))
    assert (post.id, post.text, post.author) == ("a", "Words", "Somebody")


def test_an_empty_but_whole_feed_is_no_posts(read_feed_posts, rss):
    assert read_feed_posts(rss()) == ()
    assert read_feed_posts(b'<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title></feed>') == ()
    assert read_feed_posts(b'{"version": "https://jsonfeed.org/version/1.1", "items": []}') == ()


def test_ids_fall_back_to_the_link_and_then_to_title_and_date(read_feed_posts, rss):
    linked, dated, later = read_feed_posts(
        rss(
            "<title>A</title><link>https://fire.example/a</link>",
            "<title>B</title><pubDate>Sat, 21 Jul 2012 11:51:00 +0800</pubDate>",
            "<title>B</title><pubDate>Sat, 21 Jul 2012 12:51:00 +0800</pubDate>",
        )
    )
    assert linked.id == "https://fire.example/a"
    assert dated.id.startswith("sha256:")
    assert dated.id != later.id


def test_of_two_entries_with_one_id_the_second_goes_by_its_link(read_feed_posts, rss):
    posts = read_feed_posts(
        rss(
            "<guid>same</guid><title>A</title><link>https://fire.example/a</link>",
            "<guid>same</guid><title>B</title><link>https://fire.example/b</link>",
        )
    )
    assert [post.id for post in posts] == ["same", "https://fire.example/b"]


def test_only_http_links_and_media_are_believed(read_feed_posts, rss):
    (post,) = read_feed_posts(
        rss(
            "<title>A</title><link>javascript:alert(1)</link>"
            "<description>&lt;a href='javascript:x'&gt;tap&lt;/a&gt; &lt;img src='data:image/png;base64,x'&gt;"
            "&lt;img src='ftp://x.example/a.jpg'&gt;</description>",
            head="<link>https://fire.example/</link>",
        )
    )
    assert post.url == "https://fire.example/"
    assert post.text == "tap"
    assert post.media == ()


def test_at_most_ten_media_and_each_once(read_feed_posts, rss):
    pictures = "".join(f"&lt;img src='https://fire.example/{n % 12}.jpg'&gt;" for n in range(30))
    (post,) = read_feed_posts(rss(f"<title>A</title><description>{pictures}</description>"))
    assert len({m.url for m in post.media}) == len(post.media) == 10


def test_a_long_archive_is_read_from_both_ends(read_feed_posts, rss):
    posts = read_feed_posts(rss(*(f"<guid>{n}</guid><title>Entry {n}</title>" for n in range(1000))))
    ids = {post.id for post in posts}
    assert {"0", "999"} <= ids
    assert len(ids) == 200


def test_a_very_long_text_is_cut_and_says_so(read_feed_posts, rss):
    (post,) = read_feed_posts(rss(f"<title>A</title><description>{'word ' * 20_000}</description>"))
    assert len(post.text) <= 20_000
    assert post.truncated
