"""A forgotten chat keeps nothing that was set in it, whatever columns there are."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Boolean, Integer, insert, select, update

from bot.model.delivery import Lane, Op, State
from bot.store import chats as chat_store
from bot.store import deliveries, forgetting
from bot.store.deliveries import Draft
from bot.store.tables import UtcDateTime, chats
from bot.store.tables import deliveries as delivery_table

#: What is not as in a new row: whose it was goes too, and it is nobody's.
OWN = {"id", "telegram_id", "kind", "state", "created_at"}


def other(column):
    """A value that no default is."""
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, Integer):
        return 77
    if isinstance(column.type, UtcDateTime):
        return datetime(2020, 1, 1, tzinfo=UTC)
    return "paused" if column.name == "state" else "secret"


async def test_every_column_of_a_chat_is_as_in_a_new_one(db, clock):
    now = clock()
    async with db.begin() as conn:
        await conn.execute(insert(chats).values(telegram_id=5, kind="private", created_at=now))
        mine = await chat_store.ensure(conn, 4242, chat_store.ChatKind.GROUP, "secret", now, "de")
        changed = {
            column.name: other(column) for column in chats.c if column.name not in ("id", "telegram_id", "kind")
        }
        await conn.execute(update(chats).where(chats.c.id == mine).values(**changed))
        new = (await conn.execute(select(chats).where(chats.c.telegram_id == 5))).mappings().one()
        full = (await conn.execute(select(chats).where(chats.c.id == mine))).mappings().one()
    assert all(full[name] != new[name] for name in new.keys() - OWN)
    async with db.begin() as conn:
        assert await forgetting.forget(conn, mine, now + timedelta(days=1))
        left = (await conn.execute(select(chats).where(chats.c.id == mine))).mappings().one()
    assert {name: left[name] for name in new.keys() - OWN} == {name: new[name] for name in new.keys() - OWN}
    assert (left["kind"], left["state"], left["created_at"]) == (
        "private", forgetting.FORGOTTEN, now + timedelta(days=1)
    )  # fmt: skip
    assert left["telegram_id"] < -(2**59)


async def test_rows_stay_that_may_be_on_their_way_and_the_last_one_whose_number_must_not_come_again(db, clock):
    now, parts = clock(), '[{"message_ids": [1], "form": "text"}]'
    d = delivery_table.c
    async with db.begin() as conn:
        mine, other = [
            await chat_store.ensure(conn, number, chat_store.ChatKind.PRIVATE, "", now) for number in (4242, 4243)
        ]
        ids = []
        for chat_id, state in ((mine, State.SENDING), (mine, State.SENT), (other, State.SENT), (mine, State.SENT)):
            draft = Draft(chat_id, Op.NOTICE, Lane.ROUTINE, notice="secret")
            ids.append(await deliveries.enqueue_one(conn, draft, now))
            values = {"state": state.value, "parts": parts, "error": "secret"}
            await conn.execute(update(delivery_table).where(d.id == ids[-1]).values(**values))
        assert await forgetting.forget(conn, mine, now)
        left = (await conn.execute(select(d.id, d.state, d.notice, d.parts, d.error).order_by(d.id))).all()
    emptied = (State.SKIPPED.value, "", "[]", "")
    assert [tuple(row) for row in left] == [
        (ids[0], *emptied), (ids[2], State.SENT.value, "secret", parts, "secret"), (ids[3], *emptied),
    ]  # fmt: skip
