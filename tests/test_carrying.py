"""`tocsin chats`: all that chats follow, into a file and out of it into another database; a bad file changes nothing."""

import json
import os
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from scripted import account
from sqlalchemy import select

from bot import carrying
from bot.carrying import FileError, export_chats, import_chats
from bot.matching.words import words_key
from bot.model.alert import Severity
from bot.model.manners import LONGEST_PAUSE, Manners, Own, Pause, Quiet, Telling, Way
from bot.model.place import ChatPlace
from bot.model.subscription import ChatKind
from bot.settings import load_settings
from bot.sources.registry import kinds
from bot.store import accounts, briefings, chat_places, chats, coverages, manners, subscriptions, topics
from bot.store.carrying import Carried
from bot.store.database import Database
from bot.store.tables import briefings as briefings_table
from bot.store.tables import chats as chats_table

OLD, NEW = "111:the-old-bots-token-000000000000000000", "222:the-new-bots-token-000000000000000000"
FEED = replace(account(), kind="feed", key="https://a.example/f.xml", name="A «feed»", url="https://a.example/")


@pytest.fixture
def settings(db_url):
    return load_settings(_env_file=None, database_url=db_url, telegram_token=OLD)


@pytest.fixture
async def filled(db, clock, settings):
    """A person with two wishes, one of them with words, and a forum with one in a topic."""
    async with db.begin() as conn:
        police, feed = [await accounts.upsert(conn, each, clock()) for each in (account(), FEED)]
        person = await chats.ensure(conn, 5, ChatKind.PRIVATE, "", clock(), "zh-Hans")
        forum = await chats.ensure(conn, -1002, ChatKind.SUPERGROUP, "邻居 ☂", clock(), "en")
        await subscriptions.add(conn, person, 0, police, (), "", 5, clock())
        words = ("暴雨", "road 6")
        await subscriptions.add(conn, person, 0, feed, words, words_key(words), 5, clock())
        await subscriptions.add(conn, forum, 77, police, (), "", None, clock())
        await coverages.choose(conn, forum, 77, police, live=True)
        await briefings.set_day(conn, person, 0, 8, "Europe/Berlin", clock())
        await briefings.set_day(conn, forum, 77, 20, "UTC+8", clock())
        await topics.set_language(conn, forum, 77, "de")
        quiet, pause = Quiet(22 * 60, 7 * 60 + 30, Severity.MODERATE), Pause(clock() + timedelta(days=2), whole=True)
        mannered = Manners("Asia/Shanghai", Telling(Way.MOST, 1200, 5), quiet, pause, ("hazard:rainstorm",))
        await manners.save(conn, forum, 77, mannered)
        own, _ = await subscriptions.add(conn, forum, 0, feed, (), "", None, clock())
        await manners.set_own(conn, forum, own, Own(Telling(Way.DAILY, 480)))
        await chat_places.add(conn, person, 0, ChatPlace("home", 39.91, 116.4, 30.0), clock())
        await chat_places.add(conn, forum, 77, ChatPlace("宁波", 29.88, 121.55, 220.0, ("浙江省", "宁波市")), clock())
        await conn.execute(
            chats_table.update()
            .where(chats_table.c.id == forum)
            .values(old_routine_s=3600, old_urgent_s=7200, original_first=True)
        )
    return db


@pytest.fixture
async def other(tmp_path):
    """Another database, not made yet."""
    return load_settings(
        _env_file=None, database_url=f"sqlite+aiosqlite:///{tmp_path / 'other.db'}", telegram_token=OLD
    )


async def exported(settings):
    lines = []
    await export_chats(settings, None, lines.append)
    return lines


def file_of(tmp_path, lines):
    path = tmp_path / "chats.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


async def states(settings):
    db = await Database.open(settings.database_url.get_secret_value())
    try:
        async with db.read() as conn:
            columns = (chats_table.c.telegram_id, chats_table.c.state, chats_table.c.paused_reason)
            return {row[0]: tuple(row[1:]) for row in await conn.execute(select(*columns))}
    finally:
        await db.close()


async def test_what_is_exported_and_imported_elsewhere_is_exported_the_same_from_there(
    filled, settings, other, tmp_path, clock
):
    lines = await exported(settings)
    head, person, forum, end = map(json.loads, lines)
    assert head == {"tocsin": "chats", "version": 1, "bot": "111"}
    assert end == {"end": True, "chats": 2}
    assert person["subscriptions"][1]["words"] == ["暴雨", "road 6"]
    assert person["subscriptions"][0]["account"]["url"] == account().url
    assert (forum["title"], forum["subscriptions"][0]["topic"]) == ("邻居 ☂", 77)
    assert forum["old_news"] == {"routine_seconds": 3600, "urgent_seconds": 7200}
    assert forum["original_first"] is True
    assert forum["manners"][0]["quiet"] == {"begins": 1320, "ends": 450, "least": "Moderate"}
    assert (forum["manners"][0]["topic"], forum["manners"][0]["telling"]) == (77, "most 5 1200")
    assert (forum["subscriptions"][1]["telling"], person["manners"]) == ("daily 480", [])
    assert [place["name"] for place in person["places"]] == ["home"]
    assert (forum["places"][0]["topic"], forum["places"][0]["unit"]) == (77, ["浙江省", "宁波市"])
    done = await import_chats(other, file_of(tmp_path, lines), clock)
    assert done.new == Carried(chats=2, paused=0, wishes=4)
    assert await exported(other) == lines


async def test_what_was_imported_is_watched_and_is_the_same_wish_when_it_is_made_again(
    filled, settings, other, tmp_path, clock
):
    await import_chats(other, file_of(tmp_path, await exported(settings)), clock)
    db = await Database.open(other.database_url.get_secret_value())
    try:
        async with db.begin() as conn:
            watches = await accounts.watched(conn)
            assert {watch.account.key for watch in watches} == {account().key, FEED.key}
            assert {(watch.next_poll_at, watch.baseline_at) for watch in watches} == {(clock(), None)}
            chat = await chats.get(conn, 5)
            feed = await accounts.by_key(conn, "feed", FEED.key)
            words = ("ＲＯＡＤ 6", "暴雨")
            _, made = await subscriptions.add(conn, chat.id, 0, feed.id, words, words_key(words), 5, clock())
            assert not made
    finally:
        await db.close()


async def test_importing_again_changes_nothing_and_what_stands_there_stays(filled, settings, tmp_path, clock):
    lines = await exported(settings)
    changed = [line.replace('"zh-Hans"', '"en"').replace("3600", "60") for line in lines]
    done = await import_chats(settings, file_of(tmp_path, changed), clock)
    assert (done.read, done.new) == (2, Carried())
    assert await exported(settings) == lines


async def test_with_another_bot_people_are_not_written_to_before_they_press_start_there(
    filled, settings, other, tmp_path, clock
):
    other = other.model_copy(
        update={"telegram_token": load_settings(_env_file=None, telegram_token=NEW).telegram_token}
    )
    done = await import_chats(other, file_of(tmp_path, await exported(settings)), clock)
    assert done.new.paused == 1
    assert await states(other) == {5: ("paused", carrying.WAITS_FOR_START), -1002: ("active", "")}
    # one who is there already stays reachable
    again = await import_chats(other, file_of(tmp_path, await exported(settings)), clock)
    assert again.new == Carried()


async def test_many_chats_go_page_by_page(db, settings, other, tmp_path, clock, monkeypatch):
    monkeypatch.setattr(carrying, "PAGE", 3)
    async with db.begin() as conn:
        feed = await accounts.upsert(conn, FEED, clock())
        for n in range(1, 9):
            chat = await chats.ensure(conn, n, ChatKind.PRIVATE, "", clock(), "en")
            await subscriptions.add(conn, chat, 0, feed, (), "", None, clock())
    lines = await exported(settings)
    done = await import_chats(other, file_of(tmp_path, lines), clock)
    assert done.new == Carried(chats=8, paused=0, wishes=8)
    assert await exported(other) == lines


async def test_a_file_is_for_its_owner_alone_and_there_whole_or_not_at_all(filled, settings, tmp_path, monkeypatch):
    path = tmp_path / "out" / "chats.jsonl"
    with pytest.raises(FileError, match="cannot be written"):
        await export_chats(settings, path, print)
    path.parent.mkdir()
    assert await export_chats(settings, path, print) == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    whole = path.read_text(encoding="utf-8")

    async def break_off(*_given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(carrying, "_write", break_off)
    with pytest.raises(FileError, match="No space left"):
        await export_chats(settings, path, print)
    assert path.read_text(encoding="utf-8") == whole
    assert [each.name for each in path.parent.iterdir()] == ["chats.jsonl"]


HEAD = '{"tocsin": "chats", "version": 1, "bot": "111"}'
END = '{"end": true, "chats": 1}'
ACCOUNT = {"kind": "feed", "key": "https://a.example/f", "name": "A", "url": "https://a.example"}


def chat_line(**changes):
    chat = {"telegram_id": 9, "kind": "private", "language": "en", "subscriptions": [{"account": ACCOUNT}]}
    return json.dumps({**chat, **changes})


def wish(**changes):
    return chat_line(subscriptions=[{"account": ACCOUNT}, {"account": ACCOUNT, **changes}])


def told(**changes):
    return chat_line(manners=[changes])


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ([], "line 1: this is no file of"),
        (["[]"], "line 1: this is no file of"),
        (['{"tocsin": "chats", "version": 2}'], "line 1: version 2 is of another"),
        ([HEAD, chat_line()], "was cut off"),
        ([HEAD, chat_line(), '{"end": true, "chats": 2}'], "line 3: 2 chats were written, 1 are here"),
        ([HEAD, "{", END], "line 2: this is no JSON"),
        ([HEAD, "[" * 100_000, END], "line 2: this is no JSON"),
        ([HEAD, chat_line(), "5", END], "line 3: "),
        ([HEAD, chat_line(telegram_id="9"), END], "line 2, telegram_id: "),
        ([HEAD, chat_line(telegram_id=2**60), END], "line 2, telegram_id: "),
        ([HEAD, chat_line(telegram_id=-9), END], "line 2: telegram_id is above 0 for a private chat"),
        ([HEAD, chat_line(kind="room"), END], "line 2, kind: "),
        ([HEAD, chat_line(language="<b>"), END], "line 2, language: "),
        ([HEAD, chat_line(old_news={"routine_seconds": -1}), END], "line 2, old_news.routine_seconds: "),
        ([HEAD, chat_line(colour="red"), END], "line 2, colour: "),
        ([HEAD, told(zone="Nowhere"), END], "line 2, manners[0].zone"),
        ([HEAD, told(telling="daily 1440"), END], "line 2, manners[0].telling: takes a way"),
        ([HEAD, told(telling="most 0 1200"), END], "line 2, manners[0].telling: takes a way"),
        ([HEAD, told(telling="most 101 1200"), END], "line 2, manners[0].telling: takes a way"),
        ([HEAD, told(quiet={"begins": 5, "ends": 5, "least": "Severe"}), END], "line 2, manners[0].quiet: begins and"),
        ([HEAD, told(quiet={"begins": 5, "ends": 1440, "least": "Severe"}), END], "line 2, manners[0].quiet.ends"),
        ([HEAD, told(quiet={"begins": 5, "ends": 6, "least": "Loud"}), END], "line 2, manners[0].quiet.least"),
        ([HEAD, told(pause={"until": "2026-12-01T00:00:00"}), END], "line 2, manners[0].pause.until"),
        ([HEAD, told(muted=["hazard:nothing"]), END], "line 2, manners[0].muted[0]: takes a hazard"),
        ([HEAD, told(muted=["level>=red"]), END], "line 2, manners[0].muted[0]: takes a hazard"),
        ([HEAD, told(muted=["hazard:rainstorm OR level>=blue"]), END], "line 2, manners[0].muted[0]: takes a hazard"),
        ([HEAD, told(muted=["hazard:rainstorm"] * 21), END], "line 2, manners[0].muted: "),
        ([HEAD, wish(telling="loud"), END], "line 2, subscriptions[1].telling: takes a way"),
        ([HEAD, wish(topic=-1), END], "line 2, subscriptions[1].topic: "),
        ([HEAD, wish(words=["x"] * 21), END], "line 2, subscriptions[1].words: "),
        ([HEAD, wish(words=["x" * 101]), END], "line 2, subscriptions[1].words[0]: "),
        ([HEAD, wish(words=[" "]), END], "line 2, subscriptions[1].words: takes words"),
        ([HEAD, wish(account={**ACCOUNT, "kind": "pigeon"}), END], "subscriptions[1].account.kind: takes one of "),
        ([HEAD, wish(account={**ACCOUNT, "url": "file:///etc/passwd"}), END], "subscriptions[1].account.url: "),
        ([HEAD, wish(account={**ACCOUNT, "key": ""}), END], "subscriptions[1].account.key: "),
    ],
)  # fmt: skip
async def test_a_bad_file_is_one_line_with_the_place_and_nothing_of_it_is_imported(
    sqlite_db, sqlite_url, clock, tmp_path, lines, place
):
    settings = load_settings(_env_file=None, database_url=sqlite_url, telegram_token=OLD)
    with pytest.raises(FileError) as caught:
        await import_chats(settings, file_of(tmp_path, lines), clock)
    assert place in str(caught.value)
    assert "\n" not in str(caught.value)
    assert await states(settings) == {}


async def test_a_fault_in_the_middle_of_writing_leaves_nothing_behind(
    filled, settings, other, tmp_path, clock, monkeypatch
):
    monkeypatch.setattr(carrying, "PAGE", 1)
    path = file_of(tmp_path, await exported(settings))
    real, calls = carrying.carrying.take_in, 0

    async def fail_at_the_second(*given, **more):
        nonlocal calls
        calls += 1
        if calls == 2:
            raise OSError("the machine is going down")
        return await real(*given, **more)

    monkeypatch.setattr(carrying.carrying, "take_in", fail_at_the_second)
    with pytest.raises(OSError, match="going down"):
        await import_chats(other, path, clock)
    assert await states(other) == {}


async def test_too_long_a_line_and_no_utf8_are_told(sqlite_url, clock, tmp_path, monkeypatch):
    monkeypatch.setattr(carrying, "LONGEST_LINE", 100)
    settings = load_settings(_env_file=None, database_url=sqlite_url)
    with pytest.raises(FileError, match="line 2: longer than 100 bytes"):
        await import_chats(settings, file_of(tmp_path, [HEAD, chat_line(title="x" * 200), END]), clock)
    path = tmp_path / "latin"
    path.write_bytes(HEAD.encode() + b'\n{"title": "\xe9"}\n')
    with pytest.raises(FileError, match="line 2: this is no JSON in UTF-8"):
        await import_chats(settings, path, clock)


def test_the_kinds_of_accounts_are_those_that_can_be_watched():
    assert kinds() >= {"weibo", "feed", "cap"}


def test_the_commands_say_what_they_did_and_what_is_wrong(tmp_path, sqlite_url):
    def run(*arguments, url=sqlite_url):
        environment = {**os.environ, "TOCSIN_DATABASE_URL": url}
        return subprocess.run(
            [sys.executable, "-m", "bot", "chats", *arguments],
            env=environment, cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip

    file_of(tmp_path, [HEAD, chat_line(), END])
    done = run("import", "chats.jsonl")
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 chats were read: 1 are new here, and 1 subscriptions." in done.stdout
    assert "1 private chats wait until their person presses Start" in done.stdout
    assert json.loads(run("export").stdout.splitlines()[1])["telegram_id"] == 9
    done = run("export", "--output", "out.jsonl")
    assert done.stdout == "1 chats are in out.jsonl.\n"
    done = run("import", "nowhere.jsonl")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("tocsin: nowhere.jsonl cannot be read")
    done = run("export", url=f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}")
    assert (done.returncode, done.stderr) == (
        1,
        "tocsin: The tables are not of this version. Run: tocsin db upgrade\n",
    )


async def test_the_days_digest_goes_along_with_its_hour_and_clock_and_what_is_covered_live(
    filled, settings, other, clock, tmp_path
):
    await import_chats(other, file_of(tmp_path, await exported(settings)), clock)
    db = await Database.open(other.database_url.get_secret_value())
    try:
        async with db.read() as conn:
            columns = (
                briefings_table.c.thread_id,
                briefings_table.c.hour,
                briefings_table.c.zone,
                briefings_table.c.due_at,
            )
            rows = [tuple(row) for row in await conn.execute(select(*columns).order_by(briefings_table.c.hour))]
            chat = await chats.get(conn, -1002)
            assert len(await coverages.of_place(conn, chat.id, 77)) == 1
            assert await coverages.of_place(conn, chat.id, 0) == frozenset()
    finally:
        await db.close()
    # the clock stands at 03:51 UTC
    assert [row[:3] for row in rows] == [(0, 8, "Europe/Berlin"), (77, 20, "UTC+8")]
    assert [row[3].hour for row in rows] == [6, 12]
    assert all(row[3] > clock() for row in rows)


@pytest.mark.parametrize(
    "digest", [{"hour": 24, "zone": "UTC"}, {"hour": 8, "zone": "Nowhere"}, {"hour": "8", "zone": "UTC"}]
)
async def test_a_digest_that_cannot_be_is_refused_with_its_place(filled, settings, other, clock, tmp_path, digest):
    lines = await exported(settings)
    chat = json.loads(lines[1])
    chat["digests"] = [digest]
    lines[1] = json.dumps(chat)
    with pytest.raises(FileError, match=r"line 2, digests\[0\]"):
        await import_chats(other, file_of(tmp_path, lines), clock)


@pytest.mark.parametrize(("days", "kept"), [(-1, None), (30, timedelta(days=30)), (4000, LONGEST_PAUSE)])
async def test_a_pause_that_is_over_is_left_and_none_lasts_longer_than_may_be_asked_for(
    sqlite_url, sqlite_db, clock, tmp_path, days, kept
):
    settings = load_settings(_env_file=None, database_url=sqlite_url, telegram_token=OLD)
    until = clock() + timedelta(days=days)
    pause = {"until": until.isoformat(), "whole": True}
    await import_chats(settings, file_of(tmp_path, [HEAD, told(zone="UTC", pause=pause), END]), clock)
    async with sqlite_db.read() as conn:
        chat = await chats.get(conn, 9)
        found = await manners.of_place(conn, chat.id, 0)
    assert found.pause == (None if kept is None else Pause(clock() + kept, whole=True))
