"""Quiet hours and pauses through the whole program: what comes meanwhile waits, survives a restart and comes as one message."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from bot.delivery import briefer
from bot.store.tables import deliveries, manners

UID = "1288915263"
#: By language: followed; paused; what was held back; the end of the pause.
SAID = {
    "en": ("is followed here now", "Paused until", "What was held back", "The pause is over"),
    "zh-Hans": ("现在开始关注", "已暂停到", "先前留着的消息", "暂停已结束"),
    "ar": ("تجري الآن متابعة", "إيقاف مؤقت حتى", "ما كان مؤجلًا", "انتهى الإيقاف المؤقت"),
}


async def deferred(db, count):
    async with asyncio.timeout(30):
        while True:
            async with db.read() as conn:
                found = select(func.count()).select_from(deliveries).where(deliveries.c.state == "deferred")
                if (await conn.execute(found)).scalar_one() == count:
                    return
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("language", SAID)
async def test_what_comes_in_a_pause_comes_at_its_end_and_extreme_danger_at_once(whole, db, language):
    followed, paused, held_back, over = SAID[language]
    reader = whole.telegram.world.add_user("Reader", language=language, started=False).id
    async with whole.running():
        whole.telegram.world.say(reader, reader, f"/subscribe {UID}")
        await whole.until(reader, "平安北京")
        await whole.ask(reader, f"/subscribe {whole.site_url}/cap/index.atom", followed)
        await whole.ask(reader, "/pause 2h", paused)
        before = len(whole.texts(reader))
        whole.site.weibo_post(UID, "第一条：请注意安全")
        await deferred(db, 1)
        whole.site.cap_alert(severity="Severe", hours=24, event_en="Flash flood warning")
        await deferred(db, 2)
        whole.site.cap_alert(severity="Extreme", hours=24, event_en="Tsunami warning")
        await whole.until(reader, "🔴")
        assert len(whole.texts(reader)) == before + 1
    # a restart in between
    async with whole.running():
        await whole.ask(reader, "/resume", over)
        await whole.until(reader, f"{held_back}\n")
        whole.site.weibo_post(UID, "第二条：请注意安全")
        await whole.until(reader, "第二条")
    messages = whole.telegram.world.said_by_bot(reader)
    (digest,) = [message for message in messages if message.text.startswith(f"{held_back}\n")]
    assert digest.text.index("🟠") < digest.text.index("第一条")
    assert not digest.silent


async def test_a_group_at_night_where_only_its_administrator_chose_the_hours(whole, db, monkeypatch):
    monkeypatch.setattr(briefer, "LOOK_SECONDS", 0.1)
    world = whole.telegram.world
    owner, member = world.add_user("Owner"), world.add_user("Member")
    group = world.add_supergroup("Neighbours", owner.id, forum=True)
    world.join(group.id, member.id)
    topic = world.add_topic(group.id, "Rain").thread_id
    now = datetime.now(UTC)
    begins, ends = (now - timedelta(hours=1)).strftime("%H:%M"), (now + timedelta(hours=2)).strftime("%H:%M")
    async with whole.running():
        world.say(group.id, member.id, f"/quiet {begins}-{ends} severe UTC", thread_id=topic)
        await whole.until(group.id, "Only administrators")
        world.say(group.id, owner.id, f"/subscribe {UID}", thread_id=topic)
        await whole.until(group.id, "is followed here now")
        world.say(group.id, owner.id, f"/quiet {begins}-{ends} severe UTC", thread_id=topic)
        await whole.until(group.id, f"Quiet hours: {begins} to {ends}")
        whole.site.weibo_post(UID, "夜里的一条")
        await deferred(db, 1)
        # the night is over
        async with db.begin() as conn:
            await conn.execute(update(manners).values(quiet_begins=None, quiet_ends=None))
            await conn.execute(update(deliveries).where(deliveries.c.state == "deferred").values(not_before=now))
        await whole.until(group.id, "What was held back")
    messages = world.said_by_bot(group.id)
    (digest,) = [message for message in messages if message.text.startswith("What was held back")]
    assert "夜里的一条" in digest.text
    assert digest.thread_id == topic
