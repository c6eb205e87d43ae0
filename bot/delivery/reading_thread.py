"""The thread in which posts are read: reading holds the processor for milliseconds, and must not hold up the event loop."""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable, Iterator

import structlog

from bot.delivery.proving import Proved
from bot.language.detecting import warm as warm_detecting
from bot.reading import reader

log = structlog.get_logger(__name__)

#: Getting ready begins when nobody has asked for anything for so long, and goes on between posts, seconds.
WARM_AFTER, WARM_PAUSE = 1.0, 0.001


class ReadingThread:
    """One thread in which posts are read, one after the other; between them it compiles what later posts may need."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; once is enough."""
        if self._thread is None:
            # a daemon: neither a stop nor a refused token waits for it
            self._thread = threading.Thread(target=self._run, name="reader", daemon=True)
            self._thread.start()

    def end(self) -> None:
        """Leave off after what is being read."""
        self._jobs.put(None)

    async def do(self, work: Callable[[], Proved]) -> Proved:
        """Do it there, and wait for it. Raises what it raises."""
        self.start()
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Proved] = loop.create_future()

        def job() -> None:
            outcome = _outcome(work)
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(_settle, done, outcome)

        self._jobs.put(job)
        return await done

    def _run(self) -> None:
        steps: Iterator[None] | None = _warming()
        pause = WARM_AFTER
        while True:
            try:
                job = self._jobs.get(timeout=pause) if steps is not None else self._jobs.get()
            except queue.Empty:
                steps, pause = _step(steps), WARM_PAUSE
                continue
            if job is None:
                return
            job()


def _warming() -> Iterator[None]:
    """All that reading loads, step by step."""
    warm_detecting()
    yield
    yield from reader.warming()
    reader.warm()  # all of it is there: from now on it says so


def _step(steps: Iterator[None] | None) -> Iterator[None] | None:
    """One step of getting ready; None when that is done."""
    try:
        if steps is not None:
            next(steps)
            return steps
    except StopIteration:
        log.info("the reader of posts is ready")
    except Exception:  # a thread's loop: whoever reads meets the same, and says so
        log.exception("the reader of posts could not be made ready")
    return None


def _outcome(work: Callable[[], Proved]) -> Proved | Exception:
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
        return error


def _settle(done: "asyncio.Future[Proved]", outcome: Proved | Exception) -> None:
    if done.done():
        return
    if isinstance(outcome, Exception):
        done.set_exception(outcome)
    else:
        done.set_result(outcome)
