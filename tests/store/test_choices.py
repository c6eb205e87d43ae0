"""What buttons stand for: taken once, by their own chat, in time."""

import asyncio
import re

from sqlalchemy import func, select

from bot.store import choices
from bot.store.tables import choices as choice_table

PAYLOAD = {"what": "平安北京\0\ud800", "accounts": [1, None, 2.5, True], "deep": {"a": []}}


async def put(db, clock, seconds: float = 60.0) -> str:
    async with db.begin() as conn:
        return await choices.put(conn, 7, PAYLOAD, clock(), seconds)


async def take(db, token: str, telegram_id: int, clock):
    async with db.begin() as conn:
        return await choices.take(conn, token, telegram_id, clock())


async def test_what_was_put_is_taken_once(db, clock):
    token = await put(db, clock)
    assert await take(db, token, 7, clock) == PAYLOAD
    assert await take(db, token, 7, clock) is None


async def test_looking_leaves_it_there(db, clock):
    token = await put(db, clock)
    async with db.read() as conn:
        for _ in range(2):
            assert await choices.look(conn, token, 7, clock()) == PAYLOAD
        assert await choices.look(conn, token, 8, clock()) is None
    assert await take(db, token, 7, clock) == PAYLOAD


async def test_another_chat_cannot_take_it_and_does_not_spoil_it(db, clock):
    token = await put(db, clock)
    assert await take(db, token, 8, clock) is None
    assert await take(db, token, 7, clock) == PAYLOAD


async def test_a_token_that_was_never_given_takes_nothing(db, clock):
    assert await take(db, "x" * 5000 + "\0", 7, clock) is None


async def test_after_its_time_it_is_gone(db, clock):
    token = await put(db, clock, 60)
    clock.advance(60)
    assert await take(db, token, 7, clock) is None


async def test_of_two_that_press_at_once_one_takes_it(db, second, clock):
    token = await put(db, clock)
    answers = await asyncio.gather(*(take(each, token, 7, clock) for each in (db, second, db, second)))
    assert [answer for answer in answers if answer is not None] == [PAYLOAD]


async def test_tokens_are_short_plain_and_never_the_same(db, clock):
    tokens = [await put(db, clock) for _ in range(50)]
    assert len(set(tokens)) == 50
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{12}", token) for token in tokens)


async def test_what_ran_out_is_forgotten_and_the_rest_stays(db, clock):
    await put(db, clock, 10)
    kept = await put(db, clock, 100)
    clock.advance(50)
    async with db.begin() as conn:
        assert await choices.purge(conn, clock()) == 1
        assert (await conn.execute(select(func.count()).select_from(choice_table))).scalar_one() == 1
    assert await take(db, kept, 7, clock) == PAYLOAD
