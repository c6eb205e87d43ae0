"""/situation: what stands now of what is followed here, each line a tap from its post; what is over, what was not read."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from bot.chat.desk import Command, Desk
from bot.chat.scene import Scene
from bot.delivery.briefing import brief, render_briefing
from bot.delivery.situations import Situations
from bot.model.situation import Occasion
from bot.reading.situation import compare
from bot.store import subscriptions
from bot.store.subscriptions import Listed

#: What ended longer ago, or could not be sorted longer ago, is no part of now.
LATELY = timedelta(hours=24)


class Situation:
    """The /situation command."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._situations = Situations(desk.db)
        self.commands: Mapping[str, Command] = {"situation": self.situation}

    async def situation(self, scene: Scene, _rest: str) -> None:
        """The state of everything that this chat and topic follows."""
        async with self._desk.db.read() as conn:
            listed = await subscriptions.of_chat(conn, scene.chat_id, scene.target.thread_id)
        if not listed:
            await self._desk.tell(scene, "list.empty")
            return

        async def work() -> None:
            await self._tell(scene, listed)

        async def failed() -> None:
            await self._desk.tell(scene, "common.failed")

        # many posts may have to be read first
        if not self._desk.errand(scene, work, failed=failed, stopped=failed):
            await self._desk.tell(scene, "subscribe.busy")

    async def _tell(self, scene: Scene, listed: list[Listed]) -> None:
        now = self._desk.clock()
        overview = await self._situations.overview(listed, now)
        changes = compare(overview.situation, None, now - LATELY)
        briefing = brief(Occasion.ASKED, overview, changes, now, now - LATELY)
        first, *rest = [part.styled for part in await asyncio.to_thread(render_briefing, briefing, scene.phrases)]
        await self._desk.answer(scene, first)
        await self._desk.voice.say_all(scene.target, rest)
