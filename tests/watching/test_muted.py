"""A muted event: what is no graver does not come, what is graver or over does, and what stands there stays true."""

import pytest

from bot.model.alert import Severity
from bot.model.delivery import Lane
from bot.model.subscription import ChatKind
from bot.store import chats, mutes, posts
from bot.store.mutes import LASTS, Gravity
from bot.watching.intake import withdraw

READER, OTHER = 1001, 1002


async def ids(town, post):
    async with town.db.read() as conn:
        known = (await posts.known(conn, town.watch.account_id, [post.id]))[post.id]
        return (await chats.get(conn, READER)).id, known.post_id


async def mute(town, post, lane=Lane.ROUTINE, severity=Severity.MODERATE):
    chat_id, post_id = await ids(town, post)
    async with town.db.begin() as conn:
        await mutes.mute(conn, chat_id, 0, post_id, Gravity(lane, severity.rank), town.clock())


@pytest.fixture
async def told(town):
    """A moderate alert that two readers got; one of them muted its event."""
    await town.subscribe(READER)
    await town.subscribe(OTHER)
    await town.see()
    await town.see(town.cap(1))
    await town.deliver()
    await mute(town, town.cap(1))
    return town.shown(READER)[0]


async def test_an_update_that_is_no_graver_does_not_come_and_the_message_says_that_there_is_one(town, told):
    await town.see(town.update(2, Severity.MODERATE, 1))
    await town.deliver()
    assert town.shown(READER) == [told]
    assert told.text.startswith("↪️ The agency has a newer message about this.\n")
    other, update = town.shown(OTHER)
    assert other.text.startswith("↪️ There is a newer message about this, below.")
    assert update.reply_to == other.id


async def test_an_update_that_is_graver_rings_and_the_next_one_too(town, told):
    await town.see(town.update(2, Severity.SEVERE, 1))
    await town.deliver()
    assert told.text.startswith("↪️ Now Severe: there is a newer message about this, below.")
    assert (town.shown(READER)[1].silent, town.shown(READER)[1].reply_to) == (False, told.id)
    await town.see(town.update(3, Severity.EXTREME, 2))
    await town.deliver()
    assert town.shown(READER)[2].silent is False


async def test_a_rise_within_one_lane_rings(town, told):
    await mute(town, town.cap(1), severity=Severity.MINOR)
    await town.see(town.update(2, Severity.MODERATE, 1))
    await town.deliver()
    assert len(town.shown(READER)) == 2


async def test_its_end_comes_though_the_update_that_it_ends_never_came(town, told):
    await town.see(town.update(2, Severity.MODERATE, 1))
    await town.deliver()
    await town.see(town.cancel(3, 2))
    await town.deliver()
    _, end = town.shown(READER)
    assert end.text.startswith("Before: Moderate")
    assert (end.silent, end.reply_to) == (True, told.id)
    assert len(town.shown(OTHER)) == 3


async def test_the_end_of_what_came_is_marked_and_told_once(town, told):
    await town.see(town.cancel(2, 1))
    await town.deliver()
    assert told.text.startswith("✅ Lifted by the agency.")
    assert len(town.shown(READER)) == 2


async def test_an_edit_is_shown_without_a_word_unless_it_is_graver(town, told):
    await town.see(town.cap(1, words="No trains until 20:00", text="No trains until 20:00"))
    await town.deliver()
    await town.see(town.cap(1, words="No trains until 22:00", text="No trains until 22:00"))
    await town.deliver()
    assert "No trains until 22:00" in told.text
    assert town.shown(READER) == [told]
    assert len(town.shown(OTHER)) > 1
    await town.see(town.cap(1, severity=Severity.SEVERE, words="No trains until 22:00", text="No trains until 22:00"))
    await town.deliver()
    assert town.shown(READER)[1].text.startswith("⬆️ The agency raised the level.")


async def test_what_the_agency_removes_is_told(town, told):
    async with town.db.begin() as conn:
        known = await posts.known(conn, town.watch.account_id, [town.cap(1).id])
        await withdraw(conn, town.watch.account_id, known[town.cap(1).id], town.clock())
    await town.deliver()
    assert "removed this warning" in town.shown(READER)[1].text


async def test_what_waits_at_the_press_is_settled_but_not_what_is_graver_or_over(town):
    await town.subscribe(READER)
    await town.see()
    await town.see(town.cap(1))
    await town.deliver()
    await town.see(town.update(2, Severity.MODERATE, 1))
    await mute(town, town.cap(1))
    await town.deliver()
    assert len(town.shown(READER)) == 1
    await town.see(town.update(3, Severity.SEVERE, 2))
    await mute(town, town.cap(1))
    await town.deliver()
    assert len(town.shown(READER)) == 2
    await town.see(town.cancel(4, 3))
    await mute(town, town.cap(1), Lane.EXTREME, Severity.EXTREME)
    await town.deliver()
    assert town.shown(READER)[-1].text.startswith("Before: Severe")


async def test_another_event_and_another_chat_are_not_touched(town, told):
    await town.see(town.cap(5))
    await town.deliver()
    assert len(town.shown(READER)) == len(town.shown(OTHER)) == 2


async def test_it_ends_by_itself_and_housekeeping_throws_it_away(town, told):
    town.clock.advance(LASTS.total_seconds() + 1)
    chat_id, post_id = await ids(town, town.cap(1))
    async with town.db.begin() as conn:
        assert await mutes.muted_roots(conn, post_id, town.clock()) == ()
        assert await mutes.of_place(conn, chat_id, 0, town.clock()) == []
        assert await mutes.purge(conn, town.clock()) == 1


async def test_what_is_taken_back_rings_again(town, told):
    chat_id, post_id = await ids(town, town.cap(1))
    async with town.db.begin() as conn:
        assert await mutes.unmute(conn, chat_id, 0, post_id)
        assert not await mutes.unmute(conn, chat_id, 0, post_id)
    await town.see(town.update(2, Severity.MODERATE, 1))
    await town.deliver()
    assert len(town.shown(READER)) == 2


async def test_a_group_that_moves_keeps_what_it_muted_once(town, told):
    chat_id, post_id = await ids(town, town.cap(1))
    async with town.db.begin() as conn:
        new_id = await chats.ensure(conn, -100777, ChatKind.SUPERGROUP, "", town.clock())
        for each in (chat_id, new_id):
            await mutes.mute(conn, each, 0, post_id, Gravity(Lane.ROUTINE, 2), town.clock())
        assert await chats.migrate(conn, READER, -100777) == new_id
        assert [muted.root_id for muted in await mutes.of_place(conn, new_id, 0, town.clock())] == [post_id]
        assert await mutes.of_chats(conn, [chat_id], town.clock()) == set()


async def test_a_chat_mutes_a_bounded_number_and_the_one_that_ends_first_makes_room(town, told):
    chat_id, _ = await ids(town, town.cap(1))
    await town.see(*(town.cap(number) for number in range(10, 10 + mutes.MOST)))
    for number in range(10, 10 + mutes.MOST):
        town.clock.advance(1)
        await mute(town, town.cap(number))
    async with town.db.read() as conn:
        listed = [each.post.title for each in await mutes.of_place(conn, chat_id, 0, town.clock())]
    assert listed == [f"Rainstorm {number}" for number in range(10, 10 + mutes.MOST)]
