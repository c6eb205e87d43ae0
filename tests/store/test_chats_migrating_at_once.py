"""Telegram tells of a group's upgrade in two messages and an error: told by all at once, nothing of the chat is lost."""

import asyncio

from bot.model.account import Account
from bot.model.subscription import ChatKind
from bot.store import accounts, chats, subscriptions

#: Each round is another interleaving; before the rows were locked, PostgreSQL lost a chat within a few.
ROUNDS = 25


async def followed_group(db, now, telegram_id):
    async with db.begin() as conn:
        account = Account("weibo", "1288915263", "平安北京", "https://weibo.com/u/1288915263")
        account_id = await accounts.upsert(conn, account, now)
        chat_id = await chats.ensure(conn, telegram_id, ChatKind.GROUP, "Neighbours", now)
        await subscriptions.add(conn, chat_id, 0, account_id, ("暴雨",), "暴雨", None, now)


async def migrate(db, old, new):
    async with db.begin() as conn:
        await chats.migrate(conn, old, new)


async def speak_there(db, now, telegram_id):
    async with db.begin() as conn:
        await chats.ensure(conn, telegram_id, ChatKind.SUPERGROUP, "Neighbours", now)


async def test_an_upgrade_told_three_times_at_once_keeps_every_subscription(db, clock):
    for turn in range(1, ROUNDS + 1):
        old, new = -turn, -1_000_000_000 - turn
        await followed_group(db, clock(), old)
        told = [migrate(db, old, new) for _ in range(3)]
        await asyncio.gather(*told, speak_there(db, clock(), new), migrate(db, old, new))
        async with db.read() as conn:
            chat = await chats.get(conn, new)
            assert chat is not None
            assert await subscriptions.count_of_chat(conn, chat.id) == 1
            assert await chats.get(conn, old) is None
