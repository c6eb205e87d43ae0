"""What is known of pictures on their way to Telegram: file ids of those it has, and one download for many chats."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

import structlog
from telegram import Message

from bot.delivery.face import BusyError
from bot.model.post import Media

_log = structlog.get_logger(__name__)

#: Gets a picture's bytes for Telegram when it could not fetch them itself; None when we cannot either.
Download = Callable[[Media], Awaitable[bytes | None]]

#: All pictures of one message are there within so many seconds, or it goes without those that are not: a message must
#: not wait minutes for its pictures. They are three times what ten of a slow host's take, two at a time.
MESSAGE_SECONDS = 20.0
#: Bytes of one message's pictures together; ten of the largest that Telegram takes would be 100 MB in memory.
MESSAGE_BYTES = 30 * 1000 * 1000
#: Downloads at one time, for all messages: memory again.
AT_ONCE = 4
#: Messages whose pictures are held in memory at one time, to be uploaded; who comes later is told to come again after
#: UPLOAD_PAUSE seconds: meanwhile Telegram may have got the same picture from another message.
UPLOADS, UPLOAD_PAUSE = 3, 1.0

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
        self._free = asyncio.Semaphore(AT_ONCE)
        self._uploads = 0
        #: Addresses that Telegram could not fetch: asking it again for each chat would only cost time.
        self._refused: OrderedDict[str, None] = OrderedDict()

    def by_reference(self, medium: Media) -> str:
        """The file id where Telegram has it already, else its address."""
        return self._file_ids.get(medium.url, medium.url)

    def known(self, medium: Media) -> str | None:
        """Its file id, where Telegram has it already."""
        return self._file_ids.get(medium.url)

    def must_upload(self, media: Sequence[Media]) -> bool:
        """Telegram could not fetch one of these, and has not got it in another way since."""
        return any(medium.url in self._refused and medium.url not in self._file_ids for medium in media)

    @contextmanager
    def uploading(self) -> Iterator[None]:
        """Room for the pictures of one message in memory. Raises BusyError when there is none: nobody waits in here, for
        who waits holds a request that a message without pictures could have.
        """
        if self._uploads >= UPLOADS:
            raise BusyError(UPLOAD_PAUSE)
        self._uploads += 1
        try:
            yield
        finally:
            self._uploads -= 1

    async def files_of(self, media: Sequence[Media]) -> list[tuple[Media, bytes]]:
        """The pictures of one message that can be had within its time and size, in their order."""
        got: dict[int, bytes] = {}

        async def get(place: int, medium: Media) -> None:
            file = await self.bytes_of(medium)
            if file and sum(map(len, got.values())) + len(file) <= MESSAGE_BYTES:
                got[place] = file

        # all begin now and each ends within MESSAGE_SECONDS, so the message waits no longer than that
        async with asyncio.TaskGroup() as tasks:
            for place, medium in enumerate(media):
                tasks.create_task(get(place, medium))
        if len(got) < len(media):
            _log.info("pictures were left out", wanted=len(media), got=len(got))
        return [(media[place], got[place]) for place in sorted(got)]

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
            elif reference == medium.url:
                self._refused[medium.url] = None
        while len(self._refused) > REMEMBERED:
            self._refused.popitem(last=False)

    async def _fetch(self, medium: Media) -> bytes | None:
        """Bounded by itself: it goes on when the message that asked for it has given up, for others may wait too."""
        try:
            async with asyncio.timeout(MESSAGE_SECONDS), self._free:
                return await self._download(medium)
        except TimeoutError:
            return None
