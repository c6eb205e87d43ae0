"""One request to a chat, with the fall-backs that need no new row: other topic, no picture, plain text."""

from dataclasses import replace

import structlog

from bot.delivery import face
from bot.delivery.face import Messenger, Part
from bot.delivery.pacing import Pacing
from bot.delivery.rendering import without_pictures
from bot.delivery.steps import Kind, Step
from bot.locales import Phrases
from bot.model.delivery import SentPart
from bot.model.subscription import Target
from bot.store.deliveries import Delivery

log = structlog.get_logger(__name__)


class Requesting:
    """Carries out single steps; whatever goes beyond the one message that was waited for is charged to the pacing."""

    def __init__(self, messenger: Messenger, pacing: Pacing) -> None:
        self._messenger = messenger
        self._pacing = pacing

    async def carry_out(self, delivery: Delivery, step: Step, phrases: Phrases) -> SentPart:
        """Send or edit. Raises SendError's kinds."""
        target = Target(delivery.telegram_id, delivery.thread_id)
        if step.edits is not None:
            return await self._edit(target, step, step.edits)
        try:
            sent = await self._send(target, step, phrases)
        except face.TopicGoneError as error:
            if not target.thread_id:
                raise
            log.warning("a topic is gone; sent to the general one", chat=target.chat_id, topic=target.thread_id)
            self._again(target, error)
            sent = await self._send(replace(target, thread_id=0), step, phrases)
        if len(sent.message_ids) > 1:
            self._pacing.charge(target.chat_id, len(sent.message_ids) - 1)
        # what later edits may change is decided by what the message is, not by how it got there
        return sent if step.kind is not Kind.PICTURES else SentPart(sent.message_ids, "media")

    async def _edit(self, target: Target, step: Step, old: SentPart) -> SentPart:
        try:
            try:
                await self._messenger.edit(target, old, step.part)
            except face.RejectedError as error:
                plain = _plain(step.part)
                if plain == step.part:
                    raise
                self._again(target, error)
                await self._messenger.edit(target, old, plain)
        except face.NotEditableError:
            return SentPart((), "kept")
        except face.GoneError:
            return SentPart((), "gone")
        return SentPart(old.message_ids, "edited")

    async def _send(self, target: Target, step: Step, phrases: Phrases) -> SentPart:
        part = step.part
        if part.media:
            try:
                return await self._try(target, step, part)
            except face.MediaRefusedError as error:
                part = without_pictures(part, phrases)
                self._again(target, error)
        try:
            return await self._try(target, step, part)
        except face.RejectedError as error:
            plain = _plain(part if not part.media else without_pictures(part, phrases))
            if plain == part:
                raise
            self._again(target, error)
            return await self._try(target, step, plain)

    async def _try(self, target: Target, step: Step, part: Part) -> SentPart:
        return await self._messenger.send(target, part, silent=step.silent, reply_to=step.reply_to)

    def _again(self, target: Target, error: face.SendError) -> None:
        log.warning(
            "refused as it was; sent another way", chat=target.chat_id, error=type(error).__name__, why=str(error)
        )
        self._pacing.charge(target.chat_id, 1)


def _plain(part: Part) -> Part:
    return Part(replace(part.styled, spans=()))
