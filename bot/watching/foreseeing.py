"""What is found out of new posts before the transaction that queues them: whose filters let them through, and how grave
what they warn of is. On SQLite nobody else writes while that lasts, and a hundred thousand different filters take seconds.
What filters are not known is matched there; what was not read goes out as a post without a level.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import structlog

from bot.matching.evaluating import passes
from bot.matching.facts import Facts, facts_of
from bot.matching.parsing import read_back
from bot.model.post import Post
from bot.model.reading import Reading
from bot.reading.relaying import why_not_relayed
from bot.store import posts as post_store
from bot.store.accounts import Watch
from bot.store.asked import Wish
from bot.store.database import Database
from bot.store.posts import KnownPost
from bot.watching.nearing import Near, Nearing, Places
from bot.watching.weigher import Weigher, Weight
from bot.watching.wishing import Wishes, Wishing

log = structlog.get_logger(__name__)

#: How long a page's posts may wait for the filters, seconds. A hundred thousand that are ready take one or two.
LOOKING_S = 10.0


@dataclass(slots=True)
class Foreseen:
    """Filters by their keys; a key always stands for the same filter."""

    #: Those that were looked at, for whichever post.
    looked_at: frozenset[str] = frozenset()
    #: Those that let a post through, by its id.
    passing: dict[str, set[str]] = field(default_factory=dict)
    #: The same for posts that are as they were but for their counts: only filters that ask for counts.
    counted: dict[str, set[str]] = field(default_factory=dict)
    #: What the words of posts prove, by their ids.
    weights: Mapping[str, Weight] = field(default_factory=dict)
    #: Every post of the page is recorded as it is.
    settled: bool = False
    #: The places of chats, and for which of them posts are meant, by their ids.
    places: Places | None = None
    near: dict[str, Near] = field(default_factory=dict)

    def split(self, post: Post, keys: Collection[str]) -> tuple[list[str], set[str]]:
        """Of these keys, those whose filters are known to let the post through, and those that nothing is known of."""
        found = self.passing.get(post.id)
        if found is None:
            return [], set(keys)
        return sorted(found.intersection(keys)), set(keys) - self.looked_at

    def reading(self, post: Post) -> Reading | None:
        """What the reader made of a post, None where it has fields instead or was not read in time."""
        weight = self.weights.get(post.id)
        return weight.reading if weight is not None else None


def passing(wishes: Sequence[Wish], seen: Facts) -> list[str]:
    """The keys of the filters that let it through."""
    return [wish.key for wish in wishes if passes(read_back(wish.filter), seen)]


async def foresee(
    db: Database,
    watch: Watch,
    posts: Sequence[Post],
    prints: Mapping[str, str],
    now: datetime,
    *,
    ids_may_churn: bool,
    wishing: Wishing | None = None,
    weigher: Weigher | None = None,
    nearing: Nearing | None = None,
) -> Foreseen:
    """Read those posts of a page that will probably be said, and look at every filter once for them; and at those that
    ask for counts, for those whose counts changed. ``wishing`` keeps filters ready from one page to the next, ``nearing``
    the places of chats.
    """
    wishing = wishing or Wishing()
    async with db.read() as conn:
        known = await post_store.known(conn, watch.account_id, [post.id for post in posts])
    if watch.baseline_at is None or (ids_may_churn and not known):
        return Foreseen()  # a feed that gave all its entries new ids has nothing new in it
    said, same = _parted(posts, known, prints, now)
    settled = all(_is_recorded(post, known, prints) for post in posts if not post.incomplete)
    counted = wishing.counted_anew(watch.account_id, {post.id: _counts(post) for post in same})
    if not (said or counted) and wishing.knows(watch.account_id):
        return Foreseen(settled=settled)
    weights = await _weigh(db, weigher, said, known, now)
    places = await _places(db, nearing)
    found = Foreseen(weights=weights, places=places)
    try:
        async with asyncio.timeout(LOOKING_S):
            # at the first look after a start also without news: the first alert shall not wait for thousands of filters
            wishes = await wishing.of(db, watch.account_id)
            recounted = [post for post in same if post.id in counted] if wishes.counting else []
            if not (len(wishes) or places) or not (said or recounted):
                return Foreseen(weights=weights, settled=settled, places=places)
            again = await _weigh(db, weigher, recounted, {}, now)
            found = Foreseen(weights={**again, **weights}, settled=settled, places=places)
            if places:
                await _locate(found, places, [*said, *recounted], watch.account.key)
            if len(wishes):
                found.looked_at = wishes.known()
                look = partial(_look, found, wishes, said, recounted, known, watch.account.name)
                await wishing.aside(watch.account_id, look)
    except TimeoutError:
        # what the thread may find yet is not looked at: it writes to ``found`` until it ends
        log.warning("matching took too long; it is done where posts are queued", account=watch.account.key)
        return Foreseen(weights=weights, places=places, near=dict(found.near))
    except Exception:  # design rule 7: what breaks here is tried again there, where the alert goes out all the same
        log.exception("matching broke before the queueing; it is tried again there", account=watch.account.key)
        return Foreseen(weights=weights, places=places, near=found.near)
    return found


async def _places(db: Database, nearing: Nearing | None) -> Places | None:
    """The places of chats; None where there are none, or they cannot be had: then nobody is kept out."""
    if nearing is None:
        return None
    try:
        return await nearing.of(db)
    except Exception:  # design rule 7: without them nobody is kept out
        log.exception("the places of chats could not be read")
        return None


async def _locate(found: Foreseen, places: Places, posts: Sequence[Post], account: str) -> None:
    """Find out for which places these posts are meant, all of them off the loop."""

    def locate() -> None:
        for post in posts:
            found.near[post.id] = places.near(post, found.reading(post))

    try:
        await asyncio.to_thread(locate)
    except Exception:  # design rule 7: it is tried again there, where it goes to everybody if that breaks too
        log.exception("the place of a post could not be told before the queueing", account=account)


def _parted(
    posts: Sequence[Post], known: Mapping[str, KnownPost], prints: Mapping[str, str], now: datetime
) -> tuple[list[Post], list[Post]]:
    """Posts that are new or changed, and those that were said and are what they were; without what may not be said."""
    fit = [post for post in posts if not post.incomplete and not why_not_relayed(post, now, lifts=False)]
    said = [post for post in fit if not _is_recorded(post, known, prints)]
    same = [post for post in fit if _is_recorded(post, known, prints)]
    return said, [post for post in same if known[post.id].state == "current" and not known[post.id].why_not]


def _is_recorded(post: Post, known: Mapping[str, KnownPost], prints: Mapping[str, str]) -> bool:
    return post.id in known and known[post.id].fingerprint == prints.get(post.id)


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


def _look(
    found: Foreseen,
    wishes: Wishes,
    said: Sequence[Post],
    recounted: Sequence[Post],
    known: Mapping[str, KnownPost],
    name: str,
) -> None:
    """Find out whose filters let which posts through."""
    for post in said:
        number = known[post.id].revision + 1 if post.id in known else 1
        facts = facts_of(post, found.reading(post), revision=number, account_name=name)
        found.passing[post.id] = wishes.passing(facts)
    for post in recounted:
        facts = facts_of(post, found.reading(post), revision=known[post.id].revision, account_name=name)
        if keys := wishes.counting_passing(facts):
            found.counted[post.id] = keys


def _counts(post: Post) -> tuple[int | None, ...]:
    given = (post.engagement.forwards, post.engagement.comments, post.engagement.likes)
    return tuple(None if count is None else count.value for count in given)
