"""What subscriptions want of their own is read back as it was kept."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import account
from sqlalchemy import update

from bot.model.account import Account
from bot.model.alert import Severity
from bot.model.manners import NOTHING_OWN, Manners, Own, Pause, Quiet, Telling, Way
from bot.model.subscription import ChatKind
from bot.store import accounts, chats, manners, subscriptions
from bot.store.manners import own_from_json, own_of, own_to_json, set_own
from bot.store.tables import manners as table

minutes = st.integers(0, 1439)
tellings = st.one_of(
    st.sampled_from([Telling(Way.ONCE), Telling(Way.SILENT), Telling(Way.HOURLY)]),
    st.builds(Telling, st.just(Way.DAILY), minutes),
    st.builds(Telling, st.just(Way.MOST), minutes, st.integers(1, 100)),
)
moments = st.integers(0, 10**9).map(lambda by: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=by * 999))
owns = st.builds(
    Own,
    st.none() | tellings,
    st.none() | st.builds(Quiet, minutes, minutes, st.sampled_from(list(Severity))),
    st.booleans(),
    st.none() | st.builds(Pause, moments, st.booleans()),
    st.lists(st.sampled_from(["hazard:rainstorm", "hazard:fog"]), max_size=3).map(tuple),
)


@given(owns)
def test_what_is_kept_is_read_back(own):
    assert own_from_json(own_to_json(own)) == own


def test_nothing_of_its_own_is_the_empty_text_which_queries_rely_on():
    assert own_to_json(NOTHING_OWN) == ""
    assert own_from_json("") == NOTHING_OWN


@pytest.mark.parametrize(
    "kept",
    [
        '{"telling": "weekly 3"}', '{"colour": "red"}', '{"telling": 5}', '{"telling": "daily 99999"}',
        '{"telling": "most 5 -1"}', '{"telling": "most 0 5"}', '{"quiet": [1320, 420, "Terrible"]}', '{"quiet": [1320, 1440, "Severe"]}',
        '{"quiet": [-1, 420, "Severe"]}', '{"quiet": [1320]}', '{"quiet": "22-7"}', '{"pause": ["soon", true]}',
        '{"pause": ["2030-01-01T00:00:00", true]}', '{"pause": ["2030-01-01T00:00:00+00:00"]}', '{"pause": 7}',
        '{"muted": "hazard:fog"}', '{"muted": [1, null]}', '{"muted": null}', '{"restless": "no"}', "[]", "7", "null", "{",
    ],
)  # fmt: skip
def test_what_another_version_wrote_is_left_aside(kept):
    assert own_from_json(kept) == NOTHING_OWN


def test_what_can_be_meant_of_it_holds_beside_what_cannot():
    kept = '{"telling": "silent", "quiet": [1, 2, "Terrible"], "muted": ["hazard:fog", 1], "colour": "red"}'
    assert own_from_json(kept) == Own(Telling(Way.SILENT), muted=("hazard:fog",))


async def test_what_a_place_has_of_another_version_is_left_aside_and_the_rest_holds(db, clock):
    async with db.begin() as conn:
        chat = await chats.ensure(conn, 7, chats.ChatKind.PRIVATE, "", clock(), "en")
        await manners.save(
            conn, chat, 0, Manners("UTC", Telling(Way.SILENT), Quiet(1320, 420), muted=("hazard:fog",))
        )
        await conn.execute(update(table).values(quiet_least="Terrible", muted="{"))
        assert await manners.of_place(conn, chat, 0) == Manners("UTC", Telling(Way.SILENT))


async def test_an_id_alone_names_no_subscription_since_sqlite_gives_it_again(db, clock):
    async with db.begin() as conn:
        chat = await chats.ensure(conn, 7, chats.ChatKind.PRIVATE, "", clock(), "en")
        other = await chats.ensure(conn, 8, chats.ChatKind.PRIVATE, "", clock(), "en")
        account_id = await accounts.upsert(conn, account(), clock())
        number, _ = await subscriptions.add(conn, chat, 0, account_id, (), "", None, clock())
        await manners.set_own(conn, chat, number, Own(restless=True))
        assert await manners.own_of(conn, (chat, 0), [number]) == {(account_id, number): Own(restless=True)}
        assert not await manners.set_own(conn, other, number, Own())
        assert await manners.own_of(conn, (other, 0), [number]) == {}
        assert await manners.own_of(conn, (chat, 5), [number]) == {}
        assert await manners.own_of_place(conn, chat, 0) == {number: Own(restless=True)}


async def test_only_accounts_of_which_one_subscription_wants_otherwise_are_particular(db, clock):
    async with db.begin() as conn:
        chat = await chats.ensure(conn, 7, chats.ChatKind.PRIVATE, "", clock(), "en")
        first, other = [await accounts.upsert(conn, account(key), clock()) for key in ("1", "2")]
        number, _ = await subscriptions.add(conn, chat, 0, first, (), "", None, clock())
        await subscriptions.add(conn, chat, 0, other, (), "", None, clock())
        await subscriptions.add(conn, chat, 5, first, (), "", None, clock())
        await manners.set_own(conn, chat, number, Own(restless=True))
        found = await manners.particular(conn, [chat])
    assert found == {(chat, 0, first): [manners.Wanted(number, "", Own(restless=True))]}


async def test_what_one_wants_of_its_own_is_not_that_of_another_topics_subscription_with_its_id(db, clock):
    own = Own(restless=True)
    async with db.begin() as conn:
        chat = await chats.ensure(conn, 7, ChatKind.SUPERGROUP, "", clock(), "en")
        account_id = await accounts.upsert(conn, Account("weibo", "1", "x", "https://weibo.com/u/1"), clock())
        number, _ = await subscriptions.add(conn, chat, 5, account_id, (), "", None, clock())
        await set_own(conn, chat, number, own)
        assert await own_of(conn, (chat, 5), [number]) == {(account_id, number): own}
        assert await own_of(conn, (chat, 0), [number]) == {}
