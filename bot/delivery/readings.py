"""What posts' words prove, for running reports, digests and chats' manners: read within a turn, which holds the database
meanwhile, so for a moment only, never before the reader is ready, and each version once.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

from bot.matching.facts import Facts, facts_of
from bot.model.post import Post, Revision, words_of
from bot.model.reading import Reading
from bot.reading import reader

log = structlog.get_logger(__name__)

#: Longest wait for one reading, seconds. A post takes some milliseconds.
PATIENCE = 0.25
#: Who waits for the reader to be ready asks again after this.
WARMING = timedelta(seconds=1)
#: Readings, and facts of posts, kept in memory.
KEPT = 256

#: Post (our id) and revision.
Version = tuple[int, int]


class Readings:
    """Lives as long as its outbox."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Version, Reading] = OrderedDict()
        self._facts: OrderedDict[tuple[Version, str], Facts] = OrderedDict()
        #: What was not done in time: a thread cannot be stopped, so nothing more is begun until it has ended.
        self._late: asyncio.Future[Reading] | None = None
        self._warming: asyncio.Future[None] | None = None

    def can_read(self) -> bool:
        """False for the seconds after a start in which the reader is made ready, which this sees to. Who can wait does."""
        if reader.is_warm():
            return True
        if self._warming is None:
            self._warming = asyncio.ensure_future(asyncio.to_thread(reader.warm))
            self._warming.add_done_callback(_heard)
        return self._warming.done()

    async def facts(
        self, version: Version, account_name: str, load: Callable[[], Awaitable[Revision]]
    ) -> Facts | None:
        """What filters ask of a version; None while that cannot be told. ``load`` is asked for it where it is not kept."""
        key = (version, account_name)
        if key in self._facts:
            self._facts.move_to_end(key)
            return self._facts[key]
        post = (await load()).post
        reading = await self.of(version, post)
        if reading is None:
            return None
        found = await asyncio.to_thread(facts_of, post, reading, revision=version[1], account_name=account_name)
        self._facts[key] = found
        if len(self._facts) > KEPT:
            self._facts.popitem(last=False)
        return found

    async def of(self, version: Version, post: Post) -> Reading | None:
        """What a version proves; None while that cannot be told without keeping others waiting."""
        if version in self._kept:
            self._kept.move_to_end(version)
            return self._kept[version]
        if not reader.is_warm() or (self._late is not None and not self._late.done()):
            return None
        self._late = None
        read = partial(reader.read, words_of(post), published=post.published, utc_offset=post.utc_offset)
        reading = asyncio.ensure_future(asyncio.to_thread(read))
        try:
            async with asyncio.timeout(PATIENCE):
                found = await asyncio.shield(reading)
        except TimeoutError:
            self._late = reading
            reading.add_done_callback(_heard)
            log.warning("reading took too long; what is said goes on without it", post=version[0])
            return None
        except Exception:  # design rule 7: what cannot be read goes out as it is
            log.exception("a post could not be read; what is said goes on without it", post=version[0])
            return None
        self._kept[version] = found
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found


def _heard(done: "asyncio.Future[Any]") -> None:
    """Nobody waits for it any more; a fault of it is told all the same."""
    if not done.cancelled() and (error := done.exception()) is not None:
        log.error("a post whose reading took too long could not be read", exc_info=error)
