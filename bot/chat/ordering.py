"""In which order updates are handled: those of one chat one after another, different chats side by side. What a person
asks in an inline query belongs to no chat: it is handled with what they say in private.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable

import structlog
from telegram import Update
from telegram.ext import BaseUpdateProcessor

_log = structlog.get_logger(__name__)

#: Updates handled at the same time.
AT_ONCE = 16
#: Updates of one chat that may wait; a chat that floods loses the rest and slows nobody else.
WAITING_OF_ONE_CHAT = 100
#: Updates in hand in all; PTB's own bound, above which they wait for one another.
IN_HAND = 4096


class InOrder(BaseUpdateProcessor):
    """PTB's processor, with a queue for each chat."""

    __slots__ = ("_count", "_locks", "_room")

    def __init__(self) -> None:
        super().__init__(max_concurrent_updates=IN_HAND)
        self._room = asyncio.Semaphore(AT_ONCE)
        self._locks: dict[int, asyncio.Lock] = {}
        self._count: Counter[int] = Counter()

    async def initialize(self) -> None:
        """Nothing to do."""

    async def shutdown(self) -> None:
        """Nothing to do."""

    async def do_process_update(self, update: object, coroutine: Awaitable[object]) -> None:
        """Wait for the chat's earlier updates, then for room, then handle it."""
        key = _key(update)
        if self._count[key] >= WAITING_OF_ONE_CHAT:
            _log.warning("a chat sends more than can be handled; an update of it is left out", chat_id=key)
            if asyncio.iscoroutine(coroutine):
                coroutine.close()
            return
        self._count[key] += 1
        begun = False
        try:
            # asyncio's locks are fair: who asked first is let in first
            async with self._locks.setdefault(key, asyncio.Lock()), self._room:
                begun = True
                await coroutine
        finally:
            if not begun and asyncio.iscoroutine(coroutine):
                coroutine.close()
            self._count[key] -= 1
            if not self._count[key]:
                del self._count[key], self._locks[key]


def _key(update: object) -> int:
    """A private chat has its person's number."""
    if not isinstance(update, Update):
        return 0
    whose = update.effective_chat or update.effective_user
    return whose.id if whose is not None else 0
