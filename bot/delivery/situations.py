"""The situation of what a chat follows, from the posts in the database; reading and folding happen off the loop."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.matching.evaluating import passes
from bot.matching.facts import facts_of
from bot.matching.parsing import read_back
from bot.matching.tree import Tree
from bot.model.account import Account
from bot.model.post import Post, words_of
from bot.model.reading import Reading
from bot.model.situation import Situation, Told
from bot.reading.reader import read
from bot.reading.situation import gather
from bot.reading.standing_claims import WARNING_UNHEARD
from bot.store import briefings
from bot.store.briefings import Kept
from bot.store.codec import CodecError, post_from_json
from bot.store.database import Database
from bot.store.subscriptions import Listed

#: How far back posts are looked at: alerts with a longer life are renewed within it.
LOOKED_BACK = timedelta(days=14)
#: Posts of all accounts of a chat that are looked at, the newest: some seconds of work in a thread at worst.
MOST_POSTS = 2000
#: Versions of posts whose reading is kept.
READINGS_KEPT = 10_000
#: An account is out of sight when no good answer came for so many of its intervals, and for so long at least.
_INTERVALS, _LEAST = 3.0, timedelta(hours=1)

#: A version of a post.
_Version = tuple[int, int]
_Readings = dict[_Version, Reading]
#: For each account the filters of its subscriptions; one without a filter is there as None.
Wants = Mapping[int, Sequence[Tree | None]]


@dataclass(frozen=True, slots=True)
class Overview:
    """A situation, and what is to be known of how it came about."""

    situation: Situation
    #: When each post that the chat asked for was seen.
    seen: tuple[datetime, ...] = ()
    #: Names of the accounts that do not answer just now.
    blind: tuple[str, ...] = ()
    #: There were more posts than are looked at.
    cut: bool = False
    #: Minutes east of UTC of the clock by which most of the accounts go; None where none is known.
    utc_offset: int | None = None


class Situations:
    """Makes overviews. What was read of a version of a post is kept: it never changes."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._readings: OrderedDict[_Version, Reading] = OrderedDict()

    async def overview(self, listed: Sequence[Listed], now: datetime) -> Overview:
        """The situation that these subscriptions show now."""
        wants: dict[int, list[Tree | None]] = {}
        for entry in listed:
            wants.setdefault(entry.account_id, []).append(read_back(entry.filter) if entry.filter else None)
        async with self._db.read() as conn:
            kept = await briefings.recent(conn, sorted(wants), now - LOOKED_BACK, MOST_POSTS)
        known = {
            version: read_so
            for post in kept
            if (read_so := self._readings.get(version := _version(post))) is not None
        }
        whose = {entry.account_id: entry.account for entry in listed}
        situation, seen, new = await asyncio.to_thread(_made, kept, wants, whose, known, now)
        self._readings.update(new)
        while len(self._readings) > READINGS_KEPT:
            self._readings.popitem(last=False)
        return Overview(situation, seen, _blind(listed, now), len(kept) >= MOST_POSTS, usual_offset(listed))


def _made(
    kept: Sequence[Kept], wants: Wants, whose: Mapping[int, Account], known: _Readings, now: datetime
) -> tuple[Situation, tuple[datetime, ...], _Readings]:
    told: list[Told] = []
    new: _Readings = {}
    for row in kept:
        try:
            post = post_from_json(row.content)
        except CodecError:
            continue  # of a newer version, gone back from
        account = whose[row.account_id]
        if post.utc_offset is None:
            post = replace(post, utc_offset=account.utc_offset)
        version = _version(row)
        reading = known.get(version)
        if reading is None:
            reading = new[version] = _read(post, row.seen_at, now)
        wanted = _wanted(post, row.revision, account, reading, wants.get(row.account_id, ()))
        told.append(
            Told(
                row.post_id, row.account_id, post, row.seen_at, row.state, row.changed_at, reading.claims,
                speaker=post.author or account.name or account.key, wanted=wanted,
            )
        )  # fmt: skip
    seen = tuple(each.seen_at for each in told if each.wanted and each.state != "withdrawn")
    return gather(told, now), seen, new


def _read(post: Post, seen_at: datetime, now: datetime) -> Reading:
    """What the words prove, as far as it is kept. What is too old to stand is not read at all."""
    if post.alert is not None or now - min(post.published or seen_at, seen_at) > 2 * WARNING_UNHEARD:
        return Reading()
    reading = read(words_of(post), published=post.published, utc_offset=post.utc_offset)
    return replace(reading, clauses=(), times=(), figures=())


def _wanted(post: Post, revision: int, account: Account, reading: Reading, filters: Sequence[Tree | None]) -> bool:
    asked = [tree for tree in filters if tree is not None]
    if len(asked) < len(filters):
        return True
    facts = facts_of(post, reading, revision=revision, account_name=account.name)
    return any(passes(tree, facts) for tree in asked)


def _version(row: Kept) -> _Version:
    return row.post_id, row.revision


def usual_offset(listed: Sequence[Listed]) -> int | None:
    """The clock (minutes east of UTC) by which most of what is followed goes, None where none is known."""
    offsets = Counter(entry.account.utc_offset for entry in listed if entry.account.utc_offset is not None)
    return offsets.most_common(1)[0][0] if offsets else None


def _blind(listed: Sequence[Listed], now: datetime) -> tuple[str, ...]:
    """Accounts from which no news does not mean that all is quiet (design rules 2 and 3)."""
    names: dict[int, str] = {}
    for entry in listed:
        watch = entry.watch
        overdue = max(_LEAST, timedelta(seconds=_INTERVALS * watch.interval_s))
        answered = watch.last_ok_at is not None and now - watch.last_ok_at <= overdue
        if watch.state != "active" or watch.outcome in {"refused", "broken"} or not answered:
            names[entry.account_id] = watch.account.name or watch.account.key
    return tuple(names.values())
