"""/settings: one message that changes in place, each page with its way back, pressed only by those who may."""

from sqlalchemy import select

from bot.chat.buttons import MENU
from bot.chat.commands.manner_pages import PAGES
from bot.chat.commands.settings import ENTRIES
from bot.chat.manners import way_label
from bot.chat.typed import way_of
from bot.locales import available, phrases
from bot.store.tables import briefings, chats, manners


async def opened(house, chat, user, words="Settings", thread_id=0):
    house.world.say(chat, user, "/settings", thread_id=thread_id)
    return await house.says(chat, words)


async def pressed(house, user, menu, **which):
    query = house.world.press(menu.chat_id, user, menu.message_id, **which)
    return await house.answer_to(query)


def data_of(house, menu):
    return [key.data for key in house.world.buttons(menu.chat_id, menu.message_id)]


async def test_each_entry_opens_in_place_and_leads_back(house, police):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    menu = await opened(house, user.id, user.id)
    first = menu.text
    for entry in ENTRIES:
        await pressed(house, user.id, menu, data=f"{MENU}:{entry.opens}")
        assert menu.text != first, entry
        assert data_of(house, menu)[-1] == MENU, entry
        await pressed(house, user.id, menu, data=MENU)
        assert menu.text == first, entry
    assert len(house.world.said_by_bot(user.id)) == 1


async def test_pages_that_have_nothing_to_show_lead_back_too(house):
    user = house.world.add_user("Wei")
    menu = await opened(house, user.id, user.id)
    for page, empty in (("followed", "list.empty"), ("live", "list.empty"), ("export", "export.empty")):
        await pressed(house, user.id, menu, data=f"{MENU}:{page}")
        assert menu.text == phrases("en")(empty)
        await pressed(house, user.id, menu, data=MENU)
    assert len(house.world.said_by_bot(user.id)) == 1


async def test_what_is_chosen_on_a_page_holds_and_the_way_back_stays(house):
    user = house.world.add_user("Wei")
    menu = await opened(house, user.id, user.id)
    await pressed(house, user.id, menu, data=f"{MENU}:digest")
    await pressed(house, user.id, menu, label="08:00")
    assert data_of(house, menu)[-1] == MENU
    await pressed(house, user.id, menu, data=MENU)
    await pressed(house, user.id, menu, data=f"{MENU}:order")
    answer = await pressed(house, user.id, menu, label="Original first")
    assert answer.text == phrases("en")("order.original")
    assert [key.label for key in house.world.buttons(user.id, menu.message_id)][:2] == [
        "✓ Original first",
        "Translation first",
    ]
    await pressed(house, user.id, menu, data=MENU)
    await pressed(house, user.id, menu, data=f"{MENU}:language")
    await pressed(house, user.id, menu, label="简体中文")
    await pressed(house, user.id, menu, label=phrases("zh-Hans")("settings.back"))
    assert menu.text.startswith("设置")
    async with house.db.read() as conn:
        assert (await conn.execute(select(briefings.c.hour))).scalars().all() == [8]
        assert (await conn.execute(select(chats.c.original_first, chats.c.language))).one() == (True, "zh-Hans")


async def test_after_everything_is_forgotten_nothing_leads_back(house):
    user = house.world.add_user("Wei")
    menu = await opened(house, user.id, user.id)
    await pressed(house, user.id, menu, data=f"{MENU}:forget")
    await pressed(house, user.id, menu, label="Keep it")
    assert data_of(house, menu) == [MENU]
    await pressed(house, user.id, menu, data=MENU)
    await pressed(house, user.id, menu, data=f"{MENU}:forget")
    await pressed(house, user.id, menu, label="Delete everything")
    assert menu.text == phrases("en")("forget.done")
    assert data_of(house, menu) == []
    assert await house.chat_row(user.id) is None


async def test_only_administrators_open_it_and_press_in_it(house):
    owner, member = house.world.add_user("Wei"), house.world.add_user("Ana")
    group = house.world.add_supergroup("Street", owner.id, members=(member.id,))
    house.world.say(group.id, member.id, "/settings")
    assert await house.says(group.id, "Only administrators")
    menu = await opened(house, group.id, owner.id)
    first = menu.text
    answer = await pressed(house, member.id, menu, data=f"{MENU}:forget")
    assert answer.alert
    assert answer.text == phrases("en")("common.only_administrators")
    assert menu.text == first


async def test_a_command_outside_of_the_menu_gets_no_way_back(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/digest")
    shown = await house.says(user.id, "Choose an hour")
    await pressed(house, user.id, shown, label="08:00")
    assert MENU not in data_of(house, shown)


def test_the_buttons_fit_a_phone_in_every_language():
    # two in a row: about 24 letters each; Chinese characters are twice as broad
    for tag in available():
        for entry in ENTRIES:
            assert breadth(phrases(tag)(entry.label)) <= 26, (tag, entry)
        for way in filter(None, map(way_of, PAGES["notify"].offered)):
            assert breadth(way_label(way, phrases(tag))) <= 26, (tag, way)
        for key in ("off", "default", "resume", "unmute"):
            assert breadth(phrases(tag)(f"manners.button_{key}")) <= 26, (tag, key)


def breadth(label):
    return sum(2 if ord(char) > 0x2E80 else 1 for char in label)


async def test_how_posts_come_is_chosen_by_buttons_and_each_choice_leads_back(house):
    owner, member = house.world.add_user("Wei"), house.world.add_user("Ana")
    group = house.world.add_supergroup("Street", owner.id, members=(member.id,))
    menu = await opened(house, group.id, owner.id)

    async def chosen(page, label):
        await pressed(house, owner.id, menu, data=f"{MENU}:{page}")
        await pressed(house, owner.id, menu, label=label)
        assert data_of(house, menu)[-1] == MENU
        text = menu.text
        await pressed(house, owner.id, menu, data=MENU)
        return text

    assert "every hour" in await chosen("notify", "Hourly summary")
    assert "22:00 to 07:00" in await chosen("quiet", "22:00–07:00")
    assert "Extreme" in await chosen("pause", "8 h")
    await pressed(house, owner.id, menu, data=f"{MENU}:pause")
    answer = await pressed(house, member.id, menu, label="End the pause")
    assert answer.alert
    assert answer.text == phrases("en")("common.only_administrators")
    async with house.db.read() as conn:
        row = (await conn.execute(select(manners.c.telling, manners.c.quiet_begins, manners.c.paused_until))).one()
    assert (row.telling, row.quiet_begins) == ("hourly", 1320)
    assert row.paused_until is not None
    await pressed(house, owner.id, menu, label="End the pause")
    assert "No quiet hours" not in menu.text
    await pressed(house, owner.id, menu, data=MENU)
    await chosen("quiet", "No quiet hours")
    async with house.db.read() as conn:
        row = (await conn.execute(select(manners.c.quiet_begins, manners.c.paused_until))).one()
    assert tuple(row) == (None, None)


async def test_files_are_sent_from_the_menu_only_after_a_second_press_of_whoever_may(house, police):
    owner, member = house.world.add_user("Wei"), house.world.add_user("Ana")
    forum = house.world.add_supergroup("Street", owner.id, members=(member.id,), forum=True)
    topic = house.world.add_topic(forum.id, "Weather").thread_id
    await house.follow(forum.id, police, kind="supergroup")
    menu = await opened(house, forum.id, owner.id, thread_id=topic)

    def files():
        return [m for m in house.world.said_by_bot(forum.id) if m.now.document]

    await pressed(house, owner.id, menu, data=f"{MENU}:export")
    assert menu.text == phrases("en")("export.how")
    assert files() == []
    answer = await pressed(house, member.id, menu, label="Send the file here")
    assert answer.text == phrases("en")("common.only_administrators")
    assert files() == []
    await pressed(house, owner.id, menu, label="Send the file here")
    [file] = files()
    assert (file.now.document.name, file.thread_id) == ("tocsin-chat.json", topic)
    assert police.key.encode() in file.now.document.data
    # nothing is followed any more: there is no file, and the page says so
    house.world.say(forum.id, owner.id, f"/unsubscribe {police.key}")
    await house.says(forum.id, "is no longer followed here")
    await pressed(house, owner.id, menu, label="Send the file here")
    assert menu.text == phrases("en")("export.empty")
    assert data_of(house, menu) == [MENU]
    assert len(files()) == 1
