"""What people do besides commands in the chats of the matrix: buttons under an alert, locations, files, inline queries; what
each does in the database and in the chat, and that nothing happens where somebody may not.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from matrix import LANGUAGES, PLACES, patterns, town_of
from publishing import serving

from bot.chat.buttons import MENU
from bot.demo.botapi.records import Message
from bot.demo.site.site import POLICE
from bot.locales import phrases

TITLE = "Storm at the river"
ORANGE = "北京市气象台发布暴雨橙色预警信号。"
TIANANMEN = {"latitude": 39.90872, "longitude": 116.39748}
#: What rainstorms are called by whoever asks.
RAIN = {"en": "rainstorm", "zh-Hans": "暴雨", "ar": "أمطار"}


def storm(number: int) -> str:
    """A CAP alert with an area, in force now."""
    now = datetime.now(UTC).replace(microsecond=0)
    return (
        '<alerts><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">'
        f"<identifier>N{number}</identifier><sender>a@agency.test</sender><sent>{now.isoformat()}</sent>"
        "<status>Actual</status><msgType>Alert</msgType><scope>Public</scope>"
        "<info><language>en</language><category>Met</category><event>Storm</event><urgency>Immediate</urgency>"
        "<severity>Severe</severity><certainty>Observed</certainty>"
        f"<expires>{(now + timedelta(hours=6)).isoformat()}</expires><headline>{TITLE if number else 'Calm'}</headline>"
        "<area><areaDesc>Berlin</areaDesc><polygon>52,13 53,13 53,14 52,13</polygon></area></info></alert></alerts>"
    )


@pytest.fixture(scope="module")
async def town(tmp_path_factory):
    """All chats follow an agency too, and have its alert and one of the police."""
    async with serving() as agency, town_of(tmp_path_factory.mktemp("town")) as town:
        agency.put("/cap", storm(0), Content_Type="application/xml")
        for chat in town.chats.values():
            said = await town.say(chat, f"/subscribe {agency.url('/cap')}", owner=True)
            await town.says(chat, patterns(chat.tag, ("subscribe.done",)), said)
        agency.put("/cap", storm(1), Content_Type="application/xml")
        town.site.weibo_post(POLICE, ORANGE)
        for chat in town.chats.values():
            await town.says(chat, TITLE, 0)
            await town.says(chat, ORANGE, 0)
        yield town


def labels(message: Message) -> list[str]:
    return [key.label for row in message.now.keyboard for key in row]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("tag", LANGUAGES)
async def test_an_alert_is_mapped_and_muted_by_its_buttons(town, tag, place):
    chat, says = town.chats[tag, place], phrases(tag)
    alert, before = await town.says(chat, TITLE, 0), await town.held(chat)
    mute, unmute = says("button.mute_event"), says("button.unmute_event")
    assert {says("button.map"), says("button.share")} <= set(labels(alert))
    # in a channel anybody could mute for all its readers
    assert (mute in labels(alert)) == (place != "channel")
    assert len(alert.now.keyboard) <= 3
    assert all(len(row) <= 2 for row in alert.now.keyboard)

    # anybody may look at the larger map
    await town.press(chat, alert, chat.user, label=says("button.map"))
    larger = await town.says(chat, patterns(tag, ("map.area",)), alert.message_id)
    assert larger.now.picture is not None
    assert (larger.reply_to, larger.silent) == (alert.message_id, True)
    if place == "channel":
        return
    if not chat.may:
        answer = await town.press(chat, alert, chat.user, label=mute)
        assert answer.text == says("common.only_administrators")
        assert await town.held(chat) == before
    answer = await town.press(chat, alert, chat.owner, label=mute)
    assert patterns(tag, ("muted.done",))[0].fullmatch(answer.text)
    await town.telegram.wait_for(lambda: unmute in labels(alert), 20)
    assert await town.held(chat) == replace(before, mutes=1)
    answer = await town.press(chat, alert, chat.owner, label=unmute)
    assert answer.text == says("muted.undone")
    await town.telegram.wait_for(lambda: mute in labels(alert), 20)
    assert await town.held(chat) == before


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("tag", LANGUAGES)
async def test_an_alert_is_shared_and_found_by_inline_queries(town, tag, place):
    chat, world = town.chats[tag, place], town.telegram.world
    alert, before = await town.says(chat, ORANGE, 0), await town.held(chat)
    share = next(key for row in alert.now.keyboard for key in row if key.label == phrases(tag)("button.share"))
    # the copy is in the language of whoever shares it, wherever it is sent
    for words in (share.inline, RAIN[tag]):
        query = world.ask_inline(chat.user, words)
        answer = await town.telegram.wait_for(lambda query=query: query.answer, 20)
        [result] = [each for each in answer.results if ORANGE in each.styled.text]
        copy = world.choose(query, result.id, chat.id)
        assert all(each.search(copy.text) for each in patterns(tag, ("inline.as_of",))), copy.text
    query = world.ask_inline(chat.user, "earthquake")
    answer = await town.telegram.wait_for(lambda: query.answer, 20)
    assert answer.results == ()
    assert answer.button == phrases(tag)("inline.nothing")
    assert await town.held(chat) == before


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("tag", LANGUAGES)
async def test_a_location_is_a_place_where_it_is_meant_for_the_bot(town, tag, place):
    chat, world, says = town.chats[tag, place], town.telegram.world, phrases(tag)
    before = await town.held(chat)
    said = await town.say(chat, "/place", owner=True)
    asked = await town.says(chat, patterns(tag, ("place.none",)), said)

    async def located(user: int, reply_to: int = 0) -> int:
        message = world.say(chat.id, user, "", location=TIANANMEN, thread_id=chat.thread_id, reply_to=reply_to)
        return message.message_id

    async def nothing_happened() -> None:
        # updates of a chat are taken in order: what comes next is answered after it
        said = await town.say(chat, "/help")
        await town.says(chat, patterns(tag, ("help.text",)), said)
        assert await town.held(chat) == before

    if place != "private":
        await located(chat.owner)
        await nothing_happened()
    if place == "channel":
        # a message in a channel does not say whose it is, nor does an answer to it
        await located(chat.owner, asked.message_id)
        await nothing_happened()
        return
    if not chat.may:
        said = await located(chat.user, asked.message_id)
        await town.says(chat, says("common.only_administrators"), said)
        assert await town.held(chat) == before
    said = await located(chat.owner, 0 if place == "private" else asked.message_id)
    shown = await town.says(chat, patterns(tag, ("place.set", "place.shown")), said)
    assert await town.held(chat) == replace(before, places=1)
    [remove] = [key.data for key in world.buttons(chat.id, shown.message_id) if key.data.startswith("px:")]
    if not chat.may:
        answer = await town.press(chat, shown, chat.user, data=remove)
        assert answer.text == says("common.only_administrators")
    answer = await town.press(chat, shown, chat.owner, data=remove)
    assert answer.text == says("place.removed")
    assert await town.held(chat) == before


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("tag", LANGUAGES)
async def test_what_was_sent_as_a_file_is_followed_again_from_it(town, tag, place):
    chat, world, says = town.chats[tag, place], town.telegram.world, phrases(tag)
    before = await town.held(chat)
    said = await town.say(chat, "/settings", owner=True)
    menu = await town.says(chat, patterns(tag, ("settings.how",)), said)
    await town.press(chat, menu, chat.owner, data=f"{MENU}:export")
    await town.press(chat, menu, chat.owner, label=says("export.send"))
    exported = await town.says(chat, patterns(tag, ("export.whole",)), menu.message_id)
    file = (exported.now.document.name, exported.now.document.data)

    said = await town.say(chat, f"/unsubscribe {POLICE}", owner=True)
    await town.says(chat, patterns(tag, ("unsubscribe.done",)), said)
    left = await town.held(chat)
    assert len(left.followed) == len(before.followed) - 1

    def sent(user: int) -> int:
        caption = "" if place == "private" else "/import"
        return world.say(chat.id, user, caption, document=file, thread_id=chat.thread_id).message_id

    if not chat.may:
        await town.says(chat, says("common.only_administrators"), sent(chat.user))
        assert await town.held(chat) == left
    asked = await town.says(chat, patterns(tag, ("import.shown",)), sent(chat.owner))
    assert await town.held(chat) == left
    if not chat.may:
        answer = await town.press(chat, asked, chat.user, label=says("import.yes"))
        assert answer.text == says("common.only_administrators")
    await town.press(chat, asked, chat.owner, label=says("import.yes"))
    await town.telegram.wait_for(lambda: patterns(tag, ("import.done",))[0].search(asked.text), 20)
    assert sorted((await town.held(chat)).followed) == sorted(before.followed)
