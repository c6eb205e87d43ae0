"""What a chat's manners do to a delivery whose turn it is: it comes, comes without a sound, waits for a digest, or is not
sent. Part of a turn; the digest is made in ``releasing``.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.delivery.hours import local_midnight
from bot.delivery.judging import change
from bot.delivery.manners import (
    WHY_MUTED,
    WHY_PAUSE,
    Coming,
    Ruling,
    free_from,
    is_paused,
    loudest,
    rank_of,
    rings,
    rule,
)
from bot.delivery.readings import WARMING
from bot.delivery.shelf import NotYetError, Shelf
from bot.matching.evaluating import Truth, judge
from bot.matching.facts import Facts
from bot.matching.parsing import read_back
from bot.model.alert import Severity
from bot.model.delivery import Op, State
from bot.model.manners import Effective, Manners, Telling, Way, effective
from bot.store import coverages, posts
from bot.store import manners as manner_store
from bot.store.manners import Place as ChatPlace
from bot.store.manners import Wanted
from bot.store.settling import Change
from bot.store.waiting import Delivery

#: What is decided anew, because somebody changes by what, is decided then.
_ANEW = timedelta(seconds=1)


async def heed(shelf: Shelf, delivery: Delivery, now: datetime) -> Delivery | Change:
    """The delivery as it is to come now, or how it stands instead.

    What changes or goes on with what the chat has comes in any case, without a sound where none is wanted.
    """
    place = (delivery.chat_id, delivery.thread_id)
    manners = await shelf.manners(place)
    own = await shelf.wanted((*place, delivery.account_id)) if delivery.account_id is not None else []
    if manners == Manners() and not own:
        return delivery
    rank, here = rank_of(delivery.severity, delivery.lane), effective(manners)
    if _is_word(delivery) and is_paused(here, rank, now):
        until = free_from(here, now, rank)
        return change(delivery, State.DEFERRED, now, was=delivery.state, not_before=until, error=WHY_PAUSE)
    if not await _is_new(shelf, delivery):
        loud = any(rings(each, rank, now) for each in _usual(delivery, here, manners, own))
        return replace(delivery, silent=delivery.silent or not loud)
    ruling, keeping = await _ruling(shelf, delivery, manners, own, rank, now)
    match ruling.coming:
        case Coming.RINGS:
            return delivery
        case Coming.SILENTLY:
            return replace(delivery, silent=True)
        case Coming.LATER:
            if not await manner_store.still_hold(shelf.conn, place, manners, own):
                # somebody is changing them: decided anew by what holds then, lest it wait by what holds no more
                return change(delivery, delivery.state, now, was=delivery.state, not_before=now + _ANEW)
            until = ruling.until or now
            return change(
                delivery, State.DEFERRED, now,
                was=delivery.state, not_before=until, error=ruling.why, held_for=keeping,
            )  # fmt: skip
        case Coming.NEVER:
            return change(delivery, State.SKIPPED, now, was=delivery.state, error=ruling.why)


def _usual(delivery: Delivery, here: Effective, manners: Manners, own: Sequence[Wanted]) -> list[Effective]:
    """By what comes in any case may make a sound: the bot's own words know silence alone, a digest is one."""
    if delivery.op is not Op.NOTICE:
        return [effective(manners, each.own) for each in own] or [here]
    silent = here.telling.way is Way.SILENT
    return [here if silent else replace(here, telling=Telling())]


def _is_word(delivery: Delivery) -> bool:
    """A new word of the bot's own; what changes a message that is there already is none."""
    begun = delivery.state is not State.QUEUED or delivery.parts or delivery.maybe_repeat
    return delivery.op is Op.NOTICE and not begun and not delivery.notice.startswith(coverages.BEGINNING)


async def _is_new(shelf: Shelf, delivery: Delivery) -> bool:
    """It is a post that would ring, of an event that the chat has no message of."""
    begun = delivery.state is not State.QUEUED or delivery.parts or delivery.maybe_repeat
    if delivery.op is not Op.SEND or delivery.post_id is None or delivery.silent or begun:
        return False
    root = delivery.root_id or delivery.post_id
    told = await shelf.first_message(delivery.chat_id, delivery.thread_id, delivery.post_id, root)
    return told is None


async def _ruling(
    shelf: Shelf, delivery: Delivery, manners: Manners, own: Sequence[Wanted], rank: int, now: datetime
) -> tuple[Ruling, tuple[int, ...]]:
    """By the loudest of the subscriptions that found it, and which of these keep it for later where one has manners of its
    own. One whose filter cannot be judged counts, as each does for what is Extreme: that waits for no reading.
    """
    by = {each.subscription_id: effective(manners, each.own) for each in own}
    facts = None
    if rank < Severity.EXTREME.rank and (len(own) > 1 or manners.muted or any(each.muted for each in by.values())):
        facts = await _facts(shelf, delivery, now)
    found = {each.subscription_id: by[each.subscription_id] for each in own if _finds(each, facts)} or by
    if not found:
        return await _one(shelf, delivery, effective(manners), facts, rank, now, theirs=False), ()
    rulings = {
        number: await _one(shelf, delivery, holds, facts, rank, now, theirs=holds.telling != manners.telling)
        for number, holds in found.items()
    }
    keeping = sorted(number for number, each in rulings.items() if each.coming is Coming.LATER)
    return loudest(rulings.values(), now), tuple(keeping)


async def _one(
    shelf: Shelf, delivery: Delivery, holds: Effective, facts: Facts | None, rank: int, now: datetime, *, theirs: bool
) -> Ruling:
    if facts is not None and _is_muted(holds, facts):
        return Ruling(Coming.NEVER, why=WHY_MUTED)
    rung = 0
    if holds.telling.way is Way.MOST:
        since, place = local_midnight(holds.zone, now), (delivery.chat_id, delivery.thread_id)
        rung = await manner_store.rung(shelf.conn, place, since, delivery.account_id if theirs else None)
    return rule(holds, rank, now, rung)


async def is_left_out(
    shelf: Shelf, place: ChatPlace, account_id: int, facts_of: Callable[[], Awaitable[Facts | None]]
) -> bool:
    """A post of this account is surely of a hazard that each subscription which found it leaves out by now."""
    manners, own = await shelf.manners(place), await shelf.wanted((*place, account_id))
    holds = [effective(manners, each.own) for each in own] or [effective(manners)]
    if not any(each.muted for each in holds):
        return False
    facts = await facts_of()
    if facts is None:
        return False
    found = [effective(manners, each.own) for each in own if _finds(each, facts)] or holds
    return all(_is_muted(each, facts) for each in found)


def _finds(each: Wanted, facts: Facts | None) -> bool:
    return facts is None or not each.filter or judge(read_back(each.filter), facts) is not Truth.NO


def _is_muted(holds: Effective, facts: Facts) -> bool:
    """Surely of a muted hazard: what is not known comes."""
    return any(judge(read_back(each), facts) is Truth.YES for each in holds.muted)


async def _facts(shelf: Shelf, delivery: Delivery, now: datetime) -> Facts | None:
    """None: nobody can tell just now. Raises NotYetError while the reader is made ready."""
    account = await shelf.account(delivery.account_id) if delivery.account_id is not None else None
    if account is None or delivery.post_id is None:
        return None
    version = (delivery.post_id, delivery.post_revision)
    if not shelf.readings.can_read():
        raise NotYetError((*version, ""), now + WARMING)
    return await shelf.readings.facts(version, account.name, partial(posts.revision, shelf.conn, *version))
