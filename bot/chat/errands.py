"""Work that takes longer than an answer should: in the background, bounded, one after another in each chat."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

#: Errands at work at once, over all chats.
AT_ONCE = 16
#: Errands of one chat that may wait or work.
FOR_ONE_CHAT = 5
#: Errands in all that may wait or work; more are refused, which their chat is told.
IN_ALL = 200


@dataclass(frozen=True, slots=True)
class Errand:
    """What is to be done, and what to do when it fails or is stopped before its end."""

    work: Callable[[], Coroutine[Any, Any, None]]
    failed: Callable[[BaseException], Awaitable[None]]
    stopped: Callable[[], Awaitable[None]]


class Errands:
    """Runs errands."""

    def __init__(self) -> None:
        self._tasks: dict[asyncio.Task[None], Errand] = {}
        self._count: Counter[int] = Counter()
        self._locks: dict[int, asyncio.Lock] = {}
        self._room = asyncio.Semaphore(AT_ONCE)

    def begin(self, chat_id: int, errand: Errand) -> bool:
        """Start an errand for a chat. False: too many are waiting, and it was not taken."""
        if self._count[chat_id] >= FOR_ONE_CHAT or len(self._tasks) >= IN_ALL:
            return False
        self._count[chat_id] += 1
        task = asyncio.create_task(self._run(chat_id, errand))
        self._tasks[task] = errand
        task.add_done_callback(lambda done: self._ended(chat_id, done))
        return True

    async def stop(self, seconds: float) -> None:
        """Stop what waits or is under way, and let each say so within so many seconds."""
        unfinished = dict(self._tasks)
        for task in unfinished:
            task.cancel()
        if not unfinished:
            return
        await asyncio.wait(unfinished, timeout=seconds / 2)
        words = [asyncio.ensure_future(errand.stopped()) for task, errand in unfinished.items() if task.cancelled()]
        if not words:
            return
        done, late = await asyncio.wait(words, timeout=seconds / 2)
        for word in late:
            word.cancel()
        for word in done:
            word.exception()  # looked at: that the word did not arrive is nothing more to do about

    async def _run(self, chat_id: int, errand: Errand) -> None:
        async with self._locks.setdefault(chat_id, asyncio.Lock()), self._room:
            work = asyncio.create_task(errand.work())
            try:
                # wait() instead of await: whatever the work raises is handed on, as PTB does for its handlers
                await asyncio.wait({work})
            except asyncio.CancelledError:
                work.cancel()
                await asyncio.wait({work})
                raise
            error = work.exception() if not work.cancelled() else None
            if error is not None:
                await errand.failed(error)

    def _ended(self, chat_id: int, task: asyncio.Task[None]) -> None:
        del self._tasks[task]
        self._count[chat_id] -= 1
        if not self._count[chat_id]:
            del self._count[chat_id]
            self._locks.pop(chat_id, None)
