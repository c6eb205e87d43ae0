"""The bot is away for seven hours: twenty posts come as one quiet message, and an alert that still holds rings."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from bot.demo.botapi.faults import Act, Fault
from bot.store.tables import deliveries, posts, site_state

UID = "1288915263"
AWAY = timedelta(hours=7)
#: Every time that is kept of a post and of a delivery.
POST_TIMES = (posts.c.first_seen_at, posts.c.published_at, posts.c.news_at)
DELIVERY_TIMES = (deliveries.c.queued_at, deliveries.c.not_before, deliveries.c.expires_at)


async def queued(db, count):
    """Wait until so many new posts wait for the chat."""
    async with asyncio.timeout(30):
        while True:
            async with db.read() as conn:
                rows = await conn.execute(select(deliveries.c.state).where(deliveries.c.op == "send"))
                states = list(rows.scalars())
            if len(states) == count and set(states) == {"queued"}:
                return
            await asyncio.sleep(0.05)


async def pass_time(db, by):
    """What lies in the database happened so much earlier, and no rest that Telegram asked for is left."""
    async with db.begin() as conn:
        for table, columns in ((posts, POST_TIMES), (deliveries, DELIVERY_TIMES)):
            for row in (await conn.execute(select(table.c.id, *columns))).all():
                moved = {column.name: at - by for column, at in zip(columns, row[1:], strict=True) if at is not None}
                await conn.execute(update(table).where(table.c.id == row.id).values(**moved))
        await conn.execute(delete(site_state).where(site_state.c.site == "telegram"))


@pytest.mark.filterwarnings("ignore:.*retry_after")  # PTB warns of its own attribute
async def test_after_seven_hours_away_a_chat_gets_one_sum_and_the_alert_that_still_holds_rings(whole, db):
    reader = whole.reader()
    async with whole.running():
        await whole.ask(reader, f"/subscribe {UID}", "is followed here now")
        await whole.ask(reader, f"/subscribe {whole.site_url}/cap/index.atom", "is followed here now")
        # Telegram takes nothing more for this chat, and says so
        whole.telegram.faults.add(
            Fault(Act.FLOOD, method="sendMessage", chat_id=reader, retry_after=3600, times=None)
        )
        before = len(whole.texts(reader))
        for n in range(1, 21):
            whole.site.weibo_post(UID, f"第{n}条：请注意安全")
            if n % 10 == 0:  # as many as one page of the site shows
                await queued(db, n)
        whole.site.cap_alert(severity="Severe", hours=24, event_en="Flash flood warning")
        await queued(db, 21)
    await pass_time(db, AWAY)
    whole.telegram.faults.clear()
    async with whole.running():
        await whole.until(reader, "While I was away")
        await whole.until(reader, "Flash flood warning")
        whole.site.weibo_post(UID, "回来之后的一条")
        await whole.until(reader, "回来之后的一条")
    alert, away, fresh = whole.telegram.world.said_by_bot(reader)[before:]
    assert "Flash flood warning" in alert.text
    assert "ring as new: 20" in away.text
    assert "第20条" in away.text
    assert "回来之后的一条" in fresh.text
    assert [message.silent for message in (alert, away, fresh)] == [False, True, False]
