"""One group, two topics, two languages: each topic is told in its own."""

import json

from outboxes import enqueue, run_until_quiet
from scripted import ScriptedMessenger

from bot.locales import phrases
from bot.model.delivery import Lane, Op
from bot.model.subscription import ChatKind
from bot.store import chats, topics
from bot.store.deliveries import Draft


async def test_each_topic_of_a_group_is_told_in_its_own_language(db, clock):
    messenger = ScriptedMessenger()
    async with db.begin() as conn:
        chat_id = await chats.ensure(conn, -1001, ChatKind.SUPERGROUP, "Neighbours", clock(), "en")
        await topics.set_language(conn, chat_id, 7, "de")
        await topics.set_language(conn, chat_id, 8, "ar")
        notice = json.dumps({"phrase": "report.passed_on"})
        drafts = [Draft(chat_id, Op.NOTICE, Lane.ROUTINE, thread, notice=notice) for thread in (0, 7, 8, 9)]
        await enqueue(conn, drafts, clock())
    await run_until_quiet(db, clock, messenger)
    told = {message.target.thread_id: message.text for message in messenger.messages}
    assert told == {
        thread: phrases(tag)("report.passed_on") for thread, tag in ((0, "en"), (7, "de"), (8, "ar"), (9, "en"))
    }
