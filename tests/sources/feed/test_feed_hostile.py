"""Feeds that mean harm, or are broken: one clear sentence each, nothing expanded, nothing opened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.face import UnreadableError
from bot.sources.feed.reading import read_feed

RSS = b'<rss version="2.0"><channel><title>t</title>'
END = b"</channel></rss>"
LAUGHS = b'<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>'
XXE = b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'

REFUSED = {
    "entity bomb": (LAUGHS + RSS + b"<item><title>&c;</title></item>" + END, "DOCTYPE"),
    "external entity": (XXE + RSS + b"<item><title>&x;</title></item>" + END, "DOCTYPE"),
    "entities behind comments": (b"<?xml version='1.0'?><!-- a --> " + LAUGHS + RSS + END, "DOCTYPE"),
    "lower case doctype": (LAUGHS.replace(b"DOCTYPE", b"doctype") + RSS + END, "DOCTYPE"),
    "100,000 levels deep": (b"<rss>" + b"<a>" * 100_000, "no feed|cut off|not well-formed"),
    "a million items": (RSS + b"<item/>" * 1_000_000 + END, "more elements"),
    "100,000 attributes": (
        RSS + b"<item %s/>" % b" ".join(b'a%d=""' % n for n in range(100_000)) + END,
        "attributes",
    ),
    "200,000 namespaced attributes": (RSS + b"<item a='' b=''/>" * 100_000 + END, "attributes"),
    "a million ampersands": (RSS + b"&" * 1_000_000 + END, "references"),
    "nested arrays": (b"[" * 100_000, "JSON"),
    "many JSON values": (
        b'{"version":"https://jsonfeed.org/version/1","items":[' + b"[]," * 500_000 + b"0]}",
        "values",
    ),
    "a huge number": (b'{"version":"https://jsonfeed.org/version/1","items":[' + b"9" * 5000 + b"]}", "cut off"),
    "NUL bytes": (b"<rss>\0\0</rss>", "binary"),
    "a web page": (b"<!DOCTYPE html><html><body>Please log in</body></html>", "web page, not a feed"),
    "a web page without doctype": (b"\n<html lang=en><title>403</title></html>", "web page"),
    "nothing": (b"", "empty"),
    "white space": (b" \r\n\t", "empty"),
    "truncated JSON": (b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "ti', "cut off"),
    "JSON of something else": (b'{"statuses": []}', "no JSON Feed"),
    "XML of something else": (b"<svg><rect/></svg>", "begins with <svg>"),
    "plain words": (b"503 backend fetch failed", "neither XML nor JSON"),
    "cut off in its first entry": (RSS + b"<item><title>Half a ti", "cut off"),
}


@pytest.mark.parametrize("what", sorted(REFUSED))
def test_a_hostile_or_broken_feed_is_refused_in_a_sentence(what):
    body, words = REFUSED[what]
    with pytest.raises(UnreadableError, match=words) as caught:
        read_feed(body, "a", "https://fire.example/")
    assert len(str(caught.value)) < 200


def test_an_answer_that_names_a_file_opens_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = RSS + END
    real = tmp_path / "real.rss"
    real.write_bytes(RSS + b"<item><title>from the disk</title></item>" + END)
    monkeypatch.setattr("builtins.open", lambda *args, **_kw: pytest.fail(f"opened {args}"))
    assert read_feed(name, "a", "https://fire.example/").posts == ()
    with pytest.raises(UnreadableError):
        read_feed(str(real).encode(), "a", "https://fire.example/")


def test_html_names_and_lone_ampersands_are_mended_with_a_note():
    body = RSS + b"<item><title>AT&T &nbsp; &eacute;t&eacute; &unknown; &amp; &#233;</title></item>" + END
    feed = read_feed(body, "a", "https://fire.example/")
    assert feed.posts[0].title == "AT&T été &unknown; & é"
    assert any("mended" in note for note in feed.notes)
    assert not feed.cut_off


def test_a_feed_that_was_cut_off_gives_its_whole_entries_and_says_so():
    body = RSS + b"<item><guid>1</guid><title>Whole</title></item><item><guid>2</guid><title>Hal"
    feed = read_feed(body, "a", "https://fire.example/")
    assert [post.id for post in feed.posts] == ["1"]
    assert feed.cut_off
    assert any("cut off" in note for note in feed.notes)


def test_prefixes_that_nobody_declared_are_read():
    body = (
        RSS
        + b'<item><guid>1</guid><title>A</title><media:content url="https://x.example/a.jpg" type="image/jpeg"/></item>'
    )
    (post,) = read_feed(body + END, "a", "https://fire.example/").posts
    assert post.media[0].url == "https://x.example/a.jpg"


@pytest.mark.parametrize("name", ["media:4000", "m:", "m:-", "m:ü", "m:x:y", "m:9-"])
def test_a_prefixed_name_that_is_none_is_no_obstacle(name):
    item = f"<item><guid>1</guid><title>Flood</title><{name}>x</{name}></item>"
    feed = read_feed(f"<rss><channel>{item}</channel></rss>".encode(), "a", "https://fire.example/")
    assert [post.title for post in feed.posts] == ["Flood"]


def test_control_characters_and_half_surrogates_do_not_reach_a_post():
    body = b'{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","title":"a\\ud800\\u0000b","content_text":"c\\udfffd"}]}'
    (post,) = read_feed(body, "a", "https://fire.example/").posts
    assert (post.title, post.text) == ("ab", "cd")
    post.title.encode()


@given(st.binary(max_size=2000))
def test_arbitrary_bytes_are_read_or_refused(body):
    _read_or_refuse(body)


_NAMES = st.sampled_from(
    ["item", "entry", "title", "link", "guid", "pubDate", "description", "content", "author", "a:b"]
)
_XML = st.recursive(
    st.text(max_size=20),
    lambda inner: st.builds(
        lambda name, attribute, children: f"<{name} href='{attribute}' type='html'>{''.join(children)}</{name}>",
        _NAMES, st.sampled_from(["http://[", "//x:y/", "http://x.example:99999/", "a b", "é", ""]), st.lists(inner, max_size=4),
    ),
    max_leaves=12,
)  # fmt: skip


@given(_XML, st.sampled_from(["rss", "feed xmlns='http://www.w3.org/2005/Atom'"]))
def test_arbitrary_xml_is_read_or_refused(inner, root):
    wrapped = f"<channel>{inner}</channel>" if root == "rss" else inner
    _read_or_refuse(f"<{root}>{wrapped}</{root.split()[0]}>".encode("utf-8", "replace"))


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["id", "url", "title", "content_html", "date_published", "authors", "attachments", "image", "name"]),
        inner, max_size=5,
    ),
    max_leaves=15,
)  # fmt: skip


@given(st.lists(_JSON, max_size=4))
def test_arbitrary_json_is_read_or_refused(items):
    import json

    _read_or_refuse(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode())


def _read_or_refuse(body: bytes) -> None:
    try:
        feed = read_feed(body, "a", "https://fire.example/")
    except UnreadableError as error:
        said = str(error)
    else:
        said = "".join(post.title + post.text + post.id + post.author for post in feed.posts)
        assert all(post.id and post.kind == "feed" for post in feed.posts)
    assert said.encode() or not said  # no half characters, which would raise
