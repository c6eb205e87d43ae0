"""What a button stands for when callback_data's 64 bytes do not hold it; good for its own chat and for a while."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.storable import storable
from bot.store.tables import choices

#: A day: long enough to come back to a message, short enough that a forgotten button does nothing surprising.
GOOD_FOR_S = 86_400.0

#: 72 random bits, 12 characters: leaves room beside it in callback_data, and cannot be guessed.
_TOKEN_BYTES = 9


async def put(
    conn: AsyncConnection, telegram_id: int, payload: object, now: datetime, seconds: float = GOOD_FOR_S
) -> str:
    """Keep ``payload`` (JSON values) for the chat and give the token for its button: 12 of ``A-Za-z0-9_-``."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    values = {
        "token": token,
        "telegram_id": telegram_id,
        "payload": json.dumps(payload),
        "expires_at": now + timedelta(seconds=seconds),
    }
    await conn.execute(insert(choices).values(values))
    return token


async def take(conn: AsyncConnection, token: str, telegram_id: int, now: datetime) -> Any:
    """Give the payload and forget it: of two that press at once, one gets it. None when it has been taken, ran out,
    or belongs to another chat.
    """
    taken = delete(choices).where(*_good(token, telegram_id, now)).returning(choices.c.payload)
    text = (await conn.execute(taken)).scalar_one_or_none()
    return None if text is None else json.loads(text)


@dataclass(frozen=True, slots=True)
class Given:
    """A payload and the chat (Telegram's id) that it was kept for."""

    telegram_id: int
    payload: Any


async def take_anywhere(conn: AsyncConnection, token: str, now: datetime) -> Given | None:
    """As ``take``, by whoever has the token: it was said to be brought to another chat."""
    good = (choices.c.token == storable(token), choices.c.expires_at > now)
    taken = delete(choices).where(*good).returning(choices.c.telegram_id, choices.c.payload)
    row = (await conn.execute(taken)).first()
    return None if row is None else Given(row.telegram_id, json.loads(row.payload))


async def look(conn: AsyncConnection, token: str, telegram_id: int, now: datetime) -> Any:
    """Give the payload and keep it, for a button that may be pressed again. None as for ``take``."""
    found = select(choices.c.payload).where(*_good(token, telegram_id, now))
    text = (await conn.execute(found)).scalar_one_or_none()
    return None if text is None else json.loads(text)


async def purge(conn: AsyncConnection, now: datetime) -> int:
    """Forget what has run out; give how many."""
    return (await conn.execute(delete(choices).where(choices.c.expires_at <= now))).rowcount


def _good(token: str, telegram_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    # callback data may be forged
    return (choices.c.token == storable(token), choices.c.telegram_id == telegram_id, choices.c.expires_at > now)
