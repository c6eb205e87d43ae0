"""A steady hour of watching every kind of source, a thousand accounts in all, through the program's own watcher.

The clock is compressed (``compressed``): the hour takes a few minutes, in which all that an hour costs is done. The hosts
are another process (``world_server``), over TLS; what they saw is what the floors and the limits are judged by. CPU is
``time.process_time`` of this process, all threads, as a share of the 3,600 s that the hour stands for.

A floor is kept when two requests for an account, or for a list that several accounts share, arrive no closer than it.
Nothing is forgiven there: a poll's interval begins when its answer was written down, so that no lag of the machine can
bring two requests closer together. Only the digits of a time of day are (a microsecond, of which some add up).
"""

import asyncio
import contextlib
import itertools
import logging
import random
import ssl
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import func, select

from benchmarks.compressed import FastClock, FastLoop
from benchmarks.figures import Figure, percentile, read_options, show
from benchmarks.world import FIFTY, Site, sites
from benchmarks.world_server import CERTIFICATE, Record, World, world
from bot.fetching import GuardedFetcher, Request, Response, user_agent
from bot.logs import set_up_logs
from bot.matching import parsing, vocabulary
from bot.model.account import Account
from bot.model.post import Post
from bot.model.subscription import ChatKind
from bot.reading import reader
from bot.sources.face import Broken, Claim, Memory, Outcome, Pace, Presence, Refused, Source
from bot.sources.registry import Parts, built_in_kinds, make_sources
from bot.store import accounts, chats, schema, subscriptions, tables
from bot.store.database import Database
from bot.store.site_state import SiteKeep
from bot.watching.schedule import JITTER
from bot.watching.watcher import Watcher
from bot.watching.weigher import Weigher

CPU_GOAL_PERCENT = 3.0
#: A poll that comes later than this after the longest interval that its schedule may choose was missed, in intervals.
MISSED_AFTER = 1.0
#: Late polls are waits in the queues of hosts: at the 95th percentile they stay under a tenth of a minute's interval.
LATE_GOAL_S = 6.0
ROUNDING_S = 0.001


@dataclass(frozen=True, slots=True)
class Size:
    """How much, and how fast. Seconds are compressed ones."""

    accounts: int
    #: How many times faster the clock runs.
    times: float
    #: Until every account was looked at for the first time and once more: YouTube's are 15 minutes apart.
    warm_up_s: float
    seconds: float
    #: First looks are spread over no more than this.
    spread_s: float = 900.0


FULL = Size(accounts=FIFTY, times=12.0, warm_up_s=1200.0, seconds=3600.0)
QUICK = Size(accounts=2, times=20.0, warm_up_s=150.0, seconds=150.0, spread_s=60.0)


class _Elsewhere:
    """The guarded fetcher, with every request led to the port at which the hosts listen here."""

    def __init__(self, fetcher: GuardedFetcher, port: int) -> None:
        self._fetcher = fetcher
        self._port = port

    async def fetch(self, request: Request) -> Response:
        parts = urlsplit(request.url)
        led = replace(request, url=parts._replace(netloc=f"{parts.netloc}:{self._port}").geturl())
        response = await self._fetcher.fetch(led)
        return replace(response, url=response.url.replace(f":{self._port}/", "/", 1))


class _Counted:
    """A source whose polls are counted by how they end."""

    def __init__(self, source: Source, ends: Counter[str], troubles: Counter[str]) -> None:
        self._source, self._ends, self._troubles = source, ends, troubles
        self.kind: str = source.kind
        self.pace: Pace = source.pace
        self.ids_may_churn: bool = source.ids_may_churn

    async def poll(self, account: Account, memory: Memory) -> Outcome:
        outcome = await self._source.poll(account, memory)
        self._ends[type(outcome).__name__] += 1
        if isinstance(outcome, Broken | Refused):
            self._troubles[f"{self.kind}: {outcome.why}"] += 1
        return outcome

    async def confirm(self, account: Account, post_id: str) -> Presence:
        return await self._source.confirm(account, post_id)

    async def find(self, what: str) -> tuple[Account, ...]:
        return await self._source.find(what)

    def claims(self, what: str) -> Claim:
        return self._source.claims(what)

    def read(self, body: bytes, origin: str) -> tuple[Post, ...]:
        return self._source.read(body, origin)


@dataclass(frozen=True, slots=True)
class Bench:
    """The program's parts over the hosts."""

    db: Database
    clock: FastClock
    watched: Sequence[Site]
    sources: dict[str, Source]
    ends: Counter[str]
    troubles: Counter[str]

    async def subscribe(self, spread_s: float) -> None:
        """Let a chat follow every account; first looks are spread over each kind's interval, as they are after a while.

        Every account spoke lately, so none is let slower than its kind's default.
        """
        now = self.clock()
        async with self.db.begin() as conn:
            chat = await chats.ensure(conn, 1, ChatKind.PRIVATE, "", now, "en")
            for site in self.watched:
                default = self.sources[site.kind].pace.default
                for place, each in enumerate(site.watched):
                    first = now + timedelta(seconds=min(default, spread_s) * place / len(site.watched))
                    account_id = await accounts.upsert(conn, each.account, now)
                    await accounts.ensure_watch(conn, account_id, first, default)
                    await subscriptions.add(conn, chat, 0, account_id, (), "", None, now)
                    watch = await accounts.watch_of(conn, account_id)
                    if watch is not None:
                        await accounts.save_watch(conn, replace(watch, last_post_at=now))

    async def check(self) -> None:
        """See that every kind's answers were read: a poll that fails, or finds nothing, would be cheap."""
        posts, told = tables.posts.c, tables.accounts.c
        async with self.db.read() as conn:
            rows = await conn.execute(
                select(told.kind, func.count())
                .join_from(tables.posts, tables.accounts, posts.account_id == told.id)
                .group_by(told.kind)
            )
            found = {kind for kind, count in rows if count}
        if found != built_in_kinds():
            raise RuntimeError(f"Of these kinds not one post was read: {sorted(built_in_kinds() - found)}")


@asynccontextmanager
async def open_bench(folder: str, hosts: World, clock: FastClock, size: Size) -> AsyncIterator[Bench]:
    """Build the parts as the service does, with names resolved to the hosts here."""

    async def resolve(host: str, _port: int) -> Sequence[str]:
        return [hosts.addresses[host]]

    tls = ssl.create_default_context(cafile=str(CERTIFICATE))
    tls.check_hostname = False  # one certificate stands for all; it is verified all the same
    url = f"sqlite+aiosqlite:///{Path(folder, 'bench.db')}"
    await schema.upgrade(url)
    db = await Database.open(url)
    rng = random.Random(1)
    fetcher = GuardedFetcher(
        user_agent=user_agent("0", "bench@example.org"), keep=SiteKeep(db, clock), clock=clock, rng=rng, tls=tls,
        allowed_private_hosts=frozenset(hosts.addresses), resolve=resolve,
    )  # fmt: skip
    options = {"contact": "bench@example.org", "rsshub_url": "https://rsshub.example"}
    parts = Parts(_Elsewhere(fetcher, hosts.port), SiteKeep(db, clock), clock, rng, options)
    ends: Counter[str] = Counter()
    troubles: Counter[str] = Counter()
    counted = {kind: _Counted(source, ends, troubles) for kind, source in make_sources(parts).items()}
    try:
        yield Bench(db, clock, sites(size.accounts), dict(counted), ends, troubles)
    finally:
        await fetcher.aclose()
        await db.close()


@asynccontextmanager
async def watching(bench: Bench) -> AsyncIterator[None]:
    """Watch at the default intervals while the block runs."""
    weigher = Weigher(patience_s=bench.clock.times)  # a real second
    watcher = Watcher(bench.db, bench.sources, clock=bench.clock, rng=random.Random(2), weigher=weigher)
    running = asyncio.create_task(watcher.run())
    try:
        yield
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        weigher.close()


@dataclass(frozen=True, slots=True)
class Seen:
    """What an hour came to."""

    record: Record
    cpu_s: float
    #: When it began and ended, by the clock.
    began: float
    ended: float
    polls: int
    troubles: Counter[str]


async def _hour(hosts: World, clock: FastClock, size: Size) -> tuple[Seen, Bench]:
    with tempfile.TemporaryDirectory() as folder:
        async with open_bench(folder, hosts, clock, size) as bench:
            await bench.subscribe(size.spread_s)
            async with watching(bench):
                await asyncio.sleep(size.warm_up_s)
                hosts.record()
                bench.ends.clear()
                began, cpu = clock.seconds(), time.process_time()
                await asyncio.sleep(size.seconds)
                cpu, ended = time.process_time() - cpu, clock.seconds()
                seen = Seen(hosts.record(), cpu, began, ended, bench.ends.total(), bench.troubles)
            await bench.check()
            return seen, bench


def _judged(seen: Seen, bench: Bench) -> list[Figure]:
    broken: Counter[str] = Counter()
    late: list[float] = []
    missed = 0
    limits = {page.partition("/")[0]: site.at_once for site in bench.watched for page in site.pages}
    for site in bench.watched:
        pace = bench.sources[site.kind].pace
        for address in {each.address for each in site.watched}:
            times = seen.record.asked.get(address, [])
            for before, after in itertools.pairwise(times):
                broken[address] += after - before < pace.floor - ROUNDING_S
                over = after - before - max(pace.floor, JITTER[1] * pace.default)
                late.append(max(0.0, over))
                missed += over > MISSED_AFTER * pace.default
            silent = seen.ended - (times[-1] if times else seen.began)
            missed += silent > max(pace.floor, JITTER[1] * pace.default) + MISSED_AFTER * pace.default
    beyond = {host: most for host, most in seen.record.at_once.items() if most > limits.get(host, 1)}
    asked = sum(map(len, seen.record.asked.values()))
    hour = 3600 / (seen.ended - seen.began)
    wrong = seen.troubles.total() + seen.record.unknown.total()
    for what, found in (("floors", +broken), ("limits", beyond), ("answers", seen.troubles + seen.record.unknown)):
        if found:
            print(f"{what}: {dict(found)}", file=sys.stderr)
    count = sum(len(site.watched) for site in bench.watched)
    return [
        Figure(
            f"{count} accounts, {len(bench.watched)} sources: CPU of an hour",
            100 * seen.cpu_s / (seen.ended - seen.began),
            "%",
            CPU_GOAL_PERCENT,
        ),
        Figure("interval floors broken", broken.total(), "", 0),
        Figure("hosts asked by more connections than their limit", len(beyond), "", 0),
        Figure("answers not understood", wrong, "", 0),
        Figure("polls that were missed", missed, "", 0),
        Figure("lateness of polls, 95th percentile", percentile(late, 0.95), "s", LATE_GOAL_S),
        Figure("polls in an hour", seen.polls * hour, "", 1, at_least=True),
        Figure("requests in an hour", asked * hour, "", 1, at_least=True),
    ]


def measure(size: Size) -> list[Figure]:
    """Run everything; gives the figures."""
    set_up_logs("console", level=logging.ERROR)
    for warm in (reader.warm, parsing.warm, vocabulary.warm):  # a second of work, which would be many of the clock's
        warm()
    clock = FastClock(time.monotonic(), size.times)
    with world(clock, size.accounts) as hosts, asyncio.Runner(loop_factory=lambda: FastLoop(clock)) as runner:
        return _judged(*runner.run(_hour(hosts, clock, size)))


def main() -> None:
    """Measure and print."""
    options = read_options("A steady hour of a thousand accounts of all kinds, on a compressed clock.")
    show(measure(QUICK if options.quick else FULL), as_json=options.json)


if __name__ == "__main__":
    main()
