"""A chat as a file, and files read again: what was written comes back, and no stranger's file does harm."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from scripted import account

from bot.bundling import MOST_ENTRIES, pack, pack_feeds, unpack
from bot.model.bundle import MOST_BYTES, Bundle, BundleError, Item, Unusable
from bot.model.manners import Manners, Telling, Way
from bot.model.place import MOST_PLACES, ChatPlace
from bot.model.subscription import ChatKind
from bot.store.carrying import CarriedChat, CarriedDigest, CarriedManners, CarriedPlace, CarriedWish

NOW = datetime(2026, 7, 21, 12, 0, tzinfo=UTC)
FEED = replace(
    account(), kind="feed", key="https://a.example/f.xml?a=1&b=2", name='A "<feed>"', url="https://a.example/"
)
CHAT = CarriedChat(
    5, ChatKind.PRIVATE, "", "zh-Hans", None, None,
    (CarriedWish(0, account(), (), live=True, filter="severity>=severe"), CarriedWish(3, FEED, ("暴雨", 'a "b"'))),
    True, (CarriedDigest(0, 8, "Europe/Berlin"),),
)  # fmt: skip


def why(data):
    with pytest.raises(BundleError) as caught:
        unpack(data)
    return caught.value.why


def test_what_was_packed_is_read_again():
    assert unpack(pack(CHAT)) == Bundle(
        (
            Item(account().url, account().name, "weibo", account().key, "severity>=severe", live=True),
            Item(FEED.key, FEED.name, "feed", FEED.key, '"暴雨" "a \\"b\\""'),
        ),
        8,
        "Europe/Berlin",
        original_first=True,
    )


def test_what_one_of_several_topics_keeps_back_is_not_kept_back_everywhere():
    quiet = CarriedManners(3, Manners("UTC", Telling(Way.HOURLY)))
    place = CarriedPlace(3, ChatPlace("home", 39.912345, 116.412345, 30.0))
    several = unpack(pack(replace(CHAT, manners=(quiet,), places=(place,))))
    assert (several.manners, several.places) == (Manners(), ())
    alone = unpack(pack(replace(CHAT, wishes=CHAT.wishes[1:], manners=(quiet,), places=(place,))))
    # a location is kept to a hundredth of a degree, whatever a file says
    rounded = replace(place.place, latitude=39.91, longitude=116.41)
    assert (alone.manners, alone.places) == (quiet.manners, (rounded,))


def test_feeds_are_a_list_that_a_feed_reader_takes_and_is_read_again():
    data = pack_feeds([account(), FEED, FEED], "Tocsin & Söhne", NOW)
    root = etree.fromstring(data)
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert root.findtext("head/title") == "Tocsin & Söhne"
    assert root.findtext("head/dateCreated") == "Tue, 21 Jul 2026 12:00:00 GMT"
    [outline] = root.iterfind("body/outline")
    assert dict(outline.attrib) == {
        "type": "rss", "text": FEED.name, "title": FEED.name, "xmlUrl": FEED.key, "htmlUrl": FEED.url,
    }  # fmt: skip
    assert unpack(data) == Bundle((Item(FEED.key, FEED.name),))


def test_no_feed_makes_no_list():
    assert pack_feeds([account()], "Tocsin", NOW) == b""


def test_folders_odd_spellings_and_missing_addresses_of_other_readers_lists_are_understood():
    text = """\ufeff<?xml version="1.0"?><!DOCTYPE opml><OPML version="1.1"><body>
     <outline text="Weather"><outline type="rss" text="One" xmlurl="https://one.example/f"/>
      <outline type="rss" title="Two" text="two" xmlUrl=" http://two.example/f "/></outline>
     <outline type="rss" text="no address"/><outline text="x" xmlUrl="javascript:alert(1)"/>
     <outline text="One again" xmlUrl="https://one.example/f"/></body></OPML>"""
    assert unpack(text.encode()) == Bundle(
        (Item("https://one.example/f", "One"), Item("http://two.example/f", "Two")), without_address=2
    )


def test_a_list_without_end_is_cut():
    entries = "".join(f'<outline xmlUrl="https://e.example/{n}"/>' for n in range(MOST_ENTRIES + 9))
    assert len(unpack(f"<opml><body>{entries}</body></opml>".encode()).items) == MOST_ENTRIES


def test_an_address_longer_than_any_is_left_out_and_counted():
    fits, too_long = ("https://e.example/".ljust(length, "a") for length in (2000, 2001))
    text = f'<opml><body><outline xmlUrl="{fits}"/><outline xmlUrl="{too_long}"/></body></opml>'
    assert unpack(text.encode()) == Bundle((Item(fits),), without_address=1)


def test_a_daily_summary_alone_can_be_taken_along():
    alone = unpack(pack(replace(CHAT, wishes=())))
    assert (alone.items, alone.hour, alone.zone) == ((), 8, "Europe/Berlin")


def test_a_file_of_more_than_a_chat_takes_is_cut_and_so_are_its_names():
    wishes = tuple(CarriedWish(0, replace(account(), key=str(n)), ()) for n in range(MOST_ENTRIES + 1))
    places = tuple(CarriedPlace(0, ChatPlace("n" * 300, n / 10, 0.0, 30.0)) for n in range(MOST_PLACES + 1))
    read = unpack(pack(replace(CHAT, wishes=wishes, places=places)))
    assert (len(read.items), len(read.places)) == (MOST_ENTRIES, MOST_PLACES)
    assert {len(place.name) for place in read.places} == {200}


def test_what_xml_forbids_in_a_name_is_left_out_of_a_list_of_feeds():
    data = pack_feeds([replace(FEED, name="sto\x07rm")], "Toc\x00sin", NOW)
    assert etree.fromstring(data).findtext("head/title") == "Tocsin"
    assert unpack(data) == Bundle((Item(FEED.key, "storm"),))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", Unusable.NOT_KNOWN),
        (b"\xff\xfe", Unusable.NOT_KNOWN),
        (b"{}", Unusable.NOT_KNOWN),
        (b"[" * 100_000, Unusable.NOT_KNOWN),
        (pack(CHAT)[:-20], Unusable.NOT_KNOWN),
        (json.dumps({"tocsin": "chats", "version": 1, "bot": ""}).encode(), Unusable.NOT_KNOWN),
        (json.dumps({"tocsin": "chat", "version": 2, "chat": {}}).encode(), Unusable.NEWER),
        (b"<html><body>no list</body></html>", Unusable.NOT_KNOWN),
        (b"<opml><body>", Unusable.NOT_KNOWN),
        (b'<!DOCTYPE o [<!ENTITY a "aaaa">]><opml><body>&a;</body></opml>', Unusable.NOT_KNOWN),
        (b"<opml><body/></opml>", Unusable.EMPTY),
        (b" " * (MOST_BYTES + 1), Unusable.TOO_LARGE),
    ],
)
def test_what_cannot_be_used_says_why(data, expected):
    assert why(data) is expected


def test_the_place_of_a_mistake_is_named():
    content = json.loads(pack(CHAT))
    content["chat"]["subscriptions"][1]["filter"] = "severity>=loud"
    with pytest.raises(BundleError) as caught:
        unpack(json.dumps(content).encode())
    assert caught.value.where == "chat.subscriptions[1].filter"


@given(st.binary(max_size=400))
@settings(deadline=None)
def test_any_bytes_are_read_or_refused(data):
    for whole in (data, b"<opml>" + data, b'{"tocsin": "chat", "version": 1, "chat": ' + data + b"}"):
        try:
            unpack(whole)
        except BundleError:
            continue
