"""Posts that are no longer listed: only the site's own word makes one a withdrawal; "gone from page one" does not."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.post import Post
from bot.sources.face import Presence
from bot.store import posts as post_store
from bot.store.posts import KnownPost

#: Newest posts compared with the page; Weibo shows about ten to a visitor.
COMPARED = 20
#: Questions to the site for each poll; what is left is asked at the next one.
ASKED_PER_POLL = 2

#: How long an answer is believed. A post that is there but not listed is a list that lags.
ASK_AGAIN = {
    Presence.THERE: timedelta(hours=1),
    Presence.HIDDEN: timedelta(hours=6),
    Presence.DELETED: timedelta(0),
    Presence.UNKNOWN: timedelta(minutes=10),
}


async def missing(conn: AsyncConnection, account_id: int, page: Sequence[Post]) -> list[KnownPost]:
    """Relayed posts that should be on this page by their time, and are not; newest first, at most COMPARED.

    A post older than the page's oldest (unpinned) one has merely moved on to page two.
    """
    times = [post.published for post in page if post.published and not post.pinned]
    if not times:
        return []
    listed = {post.id for post in page}
    oldest = min(times)
    newest = await post_store.newest(conn, account_id, COMPARED)
    return [
        known
        for known in newest
        if known.ext_id not in listed and known.published_at is not None and known.published_at > oldest
    ]


class Asked:
    """When each missing post may be asked about again; kept in memory, for a repeated question does no harm."""

    def __init__(self) -> None:
        self._not_before: dict[int, datetime] = {}

    def may(self, known: KnownPost, now: datetime) -> bool:
        """True when the site was not asked about it lately."""
        return self._not_before.get(known.post_id, now) <= now

    def answered(self, known: KnownPost, presence: Presence, now: datetime) -> None:
        """Note the answer; forgets what may be asked again, so that the memory stays small."""
        self._not_before = {key: at for key, at in self._not_before.items() if at > now}
        self._not_before[known.post_id] = now + ASK_AGAIN[presence]
