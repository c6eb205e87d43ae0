"""/situation and the day's digest over HTTP: what stands, what was lifted, silently once a day, through a restart."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.delivery import briefer
from bot.outside import now_utc
from bot.store.tables import briefings

UID = "1288915263"


@pytest.fixture(autouse=True)
def _look_often(monkeypatch):
    monkeypatch.setattr(briefer, "LOOK_SECONDS", 0.1)


async def it_is_the_hour(db):
    """The digest of every chat is due by now."""
    async with db.begin() as conn:
        await conn.execute(update(briefings).values(due_at=now_utc() - timedelta(seconds=1)))


async def test_the_situation_is_told_when_asked_and_once_a_day_through_a_restart(whole, db):
    reader = whole.reader()
    async with whole.running():
        await whole.ask(reader, f"/subscribe {UID}", "is followed here now")
        await whole.ask(reader, f"/subscribe {whole.site_url}/cap/index.atom", "is followed here now")
        whole.site.weibo_post(UID, "北京市气象台发布暴雨橙色预警信号。")
        flood = whole.site.cap_alert(severity="Severe", hours=24, event_en="Flash flood warning")
        whole.site.cap_alert(severity="Extreme", hours=24, event_en="Dam drill", status="Exercise")
        await whole.until(reader, "暴雨橙色预警信号")
        await whole.until(reader, "Flash flood warning")
        await whole.ask(reader, "/situation", "The situation now")
        asked = whole.telegram.world.said_by_bot(reader)[-1]
        assert "🟠 Severe: Flash flood warning" in asked.text
        assert "🟠 Rainstorm: orange" in asked.text
        assert "Dam drill" not in asked.text
        links = [found.url for found in asked.now.styled.entities if found.url]
        assert len([link for link in links if link.startswith(whole.site_url) or "weibo" in link]) >= 2
        await whole.ask(reader, "/digest 8 UTC+8", "08:00, by the clock of UTC+8")
        await it_is_the_hour(db)
        await whole.until(reader, "The day in short")
    async with whole.running():
        whole.site.cap_alert(msg_type="Cancel", references=(flood,), event_en="Flash flood warning")
        await whole.until(reader, "Lifted")
        await it_is_the_hour(db)
        await whole.until(reader, "lifted by the agency")
    digests = [message for message in whole.telegram.world.said_by_bot(reader) if "The day in short" in message.text]
    first, second = digests
    assert first.silent
    assert second.silent
    assert "🆕 🟠 Severe: Flash flood warning" in first.text
    assert "✅ Severe: Flash flood warning" in second.text
    assert "🆕" not in second.text
    assert "🟠 Rainstorm: orange" in second.text
