"""What is known of pictures on their way to Telegram: file ids of those it has, and one download for many chats."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence

from telegram import Message

from bot.model.post import Media

#: Gets a picture's bytes for Telegram when it could not fetch them itself; None when we cannot either.
Download = Callable[[Media], Awaitable[bytes | None]]

#: Pictures whose file ids are kept: a storm day's posts of many accounts, in about 200 KiB.
REMEMBERED = 1000


async def no_download(_medium: Media) -> bytes | None:
    """For a messenger that lets Telegram fetch everything by itself."""
    return None


class Pictures:
    """A picture goes to Telegram once: every further chat gets it by its file id (Bot API, "Sending files").

    So a post for a thousand chats costs the picture's host one request, whoever makes it.
    """

    def __init__(self, download: Download) -> None:
        self._download = download
        self._file_ids: OrderedDict[str, str] = OrderedDict()
        self._running: dict[str, asyncio.Task[bytes | None]] = {}

    def by_reference(self, medium: Media) -> str:
        """The file id where Telegram has it already, else its address."""
        return self._file_ids.get(medium.url, medium.url)

    async def bytes_of(self, medium: Media) -> bytes | None:
        """The picture's bytes; who asks while it is being fetched waits for the same download."""
        task = self._running.get(medium.url)
        if task is None:
            task = asyncio.ensure_future(self._fetch(medium))
            self._running[medium.url] = task
            task.add_done_callback(lambda _done: self._running.pop(medium.url, None))
        # shielded: one chat's cancelling must not take the picture from the others
        return await asyncio.shield(task)

    def learn(self, media: tuple[Media, ...], messages: tuple[Message, ...]) -> None:
        """Remember what Telegram calls the pictures that it has just taken, in the same order."""
        if len(media) != len(messages):
            return
        for medium, message in zip(media, messages, strict=True):
            if message.photo:
                self._file_ids[medium.url] = message.photo[-1].file_id
                self._file_ids.move_to_end(medium.url)
        while len(self._file_ids) > REMEMBERED:
            self._file_ids.popitem(last=False)

    def forget(self, media: tuple[Media, ...], refused: Sequence[str]) -> None:
        """Telegram refused these references; a file id that another chat's message has brought meanwhile stays."""
        for medium, reference in zip(media, refused, strict=True):
            if self._file_ids.get(medium.url) == reference:
                del self._file_ids[medium.url]

    async def _fetch(self, medium: Media) -> bytes | None:
        return await self._download(medium)
