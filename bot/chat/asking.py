"""Questions that are answered in words: who was asked what lies in the database, and their next words find their step."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.chat.buttons import Keyboard
from bot.chat.desk import Desk
from bot.chat.scene import Scene
from bot.chat.wording import Say, together
from bot.delivery.face import Styled
from bot.model.subscription import ChatKind
from bot.store import conversations
from bot.store.conversations import Conversation, Who

#: What is done with somebody's words: the scene, the words, and what was put with the question (JSON values).
Answered = Callable[[Scene, str, Mapping[str, Any]], Awaitable[None]]


class Asking:
    """Asks, listens, and lets go."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def ask(
        self, scene: Scene, step: str, payload: Mapping[str, Any], styled: Styled, keyboard: Keyboard = ()
    ) -> None:
        """Ask for words. What was asked before is over.

        With other people about only a reply to the question is an answer, which Telegram brings in spite of a bot's
        privacy mode; where no buttons stand below, the app of whoever is asked opens the reply by itself.
        """
        if not scene.private:
            styled = together([styled, Say(scene.phrases).phrase("followed.reply_here").styled()])
        known = scene.place.message_id if scene.query is not None else 0
        await self._remember(scene, Conversation(step, payload, known))
        if scene.query is not None:
            message_id = await self._desk.show(scene, styled, keyboard)
        else:
            asks = not keyboard and scene.place.kind in {ChatKind.GROUP, ChatKind.SUPERGROUP}
            message_id = await self._desk.answer(scene, styled, keyboard, asks=asks)
        if message_id != known and not scene.private:
            await self._remember(scene, Conversation(step, payload, message_id))

    async def heard(self, scene: Scene) -> Conversation | None:
        """The question that these words answer; None: they answer none."""
        async with self._desk.db.read() as conn:
            asked = await conversations.get(conn, who(scene), self._desk.clock())
            if asked is None and scene.place.by_chat:
                # an administrator who writes without a name pressed the button by their own
                place = (scene.chat_id, scene.target.thread_id, scene.place.reply_to)
                asked = await conversations.by_question(conn, *place, self._desk.clock())
        if asked is None or not (scene.private or asked.question_id == scene.place.reply_to):
            return None
        return asked

    async def end(self, scene: Scene) -> bool:
        """Nothing is asked any more. True when something was."""
        async with self._desk.db.read() as conn:
            if await conversations.get(conn, who(scene), self._desk.clock()) is None:
                return False  # no command waits for a write of nothing
        async with self._desk.db.begin() as conn:
            return await conversations.end(conn, who(scene))

    async def _remember(self, scene: Scene, asked: Conversation) -> None:
        async with self._desk.db.begin() as conn:
            await conversations.put(conn, who(scene), asked, self._desk.clock())


def who(scene: Scene) -> Who:
    """Who is asked. A channel's posts bear nobody's name: whoever may write there may answer."""
    user = 0 if scene.place.kind is ChatKind.CHANNEL else scene.place.user_id or 0
    return Who(scene.chat_id, scene.target.thread_id, user)
