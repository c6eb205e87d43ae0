"""What becomes of messages when their post is edited, lifted or taken back: edits, and replies where a change matters."""

import json
from dataclasses import replace
from datetime import datetime

from bot.delivery import live
from bot.delivery.confirming import alongside, standing_line
from bot.delivery.face import Part, Styled
from bot.delivery.harmless import line
from bot.delivery.remapping import map_before, remapped
from bot.delivery.rendering import CAPTION_ROOM, TEXT_ROOM, buttons, marked, text_of
from bot.delivery.saying import OwnWords, owed_by, own_words, seen_as
from bot.delivery.shelf import Seen, Shelf
from bot.delivery.splitting import split
from bot.delivery.steps import Kind, Plan, Step, sending
from bot.locales import Phrases
from bot.model.account import Account
from bot.model.delivery import FOREIGN, LISTED, MAPPED, Op, State
from bot.model.mapping import AreaMap
from bot.model.place import PLACED, UNPLACED
from bot.store import coverages, deliveries
from bot.store import posts as post_store
from bot.store.deliveries import SendRow
from bot.store.waiting import Delivery

#: States of a post that was taken back or is over: it is not said any more.
OVER = frozenset(("withdrawn", "cancelled"))
#: States whose mark stays on top when the post is edited later on.
_MARKED = frozenset(("superseded", "cancelled"))
#: Why an edit of what another bot sent ends without a request.
_ANOTHER_BOT = "another bot sent the message"
#: Phrases of a mark after which the words are struck through.
_STRIKING = frozenset(("message.withdrawn",))
#: Longest name of a post in a sentence about it, characters.
_NAME_LIMIT = 60


async def change(
    shelf: Shelf, delivery: Delivery, post_id: int, account: Account, phrases: Phrases, now: datetime
) -> Plan:
    """The steps of a delivery that changes what was said before."""
    send = await deliveries.send_of(shelf.conn, delivery.chat_id, delivery.thread_id, post_id)
    if send is not None and send.state in deliveries.WAITING and not delivery.parts:
        if delivery.op is Op.EDIT and send.state is State.QUEUED and not send.parts:
            return Plan(skip="it will be sent in its newest version", send=send)
        # the lanes can put a change before what it changes
        return Plan(send=send, later=True)
    in_doubt = send is not None and (send.state is State.HELD or send.maybe_repeat) and not send.parts
    if send is None or not (send.parts or in_doubt):
        return Plan(skip="the chat never got the original")
    if delivery.op is Op.WORDS:
        return await _reword(shelf, delivery, send, account, phrases, now)
    if in_doubt or send.parts[0].form in ((LISTED,) if delivery.op is Op.EDIT else (LISTED, FOREIGN)):
        return await _told_of(shelf, delivery, send, phrases)
    if delivery.op is Op.EDIT:
        rewrite = _edit if send.parts[0].form != FOREIGN else _say_anew
        return await rewrite(shelf, delivery, send, account, phrases, now)
    return await _mark(shelf, delivery, send, account, phrases, now)


async def _edit(
    shelf: Shelf, delivery: Delivery, send: SendRow, account: Account, phrases: Phrases, now: datetime
) -> Plan:
    words, shown = own_words(delivery.notice, phrases), send.rendered_revision or 0
    if not delivery.parts and shown >= delivery.revision:
        # a later edit was faster, or an earlier one showed this version already: the word about it is still owed
        steps = _reply(delivery, send, words)
        return Plan(tuple(steps), send=send) if steps else Plan(skip="the chat shows this version already", send=send)
    number = (delivery.rendered_revision if delivery.parts else None) or delivery.post_revision
    seen = await seen_as(shelf, delivery, send.post_id, number, account, phrases, now)
    mark = await _standing_mark(shelf, delivery, send, phrases)
    placed = send.notice == UNPLACED and PLACED in json.loads(delivery.notice or "{}")
    mark = (
        mark
        or ("" if placed else _unplaced(send, phrases))
        or await standing_line(shelf, send, seen.revision.post, phrases)
    )
    was = await map_before(shelf, send)
    steps = _rewriting(seen, account, phrases, send, mark, was=was)
    if shown > number:  # between two of its messages a later edit came
        steps = steps[: len(delivery.parts)]
    steps += _reply(delivery, send, words)
    others = await alongside(shelf, send)
    return Plan(
        tuple(steps),
        revision=max(shown, number),
        send=send,
        owed=owed_by(seen, phrases),
        alongside=others,
        placed=placed,
    )


async def _reword(
    shelf: Shelf, delivery: Delivery, send: SendRow, account: Account, phrases: Phrases, now: datetime
) -> Plan:
    """The version that the chat has, in the words that stand by now, or turned round as the chat wishes."""
    if not send.parts or send.parts[0].form in (LISTED, FOREIGN):
        return Plan(skip="there is no message of it to edit", send=send)
    if not (send.owed or delivery.notice or delivery.parts):
        return Plan(skip="the chat shows these words already", send=send)
    number = (delivery.rendered_revision if delivery.parts else None) or send.rendered_revision or delivery.revision
    seen = await seen_as(shelf, delivery, send.post_id, number, account, phrases, now, at_once=True)
    if not seen.stands and not (delivery.notice or delivery.parts):
        return Plan(skip="its words are still being made", send=send)
    struck = delivery.post_state == "withdrawn"
    mark = await _standing_mark(shelf, delivery, send, phrases)
    if not mark and delivery.post_state == "current":
        mark = _unplaced(send, phrases) or await standing_line(shelf, send, seen.revision.post, phrases)
    steps = _rewriting(seen, account, phrases, send, mark, struck=struck, over=struck)
    return Plan(tuple(steps), revision=number, send=send, owed=owed_by(seen, phrases))


async def _standing_mark(shelf: Shelf, delivery: Delivery, send: SendRow, phrases: Phrases) -> str:
    """What stays on top of a message whatever else is changed: what became of its post."""
    if delivery.post_state not in (_MARKED if delivery.op is Op.EDIT else _MARKED | OVER):
        return ""
    last = await deliveries.last_mark(shelf.conn, send.chat_id, send.thread_id, send.post_id)
    return own_words(last, phrases).mark


def _unplaced(send: SendRow, phrases: Phrases) -> str:
    """That nobody knows whether the post is meant for one of the chat's places, as long as that holds."""
    return own_words(UNPLACED, phrases).mark if send.notice == UNPLACED else ""


async def _say_anew(
    shelf: Shelf, delivery: Delivery, send: SendRow, account: Account, phrases: Phrases, now: datetime
) -> Plan:
    """Another bot sent the message, so it stays as it was: an edit that is worth a word brings the new version whole."""
    words = own_words(delivery.notice, phrases)
    if not words.reply:
        return Plan(skip=_ANOTHER_BOT, send=send)
    number = (delivery.rendered_revision if delivery.parts else None) or delivery.post_revision
    # its messages are words about the post, and nothing edits them later on: they are whole from the start
    seen = await seen_as(shelf, delivery, send.post_id, number, account, phrases, now)
    first = next((message for part in delivery.parts for message in part.message_ids), None)
    said = sending(seen.rendered, silent=delivery.silent, reply_to=first)
    steps = [replace(step, part=replace(step.part, buttons=()), kind=Kind.TOLD) for step in said]
    steps.append(Step(Part(Styled(words.reply)), Kind.TOLD, reply_to=first, silent=True))
    return Plan(tuple(steps), revision=number, send=send)


async def _mark(
    shelf: Shelf, delivery: Delivery, send: SendRow, account: Account, phrases: Phrases, now: datetime
) -> Plan:
    words = own_words(delivery.notice, phrases)
    number = send.rendered_revision or delivery.post_revision
    seen = await seen_as(shelf, delivery, send.post_id, number, account, phrases, now, at_once=True)
    steps = _rewriting(seen, account, phrases, send, words.mark, struck=words.phrase in _STRIKING, over=True)
    steps += _reply(delivery, send, words)
    others = await alongside(shelf, send)
    return Plan(tuple(steps), send=send, owed=owed_by(seen, phrases), alongside=others)


def _rewriting(
    seen: Seen, account: Account, phrases: Phrases, send: SendRow, mark: str = "",
    *, struck: bool = False, over: bool = False, was: AreaMap | None = None,
) -> list[Step]:  # fmt: skip
    """Edits that make the messages of an earlier sending show this version; longer text goes on in new ones. ``over``: its
    map stays as it is. ``was``: the map of the version that the chat has, where the area may be another one now.
    """
    editable = [part for part in send.parts if part.form in {"text", "caption", MAPPED} and part.message_ids]
    pictured = any(part.form in {"caption", "media"} for part in send.parts)
    text = text_of(seen.revision, account, phrases, seen.manner, struck=struck, pictures_as_links=not pictured)
    texts = list(split(text, [TEXT_ROOM if part.form == "text" else CAPTION_ROOM for part in editable], TEXT_ROOM))
    drawn = seen.map if seen.manner.maps else None
    steps: list[Step] = []
    for index, old in enumerate(editable):
        part = Part(texts[index] if index < len(texts) else Styled(phrases("message.shortened")))
        if not index:
            below = buttons(seen.manner, phrases, drawn, album=len(old.message_ids) > 1)
            part = replace(_topped(part, mark, send, phrases), buttons=below)
            if not over:
                part = remapped(part, old, was, seen, phrases)
        steps.append(Step(part, edits=old))
    first = _first_message(send)
    steps += [Step(Part(text), Kind.MORE, reply_to=first, silent=True) for text in texts[len(editable) :]]
    return steps


def _topped(part: Part, mark: str, send: SendRow, phrases: Phrases) -> Part:
    """The lines on top of a message that is changed: its mark, and that it may be there twice."""
    if mark:
        part = marked(part, mark, "bold")
    return marked(part, phrases("message.maybe_repeat"), "italic") if send.maybe_repeat else part


def _reply(delivery: Delivery, send: SendRow, words: OwnWords) -> list[Step]:
    if not words.reply:
        return []
    told = Part(Styled(words.reply))
    return [Step(told, Kind.TOLD, reply_to=_first_message(send), silent=delivery.silent)]


async def _told_of(shelf: Shelf, delivery: Delivery, send: SendRow, phrases: Phrases) -> Plan:
    """The chat has the post only by name, among what was missed, or perhaps has it in a message that nobody knows of:
    there is nothing to edit, but what became of it may be worth a word, which then says what it is about.
    """
    words = own_words(delivery.notice, phrases)
    renamed = await _named_anew(shelf, send, phrases)
    if not words.reply and renamed:
        return Plan(tuple(renamed), send=send)
    if not words.reply:
        foreign = bool(send.parts) and send.parts[0].form == FOREIGN
        return Plan(skip=_ANOTHER_BOT if foreign else "there is no message of it to edit", send=send)
    post = (await post_store.revision(shelf.conn, send.post_id, delivery.post_revision)).post
    about = phrases("message.about", title=line(post.title.strip() or post.text.strip(), _NAME_LIMIT))
    told = replace(words, reply=f"{about}\n{words.reply}")
    return Plan((*renamed, *_reply(delivery, send, told)), send=send)


async def _named_anew(shelf: Shelf, send: SendRow, phrases: Phrases) -> list[Step]:
    """The edit that makes the message of a running report name the post as it is now; none for any other message."""
    root = await coverages.root_naming(shelf.conn, send.delivery_id) if send.parts else None
    account = await shelf.account(root.account_id) if root is not None else None
    if root is None or account is None or root.message is None:
        return []
    return [Step(await live.shown(shelf, root, account, phrases), Kind.TOLD, edits=root.message)]


def _first_message(send: SendRow) -> int | None:
    return next((message for part in send.parts for message in part.message_ids), None)
