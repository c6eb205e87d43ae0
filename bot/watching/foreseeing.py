"""Whose words occur in new posts, found out before the transaction that queues them: on SQLite nobody else writes while
that lasts, and a hundred thousand different wishes take seconds. What it does not know is matched there.
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
from bot.store.subscriptions import from_json

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Foreseen:
    """Wishes by their keys; a key always stands for the same words."""

    #: Those that were looked at, for whichever post.
    looked_at: set[str] = field(default_factory=set)
    #: Those that occur in a post, by its id.
    occurring: dict[str, set[str]] = field(default_factory=dict)

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
) -> Foreseen:
    """Look at every wish for words once, for those posts of a page that will probably be said."""
    foreseen = Foreseen()
    async with db.read() as conn:
        known = await post_store.known(conn, watch.account_id, [post.id for post in posts])
        page = await fanout.wishes(conn, watch.account_id, "")
    if not page or watch.baseline_at is None or (ids_may_churn and not known):
        return foreseen  # a feed that gave all its entries new ids has nothing new in it
    changed = {
        post.id: post for post in posts if post.id not in known or known[post.id].fingerprint != prints.get(post.id)
    }
    said = [post for post in changed.values() if not post.incomplete and not why_not_relayed(post, now, lifts=False)]
    if not said:
        return foreseen
    try:
        hays = {post.id: await asyncio.to_thread(haystack, post) for post in said}
        foreseen.occurring = {post.id: set() for post in said}
        while page:
            for post_id, hay in hays.items():
                foreseen.occurring[post_id].update(await asyncio.to_thread(occurring, page, hay))
            foreseen.looked_at.update(wish.key for wish in page)
            async with db.read() as conn:
                page = await fanout.wishes(conn, watch.account_id, page[-1].key)
    except Exception:  # design rule 7: what breaks here is tried again there, where the alert goes out all the same
        log.exception("matching broke before the queueing; it is tried again there", account=watch.account.key)
        return Foreseen()
    return foreseen
