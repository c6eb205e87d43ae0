"""Reads new posts before they are queued, for how grave what they warn of is: in a thread of its own, for a second at the
most. What it has not read by then goes out as a post without a level, as it would without a reader (design rule 7).
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from queue import SimpleQueue
from threading import Thread

import structlog

from bot.matching import parsing, vocabulary
from bot.model.alert import Severity
from bot.model.post import Post, words_of
from bot.model.reading import Reading
from bot.reading import reader
from bot.reading.occasions import Occasion, occasion
from bot.reading.sameness import Happening, warning_of
from bot.reading.weighing import proved_severity

log = structlog.get_logger(__name__)

#: How long a page's posts may wait for being read, seconds. One takes some milliseconds.
PATIENCE_S = 1.0


@dataclass(frozen=True, slots=True)
class Weight:
    """What a post's own words prove, and what those of the version before it did (for a new one: nothing).

    What it passes on weighs nothing: nobody knows how old that is.
    """

    now: Severity = Severity.UNKNOWN
    before: Severity = Severity.UNKNOWN
    #: The warning that it goes on with, where it proves one.
    occasion: Occasion | None = None
    #: All of it, for whoever filters by what it says.
    reading: Reading | None = None
    #: The warning that other accounts may tell of too, where it proves one.
    happening: Happening | None = None


class Weigher:
    """Weighs posts without fields. Close it when it is not needed any more."""

    def __init__(self, patience_s: float = PATIENCE_S, seconds: Callable[[], float] = time.monotonic) -> None:
        self._patience_s = patience_s
        self._seconds = seconds
        #: As many as there are polls at once at the most; None ends the thread.
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: Thread | None = None
        #: What was not done in time. While it is not, nobody else waits behind it.
        self._late: Future[None] | None = None

    def start(self) -> None:
        """Load what the reader needs (about a second), so that the first post does not wait for that."""
        self._submit(_warm)

    def close(self) -> None:
        """Let the thread go, without waiting for it."""
        self._work.put(None)

    async def weigh(self, pairs: Sequence[tuple[Post, Post | None]], now: datetime) -> Mapping[str, Weight]:
        """Give what is proved, by the posts' ids, of as many posts (each with the version before it) as can be read in
        time, in their order. Never raises.
        """
        if self._late is not None and not self._late.done():
            return {}
        found: dict[str, Weight] = {}
        ends_at = self._seconds() + self._patience_s
        reading = self._submit(lambda: self._read(pairs, now, ends_at, found))
        try:
            async with asyncio.timeout(self._patience_s):
                # shielded: a thread cannot be stopped, and what it does says so in ``_late``
                await asyncio.shield(asyncio.wrap_future(reading))
        except TimeoutError:
            self._late = reading
            log.warning("reading took too long; posts go out as posts without a level", posts=len(pairs))
        return dict(found)

    def _submit(self, work: Callable[[], None]) -> Future[None]:
        done: Future[None] = Future()

        def do() -> None:
            work()
            done.set_result(None)

        self._work.put(do)
        if self._thread is None:
            # a daemon: neither a stop nor a refused token waits for it
            self._thread = Thread(target=self._run, name="weigher", daemon=True)
            self._thread.start()
        return done

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            work()

    def _read(
        self, pairs: Sequence[tuple[Post, Post | None]], now: datetime, ends_at: float, found: dict[str, Weight]
    ) -> None:
        for post, before in pairs:
            if self._seconds() >= ends_at:
                return
            try:
                found[post.id] = _weight(post, before, now)
            except Exception:  # design rule 7: when reading breaks, the alert goes out all the same
                log.exception("a post could not be read; it goes out as one without a level", post=post.id)


def _warm() -> None:
    """What reading needs, and what filters need, so that neither the first post nor the first command waits for it."""
    try:
        reader.warm()
        parsing.warm()
        vocabulary.warm()
    except Exception:  # design rule 7, as above: posts go out unread
        log.exception("the reader cannot be loaded; posts go out as posts without a level")


def _weight(post: Post, before: Post | None, now: datetime) -> Weight:
    reading, severity = _read(post, now)
    was = _read(before, now)[1] if before is not None else Severity.UNKNOWN
    return Weight(severity, was, occasion(reading), reading, _happening(reading, post, now))


def _happening(reading: Reading, post: Post, now: datetime) -> Happening | None:
    try:
        return warning_of(reading, post.published or now)
    except Exception:  # design rule 7: then it rings by itself
        log.exception("a post could not be compared with those of other accounts", post=post.id)
        return None


def _read(post: Post, now: datetime) -> tuple[Reading, Severity]:
    published = post.published or now
    reading = reader.read(words_of(post), published=published, utc_offset=post.utc_offset)
    return reading, proved_severity(reading, published)
