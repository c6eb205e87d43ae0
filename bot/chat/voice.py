"""Speaking in a chat at once: answers to commands and what becomes of them. Alerts go through the outbox instead."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import structlog
from telegram import Bot, CallbackQuery, InputFile, ReplyParameters
from telegram.error import BadRequest, TelegramError

from bot.chat.buttons import Keyboard
from bot.chat.errors import meaning
from bot.delivery.face import (
    BlockedError,
    BusyError,
    FloodError,
    GoneError,
    LostAnswerError,
    MediaRefusedError,
    Messenger,
    MigratedError,
    NotSentError,
    Part,
    RejectedError,
    SendError,
    Styled,
    TopicGoneError,
    UnknownError,
)
from bot.model.delivery import SentPart
from bot.model.subscription import Target

_log = structlog.get_logger(__name__)

#: A request is tried so often in all; a flood wait longer than LONGEST_WAIT is not sat out.
TRIES = 4
LONGEST_WAIT = 60.0
#: Seconds between two tries when the request certainly did not arrive.
RETRY_PAUSE = 1.0
#: Bot API, answerCallbackQuery: 0 to 200 characters.
NOTE_LIMIT = 200

Moved = Callable[[int, int], Awaitable[None]]


class Voice:
    """Says, changes and notes. ``moved`` is told when a group turns out to be a supergroup (old id, new id)."""

    def __init__(self, bot: Bot, messenger: Messenger, turn: Callable[[int], Awaitable[None]], moved: Moved) -> None:
        self._bot = bot
        self._messenger = messenger
        self._turn = turn
        self._moved = moved

    async def say(
        self,
        target: Target,
        styled: Styled,
        keyboard: Keyboard = (),
        *,
        reply_to: int | None = None,
        silent: bool = False,
        asks: bool = False,
    ) -> int:
        """Send a message and give its id. Raises SendError when it cannot be done."""
        part = Part(styled, buttons=keyboard, asks=asks)
        return (await self.send(target, part, reply_to=reply_to, silent=silent)).message_ids[0]

    async def say_all(self, target: Target, messages: Iterable[Styled]) -> None:
        """Send several messages in order."""
        for styled in messages:
            await self.say(target, styled)

    async def send(
        self, target: Target, part: Part, *, reply_to: int | None = None, silent: bool = False, whole: bool = False
    ) -> SentPart:
        """Send a part, pictures too; those that Telegram cannot take are left out, or (``whole``) the message is not sent.
        Raises SendError.
        """
        for left in reversed(range(TRIES)):
            await self._turn(target.chat_id)
            try:
                return await self._messenger.send(target, part, silent=silent, reply_to=reply_to)
            except (MediaRefusedError, UnknownError):
                if whole or not part.media:
                    raise
                part = Part(part.styled, buttons=part.buttons)
            except BusyError as error:
                if left > 1:
                    await asyncio.sleep(error.seconds)
                elif whole:
                    raise
                else:
                    part = Part(part.styled, buttons=part.buttons)
            except TopicGoneError:
                target = Target(target.chat_id)
            except MigratedError as error:
                await self._moved(target.chat_id, error.new_chat_id)
                target = Target(error.new_chat_id, target.thread_id)
            except (FloodError, NotSentError, LostAnswerError) as error:
                # a lost answer too: an answer said twice is better than a question left open
                await self._wait(error, left)
        raise RejectedError("the message could not be sent in several tries")

    async def send_file(
        self, target: Target, name: str, data: bytes, caption: str, *, reply_to: int | None = None
    ) -> None:
        """Send a file. Raises SendError when it cannot be done."""
        for left in reversed(range(TRIES)):
            await self._turn(target.chat_id)
            reply = ReplyParameters(reply_to, allow_sending_without_reply=True) if reply_to is not None else None
            try:
                await self._bot.send_document(
                    target.chat_id,
                    InputFile(data, name),
                    caption=caption,
                    disable_content_type_detection=True,
                    message_thread_id=target.thread_id or None,
                    reply_parameters=reply,
                )
            except TelegramError as error:
                meant = meaning(error)
                if not isinstance(meant, FloodError | NotSentError | LostAnswerError):
                    raise meant from error
                await self._wait(meant, left)
            else:
                return
        raise RejectedError("the file could not be sent in several tries")

    async def file(self, file_id: str, most: int) -> bytes | None:
        """What a file holds, None where it is larger than ``most`` bytes. Raises SendError when it cannot be had."""
        try:
            file = await self._bot.get_file(file_id)
            if (file.file_size or 0) > most:
                return None
            data = bytes(await file.download_as_bytearray())
        except TelegramError as error:
            raise meaning(error) from error
        return data if len(data) <= most else None

    async def change(self, target: Target, message_id: int, styled: Styled, keyboard: Keyboard = ()) -> int:
        """Make an earlier message say something else; one that is gone or too old is said anew. Gives the id."""
        part = Part(styled, buttons=keyboard)
        for left in reversed(range(TRIES)):
            try:
                await self._messenger.edit(target, SentPart((message_id,), "text"), part)
            except (FloodError, NotSentError, LostAnswerError) as error:
                await self._wait(error, left)
            except BlockedError:
                raise
            except (GoneError, RejectedError, TopicGoneError, UnknownError):
                return await self.say(target, styled, keyboard)
            except MigratedError as error:
                await self._moved(target.chat_id, error.new_chat_id)
                return await self.say(Target(error.new_chat_id), styled, keyboard)
            else:
                return message_id
        raise RejectedError("the message could not be changed in several tries")

    async def note(self, query: CallbackQuery, text: str = "", *, alert: bool = False) -> None:
        """Answer a pressed button, so that its wheel stops turning. Failing at it harms nobody."""
        try:
            await self._bot.answer_callback_query(query.id, text[:NOTE_LIMIT] or None, show_alert=alert)
        except BadRequest:
            pass  # "query is too old": the wheel has stopped by itself
        except TelegramError as error:
            _log.warning("a pressed button was not answered", error=str(error))

    async def _wait(self, error: SendError, tries_left: int) -> None:
        pause = error.retry_after if isinstance(error, FloodError) else RETRY_PAUSE
        if not tries_left or pause > LONGEST_WAIT:
            raise error
        await asyncio.sleep(pause)
