"""Buttons under an alert and inline queries, the whole program over HTTP: pressed, edited, killed, shared, found."""

import pytest
from processes import Program, sends_here
from sqlalchemy import func, select

from bot.demo.botapi.faults import Act, Fault
from bot.store.tables import mutes

UID = "1288915263"
ORANGE = "北京市气象台发布暴雨橙色预警信号。"
#: Language: the labels of mute, unmute and share, and what a press is answered.
SPOKEN = {
    "en": ("Mute this event", "Unmute", "Share", "Muted until"),
    "zh-hans": ("静音此事件", "取消静音", "分享", "已静音至"),
    "ar": ("كتم هذا الحدث", "إلغاء الكتم", "مشاركة", "كُتم حتى"),
}


def labels(message):
    return [key.label for row in message.now.keyboard for key in row]


async def alert(whole, chat, words=ORANGE):
    """The message that says these words."""
    await whole.until(chat, words)
    return next(m for m in whole.telegram.world.said_by_bot(chat) if words in m.text and m.now.keyboard)


async def pressed(whole, chat, user, message, label):
    query = whole.telegram.world.press(chat, user, message.message_id, label=label)
    return await whole.telegram.wait_for(lambda: query.answer, 20)


async def asked(whole, user, text):
    query = whole.telegram.world.ask_inline(user, text)
    return await whole.telegram.wait_for(lambda: query.answer and query, 20)


async def muted(db):
    async with db.read() as conn:
        return (await conn.execute(select(func.count()).select_from(mutes))).scalar_one()


@pytest.mark.parametrize("language", SPOKEN)
async def test_an_alert_is_muted_edited_unmuted_shared_and_found(whole, db, language):
    mute, unmute, share, said = SPOKEN[language]
    world = whole.telegram.world
    reader = world.add_user("Reader", language=language, started=False).id
    friend = world.add_user("Friend", language="en").id
    async with whole.running():
        world.say(reader, reader, f"/subscribe {UID}")
        await whole.telegram.wait_for(lambda: "平安北京" in "".join(whole.texts(reader)), 20)
        post = whole.site.weibo_post(UID, ORANGE)
        message = await alert(whole, reader)
        assert labels(message)[-2:] == [mute, share]
        assert all(len(row) <= 2 for row in message.now.keyboard)
        answer = await pressed(whole, reader, reader, message, mute)
        assert answer.text.startswith(said)
        assert await muted(db) == 1
        await whole.telegram.wait_for(lambda: unmute in labels(message), 20)
        # an edit keeps the buttons as they are
        whole.site.edit(post, f"{ORANGE}请注意防范。")
        await whole.telegram.wait_for(lambda: "请注意防范" in message.text, 20)
        assert labels(message)[-2:] == [unmute, share]
        await pressed(whole, reader, reader, message, unmute)
        await whole.telegram.wait_for(lambda: mute in labels(message), 20)
        assert await muted(db) == 0
        key = next(key for row in message.now.keyboard for key in row if key.label == share)
        query = await asked(whole, reader, key.inline)
        (result,) = query.answer.results
        assert ORANGE in world.choose(query, result.id, friend).text
        assert len((await asked(whole, friend, "rainstorm level:orange")).answer.results) == 1
        assert (await asked(whole, friend, "earthquake")).answer.results == ()
    assert whole.telegram.violations == {}


async def test_killed_between_the_press_and_its_answer_it_is_muted_once_and_the_button_shows_it(whole, db, tmp_path):
    world = whole.telegram.world
    reader = whole.reader()
    first = await Program(whole.environment, tmp_path / "first.log").start()
    second = Program(whole.environment, tmp_path / "second.log")
    try:
        await first.stands(sends_here)
        await whole.ask(reader, f"/subscribe {UID}", "is followed here now")
        whole.site.weibo_post(UID, ORANGE)
        message = await alert(whole, reader)
        whole.telegram.faults.add(Fault(Act.DELAY, method="answerCallbackQuery", seconds=60))
        query = world.press(reader, reader, message.message_id, label="Mute this event")
        await whole.telegram.wait_for(lambda: whole.telegram.faults.struck, 20)
        await first.kill()
        assert query.answer is None
        await second.start()
        await second.stands(sends_here)
        await whole.telegram.wait_for(lambda: "Unmute" in labels(message), 20)
        assert await muted(db) == 1
    finally:
        await first.kill()
        await second.kill()


async def test_in_a_group_a_topic_and_a_channel(whole, db):
    world = whole.telegram.world
    owner, member = world.add_user("Owner").id, world.add_user("Member").id
    forum = world.add_supergroup("Forum", owner, members=(member,), forum=True)
    topic = world.add_topic(forum.id, "Storm").thread_id
    channel = world.add_channel("News", owner).id
    async with whole.running():
        world.say(forum.id, owner, f"/subscribe {UID}", thread_id=topic)
        await whole.until(forum.id, "is followed here now")
        world.say(channel, owner, f"/subscribe {UID}")
        await whole.until(channel, "is followed here now")
        whole.site.weibo_post(UID, ORANGE)
        there, here = await alert(whole, forum.id), await alert(whole, channel)
        assert "Mute this event" in labels(there)
        assert [label for label in labels(here) if "ute" in label] == []
        assert "Share" in labels(here)
        assert "Only administrators" in (await pressed(whole, forum.id, member, there, "Mute this event")).text
        assert await muted(db) == 0
        assert (await pressed(whole, forum.id, owner, there, "Mute this event")).text.startswith("Muted until")
        assert await muted(db) == 1
    assert whole.telegram.violations == {}


async def test_without_inline_mode_no_button_begins_a_query(whole):
    whole.telegram.state.inline = False
    reader = whole.reader()
    async with whole.running():
        await whole.ask(reader, f"/subscribe {UID}", "is followed here now")
        whole.site.weibo_post(UID, ORANGE)
        assert "Share" not in labels(await alert(whole, reader))
