"""A topic's language: chosen, taken back, gone along with its chat, and no other topic's."""

from bot.model.subscription import ChatKind
from bot.store import chats, topics

OLD, NEW = -100200300, -1001234567890


async def test_a_topic_has_the_language_that_was_chosen_for_it_alone(db, chat_id):
    async with db.begin() as conn:
        for tag in ("de", "ar"):
            await topics.set_language(conn, chat_id, 7, tag)
        await topics.set_language(conn, chat_id, 8, "ru")
        assert [await topics.language(conn, chat_id, thread) for thread in (7, 8, 9, 0)] == ["ar", "ru", "", ""]
        assert await topics.of_chats(conn, [chat_id]) == {chat_id: [(7, "ar"), (8, "ru")]}
        await topics.set_language(conn, chat_id, 7, "")
        assert await topics.of_chats(conn, [chat_id]) == {chat_id: [(8, "ru")]}


async def test_when_two_chats_become_one_its_topics_keep_their_languages(db, chat_id, clock):
    async with db.begin() as conn:
        new = await chats.ensure(conn, NEW, ChatKind.SUPERGROUP, "", clock())
        await topics.set_language(conn, chat_id, 7, "de")
        await topics.set_language(conn, chat_id, 8, "fr")
        await topics.set_language(conn, new, 8, "ru")
        assert await chats.migrate(conn, OLD, NEW) == new
        assert await topics.of_chats(conn, [new]) == {new: [(7, "de"), (8, "ru")]}
