"""The bot put into a chat, thrown out, blocked, let back in; groups that become supergroups. Nothing is deleted."""

import structlog
from telegram import ChatMember, ChatMemberUpdated, Message, Update
from telegram.ext import ContextTypes

from bot.chat.buttons import press
from bot.chat.commands.adding import ADD
from bot.chat.desk import Desk, take_along
from bot.chat.scene import place_of
from bot.delivery.face import SendError, Styled
from bot.delivery.returning import welcome_back
from bot.locales import best_match, phrases
from bot.model.subscription import ChatKind, Target
from bot.store import chats, subscriptions

_log = structlog.get_logger(__name__)


class Membership:
    """Handles ``my_chat_member`` and the two service messages of a migration."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def changed(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Our own standing in a chat changed."""
        change, place = update.my_chat_member, place_of(update)
        if change is None or place is None:
            return
        could, can = _may_write(change, change.old_chat_member), _may_write(change, change.new_chat_member)
        if not can:
            async with self._desk.db.begin() as conn:
                await chats.pause(conn, place.target.chat_id, _why_paused(change))
            return
        async with self._desk.db.begin() as conn:
            language = best_match(place.language)
            chat_id = await chats.ensure(
                conn, place.target.chat_id, place.kind, place.title, self._desk.clock(), language
            )
            await welcome_back(conn, place.target.chat_id, self._desk.clock())
            chat = await chats.get(conn, place.target.chat_id)
            followed = await subscriptions.count_of_chat(conn, chat_id)
        if not could and chat is not None:
            self._desk.ports.lookout.nudge()
            await self._greet(place.kind, chat, followed)

    async def _greet(self, kind: ChatKind, chat: chats.Chat, followed: int) -> None:
        if kind is ChatKind.PRIVATE and not followed:
            return  # the person presses Start, which greets
        speak = phrases(chat.language or self._desk.default_language)
        words = speak("start.back") if followed else speak("start.group")
        try:
            # no sound: a whole group or channel need not look up
            begin = ((press(speak("add.begin"), ADD),),) if not followed else ()
            await self._desk.voice.say(Target(chat.telegram_id), Styled(words), begin, silent=True)
        except SendError as error:
            _log.info("a chat could not be greeted", chat_id=chat.telegram_id, error=str(error))

    async def migrated(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """The old group and the new supergroup each say it once."""
        message = update.effective_message
        pair = _pair(message) if message is not None else None
        if pair is not None:
            await take_along(self._desk.db, *pair)


def _pair(message: Message) -> tuple[int, int] | None:
    """(old id, new id) of a migration's service message."""
    if message.migrate_to_chat_id:
        return message.chat.id, message.migrate_to_chat_id
    if message.migrate_from_chat_id:
        return message.migrate_from_chat_id, message.chat.id
    return None


def _may_write(change: ChatMemberUpdated, member: ChatMember) -> bool:
    """True when the bot may speak with this standing."""
    if member.status in {ChatMember.LEFT, ChatMember.BANNED}:
        return False
    if member.status == ChatMember.RESTRICTED:
        return bool(getattr(member, "is_member", False) and getattr(member, "can_send_messages", False))
    if change.chat.type == change.chat.CHANNEL:
        return member.status == ChatMember.ADMINISTRATOR and bool(getattr(member, "can_post_messages", False))
    return True


def _why_paused(change: ChatMemberUpdated) -> str:
    """For the operator."""
    if change.chat.type == change.chat.PRIVATE:
        return "the bot was blocked"
    gone = change.new_chat_member.status in {ChatMember.LEFT, ChatMember.BANNED}
    return "the bot was removed" if gone else "the bot may not write there"
