"""Who was asked something: by chat, topic and person, for an hour, gone with the chat."""

from datetime import timedelta

from bot.model.subscription import ChatKind
from bot.store import chats, conversations, forgetting
from bot.store.conversations import Conversation, Who

ASKED = Conversation("words", {"subscription": 7}, 12)


async def who(conn, now, telegram_id=1001, user=5):
    return Who(await chats.ensure(conn, telegram_id, ChatKind.PRIVATE, "", now), 0, user)


async def test_a_question_is_kept_for_who_was_asked_and_replaced_by_the_next(db, clock):
    now = clock()
    async with db.begin() as conn:
        mine, other = await who(conn, now), await who(conn, now, user=6)
        await conversations.put(conn, mine, ASKED, now)
        assert await conversations.get(conn, mine, now) == ASKED
        assert await conversations.get(conn, other, now) is None
        assert await conversations.by_question(conn, mine.chat_id, 0, 12, now) == ASKED
        assert await conversations.by_question(conn, mine.chat_id, 3, 12, now) is None
        again = Conversation("whom", {}, 13)
        await conversations.put(conn, mine, again, now)
        assert await conversations.get(conn, mine, now) == again
        assert await conversations.end(conn, mine)
        assert not await conversations.end(conn, mine)


async def test_after_an_hour_it_is_no_question_and_goes(db, clock):
    now = clock()
    later = now + timedelta(hours=1)
    async with db.begin() as conn:
        mine = await who(conn, now)
        await conversations.put(conn, mine, ASKED, now)
        assert await conversations.get(conn, mine, later - timedelta(seconds=1)) == ASKED
        assert await conversations.get(conn, mine, later) is None
        assert await conversations.by_question(conn, mine.chat_id, 0, 12, later) is None
        assert await conversations.purge(conn, later - timedelta(seconds=1)) == 0
        assert await conversations.purge(conn, later) == 1


async def test_a_chat_that_is_forgotten_was_asked_nothing(db, clock):
    now = clock()
    async with db.begin() as conn:
        mine = await who(conn, now)
        await conversations.put(conn, mine, ASKED, now)
        await forgetting.forget(conn, mine.chat_id, now)
        assert await conversations.get(conn, mine, now) is None
