"""Sending and editing through the Bot API, as the outbox wants it. What an error means stands in ``errors``."""

from collections.abc import Awaitable, Sequence
from typing import TypeVar

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    Message,
    MessageEntity,
    ReplyParameters,
)
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.chat.errors import is_not_modified, meaning
from bot.chat.maps import DrawMap, Maps, no_map
from bot.chat.pictures import Download, Pictures, no_download
from bot.chat.transport import call
from bot.delivery.face import Button, LostAnswerError, MediaRefusedError, Part, SendError, Span
from bot.model.delivery import MAPPED, SentPart
from bot.model.mapping import AreaMap, Drawn
from bot.model.post import Media
from bot.model.subscription import Target

T = TypeVar("T")

#: LinkPreviewOptions: a site's picture must not stand over the agency's words.
_NO_PREVIEW = {"is_disabled": True}
#: ForceReply: the reader's app opens an answer, which a bot in a group hears whatever its privacy mode.
_ASKS: dict[str, object] = {"force_reply": True, "selective": True}


class TelegramMessenger:
    """The ``Messenger`` behind which Telegram stands."""

    def __init__(self, bot: Bot, download: Download = no_download, draw: DrawMap = no_map) -> None:
        self._bot = bot
        self._pictures = Pictures(download)
        self._maps = Maps(draw, self._pictures)

    async def send(
        self, target: Target, part: Part, *, silent: bool = False, reply_to: int | None = None, paid: bool = False
    ) -> SentPart:
        """Send one part; a picture goes by its address first, then by upload. Raises SendError's kinds, BusyError too."""
        how = _How(target, silent, reply_to, paid)
        if not part.media:
            return await self._text(how, part)
        if isinstance(part.media[0], AreaMap):
            return await self._map(how, part, part.media[0])
        if isinstance(part.media[0], Drawn):
            return await self._media(how, part, part.media[:1], [part.media[0].png])
        if not self._pictures.must_upload(part.media):
            references = [self._pictures.by_reference(medium) for medium in part.media]
            try:
                return await self._media(how, part, part.media, references)
            except MediaRefusedError:
                self._pictures.forget(part.media, references)
        with self._pictures.uploading():
            got = await self._pictures.files_of(part.media)
            if not got:
                raise MediaRefusedError("neither Telegram nor this program could fetch the picture")
            return await self._media(how, part, tuple(m for m, _ in got), [file for _, file in got])

    async def edit(self, target: Target, sent: SentPart, part: Part) -> None:
        """Make an earlier message show the part's text and buttons; its pictures stay, but a map gives way to the part's.
        Raises SendError's kinds.
        """
        if sent.form == MAPPED and part.media and isinstance(part.media[0], AreaMap):
            await self._remap(target, sent, part, part.media[0])
            return
        chat_id, message_id = target.chat_id, sent.message_ids[0]
        try:
            if sent.form in {"caption", MAPPED}:
                await self._bot.edit_message_caption(
                    chat_id=chat_id,
                    message_id=message_id,
                    caption=part.styled.text,
                    caption_entities=entities_of(part.styled.spans),
                    reply_markup=keyboard_of(part.buttons),
                )
            else:
                await call(
                    self._bot,
                    "editMessageText",
                    text=part.styled.text,
                    chat_id=chat_id,
                    message_id=message_id,
                    entities=_plain_entities(part.styled.spans),
                    link_preview_options=_NO_PREVIEW,
                    reply_markup=_plain_keyboard(part.buttons),
                )
        except TelegramError as error:
            if not is_not_modified(error):
                raise meaning(error) from error

    async def _remap(self, target: Target, sent: SentPart, part: Part, picture: AreaMap) -> None:
        caption, entities = part.styled.text or None, entities_of(part.styled.spans)
        async with self._maps.file(picture) as file:
            try:
                message = await self._bot.edit_message_media(
                    InputMediaPhoto(file, caption=caption, caption_entities=entities),
                    chat_id=target.chat_id,
                    message_id=sent.message_ids[0],
                    reply_markup=keyboard_of(part.buttons),
                )
            except TelegramError as error:
                if not is_not_modified(error):
                    raise self._maps.refused(picture, file, meaning(error)) from error
            else:
                self._maps.took(picture)
                if isinstance(message, Message):
                    self._pictures.learn((picture,), (message,))

    async def reach(self, target: Target) -> None:
        """Show "typing" for a moment: Telegram answers for the chat, and nothing stays in it."""
        await _asked(
            self._bot.send_chat_action(target.chat_id, ChatAction.TYPING, message_thread_id=target.thread_id or None)
        )

    async def _text(self, how: "_How", part: Part) -> SentPart:
        reply = how.reply()
        sent = await _asked(
            call(
                self._bot,
                "sendMessage",
                chat_id=how.target.chat_id,
                text=part.styled.text,
                entities=_plain_entities(part.styled.spans),
                link_preview_options=_NO_PREVIEW,
                reply_markup=_plain_keyboard(part.buttons) or (_ASKS if part.asks else None),
                message_thread_id=how.target.thread_id or None,
                disable_notification=how.silent or None,
                allow_paid_broadcast=how.paid or None,
                reply_parameters=reply.to_dict() if reply else None,
            )
        )
        return SentPart((_message_id(sent),), "text")

    async def _map(self, how: "_How", part: Part, picture: AreaMap) -> SentPart:
        async with self._maps.file(picture) as file:
            try:
                sent = await self._media(how, part, (picture,), [file])
            except SendError as error:
                raise self._maps.refused(picture, file, error) from error
            self._maps.took(picture)
        return SentPart(sent.message_ids, MAPPED if sent.form == "caption" else sent.form)

    async def _media(
        self, how: "_How", part: Part, media: tuple[Media, ...], files: Sequence[str | bytes]
    ) -> SentPart:
        form = "caption" if part.styled.text else "media"
        caption, entities = part.styled.text or None, entities_of(part.styled.spans)
        if len(files) == 1:
            message = await _asked(
                self._bot.send_photo(
                    how.target.chat_id,
                    files[0],
                    caption=caption,
                    caption_entities=entities,
                    reply_markup=keyboard_of(part.buttons),
                    message_thread_id=how.target.thread_id or None,
                    disable_notification=how.silent or None,
                    allow_paid_broadcast=how.paid or None,
                    reply_parameters=how.reply(),
                )
            )
            self._pictures.learn(media, (message,))
            return SentPart((message.message_id,), form)
        # the caption of an album's first picture is shown as the album's
        album = [
            InputMediaPhoto(
                file, caption=caption if not index else None, caption_entities=entities if not index else None
            )
            for index, file in enumerate(files)
        ]
        messages: tuple[Message, ...] = await _asked(
            self._bot.send_media_group(
                how.target.chat_id,
                album,
                message_thread_id=how.target.thread_id or None,
                disable_notification=how.silent or None,
                allow_paid_broadcast=how.paid or None,
                reply_parameters=how.reply(),
            )
        )
        self._pictures.learn(media, messages)
        return SentPart(tuple(message.message_id for message in messages), form)


class _How:
    """Where and how a message goes."""

    def __init__(self, target: Target, silent: bool, reply_to: int | None, paid: bool) -> None:
        self.target = target
        self.silent = silent
        self.paid = paid
        self._reply_to = reply_to

    def reply(self) -> ReplyParameters | None:
        """A reply whose target is gone is sent all the same."""
        if self._reply_to is None:
            return None
        return ReplyParameters(self._reply_to, allow_sending_without_reply=True)


async def _asked(request: Awaitable[T]) -> T:
    try:
        return await request
    except TelegramError as error:
        raise meaning(error) from error


def _message_id(answer: object) -> int:
    number = answer.get("message_id") if isinstance(answer, dict) else None
    if not isinstance(number, int):
        raise LostAnswerError("Telegram's answer does not name the message")
    return number


def _plain_entities(spans: Sequence[Span]) -> list[dict[str, object]] | None:
    """MessageEntity as JSON."""
    return [
        {"type": s.type, "offset": s.offset, "length": s.length, **({"url": s.url} if s.url else {})} for s in spans
    ] or None


def entities_of(spans: Sequence[Span]) -> list[MessageEntity] | None:
    """As Telegram's library wants them."""
    return [MessageEntity(s.type, s.offset, s.length, url=s.url or None) for s in spans] or None


def _plain_keyboard(rows: Sequence[Sequence[Button]]) -> dict[str, object] | None:
    """InlineKeyboardMarkup as JSON: most alerts have one, and the library's objects would cost more than the request."""
    return {"inline_keyboard": [[_plain_button(button) for button in row] for row in rows]} if rows else None


def _plain_button(button: Button) -> dict[str, str]:
    if button.url:
        return {"text": button.label, "url": button.url}
    if button.inline:
        return {"text": button.label, "switch_inline_query": button.inline}
    return {"text": button.label, "callback_data": button.data}


def keyboard_of(rows: Sequence[Sequence[Button]]) -> InlineKeyboardMarkup | None:
    """None for no buttons."""
    if not rows:
        return None
    return InlineKeyboardMarkup([[_button(button) for button in row] for row in rows])


def _button(button: Button) -> InlineKeyboardButton:
    if button.url:
        return InlineKeyboardButton(button.label, url=button.url)
    if button.inline:
        return InlineKeyboardButton(button.label, switch_inline_query=button.inline)
    return InlineKeyboardButton(button.label, callback_data=button.data)
