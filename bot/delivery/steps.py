"""What a delivery still has to do in its chat, as single requests. Computed anew before each: a restart changes nothing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.face import Part, Styled
from bot.delivery.rendering import CAPTION_LIMIT, Circumstances, compose, render, render_notice
from bot.delivery.splitting import TEXT_LIMIT, split
from bot.delivery.writing import Writing, units
from bot.locales import Phrases
from bot.model.account import Account
from bot.model.alert import MsgType
from bot.model.delivery import Op, SentPart, State
from bot.model.post import Revision
from bot.store import accounts as account_store
from bot.store import deliveries
from bot.store import posts as post_store
from bot.store.deliveries import Delivery, SendRow

#: A copy in one of these states never came to the chat: there is nothing to edit or mark.
_NEVER_SHOWN = frozenset((State.FAILED, State.EXPIRED, State.SKIPPED))
#: Phrases of a mark after which the words are struck through.
_STRIKING = frozenset(("message.withdrawn",))


@dataclass(frozen=True, slots=True)
class Step:
    """One request. ``edits`` None: send ``part``; else make that message show it."""

    part: Part
    edits: SentPart | None = None
    reply_to: int | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps of a delivery, done ones included; ``skip`` says why nothing is to be done."""

    steps: tuple[Step, ...] = ()
    skip: str = ""
    #: The revision that the steps show; the copy in the chat has it when they are done.
    revision: int | None = None
    #: The delivery whose messages are edited.
    send: SendRow | None = None


async def plan(conn: AsyncConnection, delivery: Delivery, phrases: Phrases) -> Plan:
    """The steps of a delivery."""
    if delivery.op is Op.NOTICE:
        return _notice(delivery, phrases)
    if delivery.post_id is None or delivery.account_id is None:
        return Plan(skip="its post is gone")
    stored = await account_store.get(conn, delivery.account_id)
    if stored is None:
        return Plan(skip="its account is gone")
    if delivery.op is Op.SEND:
        return await _send(conn, delivery, delivery.post_id, stored.account, phrases)
    send = await deliveries.send_of(conn, delivery.chat_id, delivery.thread_id, delivery.post_id)
    if send is None or send.state in _NEVER_SHOWN or not send.parts:
        return Plan(skip="the chat never got the original")
    if delivery.op is Op.EDIT:
        return await _edit(conn, delivery, send, stored.account, phrases)
    return await _mark(conn, delivery, send, stored.account, phrases)


def with_repeat_mark(part: Part, phrases: Phrases) -> Part:
    """The part with "this may be a repeat" on top, where Telegram's limits leave room for it."""
    out = Writing().add(phrases("message.maybe_repeat") + "\n", "italic").append(part.styled).done()
    limit = CAPTION_LIMIT if part.media else TEXT_LIMIT
    return replace(part, styled=out) if units(out.text) <= limit else part


async def _send(conn: AsyncConnection, delivery: Delivery, post_id: int, account: Account, phrases: Phrases) -> Plan:
    number = delivery.rendered_revision or delivery.post_revision
    revision = await post_store.revision(conn, post_id, number)
    root = delivery.root_id or post_id
    reply_to = await deliveries.event_message(conn, delivery.chat_id, delivery.thread_id, post_id, root)
    alert = revision.post.alert
    if alert is not None and alert.msg_type is MsgType.CANCEL and reply_to is None:
        return Plan(skip="the chat never got what this lifts")
    parts = render(revision, account, phrases).parts
    steps = [Step(part, reply_to=reply_to, silent=delivery.silent or index > 0) for index, part in enumerate(parts)]
    if delivery.parts and len(steps) > 1:  # what follows hangs below the first message
        steps[1:] = [replace(step, reply_to=delivery.parts[0].message_ids[0]) for step in steps[1:]]
    return Plan(tuple(steps), revision=number)


async def _edit(conn: AsyncConnection, delivery: Delivery, send: SendRow, account: Account, phrases: Phrases) -> Plan:
    if not delivery.parts and (send.rendered_revision or 0) >= delivery.revision:
        return Plan(skip="the chat shows this version already")
    number = delivery.rendered_revision or max(delivery.revision, delivery.post_revision)
    revision = await post_store.revision(conn, send.post_id, number)
    steps = _rewriting(revision, account, phrases, send, Circumstances())
    steps += _reply(delivery, send, phrases)
    return Plan(tuple(steps), revision=number, send=send)


async def _mark(conn: AsyncConnection, delivery: Delivery, send: SendRow, account: Account, phrases: Phrases) -> Plan:
    phrase, values, _ = _words(delivery)
    number = send.rendered_revision or delivery.post_revision
    revision = await post_store.revision(conn, send.post_id, number)
    circumstances = Circumstances(mark=phrases(phrase, **values), struck=phrase in _STRIKING)
    steps = _rewriting(revision, account, phrases, send, circumstances)
    steps += _reply(delivery, send, phrases)
    return Plan(tuple(steps), send=send)


def _rewriting(
    revision: Revision, account: Account, phrases: Phrases, send: SendRow, circumstances: Circumstances
) -> list[Step]:
    """Edits that make the messages of an earlier sending show this version; longer text goes on in new ones."""
    editable = [part for part in send.parts if part.form in {"text", "caption"} and part.message_ids]
    limits = [CAPTION_LIMIT if part.form == "caption" else TEXT_LIMIT for part in editable]
    texts = list(split(compose(revision, account, phrases, circumstances), limits, TEXT_LIMIT))
    steps: list[Step] = []
    for index, old in enumerate(editable):
        styled = texts[index] if index < len(texts) else Styled(phrases("message.shortened"))
        steps.append(Step(Part(styled), edits=old))
    first = _first_message(send)
    steps += [Step(Part(text), reply_to=first, silent=True) for text in texts[len(editable) :]]
    return steps


def _reply(delivery: Delivery, send: SendRow, phrases: Phrases) -> list[Step]:
    phrase, values, reply = _words(delivery)
    if not reply:
        return []
    told = Part(Styled(phrases(f"{phrase}_reply", **values)))
    return [Step(told, reply_to=_first_message(send), silent=delivery.silent)]


def _notice(delivery: Delivery, phrases: Phrases) -> Plan:
    phrase, values, _ = _words(delivery)
    parts = render_notice(phrases(phrase, **values)).parts
    return Plan(tuple(Step(part, silent=delivery.silent or index > 0) for index, part in enumerate(parts)))


def _words(delivery: Delivery) -> tuple[str, dict[str, str], bool]:
    if not delivery.notice:
        return "", {}, False
    said = json.loads(delivery.notice)
    return said["phrase"], said["values"], bool(said.get("reply"))


def _first_message(send: SendRow) -> int | None:
    ids: Sequence[int] = [message for part in send.parts for message in part.message_ids]
    return ids[0] if ids else None
