from dataclasses import replace
from datetime import timedelta

import pytest
from outboxes import enqueue

from bot.model.account import Account
from bot.model.delivery import Lane, Op
from bot.model.reason import Cause, Reason
from bot.model.subscription import ChatKind
from bot.store import accounts, chats
from bot.store.deliveries import Draft


async def set_watch(house, account, **changes):
    async with house.db.begin() as conn:
        stored = await accounts.by_key(conn, account.kind, account.key)
        watch = await accounts.watch_of(conn, stored.id)
        await accounts.save_watch(conn, replace(watch, **changes))


async def test_a_source_that_answers_and_one_that_does_not(house, police, weather, now):
    user = house.world.add_user("Wei")
    await house.follow(user.id, weather)
    await house.follow(user.id, police)
    minute = timedelta(minutes=1)
    await set_watch(
        house,
        weather,
        outcome="nothing_new",
        last_poll_at=now - minute / 2,
        last_ok_at=now,
        last_post_at=now - 180 * minute,
    )
    await set_watch(
        house,
        police,
        outcome="refused",
        problem="Weibo shows a login page.",
        advice="set TOCSIN_WEIBO_COOKIE",
        reason=Reason(Cause.VISITORS).to_json(),
        last_poll_at=now - 3 * minute,
        last_ok_at=now - 90 * minute,
        failures=4,
    )
    house.world.say(user.id, user.id, "/status")
    message = await house.says(user.id, "Not answering: 1 of 2.")
    first, second = message.text.split("\n\n")[1:]
    assert first.splitlines() == [
        "⚠️ 平安北京: the site asks me to wait",
        "Why: The site turns visitors away just now.",
        "Last looked at: 3 min ago",
        "Last answer: 90 min ago",
    ]
    assert second.splitlines() == [
        "✅ Weather office: answering",
        "Last looked at: 30 sec ago",
        "Last new post: 3 hr ago",
    ]


async def test_the_reason_is_told_in_the_chats_language_and_the_operators_words_are_not(house, police, now):
    user = house.world.add_user("Wei", language="zh-CN")
    house.world.say(user.id, user.id, "/start")
    await house.says(user.id, "我关注官方账号")
    await house.follow(user.id, police)
    reason = Reason(Cause.SITE_FAULT, {"status": "502"})
    await set_watch(
        house, police, outcome="broken", problem="The site answered with HTTP 502.", advice="Set TOCSIN_X.",
        reason=reason.to_json(), last_poll_at=now,
    )  # fmt: skip
    house.world.say(user.id, user.id, "/status")
    message = await house.says(user.id, "原因：网站自身出了故障（HTTP 502）。我会自动再试。")
    assert "TOCSIN" not in message.text
    assert "answered" not in message.text


@pytest.mark.parametrize("outcome", ["posts", "nothing_new"])
async def test_a_source_not_looked_at_for_longer_than_its_promise_is_not_well(outcome, house, police, now):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    hours_ago = now - timedelta(seconds=3601)
    await set_watch(house, police, outcome=outcome, last_poll_at=hours_ago, last_ok_at=hours_ago)
    house.world.say(user.id, user.id, "/status")
    message = await house.says(user.id, "⚠️ 平安北京: not looked at for too long")
    assert "Not answering: 1 of 1." in message.text
    assert "All my sources answer" not in message.text


async def test_a_source_looked_at_within_its_promise_is_well(house, police, now):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    before = now - timedelta(seconds=3599)
    await set_watch(house, police, outcome="nothing_new", last_poll_at=before, last_ok_at=before)
    house.world.say(user.id, user.id, "/status")
    assert await house.says(user.id, "✅ 平安北京: answering")


async def test_a_first_look_that_nobody_takes_is_not_called_a_beginning_for_ever(house, police, now):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    await set_watch(house, police, next_poll_at=now - timedelta(hours=2))
    house.world.say(user.id, user.id, "/status")
    assert await house.says(user.id, "⚠️ 平安北京: not looked at for too long")


async def test_what_lacks_of_a_list_that_answers_is_told(house, weather, now):
    user = house.world.add_user("Wei")
    await house.follow(user.id, weather)
    reason = Reason(Cause.ALERTS_MISSING, {"count": "2"}).to_json()
    await set_watch(house, weather, outcome="posts", reason=reason, last_poll_at=now, last_ok_at=now)
    house.world.say(user.id, user.id, "/status")
    message = await house.says(user.id, "✅ Weather office: answering")
    assert "Warnings on its list that the site does not give me: 2." in message.text


async def test_what_waits_for_the_chat_is_counted(house, police, now):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    async with house.db.begin() as conn:
        chat_id = await chats.ensure(conn, user.id, ChatKind.PRIVATE, "", now)
        drafts = [Draft(chat_id, Op.NOTICE, Lane.ROUTINE, notice="{}") for _ in range(3)]
        await enqueue(conn, drafts, now)
    house.world.say(user.id, user.id, "/status")
    assert await house.says(user.id, "Messages on their way to this chat: 3")


async def test_a_source_not_looked_at_yet_is_not_called_well(house, police):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    house.world.say(user.id, user.id, "/status")
    message = await house.says(user.id, "▫️ 平安北京: not looked at yet")
    assert "All my sources answer" not in message.text
    assert "No message is waiting" in message.text


async def test_a_source_closed_for_good_says_so(house, police):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    await set_watch(house, police, state="gone", outcome="broken", problem="410 Gone")
    house.world.say(user.id, user.id, "/status")
    assert await house.says(user.id, "closed for good")


async def test_a_long_status_takes_several_messages(house):
    user = house.world.add_user("Wei")
    for number in range(40):
        account = Account(
            "feed", f"https://a{number}.example/", f"Agency {number} " + "x" * 60, f"https://a{number}.example/"
        )
        await house.follow(user.id, account)
        await set_watch(house, account, outcome="broken", problem="p" * 250, advice="a" * 250)
    house.world.say(user.id, user.id, "/status")
    await house.says(user.id, "Agency 39")
    texts = house.world.texts(user.id)
    assert len(texts) > 1
    assert all(len(text) <= 4096 for text in texts)
    assert sum(text.count("Agency") for text in texts) == 40


async def test_many_sources_that_are_well_are_one_line_each_and_troubled_ones_are_spelt_out(house, now):
    user = house.world.add_user("Wei")
    for number in range(30):
        account = Account("feed", f"https://a{number}.example/", f"Agency {number}", f"https://a{number}.example/")
        await house.follow(user.id, account)
        trouble = (
            {"outcome": "broken", "reason": Reason(Cause.MISSING).to_json()} if number == 7 else {"outcome": "posts"}
        )
        await set_watch(house, account, last_poll_at=now, last_ok_at=now, last_post_at=now, **trouble)
    house.world.say(user.id, user.id, "/status")
    message = await house.says(user.id, "Agency 29")
    head, first, *rest = message.text.split("\n\n")
    assert "Not answering: 1 of 30." in head
    assert first.splitlines()[:2] == [
        "⚠️ Agency 7: cannot be read just now", "Why: The site has nothing at this address.",
    ]  # fmt: skip
    assert len(rest) == 29
    assert {len(block.splitlines()) for block in rest} == {1}
