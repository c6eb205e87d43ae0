"""/stats: the operators' figures, in their private chat; nobody else gets them."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from bot.model.subscription import ChatKind
from bot.store import accounts, chats, posts
from bot.store.fingerprint import fingerprint
from bot.store.tables import deliveries


@pytest.fixture
async def staffed(server, db, at_work):
    """A chat at work, and the operator of the bot."""
    operator = server.world.add_user("Ops")
    async with at_work(server, db, frozenset({operator.id})) as house:
        yield house, operator
    assert not server.violations


async def deliver(house, account, post, now, **more):
    """A delivery that was queued 90 s before ``now`` and arrived then, of a post written ten minutes before."""
    async with house.db.begin() as conn:
        account_id = await accounts.upsert(conn, account, now)
        chat = await chats.ensure(conn, 4242, ChatKind.PRIVATE, "", now)
        seen = now - timedelta(seconds=91)
        post_id = await posts.add(conn, account_id, post, fingerprint(post), seen, why_not="", root_id=None)
        queued = now - timedelta(seconds=90)
        row = {"chat_id": chat, "post_id": post_id, "revision": 1, "op": "send", "state": "sent", "lane": 1}
        row |= {"queued_at": queued, "not_before": queued, "arrived_at": now, "settled_at": now}
        await conn.execute(insert(deliveries), {**row, **more})


async def test_an_operator_gets_the_times_and_every_count(staffed, police, post_of, now):
    house, operator = staffed
    await deliver(house, police, post_of(police, 1, minutes_ago=10), now, retries=2, lost_answers=1, repeats=1)
    lost = {"state": "failed", "arrived_at": None, "unknown_errors": 5}
    await deliver(house, police, post_of(police, 2), now, **lost)
    house.world.say(operator.id, operator.id, "/stats")
    message = await house.says(operator.id, "The last 24 h")
    lines = message.text.split("\n")
    assert "Arrived: 1" in lines
    assert "Given up: 1" in lines
    assert "Requests made again: 2" in lines
    assert "Answers lost: 1" in lines
    assert "Possible repeats sent: 1" in lines
    assert "Refusals I do not know: 5" in lines
    assert "What was given up or held: tocsin outbox list" in lines
    assert "weibo (1)" in lines
    assert "Urgent (1)" in lines
    assert lines.count("queued → arrived: 90 secs / 90 secs / 90 secs") == 3
    assert lines.count("written → arrived: 10 mins / 10 mins / 10 mins") == 3


async def test_where_nothing_was_sent_it_says_so(staffed):
    house, operator = staffed
    house.world.say(operator.id, operator.id, "/stats 3")
    message = await house.says(operator.id, "The last 3 h")
    assert "Nothing was sent in this time." in message.text
    assert "arrived:" not in message.text


@pytest.mark.parametrize("asked", ["0", "soon", "-3", "99999", "٣"])
async def test_hours_that_are_none_are_answered_with_how_to_ask(staffed, asked):
    house, operator = staffed
    house.world.say(operator.id, operator.id, f"/stats {asked}")
    await house.says(operator.id, "a number of hours from 1 to 2160")


async def test_others_are_told_kindly_that_it_is_not_for_them(staffed, police, post_of, now):
    house, _ = staffed
    await deliver(house, police, post_of(police, 1), now)
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/stats")
    await house.says(user.id, "for the people who run this bot. /status shows you")
    assert not any("Arrived" in text for text in house.world.texts(user.id))


async def test_in_a_group_the_figures_are_not_shown_even_to_the_operator(staffed):
    house, operator = staffed
    group = house.world.add_group("Neighbours", operator.id)
    house.world.say(group.id, operator.id, "/stats")
    await house.says(group.id, "Please ask me for /stats in a private chat.")


async def test_without_operators_nobody_gets_the_figures(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/stats")
    await house.says(user.id, "for the people who run this bot")


async def test_the_help_tells_operators_of_it_and_nobody_else(staffed):
    house, operator = staffed
    user = house.world.add_user("Wei")
    for one in (user, operator):
        house.world.say(one.id, one.id, "/help")
    theirs = await house.says(operator.id, "/subscribe LINK")
    other = await house.says(user.id, "/subscribe LINK")
    assert ("/stats" in theirs.text, "/stats" in other.text) == (True, False)


async def test_it_speaks_chinese(staffed, police, post_of, now):
    house, operator = staffed
    await deliver(house, police, post_of(police, 1), now)
    house.world.say(operator.id, operator.id, "/language zh")
    await house.says(operator.id, "以后我在这里说中文。")
    house.world.say(operator.id, operator.id, "/stats")
    message = await house.says(operator.id, "最近 24 小时")
    assert "已送达：1" in message.text
