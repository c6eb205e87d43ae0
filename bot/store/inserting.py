"""The one place where the two databases' INSERT … ON CONFLICT differ: which class writes it."""

from typing import TYPE_CHECKING

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite


def insert_into(conn: AsyncConnection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """Give an INSERT that knows ``on_conflict_do_nothing`` and ``on_conflict_do_update`` (both spelt the same)."""
    # only the dialect in use is loaded
    if conn.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as postgresql_insert

        return postgresql_insert(table)
    from sqlalchemy.dialects.sqlite import insert as sqlite_insert

    return sqlite_insert(table)
