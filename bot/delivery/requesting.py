"""One request to a chat, with the fall-backs that need no new row: other topic, no picture, plain text."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog

from bot.delivery import face
from bot.delivery.face import Messenger, Part
from bot.delivery.remapping import with_old_map
from bot.delivery.rendering import without_pictures
from bot.delivery.steps import Kind, Step
from bot.locales import Phrases
from bot.model.delivery import Lane, SentPart
from bot.model.subscription import Target
from bot.store.waiting import Delivery

log = structlog.get_logger(__name__)

#: So often an urgent alert makes room for other pictures; then its words go without its own.
URGENT_PATIENCE = 3
#: So often a routine alert, or an edit, is put off for its map.
MAP_PATIENCE = 5


@dataclass(frozen=True, slots=True)
class Carried:
    """What a request came to."""

    sent: SentPart
    #: Messages beyond the one that its ticket was for.
    more: int = 0
    #: The topic it was for is closed or gone: it went to the general one.
    topic_gone: bool = False
    #: It was refused for a reason that no table knows, and went another way.
    unknown: int = 0


class Requesting:
    """Carries out single steps. A second request that one needs waits for its own turn."""

    def __init__(self, messenger: Messenger, turn: Callable[[int], Awaitable[None]]) -> None:
        self._messenger = messenger
        self._turn = turn

    async def carry_out(
        self, delivery: Delivery, step: Step, phrases: Phrases, *, paid: bool, probe: bool
    ) -> Carried:
        """Send or edit; with ``probe`` only if the chat can be reached. Raises SendError's kinds."""
        target = Target(delivery.telegram_id, delivery.thread_id)
        if probe:
            await self._probe(target)
        if step.edits is not None:
            return Carried(await self._edit(delivery, target, step, step.edits, phrases))
        try:
            carried = await self._send(target, step, phrases, paid, delivery)
        except face.TopicGoneError as error:
            if not target.thread_id:
                raise
            await self._again(target, error)
            carried = await self._send(replace(target, thread_id=0), step, phrases, paid=False)
            carried = replace(carried, topic_gone=True)
        if step.kind is Kind.PICTURES:
            # what later edits may change is decided by what the message is, not by how it got there
            carried = replace(carried, sent=SentPart(carried.sent.message_ids, "media"))
        more = len(carried.sent.message_ids) - 1
        return carried if more <= 0 else replace(carried, more=more)

    async def _probe(self, target: Target) -> None:
        try:
            await self._messenger.reach(target)
        except (face.LostAnswerError, face.NotSentError) as error:
            raise face.OutOfReachError(str(error)) from error
        except (face.TopicGoneError, face.RejectedError, face.UnknownError):
            return  # it answers, and the sending will find out the rest

    async def _edit(
        self, delivery: Delivery, target: Target, step: Step, old: SentPart, phrases: Phrases
    ) -> SentPart:
        try:
            try:
                await self._messenger.edit(target, old, step.part)
            except (face.MediaRefusedError, face.DrawingError) as error:
                if isinstance(error, face.DrawingError) and delivery.retries < MAP_PATIENCE:
                    raise
                # the old map stays: the words say that it is the old one
                part = with_old_map(without_pictures(step.part, phrases), phrases)
                await self._again(target, error)
                await self._messenger.edit(target, old, part)
            except face.RejectedError as error:
                plain = _plain(step.part)
                if plain == step.part:
                    raise
                await self._again(target, error)
                await self._messenger.edit(target, old, plain)
        except (face.NotEditableError, face.TopicGoneError):
            return SentPart((), "kept")
        except face.GoneError:
            return SentPart((), "gone")
        return SentPart(old.message_ids, "edited")

    async def _send(
        self, target: Target, step: Step, phrases: Phrases, paid: bool, delivery: Delivery | None = None
    ) -> Carried:
        """``delivery`` None: it does not wait for room for its pictures."""
        part, unknown = step.part, 0
        if part.media:
            try:
                return Carried(await self._try(target, step, part, paid))
            except (face.MediaRefusedError, face.UnknownError, face.BusyError) as error:
                if isinstance(error, face.BusyError) and delivery is not None and _may_wait(delivery, error):
                    raise
                # a refusal that no table knows may be the picture's too, and the words must not wait for a table
                unknown = int(isinstance(error, face.UnknownError))
                part = without_pictures(part, phrases)
                await self._again(target, error)
                paid = False
        try:
            return Carried(await self._try(target, step, part, paid), unknown=unknown)
        except face.RejectedError as error:
            plain = _plain(part if not part.media else without_pictures(part, phrases))
            if plain == part:
                raise
            await self._again(target, error)
            return Carried(await self._try(target, step, plain, paid=False), unknown=unknown)

    async def _try(self, target: Target, step: Step, part: Part, paid: bool) -> SentPart:
        try:
            return await self._messenger.send(target, part, silent=step.silent, reply_to=step.reply_to, paid=paid)
        except (face.RejectedError, face.UnknownError) as error:
            if paid:  # the payment or the message: without payment it will be told
                raise face.NotPaidError(str(error)) from error
            raise

    async def _again(self, target: Target, error: face.SendError) -> None:
        log.warning(
            "refused as it was; sent another way", chat=target.chat_id, error=type(error).__name__, why=str(error)
        )
        await self._turn(target.chat_id)


def _may_wait(delivery: Delivery, error: face.BusyError) -> bool:
    """What is urgent has waited for its map as long as it may, and goes on without it."""
    if isinstance(error, face.DrawingError):
        return delivery.lane >= Lane.ROUTINE and delivery.retries < MAP_PATIENCE
    return delivery.lane >= Lane.ROUTINE or delivery.retries < URGENT_PATIENCE


def _plain(part: Part) -> Part:
    return Part(replace(part.styled, spans=()))
