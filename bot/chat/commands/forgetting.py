"""/privacy says what is kept; /forget shows what is kept of this chat, and deletes it when the chat says so."""

from collections.abc import Mapping

import structlog

from bot.chat.buttons import press
from bot.chat.desk import Command, Desk, Press
from bot.chat.scene import Scene
from bot.chat.wording import Say, named, together
from bot.store import forgetting, subscriptions

_log = structlog.get_logger(__name__)

FORGET = "fg"
_YES, _NO = "y", "n"
#: Accounts that are named; of more the number is enough.
_NAMED = 15


class Forgetting:
    """The two commands and their buttons."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.commands: Mapping[str, Command] = {"privacy": self.privacy, "forget": self.forget}
        self.presses: Mapping[str, Press] = {FORGET: self.decide}

    async def privacy(self, scene: Scene, _rest: str) -> None:
        """Anybody may know."""
        await self._desk.tell(scene, "privacy.text")

    async def forget(self, scene: Scene, _rest: str) -> None:
        """Show what would be deleted, and ask."""
        if not await self._desk.allowed(scene):
            return
        async with self._desk.db.read() as conn:
            held = await forgetting.held(conn, scene.chat_id)
            followed = await subscriptions.of_chat(conn, scene.chat_id)
        say = Say(scene.phrases).phrase("forget.shown", count=held.subscriptions)
        for number, listed in enumerate(followed[:_NAMED]):
            say.add(", " if number else "\n").foreign(named(listed.account))
        if len(followed) > _NAMED:
            say.add(", …")
        say.line("forget.messages", count=held.messages).line("forget.reports", count=held.reports)
        say.line("forget.mutes", count=held.mutes)
        if held.places:
            say.line("forget.places", count=held.places)
        if held.manners:
            say.line("forget.manners")
        ask = Say(scene.phrases)
        if held.reports:
            ask.phrase("forget.elsewhere").newline()
        ask.phrase("forget.ask")
        yes = press(scene.phrases("forget.yes"), FORGET, _YES)
        no = press(scene.phrases("forget.no"), FORGET, _NO)
        await self._desk.answer(scene, together([say.styled(), ask.styled()]), ((yes,), (no,)))

    async def decide(self, scene: Scene, arguments: list[str]) -> None:
        """One of the buttons."""
        desk = self._desk
        if not await desk.allowed(scene):
            return
        if arguments == [_YES]:
            async with desk.db.begin() as conn:
                await forgetting.forget(conn, scene.chat_id, desk.clock())
            desk.ports.lookout.nudge()
            _log.info("a chat asked to be forgotten, and was")
            said = "forget.done"
        elif arguments == [_NO]:
            said = "forget.kept"
        else:
            await desk.too_old(scene)
            return
        await desk.show(scene, Say(scene.phrases).phrase(said).styled(), back=said == "forget.kept")
        if scene.query is not None:
            await desk.voice.note(scene.query)
