"""From a post on the site to the message in the chat, start-up, and memory, of the real ``python -m bot run``.

The program runs in a process of its own between the demo's local site and its stand-in for the Bot API, which both
run here. Only the program's own part is timed: from the answer of the site that first carried the post (taken before
it is sent, so the way to the program counts) to the message accepted by the stand-in.
"""

import asyncio
import contextlib
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from starlette.requests import Request
from starlette.responses import Response

from benchmarks.figures import Figure, percentile, read_options, show
from bot.demo.botapi import BotApiServer, Limits
from bot.demo.site.faults import Endpoint
from bot.demo.site.site import StormSite
from bot.demo.site.weibo_routes import Answer

LATENCY_GOAL_MS = 300.0
START_GOAL_S = 3.0
MEMORY_GOAL_MIB = 120.0
ROOT = Path(__file__).parents[1]
#: Accounts of the benchmark's own; no such UIDs are in use at the demo's site.
FIRST_UID = 7_900_000_000
#: A visitor's page is full with ten posts.
BACKLOG = 10
#: Pauses between two posts, seconds: longer than Telegram's pace in one chat, so that the pace is not what is timed.
PAUSE_S = (1.1, 1.6)
PATIENCE_S = 60.0
#: Between two samples of memory.
SAMPLE_S = 0.25


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    posts: int
    accounts: int
    starts: int
    #: Polls of each account before memory counts.
    rounds: int


FULL = Size(posts=60, accounts=50, starts=5, rounds=10)
QUICK = Size(posts=4, accounts=3, starts=1, rounds=2)


class Clock:
    """Aware UTC time that never jumps, the same for the site and the stand-in."""

    def __init__(self) -> None:
        self._began, self._ticks = datetime.now(UTC), time.perf_counter()

    def __call__(self) -> datetime:
        """Tell the time."""
        return self._began + timedelta(seconds=time.perf_counter() - self._ticks)


class TimedSite(StormSite):
    """The demo's site, which writes down when each post was first in an answer, and when it was first asked."""

    def __init__(self, clock: Clock) -> None:
        self.waited_for: dict[str, datetime | None] = {}
        self.timelines = 0
        super().__init__(clock, backlog=False)

    def guard(self, endpoint: Endpoint, answer: Answer) -> Answer:
        """Look into what a timeline answers."""
        guarded = super().guard(endpoint, answer)
        if endpoint is not Endpoint.TIMELINE:
            return guarded

        async def timed(request: Request) -> Response:
            self.timelines += 1
            response = await guarded(request)
            for mid, seen in self.waited_for.items():
                if seen is None and mid.encode() in bytes(response.body):
                    self.waited_for[mid] = self.clock()
            return response

        return timed


@dataclass(slots=True)
class Stage:
    """The two servers, and what the program is told of them."""

    site: TimedSite
    telegram: BotApiServer
    environment: dict[str, str]
    folder: Path
    written: int = 0

    @asynccontextmanager
    async def running(self, poll_seconds: float) -> AsyncIterator[psutil.Process]:
        """The program, until the block ends."""
        known = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
        own = {**self.environment, "TOCSIN_POLL_SECONDS": str(poll_seconds), "PYTHONPATH": str(ROOT)}
        log_path = self.folder / "program.log"
        with log_path.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", env={**known, **own}, cwd=self.folder, stdout=log, stderr=log
            )  # fmt: skip
        try:
            yield psutil.Process(process.pid)
        except TimeoutError:
            sys.stderr.write(log_path.read_text()[-4000:])
            raise
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()

    async def until(self, true: Callable[[], object]) -> None:
        """Wait for something at the site; it is asked often enough to time a start by it."""
        async with asyncio.timeout(PATIENCE_S):
            while not true():
                await asyncio.sleep(0.005)

    async def subscribe(self, uid: str) -> int:
        """Let somebody new follow the account; gives the chat."""
        chat = self.telegram.world.add_user("Reader", started=False).id
        self.telegram.world.say(chat, chat, f"/subscribe {uid}")
        await self.message(chat, "is followed here now")
        return chat

    async def message(self, chat: int, words: str) -> datetime:
        """Wait for a message with these words; gives when it was accepted."""

        def accepted() -> datetime | None:
            versions = (v for m in self.telegram.world.said_by_bot(chat) for v in m.versions)
            return next((v.at for v in versions if words in v.styled.text), None)

        found = await self.telegram.wait_for(accepted, PATIENCE_S)
        if found is None:
            raise TimeoutError(words)
        return found

    async def post(self, uid: str, chat: int) -> float:
        """Write a post and wait for it in the chat; gives the program's own part in milliseconds."""
        self.written += 1
        words = f"编号{self.written:04d}。"
        mid = self.site.weibo_post(uid, f"{words}受强降雨影响，部分路段积水，请绕行并注意安全。")
        self.site.waited_for[mid] = None
        accepted = await self.message(chat, words)
        served = self.site.waited_for.pop(mid)
        if served is None:
            raise RuntimeError("A post arrived that the site never served.")
        return (accepted - served).total_seconds() * 1000


@asynccontextmanager
async def open_stage(accounts: int) -> AsyncIterator[Stage]:
    """Start both servers, with so many accounts on the site that have written before."""
    clock = Clock()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        site = TimedSite(clock)
        for number in range(accounts):
            uid = str(FIRST_UID + number)
            site.weibo_account(uid, f"通报账号{number}")
            for age in range(BACKLOG, 0, -1):
                site.weibo_post(uid, f"第{age}号通报：道路已恢复通行。", at=clock() - timedelta(hours=age))
        url = await stack.enter_async_context(site.serve())
        telegram = await stack.enter_async_context(BotApiServer(clock=clock, limits=Limits(enforced=False)))
        environment = {
            "TOCSIN_TELEGRAM_TOKEN": telegram.token,
            "TOCSIN_TELEGRAM_API_URL": telegram.url,
            "TOCSIN_DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'bench.db'}",
            "TOCSIN_SITE_GAP_SECONDS": "0",
            "TOCSIN_ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
            "TOCSIN_WEIBO_URL": url,
            "TOCSIN_WEIBO_VISITOR_URL": url,
            "TOCSIN_WEIBO_WEB_URL": url,
        }
        yield Stage(site, telegram, environment, folder)


async def latency(stage: Stage, size: Size) -> Figure:
    """Posts of one account one after the other, at any moment between two polls."""
    rng = random.Random(721)
    uid, taken = str(FIRST_UID), []
    async with stage.running(poll_seconds=0.2):
        chat = await stage.subscribe(uid)
        for _ in range(size.posts):
            await asyncio.sleep(rng.uniform(*PAUSE_S))
            taken.append(await stage.post(uid, chat))
    return Figure(
        "from the site's answer to the chat, 95th percentile", percentile(taken, 0.95), "ms", LATENCY_GOAL_MS
    )


async def memory(stage: Stage, size: Size) -> Figure:
    """The most that is resident with every account followed, polled and relayed once."""
    async with stage.running(poll_seconds=2.0) as program:
        uids = [str(FIRST_UID + number) for number in range(size.accounts)]
        followed = [(uid, await stage.subscribe(uid)) for uid in uids]
        for uid, chat in followed:
            await stage.post(uid, chat)
        enough = stage.site.timelines + size.rounds * size.accounts
        most = 0
        async with asyncio.timeout(PATIENCE_S):
            while stage.site.timelines < enough:
                most = max(most, program.memory_info().rss)
                await asyncio.sleep(SAMPLE_S)
    name = f"resident memory with {size.accounts} accounts, the most seen"
    return Figure(name, max(most, 1) / 2**20, "MiB", MEMORY_GOAL_MIB)


async def start_up(stage: Stage, size: Size) -> Figure:
    """From the start of the process to its first request for a timeline, the slowest start; all polls are due."""
    slowest = 0.0
    for _ in range(size.starts):
        await asyncio.sleep(3.0)  # longer than POLL_SECONDS with its spread: no wait for a poll is in the figure
        before, began = stage.site.timelines, time.perf_counter()
        async with stage.running(poll_seconds=2.0):
            await stage.until(lambda before=before: stage.site.timelines > before)
            slowest = max(slowest, time.perf_counter() - began)
    return Figure(f"start-up to first poll, slowest of {size.starts}", slowest, "s", START_GOAL_S)


async def measure(size: Size) -> list[Figure]:
    """Run everything; gives the figures."""
    async with open_stage(size.accounts) as stage:
        return [await latency(stage, size), await memory(stage, size), await start_up(stage, size)]


def main() -> None:
    """Measure and print."""
    options = read_options("From a post on the site to the message in the chat, start-up, and resident memory.")
    show(asyncio.run(measure(QUICK if options.quick else FULL)), as_json=options.json)


if __name__ == "__main__":
    main()
