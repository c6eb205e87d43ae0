"""A chat that was paused is back: its old messages are put right, without a sound. Nothing that it missed is rung."""

import json
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import chats, returning

#: What stands on a message by now, by the state of its post.
_MARKS = {
    "withdrawn": "message.withdrawn",
    "cancelled": "message.cancelled",
    "superseded": "message.superseded_apart",
}
#: A mark of any wording that says as much.
_KNOWN_BY = {"superseded": "message.superseded"}


async def welcome_back(conn: AsyncConnection, telegram_id: int, now: datetime) -> bool:
    """Send to a chat again. True when it had been paused."""
    if not await chats.resume(conn, telegram_id):
        return False
    chat = await chats.get(conn, telegram_id)
    if chat is not None:
        marks = {
            state: (_KNOWN_BY.get(state, phrase), json.dumps({"phrase": phrase, "values": {}}))
            for state, phrase in _MARKS.items()
        }
        await returning.put_right(conn, chat.id, marks, now)
    return True
