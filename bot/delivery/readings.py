"""What posts' words prove, for the messages of running reports: read within a turn, which holds the database meanwhile, so
for a moment only, never before the reader is ready, and each version once.
"""

import asyncio
from collections import OrderedDict
from functools import partial

import structlog

from bot.model.post import Post, words_of
from bot.model.reading import Reading
from bot.reading import reader

log = structlog.get_logger(__name__)

#: Longest wait for one reading, seconds. A post takes some milliseconds.
PATIENCE = 0.25
#: Readings kept in memory.
KEPT = 256

#: Post (our id) and revision.
Version = tuple[int, int]


class Readings:
    """Lives as long as its outbox."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Version, Reading] = OrderedDict()
        #: What was not done in time: a thread cannot be stopped, so nothing more is begun until it has ended.
        self._late: asyncio.Future[Reading] | None = None

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
            reading.add_done_callback(lambda done: done.cancelled() or done.exception())
            log.warning("reading took too long; a running report goes on without it", post=version[0])
            return None
        except Exception:  # design rule 7: what cannot be read goes out as it is
            log.exception("a post could not be read; a running report goes on without it", post=version[0])
            return None
        self._kept[version] = found
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found
