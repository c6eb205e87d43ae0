"""Plays the day: waits between events at a chosen speed and publishes each when its minute comes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from bot.demo.site.panel import Panel
from bot.demo.site.story import Event, Story

#: Real seconds between two looks at the story's clock; the panel's clock moves this often.
TICK_S = 0.25
#: Story minutes in a real second: the whole day in under three minutes.
SPEED = 8.0
#: Longest pause that is played, in story minutes; nothing is missed by shortening a longer one.
LULL = 25.0

Sleep = Callable[[float], Awaitable[None]]


class Stage(Protocol):
    """Where the story is played."""

    panel: Panel
    story: Story

    def publish(self, event: Event) -> str:
        """Let it happen."""


async def play(stage: Stage, speed: float = SPEED, *, sleep: Sleep = asyncio.sleep, lull: float = LULL) -> None:
    """Play the day from its beginning to its end. ``stage.panel.speed`` may be changed meanwhile; 0 pauses.

    ``speed`` is in story minutes for each real second (``math.inf``: all at once).
    """
    panel = stage.panel
    events = stage.story.events
    panel.begin()
    panel.speed, panel.playing = speed, True
    panel.minute = events[0].minute
    try:
        for event in events:
            await _wait_for(panel, event.minute, sleep, lull)
            stage.publish(event)
        panel.finished = True
    finally:
        panel.playing = False
        panel.touch()


async def _wait_for(panel: Panel, minute: int, sleep: Sleep, lull: float) -> None:
    """Move the clock on to ``minute``; a lull passes faster, its clock runs through all the same."""
    gap = minute - panel.minute
    if gap <= 0:
        await sleep(0)
        return
    haste = max(1.0, gap / lull)
    while panel.minute < minute:
        if panel.speed <= 0:
            await sleep(TICK_S)
            continue
        pace = panel.speed * haste
        left = (minute - panel.minute) / pace
        step = min(TICK_S, left)
        await sleep(step)
        panel.minute = minute if step == left else panel.minute + step * pace
        panel.touch()
