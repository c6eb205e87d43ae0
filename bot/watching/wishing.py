"""The filters of accounts' subscribers, kept ready between posts beside the database, which alone says who has which.

At each use the keys in the database are compared with those here: what is new there is read and made ready, what is gone
is dropped. So nothing is missed whoever writes, from however many processes, and nothing has to be told to anybody. The
keys of an account are read from an index of the database without a row; reading and parsing filters anew for each post
is what this saves, and walking them all, where there are many.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from functools import partial

from bot.matching.evaluating import passes
from bot.matching.facts import Facts
from bot.matching.index import FilterIndex
from bot.matching.parsing import read_back
from bot.matching.tree import COUNTS, Field, Tree, atoms
from bot.store import asked
from bot.store.asked import Wish
from bot.store.database import Database

#: From so many different filters of one account they are indexed; fewer are walked faster than they are looked up.
INDEXED_FROM = 200
#: Different filters kept in memory in all (some 0.4 KiB each); the accounts longest unused are dropped.
MOST_KEPT = 1_000_000


class Wishes:
    """The different filters of one account, by their keys."""

    def __init__(self) -> None:
        self._trees: dict[str, Tree] = {}
        self._index: FilterIndex | None = None
        #: The index's members.
        self._numbers: dict[str, int] = {}
        self._keys: dict[int, str] = {}
        self._next = 0
        #: Those that ask for counts (``forwards>5000``).
        self.counting: set[str] = set()

    def __len__(self) -> int:
        return len(self._trees)

    def unknown(self, keys: Collection[str]) -> set[str]:
        """Those that are not here."""
        return set(keys) - self._trees.keys()

    def add(self, wishes: Iterable[Wish]) -> None:
        """Make these ready. Thousands take a while: call it off the loop."""
        for wish in wishes:
            if wish.key in self._trees:
                continue
            tree = self._trees[wish.key] = read_back(wish.filter)
            fields = {atom.name for atom in atoms(tree) if isinstance(atom, Field)}
            if fields & COUNTS:
                self.counting.add(wish.key)
            if self._index is not None:
                self._put(wish.key, tree)
        if self._index is None and len(self._trees) >= INDEXED_FROM:
            self._index = FilterIndex()
            for key, tree in self._trees.items():
                self._put(key, tree)

    def keep_only(self, keys: Collection[str]) -> None:
        """Drop those that nobody has any more."""
        for key in self._trees.keys() - keys:
            tree = self._trees.pop(key)
            self.counting.discard(key)
            if self._index is not None:
                number = self._numbers.pop(key)
                del self._keys[number]
                self._index.remove(number, tree)

    def passing(self, facts: Facts) -> set[str]:
        """The keys of those that let a post through. Thousands take a while: call it off the loop."""
        if self._index is not None:
            return {self._keys[number] for number in self._index.members(facts)}
        return {key for key, tree in self._trees.items() if passes(tree, facts)}

    def counting_passing(self, facts: Facts) -> set[str]:
        """Of those that ask for counts."""
        return {key for key in self.counting if passes(self._trees[key], facts)}

    def known(self) -> frozenset[str]:
        """Every key here, as of now."""
        return frozenset(self._trees)

    def _put(self, key: str, tree: Tree) -> None:
        if self._index is not None:
            self._index.add(self._next, tree)
            self._numbers[key], self._keys[self._next] = self._next, key
            self._next += 1


class Wishing:
    """Holds the filters of many accounts. One account is asked for by one task at a time."""

    def __init__(self, most_kept: int = MOST_KEPT) -> None:
        self._most_kept = most_kept
        self._accounts: OrderedDict[int, Wishes] = OrderedDict()
        #: The counts of each account's posts at the last look, by post.
        self._counts: dict[int, dict[str, tuple[int | None, ...]]] = {}
        #: What threads do with each account's filters, also where nobody waits for it any more: nothing stops a thread.
        self._at_work: dict[int, asyncio.Future[None]] = {}

    def knows(self, account_id: int) -> bool:
        """Whether the filters of an account were read before."""
        return account_id in self._accounts

    async def of(self, db: Database, account_id: int) -> Wishes:
        """The filters of an account as they stand in the database now. Raises TimeoutError while a thread is still at them
        that was not waited for to its end.
        """
        if account_id in self._at_work:
            raise TimeoutError
        async with db.read() as conn:
            keys = await asked.keys(conn, account_id)
            wishes = self._accounts.get(account_id) or Wishes()
            missing = wishes.unknown(keys)
            found = await asked.wishes(conn, account_id, missing) if missing else []
        # what is made ready late is there the next time
        self._accounts[account_id] = wishes
        self._accounts.move_to_end(account_id)
        if found:
            await self.aside(account_id, partial(wishes.add, found))
        if len(wishes) > len(keys):
            await self.aside(account_id, partial(wishes.keep_only, keys))
        self._make_room()
        return wishes

    async def aside(self, account_id: int, work: Callable[[], None]) -> None:
        """Do something with an account's filters off the loop. Who waits no longer leaves it to end by itself."""
        working = asyncio.ensure_future(asyncio.to_thread(work))
        self._at_work[account_id] = working
        working.add_done_callback(lambda done: self._ended(account_id, done))
        await asyncio.shield(working)

    def _ended(self, account_id: int, working: "asyncio.Future[None]") -> None:
        self._at_work.pop(account_id, None)
        if working.cancelled() or working.exception() is not None:
            self._accounts.pop(account_id, None)  # half of it may be there

    def counted_anew(self, account_id: int, counts: dict[str, tuple[int | None, ...]]) -> set[str]:
        """Of a page's posts, those whose counts are others than at the look before (in this process), or were not seen."""
        before = self._counts.get(account_id, {})
        self._counts[account_id] = counts
        return {post_id for post_id, each in counts.items() if before.get(post_id) != each}

    def _make_room(self) -> None:
        kept = sum(map(len, self._accounts.values()))
        while kept > self._most_kept and len(self._accounts) > 1:
            account_id, dropped = self._accounts.popitem(last=False)
            self._counts.pop(account_id, None)
            kept -= len(dropped)
