"""CAP that means harm: refused in a sentence, within bounds, and never half believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.post import Post
from bot.sources.cap.documents import as_posts, read_document
from bot.sources.face import UnreadableError

ALERT = (
    '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>A</identifier><sender>s</sender>'
    "<sent>2026-07-21T03:51:00Z</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope>"
    "<info><event>%s</event></info></alert>"
)
BOMB = '<!DOCTYPE alert [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
REFUSED = {
    "entity bomb": BOMB + ALERT % "&b;",
    "quadratic blow-up": '<!DOCTYPE a [<!ENTITY a "%s">]>' % ("a" * 10_000) + ALERT % ("&a;" * 1000),
    "external entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + ALERT % "&x;",
    "external DTD": '<!DOCTYPE alert SYSTEM "http://127.0.0.1:1/x.dtd">' + ALERT % "x",
    "harmless DOCTYPE": "<!DOCTYPE alert>" + ALERT % "x",
    "DOCTYPE behind comments": "<?xml version='1.0'?>\n<!-- > --><?pi?> <!DOCTYPE alert>" + ALERT % "x",
    "undefined entity": ALERT % "&nbsp;",
    "100,000 levels deep": "<alerts>" + "<a>" * 100_000 + "</a>" * 100_000 + "</alerts>",
    "hundreds of attributes": "<alerts " + " ".join(f'a{n}=""' for n in range(300)) + "/>",
    "a million elements": "<alerts>" + "<a/>" * 1_000_000 + "</alerts>",
    "cut off": (ALERT % "x")[:-30],
    "NUL bytes": ALERT % "\0",
    "two documents": ALERT % "x" + ALERT % "y",
}


@pytest.mark.parametrize("what", sorted(REFUSED))
def test_hostile_alerts_are_refused_in_a_sentence(what):
    with pytest.raises(UnreadableError) as caught:
        read_document(REFUSED[what].encode(), "a", "https://weather.example/")
    assert 10 < len(str(caught.value)) < 250


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-32", "utf-8-sig", "gb18030"])
def test_other_charsets_are_read(charset):
    (post,) = read_document((ALERT % "暴雨红色预警信号，请市民注意安全").encode(charset), "a", "").posts
    assert post.title.startswith("暴雨红色预警信号")


def test_a_doctype_in_another_charset_is_seen_too():
    with pytest.raises(UnreadableError, match="DOCTYPE"):
        read_document((BOMB + ALERT % "&b;").encode("utf-16"), "a", "")


def test_forbidden_control_characters_do_not_hide_an_alert():
    (post,) = read_document((ALERT % "Rain\x0bstorm\x01").encode(), "a", "").posts
    assert post.title.startswith("Rainstorm")


def test_a_thousand_alerts_at_most_and_each_block_bounded():
    many = "".join((ALERT % "x").replace(">A<", f">A{n}<") for n in range(1100))
    assert len(read_document(f"<alerts>{many}</alerts>".encode(), "a", "").posts) == 1000
    infos = "<info><event>x</event></info>" * 150
    (post,) = read_document((ALERT % "x").replace("</alert>", infos + "</alert>").encode(), "a", "").posts
    assert len(post.alert.hazards) == 100
    assert post.alert.flags


@given(st.binary(max_size=2000))
def test_arbitrary_bytes_are_read_or_refused(body):
    _read_or_refuse(body)


_NAMES = st.sampled_from(
    ["alert", "alerts", "info", "area", "polygon", "circle", "geocode", "valueName", "value", "resource", "uri", "mimeType", "references", "incidents", "sent", "expires", "onset", "language", "event", "headline", "description", "severity", "status", "msgType", "scope", "sender", "identifier", "entry", "link", "content", "feed"]
)  # fmt: skip
_TEXTS = st.text(max_size=12) | st.sampled_from(
    [
        "Actual",
        "Public",
        "Alert",
        "Cancel",
        "2026-07-21T03:51:00Z",
        "9999-12-31T23:59:59-14:00",
        "1e999,1 2,3 4,5",
        "a,b,c",
        "&lt;b&gt;",
    ]
)
_XML = st.recursive(
    _TEXTS.map(lambda text: text.replace("<", "").replace("\0", "")),
    lambda inner: st.builds(
        lambda name, parts: f"<{name}>{''.join(parts)}</{name}>", _NAMES, st.lists(inner, max_size=5)
    ),
    max_leaves=25,
)


@given(_XML, st.sampled_from(["alert", "alerts", "feed", "rss", "EDXLDistribution"]))
def test_arbitrary_alerts_are_read_or_refused(inner, root):
    head = "<identifier>A</identifier><sender>s</sender><sent>2026-07-21T03:51:00Z</sent>" if root == "alert" else ""
    _read_or_refuse(f"<{root}>{head}{inner}</{root}>".encode("utf-8", "replace"))


def _read_or_refuse(body: bytes) -> None:
    posts: tuple[Post, ...] = ()
    try:
        posts = as_posts(read_document(body, "a", "https://weather.example/"), "a")
    except UnreadableError as error:
        refused = str(error)
    else:
        refused = ""
    assert refused or all(post.id and (post.alert or post.incomplete) for post in posts)
    for post in posts:
        assert (post.title + post.text + post.id).encode() is not None  # no half characters
