"""CAP wherever it is packed: bare, in lists, in EDXL envelopes, in and behind feeds."""

from datetime import UTC, datetime

import pytest

from bot.model.alert import MsgType, Severity, Status
from bot.model.post import MediaKind
from bot.reading.relaying import why_not_relayed
from bot.sources.face import UnreadableError

NOW = datetime(2026, 7, 21, 5, 0, tzinfo=UTC)


def test_a_bare_alert_becomes_a_post(read_caps, recorded_cap):
    (post,) = read_caps(recorded_cap("storm.cap"), "https://weather.example/cap/1")
    assert (post.kind, post.account) == ("cap", "https://weather.example/cap/1")
    assert post.id == "warn@weather.example,STORM-2026-0721-001,2026-07-21T03:51:00+00:00"
    assert post.published == datetime(2026, 7, 21, 3, 51, tzinfo=UTC)
    assert post.text == "预计未来三小时降雨量将达 100 毫米以上。\n\n请停止户外活动。"
    assert (post.author, post.url) == ("市气象台", "https://weather.example/w/1")
    assert post.event_id == "warn@weather.example,storm-2026-07-21"
    assert post.media[0].kind is MediaKind.PHOTO
    assert post.alert.severity is Severity.EXTREME
    assert post.alert.hazards[0].response_types == ("Shelter",)


def test_without_a_web_page_the_document_is_the_permalink(read_cap, alert):
    assert read_cap(alert()).url == "https://weather.example/cap"


def test_a_list_of_alerts(read_caps, alert):
    body = b"<?xml version='1.0'?><alerts>" + alert(identifier="B") + alert() + b"</alerts>"
    assert {post.alert.identifier for post in read_caps(body)} == {"A1", "B"}


def test_an_empty_list_is_nothing_in_force(read_caps):
    assert read_caps(b"<alerts xmlns='urn:oasis:names:tc:emergency:cap:1.2'/>") == ()


def test_the_same_alert_twice_in_a_list_is_one_post(read_caps, alert):
    assert len(read_caps(b"<alerts>" + alert() + alert() + b"</alerts>")) == 1


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_an_edxl_envelope(version, read_caps, recorded_cap):
    body = recorded_cap("storm_day.edxl").replace(b"EDXL:DE:1.0", f"EDXL:DE:{version}".encode())
    posts = read_caps(body)
    assert [post.alert.identifier for post in posts] == ["fire-1", "fire-2"]
    assert all(why_not_relayed(post, NOW) == "" for post in posts)


def test_cap_in_an_envelope_that_nobody_knows_is_found_by_its_namespace(read_caps, alert):
    body = b'<s:Envelope xmlns:s="urn:soap"><s:Body>' + alert() + b"</s:Body></s:Envelope>"
    assert len(read_caps(body)) == 1


def test_an_alert_inside_an_alert_is_no_message_of_its_own(read_caps, alert):
    inner = alert(identifier="inside").decode()
    assert [post.alert.identifier for post in read_caps(alert(more=inner))] == ["A1"]


def test_an_index_gives_incomplete_posts_with_hints_and_inline_alerts_whole(read_caps, recorded_cap):
    posts = read_caps(recorded_cap("index.atom"), "https://weather.example/index.atom")
    whole = [post for post in posts if not post.incomplete]
    assert [post.alert.identifier for post in whole] == ["w-1"]
    hinted = next(post for post in posts if post.id.endswith("#en"))
    assert "https://weather.example/cap/2.xml" in hinted.incomplete
    assert hinted.title == "Wind warning, north"
    assert (hinted.alert.status, hinted.alert.msg_type) == (Status.ACTUAL, MsgType.ALERT)
    assert hinted.alert.severity is Severity.SEVERE
    assert hinted.alert.hazards[0].areas[0].description == "North coast"
    assert why_not_relayed(hinted, NOW).startswith("only an index entry: the alert itself is at")


def test_an_alert_written_out_as_text_in_an_entry_is_read(read_caps, alert):
    escaped = alert().decode().replace("<", "&lt;")
    body = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><content type="text/xml">{escaped}</content></entry></feed>'
    (post,) = read_caps(body.encode())
    assert post.alert.identifier == "A1"
    assert not post.incomplete


def test_an_extract_in_an_entry_is_no_alert(read_caps):
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><link href="https://weather.example/1.cap"/>
      <alert xmlns="urn:oasis:names:tc:emergency:cap:1.1"><identifier>!</identifier><sender>!</sender>
      <sent>2026-07-21T03:00:00Z</sent><status>Actual</status></alert></entry></feed>"""
    (post,) = read_caps(body)
    assert "https://weather.example/1.cap" in post.incomplete


def links_of(read_caps, *elements: str, feed: str = "atom") -> str:
    inner = "".join(elements)
    body = (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>x</id>{inner}</entry></feed>'
        if feed == "atom"
        else f'<rss version="2.0" xmlns:gdacs="http://www.gdacs.org"><channel><item>{inner}</item></channel></rss>'
    )
    (post,) = read_caps(body.encode())
    return post.url


HTML = '<link rel="alternate" type="text/html" href="https://w.example/page"/>'
XML = '<link rel="alternate" href="https://w.example/a.xml"/>'
TYPED = '<link rel="related" type="application/cap+xml" href="https://w.example/typed"/>'


def test_the_link_that_says_it_is_cap_is_chosen_then_one_that_looks_like_it(read_caps):
    assert links_of(read_caps, HTML, XML, TYPED) == "https://w.example/typed"
    assert links_of(read_caps, HTML, XML) == "https://w.example/a.xml"
    assert links_of(read_caps, HTML) == "https://w.example/page"


def test_in_rss_the_link_then_a_permanent_guid_then_the_enclosure(read_caps):
    link, guid = "<link>https://w.example/l</link>", "<guid>https://w.example/g</guid>"
    enclosure = '<enclosure url="https://w.example/e.xml" type="text/xml"/>'
    assert links_of(read_caps, enclosure, guid, link, feed="rss") == "https://w.example/l"
    assert links_of(read_caps, enclosure, guid, feed="rss") == "https://w.example/g"
    assert (
        links_of(read_caps, enclosure, '<guid isPermaLink="false">7</guid>', feed="rss") == "https://w.example/e.xml"
    )
    own = "<gdacs:cap>https://w.example/c</gdacs:cap>"
    assert links_of(read_caps, link, own, feed="rss") == "https://w.example/c"


def test_an_empty_index_is_a_valid_nothing_in_force(read_caps):
    assert read_caps(b'<feed xmlns="http://www.w3.org/2005/Atom"><title>Warnings</title></feed>') == ()
    assert read_caps(b"<rss version='2.0'><channel><title>CAP</title></channel></rss>") == ()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><body>Maintenance</body></html>", "web page"),
        (b'{"type": "FeatureCollection", "features": []}', "JSON"),
        (b"<Report xmlns='http://xml.kishou.go.jp/jmaxml1/'/>", "begins with <Report>"),
        (b"<alert><title>Welcome</title></alert>", "nothing that a CAP alert has"),
        (b"Bad gateway", "no XML"),
    ],
)
def test_anything_else_is_refused_in_a_sentence(body, words, read_caps):
    with pytest.raises(UnreadableError, match=words):
        read_caps(body)
