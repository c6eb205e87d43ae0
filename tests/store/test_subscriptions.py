"""Wishes: made once, taken back and brought back, and found from both ends."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from bot.model.manners import Own, Telling, Way
from bot.model.subscription import ChatKind, words_as_filter
from bot.store import accounts, asked, chats, subscriptions
from bot.store.manners import own_from_json
from bot.store.subscriptions import Listed, Removed
from bot.store.tables import accounts as account_table


@pytest.fixture
def ask(db, chat_id, account_id, clock):
    """Makes a wish of the chat for the account."""

    async def add(*words: str, thread: int = 0, key: str | None = None, conn=None) -> tuple[int, bool]:
        words_key = "\n".join(words) if key is None else key
        wish = (chat_id, thread, account_id, words, words_key, 42, clock())
        if conn is not None:
            return await subscriptions.add(conn, *wish)
        async with db.begin() as own:
            return await subscriptions.add(own, *wish)

    return add


async def test_the_same_wish_is_kept_once(ask):
    first, created = await ask("Rain", key="rain")
    assert created
    assert await ask("RAIN", key="rain") == (first, False)


async def test_another_topic_or_other_words_are_another_wish(ask):
    made = [await ask(), await ask("rain"), await ask(thread=5), await ask("rain", thread=5)]
    assert all(created for _, created in made)
    assert len({subscription_id for subscription_id, _ in made}) == 4


async def test_of_two_that_ask_at_once_one_makes_it(db, second, chat_id, account_id, clock):
    async def add(database) -> tuple[int, bool]:
        async with database.begin() as conn:
            return await subscriptions.add(conn, chat_id, 0, account_id, (), "", None, clock())

    answers = await asyncio.gather(*(add(each) for each in (db, second, db, second)))
    assert len({subscription_id for subscription_id, _ in answers}) == 1
    assert [created for _, created in answers].count(True) == 1


async def test_words_as_many_and_as_long_as_allowed_are_kept(ask, db, account_id):
    words = tuple(f"{n:02}" + "长" * 98 for n in range(20))
    await ask(*words)
    _, created = await ask(*words[:-1], words[-1] + "x")
    assert created
    async with db.read() as conn:
        keys = await asked.keys(conn, account_id)
        kept = [wish.filter for wish in await asked.wishes(conn, account_id, keys)]
    assert words_as_filter(words) in kept


# ------------------------------------------------------------------ taking back and bringing back


async def test_a_wish_taken_back_is_gone_and_says_what_it_was(ask, db, chat_id, account_id, clock):
    subscription_id, _ = await ask("rain", thread=5)
    async with db.begin() as conn:
        removed = await subscriptions.remove(conn, subscription_id, chat_id)
        assert await subscriptions.of_chat(conn, chat_id) == []
        assert await subscriptions.remove(conn, subscription_id, chat_id) is None
    assert removed == Removed(subscription_id, chat_id, 5, account_id, ("rain",), "rain", 42, clock())


async def test_another_chats_wish_cannot_be_taken_back(ask, db, chat_id, clock):
    subscription_id, _ = await ask()
    async with db.begin() as conn:
        other = await chats.ensure(conn, 7, ChatKind.PRIVATE, "", clock())
        assert await subscriptions.remove(conn, subscription_id, other) is None
        assert await subscriptions.get(conn, subscription_id, other) is None
        assert len(await subscriptions.of_chat(conn, chat_id)) == 1


async def test_a_wish_brought_back_is_the_same_under_the_same_id(ask, db, chat_id):
    subscription_id, _ = await ask("rain", thread=5)
    async with db.begin() as conn:
        before = await subscriptions.get(conn, subscription_id, chat_id)
        removed = await subscriptions.remove(conn, subscription_id, chat_id)
        payload = json.loads(json.dumps(removed.as_payload()))
    async with db.begin() as conn:
        assert await subscriptions.restore(conn, Removed.from_payload(payload)) == (subscription_id, True)
        assert await subscriptions.get(conn, subscription_id, chat_id) == before
        assert await subscriptions.restore(conn, removed) == (subscription_id, False)


async def test_a_wish_made_again_meanwhile_is_not_doubled_by_bringing_it_back(ask, db, chat_id):
    subscription_id, _ = await ask("rain")
    async with db.begin() as conn:
        removed = await subscriptions.remove(conn, subscription_id, chat_id)
    await ask("snow")  # SQLite gives the number again
    again, _ = await ask("rain")
    async with db.begin() as conn:
        assert await subscriptions.restore(conn, removed) == (again, False)
        assert len(await subscriptions.of_chat(conn, chat_id)) == 2


async def test_a_wish_whose_number_was_given_away_comes_back_under_another(ask, db, chat_id):
    subscription_id, _ = await ask("rain")
    async with db.begin() as conn:
        removed = await subscriptions.remove(conn, subscription_id, chat_id)
    taken, _ = await ask("snow")
    async with db.begin() as conn:
        restored, created = await subscriptions.restore(conn, replace(removed, subscription_id=taken))
        words = {each.words for each in await subscriptions.of_chat(conn, chat_id)}
    assert created
    assert restored != taken
    assert words == {("rain",), ("snow",)}


async def test_a_wish_for_an_account_that_is_gone_cannot_be_brought_back(ask, db, chat_id, account_id):
    subscription_id, _ = await ask()
    async with db.begin() as conn:
        removed = await subscriptions.remove(conn, subscription_id, chat_id)
        await conn.execute(delete(account_table).where(account_table.c.id == account_id))

    async def restore() -> None:
        async with db.begin() as conn:
            await subscriptions.restore(conn, removed)

    with pytest.raises(IntegrityError):
        await restore()


# ------------------------------------------------------------------ from both ends


async def test_a_chats_wishes_come_with_account_and_watch_in_the_order_made(
    ask, db, chat_id, account, account_id, clock
):
    async with db.begin() as conn:
        await accounts.ensure_watch(conn, account_id, clock() + timedelta(hours=1), 60.0)
        watch = await accounts.watch_of(conn, account_id)
    first, _ = await ask("rain", thread=5)
    second, _ = await ask()
    async with db.read() as conn:
        assert await subscriptions.of_chat(conn, chat_id) == [
            Listed(first, 5, account_id, account, ("rain",), watch, '"rain"'),
            Listed(second, 0, account_id, account, (), watch),
        ]
        assert [each.subscription_id for each in await subscriptions.of_chat(conn, chat_id, 0)] == [second]
        assert await subscriptions.of_chat(conn, chat_id, 9) == []


async def test_a_wish_whose_account_was_never_watched_is_listed_all_the_same(ask, db, chat_id, account_id, clock):
    subscription_id, _ = await ask()
    async with db.read() as conn:
        [listed] = await subscriptions.of_chat(conn, chat_id)
    assert listed.subscription_id == subscription_id
    assert (listed.watch.account_id, listed.watch.outcome, listed.watch.next_poll_at) == (
        account_id,
        "never",
        clock(),
    )


def test_a_way_of_telling_that_was_put_behind_undo_by_the_version_before_comes_back():
    payload = {
        "subscription_id": 3, "chat_id": 1, "thread_id": 0, "account_id": 2, "words": [], "words_key": "",
        "created_by": None, "created_at": "2012-07-21T03:51:00+00:00", "filter": "", "telling": "daily 480",
    }  # fmt: skip
    assert own_from_json(Removed.from_payload(payload).manners) == Own(Telling(Way.DAILY, 480))
    assert Removed.from_payload(payload | {"telling": ""}).manners == ""
