"""From a revision to the deliveries it means: who is told, what is edited, what is marked. Writes into the caller's
transaction, so that what was seen is queued or neither happened (design rule 1).
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.matching.facts import facts_of
from bot.model.delivery import Lane, Op
from bot.model.place import PLACED, UNPLACED
from bot.model.post import Post
from bot.reading.relaying import effective_expiry, is_over, lane_of, severity_of, why_not_relayed
from bot.store import asked, chat_places, fanout, mutes, queued
from bot.store.fanout import OVERTAKEN, Hush, Knows, Near, Word
from bot.watching import nearing, telling
from bot.watching.foreseeing import Foreseen, passing
from bot.watching.weigher import Weight

log = structlog.get_logger(__name__)

T = TypeVar("T")

#: The key of the filter for everything.
_EVERYTHING = ""
#: How long one transaction may wait for filters that were not looked at before it, seconds: others wait to write meanwhile.
#: A filter takes some hundredths of a millisecond; after this the post goes to every subscriber (design rule 7).
MATCHING_S = 15.0


@dataclass(frozen=True, slots=True)
class Said:
    """A post as it lies in the database: its row, its current revision and the post itself."""

    post_id: int
    revision: int
    post: Post


@dataclass(frozen=True, slots=True)
class Predecessor:
    """A post that a newer one updates or cancels, with the version that was current then."""

    post_id: int
    revision: int
    post: Post
    #: Nothing had updated or cancelled it before.
    in_force: bool = True


class Queueing:
    """Queues deliveries for the revisions of one account's page, in one transaction."""

    def __init__(
        self,
        conn: AsyncConnection,
        account_id: int,
        now: datetime,
        foreseen: Foreseen | None = None,
        account_name: str = "",
    ) -> None:
        self._account_name = account_name
        self._foreseen = foreseen or Foreseen()
        self._conn = conn
        self._account_id = account_id
        self._now = now
        self._patience = MATCHING_S
        self._muted: dict[int, tuple[int, ...]] = {}
        self.queued = 0
        #: Whether any chat has a place, once it was asked; and for which places posts are meant, by their rows.
        self._places_set: bool | None = None
        self._located: dict[int, nearing.Near] = {}

    @property
    def counted(self) -> frozenset[str]:
        """Ids of the posts whose counts passed what somebody asked for."""
        return frozenset(self._foreseen.counted)

    async def say(self, said: Said) -> None:
        """A new post: to every subscriber whose filter lets it through."""
        await self._to_wanting(said)

    async def update(self, said: Said, old: Sequence[Predecessor], event: Sequence[int]) -> None:
        """An update: to whoever knows of the event (``event``: its posts so far), and to whose filter lets it through.

        It rings where the level rose, and where the chat hears of the event for the first time or did not surely hear
        of it. What still waits to be sent is not sent any more: the update comes in its place. Where the event is muted
        and did not grow graver, it does not come.
        """
        ids = [o.post_id for o in old]
        await queued.settle(self._conn, ids, self._now, OVERTAKEN)
        in_force = [o for o in old if o.in_force] or old[-1:]
        was = max((severity_of(o.post) for o in in_force), key=lambda severity: severity.rank)
        await self._supersede(in_force, said)
        rose = severity_of(said.post).rank > was.rank
        known = await self._hushed(said, silent=not rose, notice=telling.level(was, severity_of(said.post)))
        heard_of = sorted({*ids, *event} - {said.post_id})
        for word, knows in ((known, Knows.SHOWN), (await self._hushed(said), Knows.CONCERNED)):
            self.queued += await fanout.to_holders(
                self._conn, heard_of, word, self._now, knows=knows, followers_of=self._account_id
            )
        await self._to_wanting(said)

    async def lift(self, said: Said, old: Sequence[Predecessor], event: Sequence[int] = ()) -> None:
        """A cancel, or another way to say that it is over: to each chat that has or may have the original, whether it
        still follows the account or not, and to no other. An original that still waits is not sent any more. Where the
        event is muted, any of its posts (``event``) counts as the original, which may not have come there.
        """
        ids = [o.post_id for o in old]
        await queued.settle(self._conn, ids, self._now, "cancelled before it was sent", deferred=False)
        for o in old:
            await self._to_copies(o.post_id, o.revision, Op.MARK, o.post, telling.cancelled())
        if old:
            word = self._send(said, silent=True, notice=telling.lifted([o.post for o in old]))
            self.queued += await fanout.to_holders(self._conn, ids, word, self._now, knows=Knows.PERHAPS)
            roots = await self._roots(said.post_id)
            if roots:
                # whatever they muted, and however grave it was
                word = replace(word, hush=Hush(roots, Lane.ROUTINE, 0))
                which = sorted({*ids, *event} - {said.post_id})
                self.queued += await fanout.to_holders(
                    self._conn, which, word, self._now, knows=Knows.PERHAPS, muted=True
                )

    async def edit(self, said: Said, before: Post, *, returned: bool, why_not_new: str) -> None:
        """An edit: every copy is edited; whose filter lets it through only now gets it as new.

        ``returned``: the agency had removed it and shows it again. ``why_not_new``: why it may not be said as new (any
        more), "" when it may; then what still waits is not sent either.
        """
        rings = self._rose(before, said.post) and not why_not_new
        placed = await self._any_places() and (await self._near(said)).proved
        if placed:
            await queued.place_known(self._conn, said.post_id)
        if why_not_new and why_not_relayed(said.post, self._now, lifts=True):
            await queued.settle(self._conn, [said.post_id], self._now, why_not_new)
        elif why_not_new:
            # it is over, or too old to ring: the digest that it waits for says so
            await queued.settle(self._conn, [said.post_id], self._now, why_not_new, deferred=False)
            word = self._send(said)
            ends = self._now if why_not_relayed(said.post, self._now) else word.expires_at
            await queued.renew(self._conn, replace(word, expires_at=ends), self._now, rings=False)
        else:
            word = self._send(said)
            await queued.renew(self._conn, word, self._now, rings=rings, anew=True)
        told = telling.changed(before, said.post, returned=returned)
        # that it is over comes where it is muted, too; any other edit is shown there without a word
        ended = said.post.alert is not None and is_over(said.post.alert)
        hush = None if ended or not told else await self._hush(said)
        await self._to_copies(
            said.post_id, said.revision, Op.EDIT, said.post, told, silent=not rings, hush=hush, placed=placed
        )
        if not why_not_new:
            await self._to_wanting(said, anew=True)

    async def withdraw(self, said: Said) -> None:
        """The agency removed the post: every copy is marked and replied to; a waiting one is not sent any more."""
        await queued.settle(self._conn, [said.post_id], self._now, "withdrawn before it was sent", deferred=False)
        await self._to_copies(said.post_id, said.revision, Op.MARK, said.post, telling.withdrawn(said.post))

    def _rose(self, before: Post, after: Post) -> bool:
        weight = self._weight(after)
        return severity_of(after, weight.now).rank > severity_of(before, weight.before).rank

    async def _supersede(self, old: Sequence[Predecessor], said: Said) -> None:
        """Mark what is updated: where nothing follows the account any more, or the event is muted, no newer message will
        stand below.
        """
        hush = await self._hush(said)
        for o in old:
            for below in (True, False):
                words = telling.superseded(severity_of(o.post), severity_of(said.post), below=below)
                word = Word(Op.MARK, lane_of(o.post), o.post_id, o.revision, silent=True, notice=words, hush=hush)
                if below:
                    self.queued += await fanout.to_copies(
                        self._conn, word, self._now, followers_of=self._account_id, muted=False
                    )
                    continue
                self.queued += await fanout.to_copies(self._conn, word, self._now, strangers_to=self._account_id)
                self.queued += await fanout.to_copies(
                    self._conn, word, self._now, followers_of=self._account_id, muted=True
                )

    async def _to_copies(
        self,
        post_id: int,
        revision: int,
        op: Op,
        post: Post,
        words: str,
        *,
        silent: bool = True,
        hush: Hush | None = None,
        placed: bool = False,
    ) -> None:
        """``hush``: where the event is muted, the change is made without a word about it. ``placed``: its place is known."""
        weight = self._weight(post)
        lane, rank = lane_of(post, weight.now), _rank(post, weight)
        said = json.dumps({**json.loads(words or "{}"), PLACED: True}) if placed else words
        word = Word(op, lane, post_id, revision, silent=silent, notice=said, hush=hush, severity=rank)
        self.queued += await fanout.to_copies(self._conn, word, self._now, muted=False)
        quiet = replace(word, silent=True, notice=json.dumps({PLACED: True}) if placed else "")
        self.queued += await fanout.to_copies(self._conn, quiet, self._now, muted=True)

    async def _roots(self, post_id: int) -> tuple[int, ...]:
        if post_id not in self._muted:
            self._muted[post_id] = await mutes.muted_roots(self._conn, post_id, self._now)
        return self._muted[post_id]

    async def _hush(self, said: Said) -> Hush | None:
        """Who muted the event of a post must not hear of it, unless it is graver now."""
        roots = await self._roots(said.post_id)
        proved = self._weight(said.post).now
        return Hush(roots, lane_of(said.post, proved), severity_of(said.post, proved).rank) if roots else None

    async def _hushed(self, said: Said, *, silent: bool = False, notice: str = "") -> Word:
        return replace(self._send(said, silent=silent, notice=notice), hush=await self._hush(said))

    def _weight(self, post: Post) -> Weight:
        return self._foreseen.weights.get(post.id, Weight())

    def _send(self, said: Said, *, silent: bool = False, notice: str = "") -> Word:
        alert = said.post.alert
        # that it is over stays worth saying however late; an alert ends with its own expiry
        expires_at = effective_expiry(alert) if alert is not None and not is_over(alert) else None
        weight = self._weight(said.post)
        lane = lane_of(said.post, weight.now)
        return Word(
            Op.SEND, lane, said.post_id, said.revision,
            silent=silent, notice=notice, expires_at=expires_at, severity=_rank(said.post, weight),
        )  # fmt: skip

    async def count(self, said: Said) -> None:
        """A post that is as it was but for its counts: to those whose filters ask for counts and let it through now. Who
        has it, or waits for it, does not get it again.
        """
        keys = self._foreseen.counted.get(said.post.id)
        if keys:
            await self._by_keys(said, await self._hushed(said), sorted(keys), anew=True)

    async def _to_wanting(self, said: Said, *, anew: bool = False) -> None:
        """To every subscriber without a filter, and to those whose filter lets it through; each filter is looked at once,
        most of them before this transaction.
        """
        word = await self._hushed(said)
        await self._subscribers(said, word, [_EVERYTHING], anew=anew)
        try:
            wanting = await self._wanting(said)
        except DBAPIError:
            raise
        except Exception:  # design rule 7: when matching breaks, the alert goes out all the same
            log.exception("matching broke: the post goes to every subscriber", post=said.post_id)
            await self._subscribers(said, word, None, anew=anew)
            return
        await self._by_keys(said, word, wanting, anew=anew)

    async def _wanting(self, said: Said) -> list[str]:
        keys = await asked.keys(self._conn, self._account_id)
        if not keys:
            return []
        found, unknown = self._foreseen.split(said.post, keys)
        if unknown:
            reading = self._foreseen.reading(said.post)
            facts = partial(facts_of, said.post, reading, revision=said.revision, account_name=self._account_name)
            seen = await self._aside(facts)
            ordered = sorted(unknown)
            # by pages: PostgreSQL ends a transaction that stands still for ten seconds
            for start in range(0, len(ordered), asked.AT_ONCE):
                some = ordered[start : start + asked.AT_ONCE]
                wishes = await asked.wishes(self._conn, self._account_id, some)
                found += await self._aside(partial(passing, wishes, seen))
        return found

    async def _aside(self, work: Callable[[], T]) -> T:
        """In a thread: folding a long text, or looking for thousands of words in it, takes longer than the loop may stand
        still. Raises TimeoutError when this transaction has waited for such things for ``MATCHING_S`` in all.
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(self._patience):
                return await asyncio.to_thread(work)
        finally:
            self._patience = max(0.0, self._patience - (loop.time() - began))

    async def _by_keys(self, said: Said, word: Word, keys: Sequence[str], *, anew: bool) -> None:
        for start in range(0, len(keys), asked.AT_ONCE):
            await self._subscribers(said, word, keys[start : start + asked.AT_ONCE], anew=anew)

    async def _subscribers(self, said: Said, word: Word, keys: Sequence[str] | None, *, anew: bool) -> None:
        """Those with these filters, by their places: without any; with one that the post is meant for; and, where it may
        be meant for any, all others, who are told so.
        """
        if not await self._any_places():
            await self._some(word, keys, None, anew=anew)
            return
        near = await self._near(said)
        await self._some(word, keys, Near(set_one=False), anew=anew)
        met = sorted(near.met)
        for start in range(0, len(met), asked.AT_ONCE):
            await self._some(word, keys, Near(set_one=True, keys=met[start : start + asked.AT_ONCE]), anew=anew)
        if not near.proved:
            await self._some(replace(word, notice=UNPLACED), keys, Near(set_one=True), anew=anew)

    async def _some(self, word: Word, keys: Sequence[str] | None, near: Near | None, *, anew: bool) -> None:
        self.queued += await fanout.to_subscribers(
            self._conn, self._account_id, word, self._now, keys=keys, anew=anew, near=near
        )

    async def _any_places(self) -> bool:
        if self._places_set is None:
            self._places_set = await chat_places.any_set(self._conn)
        return self._places_set

    async def _near(self, said: Said) -> nearing.Near:
        """For which places a post is meant; any, where that cannot be said."""
        found = self._located.get(said.post_id)
        if found is None:
            found = self._located[said.post_id] = await self._located_now(said)
        return found

    async def _located_now(self, said: Said) -> nearing.Near:
        places, reading = self._foreseen.places, self._foreseen.reading(said.post)
        near = self._foreseen.near.get(said.post.id)
        if places is None:
            return nearing.Near(frozenset(), proved=False)
        try:
            if near is None:
                near = await self._aside(partial(places.near, said.post, reading))
            return await places.brought_up(self._conn, near)
        except DBAPIError:
            raise
        except Exception:  # design rule 7: when this breaks, nobody is kept out
            log.exception("the place of a post could not be told: it goes to every subscriber", post=said.post_id)
            return nearing.Near(frozenset(), proved=False)


def _rank(post: Post, weight: Weight) -> int:
    """How grave what stands is; what says that it is over is not."""
    over = post.alert is not None and is_over(post.alert)
    return 0 if over else severity_of(post, weight.now).rank
