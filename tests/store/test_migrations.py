"""Migrations: up and down on both engines, and equal to the tables that the queries use."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, MetaData, Table, UniqueConstraint, insert, inspect, text

from bot.model.account import Account
from bot.model.manners import Own, Quiet, Telling, Way
from bot.model.subscription import ChatKind
from bot.store import accounts, chats, manners, schema, subscriptions
from bot.store.database import DatabaseError
from bot.store.tables import metadata


async def test_the_migrated_tables_are_the_tables_of_the_code(db):
    def differences(connection):
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)

    async with db.begin() as conn:
        assert await conn.run_sync(differences) == []


async def test_down_takes_every_table_away_and_up_brings_it_back(db_url, db):
    await schema.downgrade(db_url, "base")
    async with db.read() as conn:
        left = await conn.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    assert left <= {"alembic_version"}
    assert await schema.current(db_url) is None
    await schema.upgrade(db_url)
    assert await schema.current(db_url) == schema.head()


async def test_the_head_that_is_written_down_is_the_newest_migration():
    from alembic.script import ScriptDirectory

    assert ScriptDirectory.from_config(schema._config()).get_current_head() == schema.HEAD


async def test_up_where_everything_is_there_changes_nothing(db_url, db):
    async with db.begin() as conn:
        await conn.execute(text("INSERT INTO leases VALUES ('poll', 'me', 1, '2026-07-21 00:00:00+00')"))
    await schema.upgrade(db_url)
    async with db.read() as conn:
        assert (await conn.execute(text("SELECT holder FROM leases"))).scalars().all() == ["me"]


async def test_two_that_bring_a_database_up_at_once_take_turns(db_url, db):
    await schema.downgrade(db_url, "base")
    await asyncio.gather(schema.upgrade(db_url), schema.upgrade(db_url))
    assert await schema.is_current(db)


async def test_a_database_is_current_when_it_has_this_versions_tables(db_url, db):
    assert await schema.is_current(db)
    await schema.downgrade(db_url, "base")
    assert not await schema.is_current(db)
    assert await schema.version(db) is None


async def test_a_database_of_a_newer_version_is_refused_with_a_sentence(db_url, db):
    async with db.begin() as conn:
        await conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert not await schema.is_current(db)
    with pytest.raises(DatabaseError, match=r"9999.*install the Tocsin that made it, or a newer one\.$"):
        await schema.upgrade(db_url)


async def test_a_migration_that_fails_leaves_nothing_half_done(db_url, db):
    await schema.downgrade(db_url, "base")
    async with db.begin() as conn:  # in the way of the last table but one
        await conn.execute(text("CREATE TABLE revisions (x INTEGER)"))
    with pytest.raises(DatabaseError, match="nothing was changed"):
        await schema.upgrade(db_url)
    async with db.read() as conn:
        tables = await conn.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    assert tables - {"alembic_version"} == {"revisions"}
    assert await schema.version(db) is None


async def test_a_database_that_cannot_be_opened_is_refused_with_a_sentence(tmp_path):
    for act in (schema.upgrade, schema.current):
        with pytest.raises(DatabaseError, match="make it"):
            await act(f"sqlite+aiosqlite:///{tmp_path}/missing/x.db")


async def test_a_percent_sign_in_the_password_does_not_disturb_alembic(tmp_path):
    (tmp_path / "100%").mkdir()
    url = f"sqlite+aiosqlite:///{tmp_path}/100%/x.db"
    await schema.upgrade(url)
    assert await schema.current(url) == schema.head()


def test_seeing_whether_it_is_current_does_not_load_alembic(sqlite_url):
    program = f"""
import asyncio, sys
from bot.model.account import Account
from bot.model.manners import Own, Quiet, Telling, Way
from bot.model.subscription import ChatKind
from bot.store import accounts, chats, manners, schema, subscriptions
from bot.store.database import Database

async def main():
    db = await Database.open({sqlite_url!r})
    print(await schema.is_current(db), "alembic" in sys.modules, "asyncpg" in sys.modules)
    await db.close()

asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["True", "False", "False"]


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_what_refers_to_another_row_is_indexed_so_that_deleting_that_row_scans_nothing(table):
    unique = [constraint for constraint in table.constraints if isinstance(constraint, UniqueConstraint)]
    led = {next(iter(indexed.columns)).name for indexed in (table.primary_key, *table.indexes, *unique)}
    assert {column.name for column in table.columns if column.foreign_keys} <= led


async def test_0002_gives_extreme_a_lane_in_front_and_takes_it_back(db_url, db):
    async def lanes():
        async with db.read() as conn:
            return (await conn.execute(text("SELECT lane, state FROM deliveries ORDER BY id"))).all()

    await schema.downgrade(db_url, "0001")
    moment = datetime(2026, 7, 21, tzinfo=UTC)
    chat = {"id": 1, "telegram_id": 7, "kind": "private", "created_at": moment}
    waiting = {"chat_id": 1, "op": "notice", "state": "queued", "queued_at": moment, "not_before": moment}
    async with db.begin() as conn:
        await conn.execute(insert(_as_of_0001(metadata.tables["chats"])).values(chat))
        for number, lane in ((1, 0), (2, 1)):
            row = {**waiting, "id": number, "lane": lane}
            await conn.execute(insert(_as_of_0001(metadata.tables["deliveries"])).values(row))
    await schema.upgrade(db_url)
    assert await lanes() == [(1, "queued"), (2, "queued")]
    async with db.begin() as conn:
        await conn.execute(text("UPDATE deliveries SET state = 'held', lane = 0 WHERE id = 1"))
    await schema.downgrade(db_url, "0001")
    assert await lanes() == [(0, "failed"), (1, "queued")]


def _as_of_0001(table):
    """The table without the columns that 0002 brings."""
    new = {
        "retries",
        "lost_answers",
        "repeats",
        "unknown_errors",
        "folded_into",
        "arrived_at",
        "news_at",
        "old_routine_s",
        "old_urgent_s",
    }
    old = Table(table.name, MetaData())
    for column in table.columns:
        if column.name not in new:
            old.append_column(Column(column.name, column.type, default=column.default))
    return old


async def test_0014_keeps_the_ways_of_subscriptions_up_and_down(db_url, db):
    moment = datetime(2026, 7, 21, tzinfo=UTC)
    daily = Telling(Way.DAILY, 480)
    async with db.begin() as conn:
        chat = await chats.ensure(conn, 7, ChatKind.PRIVATE, "", moment, "en")
        account_id = await accounts.upsert(conn, Account("weibo", "1", "x", "https://weibo.com/u/1"), moment)
        wishes = {}
        for key, own in (("a", Own(daily, Quiet(60, 120))), ("b", Own(restless=True)), ("c", Own())):
            number, _ = await subscriptions.add(conn, chat, 0, account_id, (), key, None, moment)
            await manners.set_own(conn, chat, number, own)
            wishes[key] = number
    await schema.downgrade(db_url, "0013")
    async with db.read() as conn:
        kept = (await conn.execute(text("SELECT telling FROM subscriptions ORDER BY id"))).scalars().all()
    assert kept == ["daily 480", "", ""]
    await schema.upgrade(db_url)
    async with db.read() as conn:
        assert await manners.own_of_place(conn, chat, 0) == {wishes["a"]: Own(daily)}
