"""What a delivery still has to do in its chat, as single requests. Computed anew before each: a restart changes nothing."""

import json
from dataclasses import replace
from datetime import datetime

from bot.delivery import live
from bot.delivery.away import sum_up
from bot.delivery.briefing import briefing_parts
from bot.delivery.changing import OVER, change
from bot.delivery.confirming import confirming
from bot.delivery.kept import KEPT, kept_parts
from bot.delivery.rendering import marked, render_notice
from bot.delivery.saying import owed_by, own_words, seen_as
from bot.delivery.shelf import Shelf
from bot.delivery.steps import Kind, Plan, Step, sending
from bot.locales import Phrases
from bot.model.account import Account
from bot.model.alert import MsgType
from bot.model.delivery import Op, State
from bot.model.post import Revision
from bot.reading.relaying import is_over
from bot.store import briefings, coverages, deliveries
from bot.store.forgetting import TAKEN_BACK
from bot.store.waiting import Delivery

#: Why a digest ends without a request.
ALL_MUTED = "all that it tells of was muted meanwhile"


async def plan(shelf: Shelf, delivery: Delivery, phrases: Phrases, now: datetime) -> Plan:
    """The steps of a delivery. Raises NotYetError while its words are being made and it may wait for them."""
    if delivery.op is Op.NOTICE:
        return await _notice(shelf, delivery, phrases, now)
    if delivery.post_id is None or delivery.account_id is None:
        return Plan(skip="its post is gone")
    account = await shelf.account(delivery.account_id)
    if account is None:
        return Plan(skip="its account is gone")
    if delivery.op is Op.SEND:
        return await _send(shelf, delivery, delivery.post_id, account, phrases, now)
    return await change(shelf, delivery, delivery.post_id, account, phrases, now)


async def _send(
    shelf: Shelf, delivery: Delivery, post_id: int, account: Account, phrases: Phrases, now: datetime
) -> Plan:
    if delivery.post_state in OVER and not delivery.parts:
        # what is over is not rung; where it may have arrived, the chat hears of its end all the same
        if delivery.state is State.UNSURE:
            return Plan(hold="it may have arrived; meanwhile it was lifted or removed")
        return Plan(skip="lifted or removed before it was sent")
    # the rest of a message goes on in the version that it began in; nothing there yet: the newest
    number = (delivery.rendered_revision if delivery.parts else None) or delivery.post_revision
    seen = await seen_as(shelf, delivery, post_id, number, account, phrases, now)
    root = delivery.root_id or post_id
    reply_to = await shelf.first_message(delivery.chat_id, delivery.thread_id, post_id, root)
    if reply_to is None and _lifts(seen.revision) and not await _may_have(shelf, delivery, post_id, root):
        return Plan(skip="the chat never got what this lifts")
    told = await confirming(shelf, delivery, seen.revision.post, phrases)
    if reply_to is None:
        reply_to = told.reply_to
    steps = sending(seen.rendered, silent=delivery.silent or told.quiet, reply_to=reply_to)
    mark = own_words(delivery.notice, phrases).mark or told.words
    if mark:
        steps[0] = replace(steps[0], part=marked(steps[0].part, mark, "bold"))
    if delivery.parts:  # what follows hangs below the first message
        first = delivery.parts[0].message_ids[0] if delivery.parts[0].message_ids else None
        steps[1:] = [replace(step, reply_to=first) for step in steps[1:]]
    return Plan(tuple(steps), revision=number, owed=owed_by(seen, phrases), alongside=told.alongside)


def _lifts(revision: Revision) -> bool:
    """It says of an earlier message that it is over."""
    post = revision.post
    if post.alert is None:
        return False
    return post.alert.msg_type is MsgType.CANCEL or (bool(post.supersedes) and is_over(post.alert))


async def _may_have(shelf: Shelf, delivery: Delivery, post_id: int, root: int) -> bool:
    """A warning whose answer was lost may stand in the chat: then its end is worth saying."""
    return await deliveries.is_in_doubt(shelf.conn, delivery.chat_id, delivery.thread_id, post_id, root)


async def _live(shelf: Shelf, delivery: Delivery, phrases: Phrases) -> Plan:
    """The message of a running report, or (another notice) its next edit; a new one where there is none to edit."""
    says = json.loads(delivery.notice)["live"]
    root = await coverages.root(shelf.conn, says.get("root", delivery.id))
    account = await shelf.account(root.account_id) if root is not None else None
    if root is None or account is None:
        return Plan(skip="what it tells of is gone")
    edits = root.message if root.delivery_id != delivery.id else None
    step = Step(await live.shown(shelf, root, account, phrases), Kind.TOLD, edits=edits, silent=True)
    return Plan((step,), listed=root.listed, live=root.delivery_id)


async def _notice(shelf: Shelf, delivery: Delivery, phrases: Phrases, now: datetime) -> Plan:
    if not delivery.notice:
        return Plan(skip=TAKEN_BACK)
    if delivery.notice.startswith(coverages.BEGINNING):
        return await _live(shelf, delivery, phrases)
    listed = json.loads(delivery.notice).get("listed")
    if delivery.notice.startswith(KEPT):
        kept = await kept_parts(shelf, delivery, listed, phrases, now)
        if not kept.parts:
            return Plan(skip=ALL_MUTED)
        listed, silent = kept.listed, delivery.silent or not kept.stands
        steps = [Step(part, silent=silent or index > 0) for index, part in enumerate(kept.parts)]
    elif listed:
        parts = await sum_up(shelf, listed, phrases)
        steps = [Step(part, silent=delivery.silent or index > 0) for index, part in enumerate(parts)]
    elif delivery.notice.startswith(briefings.BEGINNING):
        steps = [Step(part, silent=delivery.silent) for part in await briefing_parts(delivery.notice, phrases)]
    else:
        said = render_notice(own_words(delivery.notice, phrases).mark)
        steps = sending(said, silent=delivery.silent, reply_to=None)
    return Plan(tuple(replace(step, kind=Kind.TOLD) for step in steps), listed=tuple(listed or ()))
