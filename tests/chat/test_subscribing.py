import asyncio
from dataclasses import replace

import pytest

from bot.chat.ports import Found, LookupFailedError, Trouble
from bot.locales.directions import CLOSE, OPEN
from bot.model.account import Account
from bot.model.alert import Alert, MsgType, Scope, Status
from bot.model.post import Post
from bot.model.reason import Cause, Reason

NAMESAKES = (
    Account("weibo", "1001", "平安上海", "https://weibo.com/u/1001", verified="上海市公安局官方微博"),
    Account("weibo", "1002", "平安上海粉丝团", "https://weibo.com/u/1002"),
)


async def test_a_filter_beside_what_is_followed_already_says_that_more_may_come(house, police):
    user = house.world.add_user("Wei")
    for filter_text, others in (("", False), ("storm", True)):
        house.world.say(user.id, user.id, f"/subscribe 1288915263 {filter_text}")
        message = await house.says(user.id, "is followed here now", count=1 + others)
        assert ("was followed here in another way before" in message.text) == others
    house.world.press(user.id, user.id, message.message_id, label="Undo")
    await house.says(user.id, "Undone. 平安北京 is still followed here in another way: /list shows it.")
    house.world.press(user.id, user.id, message.message_id, label="Put back")
    await house.says(user.id, "平安北京 is followed here again.")
    assert [each.filter for each in await house.followed(user.id)] == ["", "storm"]


async def test_subscribing_by_number_stores_the_wish_and_tells_whom(house, police, post_of):
    user = house.world.add_user("Wei")
    house.lookout.latest[police.key] = post_of(police, 1, "今天出门请注意安全。")
    house.world.say(user.id, user.id, "/subscribe 1288915263")
    message = await house.says(user.id, "is followed here now")
    assert [listed.account.key for listed in await house.followed(user.id)] == ["1288915263"]
    assert "平安北京 is followed here now." in message.text
    assert "北京市公安局官方微博" in message.text
    assert "21 Jul 2012, 11:50 UTC+8 (10 min ago)" in message.text
    quote = next(e for e in message.now.styled.entities if e.type == "blockquote")
    assert message.text[quote.offset : quote.end] == "今天出门请注意安全。"
    links = {e.url for e in message.now.styled.entities if e.type == "text_link"}
    assert links == {"https://weibo.com/u/1288915263", "https://weibo.com/5263/1"}
    assert [key.label for key in house.world.buttons(user.id, message.message_id)] == ["Undo"]


@pytest.mark.parametrize(
    ("language", "label", "told"),
    [
        ("en", "平安上海 · government: 上海市公安局官方微博", "platform: government: 上海市公安局官方微博"),
        ("zh-CN", "平安上海 · 政府机构：上海市公安局官方微博", "平台认证：政府机构：上海市公安局官方微博"),
        (
            "ar",
            f"{OPEN}平安上海{CLOSE} · {OPEN}{OPEN}جهة حكومية{CLOSE}: {OPEN}上海市公安局官方微博{CLOSE}{CLOSE}",
            f"منصته: {OPEN}{OPEN}جهة حكومية{CLOSE}: {OPEN}上海市公安局官方微博{CLOSE}{CLOSE}",
        ),
    ],
)
@pytest.mark.parametrize("command", ["/subscribe", "/add"])
async def test_as_what_a_platform_vouches_for_it_is_said_in_the_readers_language(
    house, language, label, told, command
):
    user = house.world.add_user("Wei", language=language)
    first = replace(NAMESAKES[0], verified="government: 上海市公安局官方微博")
    house.lookout.known["@平安上海"] = Found((first, NAMESAKES[1]))
    for line in (f"{command} @平安上海",) if command == "/subscribe" else (command, "@平安上海"):
        house.world.say(user.id, user.id, line)
    message = await house.server.wait_for(
        lambda: next((m for m in house.world.said_by_bot(user.id) if label in labels(m)), None)
    )
    house.world.press(user.id, user.id, message.message_id, label=label)
    await house.server.wait_for(lambda: told in message.text)


def labels(message):
    return [key.label for row in message.now.keyboard for key in row]


async def test_the_result_takes_the_place_of_looking_for(house, police):
    user = house.world.add_user("Wei")
    house.lookout.gate.clear()
    house.world.say(user.id, user.id, "/subscribe 1288915263")
    looking = await house.says(user.id, "Looking for 1288915263 …")
    house.lookout.gate.set()
    done = await house.says(user.id, "is followed here now")
    assert done.message_id == looking.message_id
    assert len(house.world.said_by_bot(user.id)) == 1


async def test_words_behind_the_name_are_stored_and_told(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, '/subscribe 1288915263 暴雨 "road closed"')
    message = await house.says(user.id, "is followed here now")
    assert (await house.followed(user.id))[0].filter == '暴雨 "road closed"'
    assert 'Only posts that pass this filter: 暴雨 "road closed"' in message.text


async def test_a_chinese_blank_parts_the_name_from_the_words(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/subscribe 1288915263\u3000暴雨")
    await house.says(user.id, "is followed here now")
    assert (await house.followed(user.id))[0].filter == "暴雨"


async def test_words_that_cannot_be_used_change_nothing(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/subscribe 1288915263 " + " ".join(f"w{i}" for i in range(41)))
    message = await house.says(user.id, "I cannot use this filter.")
    assert "A filter may have 40 words and conditions." in message.text
    assert house.lookout.asked == []
    assert await house.followed(user.id) == []


async def test_why_words_cannot_be_used_is_said_in_the_chats_own_language(house):
    user = house.world.add_user("Wei", language="zh-CN")
    house.world.say(user.id, user.id, "/subscribe 1288915263 " + "长" * 101)
    message = await house.says(user.id, "这个筛选条件不能用。")
    assert "一个词最多 100 个字符。" in message.text


async def test_a_second_time_says_so_and_stores_nothing_more(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/subscribe 1288915263")
    await house.says(user.id, "is followed here now")
    house.world.say(user.id, user.id, "/subscribe 1288915263")
    message = await house.says(user.id, "is followed here already")
    assert len(await house.followed(user.id)) == 1
    assert house.world.buttons(user.id, message.message_id) == ()


async def test_undo_takes_it_back_and_put_back_brings_it_again(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/subscribe 1288915263 rain")
    message = await house.says(user.id, "is followed here now")
    house.world.press(user.id, user.id, message.message_id, label="Undo")
    message = await house.says(user.id, "Undone.")
    assert await house.followed(user.id) == []
    nudges = house.lookout.nudges
    house.world.press(user.id, user.id, message.message_id, label="Put back")
    await house.says(user.id, "is followed here again")
    assert [listed.filter for listed in await house.followed(user.id)] == ["rain"]
    assert house.lookout.nudges == nudges + 1


async def test_undo_pressed_twice_at_once_is_answered_kindly(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/subscribe 1288915263")
    message = await house.says(user.id, "is followed here now")
    first = house.world.press(user.id, user.id, message.message_id, label="Undo")
    second = house.world.press(user.id, user.id, message.message_id, label="Undo")
    await house.answer_to(first)
    assert (await house.answer_to(second)).text == "That is done already."
    assert await house.followed(user.id) == []


async def test_put_back_after_a_day_is_too_old(house, clock, day):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/subscribe 1288915263")
    message = await house.says(user.id, "is followed here now")
    house.world.press(user.id, user.id, message.message_id, label="Undo")
    message = await house.says(user.id, "Undone.")
    clock.now += 2 * day
    query = house.world.press(user.id, user.id, message.message_id, label="Put back")
    answer = await house.answer_to(query)
    assert answer.alert
    assert "too old" in answer.text
    assert await house.followed(user.id) == []


async def test_an_ambiguous_name_asks_and_the_pick_is_followed(house):
    user = house.world.add_user("Wei")
    house.lookout.known["@平安上海"] = Found(NAMESAKES)
    house.world.say(user.id, user.id, "/subscribe @平安上海 暴雨")
    message = await house.says(user.id, "More than one account answers to")
    assert await house.followed(user.id) == []
    labels = [key.label for key in house.world.buttons(user.id, message.message_id)]
    assert labels[0] == "平安上海 · 上海市公安局官方微博"
    assert labels[-1] == "None of these"
    house.world.press(user.id, user.id, message.message_id, label=labels[1])
    await house.says(user.id, "平安上海粉丝团 is followed here now")
    (listed,) = await house.followed(user.id)
    assert (listed.account.key, listed.filter) == ("1002", "暴雨")
    assert house.world.said_by_bot(user.id)[0].message_id == message.message_id


async def test_none_of_these_changes_nothing(house):
    user = house.world.add_user("Wei")
    house.lookout.known["@平安上海"] = Found(NAMESAKES)
    house.world.say(user.id, user.id, "/subscribe @平安上海")
    message = await house.says(user.id, "More than one account")
    house.world.press(user.id, user.id, message.message_id, label="None of these")
    message = await house.says(user.id, "Nothing was changed.")
    assert house.world.buttons(user.id, message.message_id) == ()
    assert await house.followed(user.id) == []


async def test_nothing_found_is_told_with_the_reason_in_the_chats_own_language(house):
    user = house.world.add_user("Wei", language="zh-CN")
    house.lookout.known["@nobody"] = LookupFailedError(
        Trouble.NOT_FOUND, "Weibo has no account of that name.", Reason(Cause.NO_ACCOUNT)
    )
    house.world.say(user.id, user.id, "/subscribe @nobody")
    message = await house.says(user.id, "没有找到")
    assert message.text.splitlines()[1] == "没有这个账号。请发它的主页或频道链接。"
    assert "Weibo" not in message.text


async def test_the_operators_advice_is_not_shown_to_who_subscribes(house):
    user = house.world.add_user("Wei")
    house.lookout.known["1111111"] = LookupFailedError(
        Trouble.REFUSED, "Weibo refused. Set TOCSIN_WEIBO_COOKIE to a cookie.", Reason(Cause.VISITORS)
    )
    house.world.say(user.id, user.id, "/subscribe 1111111")
    message = await house.says(user.id, "The site turns visitors away just now.")
    assert "TOCSIN" not in message.text


async def test_a_link_that_leads_nowhere_is_to_be_checked(house):
    user = house.world.add_user("Wei")
    house.lookout.known["https://no.example/"] = LookupFailedError(
        Trouble.NOT_FOUND, reason=Reason(Cause.UNREACHABLE)
    )
    house.world.say(user.id, user.id, "/subscribe https://no.example/")
    message = await house.says(user.id, "The site does not answer.")
    assert "Please check the spelling" in message.text


async def test_a_chat_that_follows_as_many_as_it_may_is_told_what_to_do(house):
    user = house.world.add_user("Wei")
    house.lookout.full = True
    house.world.say(user.id, user.id, "/subscribe 1288915263")
    message = await house.says(user.id, "This chat follows 300 accounts already")
    assert "/unsubscribe" in message.text
    assert house.world.buttons(user.id, message.message_id) == ()


async def test_what_is_put_back_finds_no_room_in_a_full_chat(house, police, monkeypatch):
    monkeypatch.setattr("bot.chat.commands.following.MOST_SUBSCRIPTIONS", 1)
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/subscribe 1288915263 rain")
    message = await house.says(user.id, "is followed here now")
    house.world.press(user.id, user.id, message.message_id, label="Undo")
    message = await house.says(user.id, "Undone.")
    await house.follow(user.id, police, ("snow",))
    house.world.press(user.id, user.id, message.message_id, label="Put back")
    await house.says(user.id, "This chat follows 1 accounts already")
    assert [listed.filter for listed in await house.followed(user.id)] == ['"snow"']


async def test_a_site_that_refuses_and_one_that_is_broken_are_told_apart(house):
    user = house.world.add_user("Wei")
    house.lookout.known["1111111"] = LookupFailedError(Trouble.REFUSED)
    house.lookout.known["2222222"] = LookupFailedError(Trouble.BROKEN)
    house.world.say(user.id, user.id, "/subscribe 1111111")
    house.world.say(user.id, user.id, "/subscribe 2222222")
    await house.says(user.id, "The site does not let me look for 1111111 just now")
    await house.says(user.id, "I could not look for 2222222")
    assert await house.followed(user.id) == []


async def test_a_crash_while_looking_is_told_kindly(house):
    user = house.world.add_user("Wei")
    house.lookout.known["3333333"] = RuntimeError("boom")
    house.world.say(user.id, user.id, "/subscribe 3333333")
    message = await house.says(user.id, "Nothing was lost")
    assert "boom" not in message.text


async def test_without_a_name_it_is_explained_how(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/subscribe")
    assert "/subscribe https://weibo.com" in (await house.says(user.id, "Whom shall I follow?")).text


async def test_a_first_look_that_failed_is_told_with_the_reason(house):
    user = house.world.add_user("Wei")
    house.lookout.problem = Reason(Cause.REST)
    house.world.say(user.id, user.id, "/subscribe 1288915263")
    message = await house.says(user.id, "I cannot read it just now. The site asks to be left alone for a while.")
    assert "no post" not in message.text
    assert len(await house.followed(user.id)) == 1


async def test_a_drill_is_never_quoted_as_the_latest_post(house, police, now):
    user = house.world.add_user("Wei")
    alert = Alert("a", "1", now, "", Status.EXERCISE, MsgType.ALERT, Scope.PUBLIC)
    house.lookout.latest[police.key] = Post("cap", "x", "1", "Flood! Leave now!", "https://x.example/1", alert=alert)
    house.world.say(user.id, user.id, "/subscribe 1288915263")
    assert "Flood" not in (await house.says(user.id, "is followed here now")).text


async def test_a_hostile_name_is_shown_harmless(house):
    user = house.world.add_user("Wei")
    evil = "/stop @admin <b>x</b>\u202egnp.exe\nhttps://t.me/evil " + "长" * 500
    account = Account("feed", "https://evil.example/f", evil, "javascript:alert(1)", verified="*real*\u200b_")
    house.lookout.known["https://evil.example/f"] = Found((account,))
    house.world.say(user.id, user.id, "/subscribe https://evil.example/f")
    message = await house.says(user.id, "is followed here now")
    assert {e.type for e in message.now.styled.entities} == {"bold"}
    assert "\u202e" not in message.text
    assert "<b>x</" in message.text  # shown as it was written, bold is only the name itself
    assert message.text.index("is followed") < 150


async def test_a_link_sent_alone_is_offered_and_followed_by_the_button(house, weather):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "look at this: https://weather.example/feed.xml.")
    message = await house.says(user.id, "Shall I follow this here?")
    assert await house.followed(user.id) == []
    house.world.press(user.id, user.id, message.message_id)
    done = await house.says(user.id, "is followed here now")
    assert done.message_id == message.message_id
    assert [listed.account.key for listed in await house.followed(user.id)] == [weather.key]


@pytest.mark.parametrize("button", ["pk:{}:0", "pc:{}", "mv:{}", "im:{}"])
async def test_a_forged_button_does_nothing_with_what_another_one_stands_for(house, weather, button):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, weather.key)
    offer = await house.says(user.id, "Shall I follow this here?")
    (_, token) = house.world.buttons(user.id, offer.message_id)[0].data.split(":")
    query = house.forge(offer, user.id, button.format(token))
    assert "too old" in (await house.answer_to(query)).text
    assert await house.followed(user.id) == []


async def test_plain_words_are_answered_kindly(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "hello there")
    assert await house.says(user.id, "I did not find a link or a name in this.")


async def test_more_lookups_than_a_chat_may_have_are_refused_kindly(house):
    user = house.world.add_user("Wei")
    house.lookout.gate.clear()
    for number in range(7):
        house.world.say(user.id, user.id, f"/subscribe 900000{number}")
    await house.says(user.id, "I am still looking for others", count=2)
    house.lookout.gate.set()
    await house.says(user.id, "I found nothing under", count=5)
    assert len(house.lookout.asked) == 5


async def test_other_commands_are_answered_while_a_lookup_is_under_way(house):
    user = house.world.add_user("Wei")
    house.lookout.gate.clear()
    house.world.say(user.id, user.id, "/subscribe 1288915263")
    house.world.say(user.id, user.id, "/help")
    await house.says(user.id, "/unsubscribe – stop following")
    assert any("Looking for" in text for text in house.world.texts(user.id))
    house.lookout.gate.set()
    await house.says(user.id, "is followed here now")


async def test_two_chats_follow_the_same_account_apart(house):
    first, second = house.world.add_user("Wei"), house.world.add_user("Ana")
    for user in (first, second):
        house.world.say(user.id, user.id, "/subscribe 1288915263")
    await asyncio.gather(*(house.says(user.id, "is followed here now") for user in (first, second)))
    mine, theirs = await house.followed(first.id), await house.followed(second.id)
    assert mine[0].subscription_id != theirs[0].subscription_id
    assert mine[0].account_id == theirs[0].account_id


async def test_its_latest_post_is_shown_in_the_readers_language_too(house, police, post_of):
    user = house.world.add_user("Wei")
    house.lookout.latest[police.key] = post_of(police, 1, "暴雨将至")
    house.world.say(user.id, user.id, "/subscribe 1288915263")
    said = await house.says(user.id, "Its latest post")
    assert "🟠 Rainstorm\n暴雨将至 in en\n暴雨将至\nMachine translation: deepl\n" in said.text
