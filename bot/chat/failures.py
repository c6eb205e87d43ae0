"""When handling an update fails: the log gets the context (no text, no token), the chat a kind word."""

import structlog
from sqlalchemy.exc import SQLAlchemyError
from telegram import Update
from telegram.error import NetworkError
from telegram.ext import ContextTypes

from bot.chat.desk import Desk
from bot.chat.scene import Scene, place_of
from bot.delivery.face import BlockedError, SendError, Styled
from bot.locales import phrases
from bot.store import chats

_log = structlog.get_logger(__name__)


class Failures:
    """PTB's error handler."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def failed(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        """An update's handler raised."""
        error = context.error
        place = place_of(update) if isinstance(update, Update) else None
        chat_id = place.target.chat_id if place is not None else None
        update_id = update.update_id if isinstance(update, Update) else None
        if isinstance(error, BlockedError) and chat_id is not None:
            _log.info("a chat does not take answers and is paused", chat_id=chat_id, error=str(error))
            async with self._desk.db.begin() as conn:
                await chats.pause(conn, chat_id, str(error))
            return
        expected = isinstance(error, (SendError, NetworkError))
        _log.error(
            "an update could not be handled",
            chat_id=chat_id,
            update_id=update_id,
            error=f"{type(error).__name__}: {error}" if expected else type(error).__name__,
            exc_info=None if expected else error,
        )
        if isinstance(update, Update) and place is not None and _was_spoken_to(update):
            await self._tell(update, chat_id or 0)

    async def _tell(self, update: Update, chat_id: int) -> None:
        place = place_of(update)
        if place is None:
            return
        try:
            scene = await self._desk.scene(place, update.callback_query)
        except SQLAlchemyError:  # it may be the database itself that fails
            scene = Scene(place, 0, phrases(self._desk.default_language), update.callback_query)
        try:
            words = scene.phrases("common.failed")
            if update.callback_query is not None:
                await self._desk.voice.note(update.callback_query, words, alert=True)
            else:
                await self._desk.answer(scene, Styled(words))
        except SendError as error:
            _log.warning("the chat could not be told", chat_id=chat_id, error=str(error))


def _was_spoken_to(update: Update) -> bool:
    """True when somebody waits for an answer: a button, a command, a private message."""
    if update.callback_query is not None:
        return True
    message = update.effective_message
    return message is not None and (message.chat.type == message.chat.PRIVATE or (message.text or "").startswith("/"))
