"""How peers said the same thing twice (1 to 7); none of it can happen here."""

import asyncio

import pytest
from outboxes import READER, queue_posts, run_until_quiet
from scripted import ScriptedMessenger
from sqlalchemy.exc import OperationalError
from storms import program, queue_storm, readers, sequence, until_settled

from bot.delivery.face import LostAnswerError
from bot.delivery.judging import MOST_UNSEEN
from bot.demo.botapi import BotApiServer, Limits
from bot.model.alert import Severity
from bot.model.delivery import Lane, State
from bot.store import posts as post_store
from bot.store.database import Database


def numbers(town, chat=READER):
    return [int(text.split("第")[1].split("条")[0]) for text in town.messenger.texts(chat) if "第" in text]


@pytest.mark.parametrize("change", ["deleted", "edited", "reordered", "emptied"])
async def test_duplicated_01_watermark_on_one_link_whatever_becomes_of_the_newest_post(town, change):
    """BoKKeR keeps the link of the newest item: once it is gone or changed, the whole feed goes out again."""
    await town.subscribe(READER)
    one, two, three = (town.post(n) for n in (1, 2, 3))
    await town.see()
    await town.see(one, two, three)
    await town.deliver()
    edited = town.post(3, "第3条：更正", url="https://weibo.com/1288915263/other", published=three.published)
    pages = {"deleted": [one, two], "edited": [one, two, edited], "reordered": [three, one, two], "emptied": []}
    await town.see(*pages[change])
    await town.see(one, two)
    await town.deliver()
    said = [message for message in town.messenger.messages if message.reply_to is None]
    assert len(said) == 3


async def test_duplicated_02_retry_after_an_ambiguous_timeout_is_one_copy_and_says_so(sqlite_db, clock):
    """sendMessage has no key to know a message again by: a peer's chat got up to nine copies."""
    messenger = ScriptedMessenger()
    lost = iter([LostAnswerError("timed out")])

    def lose_once(_what):
        for error in lost:
            raise error

    messenger.after = lose_once
    await queue_posts(sqlite_db, clock, 1, lanes=(Lane.EXTREME,))
    assert await run_until_quiet(sqlite_db, clock, messenger) == {State.SENT: 1}
    assert ["may be a repeat" in text for text in messenger.texts(READER)] == [False, True]


async def test_duplicated_02_retry_after_ambiguous_timeouts_without_an_end_stops_and_stays_visible(sqlite_db, clock):
    """sendMessage has no key to know a message again by: a peer's chat got up to nine copies."""
    messenger = ScriptedMessenger()

    def lose(what):
        if what[0] == "send":
            raise LostAnswerError("timed out")

    messenger.after = lose
    await queue_posts(sqlite_db, clock, 1, lanes=(Lane.EXTREME,))
    assert await run_until_quiet(sqlite_db, clock, messenger) == {State.HELD: 1}
    assert ["may be a repeat" in text for text in messenger.texts(READER)] == [False] + [True] * MOST_UNSEEN


async def test_duplicated_03_id_changes_a_feed_that_renumbers_its_entries_says_nothing_twice(town):
    """guid churn sends a peer's whole feed again."""
    town.source.ids_may_churn = True
    await town.subscribe(READER)
    await town.see()
    page = [town.post(n) for n in range(1, 5)]
    await town.see(*page)
    await town.deliver()
    await town.see(*[town.post(n, id=f"new-{n}", published=page[n - 1].published) for n in range(1, 5)])
    await town.deliver()
    assert numbers(town) == [1, 2, 3, 4]


async def test_duplicated_03_id_changes_an_update_with_a_new_id_is_no_second_alert(town):
    """Each update of the US weather service has a new id and is linked by its references alone."""
    await town.subscribe(READER)
    await town.see()
    await town.see(town.alert(1, Severity.SEVERE))
    await town.deliver()
    await town.see(town.alert(2, Severity.SEVERE, replaces=1))
    await town.deliver()
    first, update = town.messenger.messages
    assert first.edits
    assert (update.reply_to, update.silent) == (first.id, True)


async def test_duplicated_03_one_warning_for_two_wishes_of_a_chat_is_said_once(town):
    """NINA's readers got a warning once for each part of its polygon and each provider."""
    await town.subscribe(READER, "暴雨")
    await town.subscribe(READER, "封路")
    await town.see()
    await town.see(town.post(1, "第1条：暴雨，部分路段封路"))
    await town.deliver()
    assert numbers(town) == [1]


async def test_duplicated_04_source_flaps_what_vanishes_and_returns_is_neither_lifted_nor_said_again(town):
    """Old posts move up after a deletion; a stale cache lets alerts vanish and return, "cancelled" in between."""
    await town.subscribe(READER)
    old = town.post(1)
    await town.see(town.post(2), old)
    page = [town.post(3), town.post(4), town.alert(5)]
    await town.see(*page)
    await town.deliver()
    said = [(message.text, message.edits) for message in town.messenger.messages]
    assert len(said) == 3
    for flap in ([page[0]], [old, *page], [], page, [page[2], page[1]], page):
        await town.see(*flap, withdrawals=True)
        await town.deliver()
    assert [(message.text, message.edits) for message in town.messenger.messages] == said


def environment_of(server, db_url):
    return {
        "TOCSIN_TELEGRAM_TOKEN": server.token,
        "TOCSIN_TELEGRAM_API_URL": server.url,
        "TOCSIN_DATABASE_URL": db_url,
        "TOCSIN_MESSAGES_PER_SECOND": "1000",
    }


async def until_logged(log, words):
    """Wait until a program wrote these words."""
    async with asyncio.timeout(20):
        while not (log.exists() and words in log.read_text(encoding="utf-8")):
            await asyncio.sleep(0.05)


async def test_duplicated_05_two_instances_a_forgotten_server_is_told_of_in_plain_words(
    sqlite_url, migrated_file, tmp_path
):
    """Owners of rssbot and flowerss had forgotten the old server: two copies with one token, a database each."""
    import shutil

    forgotten = tmp_path / "forgotten.db"
    shutil.copy(migrated_file, forgotten)
    logs = [tmp_path / "one.log", tmp_path / "other.log"]
    async with (
        BotApiServer(limits=Limits(enforced=False)) as server,
        program(environment_of(server, sqlite_url), logs[0]),
        program(environment_of(server, f"sqlite+aiosqlite:///{forgotten}"), logs[1]),
    ):
        one, other = (asyncio.ensure_future(until_logged(log, "another program reads this bot's")) for log in logs)
        await asyncio.wait({one, other}, return_when=asyncio.FIRST_COMPLETED)
        told = [task for task in (one, other) if task.done()]
        for task in (one, other):
            task.cancel()
        await asyncio.wait({one, other})
    assert next(task.exception() for task in told) is None


async def test_duplicated_06_dedupe_check_error_is_not_new_the_page_is_judged_when_it_can_be(town, monkeypatch):
    """flowerss logs the database's error and goes on as if the post were not there yet."""
    await town.subscribe(READER)
    await town.see()
    await town.see(town.post(1))
    await town.deliver()
    real = post_store.known

    async def fail(*_args):
        raise OperationalError("SELECT", {}, OSError("database is locked"))

    monkeypatch.setattr(post_store, "known", fail)
    with pytest.raises(OperationalError):
        await town.see(town.post(1), town.post(2))
    assert len(await town.rows()) == 1
    monkeypatch.setattr(post_store, "known", real)
    await town.see(town.post(1), town.post(2))
    await town.deliver()
    assert numbers(town) == [1, 2]


async def test_duplicated_07_multiple_workers_of_one_database_say_each_message_once(db_url, tmp_path):
    """huginn with several workers ran each event in every one of them."""
    async with BotApiServer(limits=Limits(enforced=False)) as server:
        chats = readers(server, 50)
        db = await Database.open(db_url)
        try:
            environment = environment_of(server, db_url)
            async with (
                program(environment, tmp_path / "one.log") as one,
                program(environment, tmp_path / "other.log") as other,
            ):
                # both are up: one of the two says that it waits for the other one
                waiting = [
                    asyncio.ensure_future(until_logged(tmp_path / name, "waiting"))
                    for name in ("one.log", "other.log")
                ]
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in waiting:
                    task.cancel()
                await asyncio.wait(waiting)
                await queue_storm(db, chats, 3)
                settled = await until_settled(db, 30)
                assert one.process.returncode is None
                assert other.process.returncode is None
        finally:
            await db.close()
        assert {row.state for row in settled} == {State.SENT}
        assert {tuple(messages) for messages in sequence(server).values()} == {((1, False), (2, False), (3, False))}
