"""What a try means for its delivery: from an answer or an error to the row as it stands then. No I/O.

Each kind of error has one line in ``failed``; which answer of Telegram is which kind stands in ``chat.errors``.
"""

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from bot.delivery import face
from bot.delivery.face import SendError
from bot.delivery.pacing import Ticket
from bot.delivery.steps import Plan, Step
from bot.locales import Phrases
from bot.model.delivery import Lane, SentPart, State
from bot.store.settling import Change
from bot.store.waiting import Delivery

#: Tries of one request whose answer was lost or strange before its delivery is given up, for the operator to see.
MOST_ATTEMPTS = 12
#: Back-off after such a try: 2 s doubling to 5 min, with jitter: in all about half an hour.
FIRST_BACKOFF, LONGEST_BACKOFF = 2.0, 300.0
JITTER = (0.8, 1.2)
#: Tries of a request that is refused for a reason that no table knows.
MOST_UNKNOWN = 5
#: How many lost answers in a row are borne while no other message of the bot is answered either, the chat itself being
#: in reach: then something swallows this message, and a chat must not fill with copies of it.
MOST_UNSEEN = 3
#: A delivery that hit a fault of ours rests this long, seconds.
ASIDE = 60.0

#: Forms of an edit that changed nothing in the chat.
UNCHANGED = {
    "gone": "the messages are no longer in the chat",
    "kept": "Telegram does not let the messages be edited",
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request for one delivery: what was decided before it went out."""

    delivery: Delivery
    plan: Plan
    step: Step
    says: Phrases
    ticket: Ticket
    #: The revision that the chat shows once it has arrived, None for a word of the bot's own.
    shows: int | None
    #: The answer to an earlier sending of this very message was lost.
    again: bool
    #: Ask first whether the chat is in reach.
    probe: bool = False

    @property
    def messages(self) -> int:
        """As Telegram counts: each picture of an album is one."""
        return max(1, len(self.step.part.media)) if self.step.edits is None else 1


class Repeat(Enum):
    """Whether a message whose answer was lost may be sent again."""

    GO = "go"
    PROBE = "probe"
    HOLD = "hold"


def repeat(delivery: Delivery, *, repeats_routine: bool, answered_at: datetime | None) -> Repeat:
    """Design rule 4. Once at once; after that only when Telegram is seen to answer: a second copy is better than a
    miss, a tenth is not. ``answered_at`` is when a sending of this bot was last answered.
    """
    if not delivery.attempts:
        return Repeat.GO  # nothing was tried since an operator asked for it again
    if delivery.lane >= Lane.ROUTINE and not repeats_routine:
        return Repeat.HOLD
    if delivery.attempts <= 1:
        return Repeat.GO
    if answered_at is not None and delivery.claimed_at is not None and answered_at > delivery.claimed_at:
        return Repeat.GO
    return Repeat.PROBE if delivery.attempts <= MOST_UNSEEN else Repeat.HOLD


def arrived(attempt: Attempt, sent: SentPart, now: datetime, *, unknown: int = 0) -> Change:
    """Telegram has taken it: the delivery is done, or its next part waits, sure of itself and its attempts anew.
    ``unknown``: refusals on the way that no table knows.
    """
    delivery, parts = attempt.delivery, (*attempt.delivery.parts, sent)
    values: dict[str, object] = {"parts": parts, "unknown_errors": delivery.unknown_errors + unknown}
    if delivery.arrived_at is None and sent.form not in UNCHANGED:
        values["arrived_at"] = now
    if len(parts) < len(attempt.plan.steps):
        return change(delivery, State.QUEUED, now, was=State.SENDING, attempts=0, **values)
    state, why = ending(parts)
    return change(delivery, state, now, was=State.SENDING, error=why, **values)


def failed(attempt: Attempt, error: SendError, now: datetime, rng: random.Random) -> Change:
    """How the delivery stands after an error."""
    delivery, tried = _without_vain_repeat(attempt, error), attempt.delivery.attempts + 1
    wait = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2.0 ** min(delivery.attempts, 10)) * rng.uniform(*JITTER)
    later = now + timedelta(seconds=wait)
    match error:
        case face.TokenLostError() | face.OutOfReachError():
            # nothing was tried on the delivery's own account
            return _back(delivery, now if isinstance(error, face.TokenLostError) else later, error)
        case face.MigratedError() | face.NotSentError():
            return _back(delivery, now, error, retries=1)
        case face.NotPaidError() if attempt.ticket.paid:
            return _back(delivery, now, error, retries=1)
        case face.RestingError(seconds=seconds):
            return _back(delivery, now + timedelta(seconds=seconds), error)
        case face.FloodError(retry_after=seconds) | face.BusyError(seconds=seconds):
            return _back(delivery, now + timedelta(seconds=seconds), error, retries=1)
        case face.LostAnswerError():
            # refusals before the first lost answer are no lost answers
            tried = tried if delivery.state is State.UNSURE else 1
            lost = _in_doubt(attempt) | {"attempts": tried, "error": str(error)}
            if tried >= MOST_ATTEMPTS:
                given_up = State.HELD if attempt.step.edits is None else State.FAILED
                return change(delivery, given_up, now, was=State.SENDING, **lost)
            again = {"not_before": later, "retries": delivery.retries + 1}
            return change(delivery, State.UNSURE, now, was=State.SENDING, **lost, **again)
        case face.UnknownError() | face.NotPaidError():
            # a payment refused of a message that was not to be paid for is as strange as any
            unknown = delivery.unknown_errors + 1
            if min(tried, unknown) < MOST_UNKNOWN:  # lost answers before it are no refusals
                return _back(delivery, later, error, retries=1, attempts=1, unknown=1)
            return change(delivery, State.FAILED, now, was=State.SENDING, error=str(error), unknown_errors=unknown)
        case _:
            return change(delivery, State.FAILED, now, was=State.SENDING, error=str(error))


def _without_vain_repeat(attempt: Attempt, error: SendError) -> Delivery:
    """A repeat is counted when it is about to go out; one that surely did not arrive was none."""
    if not attempt.again or isinstance(error, face.LostAnswerError):
        return attempt.delivery
    return replace(attempt.delivery, repeats=attempt.delivery.repeats - 1)


def own_fault(delivery: Delivery, now: datetime, *, attempt: Attempt | None = None) -> Change:
    """A fault of Tocsin's own: it waits; one that stays is given up, visibly. ``attempt``: the request went out, or was
    about to, so whatever Telegram said to it is lost to us.
    """
    was = State.SENDING if attempt is not None else delivery.state
    values: dict[str, object] = {"error": "a fault of Tocsin's own; see the log"}
    if attempt is not None:
        values |= _in_doubt(attempt)
    if delivery.attempts + 1 >= MOST_ATTEMPTS:
        return change(delivery, State.FAILED, now, was=was, **values)
    values |= {"attempts": delivery.attempts + 1, "not_before": now + timedelta(seconds=ASIDE)}
    if attempt is None:
        return change(delivery, was, now, was=was, **values)
    return change(delivery, State.UNSURE, now, was=was, retries=delivery.retries + 1, **values)


def _in_doubt(attempt: Attempt) -> dict[str, object]:
    """Its answer is lost. An edit that was done already changes nothing when it is done again."""
    delivery = attempt.delivery
    doubt = attempt.step.edits is None or delivery.maybe_repeat
    return {"lost_answers": delivery.lost_answers + 1, "maybe_repeat": doubt}


def ending(parts: tuple[SentPart, ...]) -> tuple[State, str]:
    """How a delivery ends whose requests are all done, and why."""
    forms = {part.form for part in parts}
    if forms and forms <= UNCHANGED.keys():
        return State.SKIPPED, "; ".join(UNCHANGED[form] for form in sorted(forms))
    return State.SENT, ""


def change(delivery: Delivery, state: State, now: datetime, *, was: State, **values: object) -> Change:
    """The delivery in another state; what ``values`` does not say stays as it is."""
    settled = state not in {State.QUEUED, State.UNSURE, State.SENDING, State.DEFERRED}
    fields: dict[str, object] = {
        "parts": delivery.parts,
        "not_before": now if state is State.QUEUED else delivery.not_before,
        "attempts": delivery.attempts,
        "maybe_repeat": delivery.maybe_repeat,
        "retries": delivery.retries,
        "lost_answers": delivery.lost_answers,
        "repeats": delivery.repeats,
        "unknown_errors": delivery.unknown_errors,
        "arrived_at": delivery.arrived_at,
        "held_for": delivery.held_for,
        "settled_at": now if settled else None,
    }
    return Change(delivery.id, was, state, **(fields | values))  # type: ignore[arg-type]


def _back(
    delivery: Delivery, at: datetime, error: SendError, *, retries: int = 0, attempts: int = 0, unknown: int = 0
) -> Change:
    return change(
        delivery,
        delivery.state,
        at,
        was=State.SENDING,
        not_before=at,
        error=str(error),
        retries=delivery.retries + retries,
        attempts=delivery.attempts + attempts,
        unknown_errors=delivery.unknown_errors + unknown,
    )
