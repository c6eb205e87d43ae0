"""Maps on their way to Telegram: drawn once and uploaded once; every further chat gets one by its file id."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar
from weakref import WeakValueDictionary

from bot.chat.pictures import REMEMBERED, Pictures
from bot.delivery.face import DrawingError, MediaRefusedError, SendError
from bot.model.mapping import AreaMap

T = TypeVar("T")

#: Draws a map; None when it cannot be drawn.
DrawMap = Callable[[AreaMap], Awaitable[bytes | None]]

#: An alert waits so long for its map, seconds: for its drawing, or for another chat's upload of it.
SECONDS = 1.0
#: So many chats in a row that do not take a map are no accident.
MOST_REFUSALS = 3


async def no_map(_picture: AreaMap) -> bytes | None:
    """Where no maps are drawn."""
    return None


class Maps:
    """``pictures`` knows the file ids, as those of all pictures."""

    def __init__(self, draw: DrawMap, pictures: Pictures) -> None:
        self._draw = draw
        self._pictures = pictures
        #: Held while a map is drawn and uploaded: two chats must not upload the same one.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        #: How often in a row Telegram did not take a map.
        self._refusals: OrderedDict[str, int] = OrderedDict()

    @asynccontextmanager
    async def file(self, picture: AreaMap) -> AsyncIterator[str | bytes]:
        """The file id where Telegram has the map already, else its bytes, for the one who uploads it.

        Raises DrawingError when it is not there in time, MediaRefusedError when there is none.
        """
        lock = self._locks.setdefault(picture.url, asyncio.Lock())
        deadline = asyncio.get_running_loop().time() + SECONDS
        if (known := self._pictures.known(picture)) is None:
            await _in_time(lock.acquire(), deadline)
            known = self._pictures.known(picture)
            if known is None:
                try:
                    yield await self._drawn(picture, deadline)
                finally:
                    lock.release()
                return
            lock.release()
        yield known

    def took(self, picture: AreaMap) -> None:
        """Telegram took it."""
        self._refusals.pop(picture.url, None)

    def refused(self, picture: AreaMap, file: str | bytes, error: SendError) -> SendError:
        """Count it when Telegram did not take the map, and give the error back. One refusal may be the chat's (it takes no
        photos); after several in a row a file id is forgotten, and a drawing is not tried again.
        """
        if isinstance(error, MediaRefusedError):
            count = self._refusals.pop(picture.url, 0) + 1
            if count >= MOST_REFUSALS and isinstance(file, str):
                self._pictures.forget((picture,), (file,))
                count = 0
            self._refusals[picture.url] = count
            if len(self._refusals) > REMEMBERED:
                self._refusals.popitem(last=False)
        return error

    async def _drawn(self, picture: AreaMap, deadline: float) -> bytes:
        png = None
        if self._refusals.get(picture.url, 0) < MOST_REFUSALS:
            png = await _in_time(self._draw(picture), deadline)
        if png is None:
            raise MediaRefusedError("there is no map of it")
        return png


async def _in_time(work: Awaitable[T], deadline: float) -> T:
    try:
        async with asyncio.timeout_at(deadline):
            return await work
    except TimeoutError:
        raise DrawingError(SECONDS) from None
