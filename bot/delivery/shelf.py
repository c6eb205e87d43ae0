"""What many deliveries of one turn share: accounts, versions of posts and how they look, read once for all of them."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.face import Rendered
from bot.delivery.mapping import map_of
from bot.delivery.readings import Readings
from bot.delivery.rendering import Manner, render
from bot.delivery.sharing import reference
from bot.delivery.telling import Asking, Telling, Told
from bot.locales import Phrases
from bot.model.account import Account
from bot.model.manners import Manners
from bot.model.mapping import AreaMap
from bot.model.post import Revision
from bot.model.subscription import ChatKind
from bot.store import accounts, coverages, deliveries, happenings, mutes, posts
from bot.store import manners as manner_store
from bot.store.coverages import Covered
from bot.store.happenings import Fellow
from bot.store.manners import Followed, Wanted
from bot.store.manners import Place as ChatPlace
from bot.store.renditions import Place
from bot.store.waiting import Delivery

#: Rendered versions kept between turns; a storm says a few posts in a few languages to everybody.
KEPT = 64


@dataclass(frozen=True, slots=True)
class Taste:
    """How a chat sees a post, besides its language. Meanings: ``rendering.Manner``."""

    original_first: bool = False
    muted: bool | None = None
    shares: bool = False


#: Nothing asked for, nothing offered.
_PLAIN = Taste()
#: Place, the chat's taste, whether its words stand.
Look = tuple[Place, Taste, bool]


@dataclass(frozen=True, slots=True)
class Seen:
    """A version of a post as a chat is to see it now."""

    revision: Revision
    manner: Manner
    rendered: Rendered
    #: Its words stand: nothing better will come.
    stands: bool = True
    #: The map of its areas, whether or not the chat gets to see it.
    map: AreaMap | None = None


@dataclass(slots=True)
class Looks:
    """How versions of posts look in a language, kept between turns: once its words stand, a version never changes."""

    #: Alerts with an area come with a map.
    maps: bool = False
    #: Telegram hands inline queries to this bot: without them a button that begins one would be refused.
    shares: Callable[[], bool] = lambda: False
    _kept: OrderedDict[Look, tuple[Account, Seen]] = field(default_factory=OrderedDict)
    #: Maps of versions of posts that are about to be changed in many chats.
    _maps: OrderedDict[tuple[int, int], AreaMap | None] = field(default_factory=OrderedDict)

    def find(self, look: Look, account: Account) -> Seen | None:
        """A look that was rendered for the account as it is now."""
        found = self._kept.get(look)
        if found is None or found[0] != account:
            return None
        self._kept.move_to_end(look)
        return found[1]

    def keep(self, look: Look, account: Account, seen: Seen) -> None:
        """Keep a look; the one that was not used for longest goes."""
        self._kept[look] = (account, seen)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def forget(self) -> None:
        """A turn was not written: words that it had found out are in no row."""
        self._kept.clear()

    async def map_of(self, conn: AsyncConnection, post_id: int, number: int) -> AreaMap | None:
        """The map of a version of a post (or of the oldest kept after it); None where there is none."""
        place = (post_id, number)
        if place not in self._maps:
            try:
                self._maps[place] = map_of((await posts.revision(conn, post_id, number)).post)
            except LookupError:
                self._maps[place] = None
            if len(self._maps) > KEPT:
                self._maps.popitem(last=False)
        return self._maps[place]


class NotYetError(Exception):
    """Its words are being made, and it may wait for them."""

    def __init__(self, place: Place, until: datetime) -> None:
        super().__init__(f"the words of {place} are being made")
        self.place = place
        self.until = until


class Shelf:
    """Lives for one transaction."""

    def __init__(
        self,
        conn: AsyncConnection,
        chat_ids: Iterable[int],
        looks: Looks,
        readings: Readings,
        telling: Telling | None = None,
    ) -> None:
        self.conn = conn
        self.readings = readings
        self._chat_ids = sorted(set(chat_ids))
        self._looks = looks
        self._telling = telling
        self._accounts: dict[int, Account | None] = {}
        self._threads: dict[tuple[int, int], dict[tuple[int, int], int]] = {}
        self._covered: dict[Covered, int | None] | None = None
        self._muted: set[tuple[int, int, int]] | None = None
        self._fellows: dict[int, list[Fellow]] = {}
        self._manners: dict[ChatPlace, Manners] | None = None
        self._particular: dict[Followed, list[Wanted]] | None = None

    def forget(self) -> None:
        """Something that was written for one delivery was taken back: what was found out with it is in no row."""
        self._looks.forget()
        if self._telling is not None:
            self._telling.forget()

    async def account(self, account_id: int) -> Account | None:
        """The account, None when it is gone."""
        if account_id not in self._accounts:
            stored = await accounts.get(self.conn, account_id)
            self._accounts[account_id] = stored.account if stored else None
        return self._accounts[account_id]

    async def map_of(self, post_id: int, number: int) -> AreaMap | None:
        """As Looks.map_of."""
        return await self._looks.map_of(self.conn, post_id, number)

    async def fellows(self, post_id: int) -> list[Fellow]:
        """Other accounts' posts about the event of this one."""
        if post_id not in self._fellows:
            self._fellows[post_id] = await happenings.fellows(self.conn, post_id)
        return self._fellows[post_id]

    async def manners(self, place: ChatPlace) -> Manners:
        """How a chat and topic wants to be told."""
        if self._manners is None:
            self._manners = await manner_store.of_chats(self.conn, self._chat_ids)
        return self._manners.get(place, Manners())

    async def wanted(self, followed: Followed) -> list[Wanted]:
        """A place's subscriptions to an account, where one of them has a way of its own; else none."""
        if self._particular is None:
            self._particular = await manner_store.particular(self.conn, self._chat_ids)
        return self._particular.get(followed, [])

    async def covered(self) -> dict[Covered, int | None]:
        """What is to become one message in these chats, with the notice of the message that grew last."""
        if self._covered is None:
            self._covered = await coverages.of_chats(self.conn, self._chat_ids)
        return self._covered

    async def taste(self, delivery: Delivery, post_id: int, now: datetime) -> Taste:
        """How the chat of a delivery sees its post. In a channel every reader sees the buttons, and few may mute."""
        muted: bool | None = None
        if delivery.chat_kind != ChatKind.CHANNEL.value:
            if self._muted is None:
                self._muted = await mutes.of_chats(self.conn, self._chat_ids, now)
            muted = (delivery.chat_id, delivery.thread_id, delivery.root_id or post_id) in self._muted
        return Taste(delivery.original_first, muted, self._looks.shares())

    async def look(
        self, place: Place, account: Account, phrases: Phrases, ask: Asking, taste: Taste = _PLAIN
    ) -> Seen:
        """A version of a post and how it looks. Raises LookupError when no such version is kept, NotYetError when it is
        worth waiting for its words.
        """
        if not (ask.begun and ask.without):
            found = self._looks.find((place, taste, True), account)
            if found is not None:
                return found
        post_id, number, _ = place
        early = self._looks.find((place, taste, False), account)
        revision = early.revision if early is not None else await posts.revision(self.conn, post_id, number)
        told = Told()
        if self._telling is not None:
            told = await self._telling.tell(self.conn, place, revision, account, phrases, ask)
        if told.until is not None:
            raise NotYetError(place, told.until)
        if early is not None and not told.stands and early.manner.words == told.words:
            return early
        shared = reference(post_id, revision.post, account) if taste.shares else ""
        manner = Manner(told.words, taste.original_first, post_id, self._looks.maps, taste.muted, shared)
        seen = Seen(revision, manner, render(revision, account, phrases, manner), told.stands, map_of(revision.post))
        self._looks.keep((place, taste, told.stands), account, seen)
        return seen

    async def first_message(self, chat_id: int, thread_id: int, post_id: int, root_id: int) -> int | None:
        """The first message that a chat got about the event of this post, this post's own left aside."""
        event = (post_id, root_id)
        if event not in self._threads:
            alone = not await deliveries.has_relatives(self.conn, post_id, root_id)
            self._threads[event] = (
                {} if alone else await deliveries.event_messages(self.conn, self._chat_ids, post_id, root_id)
            )
        return self._threads[event].get((chat_id, thread_id))
