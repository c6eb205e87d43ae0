"""The message "while I was away": how many posts were missed, the newest of them by name, each a tap from the original."""

from collections.abc import Sequence

from bot.delivery.composing import NAME_LIMIT, moment
from bot.delivery.face import Part
from bot.delivery.harmless import line, web_link
from bot.delivery.rendering import TEXT_ROOM
from bot.delivery.shelf import Shelf
from bot.delivery.splitting import split
from bot.delivery.writing import Writing
from bot.locales import Phrases
from bot.model.account import Account
from bot.model.post import Post
from bot.store import deliveries, posts
from bot.store.deliveries import Missed

#: Posts that are named; the rest is counted.
NAMED = 10
#: First words of a post, characters.
WORDS_LIMIT = 120
#: States of a post that is said to be over, to the phrase that says it.
_OVER = {"withdrawn": "away.withdrawn", "cancelled": "away.cancelled"}


async def sum_up(shelf: Shelf, listed: Sequence[int], phrases: Phrases) -> tuple[Part, ...]:
    """The messages that stand for these deliveries (ids, oldest first), newest post first."""
    out = Writing().add(phrases("away.title"), "bold").add("\n").add(phrases("away.count", count=len(listed)))
    for missed in await deliveries.missed(shelf.conn, listed[-NAMED:]):
        account = await shelf.account(missed.account_id)
        if account is not None:
            post = (await posts.revision(shelf.conn, missed.post_id, missed.revision)).post
            _name(out, missed, post, account, phrases)
    if len(listed) > NAMED:
        out.add("\n\n" + phrases("away.more", count=len(listed) - NAMED))
    return tuple(Part(text) for text in split(out.done(), (), TEXT_ROOM))


def _name(out: Writing, missed: Missed, post: Post, account: Account, phrases: Phrases) -> None:
    offset = post.utc_offset if post.utc_offset is not None else account.utc_offset
    said = line(_first_words(post), WORDS_LIMIT) or phrases("message.post")
    out.add("\n\n• " + moment(missed.published_at, offset, phrases) + " · ")
    name = line(post.author or account.name or account.key, NAME_LIMIT)
    before, behind = phrases.isolates(name)
    out.add(before).add(name, "bold").add(behind + "\n")
    if missed.state in _OVER:
        out.add(phrases(_OVER[missed.state]) + " ")
    link = web_link(post.url)
    out.add(said, "text_link" if link else "", url=link)


def _first_words(post: Post) -> str:
    return post.title.strip() or post.text.strip()[: 4 * WORDS_LIMIT]
