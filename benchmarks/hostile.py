"""What a hostile feed costs: memory and seconds of one poll of each kind, in a process of its own beside the site."""

import asyncio
import contextlib
import ctypes
import multiprocessing
import random
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from multiprocessing.connection import Connection

from benchmarks.figures import Figure, read_options, show

#: The issue's goals for one poll of a hostile feed.
MEGABYTES, SECONDS = 50.0, 2.0
PAGES = (
    "entity-bomb.xml",
    "gzip-bomb.xml",
    "huge.xml",
    "huge-declared.xml",
    "redirect-private.xml",
    "html.xml",
    "truncated.json",
    "wrong-charset.xml",
    "churning-ids.xml",
    "nested.xml",
    "nested-html.json",
)
QUICK = ("entity-bomb.xml", "gzip-bomb.xml", "html.xml")
STARTED_WITHIN_S = 30.0
#: ru_maxrss counts KiB on Linux and bytes on macOS.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024


@contextlib.contextmanager
def storm_site() -> Iterator[str]:
    """The local site in another process, so that what it pours out is not counted."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        if not ours.poll(STARTED_WITHIN_S):
            raise TimeoutError("The site did not start.")
        yield str(ours.recv())
    finally:
        process.terminate()
        process.join()


def _serve(pipe: Connection) -> None:
    async def serve() -> None:
        from bot.demo.site.site import StormSite

        async with StormSite().serve() as url:
            pipe.send(url)
            await asyncio.Event().wait()

    asyncio.run(serve())


def measure(site: str, page: str) -> tuple[float, float]:
    """Peak memory above an ordinary poll (MB) and seconds of one poll of the page, in a fresh process."""
    context = multiprocessing.get_context("spawn")
    values = context.Array(ctypes.c_double, 2)
    process = context.Process(target=_poll, args=(site, page, values))
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError(f"The poll of {page} ended with {process.exitcode}.")
    return values[0], values[1]


def _poll(site: str, page: str, values: "ctypes.Array[ctypes.c_double]") -> None:
    asyncio.run(_polls(site, page, values))


async def _polls(site: str, page: str, values: "ctypes.Array[ctypes.c_double]") -> None:
    from bot.fetching import GuardedFetcher
    from bot.model.account import Account
    from bot.outside import ForgetfulKeep
    from bot.sources.face import Posts
    from bot.sources.feed import FeedSource

    def clock() -> datetime:
        return datetime.now(UTC)

    chance = random.Random(1)
    fetcher = GuardedFetcher(
        user_agent="Tocsin-benchmark", keep=ForgetfulKeep(), clock=clock, rng=chance,
        allowed_private_hosts=frozenset({"127.0.0.1"}), gap_override=0,
    )  # fmt: skip
    source = FeedSource(fetcher, clock, chance)
    ordinary = f"{site}/feeds/fire.xml"
    outcome = await source.poll(Account("feed", ordinary, "", ordinary), {})
    if not isinstance(outcome, Posts):
        raise TypeError(f"The ordinary feed could not be read: {outcome}")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    url = f"{site}/hostile/{page}"
    began = time.perf_counter()
    await source.poll(Account("feed", url, "", url), {})
    values[1] = time.perf_counter() - began
    values[0] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * RSS_UNIT / 1e6
    await fetcher.aclose()


def main() -> None:
    """Measure and print."""
    options = read_options("What a hostile feed costs.")
    with storm_site() as site:
        for page in QUICK if options.quick else PAGES:
            megabytes, seconds = measure(site, page)
            figures = (
                Figure(f"{page}: memory above an ordinary poll", megabytes, "MB", MEGABYTES),
                Figure(f"{page}: one poll", seconds, "s", SECONDS),
            )
            show(figures, as_json=options.json)


if __name__ == "__main__":
    main()
