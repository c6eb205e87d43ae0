"""/place and a location: what is set, chosen, changed and removed, in private, in company and in a topic."""

from dataclasses import replace

import pytest

from bot.locales import phrases
from bot.model.alert import Alert, Area, Certainty, Hazard, MsgType, Scope, Severity, Status, Urgency, Wording
from bot.model.delivery import Lane, Op, State
from bot.model.place import MOST_PLACES
from bot.store import accounts, chat_places, chats, deliveries, forgetting, posts
from bot.store.deliveries import Draft

SQUARE = ((39.0, 116.0), (40.0, 116.0), (40.0, 117.0), (39.0, 117.0), (39.0, 116.0))
TIANANMEN = {"latitude": 39.90872, "longitude": 116.39748}


async def held(house, telegram_id, thread_id=0):
    async with house.db.read() as conn:
        chat = await chats.get(conn, telegram_id)
        return list((await chat_places.of_chat(conn, chat.id, thread_id)).values()) if chat else []


def labels(message):
    return [key.label for row in message.now.keyboard for key in row]


@pytest.mark.parametrize(
    ("language", "set_", "shown"),
    [
        ("en", "The place is set.", "39.91, 116.40 (Beijing), 30 km around"),
        ("zh-CN", "地点已设置。", "39.91, 116.40 (Beijing)，周围 30 公里"),
        ("ar", "حُدِّد المكان.", "30 كم"),
    ],
)
async def test_a_location_is_set_rounded(house, language, set_, shown):
    user = house.world.add_user("Wei", language=language)
    house.world.say(user.id, user.id, "", location=TIANANMEN)
    message = await house.says(user.id, set_)
    assert shown in message.text
    [place] = await held(house, user.id)
    assert (place.latitude, place.longitude, place.radius_km) == (39.91, 116.40, 30.0)


async def test_of_a_live_location_the_first_point_is_taken_and_that_is_said(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "", location={**TIANANMEN, "live_period": 900})
    await house.says(user.id, "I took only the first point of your live location.")
    assert len(await held(house, user.id)) == 1


async def test_the_distance_around_a_point_is_a_button_or_is_typed(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "", location=TIANANMEN)
    message = await house.says(user.id, "The place is set.")
    assert labels(message)[:3] == ["10 km", "✓ 30 km", "100 km"]
    house.world.press(user.id, user.id, message.message_id, label="100 km")
    await house.server.wait_for(lambda: "✓ 100 km" in labels(message))
    assert [place.radius_km for place in await held(house, user.id)] == [100.0]
    house.world.say(user.id, user.id, "/place 45 km")
    await house.says(user.id, "45 km around")
    assert [place.radius_km for place in await held(house, user.id)] == [45.0]
    for wrong in ("/place 0 km", "/place Kyoto 1001 km"):
        house.world.say(user.id, user.id, wrong)
    await house.says(user.id, "The distance can be from 1 to 1,000 km.", count=2)
    assert [place.radius_km for place in await held(house, user.id)] == [45.0]


async def test_a_name_that_two_places_bear_is_chosen_by_button(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/place 朝阳区")
    message = await house.says(user.id, "Which one do you mean?")
    assert labels(message) == ["北京市朝阳区", "吉林省长春市朝阳区"]
    house.world.press(user.id, user.id, message.message_id, label="吉林省长春市朝阳区")
    await house.server.wait_for(lambda: "The place is set." in message.text)
    assert [place.unit for place in await held(house, user.id)] == [("吉林省", "长春市", "朝阳区")]


async def test_cities_of_one_name_are_told_apart_by_their_country(house):
    user = house.world.add_user("Ana", language="es")
    house.world.say(user.id, user.id, "/place London")
    message = await house.says(user.id, "¿Cuál quiere decir?")
    assert labels(message) == ["London, Reino Unido (51.5, -0.1)", "London, Canadá (43.0, -81.2)"]


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Kyoto 30 km", "35.02 135.75 30"),
        ("Beijing", "北京市"),
        ("宁波", "浙江省/宁波市"),
        ("北京 50公里", "39.91 116.40 50"),
        ("39.9, 116.4 15 km", "39.90 116.40 15"),
        ("-0.001, 179.999 15 km", "0.00 180.00 15"),
        ("Kyoto 20 miles", "35.02 135.75 33"),
        ("Paris, France", "48.85 2.35 30"),
    ],
)
async def test_a_name_is_set(house, typed, key):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, f"/place {typed}")
    await house.says(user.id, "The place is set.")
    assert [place.key for place in await held(house, user.id)] == [key]


async def test_a_number_alone_is_a_distance_and_no_name(house):
    """There is a part of Helsinki that is called 30."""
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/place 30")
    await house.says(user.id, "No place is set here")
    house.world.say(user.id, user.id, "/place Kyoto")
    await house.says(user.id, "The place is set.")
    house.world.say(user.id, user.id, "/place 70")
    await house.says(user.id, "70 km around")
    assert [place.key for place in await held(house, user.id)] == ["35.02 135.75 70"]


async def test_one_place_that_may_not_be_meant_is_asked_about(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/place Kyoto, Texas")
    message = await house.says(user.id, "Which one do you mean?")
    assert labels(message) == ["Kyoto, Japan (35.0, 135.8)"]
    assert await held(house, user.id) == []


async def test_a_name_that_nobody_knows_sets_nothing(house):
    user = house.world.add_user("Wei")
    for name in ("Shangri-Nowhere", "116.4, 39.9, 3", "139.9, 35.6", "x" * 3000):
        house.world.say(user.id, user.id, f"/place {name}")
    await house.says(user.id, "I know no place called", count=4)
    assert await held(house, user.id) == []


async def test_what_is_set_is_shown_and_removed(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/place")
    await house.says(user.id, "No place is set here: everything that is followed comes.")
    house.world.say(user.id, user.id, "/place 宁波")
    message = await house.says(user.id, "浙江省宁波市, all of it")
    assert labels(message) == ["Remove 浙江省宁波市"]
    house.world.press(user.id, user.id, message.message_id, label="Remove 浙江省宁波市")
    await house.server.wait_for(lambda: "No place is set here" in message.text)
    assert await held(house, user.id) == []


async def test_no_more_than_the_bound_can_be_set(house):
    user = house.world.add_user("Wei")
    for number in range(MOST_PLACES):
        house.world.say(user.id, user.id, f"/place {number}.5, 10")
    await house.says(user.id, "The place is set.", count=MOST_PLACES)
    house.world.say(user.id, user.id, "/place 50, 50")
    await house.says(user.id, "10 places can be set here. Please remove one first.")
    house.world.say(user.id, user.id, "/place 0.5, 10")  # it is there already
    await house.says(user.id, "The place is set.", count=MOST_PLACES + 1)
    assert len(await held(house, user.id)) == MOST_PLACES


async def test_in_a_group_an_administrator_sets_it_and_a_member_may_look(house):
    owner, member = house.world.add_user("Owner"), house.world.add_user("Member")
    group = house.world.add_supergroup("Neighbours", owner.id, members=(member.id,))
    house.world.say(group.id, member.id, "/place 宁波")
    await house.says(group.id, "Only administrators of this chat")
    house.world.say(group.id, member.id, "/place")
    shown = await house.says(group.id, "No place is set here")
    # people tell each other where they are; only an answer to the bot is meant for it
    house.world.say(group.id, owner.id, "", location=TIANANMEN)
    house.world.say(group.id, member.id, "", location=TIANANMEN, reply_to=shown.message_id)
    await house.says(group.id, "Only administrators of this chat", count=2)
    assert await held(house, group.id) == []
    house.world.say(group.id, owner.id, "", location=TIANANMEN, reply_to=shown.message_id)
    message = await house.says(group.id, "The place is set.")
    query = house.world.press(group.id, member.id, message.message_id, label="100 km")
    assert "Only administrators" in (await house.answer_to(query)).text
    assert [place.radius_km for place in await held(house, group.id)] == [30.0]


async def test_a_channel_sets_it_by_a_post(house):
    owner = house.world.add_user("Owner")
    channel = house.world.add_channel("Storms", owner.id)
    house.world.say(channel.id, 0, "/place 宁波")
    await house.says(channel.id, "The place is set.")
    assert len(await held(house, channel.id)) == 1


@pytest.mark.parametrize(
    ("language", "send", "reply", "write"),
    [
        ("en", "Send me", "Reply to this message with", "Write /place and a"),
        ("zh-Hans", "把位置发给我", "请用位置回复本消息", "请写 /place 加地名"),
        ("ar", "إرسال موقع إليّ", "الرد على هذه الرسالة بموقع", "يُرجى كتابة"),
    ],
)
async def test_how_a_place_is_set_is_said_as_it_is_heard_there(house, language, send, reply, write):
    owner = house.world.add_user("Owner", language=language)
    forum = house.world.add_supergroup("Town", owner.id, forum=True)
    topic = house.world.add_topic(forum.id, "Weather").thread_id
    rooms = [
        (owner.id, owner.id, 0, send),
        (house.world.add_supergroup("Neighbours", owner.id).id, owner.id, 0, reply),
        (forum.id, owner.id, topic, reply),
        (house.world.add_channel("Storms", owner.id).id, 0, 0, write),
    ]
    for chat, who, thread, told in rooms:
        house.world.say(chat, who, f"/language {language}", thread_id=thread)
        house.world.say(chat, who, "/place", thread_id=thread)
        shown = await house.says(chat, phrases(language)("place.none"))
        assert {each for each in (send, reply, write) if each in shown.text} == {told}


async def test_of_a_name_that_nobody_knows_the_way_that_is_heard_there_is_told(house):
    owner = house.world.add_user("Owner")
    group, channel = house.world.add_supergroup("Street", owner.id), house.world.add_channel("Storms", owner.id)
    for chat, who, said in (
        (owner.id, owner.id, "Send me its location, or write the name"),
        (group.id, owner.id, "Reply to this message with its location, or write /place and the name"),
        (channel.id, 0, "called Shangri-Nowhere. Write /place and the name"),
    ):
        house.world.say(chat, who, "/place Shangri-Nowhere")
        answer = await house.says(chat, said)
        if chat == group.id:
            # as it was told, it is heard
            house.world.say(chat, who, "", location=TIANANMEN, reply_to=answer.message_id)
            await house.says(chat, "The place is set.")
            assert len(await held(house, chat)) == 1


async def test_a_location_in_a_channel_is_no_place_of_it(house):
    owner = house.world.add_user("Owner")
    channel = house.world.add_channel("Storms", owner.id)
    house.world.say(channel.id, 0, "/place")
    shown = await house.says(channel.id, "No place is set here")
    house.world.say(channel.id, 0, "", location=TIANANMEN)
    house.world.say(channel.id, 0, "", location=TIANANMEN, reply_to=shown.message_id)
    house.world.say(channel.id, 0, "/place")
    await house.says(channel.id, "No place is set here", count=2)
    assert await held(house, channel.id) == []


async def test_a_topic_has_its_own(house):
    owner = house.world.add_user("Owner")
    forum = house.world.add_supergroup("Town", owner.id, forum=True)
    topic = house.world.add_topic(forum.id, "Weather")
    house.world.say(forum.id, owner.id, "/place 宁波", thread_id=topic.thread_id)
    await house.says(forum.id, "This holds for this topic.")
    assert (len(await held(house, forum.id, topic.thread_id)), await held(house, forum.id)) == (1, [])


@pytest.mark.parametrize("data", ["px:999", "px", "pa:1:30", "pa:1", "pa:x:y", "pc:nothing", "pc", f"px:{2**70}"])
async def test_a_button_that_is_none_of_ours_changes_nothing(house, data):
    user, other = house.world.add_user("Wei"), house.world.add_user("Ana")
    house.world.say(other.id, other.id, "/place 宁波")
    await house.says(other.id, "The place is set.")
    house.world.say(user.id, user.id, "/place")
    message = await house.says(user.id, "No place is set here")
    query = house.forge(message, user.id, data)
    assert "too old" in (await house.answer_to(query)).text
    assert (len(await held(house, other.id)), await held(house, user.id)) == (1, [])


async def test_privacy_names_it_and_forgetting_shows_and_deletes_it(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/privacy")
    await house.says(user.id, "the places that you set (a location only to 0.01 degree, about a kilometre)")
    house.world.say(user.id, user.id, "/place 宁波")
    await house.says(user.id, "The place is set.")
    house.world.say(user.id, user.id, "/forget")
    message = await house.says(user.id, "Places set here: 1")
    house.world.press(user.id, user.id, message.message_id, label="Delete everything")
    await house.server.wait_for(lambda: "is deleted" in message.text)
    async with house.db.read() as conn:
        assert not await chat_places.any_set(conn)
        assert (await forgetting.held(conn, 1)).places == 0


def drawn(post_of, account, number, areas):
    made = post_of(account, number)
    wording = Wording("en", event="Rainstorm", headline=f"Rainstorm {number}")
    hazard = Hazard(Urgency.IMMEDIATE, Severity.SEVERE, Certainty.LIKELY, (wording,), areas=areas)
    alert = Alert(
        "office", f"A{number}", made.published, "", Status.ACTUAL, MsgType.ALERT, Scope.PUBLIC, hazards=(hazard,)
    )
    return type(made)(**{name: getattr(made, name) for name in made.__dataclass_fields__} | {"alert": alert})


@pytest.mark.parametrize(
    ("language", "far", "unknown", "elsewhere"),
    [
        ("en", "does not touch your place", "no place kept it back", "somewhere else than your place"),
        ("zh-CN", "没有触及您的地点", "没有因地点而拦下", "针对的是别处"),
        ("ar", "لا تمس منطقته مكانك", "لم يحجبه أي مكان", "مكانًا آخر غير مكانك"),
    ],
)
async def test_whynot_says_when_a_place_decided(house, police, post_of, language, far, unknown, elsewhere):
    user = house.world.add_user("Wei", language=language)
    posts = [
        drawn(post_of, police, 1, (Area("Fangshan", polygons=(SQUARE,)),)),
        drawn(post_of, police, 2, (Area("the north"),)),
        drawn(post_of, police, 3, (Area("北京市", geocodes=(("GB/T 2260", "110000"),)),)),
    ]
    for post in posts:
        await house.wrote(police, post)
    house.world.say(user.id, user.id, "/place 30.0, 116.5 10 km")
    await house.server.wait_for(lambda: house.world.said_by_bot(user.id))
    await house.follow(user.id, police)
    house.world.say(user.id, user.id, f"/whynot {posts[0].url}")
    message = await house.says(user.id, far)
    assert any(km in message.text for km in ("994", "995", "996"))  # nine degrees
    house.world.say(user.id, user.id, "/place 宁波")
    await house.server.wait_for(lambda: len(house.world.said_by_bot(user.id)) > 2)
    house.world.say(user.id, user.id, f"/whynot {posts[2].url}")
    await house.says(user.id, elsewhere)
    house.world.say(user.id, user.id, f"/whynot {posts[1].url}")
    await house.server.wait_for(lambda: len(house.world.said_by_bot(user.id)) > 4)
    assert far not in house.world.said_by_bot(user.id)[-1].text


async def test_whynot_reads_the_place_in_a_title_as_the_decision_did(house, police, post_of):
    user = house.world.add_user("Wei")
    title = "北京市气象台2026年7月21日12时发布暴雨橙色预警信号"
    post = replace(post_of(police, 1), title=title, text="请注意防范。")
    await house.wrote(police, post)
    house.world.say(user.id, user.id, "/place 30.0, 116.5 10 km")
    await house.says(user.id, "The place is set.")
    await house.follow(user.id, police)
    house.world.say(user.id, user.id, f"/whynot {post.url}")
    await house.says(user.id, "does not touch your place")


@pytest.mark.parametrize(
    ("area", "said"),
    [
        (Area("Fangshan", polygons=(SQUARE,)), "It may concern your place 39.50, 116.50."),
        (Area("the north"), "Where it is meant for is not known, so no place kept it back."),
    ],
)
async def test_why_says_what_the_places_made_of_it(house, police, post_of, area, said):
    user = house.world.add_user("Wei")
    post = drawn(post_of, police, 1, (area,))
    await house.wrote(police, post)
    house.world.say(user.id, user.id, "/place 39.5, 116.5 10 km")
    brought = await house.says(user.id, "The place is set.")
    await house.follow(user.id, police)
    await arrived(house, (await house.chat_row(user.id)).id, post, brought.message_id)
    house.world.say(user.id, user.id, "/why", reply_to=brought.message_id)
    message = await house.says(user.id, said)
    assert "is followed here without a filter" in message.text


async def arrived(house, chat, post, message_id):
    """The delivery of a post that arrived as this message."""
    async with house.db.begin() as conn:
        account_id = (await accounts.by_key(conn, post.kind, post.account)).id
        known = (await posts.known(conn, account_id, [post.id]))[post.id]
        draft = Draft(chat, Op.SEND, Lane.ROUTINE, post_id=known.post_id, revision=1)
        delivery = await deliveries.enqueue_one(conn, draft, house.lookout.clock())
        parts = f'[{{"message_ids":[{message_id}],"form":"text"}}]'
        table = deliveries.deliveries
        await conn.execute(table.update().where(table.c.id == delivery).values(state=State.SENT.value, parts=parts))
