"""The whole program between the local site and the stand-in for Telegram, all over HTTP."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from bot.demo.botapi import BotApiServer, Limits
from bot.demo.site.site import StormSite
from bot.service import Service
from bot.settings import load_settings

#: Nobody waits for Telegram's pace where it is not the subject.
FAST = Limits(enforced=False)
UID = "1288915263"


@dataclass
class Whole:
    site: StormSite
    site_url: str
    telegram: BotApiServer
    environment: dict[str, str]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The program, in this process."""
        names = {name.removeprefix("TOCSIN_").lower(): value for name, value in self.environment.items()}
        service = Service(load_settings(_env_file=None, **names))
        task = asyncio.ensure_future(service.run(signals=False))
        try:
            yield
        finally:
            service.stop()
            await task

    def reader(self) -> int:
        return self.telegram.world.add_user("Reader", started=False).id

    async def ask(self, chat: int, line: str, until: str, user: int = 0) -> None:
        """Say a line and wait for an answer that has these words."""
        said = self.telegram.world.say(chat, user or chat, line).message_id
        await self.until(chat, until, after=said)

    async def until(self, chat: int, words: str, after: int = 0) -> None:
        def there() -> bool:
            messages = self.telegram.transcript(chat)
            return any(words in m.now.styled.text for m in messages if m.message_id > after)

        try:
            await self.telegram.wait_for(there, 20)
        except TimeoutError:
            texts = [m.now.styled.text for m in self.telegram.transcript(chat)]
            raise AssertionError(f"no message with {words!r} in {texts}") from None

    def texts(self, chat: int) -> list[str]:
        return [m.now.styled.text for m in self.telegram.world.said_by_bot(chat)]


@pytest.fixture
async def whole_of():
    """Makes the stage for a database of the test's choice."""
    async with contextlib.AsyncExitStack() as stack:

        async def make(db_url: str) -> Whole:
            site = StormSite(backlog=False)
            site_url = await stack.enter_async_context(site.serve())
            telegram = await stack.enter_async_context(BotApiServer(limits=FAST))
            environment = {
                "TOCSIN_TELEGRAM_TOKEN": telegram.token,
                "TOCSIN_TELEGRAM_API_URL": telegram.url,
                "TOCSIN_DATABASE_URL": db_url,
                "TOCSIN_POLL_SECONDS": "0.2",
                "TOCSIN_SITE_GAP_SECONDS": "0",
                "TOCSIN_ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
                "TOCSIN_WEIBO_URL": site_url,
                "TOCSIN_WEIBO_VISITOR_URL": site_url,
                "TOCSIN_WEIBO_WEB_URL": site_url,
            }
            return Whole(site, site_url, telegram, environment)

        yield make


@pytest.fixture
async def whole(db_url, whole_of) -> Whole:
    return await whole_of(db_url)
