"""Digests as rows: kept through a change of hour, moved along with a chat, written once; and the posts they look at."""

from datetime import timedelta

from bot.model.subscription import ChatKind
from bot.store import accounts, briefings, chats, posts
from bot.store.briefings import Kind
from bot.store.fingerprint import fingerprint


async def test_another_hour_keeps_what_was_told(db, clock, chat_id):
    async with db.begin() as conn:
        await briefings.set_day(conn, chat_id, 0, 8, "UTC", clock())
        [stored] = await briefings.due(conn, Kind.DAY, clock(), 10)
        assert await briefings.told(conn, stored, "[]", clock(), clock() + timedelta(days=1))
        await briefings.set_day(conn, chat_id, 0, 9, "UTC+8", clock() + timedelta(hours=1))
        stored = await briefings.get(conn, chat_id, 0, Kind.DAY)
    assert (stored.hour, stored.zone, stored.told, stored.told_at) == (9, "UTC+8", "[]", clock())
    assert stored.due_at == clock() + timedelta(hours=1)


async def test_what_is_not_as_it_was_any_more_is_not_told(db, clock, chat_id):
    async with db.begin() as conn:
        await briefings.set_day(conn, chat_id, 0, 8, "UTC", clock())
        stored = await briefings.get(conn, chat_id, 0, Kind.DAY)
        later = clock() + timedelta(days=1)
        assert await briefings.told(conn, stored, "[]", clock(), later)
        assert not await briefings.told(conn, stored, "[]", clock(), later)
        assert await briefings.drop_day(conn, chat_id, 0)
        assert not await briefings.drop_day(conn, chat_id, 0)


async def test_a_paused_chat_and_a_burst_that_is_over_are_not_due(db, clock, chat_id):
    async with db.begin() as conn:
        await briefings.begin_burst(conn, chat_id, 7, clock())
        assert [each.thread_id for each in await briefings.due(conn, Kind.BURST, clock(), 10)] == [7]
        await briefings.end_burst(conn, chat_id, 7, clock())
        assert await briefings.due(conn, Kind.BURST, clock(), 10) == []
        await briefings.set_day(conn, chat_id, 0, 8, "UTC", clock())
        chat = await chats.by_id(conn, chat_id)
        await chats.pause(conn, chat.telegram_id, "blocked")
        assert await briefings.due(conn, Kind.DAY, clock(), 10) == []


async def test_they_go_along_when_a_group_becomes_a_supergroup(db, clock, chat_id):
    async with db.begin() as conn:
        new = await chats.ensure(conn, -100999, ChatKind.SUPERGROUP, "", clock())
        old = (await chats.by_id(conn, chat_id)).telegram_id
        await briefings.set_day(conn, chat_id, 0, 8, "UTC", clock())
        await briefings.set_day(conn, chat_id, 7, 9, "UTC", clock())
        await briefings.set_day(conn, new, 7, 10, "UTC", clock())
        await chats.migrate(conn, old, -100999)
        found = {each.thread_id: each.hour for each in await briefings.due(conn, Kind.DAY, clock(), 10)}
    assert found == {0: 8, 7: 10}


async def test_the_newest_posts_come_with_their_newest_version(db, clock, account_id, account, a_post):
    async with db.begin() as conn:
        other = await accounts.upsert(conn, account.__class__(**{**_fields(account), "key": "other"}), clock())
        for number in range(5):
            post = a_post(id=str(number), published=clock() - timedelta(hours=number))
            await posts.add(conn, account_id, post, fingerprint(post), clock(), why_not="", root_id=None)
        strange = a_post(id="strange")
        await posts.add(conn, other, strange, "f", clock(), why_not="", root_id=None)
        found = await briefings.recent(conn, [account_id], clock() - timedelta(hours=3), 2)
        everything = await briefings.recent(conn, [account_id, other], clock() - timedelta(hours=3), 50)
    assert sorted('"id":"0"' in each.content or '"id":"1"' in each.content for each in found) == [True, True]
    assert len(everything) == 5


def _fields(account):
    return {name: getattr(account, name) for name in ("kind", "key", "name", "url")}
