"""/export, /import and /move: what is followed goes along, nothing is believed unseen, and nobody takes it by himself."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.chat.ports import Found
from bot.demo.botapi.faults import Act, Fault, When
from bot.model.manners import Manners, Own, Pause, Quiet, Telling, Way
from bot.model.place import ChatPlace
from bot.model.subscription import MOST_SUBSCRIPTIONS
from bot.store import accounts, briefings, chat_places, chats, coverages, forgetting, manners, subscriptions

FEED = "https://weather.example/feed.xml"


def documents(house, chat_id):
    return [m.now.document for m in house.world.said_by_bot(chat_id) if m.now.document]


async def exported(house, user, chat_id=None, thread_id=0):
    chat_id = chat_id or user.id
    house.world.say(chat_id, user.id, "/export", thread_id=thread_id)
    await house.says(chat_id, "All that is followed here")
    await house.says(chat_id, "The feeds among them")
    return documents(house, chat_id)


async def imported(house, user, file, label="Follow them here"):
    house.world.say(user.id, user.id, "", document=file)
    asked = await house.says(user.id, "In this file")
    house.world.press(user.id, user.id, asked.message_id, label=label)
    return asked


async def test_a_chat_is_carried_to_another_with_filters_digest_and_order(house, police, weather):
    giver, taker = house.world.add_user("Wei"), house.world.add_user("Ana")
    await house.follow(giver.id, police, ("暴雨",))
    await house.follow(giver.id, weather)
    async with house.db.begin() as conn:
        chat = await chats.get(conn, giver.id)
        stored = await accounts.by_key(conn, police.kind, police.key)
        await coverages.choose(conn, chat.id, 0, stored.id, live=True)
        await briefings.set_day(conn, chat.id, 0, 8, "Europe/Berlin", house.lookout.clock())
        await chats.set_order(conn, giver.id, original_first=True)
    whole, feeds = await exported(house, giver)
    assert (whole.name, feeds.name) == ("tocsin-chat.json", "tocsin-feeds.opml")
    assert FEED.encode() in feeds.data

    asked = await imported(house, taker, (whole.name, whole.data))
    assert "In this file: 2\n平安北京, Weather office" in asked.text
    assert "The daily summary: 8:00, Europe/Berlin" in asked.text
    assert "Followed now: 2" in (await house.says(taker.id, "Done.")).text
    there, here = await house.followed(giver.id), await house.followed(taker.id)
    assert [(each.account.key, each.filter) for each in here] == [(each.account.key, each.filter) for each in there]
    async with house.db.read() as conn:
        chat = await chats.get(conn, taker.id)
        assert chat.original_first
        assert await coverages.of_place(conn, chat.id, 0) == {stored.id}
        digest = await briefings.get(conn, chat.id, 0, briefings.Kind.DAY)
        assert (digest.hour, digest.zone) == (8, "Europe/Berlin")
    # a second time nothing is added, and no site is asked
    asked_before = list(house.lookout.asked)
    await imported(house, taker, (whole.name, whole.data))
    assert "Followed here already: 2" in (await house.says(taker.id, "Followed now: 0")).text
    assert house.lookout.asked == asked_before
    assert len(await house.followed(taker.id)) == 2


def one_chat(*wishes, **settings):
    chat = {"telegram_id": 7, "kind": "private", "subscriptions": list(wishes), **settings}
    return "x.json", json.dumps({"tocsin": "chat", "version": 1, "chat": chat}).encode()


def wish_of(account, **more):
    named = {"kind": account.kind, "key": account.key, "name": account.name, "url": account.url}
    return {"account": named, **more}


async def test_places_manners_and_single_ways_come_along_and_are_shown_before(house, police, weather):
    giver, taker = house.world.add_user("Wei"), house.world.add_user("Ana")
    own = await house.follow(giver.id, police)
    await house.follow(giver.id, weather)
    quiet, until = Quiet(22 * 60, 7 * 60), house.lookout.clock() + timedelta(hours=5)
    mannered = Manners("Europe/Berlin", Telling(Way.HOURLY), quiet, Pause(until), ("hazard:rainstorm",))
    particular = Own(Telling(Way.DAILY, 480), Quiet(60, 120), pause=Pause(until, whole=True), muted=("hazard:fog",))
    async with house.db.begin() as conn:
        there = (await chats.get(conn, giver.id)).id
        await manners.save(conn, there, 0, mannered)
        await manners.set_own(conn, there, own, particular)
        await chat_places.add(conn, there, 0, ChatPlace("home", 39.91, 116.4, 30.0), house.lookout.clock())
    whole, _ = await exported(house, giver)
    asked = await imported(house, taker, (whole.name, whole.data))
    for line in (
        "What this file sets is taken over where nothing of the kind is set here yet:",
        "• home, 30 km around",
        "Paused until ",
        "How posts come here: as one summary every hour",
        "Quiet hours: 22:00 to 07:00.",
        "Left out here: rainstorm.",
        "Subscriptions with settings of their own: 1\n• 平安北京 – as one summary a day, at 08:00 – quiet hours 01:00 to 02:00,",
    ):
        assert f"\n{line}" in asked.text
    await house.says(taker.id, "Done.")
    async with house.db.read() as conn:
        here = (await chats.get(conn, taker.id)).id
        assert await manners.of_place(conn, here, 0) == mannered
        assert list((await chat_places.of_chat(conn, here, 0)).values()) == [ChatPlace("home", 39.91, 116.4, 30.0)]
        ways = await manners.own_of_place(conn, here, 0)
        listed = await subscriptions.of_chat(conn, here, 0)
    assert {each.account.key: ways.get(each.subscription_id) for each in listed} == {
        police.key: particular,
        weather.key: None,
    }


async def test_what_is_set_already_stays_as_it_is(house, police):
    user = house.world.add_user("Wei")
    house.lookout.known[police.url] = Found((police,))
    await house.follow(user.id, police)
    mine, place = Manners("UTC", Telling(Way.SILENT)), ChatPlace("work", 1.0, 2.0, 10.0)
    async with house.db.begin() as conn:
        here = (await chats.get(conn, user.id)).id
        await manners.save(conn, here, 0, mine)
        await chat_places.add(conn, here, 0, place, house.lookout.clock())
    other = {"name": "x", "latitude": 39.912345, "longitude": 116.4, "radius_km": 5.0}
    pause = {"until": "2999-01-01T00:00:00Z", "whole": True}
    file = one_chat(wish_of(police, telling="hourly"), places=[other], manners=[{"pause": pause}])
    asked = await imported(house, user, file)
    assert "\n⚠️ Paused until" in asked.text
    assert "2999" not in asked.text
    await house.says(user.id, "Done.")
    async with house.db.read() as conn:
        assert await manners.of_place(conn, here, 0) == mine
        assert list((await chat_places.of_chat(conn, here, 0)).values()) == [place]
        assert await manners.own_of_place(conn, here, 0) == {}


async def test_a_unit_under_a_false_name_is_shown_as_what_it_is(house, police):
    user = house.world.add_user("Wei")
    unit = {"name": "Beijing", "latitude": 0.0, "longitude": 0.0, "radius_km": 9.0, "unit": ["新疆维吾尔自治区"]}
    house.world.say(user.id, user.id, "", document=one_chat(wish_of(police), places=[unit]))
    asked = await house.says(user.id, "In this file")
    assert "Beijing, all of it (新疆维吾尔自治区)" in asked.text


async def test_the_longest_file_is_shown_in_one_message_that_telegram_takes(house):
    user = house.world.add_user("Wei")
    name = "\u202e" + "م" * 600
    wishes = [
        {"account": {"kind": "feed", "key": f"https://a.example/{n}", "name": name, "url": ""}} for n in range(9)
    ]
    many = [
        {"account": {"kind": "feed", "key": f"https://b.example/{n}", "name": "A", "url": ""}} for n in range(600)
    ]
    unit = {"latitude": 0.0, "longitude": 0.0, "radius_km": 9.0, "name": "م" * 300}
    places = [{**unit, "unit": ["京" * 40, "京" * 40, f"{n}" * 40]} for n in range(10)]
    told = {"quiet": {"begins": 1, "ends": 2, "least": "Minor"}, "muted": ["hazard:rainstorm"] * 20, "zone": "UTC"}
    pause = {"until": "2999-01-01T00:00:00Z", "whole": True}
    file = one_chat(*wishes, *many, places=places, manners=[{**told, "pause": pause, "telling": "most 100 1439"}])
    house.world.say(user.id, user.id, "", document=file)
    asked = await house.says(user.id, "In this file: 600")
    assert len(asked.text.encode("utf-16-le")) // 2 <= 4096


async def test_a_summary_that_is_set_here_keeps_its_hour(house, police):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/digest 20 UTC")
    await house.says(user.id, "The day's summary comes here at 20:00")
    house.lookout.known[police.url] = Found((police,))
    await imported(house, user, one_chat(wish_of(police), digests=[{"topic": 0, "hour": 8, "zone": "Europe/Berlin"}]))
    await house.says(user.id, "Done.")
    async with house.db.read() as conn:
        digest = await briefings.get(conn, (await chats.get(conn, user.id)).id, 0, briefings.Kind.DAY)
    assert (digest.hour, digest.zone) == (20, "UTC")


async def test_who_cannot_be_told_apart_or_does_not_answer_is_named_and_the_others_are_followed(
    house, police, weather
):
    user = house.world.add_user("Wei")
    several, slow = "https://several.example/f", "https://slow.example/f"
    house.lookout.known |= {several: Found((police, weather)), slow: TimeoutError(), FEED: Found((weather,))}
    outlines = "".join(f'<outline text="{name}" xmlUrl="{name}"/>' for name in (several, slow, FEED))
    await imported(house, user, ("feeds.opml", f"<opml><body>{outlines}</body></opml>".encode()))
    done = await house.says(user.id, "Done.")
    assert "Followed now: 1" in done.text
    assert "Not found, or not clear who is meant: 2" in done.text
    assert [each.account.key for each in await house.followed(user.id)] == [weather.key]


async def test_a_chat_that_was_forgotten_meanwhile_follows_nothing(house, police, weather):
    user = house.world.add_user("Wei")
    house.lookout.known[police.url] = Found((police,))
    house.lookout.gate.clear()
    await imported(house, user, one_chat(wish_of(police), wish_of(weather)))
    async with asyncio.timeout(10):
        while not house.lookout.asked:
            await asyncio.sleep(0)
    async with house.db.begin() as conn:
        here = (await chats.get(conn, user.id)).id
        await forgetting.forget(conn, here, house.lookout.clock())
    house.lookout.gate.set()
    await house.says(user.id, "I was interrupted.")
    async with house.db.read() as conn:
        assert await subscriptions.of_chat(conn, here) == []


async def test_strangers_files_are_looked_up_and_not_believed(house, police):
    """A file names an account that is nobody's under another name: it is followed as what the site says, or not at all."""
    user = house.world.add_user("Wei")
    house.lookout.known[police.url] = Found((police,))
    file = {
        "tocsin": "chat",
        "version": 1,
        "chat": {
            "telegram_id": 7,
            "kind": "private",
            "subscriptions": [
                {"account": {"kind": "weibo", "key": police.key, "name": "The President", "url": police.url}},
                {"account": {"kind": "weibo", "key": "../../x", "name": "Path", "url": police.url}},
                {"account": {"kind": "feed", "key": "https://nobody.example/f", "name": "Nobody", "url": ""}},
            ],
        },
    }
    await imported(house, user, ("x.json", json.dumps(file).encode()))
    said = (await house.says(user.id, "Done.")).text
    assert "Followed now: 1" in said
    assert "Not found, or not clear who is meant: 2\nPath, Nobody" in said
    [listed] = await house.followed(user.id)
    assert listed.account.name == "平安北京"


async def test_a_list_of_feeds_from_another_reader(house, weather):
    user = house.world.add_user("Wei")
    opml = (
        f'<opml version="2.0"><body><outline text="W" xmlUrl="{FEED}"/><outline type="rss" text="?"/></body></opml>'
    )
    asked = await imported(house, user, ("feeds.opml", opml.encode()))
    assert "Entries without an address, which I leave out: 1" in asked.text
    await house.says(user.id, "Followed now: 1")
    assert [each.account for each in await house.followed(user.id)] == [weather]


async def test_what_is_left_is_left_and_a_button_works_once(house):
    user = house.world.add_user("Wei")
    opml = f'<opml><body><outline text="W" xmlUrl="{FEED}"/></body></opml>'.encode()
    asked = await imported(house, user, ("f.opml", opml), label="Leave it")
    assert (await house.says(user.id, "Nothing was changed.")).message_id == asked.message_id
    assert await house.followed(user.id) == []
    state = house.server.state
    old = state.chats[user.id].messages[asked.message_id].versions[0]
    state.show(state.chats[user.id].messages[asked.message_id], old)  # the same buttons on an old screen
    query = house.world.press(user.id, user.id, asked.message_id, label="Follow them here")
    assert "too old" in (await house.answer_to(query)).text
    assert await house.followed(user.id) == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"what", "I cannot read this file"),
        (b"x" * (1024 * 1024 + 1), "too large"),
        (b"<opml><body/></opml>", "names nothing that could be followed"),
        (json.dumps({"tocsin": "chat", "version": 9}).encode(), "another version of me"),
        (json.dumps({"tocsin": "chat", "version": 1, "chat": {"kind": "x"}}).encode(), "The mistake is at: chat."),
    ],
)
async def test_a_bad_file_is_answered_with_what_is_wrong(house, data, said):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "", document=("f", data))
    await house.says(user.id, said)
    assert await house.followed(user.id) == []


async def test_a_file_that_telegram_does_not_give_is_asked_for_again(house):
    user = house.world.add_user("Wei")
    house.server.faults.add(Fault(Act.STATUS, When.BEFORE, method="getFile", status=500))
    house.world.say(user.id, user.id, "", document=("f", b"x"))
    await house.says(user.id, "Telegram did not give me the file")


async def test_a_full_chat_takes_what_fits_and_says_so(house, police):
    user = house.world.add_user("Wei")
    house.lookout.known[police.url] = Found((police,))
    house.lookout.full = True
    file = {"account": {"kind": "weibo", "key": police.key, "name": "", "url": police.url}}
    whole = {"tocsin": "chat", "version": 1, "chat": {"telegram_id": 7, "kind": "private", "subscriptions": [file]}}
    await imported(house, user, ("x.json", json.dumps(whole).encode()))
    assert str(MOST_SUBSCRIPTIONS) in (await house.says(user.id, "Done.")).text


async def test_in_a_group_a_file_is_answered_with_the_command_by_administrators_alone(house, weather):
    owner, member = house.world.add_user("Wei"), house.world.add_user("Ana")
    group = house.world.add_supergroup("Neighbours", owner.id, members=(member.id,), forum=True)
    topic = house.world.add_topic(group.id, "Weather")
    opml = f'<opml><body><outline text="W" xmlUrl="{FEED}"/></body></opml>'.encode()
    there = house.world.say(group.id, member.id, "", document=("f.opml", opml), thread_id=topic.thread_id)
    where = {"thread_id": topic.thread_id, "reply_to": there.message_id}
    house.world.say(group.id, member.id, "/import", **where)
    await house.says(group.id, "Only administrators")
    house.world.say(group.id, owner.id, "/import", **where)
    asked = await house.says(group.id, "In this file: 1")
    assert "This holds for this topic." in asked.text
    query = house.world.press(group.id, member.id, asked.message_id, label="Follow them here")
    assert (await house.answer_to(query)).alert
    house.world.press(group.id, owner.id, asked.message_id, label="Follow them here")
    await house.says(group.id, "Followed now: 1")
    assert [each.account for each in await house.followed(group.id, topic.thread_id)] == [weather]
    house.world.say(group.id, member.id, "/export", thread_id=topic.thread_id)
    await house.says(group.id, "Only administrators", 2)
    assert documents(house, group.id) == []


async def test_without_a_file_it_says_how(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/import")
    await house.says(user.id, "Send me the file that /export gave you")
    house.world.say(user.id, user.id, "/export")
    await house.says(user.id, "there is nothing to take along")


async def code_of(house, chat_id, user_id, thread_id=0):
    house.world.say(chat_id, user_id, "/move", thread_id=thread_id)
    told = await house.says(chat_id, "/move ")
    return told.text.rpartition("/move ")[2]


async def test_a_topics_subscriptions_move_to_a_channel_once_its_own_people_agree(house, police, weather):
    owner, member = house.world.add_user("Wei"), house.world.add_user("Ana")
    group = house.world.add_supergroup("Neighbours", owner.id, members=(member.id,), forum=True)
    topic = house.world.add_topic(group.id, "Weather")
    channel = house.world.add_channel("Village", member.id)
    await house.follow(group.id, police, ("暴雨",), topic.thread_id, kind="supergroup")
    await house.follow(group.id, weather, kind="supergroup")
    async with house.db.begin() as conn:
        chat, stored = await chats.get(conn, group.id), await accounts.by_key(conn, police.kind, police.key)
        await coverages.choose(conn, chat.id, topic.thread_id, stored.id, live=True)
    code = await code_of(house, group.id, owner.id, topic.thread_id)
    # whoever reads the code cannot take anything by it
    house.world.say(channel.id, member.id, f"/move {code}")
    await house.says(channel.id, "I have asked the other chat")
    asked = await house.says(group.id, "The chat Village asks for everything that is followed here")
    assert asked.thread_id == topic.thread_id
    query = house.world.press(group.id, member.id, asked.message_id, label="Move it there")
    assert (await house.answer_to(query)).alert
    assert len(await house.followed(group.id)) == 2
    house.world.press(group.id, owner.id, asked.message_id, label="Move it there")
    await house.says(group.id, "Moved to Village: 1.")
    await house.says(channel.id, "Taken over from another chat, and followed here from now on: 1.")
    [moved] = await house.followed(channel.id)
    assert (moved.account, moved.filter, moved.thread_id) == (police, '"暴雨"', 0)
    assert [each.account for each in await house.followed(group.id)] == [weather]
    async with house.db.read() as conn:
        assert await coverages.of_place(conn, (await chats.get(conn, channel.id)).id, 0) == {stored.id}
    # and the code is used up
    house.world.say(channel.id, member.id, f"/move {code}")
    await house.says(channel.id, "This code is not good")


async def test_what_is_not_agreed_to_stays(house, police):
    giver, taker = house.world.add_user("Wei"), house.world.add_user("Ana")
    await house.follow(giver.id, police)
    house.world.say(taker.id, taker.id, f"/move {await code_of(house, giver.id, giver.id)}")
    asked = await house.says(giver.id, "The chat a private chat asks")
    house.world.press(giver.id, giver.id, asked.message_id, label="Keep it here")
    await house.says(giver.id, "It stays here.")
    await house.says(taker.id, "The other chat keeps what it follows.")
    assert len(await house.followed(giver.id)) == 1


async def test_codes_of_the_same_chat_forged_and_stale_ones_move_nothing(house, police, clock, day):
    giver, taker = house.world.add_user("Wei"), house.world.add_user("Ana")
    await house.follow(giver.id, police)
    house.world.say(giver.id, giver.id, f"/move {await code_of(house, giver.id, giver.id)}")
    await house.says(giver.id, "from this very chat")
    stale = await code_of(house, giver.id, giver.id)
    clock.now += day
    for count, bad in enumerate((stale, "nonsense code", "AAAAAAAAAAAA"), 1):
        house.world.say(taker.id, taker.id, f"/move {bad}")
        await house.says(taker.id, "This code is not good", count)
    assert len(await house.followed(giver.id)) == 1


async def test_a_subscriptions_own_way_moves_along_and_what_holds_for_the_chat_stays(house, police):
    giver, taker = house.world.add_user("Wei"), house.world.add_user("Ana")
    own = await house.follow(giver.id, police)
    async with house.db.begin() as conn:
        there = (await chats.get(conn, giver.id)).id
        await manners.set_own(conn, there, own, Own(Telling(Way.DAILY, 480)))
        await manners.save(conn, there, 0, Manners("UTC", Telling(Way.HOURLY)))
    house.world.say(taker.id, taker.id, f"/move {await code_of(house, giver.id, giver.id)}")
    asked = await house.says(giver.id, "asks for everything")
    house.world.press(giver.id, giver.id, asked.message_id, label="Move it there")
    await house.says(giver.id, "Moved to ")
    async with house.db.read() as conn:
        here = (await chats.get(conn, taker.id)).id
        assert list((await manners.own_of_place(conn, here, 0)).values()) == [Own(Telling(Way.DAILY, 480))]
        assert await manners.of_place(conn, here, 0) == Manners()
        assert await manners.of_place(conn, there, 0) == Manners("UTC", Telling(Way.HOURLY))


async def test_nothing_moves_to_a_chat_that_was_forgotten_meanwhile(house, police):
    giver, taker = house.world.add_user("Wei"), house.world.add_user("Ana")
    await house.follow(giver.id, police)
    house.world.say(taker.id, taker.id, f"/move {await code_of(house, giver.id, giver.id)}")
    asked = await house.says(giver.id, "asks for everything")
    async with house.db.begin() as conn:
        await forgetting.forget(conn, (await chats.get(conn, taker.id)).id, house.lookout.clock())
    house.world.press(giver.id, giver.id, asked.message_id, label="Move it there")
    await house.says(giver.id, "Nothing was moved.")
    assert len(await house.followed(giver.id)) == 1


async def test_more_than_a_chat_may_follow_is_not_moved(house, police, monkeypatch):
    monkeypatch.setattr("bot.store.moving.MOST_SUBSCRIPTIONS", 1)
    giver, taker = house.world.add_user("Wei"), house.world.add_user("Ana")
    await house.follow(giver.id, police)
    await house.follow(taker.id, replace(police, key="1"))
    house.world.say(taker.id, taker.id, f"/move {await code_of(house, giver.id, giver.id)}")
    asked = await house.says(giver.id, "asks for everything")
    house.world.press(giver.id, giver.id, asked.message_id, label="Move it there")
    await house.says(giver.id, "Nothing was moved.")
    assert len(await house.followed(giver.id)) == len(await house.followed(taker.id)) == 1


async def test_an_import_that_is_stopped_says_so(house, weather):
    user = house.world.add_user("Wei")
    house.lookout.gate.clear()
    opml = f'<opml><body><outline text="W" xmlUrl="{FEED}"/></body></opml>'.encode()
    await imported(house, user, ("f.opml", opml))
    await house.says(user.id, "Looking them up … 0 of 1")
    async with asyncio.timeout(10):
        while not house.lookout.asked:
            await asyncio.sleep(0)
    await house.chat._errands.stop(5)
    await house.says(user.id, "I was interrupted. Please send the file again")


async def test_a_pause_without_end_is_shown_as_long_as_it_will_be_and_hours_are_not_none(house, police):
    user = house.world.add_user("Ana")
    await house.follow(house.world.add_user("Wei").id, police)
    quiet = {"begins": 60, "ends": 120, "least": "Severe"}
    endless = {"until": "9999-12-31T23:59:59+00:00", "whole": True}
    wish = wish_of(police, pause=endless, quiet=quiet, restless=True)
    asked = await imported(house, user, one_chat(wish, manners=[{"topic": 0, "zone": "UTC+8"}]))
    until = house.lookout.clock() + timedelta(days=60)
    assert "paused until 19 Sept 2012, 12:00 UTC+8" in asked.text
    assert "no quiet hours" not in asked.text
    await house.says(user.id, "Done.")
    async with house.db.read() as conn:
        here = (await chats.get(conn, user.id)).id
        [own] = (await manners.own_of_place(conn, here, 0)).values()
    assert own == Own(quiet=Quiet(60, 120), pause=Pause(until, whole=True))
