"""Who may change what a chat follows: anybody in private, administrators elsewhere."""

from collections.abc import Callable
from datetime import datetime, timedelta

from telegram import Bot, ChatMember
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.chat.scene import Place
from bot.model.subscription import ChatKind

_ADMINISTRATORS = frozenset({ChatMember.OWNER, ChatMember.ADMINISTRATOR})
#: A "yes" is kept so long; a "no" is not kept, so that somebody just promoted need not wait.
KEPT = timedelta(seconds=60)
#: At most so many are kept in mind.
_MOST = 1000


class RightsUnknownError(Exception):
    """Telegram could not be asked."""


class Rights:
    """Asks Telegram who is an administrator."""

    def __init__(self, bot: Bot, clock: Callable[[], datetime]) -> None:
        self._bot = bot
        self._clock = clock
        self._known: dict[tuple[int, int], datetime] = {}

    async def may_change(self, place: Place) -> bool:
        """May the person (or chat) behind this change what is followed here? Raises RightsUnknownError."""
        if place.kind is ChatKind.PRIVATE or place.by_chat:
            return True
        if place.user_id is None:
            return False
        return await self._is_administrator(place.target.chat_id, place.user_id)

    async def _is_administrator(self, chat_id: int, user_id: int) -> bool:
        now, key = self._clock(), (chat_id, user_id)
        if self._known.get(key, now - 2 * KEPT) > now - KEPT:
            return True
        try:
            member = await self._bot.get_chat_member(chat_id, user_id)
        except (BadRequest, Forbidden):
            return False  # "user not found", "member list is inaccessible": nothing says that they are
        except TelegramError as error:
            raise RightsUnknownError(str(error)) from error
        if member.status not in _ADMINISTRATORS:
            self._known.pop(key, None)
            return False
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[key] = now
        return True
