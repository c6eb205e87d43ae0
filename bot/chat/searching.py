"""Looking through the posts that are known, for whoever may see them: by a filter, or by the reference of one post."""

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue.entries import Catalogue
from bot.chat.trials import facts_for
from bot.chat.wording import is_real
from bot.delivery.sharing import read_reference, refers_to
from bot.matching.evaluating import Truth, judge
from bot.matching.facts import Facts
from bot.matching.folding import fold
from bot.matching.parsing import FilterError, parse
from bot.matching.tree import Tree
from bot.model.account import Account
from bot.model.post import Post
from bot.store import accounts, posts, relayed
from bot.store.codec import post_from_json
from bot.store.database import Database

#: Newest posts that are looked through: some days of many accounts, and what a thread reads in a second at the most.
LOOKED_THROUGH = 300
#: Posts kept read, so that every letter that is typed costs no reading.
_KEPT = 2 * LOOKED_THROUGH
#: Kinds whose keys are addresses that a subscriber gave: a secret may be in them, and in what they tell.
_GIVEN = frozenset(("feed", "cap", "rsshub"))
#: … and the one whose keys are addresses of a public platform.
_ADDRESSED = frozenset(("mastodon",))


@dataclass(frozen=True, slots=True)
class Hit:
    """A post that was found, in its current revision."""

    post_id: int
    revision: int
    #: The post's state: "current", "cancelled", and of a reference any.
    state: str
    post: Post
    account: Account


@dataclass(frozen=True, slots=True)
class _Read:
    """A post that was read. Frozen: it is looked at from threads."""

    post: Post
    facts: Facts


class Searching:
    """Keeps in memory what it has read."""

    def __init__(self, db: Database, catalogue: Catalogue) -> None:
        self._db = db
        self._catalogue = catalogue
        self._kept: OrderedDict[tuple[int, int], _Read] = OrderedDict()

    async def search(self, text: str, followed: Collection[int]) -> list[Hit]:
        """The posts that surely pass a filter, newest first; all of them for "". What is no filter is taken as words.
        ``followed``: accounts (our ids) that the person follows, which may be nobody else's business.
        """
        tree = _tree(text)
        if text.strip() and tree is None:
            return []
        async with self._db.read() as conn:
            newest = await relayed.newest(conn, LOOKED_THROUGH)
            known = await self._accounts(conn, {each.account_id for each in newest})
            shown = [
                each
                for each in newest
                if each.account_id in known
                and (each.account_id in followed or self._is_public(known[each.account_id]))
            ]
            unread = [each.post_id for each in shown if (each.post_id, each.revision) not in self._kept]
            texts = await relayed.contents(conn, unread) if unread else {}
        given = {each.post_id: known[each.account_id].name for each in shown}
        self._kept.update(await asyncio.to_thread(_read_all, texts, given))
        candidates: list[tuple[Hit, Facts]] = []
        for each in shown:
            read = self._kept.get((each.post_id, each.revision))
            if read is None:  # it was edited since the list was read
                continue
            self._kept.move_to_end((each.post_id, each.revision))
            hit = Hit(each.post_id, each.revision, each.state, read.post, known[each.account_id])
            candidates.append((hit, read.facts))
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return await asyncio.to_thread(_passing, tree, candidates)

    async def referred(self, text: str) -> Hit | None:
        """The post that a whole reference names: whoever has it has seen the post. None: there is none, or it is gone."""
        post_id = read_reference(text)
        if post_id is None:
            return None
        async with self._db.read() as conn:
            known = await posts.get(conn, post_id)
            account_id = await posts.account_of(conn, post_id)
            stored = await accounts.get(conn, account_id) if account_id is not None else None
            if known is None or stored is None or known.state == "withdrawn":
                return None
            post = (await posts.revision(conn, post_id, known.revision)).post
        if not refers_to(text, post_id, post, stored.account) or not is_real(post):
            return None
        return Hit(post_id, known.revision, known.state, post, stored.account)

    async def _accounts(self, conn: AsyncConnection, account_ids: Collection[int]) -> dict[int, Account]:
        found = {account_id: await accounts.get(conn, account_id) for account_id in sorted(account_ids)}
        return {account_id: stored.account for account_id, stored in found.items() if stored is not None}

    def _is_public(self, account: Account) -> bool:
        if self._catalogue.of(account) is not None:
            return True
        return account.kind not in _GIVEN and ("://" not in account.key or account.kind in _ADDRESSED)


def _tree(text: str) -> Tree | None:
    """The filter; of what is none its words; None where there are none."""
    if not text.strip():
        return None
    for spelt in (text, " ".join(fold("".join(c if c.isalnum() else " " for c in text)).split())):
        try:
            if spelt:
                return parse(spelt)
        except FilterError:
            continue
    return None


def _read_all(texts: dict[int, tuple[int, str]], names: dict[int, str]) -> dict[tuple[int, int], _Read]:
    """In a thread: reading takes milliseconds for each."""
    found: dict[tuple[int, int], _Read] = {}
    for post_id, (number, text) in texts.items():
        post = post_from_json(text)
        found[post_id, number] = _Read(post, facts_for(post, names[post_id], number))
    return found


def _passing(tree: Tree | None, candidates: Sequence[tuple[Hit, Facts]]) -> list[Hit]:
    """In a thread. What nobody knows of a post lets it through a subscriber's filter, but is nothing that was found."""
    return [
        hit
        for hit, facts in candidates
        if is_real(hit.post) and "drill" not in facts.marks and (tree is None or judge(tree, facts) is Truth.YES)
    ]
