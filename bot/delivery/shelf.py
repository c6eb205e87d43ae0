"""What many deliveries of one turn share: accounts, versions of posts and how they look, read once for all of them."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.face import Rendered
from bot.delivery.rendering import render
from bot.locales import Phrases
from bot.model.account import Account
from bot.model.post import Revision
from bot.store import accounts, deliveries, posts

#: Rendered versions kept between turns; a storm says a few posts in a few languages to everybody.
KEPT = 64

#: Post, revision, language.
Look = tuple[int, int, str]


@dataclass(slots=True)
class Looks:
    """How versions of posts look in a language, kept between turns: a version never changes."""

    _kept: OrderedDict[Look, tuple[Account, Revision, Rendered]] = field(default_factory=OrderedDict)

    def find(self, look: Look, account: Account) -> tuple[Revision, Rendered] | None:
        """A look that was rendered for the account as it is now."""
        found = self._kept.get(look)
        if found is None or found[0] != account:
            return None
        self._kept.move_to_end(look)
        return found[1:]

    def keep(self, look: Look, account: Account, revision: Revision, rendered: Rendered) -> None:
        """Keep a look; the one that was not used for longest goes."""
        self._kept[look] = (account, revision, rendered)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)


class Shelf:
    """Lives for one transaction."""

    def __init__(self, conn: AsyncConnection, chat_ids: Iterable[int], looks: Looks) -> None:
        self.conn = conn
        self._chat_ids = sorted(set(chat_ids))
        self._looks = looks
        self._accounts: dict[int, Account | None] = {}
        self._threads: dict[tuple[int, int], dict[tuple[int, int], int]] = {}

    async def account(self, account_id: int) -> Account | None:
        """The account, None when it is gone."""
        if account_id not in self._accounts:
            stored = await accounts.get(self.conn, account_id)
            self._accounts[account_id] = stored.account if stored else None
        return self._accounts[account_id]

    async def look(self, post_id: int, number: int, account: Account, phrases: Phrases) -> tuple[Revision, Rendered]:
        """A version of a post and how it looks. Raises LookupError when no such version is kept."""
        look = (post_id, number, phrases.language)
        found = self._looks.find(look, account)
        if found is None:
            revision = await posts.revision(self.conn, post_id, number)
            found = revision, render(revision, account, phrases)
            self._looks.keep(look, account, *found)
        return found

    async def first_message(self, chat_id: int, thread_id: int, post_id: int, root_id: int) -> int | None:
        """The first message that a chat got about the event of this post, this post's own left aside."""
        event = (post_id, root_id)
        if event not in self._threads:
            alone = not await deliveries.has_relatives(self.conn, post_id, root_id)
            self._threads[event] = (
                {} if alone else await deliveries.event_messages(self.conn, self._chat_ids, post_id, root_id)
            )
        return self._threads[event].get((chat_id, thread_id))
