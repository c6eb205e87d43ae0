"""What a chat was told of by another account before: the same event is confirmed in its thread, without a second ring."""

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
from bot.store.waiting import Delivery

#: Longest name of an account in the line, characters; and how many are named.
_NAME_LIMIT, _MOST_NAMES = 40, 3


@dataclass(frozen=True, slots=True)
class Confirming:
    """How a post stands to what the chat heard of its event; ``quiet`` where it brings nothing graver."""

    reply_to: int | None = None
    quiet: bool = False
    words: str = ""


async def confirming(shelf: Shelf, delivery: Delivery, post: Post, phrases: Phrases) -> Confirming:
    """Find it out. Nothing where the chat heard nothing of it with a sound, or what it heard was taken back since."""
    if delivery.post_id is None or delivery.account_id is None:
        return Confirming()
    fellows = {each.post_id: each for each in await shelf.fellows(delivery.post_id)}
    if not fellows:
        return Confirming()
    said = await happenings.heard(shelf.conn, delivery.chat_id, delivery.thread_id, list(fellows))
    if not said:
        return Confirming()
    heard = dict.fromkeys(each.post_id for each in said)
    names, figures, graver = [], [], []
    for post_id in heard:
        fellow = fellows[post_id]
        account = await shelf.account(fellow.account_id)
        if account is None:
            continue
        other = (await post_store.revision(shelf.conn, post_id, fellow.revision)).post
        names.append(_name(other, account))
        figures.append((_magnitude(other), _name(other, account)))
        graver.append(severity_of(other).rank)
    own = await shelf.account(delivery.account_id)
    if not names or own is None:
        return Confirming()
    figures.append((_magnitude(post), _name(post, own)))
    quiet = delivery.lane >= min(each.lane for each in said) and severity_of(post).rank <= max(graver)
    words = phrases("message.confirms", names=", ".join(names[:_MOST_NAMES]))
    if all(value for value, _ in figures) and len({value for value, _ in figures}) > 1:
        side_by_side = ", ".join(f"{value} ({name})" for value, name in figures[-_MOST_NAMES - 1 :])
        words += " " + phrases("message.magnitudes", figures=side_by_side)
    return Confirming(said[0].message_id, quiet, words)


def _name(post: Post, account: Account) -> str:
    return line(post.author or account.name or account.key, _NAME_LIMIT)


def _magnitude(post: Post) -> str:
    """As it stands in the post now; "" where it is no earthquake."""
    happening = happening_of(post, post.published) if post.published is not None else None
    if happening is None or happening.key != QUAKE or happening.magnitude is None:
        return ""
    return f"{happening.magnitude:.1f}"
