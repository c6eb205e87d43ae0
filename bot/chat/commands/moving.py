"""/move: what is followed here goes to another chat. The one that gives says /move and gets a code, the one that takes
says /move CODE, and the one that gives agrees by a button: a code that strangers read in a group moves nothing.
"""

import re
from collections.abc import Mapping

import structlog

from bot.chat.buttons import press
from bot.chat.desk import Command, Desk, Press
from bot.chat.scene import Scene
from bot.chat.wording import NAME_LIMIT, Mark, Say, one_line
from bot.delivery.face import SendError, Styled
from bot.locales import phrases
from bot.model.subscription import MOST_SUBSCRIPTIONS, ChatKind, Target, TooManySubscriptionsError
from bot.store import chats, choices, moving, subscriptions, topics
from bot.store.moving import Place

_log = structlog.get_logger(__name__)

DO, LEAVE = "mv", "mx"
#: Seconds that a code and the question after it are good for: time to find an administrator.
_GOOD_FOR = 3600.0
_CODE = re.compile(r"[A-Za-z0-9_-]{8,64}")


class Moving:
    """The command and the two buttons."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.commands: Mapping[str, Command] = {"move": self.move}
        self.presses: Mapping[str, Press] = {DO: self.do, LEAVE: self.leave}

    async def move(self, scene: Scene, rest: str) -> None:
        """``rest``: nothing where it is to go from, the code where it is to go to."""
        if not await self._desk.allowed(scene):
            return
        if rest.strip():
            await self._ask_for(scene, rest.strip())
        else:
            await self._give_code(scene)

    async def do(self, scene: Scene, arguments: list[str]) -> None:
        """Agreed to, where it goes from."""
        desk = self._desk
        payload = await desk.agreed(scene, arguments, "chat_id", once=True)
        if payload is None:
            return
        target = Place(payload["chat_id"], payload["thread_id"])
        async with desk.db.read() as conn:
            chat = await chats.by_id(conn, target.chat_id)
            topic = await topics.language(conn, target.chat_id, target.thread_id)
        if chat is None or chat.paused:
            await desk.show(scene, Say(scene.phrases).phrase("move.gone").styled())
            return
        try:
            async with desk.db.begin() as conn:
                source = Place(scene.chat_id, scene.target.thread_id)
                count = await moving.move(conn, source, target, desk.clock())
        except TooManySubscriptionsError:
            said = Say(scene.phrases).phrase("move.too_many", chat=payload["title"], most=MOST_SUBSCRIPTIONS)
            await desk.show(scene, said.styled())
            return
        desk.ports.lookout.nudge()
        said = Say(scene.phrases).phrase("move.done", count=count, chat=Mark(payload["title"], "bold"))
        await desk.show(scene, said.styled())
        speak = phrases(topic or chat.language or desk.default_language)
        await self._tell(chat.telegram_id, target.thread_id, Say(speak).phrase("move.arrived", count=count).styled())

    async def leave(self, scene: Scene, arguments: list[str]) -> None:
        """Not agreed to."""
        desk = self._desk
        payload = await desk.agreed(scene, arguments, "chat_id", once=True)
        if payload is None:
            return
        await desk.show(scene, Say(scene.phrases).phrase("move.left").styled())
        async with desk.db.read() as conn:
            chat = await chats.by_id(conn, payload["chat_id"])
            topic = await topics.language(conn, payload["chat_id"], payload["thread_id"])
        if chat is not None and not chat.paused:
            speak = phrases(topic or chat.language or desk.default_language)
            await self._tell(chat.telegram_id, payload["thread_id"], Say(speak).phrase("move.refused").styled())

    async def _give_code(self, scene: Scene) -> None:
        desk = self._desk
        async with desk.db.begin() as conn:
            listed = await subscriptions.of_chat(conn, scene.chat_id, scene.target.thread_id)
            if listed:
                payload = {"gives": scene.target.thread_id}
                code = await choices.put(conn, scene.target.chat_id, payload, desk.clock(), _GOOD_FOR)
        if not listed:
            await desk.tell(scene, "list.empty")
            return
        say = Say(scene.phrases).phrase("move.how", count=len(listed)).add("\n\n").add(Mark(f"/move {code}", "code"))
        await desk.answer(scene, say.styled())

    async def _ask_for(self, scene: Scene, code: str) -> None:
        """Ask the chat that the code is of; it is good once."""
        desk = self._desk
        async with desk.db.begin() as conn:
            given = await choices.take_anywhere(conn, code, desk.clock()) if _CODE.fullmatch(code) else None
            thread_id = given.payload.get("gives") if given is not None else None
            source = await chats.get(conn, given.telegram_id) if given is not None else None
            topic = await topics.language(conn, source.id, thread_id or 0) if source is not None else ""
            if given is None or thread_id is None or source is None:
                source = None
            elif (source.id, thread_id) != (scene.chat_id, scene.target.thread_id):
                title = _title(scene)
                payload = {"chat_id": scene.chat_id, "thread_id": scene.target.thread_id, "title": title}
                token = await choices.put(conn, source.telegram_id, payload, desk.clock(), _GOOD_FOR)
        if source is None or thread_id is None:
            await desk.tell(scene, "move.no_code")
            return
        if (source.id, thread_id) == (scene.chat_id, scene.target.thread_id):
            await desk.tell(scene, "move.same")
            return
        speak = phrases(topic or source.language or desk.default_language)
        ask = Say(speak).phrase("move.ask", chat=Mark(title, "bold")).styled()
        keyboard = ((press(speak("move.yes"), DO, token),), (press(speak("move.no"), LEAVE, token),))
        try:
            await desk.voice.say(Target(source.telegram_id, thread_id), ask, keyboard)
        except SendError as error:
            _log.info("a chat could not be asked whether it gives what it follows", error=str(error))
            await desk.tell(scene, "move.unreachable")
            return
        await desk.tell(scene, "move.asked")

    async def _tell(self, telegram_id: int, thread_id: int, styled: Styled) -> None:
        try:
            await self._desk.voice.say(Target(telegram_id, thread_id), styled)
        except SendError as error:
            _log.info("a chat could not be told what came of a move", error=str(error))


def _title(scene: Scene) -> str:
    """What the giving chat reads of the taking one: a private chat has no title that is kept."""
    if scene.place.kind is ChatKind.PRIVATE:
        return scene.phrases("move.private_chat")
    return one_line(scene.place.title, NAME_LIMIT)
