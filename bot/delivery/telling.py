"""In which words a delivery goes out now: those that stand, or after a short wait what was proved until then (the bell).

It stands between the interpreter, which makes words, and the database, which remembers what each language was shown:
so every reader of a language gets the same, a restart does not wait anew, and what is owed is known whatever dies.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.interpreting import Interpreter, Work
from bot.locales import Phrases
from bot.model.account import Account
from bot.model.delivery import Lane
from bot.model.post import Revision
from bot.model.words import NOTHING, PHRASEBOOK, Words
from bot.store import renditions
from bot.store.renditions import Place, Rendition

#: How long a delivery waits for its words from when the first one in their language came up.
PATIENCE = {
    Lane.EXTREME: timedelta(seconds=2),
    Lane.URGENT: timedelta(seconds=2),
    Lane.ROUTINE: timedelta(seconds=20),
}
#: A turn waits so long in all for what needs no engine, seconds: a thread reads a usual post in two milliseconds, and the
#: turn holds the database meanwhile.
SOON = 0.03
#: What was begun with its words goes on with them, however long they take to be made again after a start.
_AGAIN = timedelta(seconds=1)
#: Renditions kept in memory.
_KEPT = 512


@dataclass(frozen=True, slots=True)
class Told:
    """``words`` to go out with. ``until``: not yet, ask again then. ``stands``: nothing better will come."""

    words: Words = NOTHING
    stands: bool = True
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """What is known of the delivery that asks."""

    lane: Lane
    now: datetime
    #: A part of its message is in the chat already, with or without its words.
    begun: bool = False
    without: bool = False
    #: It does not wait: what is known goes.
    at_once: bool = False


class Telling:
    """Lives as long as its outbox."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter
        self._kept: OrderedDict[Place, Rendition] = OrderedDict()
        #: Edits queued since the outbox last looked.
        self.paid = 0
        #: What is left of this turn's ``SOON``.
        self._left = SOON

    def turn(self) -> None:
        """Another turn begins."""
        self._left = SOON

    def forget(self) -> None:
        """A turn was not written: what the database knows is read anew."""
        self._kept.clear()
        self.paid = 0

    async def tell(
        self, conn: AsyncConnection, place: Place, revision: Revision, account: Account, phrases: Phrases, ask: Asking
    ) -> Told:
        """The words for a delivery of this version in this language, as they are now."""
        kept = await self._find(conn, place)
        if ask.begun and ask.without:
            return Told((kept.bell if kept else None) or NOTHING, stands=False)
        if kept is not None and kept.words is not None:
            return Told(kept.words)
        work = self.interpreter.ask(place, revision, account, phrases)
        if kept is None and work.words is None and self._left > 0:
            loop = asyncio.get_running_loop()
            began = loop.time()
            await work.soon(self._left)
            self._left -= loop.time() - began
        if work.words is not None:
            await self._settle(conn, place, work.words, ask.now)
            return Told(work.words)
        return await self._meanwhile(conn, place, kept, work, ask)

    async def come(self, conn: AsyncConnection, place: Place, words: Words, now: datetime) -> None:
        """The interpreter has finished a place: write it down, where anybody was told to wait for it."""
        kept = await self._find(conn, place)
        if kept is not None and kept.words is None:
            await self._settle(conn, place, words, now)

    async def _settle(self, conn: AsyncConnection, place: Place, words: Words, now: datetime) -> None:
        """These stand. Written down where somebody waited for them, or could not get the same again; and whoever got the
        post without them is owed an edit, in the same transaction.
        """
        kept = await self._find(conn, place)
        if kept is None and set(words.by) <= {PHRASEBOOK} and not words.why and not (words.short and words.short.by):
            self._keep(place, Rendition(now, words=words))
            return
        await renditions.say(conn, place, words, now)
        if kept is not None and kept.bell is not None:
            self.paid += await renditions.pay(conn, place, now)
        self._keep(place, replace(kept or Rendition(now), words=words))

    async def _meanwhile(
        self, conn: AsyncConnection, place: Place, kept: Rendition | None, work: Work, ask: Asking
    ) -> Told:
        if kept is None:
            await renditions.ask(conn, place, ask.now)
            kept = self._keep(place, Rendition(ask.now))
        if ask.begun:
            return Told(until=ask.now + _AGAIN)
        if ask.now < kept.asked_at:
            # the clock was set back: by the new one it was asked for now, else everybody would wait until it catches up
            kept = self._keep(place, replace(kept, asked_at=ask.now))
        deadline = kept.asked_at + PATIENCE[ask.lane]
        if kept.bell is None and ask.now < deadline and not ask.at_once:
            return Told(until=deadline)
        if kept.bell is None:
            bell = work.proved or NOTHING
            await renditions.ring(conn, place, bell)
            kept = self._keep(place, replace(kept, bell=bell))
        return Told(kept.bell or NOTHING, stands=False)

    async def _find(self, conn: AsyncConnection, place: Place) -> Rendition | None:
        if place in self._kept:
            self._kept.move_to_end(place)
            return self._kept[place]
        found = await renditions.find(conn, place)
        if found is not None:
            self._keep(place, found)
        return found

    def _keep(self, place: Place, rendition: Rendition) -> Rendition:
        self._kept[place] = rendition
        self._kept.move_to_end(place)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return rendition
