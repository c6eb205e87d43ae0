"""What a chat was told of by another account before: the same event is confirmed in its thread, without a second ring."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.delivery.harmless import line
from bot.delivery.shelf import Shelf
from bot.locales import Phrases
from bot.model.account import Account
from bot.model.post import Post
from bot.reading.relaying import severity_of
from bot.reading.sameness import QUAKE, happening_of
from bot.store import happenings
from bot.store import posts as post_store
from bot.store.deliveries import SendRow
from bot.store.happenings import Heard
from bot.store.waiting import Delivery

#: Longest name of an account in the line, characters; and how many are named.
_NAME_LIMIT, _MOST_NAMES = 40, 3


@dataclass(frozen=True, slots=True)
class Confirming:
    """How a post stands to what the chat heard of its event; ``quiet`` where it brings nothing graver."""

    reply_to: int | None = None
    quiet: bool = False
    words: str = ""
    #: The post of the first message.
    alongside: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Told:
    """What another account told the chat of the event."""

    heard: Heard
    post: Post
    name: str


async def confirming(shelf: Shelf, delivery: Delivery, post: Post, phrases: Phrases) -> Confirming:
    """Find it out. Nothing where the chat heard nothing of it with a sound, or what it heard was taken back since."""
    if delivery.post_id is None:
        return Confirming()
    told = await _told(shelf, delivery.chat_id, delivery.thread_id, delivery.post_id)
    if not told:
        return Confirming()
    quiet = False
    if rang := [each for each in told if not each.heard.hushed]:
        lane = min(each.heard.lane for each in rang)
        rank = max(severity_of(each.post).rank for each in rang)
        quiet = delivery.lane >= lane and severity_of(post).rank <= rank
    own = await _own_name(shelf, delivery.post_id, post)
    words = _words("message.confirms", told, told, (post, own), phrases)
    return Confirming(told[0].heard.message_id, quiet, words, (told[0].heard.post_id,))


async def standing_line(shelf: Shelf, send: SendRow, post: Post, phrases: Phrases) -> str:
    """What stands on top of a post's message while other accounts told the chat of the same, "" where none did: the
    first one says who confirms it, a later one what it confirms.
    """
    first = next((message for part in send.parts for message in part.message_ids), None)
    told = await _told(shelf, send.chat_id, send.thread_id, send.post_id) if first is not None else []
    if first is None or not told:
        return ""
    own = await _own_name(shelf, send.post_id, post)
    earlier = [each for each in told if each.heard.delivery_id < send.delivery_id]
    if earlier:
        return _words("message.confirms", earlier, told, (post, own), phrases)
    return _words("message.confirmed", told, told, (post, own), phrases)


async def alongside(shelf: Shelf, send: SendRow) -> tuple[int, ...]:
    """Other accounts' posts about the event whose messages stand in the chat: they name this one, and its figures."""
    told = await _told(shelf, send.chat_id, send.thread_id, send.post_id)
    return tuple(each.heard.post_id for each in told)


async def _told(shelf: Shelf, chat_id: int, thread_id: int, post_id: int) -> list[_Told]:
    fellows = {each.post_id: each for each in await shelf.fellows(post_id)}
    if not fellows:
        return []
    found: dict[int, _Told] = {}
    for heard in await happenings.heard(shelf.conn, chat_id, thread_id, list(fellows)):
        fellow = fellows[heard.post_id]
        account = await shelf.account(fellow.account_id)
        if account is not None and heard.post_id not in found:
            post = (await post_store.revision(shelf.conn, heard.post_id, fellow.revision)).post
            found[heard.post_id] = _Told(heard, post, _name(post, account))
    return list(found.values())


def _words(
    phrase: str, named: Sequence[_Told], told: Sequence[_Told], own: tuple[Post, str], phrases: Phrases
) -> str:
    """Who, and where magnitudes differ each with who says it."""
    words = phrases(phrase, names=", ".join(each.name for each in named[:_MOST_NAMES]))
    figures = [(_magnitude(each.post), each.name) for each in told[:_MOST_NAMES]]
    figures.insert(0 if phrase == "message.confirmed" else len(figures), (_magnitude(own[0]), own[1]))
    if all(value for value, _ in figures) and len({value for value, _ in figures}) > 1:
        side_by_side = ", ".join(f"{value} ({name})" for value, name in figures)
        words += " " + phrases("message.magnitudes", figures=side_by_side)
    return words


async def _own_name(shelf: Shelf, post_id: int, post: Post) -> str:
    account_id = await post_store.account_of(shelf.conn, post_id)
    account = await shelf.account(account_id) if account_id is not None else None
    return _name(post, account)


def _name(post: Post, account: Account | None) -> str:
    known = (account.name or account.key) if account is not None else ""
    return line(post.author or known, _NAME_LIMIT)


def _magnitude(post: Post) -> str:
    """As it stands in the post now; "" where it is no earthquake."""
    happening = happening_of(post, post.published) if post.published is not None else None
    if happening is None or happening.key != QUAKE or happening.magnitude is None:
        return ""
    return f"{happening.magnitude:.1f}"
