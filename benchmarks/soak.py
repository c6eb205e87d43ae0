"""Minutes of sending at the full free rate: memory, tasks and connections must be at the end what they were."""

import asyncio
import statistics
import time
from dataclasses import dataclass

import psutil

from benchmarks.broadcast import FREE_RATE, running
from benchmarks.figures import Figure, read_options, show
from benchmarks.sending import Sending, logging_to_a_file, sending
from benchmarks.telegram import standing
from bot.delivery.pacing import Limits

GROWTH_GOAL_PERCENT, RATE_GOAL_PERCENT = 5.0, 97.0
#: Between two samples, seconds.
SAMPLE_S = 1.0


@dataclass(frozen=True, slots=True)
class Size:
    """How long; the first and the last span are compared."""

    seconds: float
    warm_up: float
    span: float
    chats: int


FULL = Size(seconds=600.0, warm_up=60.0, span=60.0, chats=2_000)
QUICK = Size(seconds=6.0, warm_up=2.0, span=1.0, chats=200)


@dataclass(slots=True)
class Sample:
    """One look at the process."""

    at: float
    memory: int
    tasks: int
    connections: int


async def measure(size: Size) -> list[Figure]:
    """Run it; gives the figures."""
    me = psutil.Process()
    before = _look(me, time.monotonic())
    async with standing(size.chats) as stand:
        async with sending(stand, size.chats, Limits()) as ours:
            async with running(ours.outbox):
                samples = await _sample(me, ours, size)
            after_outbox = _look(me, time.monotonic())
            taken = await stand.taken()
        left = _look(me, time.monotonic())
    began = samples[0].at + size.warm_up
    early = [s for s in samples if began <= s.at < began + size.span]
    late = [s for s in samples if s.at >= samples[-1].at - size.span]
    growth = 100 * (_memory(late) / _memory(early) - 1)
    return [
        Figure(f"memory after {size.seconds:g} s at full rate, growth", growth, "%", GROWTH_GOAL_PERCENT),
        Figure("tasks left when the outbox has ended", after_outbox.tasks - before.tasks, "", 0),
        Figure("connections left at the end", left.connections - before.connections, "", 0),
        Figure("connections at the same time, the most", max(s.connections for s in samples), "", Limits().at_once),
        Figure("of 30 messages/s", 100 * taken.rate / FREE_RATE, "%", RATE_GOAL_PERCENT, at_least=True),
        Figure("refused with 429", taken.refused, "", 0),
    ]


async def _sample(me: psutil.Process, ours: Sending, size: Size) -> list[Sample]:
    """Queue so that something always waits, and look every second."""
    samples: list[Sample] = []
    ends = time.monotonic() + size.seconds
    while time.monotonic() < ends:
        if await ours.waiting() < size.chats // 2:
            await ours.queue(size.chats)
        samples.append(_look(me, time.monotonic()))
        await asyncio.sleep(SAMPLE_S)
    return samples


def _look(me: psutil.Process, at: float) -> Sample:
    connections = [c for c in me.net_connections("tcp") if c.status == psutil.CONN_ESTABLISHED]
    return Sample(at, me.memory_info().rss, len(asyncio.all_tasks()), len(connections))


def _memory(samples: list[Sample]) -> float:
    return statistics.median(sample.memory for sample in samples)


def main() -> None:
    """Measure and print."""
    options = read_options("Minutes of sending at the full rate: memory, tasks and connections.")
    with logging_to_a_file():
        figures = asyncio.run(measure(QUICK if options.quick else FULL))
    show(figures, as_json=options.json)


if __name__ == "__main__":
    main()
