"""``tocsin outbox``: what was given up or held, and sending it again beside a running service. Prints nothing."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.delivery import old_news
from bot.delivery.judging import change
from bot.model.delivery import Op, State
from bot.store import given_up, settling, waiting
from bot.store.database import Database
from bot.store.given_up import Row
from bot.store.settling import Change
from bot.store.waiting import Delivery

#: Given up or held: what waits for an operator.
STUCK = (State.FAILED, State.HELD)
#: Deliveries in one transaction: the service writes in between.
CHUNK = 200

_NOT_STUCK = {
    State.QUEUED: "it is waiting to be sent already",
    State.SENDING: "it is being sent just now",
    State.UNSURE: "its answer was lost, and it is sent again by itself",
    State.SENT: "it has arrived",
    State.DEFERRED: "it waits for its chat's digest: quiet hours, a pause, or how the chat wants to be told",
    State.EXPIRED: "it was no news any more: its chat is told of it in one message with the others",
    State.SKIPPED: "there was nothing to do",
}
_OVER = {
    "withdrawn": "the agency has removed the post since",
    "cancelled": "the agency has lifted the alert since",
    "superseded": "a newer message of the agency has taken its place",
}
_NOW = "it goes out as soon as its turn comes"
_AS_REPEAT = "it goes out marked as a possible repeat: the answer to an earlier sending was lost"
_AS_OLD_NEWS = "it is no news any more: its chat is told of it in one message with the others"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the wish to send a delivery again, and why."""

    delivery_id: int
    again: bool
    why: str


async def resend(db: Database, delivery_ids: Sequence[int], now: datetime, *, all_of: bool = False) -> list[Outcome]:
    """Queue these again where that makes sense; one transaction, which no writer of the service can come between.

    ``all_of``: they were not named one by one, so words of the bot's own that may be untrue by now stay out. The
    running service finds what is queued within seconds. Nothing is unpaused.
    """
    async with db.begin() as conn:
        rows = await given_up.by_id(conn, delivery_ids)
        stuck = [number for number, row in rows.items() if row.state in STUCK]
        # held from other writers until the end of the transaction, and read anew under that hold
        held = {each.id: each for each in await waiting.load(conn, stuck)}
        outcomes: list[Outcome] = []
        changes: list[Change] = []
        for number in dict.fromkeys(delivery_ids):
            outcome = _judge(number, rows.get(number), held.get(number), now, all_of=all_of)
            outcomes.append(outcome)
            if outcome.again:
                changes.append(_requeued(held[number], now))
        await settling.change(conn, changes)
    return outcomes


async def resend_all(
    db: Database, states: Sequence[State], since: datetime | None, now: datetime
) -> AsyncIterator[list[Outcome]]:
    """Queue again everything in these states (of ``STUCK``), oldest first, a few hundred at a time."""
    for state in states:
        after = 0
        while True:
            async with db.read() as conn:
                page = await given_up.numbers(conn, state, since, after, CHUNK)
            if not page:
                break
            after = page[-1]
            yield await resend(db, page, now, all_of=True)


async def listed(
    db: Database, states: Sequence[State], since: datetime | None, limit: int
) -> tuple[list[Row], dict[State, int]]:
    """The newest deliveries in these states, and how many there are of each."""
    async with db.read() as conn:
        counted = await given_up.counts(conn, states, since)
        rows = [row for state in states for row in await given_up.newest(conn, state, since, limit)]
    rows.sort(key=lambda row: row.id, reverse=True)
    return rows[:limit], dict(counted)


def _judge(number: int, row: Row | None, held: Delivery | None, now: datetime, *, all_of: bool) -> Outcome:
    if row is None:
        return Outcome(number, False, "there is no delivery of this number")
    why = _why_not(row, held, all_of=all_of)
    if why or held is None:
        return Outcome(number, False, why)
    if _is_old(held, now):
        return Outcome(number, True, _AS_OLD_NEWS)
    return Outcome(number, True, _AS_REPEAT if held.maybe_repeat else _NOW)


def _why_not(row: Row, held: Delivery | None, *, all_of: bool) -> str:
    if row.state not in STUCK:
        return _NOT_STUCK[row.state]
    if held is None or held.state not in STUCK:
        return "the service is writing it just now; try again"
    if row.chat_state != "active":
        reason = f" ({row.paused_reason})" if row.paused_reason else ""
        return f"its chat is paused{reason}; somebody there has to speak to the bot first"
    if row.op is Op.SEND and row.post_state in _OVER:
        return _OVER[row.post_state]
    if row.op is Op.NOTICE and all_of and not is_sum(row.notice):
        return "a word of the bot's own, which may be untrue by now; name it by its number to send it all the same"
    return ""


def is_sum(notice: str) -> bool:
    """Tell whether a notice sums up posts that a chat has missed, rather than being a word about a source."""
    return bool(notice) and bool(json.loads(notice).get("listed"))


def _is_old(delivery: Delivery, now: datetime) -> bool:
    """It would not ring, were it queued."""
    return bool(old_news.why_old(replace(delivery, state=State.QUEUED), now))


def _requeued(delivery: Delivery, now: datetime) -> Change:
    """Its tries begin anew. One that may have arrived is unsure, which marks it when it is said again."""
    doubtful = delivery.maybe_repeat and not _is_old(delivery, now)
    return change(
        delivery,
        State.UNSURE if doubtful else State.QUEUED,
        now,
        was=delivery.state,
        not_before=now,
        attempts=0,
        retries=delivery.retries + 1,
    )
