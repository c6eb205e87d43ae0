"""Migrations: up and down on both engines, and equal to the tables that the queries use."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from bot.store import schema
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
