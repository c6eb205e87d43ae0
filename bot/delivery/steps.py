"""The single requests that a delivery is made of, and the plan that they belong to."""

from dataclasses import dataclass
from enum import Enum

from bot.delivery.face import Part, Rendered
from bot.model.delivery import SentPart
from bot.store.deliveries import SendRow


class Kind(Enum):
    """What a message is to the post; it decides what later edits do with it."""

    #: Carries the post's words.
    BODY = "body"
    #: Pictures below a text: their caption is never edited.
    PICTURES = "pictures"
    #: More words than an earlier version had: belongs to the post's messages from then on.
    MORE = "more"
    #: The bot's word about the post.
    TOLD = "told"


@dataclass(frozen=True, slots=True)
class Step:
    """One request. ``edits`` None: send ``part``; else make that message show it."""

    part: Part
    kind: Kind = Kind.BODY
    edits: SentPart | None = None
    reply_to: int | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps of a delivery, done ones included."""

    steps: tuple[Step, ...] = ()
    #: Why nothing is to be done, "" otherwise.
    skip: str = ""
    #: Why it is not said again though its answer was lost, "" otherwise.
    hold: str = ""
    #: The revision that the steps show; the copy in the chat has it when they are done.
    revision: int | None = None
    #: The delivery whose messages are edited.
    send: SendRow | None = None
    #: Not yet: ``send`` has to be finished first.
    later: bool = False
    #: Deliveries that the message stands for, when it sums up what was missed.
    listed: tuple[int, ...] = ()
    #: The language whose words the chat does not see yet when this is done, "" when it sees what stands. None: as before.
    owed: str | None = None
    #: Posts of other accounts about the same event whose messages in this chat are to say how it stands when this is done.
    alongside: tuple[int, ...] = ()
    #: The notice whose message grows, 0 for any other.
    live: int = 0
    #: What ``send`` says on top, that its place is not known, holds no more when this is done.
    placed: bool = False


def sending(rendered: Rendered, *, silent: bool, reply_to: int | None) -> list[Step]:
    """One ring for one post: only its first message may make a sound."""
    return [
        Step(
            part,
            Kind.PICTURES if part.media and index else Kind.BODY,
            reply_to=reply_to,
            silent=silent or index > 0,
        )
        for index, part in enumerate(rendered.parts)
    ]
