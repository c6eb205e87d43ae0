"""Opening a database, one writer at a time, and what a refusal says."""

import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from bot.store import schema
from bot.store.database import Database, DatabaseError, parse_url, shown

COUNT = text("SELECT count(*) FROM site_state")
ROW = text(
    "INSERT INTO site_state (site, name, value, updated_at) VALUES ('s', :name, '1', '2026-07-21 00:00:00+00')"
)


async def rows(db: Database) -> int:
    async with db.read() as conn:
        return (await conn.execute(COUNT)).scalar_one()


# ------------------------------------------------------------------ transactions


async def test_what_a_transaction_wrote_is_there_for_everybody_once_it_is_over(db, db_url):
    async with db.begin() as conn:
        await conn.execute(ROW, {"name": "a"})
        assert await rows(db) == 0
    assert await rows(db) == 1


async def test_an_exception_takes_back_all_of_its_transaction(db):
    async def fail_half_way() -> None:
        async with db.begin() as conn:
            await conn.execute(ROW, {"name": "a"})
            raise LookupError

    with pytest.raises(LookupError):
        await fail_half_way()
    assert await rows(db) == 0


async def test_a_cancelled_transaction_is_taken_back_and_the_next_one_goes_on(db):
    written = asyncio.Event()

    async def write() -> None:
        async with db.begin() as conn:
            await conn.execute(ROW, {"name": "a"})
            written.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write())
    await asyncio.wait_for(written.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with db.begin() as conn:
        await conn.execute(ROW, {"name": "b"})
    assert await rows(db) == 1


async def test_writers_of_one_process_take_turns(db):
    async def count_up(name: str) -> None:
        async with db.begin() as conn:
            seen = (await conn.execute(COUNT)).scalar_one() if db.backend == "sqlite" else 0
            await asyncio.sleep(0)
            await conn.execute(ROW, {"name": name})
            if db.backend == "sqlite":
                assert (await conn.execute(COUNT)).scalar_one() == seen + 1

    await asyncio.gather(*(count_up(str(n)) for n in range(20)))
    assert await rows(db) == 20


async def test_readers_are_not_held_up_by_a_writer(db):
    async with db.begin() as conn:
        await conn.execute(ROW, {"name": "a"})
        assert await asyncio.gather(*(rows(db) for _ in range(5))) == [0] * 5


async def test_a_second_process_waits_for_the_writer_instead_of_failing(db, second):
    started = asyncio.Event()

    async def first() -> None:
        async with db.begin() as conn:
            await conn.execute(ROW, {"name": "a"})
            started.set()
            await asyncio.sleep(0.1)

    async def then() -> int:
        await started.wait()
        async with second.begin() as conn:
            await conn.execute(ROW, {"name": "b"})
            return (await conn.execute(COUNT)).scalar_one()

    _, seen = await asyncio.gather(first(), then())
    assert seen == 2 if db.backend == "sqlite" else seen >= 1
    assert await rows(db) == 2


async def test_a_transaction_begun_inside_another_is_an_error_and_no_deadlock(sqlite_db):
    async with sqlite_db.begin():
        with pytest.raises(RuntimeError, match="inside another"):
            async with sqlite_db.begin():
                pass


async def test_reading_cannot_write_on_sqlite(sqlite_db):
    async with sqlite_db.read() as conn:
        with pytest.raises(OperationalError, match="readonly"):
            await conn.execute(ROW, {"name": "a"})
    assert await rows(sqlite_db) == 0


async def test_sqlite_keeps_its_promises_on_every_connection(sqlite_db):
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
    for opened in (sqlite_db.begin, sqlite_db.read):
        async with opened() as conn:
            found = {name: (await conn.execute(text(f"PRAGMA {name}"))).scalar_one() for name in wanted}
        assert found == wanted


async def test_an_error_names_the_statement_but_never_its_values(db):
    cookie = "SUB=secret-cookie"
    async with db.begin() as conn:
        with pytest.raises(DBAPIError) as caught:
            await conn.execute(text("INSERT INTO site_state (nonsense) VALUES (:cookie)"), {"cookie": cookie})
    assert "INSERT INTO site_state" in str(caught.value)
    assert cookie not in str(caught.value)


async def test_closing_leaves_no_thread_behind(sqlite_url):
    before = set(threading.enumerate())
    db = await Database.open(sqlite_url)
    async with db.begin() as conn:
        await conn.execute(ROW, {"name": "a"})
    assert set(threading.enumerate()) - before
    await db.close()
    async with asyncio.timeout(5):
        while set(threading.enumerate()) - before:
            await asyncio.sleep(0.01)
    assert set(threading.enumerate()) - before == set()


async def test_closing_waits_for_who_still_reads_and_gives_nothing_afterwards(db_url):
    db = await Database.open(db_url)
    reading, enough = asyncio.Event(), asyncio.Event()

    async def read():
        async with db.read() as conn:
            reading.set()
            await enough.wait()
            return (await conn.execute(text("SELECT 1"))).scalar_one()

    reader = asyncio.ensure_future(read())
    await reading.wait()
    closing = asyncio.ensure_future(db.close())
    for _ in range(10):
        await asyncio.sleep(0)
    assert not closing.done()
    enough.set()
    assert await reader == 1
    await closing
    for opened in (db.read, db.begin):
        with pytest.raises(RuntimeError, match="was closed"):
            async with opened():
                pass


async def test_who_gives_a_connection_back_too_late_closes_behind_itself(sqlite_url, monkeypatch):
    monkeypatch.setattr("bot.store.database.CLOSING_S", 0.01)
    before = set(threading.enumerate())
    db = await Database.open(sqlite_url)
    async with db.read() as conn:
        await db.close()
        assert (await conn.execute(text("SELECT 1"))).scalar_one() == 1
    async with asyncio.timeout(5):
        while set(threading.enumerate()) - before:
            await asyncio.sleep(0.01)


WRITE_AND_WAIT = """
import asyncio, sys
from sqlalchemy import text
from bot.store.database import Database

async def main():
    db = await Database.open(sys.argv[1])
    row = text("INSERT INTO site_state (site, name, value, updated_at) VALUES ('s', :name, '1', '2026-07-21 00:00:00+00')")
    async with db.begin() as conn:
        await conn.execute(row, {"name": "kept"})
    async with db.begin() as conn:
        await conn.execute(row, {"name": "lost"})
        print("now", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_killed_between_two_transactions_the_first_is_there_and_the_second_is_not(db_url):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITE_AND_WAIT, db_url, stdout=subprocess.PIPE
    )
    try:
        line = await asyncio.wait_for(process.stdout.readline(), 60)
    finally:
        process.kill()
        await process.communicate()
    assert line == b"now\n"
    db = await Database.open(db_url)
    async with db.begin() as conn:  # and the dead one holds no lock
        names = (await conn.execute(text("SELECT name FROM site_state"))).scalars().all()
    await db.close()
    assert names == ["kept"]


# ------------------------------------------------------------------ what a refusal says


@pytest.mark.parametrize(
    "url",
    [
        "",
        "tocsin.db",
        "://",
        "mysql://root:hunter2@localhost/x",
        "postgresql+psycopg2://me:hunter2@localhost/x",
        "nonsense+driver://me:hunter2@x/y",
        "postgresql://me:hunter2@localhost:port/x",
        "sqlite+aiosqlite://",
        "sqlite+aiosqlite:///:memory:",
        "sqlite+aiosqlite:///file:memory?mode=memory&uri=true",
    ],
)
def test_a_url_that_cannot_be_used_is_one_sentence_with_what_to_write_and_no_password(url):
    with pytest.raises(DatabaseError) as caught:
        parse_url(url)
    said = str(caught.value)
    assert "TOCSIN_DATABASE_URL" in said
    assert "sqlite+aiosqlite:///" in said
    assert said.endswith(".")
    assert "\n" not in said
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:///x.db", "sqlite+aiosqlite"),
        (" sqlite+aiosqlite:///x.db\n", "sqlite+aiosqlite"),
        ("postgres://me@host/x", "postgresql+asyncpg"),
        ("postgresql://me@host/x", "postgresql+asyncpg"),
        ("postgresql+asyncpg://me@host/x", "postgresql+asyncpg"),
    ],
)
def test_a_bare_name_of_a_database_means_our_driver(url, driver):
    assert parse_url(url).drivername == driver


def test_a_database_is_shown_without_user_and_password():
    assert shown(parse_url("postgresql://me:hunter2@db.example.org:5433/bell?password=hunter2")) == (
        "PostgreSQL database bell at db.example.org:5433"
    )
    assert shown(parse_url("sqlite:////var/lib/tocsin.db")) == "SQLite file /var/lib/tocsin.db"


async def refused(url: str) -> str:
    with pytest.raises(DatabaseError) as caught:
        await Database.open(url)
    said = str(caught.value)
    assert said.endswith(".")
    assert "\n" not in said
    assert "hunter2" not in said
    assert caught.value.__cause__ is None
    return said


async def test_a_missing_directory_is_named(tmp_path):
    said = await refused(f"sqlite+aiosqlite:///{tmp_path}/missing/tocsin.db")
    assert f"{tmp_path}/missing" in said
    assert "make it" in said


async def test_a_directory_is_no_file(tmp_path):
    assert "is a directory" in await refused(f"sqlite+aiosqlite:///{tmp_path}")


async def test_a_file_that_is_no_database_is_named(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("no database at all, and long enough to have a header of a hundred bytes\n" * 3)
    said = await refused(f"sqlite+aiosqlite:///{path}")
    assert str(path) in said
    assert "not a database" in said


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="needs /proc, which nobody may write to")
async def test_a_place_where_nobody_may_write_is_named():
    said = await refused("sqlite+aiosqlite:////proc/tocsin.db")
    assert "/proc/tocsin.db" in said
    assert "may write" in said


async def test_a_server_that_does_not_answer_is_named_without_the_password():
    said = await refused("postgresql+asyncpg://me:hunter2@127.0.0.1:1/bell")
    assert "bell at 127.0.0.1:1" in said
    assert "see that the server runs" in said


@pytest.mark.postgres
async def test_a_database_that_is_not_there_is_named(postgres_url):
    said = await refused(f"{postgres_url}_missing")
    assert "does not exist" in said


@pytest.mark.postgres
async def test_an_option_that_the_driver_does_not_know_is_named(postgres_url):
    assert "nonsense" in await refused(f"{postgres_url}?nonsense=1")


@pytest.mark.postgres
async def test_libpqs_name_for_encryption_is_understood(postgres_url):
    db = await Database.open(f"{postgres_url}?sslmode=disable")
    assert await rows(db) == 0
    await db.close()


@pytest.mark.postgres
async def test_a_connection_that_the_server_ended_is_replaced_unseen(postgres_url):
    db = await Database.open(postgres_url)
    other = await Database.open(postgres_url)
    async with db.begin() as conn:
        await conn.execute(ROW, {"name": "a"})
    async with other.begin() as conn:
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
        await conn.execute(text(ended))
    async with db.begin() as conn:
        await conn.execute(ROW, {"name": "b"})
    assert await rows(other) == 2
    await db.close()
    await other.close()


async def test_opening_a_new_file_makes_it_and_its_tables_are_not_there_yet(tmp_path):
    db = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/new.db")
    assert not await schema.is_current(db)
    await db.close()
    assert [path.name for path in tmp_path.iterdir()] == ["new.db"]
