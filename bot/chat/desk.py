"""What every command has at hand, and the few steps that all of them begin with: the scene, the rights, an answer."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from telegram import CallbackQuery

from bot.chat.buttons import MENU, Keyboard, press, read
from bot.chat.errands import Errand, Errands
from bot.chat.ports import Ports
from bot.chat.rights import Rights, RightsUnknownError
from bot.chat.scene import Place, Scene
from bot.chat.voice import Voice
from bot.chat.wording import Say
from bot.delivery.face import SendError, Styled
from bot.delivery.returning import welcome_back
from bot.locales import best_match, phrases
from bot.model.subscription import ChatKind
from bot.store import chats, choices, topics
from bot.store.database import Database

_log = structlog.get_logger(__name__)


async def take_along(db: Database, old_telegram_id: int, new_telegram_id: int) -> None:
    """A group became a supergroup: everything of it goes along. Told twice, it is done once."""
    async with db.begin() as conn:
        await chats.migrate(conn, old_telegram_id, new_telegram_id)


Command = Callable[[Scene, str], Awaitable[None]]
Press = Callable[[Scene, list[str]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Desk:
    """Handed to every command."""

    db: Database
    ports: Ports
    voice: Voice
    rights: Rights
    errands: Errands
    clock: Callable[[], datetime]
    default_language: str

    async def scene(self, place: Place, query: CallbackQuery | None = None) -> Scene:
        """The scene of a place; its chat is stored when it is new, and spoken to again when it had been paused."""
        async with self.db.read() as conn:
            chat = await chats.get(conn, place.target.chat_id)
            topic = await topics.language(conn, chat.id, place.target.thread_id) if chat is not None else ""
        if chat is None or chat.paused or (chat.kind, chat.title) != (place.kind, place.title):
            # a group speaks the operator's language until an administrator chooses; a person brings their own
            language = best_match(place.language) if place.kind is ChatKind.PRIVATE else ""
            async with self.db.begin() as conn:
                await chats.ensure(conn, place.target.chat_id, place.kind, place.title, self.clock(), language)
                await welcome_back(conn, place.target.chat_id, self.clock())
                chat = await chats.get(conn, place.target.chat_id)
        if chat is None:
            raise LookupError("a chat just stored is not there")
        speak = phrases(topic or chat.language or self.default_language)
        return Scene(place, chat.id, speak, query, original_first=chat.original_first)

    async def allowed(self, scene: Scene) -> bool:
        """May this person change what is followed here? If not, they are told kindly."""
        try:
            if await self.rights.may_change(scene.place):
                return True
            why = scene.phrases("common.only_administrators")
        except RightsUnknownError:
            why = scene.phrases("common.rights_unknown")
        if scene.query is not None:
            await self.voice.note(scene.query, why, alert=True)
        else:
            await self.answer(scene, Styled(why))
        return False

    def is_operator(self, scene: Scene) -> bool:
        """True for those who run this bot; never for somebody who speaks in a chat's name."""
        return not scene.place.by_chat and scene.place.user_id in self.ports.operators

    async def answer(self, scene: Scene, styled: Styled, keyboard: Keyboard = (), *, asks: bool = False) -> int:
        """Say it here; in groups as a reply, so that it is clear to whom. Gives the message's id."""
        if scene.in_place:
            return await self.show(scene, styled, keyboard)
        to_a_person = scene.place.kind in {ChatKind.GROUP, ChatKind.SUPERGROUP} and scene.query is None
        reply_to = scene.place.message_id if to_a_person else None
        return await self.voice.say(scene.target, styled, keyboard, reply_to=reply_to, asks=asks)

    async def tell(self, scene: Scene, key: str, /, **values: object) -> int:
        """Answer with one phrase."""
        return await self.answer(scene, Say(scene.phrases).phrase(key, **values).styled())

    async def show(self, scene: Scene, styled: Styled, keyboard: Keyboard = (), *, back: bool = True) -> int:
        """Show it in place of the message whose button was pressed; as a new message after a command. Gives its id.

        A page of the menu keeps its way back there, unless ``back`` is False: nothing is left to go back to.
        """
        if scene.query is None:
            return await self.answer(scene, styled, keyboard)
        if back and scene.in_menu and all(read(button.data)[0] != MENU for row in keyboard for button in row):
            keyboard = (*keyboard, (press(scene.phrases("settings.back"), MENU),))
        return await self.voice.change(scene.target, scene.place.message_id, styled, keyboard)

    async def too_old(self, scene: Scene) -> None:
        """What the pressed button stood for is no longer known."""
        if scene.query is not None:
            await self.voice.note(scene.query, scene.phrases("common.old_button"), alert=True)

    async def behind(self, scene: Scene, arguments: list[str], *, once: bool = False) -> dict[str, Any] | None:
        """What a button's first argument stands for; None when that is no longer known. ``once``: it is taken with that."""
        token = arguments[0] if arguments else ""
        async with self.db.begin() if once else self.db.read() as conn:
            get = choices.take if once else choices.look
            payload: dict[str, Any] | None = await get(conn, token, scene.target.chat_id, self.clock())
        return payload

    async def agreed(
        self, scene: Scene, arguments: list[str], holds: str, *, once: bool = False
    ) -> dict[str, Any] | None:
        """As ``behind``, for who may change what is followed here, who is told when nothing is done. ``holds``: what must
        be in it, since a forged button may stand for what another one kept.
        """
        if not await self.allowed(scene):
            return None
        payload = await self.behind(scene, arguments, once=once)
        if payload is None or holds not in payload:
            await self.too_old(scene)
            return None
        if scene.query is not None:
            await self.voice.note(scene.query)
        return payload

    def errand(
        self,
        scene: Scene,
        work: Callable[[], Coroutine[Any, Any, None]],
        *,
        failed: Callable[[], Awaitable[None]],
        stopped: Callable[[], Awaitable[None]],
    ) -> bool:
        """Do longer work in the background. ``failed`` and ``stopped`` tell the chat. False: too busy."""

        async def on_failure(error: BaseException) -> None:
            _log.error("a command failed", chat_id=scene.target.chat_id, error=type(error).__name__, exc_info=error)
            try:
                await failed()
            except SendError as again:
                _log.warning("the chat could not be told", chat_id=scene.target.chat_id, error=str(again))

        return self.errands.begin(scene.target.chat_id, Errand(work, on_failure, stopped))
