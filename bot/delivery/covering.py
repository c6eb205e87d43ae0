"""Live coverage: posts of one account that come as a running series are named in one message that grows, without a sound.

Only where a chat asked for it. What may be urgent rings as a message of its own, whatever else is under way. Each step is
written in the transaction that decides it, so a crash loses no post; an edit that is done twice changes nothing.
"""

import json
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.judging import change
from bot.delivery.live import has_room
from bot.delivery.shelf import Shelf
from bot.locales import Phrases
from bot.model.alert import Severity
from bot.model.delivery import Lane, Op, State
from bot.model.place import UNPLACED
from bot.model.post import Post, words_of
from bot.model.reading import Action, HazardKind, Reading
from bot.reading.levelling import MOST_CHARACTERS
from bot.reading.rungs import gravity
from bot.store import coverages, deliveries, settling
from bot.store import posts as post_store
from bot.store.coverages import Covered, Root
from bot.store.deliveries import Draft
from bot.store.waiting import Delivery

#: A series: so many posts, this one included, within so long. The first two are sent as ever: nobody knows yet.
SERIES, WITHIN = 3, timedelta(minutes=90)
#: Why a delivery waits to be named instead of being sent.
NAMED = "told in the message of a running report"
#: What happens at once, whatever the level.
_SUDDEN = frozenset((
    HazardKind.EARTHQUAKE, HazardKind.TSUNAMI, HazardKind.EXPLOSION, HazardKind.LEAK, HazardKind.COLLAPSE,
    HazardKind.LANDSLIDE, HazardKind.FIRE, HazardKind.TORNADO, HazardKind.FLASH_FLOOD,
))  # fmt: skip


def may_be_urgent(post: Post, reading: Reading) -> bool:
    """Whether it has to ring as its own message: it has fields, or says that something grave begins or rises."""
    if post.alert is not None or post.supersedes:
        return True
    news = {Action.ISSUED, Action.RAISED}
    return any(
        claim.action in news
        and (claim.hazard in _SUDDEN or gravity(claim.level, claim.scheme).rank >= Severity.SEVERE.rank)
        for claim in reading.claims
    )


async def take_in(
    shelf: Shelf, delivery: Delivery, covered: Covered, root_id: int | None, now: datetime, phrases: Phrases
) -> bool:
    """Let a post that waits to be sent be named in the message of its series instead; False when it is none of one.

    All of it in the caller's transaction. ``root_id``: whose message grew last there.
    """
    conn = shelf.conn
    if delivery.op is not Op.SEND or delivery.state is not State.QUEUED or delivery.parts or delivery.post_id is None:
        return False
    if delivery.retries:
        return False  # it was tried by itself, or the message that was to name it came to nothing
    news = delivery.notice and delivery.notice != UNPLACED
    if delivery.lane is not Lane.ROUTINE or news or delivery.root_id not in {None, delivery.post_id}:
        return False
    known = await post_store.get(conn, delivery.post_id)
    if known is None or known.state != "current":
        return False
    upto = known.published_at
    if await coverages.lately(conn, covered, known.post_id, upto - WITHIN, upto, root_id) < SERIES - 1:
        return False
    post = (await post_store.revision(conn, known.post_id, known.revision)).post
    if len(words_of(post)) > MOST_CHARACTERS:
        return False  # it is not read to its end, so nobody knows how urgent it is
    reading = await shelf.readings.of((known.post_id, known.revision), post)
    if reading is None or may_be_urgent(post, reading):
        return False
    root = await coverages.root(conn, root_id) if root_id is not None else None
    if root is None or not await _goes_on(shelf, root, delivery, upto, phrases):
        notice = coverages.root_notice(covered[2], [delivery.id])
        new = await _enqueue(conn, delivery.chat_id, delivery.thread_id, notice, now)
        await coverages.set_root(conn, covered, new)
    else:
        new = root.delivery_id
        await coverages.rewrite_root(conn, root, [*root.listed, delivery.id])
        if root.message is not None or root.in_doubt:
            await _grow(conn, delivery.chat_id, delivery.thread_id, new, now)
    named = change(delivery, State.EXPIRED, now, was=delivery.state, error=NAMED, folded_into=new)
    await settling.change(conn, [named])
    return True


async def _goes_on(shelf: Shelf, root: Root, delivery: Delivery, at: datetime, phrases: Phrases) -> bool:
    """The message is still there to grow, the series did not break off, and the line has room."""
    waits = root.state is State.QUEUED and not root.parts
    if root.message is None and not waits and not (root.in_doubt and root.state is not State.HELD):
        return False
    lines = await coverages.named(shelf.conn, [*root.listed, delivery.id])
    earlier = [each.published_at for each in lines if each.delivery_id != delivery.id]
    if not earlier or at - max(earlier) > WITHIN:
        return False
    account = await shelf.account(root.account_id)
    return account is not None and await has_room(lines, account, phrases, shelf.readings)


async def _grow(conn: AsyncConnection, chat_id: int, thread_id: int, root_id: int, now: datetime) -> None:
    """Queue that the message has grown, once however many posts came meanwhile."""
    if not await coverages.growth_waits(conn, chat_id, root_id):
        await _enqueue(conn, chat_id, thread_id, coverages.growth_notice(root_id), now)


async def _enqueue(conn: AsyncConnection, chat_id: int, thread_id: int, notice: str, now: datetime) -> int:
    draft = Draft(chat_id, Op.NOTICE, Lane.ROUTINE, thread_id, silent=True, notice=notice)
    return await deliveries.enqueue_one(conn, draft, now)


async def come_to_nothing(conn: AsyncConnection, delivery: Delivery, now: datetime) -> None:
    """A notice was given up for good. Where it was of a running report, what it was to name is said all the same: in a new
    message, or, where that was the message itself, each by itself.
    """
    if not delivery.notice.startswith(coverages.BEGINNING):
        return
    root_id = json.loads(delivery.notice)["live"].get("root")
    if root_id is not None:
        await go_on_anew(conn, delivery, root_id, now)
    elif (root := await coverages.root(conn, delivery.id)) is not None:
        await coverages.say_singly(conn, root.listed, now)


async def go_on_anew(conn: AsyncConnection, delivery: Delivery, root_id: int, now: datetime) -> None:
    """The message could not be changed (it was deleted, or is too old): what it does not name yet begins a new one."""
    root = await coverages.root(conn, root_id)
    left = await coverages.unlisted(conn, root.listed) if root is not None else []
    if root is None or not left:
        return
    notice = coverages.root_notice(root.account_id, left)
    new = await _enqueue(conn, delivery.chat_id, delivery.thread_id, notice, now)
    await coverages.rewrite_root(conn, root, [each for each in root.listed if each not in set(left)])
    await coverages.refold(conn, left, new)
    await coverages.set_root(conn, (delivery.chat_id, delivery.thread_id, root.account_id), new)
