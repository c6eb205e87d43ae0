"""What the agencies of East Asia say is kept true in the chats: from their answers to the messages, on both databases."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.sources.cenc import CencSource
from bot.sources.hko.answers import read_summary
from bot.sources.hko.warnings import Answers, posts_of
from bot.sources.jma.telegrams import read_telegram
from bot.sources.jma.threads import linked

READER, OTHER, LATE = 1001, 1002, 1003
RECORDED = Path(__file__).parents[1] / "recorded"
NAMES = {
    "WRAINA": ("Amber Rainstorm Warning Signal", "黃色暴雨警告信號", "黄色暴雨警告信号"),
    "WRAINB": ("Black Rainstorm Warning Signal", "黑色暴雨警告信號", "黑色暴雨警告信号"),
}


@pytest.fixture
async def chats(town):
    await town.subscribe(READER)
    await town.see()
    return town


def in_hong_kong(force, code="", action="ISSUE", time="11:52"):
    """One look at the Observatory, with one rainstorm signal or with nothing in force."""
    summaries = {}
    for number, language in enumerate(("en", "tc", "sc")):
        at = f"2026-07-21T{time}:00+08:00"
        entry = {"code": code, "actionCode": action, "issueTime": at, "updateTime": at}
        told = {"WRAIN": {"name": NAMES[code][number], **entry}} if code else {}
        summaries[language] = read_summary(json.dumps(told).encode())
    now = datetime(2026, 7, 21, 4, 30, tzinfo=UTC)
    return posts_of(Answers(summaries, dict.fromkeys(summaries, ())), force, "hko", now)


async def test_a_signal_is_raised_with_a_sound_in_the_readers_official_words_and_lifted(chats):
    await chats.subscribe(OTHER, language="zh-Hant")
    posts, force = in_hong_kong({}, "WRAINA")
    await chats.see(*posts)
    await chats.deliver()
    posts, force = in_hong_kong(force, "WRAINB", time="11:53")
    await chats.see(*posts)
    await chats.see(*posts)  # listed at every look, said once
    await chats.deliver()
    first, second = chats.shown(READER)
    assert second.text.startswith("⬆️ Raised by the agency. Before: Moderate.\n🔴 Extreme danger · Update")
    assert (second.silent, "Black Rainstorm Warning Signal" in second.text) == (False, True)
    assert len(first.edits) == 1
    amber, black = chats.shown(OTHER)
    assert "香港天文台\n黃色暴雨警告信號" in amber.text
    assert "香港天文台\n黑色暴雨警告信號" in black.text
    await chats.subscribe(LATE)
    posts, force = in_hong_kong(force)
    await chats.see(*posts)
    await chats.deliver()
    assert "✅ Lifted: this warning is over" in chats.shown(READER)[2].text
    assert chats.shown(LATE) == []  # who was not told of it is not told of its end
    assert force == {}


async def test_a_quake_that_is_reviewed_is_edited_where_it_was_told(chats):
    source = CencSource(None, chats.clock)
    line = {"CATA_ID": "A", "O_TIME": "2026-07-21 11:51:00", "EPI_LAT": 30, "EPI_LON": 99, "LOCATION_C": "四川甘孜州"}
    (quick,) = source.read(json.dumps([{**line, "M": 4.8, "AUTO_FLAG": "A"}]).encode(), "a")
    (sure,) = source.read(json.dumps([{**line, "M": 6.9, "AUTO_FLAG": "M"}]).encode(), "a")
    await chats.see(quick)
    await chats.deliver()
    await chats.see(sure)
    await chats.deliver()
    message, reply = chats.shown(READER)
    assert "6.9级地震" in message.text
    assert len(message.edits) == 1
    assert "Before: Moderate. Now: Extreme danger." in reply.text
    assert reply.silent is False


async def test_a_tsunami_warning_is_lifted_and_a_drill_is_never_shown(chats):
    def telegram(name, *changes):
        text = (RECORDED / "jma" / f"{name}.xml").read_text()
        for before, after in changes:
            text = text.replace(before, after)
        return read_telegram(text.encode(), "a", "https://www.data.jma.go.jp/x.xml")

    drill = telegram("VTSE41", ("通常", "訓練"), ("T02:54:05Z", "T02:53:00Z"))
    posts, threads, _ = linked([drill, telegram("VTSE41")], {})
    await chats.see(*posts)
    await chats.deliver()
    (message,) = chats.shown(READER)
    assert message.text.startswith("🔴 Extreme")
    assert "徳島県" in message.text
    posts, _, _ = linked([telegram("VTSE41_lifted")], threads)
    await chats.see(*posts)
    await chats.deliver()
    marked, lift = chats.shown(READER)
    assert marked is message
    assert len(marked.edits) == 1
    assert marked.text.startswith("✅ Lifted by the agency.")
    assert lift.text.startswith("Before: Extreme danger")
    assert "ただちに津波来襲と予測" not in lift.text
