"""Everything that happened, in order, for those who watch: the chat page's stream and the tests' waiting."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

Found = TypeVar("Found")

#: A page that was away for longer than this many events is shown everything anew.
KEPT_EVENTS = 2000


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened in a chat. ``kind``: message, edit, remove, toast, action, commands, chat."""

    seq: int
    kind: str
    chat_id: int
    message_id: int = 0
    text: str = ""
    alert: bool = False
    user_id: int = 0


class Journal:
    """An append-only, bounded list of events, and the signal that something changed."""

    def __init__(self) -> None:
        self.seq = 0
        self._events: deque[Event] = deque(maxlen=KEPT_EVENTS)
        self._changed = asyncio.Event()
        self._closing = asyncio.Event()

    def note(
        self, kind: str, chat_id: int, *, message_id: int = 0, text: str = "", alert: bool = False, user_id: int = 0
    ) -> None:
        """Add an event and wake everybody who waits."""
        self.seq += 1
        self._events.append(Event(self.seq, kind, chat_id, message_id, text, alert, user_id))
        self.stir()

    def stir(self) -> None:
        """Wake everybody who waits."""
        self._changed.set()
        self._changed = asyncio.Event()

    @property
    def closed(self) -> bool:
        """The server stops, or has stopped."""
        return self._closing.is_set()

    def close(self) -> None:
        """The server stops: streams and long polls end."""
        self._closing.set()
        self.stir()

    def since(self, seq: int) -> list[Event] | None:
        """The events after ``seq``; None when some of them are no longer kept."""
        if seq > self.seq or (self._events and seq < self._events[0].seq - 1):
            return None
        return [event for event in self._events if event.seq > seq]

    async def changed(self, timeout: float) -> None:  # noqa: ASYNC109 - running out of time is no error here
        """Return at the next stir, or after ``timeout`` seconds."""
        waiting = self._changed
        try:
            async with asyncio.timeout(timeout):
                await waiting.wait()
        except TimeoutError:
            return

    async def sleep(self, seconds: float) -> None:
        """Pass the time, but no longer than the server runs."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()

    async def wait_for(self, predicate: Callable[[], Found], timeout: float) -> Found:  # noqa: ASYNC109
        """The first true answer of ``predicate``, asked again whenever something changed. TimeoutError otherwise."""
        try:
            async with asyncio.timeout(timeout):
                while not (found := predicate()):
                    await self._changed.wait()
        except TimeoutError as error:
            raise TimeoutError(f"What was waited for did not happen within {timeout:g} s.") from error
        return found
