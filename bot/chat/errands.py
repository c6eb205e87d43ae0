"""Work that takes longer than an answer should: in the background, bounded, one after another in each chat."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine

#: Errands at work at once, over all chats.
AT_ONCE = 16
#: Errands of one chat that may wait or work.
FOR_ONE_CHAT = 5
#: Errands in all that may wait or work; more are refused, which their chat is told.
IN_ALL = 200

Failed = Callable[[BaseException], Awaitable[None]]


class Errands:
    """Runs errands. One that is stopped half-way sees CancelledError and may say so, shortly."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._count: Counter[int] = Counter()
        self._locks: dict[int, asyncio.Lock] = {}
        self._room = asyncio.Semaphore(AT_ONCE)

    def begin(self, chat_id: int, errand: Coroutine[object, object, None]) -> bool:
        """Start an errand for a chat. False: too many are waiting, and it was not taken.

        The errand handles its own errors; one that it does not handle is the event loop's to report.
        """
        if self._count[chat_id] >= FOR_ONE_CHAT or len(self._tasks) >= IN_ALL:
            errand.close()
            return False
        self._count[chat_id] += 1
        task = asyncio.create_task(self._run(chat_id, errand))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def stop(self, seconds: float) -> None:
        """Stop what is under way, and give it so long to say so."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    async def _run(self, chat_id: int, errand: Coroutine[object, object, None]) -> None:
        begun = False
        try:
            async with self._locks.setdefault(chat_id, asyncio.Lock()), self._room:
                begun = True
                await errand
        finally:
            if not begun:
                errand.close()
            self._count[chat_id] -= 1
            if not self._count[chat_id]:
                del self._count[chat_id], self._locks[chat_id]
