"""An Extreme alert passes 10,000 routine deliveries that are already queued, and reaches its chats first."""

import asyncio
from datetime import UTC, datetime

from outboxes import make
from scripted import ScriptedMessenger
from storms import queue_storm

from bot.delivery.backlog import SHARE
from bot.model.delivery import Lane

ROUTINE_CHATS, ROUTINE_POSTS, ALERTED = 2000, 5, 500
AT_ONCE = 32


async def test_an_extreme_alert_passes_ten_thousand_routine_deliveries(sqlite_db):
    def clock():
        return datetime.now(UTC)

    everybody = range(1001, 1001 + ROUTINE_CHATS)
    alerted = range(1001, 1001 + ALERTED)
    await queue_storm(sqlite_db, everybody, ROUTINE_POSTS)
    messenger = ScriptedMessenger()
    outbox = make(sqlite_db, clock, messenger, at_once=AT_ONCE)
    running = asyncio.ensure_future(outbox.run())
    try:
        async with asyncio.timeout(30):
            while len(messenger.messages) < 1000:
                await asyncio.sleep(0.001)
            await queue_storm(sqlite_db, alerted, 1, lanes=(Lane.EXTREME,), text="🔴{n}", name="extreme")
            queued_at = len(messenger.messages)
            outbox.wake()
            while sum("🔴" in message.text for message in messenger.messages) < ALERTED:
                await asyncio.sleep(0.001)
    finally:
        running.cancel()
        await asyncio.wait({running})
    places = [place for place, message in enumerate(messenger.messages) if "🔴" in message.text]
    # what was on its way or chosen already, and every twentieth message for those who wait
    assert places[-1] <= queued_at + 3 * AT_ONCE + ALERTED + ALERTED // (SHARE - 1) + 1
    assert len(messenger.messages) < ROUTINE_CHATS * ROUTINE_POSTS / 2
