import pytest
from lxml import etree

from bot.demo.site.story import EventKind

NS = {"cap": "urn:oasis:names:tc:emergency:cap:1.2", "atom": "http://www.w3.org/2005/Atom"}

#: The sequences of the standard's schema, as far as the office uses them.
ALERT_ORDER = [
    "identifier",
    "sender",
    "sent",
    "status",
    "msgType",
    "scope",
    "note",
    "references",
    "incidents",
    "info",
]
INFO_ORDER = [
    *("language", "category", "event", "responseType", "urgency", "severity", "certainty", "eventCode"),
    *("effective", "onset", "expires", "senderName", "headline", "description", "instruction", "web"),
    *("parameter", "area"),
]


def play_warnings(site, clock):
    for event in site.story.events:
        if event.kind is EventKind.CAP:
            site.publish(event)
            clock.advance(60)


async def document(client, identifier):
    answer = await client.get(f"/cap/{identifier}.xml")
    assert answer.headers["content-type"] == "application/cap+xml"
    return etree.fromstring(answer.content)


def said(tree, path):
    return [node.text for node in tree.findall(path, NS)]


async def test_a_warning_is_a_cap_1_2_document_in_two_languages(site, client, clock):
    play_warnings(site, clock)
    tree = await document(client, site.published["c-orange"])
    assert tree.tag == "{urn:oasis:names:tc:emergency:cap:1.2}alert"
    assert said(tree, "cap:sent") == ["2026-07-21T11:55:00+08:00"]
    assert said(tree, "cap:status") + said(tree, "cap:msgType") + said(tree, "cap:scope") == [
        "Actual",
        "Update",
        "Public",
    ]
    assert said(tree, "cap:info/cap:language") == ["zh-CN", "en-US"]
    assert said(tree, "cap:info/cap:severity") == ["Severe", "Severe"]
    assert said(tree, "cap:info/cap:area/cap:geocode/cap:value") == ["110000", "110000"]
    assert said(tree, "cap:info/cap:area/cap:polygon")[0].startswith("39.44,116.20 ")
    assert said(tree, "cap:info/cap:expires")[0] > said(tree, "cap:info/cap:effective")[0]


async def test_elements_stand_in_the_order_of_the_standard(site, client, clock):
    play_warnings(site, clock)
    for identifier in site.warnings.issued:
        tree = await document(client, identifier)
        assert _is_ordered(tree, ALERT_ORDER)
        assert all(_is_ordered(info, INFO_ORDER) for info in tree.findall("cap:info", NS))


def _is_ordered(parent, order):
    places = [order.index(etree.QName(child).localname) for child in parent]
    return places == sorted(places)


async def test_the_cancel_refers_to_every_step_exactly_as_it_was_sent(site, client, clock):
    play_warnings(site, clock)
    references = said(await document(client, site.published["c-cancel"]), "cap:references")[0].split()
    sent = []
    for name in ("c-lower", "c-orange", "c-yellow", "c-blue"):
        tree = await document(client, site.published[name])
        sent.append(",".join(said(tree, f"cap:{part}")[0] for part in ("sender", "identifier", "sent")))
    assert references == sent


async def test_test_and_exercise_say_so_in_status_and_note(site, client, clock):
    play_warnings(site, clock)
    for name, status in (("c-test", "Test"), ("c-exercise", "Exercise")):
        tree = await document(client, site.published[name])
        assert said(tree, "cap:status") == [status]
        assert said(tree, "cap:note")[0]


async def test_the_index_links_every_document_newest_first(site, client, clock, url):
    play_warnings(site, clock)
    tree = etree.fromstring((await client.get("/cap/index.atom")).content)
    links = [node.get("href") for node in tree.findall("atom:entry/atom:link[@type='application/cap+xml']", NS)]
    assert links == [f"{url}/cap/{identifier}.xml" for identifier in reversed(site.warnings.issued)]
    assert said(tree, "atom:entry/cap:status").count("Actual") == len(links) - 2


async def test_an_index_without_warnings_is_an_empty_feed(client):
    tree = etree.fromstring((await client.get("/cap/index.atom")).content)
    assert tree.findall("atom:entry", NS) == []


async def test_unchanged_documents_answer_304_to_either_validator(site, client, clock):
    site.cap_alert(headline_zh="暴雨预警")
    for path in ("/cap/index.atom", f"/cap/{next(iter(site.warnings.issued))}.xml"):
        first = await client.get(path)
        etag, modified = first.headers["etag"], first.headers["last-modified"]
        assert modified == "Tue, 21 Jul 2026 03:51:00 GMT"
        for headers in ({"If-None-Match": etag}, {"If-Modified-Since": modified}):
            again = await client.get(path, headers=headers)
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    clock.advance(5)
    site.cap_alert(headline_zh="又一条")
    assert (await client.get("/cap/index.atom", headers={"If-None-Match": etag})).status_code == 200


async def test_two_warnings_of_one_second_have_two_identifiers(site):
    assert len({site.cap_alert(), site.cap_alert(), site.cap_alert()}) == 3


def test_a_warning_cannot_refer_to_what_was_never_sent(site):
    with pytest.raises(KeyError):
        site.cap_alert(msg_type="Update", references=("nothing",))
    assert site.warnings.issued == {}


async def test_markup_in_a_warning_stays_text(site, client):
    identifier = site.cap_alert(headline_zh="<b>&", event_en="</event>")
    tree = await document(client, identifier)
    assert said(tree, "cap:info/cap:headline") == ["<b>&"]
    page = await client.get(f"/warnings/{identifier}")
    assert "&lt;b&gt;&amp;" in page.text
