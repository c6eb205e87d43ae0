"""How a digest of what was kept back by a chat's manners looks: each post with its time, a tap from the original."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.composing import NAME_LIMIT, SIGNS, moment
from bot.delivery.face import Part
from bot.delivery.harmless import line, web_link
from bot.delivery.headline import headline
from bot.delivery.languages import choose
from bot.delivery.mannering import is_left_out
from bot.delivery.manners import WHY_MUTED, rank_of
from bot.delivery.readings import WARMING
from bot.delivery.rendering import TEXT_ROOM
from bot.delivery.shelf import NotYetError, Shelf
from bot.delivery.splitting import split
from bot.delivery.writing import Writing
from bot.locales import Phrases
from bot.model.account import Account
from bot.model.alert import Severity
from bot.model.delivery import State
from bot.model.post import Post
from bot.model.reading import Reading
from bot.reading.relaying import is_over
from bot.store import deliveries, mutes, posts
from bot.store.deliveries import Missed
from bot.store.manners import Place
from bot.store.waiting import Delivery

log = structlog.get_logger(__name__)

#: What the notice of such a digest begins with.
KEPT = '{"kept"'
#: Posts that are named, some four messages; the rest is counted. What is graver stands first.
NAMED = 40
#: Posts of which is asked in one turn whether they are of a muted hazard: reading one takes some milliseconds.
JUDGED = 2 * NAMED
#: First words of a post, characters.
WORDS_LIMIT = 160
#: States of a post that is over, to the phrase that says it.
OVER = {"withdrawn": "away.withdrawn", "cancelled": "away.cancelled"}
_OVER_SIGN = "✅"


def is_past(state: str | None, expires_at: datetime | None, now: datetime) -> bool:
    """A post in this state, with this end, is over."""
    return state is None or state in OVER or (expires_at is not None and expires_at <= now)


@dataclass(frozen=True, slots=True)
class _Line:
    missed: Missed
    post: Post
    account: Account
    #: What its words prove; None where it has fields instead, or cannot be read now.
    reading: Reading | None


@dataclass(frozen=True, slots=True)
class Kept:
    """``parts``: the messages, none where nothing is left to tell of; ``listed``: the deliveries that they stand for;
    ``stands``: something of it is not over.
    """

    parts: tuple[Part, ...]
    listed: tuple[int, ...]
    stands: bool


async def kept_parts(
    shelf: Shelf, delivery: Delivery, listed: Sequence[int], phrases: Phrases, now: datetime
) -> Kept:
    """The messages that stand for these deliveries (ids). What was muted since the digest was queued is left out, and
    settled so, before the first of them is sent.

    Raises NotYetError while the reader is made ready, and where more has to be looked at than one turn has time for.
    """
    if not shelf.readings.can_read():
        raise NotYetError((0, 0, ""), now + WARMING)
    if delivery.state is State.QUEUED and not delivery.parts and not delivery.maybe_repeat:
        await _leave_out(shelf, delivery, listed, now)
    left = tuple(await mutes.not_settled(shelf.conn, listed))
    if not left:
        return Kept((), (), stands=False)
    missed = await in_order(shelf.conn, left, now)
    lines: list[_Line] = []
    for each in missed[:NAMED]:
        account = await shelf.account(each.account_id)
        if account is not None:
            post = (await posts.revision(shelf.conn, each.post_id, each.revision)).post
            reading = await shelf.readings.of((each.post_id, each.revision), post) if post.alert is None else None
            lines.append(_Line(each, post, account, reading))
    parts = await asyncio.to_thread(_composed, lines, len(left), phrases, now)
    return Kept(parts, left, any(not is_past(each.state, each.expires_at, now) for each in missed))


async def in_order(conn: AsyncConnection, listed: Sequence[int], now: datetime) -> list[Missed]:
    """As a digest names these deliveries (ids): what still holds first, by how grave it is, then the newest."""
    missed = await deliveries.missed(conn, listed)
    missed.sort(key=lambda each: (is_past(each.state, each.expires_at, now), -each.severity))
    return missed


async def _leave_out(shelf: Shelf, delivery: Delivery, listed: Sequence[int], now: datetime) -> None:
    """Settle what is muted in the chat and topic by now: events, and hazards as far as that is sure."""
    place = (delivery.chat_id, delivery.thread_id)
    await mutes.settle_summed(shelf.conn, *place, listed, now)
    left = await in_order(shelf.conn, await mutes.not_settled(shelf.conn, listed), now)
    muted = await _of_hazards(shelf, place, left[:JUDGED])
    settled = await mutes.settle_muted(shelf.conn, muted, WHY_MUTED, now)
    if settled and len(left) > JUDGED and JUDGED - len(muted) < NAMED:
        # what is settled stays so: the next turn looks further down
        raise NotYetError((0, 0, ""), now + WARMING)


async def _of_hazards(shelf: Shelf, place: Place, missed: Sequence[Missed]) -> list[int]:
    """The deliveries of these that are surely of a hazard that is left out, as ``mannering`` would have judged them. When as
    many others are found as are named, the rest is not looked at: it is only counted.
    """
    muted: list[int] = []
    for looked_at, each in enumerate(missed):
        if looked_at - len(muted) >= NAMED:
            break
        if rank_of(each.severity, each.lane) < Severity.EXTREME.rank and await _is_left_out(shelf, place, each):
            muted.append(each.delivery_id)
    return muted


async def _is_left_out(shelf: Shelf, place: Place, each: Missed) -> bool:
    account = await shelf.account(each.account_id)
    if account is None:
        return False
    version = (each.post_id, each.revision)
    read = partial(posts.revision, shelf.conn, *version)
    try:
        return await is_left_out(
            shelf, place, each.account_id, partial(shelf.readings.facts, version, account.name, read)
        )
    except SQLAlchemyError:
        raise
    except Exception:  # design rule 7: what cannot be judged is named
        log.exception("a muted hazard could not be looked for", post=each.post_id)
        return False


def _composed(lines: Sequence[_Line], count: int, phrases: Phrases, now: datetime) -> tuple[Part, ...]:
    out = Writing().add(phrases("kept.title"), "bold").add("\n").add(phrases("kept.count", count=count))
    for each in lines:
        _name(out, each, phrases, now)
    if count > len(lines):
        out.add("\n\n" + phrases("kept.more", count=count - len(lines)))
    return tuple(Part(text) for text in split(out.done(), (), TEXT_ROOM))


def _name(out: Writing, each: _Line, phrases: Phrases, now: datetime) -> None:
    post, account = each.post, each.account
    offset = post.utc_offset if post.utc_offset is not None else account.utc_offset
    sign, said = _headline(post, each.reading, phrases)
    if past := is_past(each.missed.state, each.missed.expires_at, now):
        sign = _OVER_SIGN
    out.add(f"\n\n{sign} " + moment(each.missed.published_at, offset, phrases) + " · ")
    name = line(post.author or account.name or account.key, NAME_LIMIT)
    before, behind = phrases.isolates(name)
    out.add(before).add(name, "bold").add(behind + "\n")
    if past:
        out.add(phrases(OVER.get(each.missed.state, "kept.ended")) + " ")
    if said:
        out.add(said + "\n")
    link = web_link(post.url)
    words = line(post.title.strip() or post.text.strip()[: 4 * WORDS_LIMIT], WORDS_LIMIT) or phrases("message.post")
    out.add(words, "text_link" if link else "", url=link)


def _headline(post: Post, reading: Reading | None, phrases: Phrases) -> tuple[str, str]:
    """Its sign, and what was proved of it in the reader's language ("" where nothing was)."""
    alert = post.alert
    if alert is None:
        sign, said = headline(reading, phrases) if reading is not None else ("", "")
        return sign or "▫️", said
    sign = _OVER_SIGN if is_over(alert) else SIGNS[alert.severity]
    wordings = [wording for hazard in alert.hazards for wording in hazard.wordings]
    wording = choose(wordings, phrases.language)
    event = line(wording.event if wording else "", NAME_LIMIT)
    if not event:
        return sign, ""
    severity = phrases(f"severity.{alert.severity.value.lower()}")
    return sign, phrases("message.hazard", severity=severity, event=event)
