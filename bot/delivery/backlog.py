"""What the outbox knows to be waiting: the first delivery of each chat and lane, and whose turn it is. No I/O."""

import heapq
from collections import Counter
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.model.delivery import Lane
from bot.store.waiting import Head

#: However much goes first, every so many-th message comes from a lower lane that has something ready: an endless storm
#: of alerts must not starve the rest, and 1,000 Extreme alerts at 30 a second still take less than 38 seconds.
SHARE = 20


@dataclass(slots=True)
class Backlog:
    """Heads by lane: ready ones in the order of their ids, resting ones by the moment at which they may go."""

    _ready: dict[Lane, list[tuple[int, int]]] = field(default_factory=lambda: {lane: [] for lane in Lane})
    _resting: list[tuple[datetime, int]] = field(default_factory=list)
    #: Every head that is known and was not taken, by delivery id.
    _heads: dict[int, Head] = field(default_factory=dict)
    #: Heads by lane, counted.
    _known: Counter[Lane] = field(default_factory=Counter)
    #: Deliveries of chats in which a request is on its way.
    _busy: set[int] = field(default_factory=set)
    #: Messages of higher lanes since a lane with something ready had its last turn.
    _passed: dict[Lane, int] = field(default_factory=lambda: dict.fromkeys(Lane, 0))

    def __len__(self) -> int:
        return len(self._heads)

    def known(self, lane: Lane) -> int:
        """Heads that are known in a lane."""
        return self._known[lane]

    def ready(self, lane: Lane) -> int:
        """How many of a lane could go, as far as is known."""
        return len(self._ready[lane])

    def add(self, heads: Iterable[Head], now: datetime) -> None:
        """Heads as the database gives them; one that is known already is brought up to date."""
        for head in heads:
            known = self._heads.get(head.delivery_id)
            if known is not None and known.lane <= head.lane and known.telegram_id == head.telegram_id:
                continue
            if known is not None:
                self._known[known.lane] -= 1
            self._heads[head.delivery_id] = head
            self._known[head.lane] += 1
            self._file(head, head.not_before, now)

    def forget(self) -> None:
        """Know of nothing that waits: it is read anew. Busy chats stay busy."""
        for ready in self._ready.values():
            ready.clear()
        self._resting.clear()
        self._heads.clear()
        self._known.clear()

    def wake(self, now: datetime) -> None:
        """Those whose rest is over are ready."""
        while self._resting and self._resting[0][0] <= now:
            _, delivery_id = heapq.heappop(self._resting)
            head = self._heads.get(delivery_id)
            if head is not None:
                heapq.heappush(self._ready[head.lane], (head.delivery_id, head.chat_id))

    def hurry(self, delivery_ids: Iterable[int], now: datetime) -> None:
        """What they rested for is there: they may go."""
        for delivery_id in delivery_ids:
            head = self._heads.get(delivery_id)
            if head is not None:
                self._heads[delivery_id] = head = replace(head, not_before=min(head.not_before, now))
                heapq.heappush(self._ready[head.lane], (head.delivery_id, head.chat_id))

    def next_wake(self) -> datetime | None:
        """When the first rest ends; None when nothing rests."""
        return self._resting[0][0] if self._resting else None

    def take(self, lanes: Container[Lane], may_go: Callable[[Head], datetime | None], now: datetime) -> Head | None:
        """The head in these lanes whose turn it is, None when nothing may go. ``may_go`` gives None for yes, else the
        moment at which its chat may be written to. Its chat is busy until ``free``.
        """
        for lane in self._order():
            if lane not in lanes:
                continue
            head = self._first(lane, may_go, now)
            if head is not None:
                self._count(lane)
                self._drop(head)
                self._busy.add(head.chat_id)
                return head
        return None

    def free(self, chat_id: int) -> None:
        """The request in this chat is over and written down; the caller adds what is first there now."""
        self._busy.discard(chat_id)

    def is_ready(self, lanes: Iterable[Lane] = Lane) -> bool:
        """True when something in one of these lanes could go, as far as its chat is concerned."""
        return any(self._ready[lane] for lane in lanes)

    def _drop(self, head: Head) -> None:
        del self._heads[head.delivery_id]
        self._known[head.lane] -= 1

    def _file(self, head: Head, at: datetime, now: datetime) -> None:
        if at > now:
            heapq.heappush(self._resting, (at, head.delivery_id))
        else:
            heapq.heappush(self._ready[head.lane], (head.delivery_id, head.chat_id))

    def _order(self) -> list[Lane]:
        """Highest lane first, unless a lower one has been passed over often enough."""
        starved = [lane for lane in reversed(Lane) if self._passed[lane] >= SHARE - 1 and self._ready[lane]]
        return [*starved, *(lane for lane in Lane if lane not in starved)]

    def _count(self, lane: Lane) -> None:
        for other in Lane:
            if other is lane or not self._ready[other]:
                self._passed[other] = 0
            elif other > lane:
                self._passed[other] += 1

    def _first(self, lane: Lane, may_go: Callable[[Head], datetime | None], now: datetime) -> Head | None:
        ready, aside = self._ready[lane], []
        found = None
        while ready and found is None:
            delivery_id, chat_id = heapq.heappop(ready)
            head = self._heads.get(delivery_id)
            if head is None or head.lane is not lane:
                continue  # taken meanwhile, or lifted into a higher lane
            if chat_id in self._busy:
                # what is first there now is looked up once the request is over
                self._drop(head)
                continue
            # an entry of an earlier filing can come up while its head rests
            at = head.not_before if head.not_before > now else may_go(head)
            if at is None:
                found = head
            else:
                aside.append((head, at))
        for head, at in aside:
            self._file(head, max(at, now), now)
        return found
