"""``tocsin stats``: the figures as tables and as JSON."""

import asyncio
import json
from datetime import UTC, datetime

import pytest
from outboxes import queue_posts, run_until_quiet
from scripted import ScriptedMessenger
from sqlalchemy import update
from typer.testing import CliRunner

from bot.cli import app
from bot.delivery.face import UnknownError
from bot.delivery.judging import MOST_UNKNOWN
from bot.store.tables import deliveries


@pytest.fixture
def prompt(db_url, clock, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bot.delivery.outbox.NET_SECONDS", 0.02)
    monkeypatch.setenv("TOCSIN_DATABASE_URL", db_url)
    monkeypatch.setenv("COLUMNS", "160")
    clock.now = datetime.now(UTC)  # what the prompt goes by

    async def call(*arguments):
        # in a thread: the command brings its own event loop
        done = await asyncio.to_thread(CliRunner().invoke, app, ["stats", *arguments])
        assert done.exit_code == 0, done.output
        return done.output

    return call


async def sent(db, clock, count=3):
    await queue_posts(db, clock, count)
    await run_until_quiet(db, clock, ScriptedMessenger())
    # the test's clock ran ahead of the prompt's
    async with db.begin() as conn:
        await conn.execute(update(deliveries).values(settled_at=datetime.now(UTC)))


async def test_as_json_each_group_has_its_seconds(db, clock, prompt):
    await sent(db, clock)
    found = json.loads(await prompt("--json", "--by-account"))
    assert found["settled"] == {"sent": 3}
    groups = {(group["by"], group["name"]): group["seconds"] for group in found["groups"]}
    assert set(groups) == {
        ("all", ""),
        ("source", "weibo"),
        ("lane", "routine"),
        ("account", "weibo 平安北京"),
    }
    assert groups["all", ""]["queued_to_sent"]["count"] == 3
    assert groups["all", ""]["queued_to_sent"]["p50"] >= 0


async def test_as_a_table_every_part_of_the_way_and_every_count_is_there(db, clock, prompt):
    await sent(db, clock)
    shown = await prompt("--hours", "1")
    for words in ("seen -> queued", "queued -> arrived", "source weibo", "lane routine", "possible repeats sent"):
        assert words in shown
    assert "account" not in shown


async def test_a_strange_refusal_is_a_visible_figure(db, clock, prompt):
    messenger = ScriptedMessenger()

    def refuse(_what):
        raise UnknownError("Bad Request: NEW_KIND_OF_ERROR")

    messenger.before = refuse
    await queue_posts(db, clock, 1)
    await run_until_quiet(db, clock, messenger)
    async with db.begin() as conn:
        await conn.execute(update(deliveries).values(settled_at=datetime.now(UTC)))
    found = json.loads(await prompt("--json"))
    assert (found["settled"], found["unknown_errors"]) == ({"failed": 1}, MOST_UNKNOWN)


async def test_where_nothing_was_sent_it_says_so(db, prompt):
    assert "Nothing was sent in this time." in await prompt()
