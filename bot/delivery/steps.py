"""What a delivery still has to do in its chat, as single requests. Computed anew before each: a restart changes nothing."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from bot.delivery import live
from bot.delivery.away import sum_up
from bot.delivery.briefing import briefing_parts
from bot.delivery.composing import moment
from bot.delivery.confirming import alongside, confirming, standing_line
from bot.delivery.face import Part, Rendered, Styled
from bot.delivery.harmless import block, line
from bot.delivery.kept import KEPT, kept_parts
from bot.delivery.reasons import told
from bot.delivery.remapping import map_before, remapped
from bot.delivery.rendering import CAPTION_ROOM, TEXT_ROOM, buttons, marked, render_notice, text_of
from bot.delivery.shelf import Seen, Shelf
from bot.delivery.splitting import split
from bot.delivery.telling import Asking
from bot.locales import Phrases
from bot.model.account import Account
from bot.model.alert import MsgType
from bot.model.delivery import FOREIGN, LISTED, MAPPED, Op, SentPart, State
from bot.model.mapping import AreaMap
from bot.model.place import PLACED, UNPLACED
from bot.model.post import Revision
from bot.model.reason import reason_of
from bot.reading.relaying import is_over
from bot.store import briefings, coverages, deliveries
from bot.store import posts as post_store
from bot.store.deliveries import SendRow
from bot.store.forgetting import TAKEN_BACK
from bot.store.waiting import Delivery

#: States of a post that was taken back or is over: it is not said any more.
_OVER = frozenset(("withdrawn", "cancelled"))
#: States whose mark stays on top when the post is edited later on.
_MARKED = frozenset(("superseded", "cancelled"))
#: Why an edit of what another bot sent ends without a request.
ANOTHER_BOT = "another bot sent the message"
#: Why a digest ends without a request.
ALL_MUTED = "all that it tells of was muted meanwhile"
#: Phrases of a mark after which the words are struck through.
_STRIKING = frozenset(("message.withdrawn",))
#: Longest value of a notice, in characters; names and reasons come from sites.
_VALUE_LIMIT = 300
#: Longest value that may have lines: what a person wrote to another, which Telegram bounds anyway.
_BLOCK_LIMIT = 4096
#: Longest name of a post in a sentence about it, characters.
_NAME_LIMIT = 60


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


@dataclass(frozen=True, slots=True)
class _Words:
    """What a delivery says besides a post: on top of its message, and below it ("" for nothing)."""

    phrase: str = ""
    mark: str = ""
    reply: str = ""


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
    return await _change(shelf, delivery, delivery.post_id, account, phrases, now)


async def _change(
    shelf: Shelf, delivery: Delivery, post_id: int, account: Account, phrases: Phrases, now: datetime
) -> Plan:
    """Of what was said before."""
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


async def _seen(
    shelf: Shelf, delivery: Delivery, post_id: int, number: int, account: Account, phrases: Phrases, now: datetime,
    *, at_once: bool = False,
) -> Seen:  # fmt: skip
    """A version of a post in the chat's manner. What was begun goes on as it began, with or without its words."""
    asking = Asking(
        delivery.lane, now, begun=bool(delivery.parts), without=delivery.owed == phrases.language, at_once=at_once
    )
    place = (post_id, number, phrases.language)
    return await shelf.look(place, account, phrases, asking, await shelf.taste(delivery, post_id, now))


def _owed(seen: Seen, phrases: Phrases) -> str:
    return "" if seen.stands else phrases.language


async def _send(
    shelf: Shelf, delivery: Delivery, post_id: int, account: Account, phrases: Phrases, now: datetime
) -> Plan:
    if delivery.post_state in _OVER and not delivery.parts:
        # what is over is not rung; where it may have arrived, the chat hears of its end all the same
        if delivery.state is State.UNSURE:
            return Plan(hold="it may have arrived; meanwhile it was lifted or removed")
        return Plan(skip="lifted or removed before it was sent")
    # the rest of a message goes on in the version that it began in; nothing there yet: the newest
    number = (delivery.rendered_revision if delivery.parts else None) or delivery.post_revision
    seen = await _seen(shelf, delivery, post_id, number, account, phrases, now)
    root = delivery.root_id or post_id
    reply_to = await shelf.first_message(delivery.chat_id, delivery.thread_id, post_id, root)
    if reply_to is None and _lifts(seen.revision) and not await _may_have(shelf, delivery, post_id, root):
        return Plan(skip="the chat never got what this lifts")
    told = await confirming(shelf, delivery, seen.revision.post, phrases)
    if reply_to is None:
        reply_to = told.reply_to
    steps = _sending(seen.rendered, silent=delivery.silent or told.quiet, reply_to=reply_to)
    mark = _words(delivery.notice, phrases).mark or told.words
    if mark:
        steps[0] = replace(steps[0], part=marked(steps[0].part, mark, "bold"))
    if delivery.parts:  # what follows hangs below the first message
        first = delivery.parts[0].message_ids[0] if delivery.parts[0].message_ids else None
        steps[1:] = [replace(step, reply_to=first) for step in steps[1:]]
    return Plan(tuple(steps), revision=number, owed=_owed(seen, phrases), alongside=told.alongside)


def _lifts(revision: Revision) -> bool:
    """It says of an earlier message that it is over."""
    post = revision.post
    if post.alert is None:
        return False
    return post.alert.msg_type is MsgType.CANCEL or (bool(post.supersedes) and is_over(post.alert))


async def _may_have(shelf: Shelf, delivery: Delivery, post_id: int, root: int) -> bool:
    """A warning whose answer was lost may stand in the chat: then its end is worth saying."""
    return await deliveries.is_in_doubt(shelf.conn, delivery.chat_id, delivery.thread_id, post_id, root)


def _sending(rendered: Rendered, *, silent: bool, reply_to: int | None) -> list[Step]:
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


async def _edit(
    shelf: Shelf, delivery: Delivery, send: SendRow, account: Account, phrases: Phrases, now: datetime
) -> Plan:
    words, shown = _words(delivery.notice, phrases), send.rendered_revision or 0
    if not delivery.parts and shown >= delivery.revision:
        # a later edit was faster, or an earlier one showed this version already: the word about it is still owed
        steps = _reply(delivery, send, words)
        return Plan(tuple(steps), send=send) if steps else Plan(skip="the chat shows this version already", send=send)
    number = (delivery.rendered_revision if delivery.parts else None) or delivery.post_revision
    seen = await _seen(shelf, delivery, send.post_id, number, account, phrases, now)
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
        owed=_owed(seen, phrases),
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
    seen = await _seen(shelf, delivery, send.post_id, number, account, phrases, now, at_once=True)
    if not seen.stands and not (delivery.notice or delivery.parts):
        return Plan(skip="its words are still being made", send=send)
    struck = delivery.post_state == "withdrawn"
    mark = await _standing_mark(shelf, delivery, send, phrases)
    if not mark and delivery.post_state == "current":
        mark = _unplaced(send, phrases) or await standing_line(shelf, send, seen.revision.post, phrases)
    steps = _rewriting(seen, account, phrases, send, mark, struck=struck, over=struck)
    return Plan(tuple(steps), revision=number, send=send, owed=_owed(seen, phrases))


async def _standing_mark(shelf: Shelf, delivery: Delivery, send: SendRow, phrases: Phrases) -> str:
    """What stays on top of a message whatever else is changed: what became of its post."""
    if delivery.post_state not in (_MARKED if delivery.op is Op.EDIT else _MARKED | _OVER):
        return ""
    last = await deliveries.last_mark(shelf.conn, send.chat_id, send.thread_id, send.post_id)
    return _words(last, phrases).mark


def _unplaced(send: SendRow, phrases: Phrases) -> str:
    """That nobody knows whether the post is meant for one of the chat's places, as long as that holds."""
    return _words(UNPLACED, phrases).mark if send.notice == UNPLACED else ""


async def _say_anew(
    shelf: Shelf, delivery: Delivery, send: SendRow, account: Account, phrases: Phrases, now: datetime
) -> Plan:
    """Another bot sent the message, so it stays as it was: an edit that is worth a word brings the new version whole."""
    words = _words(delivery.notice, phrases)
    if not words.reply:
        return Plan(skip=ANOTHER_BOT, send=send)
    number = (delivery.rendered_revision if delivery.parts else None) or delivery.post_revision
    # its messages are words about the post, and nothing edits them later on: they are whole from the start
    seen = await _seen(shelf, delivery, send.post_id, number, account, phrases, now)
    first = next((message for part in delivery.parts for message in part.message_ids), None)
    said = _sending(seen.rendered, silent=delivery.silent, reply_to=first)
    steps = [replace(step, part=replace(step.part, buttons=()), kind=Kind.TOLD) for step in said]
    steps.append(Step(Part(Styled(words.reply)), Kind.TOLD, reply_to=first, silent=True))
    return Plan(tuple(steps), revision=number, send=send)


async def _mark(
    shelf: Shelf, delivery: Delivery, send: SendRow, account: Account, phrases: Phrases, now: datetime
) -> Plan:
    words = _words(delivery.notice, phrases)
    number = send.rendered_revision or delivery.post_revision
    seen = await _seen(shelf, delivery, send.post_id, number, account, phrases, now, at_once=True)
    steps = _rewriting(seen, account, phrases, send, words.mark, struck=words.phrase in _STRIKING, over=True)
    steps += _reply(delivery, send, words)
    others = await alongside(shelf, send)
    return Plan(tuple(steps), send=send, owed=_owed(seen, phrases), alongside=others)


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


def _reply(delivery: Delivery, send: SendRow, words: _Words) -> list[Step]:
    if not words.reply:
        return []
    told = Part(Styled(words.reply))
    return [Step(told, Kind.TOLD, reply_to=_first_message(send), silent=delivery.silent)]


async def _told_of(shelf: Shelf, delivery: Delivery, send: SendRow, phrases: Phrases) -> Plan:
    """The chat has the post only by name, among what was missed, or perhaps has it in a message that nobody knows of:
    there is nothing to edit, but what became of it may be worth a word, which then says what it is about.
    """
    words = _words(delivery.notice, phrases)
    renamed = await _named_anew(shelf, send, phrases)
    if not words.reply and renamed:
        return Plan(tuple(renamed), send=send)
    if not words.reply:
        foreign = bool(send.parts) and send.parts[0].form == FOREIGN
        return Plan(skip=ANOTHER_BOT if foreign else "there is no message of it to edit", send=send)
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
        said = render_notice(_words(delivery.notice, phrases).mark)
        steps = _sending(said, silent=delivery.silent, reply_to=None)
    return Plan(tuple(replace(step, kind=Kind.TOLD) for step in steps), listed=tuple(listed or ()))


def _words(notice: str, phrases: Phrases) -> _Words:
    """A delivery's own words (``watching.notices``) in the chat's language. Names and reasons are a site's words: they
    are made harmless.
    """
    if not notice:
        return _Words()
    said = json.loads(notice)
    values = {name: line(str(value), _VALUE_LIMIT) for name, value in said.get("values", {}).items()}
    values |= {name: block(str(text)[:_BLOCK_LIMIT]) for name, text in said.get("blocks", {}).items()}
    values |= {name: phrases(key) for name, key in said.get("keys", {}).items()}
    values |= {name: _moment(when, phrases) for name, when in said.get("moments", {}).items()}
    why = reason_of(said.get("why", ""))
    if why is not None:
        values["why"] = told(why, phrases)
    phrase, reply = said.get("phrase", ""), said.get("reply", "")
    if reply is True:  # as the first release wrote it
        reply = f"{phrase}_reply"
    top = phrases(phrase, **values) if phrase and phrase in phrases else ""
    return _Words(phrase, top, phrases(reply, **values) if reply else "")


def _moment(spelt: str, phrases: Phrases) -> str:
    when = datetime.fromisoformat(spelt)
    offset = when.utcoffset()
    return moment(when, int(offset.total_seconds() // 60) if offset else None, phrases)


def _first_message(send: SendRow) -> int | None:
    return next((message for part in send.parts for message in part.message_ids), None)
