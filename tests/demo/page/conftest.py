"""A bot's world with a visitor, its page, and Debian's Chromium to look at it."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import pytest_asyncio
from browsers import ARGUMENTS, DESKTOP, PHONE, chromium

from bot.demo import running as demo
from bot.demo.botapi import BotApiServer, Limits
from bot.demo.botapi.records import Message, User
from bot.demo.page import PageServer, StoryBoard

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page


@dataclass
class Stage:
    """What a test of the page works with."""

    server: BotApiServer
    page_server: PageServer
    user: User
    http: httpx.AsyncClient
    browser: "Browser"
    page: "Page" = field(init=False)
    console: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    async def call(self, method: str, **parameters: object) -> Any:
        """A request of the bot's."""
        url = f"{self.server.base_url}{self.server.token}/{method}"
        answer = (await self.http.post(url, json={"chat_id": self.user.id, **parameters})).json()
        assert answer["ok"], answer
        return answer["result"]

    async def send(self, text: str, **parameters: object) -> int:
        """The bot says something; its message id."""
        number: int = (await self.call("sendMessage", text=text, **parameters))["message_id"]
        return number

    def said(self) -> list[Message]:
        """What the visitor said."""
        return [message for message in self.server.transcript(self.user.id) if not message.by_bot]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator["Browser"]:
    path = chromium()
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="module", params=[PHONE, DESKTOP], ids=["phone", "desktop"])
async def stage(browser: "Browser", request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(BotApiServer(limits=Limits(enforced=False)))
        user = server.world.add_user("Visitor")
        page_server = await stack.enter_async_context(PageServer(server.world, user.id, StoryBoard()))
        http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=10))
        context = await browser.new_context(viewport=request.param)
        stack.push_async_callback(context.close)
        made = Stage(server, page_server, user, http, browser)
        made.page = await context.new_page()
        made.page.set_default_timeout(10_000)
        watch(made)
        await made.page.goto(page_server.url)
        await made.page.wait_for_selector("body[data-connected=true]")
        yield made


def watch(stage: Stage) -> None:
    """Note console errors and requests that leave the page's own server."""
    stage.page.on(
        "console", lambda said: stage.console.append(said.text) if said.type in {"error", "warning"} else None
    )
    stage.page.on("pageerror", lambda error: stage.console.append(str(error)))
    own = stage.page_server.url
    stage.page.on("request", lambda sent: None if sent.url.startswith(own) else stage.foreign.append(sent.url))


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where the pictures go: TOCSIN_TEST_PICTURES, for whoever wants to look at them (docs/pictures: the README's)."""
    return Path(os.environ.get("TOCSIN_TEST_PICTURES") or tmp_path)


@pytest.fixture
async def world() -> AsyncIterator[tuple[BotApiServer, User]]:
    async with BotApiServer(limits=Limits(enforced=False)) as server:
        yield server, server.world.add_user("Visitor")


@pytest_asyncio.fixture(loop_scope="module", params=[PHONE, DESKTOP], ids=["phone", "desktop"])
async def whole_demo(browser: "Browser", request: pytest.FixtureRequest) -> AsyncIterator[tuple[demo.Stage, "Page"]]:
    """``tocsin demo`` with its real program, and its page in the browser."""
    options = demo.DemoOptions(speed=60.0, port=0, open_browser=False)
    async with demo.stage(options) as ready, AsyncExitStack() as stack:
        context = await browser.new_context(viewport=request.param)
        stack.push_async_callback(context.close)
        page = await context.new_page()
        page.set_default_timeout(10_000)
        await page.goto(ready.page.url)
        await page.wait_for_selector("body[data-connected=true]")
        yield ready, page
