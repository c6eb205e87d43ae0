"""What is found out of new posts before the transaction that queues them: whose words occur, and how grave what they warn
of is. On SQLite nobody else writes while that lasts, and a hundred thousand different wishes take seconds. What words are
not known of is matched there; what was not read goes out as a post without a level.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from bot.matching.words import Haystack, haystack, matches
from bot.model.post import Post
from bot.reading.relaying import why_not_relayed
from bot.store import fanout
from bot.store import posts as post_store
from bot.store.accounts import Watch
from bot.store.database import Database
from bot.store.fanout import Wish
from bot.store.posts import KnownPost
from bot.store.subscriptions import from_json
from bot.watching.weigher import Weigher, Weight

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Foreseen:
    """Wishes by their keys; a key always stands for the same words."""

    #: Those that were looked at, for whichever post.
    looked_at: set[str] = field(default_factory=set)
    #: Those that occur in a post, by its id.
    occurring: dict[str, set[str]] = field(default_factory=dict)
    #: What the words of posts prove, by their ids.
    weights: Mapping[str, Weight] = field(default_factory=dict)

    def split(self, post: Post, page: Sequence[Wish]) -> tuple[list[str], list[Wish]]:
        """Of these wishes, the keys of those that are known to occur, and the wishes that nothing is known of."""
        found = self.occurring.get(post.id)
        if found is None:
            return [], list(page)
        return [w.key for w in page if w.key in found], [w for w in page if w.key not in self.looked_at]


def occurring(page: Sequence[Wish], hay: Haystack) -> list[str]:
    """The keys of the wishes whose words occur."""
    return [wish.key for wish in page if matches(from_json(wish.words), hay)]


async def foresee(
    db: Database,
    watch: Watch,
    posts: Sequence[Post],
    prints: Mapping[str, str],
    now: datetime,
    *,
    ids_may_churn: bool,
    weigher: Weigher | None = None,
) -> Foreseen:
    """Read those posts of a page that will probably be said, and look at every wish for words once for them."""
    if watch.baseline_at is None:
        return Foreseen()
    async with db.read() as conn:
        known = await post_store.known(conn, watch.account_id, [post.id for post in posts])
        page = await fanout.wishes(conn, watch.account_id, "")
    if ids_may_churn and not known:
        return Foreseen()  # a feed that gave all its entries new ids has nothing new in it
    changed = [post for post in posts if post.id not in known or known[post.id].fingerprint != prints.get(post.id)]
    said = {post.id: post for post in changed if not post.incomplete and not why_not_relayed(post, now, lifts=False)}
    if not said:
        return Foreseen()
    weights = await _weigh(db, weigher, list(said.values()), known, now)
    return await _look(db, watch, said, page, Foreseen(weights=weights))


async def _weigh(
    db: Database, weigher: Weigher | None, said: Sequence[Post], known: Mapping[str, KnownPost], now: datetime
) -> Mapping[str, Weight]:
    """Read what has no fields; of an edit the version before it too."""
    unread = [post for post in said if post.alert is None]
    if weigher is None or not unread:
        return {}
    async with db.read() as conn:
        pairs = [
            (post, (await post_store.revision(conn, old.post_id, old.revision)).post if old is not None else None)
            for post, old in ((post, known.get(post.id)) for post in unread)
        ]
    return await weigher.weigh(pairs, now)


async def _look(
    db: Database, watch: Watch, said: Mapping[str, Post], page: Sequence[Wish], foreseen: Foreseen
) -> Foreseen:
    """Find out whose words occur."""
    if not page:
        return foreseen
    try:
        hays = {post_id: await asyncio.to_thread(haystack, post) for post_id, post in said.items()}
        foreseen.occurring = {post_id: set() for post_id in said}
        while page:
            for post_id, hay in hays.items():
                foreseen.occurring[post_id].update(await asyncio.to_thread(occurring, page, hay))
            foreseen.looked_at.update(wish.key for wish in page)
            async with db.read() as conn:
                page = await fanout.wishes(conn, watch.account_id, page[-1].key)
    except Exception:  # design rule 7: what breaks here is tried again there, where the alert goes out all the same
        log.exception("matching broke before the queueing; it is tried again there", account=watch.account.key)
        return Foreseen(weights=foreseen.weights)
    return foreseen
