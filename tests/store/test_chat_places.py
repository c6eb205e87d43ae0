"""Places of chats: set once, bounded, each topic its own, moved with the chat and gone with it; on both databases."""

from datetime import timedelta

import pytest

from bot.model.place import MOST_PLACES, ChatPlace
from bot.model.subscription import ChatKind
from bot.store import chat_places, chats, forgetting
from bot.store.chat_places import TooManyPlacesError

OLD, NEW = -100200300, -1001234567890
HOME = ChatPlace("home", 39.91, 116.4, 30.0)
DISTRICT = ChatPlace("北京市朝阳区", 39.95, 116.33, 190.9, ("北京市", "朝阳区"))


async def test_what_is_set_is_read_back_in_its_order(db, chat_id, clock):
    async with db.begin() as conn:
        first = await chat_places.add(conn, chat_id, 0, HOME, clock())
        second = await chat_places.add(conn, chat_id, 0, DISTRICT, clock())
        await chat_places.add(conn, chat_id, 7, DISTRICT, clock())
        assert await chat_places.of_chat(conn, chat_id, 0) == {first: HOME, second: DISTRICT}
        assert list((await chat_places.of_chat(conn, chat_id, 7)).values()) == [DISTRICT]
        assert await chat_places.of_chat(conn, chat_id, 8) == {}


async def test_the_same_place_is_set_once_and_takes_the_newer_name(db, chat_id, clock):
    async with db.begin() as conn:
        first = await chat_places.add(conn, chat_id, 0, HOME, clock())
        renamed = ChatPlace("school", 39.91, 116.4, 30.0)
        assert await chat_places.add(conn, chat_id, 0, renamed, clock()) == first
        assert await chat_places.of_chat(conn, chat_id, 0) == {first: renamed}


async def test_there_is_a_bound_for_each_topic(db, chat_id, clock):
    async with db.begin() as conn:
        for number in range(MOST_PLACES):
            await chat_places.add(conn, chat_id, 0, ChatPlace("", float(number), 0.0, 1.0), clock())
        with pytest.raises(TooManyPlacesError):
            await chat_places.add(conn, chat_id, 0, HOME, clock())
        await chat_places.add(conn, chat_id, 0, ChatPlace("again", 0.0, 0.0, 1.0), clock())
        await chat_places.add(conn, chat_id, 7, HOME, clock())
        assert len(await chat_places.of_chat(conn, chat_id, 0)) == MOST_PLACES


async def test_only_a_chats_own_place_is_removed(db, chat_id, clock):
    async with db.begin() as conn:
        other = await chats.ensure(conn, 7, ChatKind.PRIVATE, "", clock())
        place = await chat_places.add(conn, chat_id, 0, HOME, clock())
        assert not await chat_places.remove(conn, other, 0, place)
        assert not await chat_places.remove(conn, chat_id, 7, place)
        assert await chat_places.any_set(conn)
        assert await chat_places.remove(conn, chat_id, 0, place)
        assert not await chat_places.remove(conn, chat_id, 0, place)
        assert not await chat_places.any_set(conn)


async def test_the_different_places_of_all_chats_come_in_pages_and_those_since(db, chat_id, clock, monkeypatch):
    monkeypatch.setattr(chat_places, "PAGE", 2)
    before = clock()
    clock.advance(60)
    async with db.begin() as conn:
        other = await chats.ensure(conn, 7, ChatKind.PRIVATE, "", before)
        third = ChatPlace("far", -16.0, 179.99, 100.0)
        for place in (HOME, DISTRICT, third):
            await chat_places.add(conn, other, 0, place, before)
        await chat_places.add(conn, chat_id, 0, HOME, clock())
        one = await chat_places.page(conn)
        two = await chat_places.page(conn, one[-1].key)
        assert [len(one), len(two)] == [2, 1]
        assert {*one, *two} == {HOME, DISTRICT, third}
        assert await chat_places.since(conn, before + timedelta(seconds=30)) == [HOME]


async def test_they_go_along_when_a_group_becomes_a_supergroup_that_has_some_already(db, chat_id, clock):
    async with db.begin() as conn:
        new = await chats.ensure(conn, NEW, ChatKind.SUPERGROUP, "", clock())
        await chat_places.add(conn, chat_id, 0, HOME, clock())
        await chat_places.add(conn, chat_id, 0, DISTRICT, clock())
        await chat_places.add(conn, new, 0, HOME, clock())
        assert await chats.migrate(conn, OLD, NEW) == new
        assert sorted(place.key for place in (await chat_places.of_chat(conn, new, 0)).values()) == sorted(
            [HOME.key, DISTRICT.key]
        )
        assert await chat_places.of_chat(conn, chat_id, 0) == {}


async def test_forgetting_counts_and_deletes_them(db, chat_id, clock):
    async with db.begin() as conn:
        await chat_places.add(conn, chat_id, 0, HOME, clock())
        await chat_places.add(conn, chat_id, 7, DISTRICT, clock())
        assert (await forgetting.held(conn, chat_id)).places == 2
        assert await forgetting.forget(conn, chat_id, clock())
        assert not await chat_places.any_set(conn)
