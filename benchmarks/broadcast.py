"""A broadcast through the Bot API: at the free rate, paid, without limits, and an Extreme alert past a long queue.

Telegram is a stand-in in a process of its own that counts every window strictly; the outbox, its database and the HTTP
client are the program's own, in this process.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from benchmarks.figures import Figure, read_options, show
from benchmarks.sending import logging_to_a_file, sending
from benchmarks.telegram import FIRST_CHAT, Stand, standing
from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Limits
from bot.heap import settle
from bot.model.delivery import Lane

FREE_SHARE_GOAL, PAID_RATE_GOAL, EXTREME_GOAL_S = 97.0, 950.0, 40.0
FREE_RATE, PAID_RATE = 30, 1000
#: Enough for every message of a run.
STARS = 100_000
PATIENCE_S = 900.0


@dataclass(frozen=True, slots=True)
class Size:
    """How much is sent."""

    free: int
    paid: int
    unlimited: int
    queued: int
    extreme: int


FULL = Size(free=10_000, paid=30_000, unlimited=20_000, queued=20_000, extreme=1_000)
QUICK = Size(free=90, paid=1_500, unlimited=500, queued=500, extreme=20)


@asynccontextmanager
async def running(outbox: Outbox) -> AsyncIterator[None]:
    """The outbox at work, until the block ends."""
    task = asyncio.create_task(outbox.run())
    try:
        yield
    finally:
        outbox.finish()
        await asyncio.wait({task}, timeout=10)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def free(size: Size) -> list[Figure]:
    """A broadcast to many private chats at Telegram's free rate."""
    async with standing(size.free) as stand, sending(stand, size.free, Limits()) as ours:
        await ours.queue(size.free)
        async with running(ours.outbox):
            await ours.until_settled(PATIENCE_S)
        taken = await stand.taken()
    share = 100 * taken.rate / FREE_RATE
    return [
        Figure(f"broadcast to {taken.messages} chats, of 30 messages/s", share, "%", FREE_SHARE_GOAL, at_least=True),
        Figure("broadcast: refused with 429", taken.refused, "", 0),
    ]


async def paid(size: Size) -> list[Figure]:
    """The same with ``allow_paid_broadcast``."""
    limits = Limits(paid_messages=PAID_RATE)
    async with standing(size.paid) as stand, sending(stand, size.paid, limits, stars=STARS) as ours:
        await ours.queue(size.paid)
        used = time.process_time()
        async with running(ours.outbox):
            await ours.until_settled(PATIENCE_S)
            used = time.process_time() - used
        # the first second is the start, and its burst is no sustained rate
        taken = await stand.taken(skip=min(PAID_RATE + FREE_RATE, size.paid // 2))
    return [
        Figure(f"paid broadcast to {size.paid} chats", taken.rate, "/s", PAID_RATE_GOAL, at_least=True),
        Figure("paid broadcast: refused with 429", taken.refused, "", 0),
        Figure("paid broadcast: CPU for a message", 1000 * used / size.paid, "ms", 1000 / PAID_RATE_GOAL),
    ]


async def ceiling(size: Size) -> Figure:
    """Nobody limits anything."""
    none = Limits(bot_messages=1_000_000, private_gap=0.0)
    stand_in = standing(size.unlimited, limited=False)
    async with stand_in as stand, sending(stand, size.unlimited, none, at_once=200) as ours:
        await ours.queue(size.unlimited)
        used = time.process_time()
        async with running(ours.outbox):
            await ours.until_settled(PATIENCE_S)
            used = time.process_time() - used
    return Figure("without limits, messages for a CPU second", size.unlimited / used, "", 1000, at_least=True)


async def extreme(size: Size) -> Figure:
    """An Extreme alert behind a long routine queue."""
    chats = size.queued + size.extreme
    async with standing(chats) as stand, sending(stand, chats, Limits()) as ours:
        await ours.queue(size.queued)
        async with running(ours.outbox):
            await ours.until_settled(PATIENCE_S, most=size.queued - 2 * FREE_RATE)
            began = time.monotonic()
            await ours.queue(size.extreme, lane=Lane.EXTREME, first=size.queued)
            await _until_taken(stand, size.extreme, FIRST_CHAT + size.queued)
            took = time.monotonic() - began
    name = f"Extreme to {size.extreme} chats past {size.queued} routine messages"
    return Figure(name, took, "s", EXTREME_GOAL_S)


async def _until_taken(stand: Stand, count: int, first_chat: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while (await stand.taken(first_chat)).messages < count:
            await asyncio.sleep(0.1)


async def measure(size: Size) -> AsyncIterator[Figure]:
    """Run everything; gives the figures as they come."""
    for figure in await paid(size):
        yield figure
    yield await ceiling(size)
    yield await extreme(size)
    for figure in await free(size):
        yield figure


async def _run(size: Size, *, as_json: bool) -> None:
    async for figure in measure(size):
        show([figure], as_json=as_json)


def main() -> None:
    """Measure and print."""
    settle()  # as the program does at its start
    options = read_options("A broadcast at the free rate, paid, without limits, and Extreme past a queue.")
    with logging_to_a_file():
        asyncio.run(_run(QUICK if options.quick else FULL, as_json=options.json))


if __name__ == "__main__":
    main()
