"""``tocsin demo``: the storm site, the stand-in for Telegram and the chat page, with the real program between them."""

import asyncio
import tempfile
import webbrowser
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bot.demo.botapi import BotApiServer, LoopbackPhotos
from bot.demo.page import PageServer, StoryBoard
from bot.demo.site.site import StormSite
from bot.ending import ServiceError
from bot.service import Service
from bot.settings import load_settings

#: Seconds between two looks at one account: the story moves fast.
POLL_SECONDS = 0.5
#: Seconds in which the bot must have answered the visitor before the story begins.
BEGIN_WITHIN = 30.0
#: What the visitor follows at the start: the police account of the story, and the weather office's warnings.
POLICE = "1288915263"


class DemoError(Exception):
    """The demo cannot run. The message is a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """How the story is played."""

    #: Story minutes for each second.
    speed: float
    port: int
    open_browser: bool
    database_url: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything of the demo, running."""

    site: StormSite
    site_url: str
    telegram: BotApiServer
    page: PageServer
    visitor_id: int


async def run_demo(options: DemoOptions, say: Callable[[str], None]) -> None:
    """Run until cancelled (Ctrl-C). Raises DemoError."""
    try:
        await _run(options, say)
    except OSError as error:
        raise DemoError(
            f"Port {options.port} cannot be used ({error.strerror}). Try: tocsin demo --port 0"
        ) from error


async def _run(options: DemoOptions, say: Callable[[str], None]) -> None:
    try:
        async with stage(options) as ready:
            say(f"The storm of 21 July 2012, replayed. Open {ready.page.url} in your browser. Ctrl-C ends it.")
            if options.open_browser:
                await asyncio.to_thread(webbrowser.open, ready.page.url)
            await play(ready, options.speed)
            say("The story is over. The chat stays open: talk to the bot, or press Ctrl-C.")
            await asyncio.Event().wait()
    except* ServiceError as group:
        raise DemoError(str(group.exceptions[0])) from None


async def play(ready: Stage, speed: float) -> None:
    """The visitor follows the accounts, then the day runs."""
    chat, world = ready.visitor_id, ready.telegram.world
    for line in ("/start", f"/subscribe {POLICE}", f"/subscribe {ready.site_url}/cap/index.atom"):
        said = world.say(chat, chat, line).message_id
        await ready.telegram.wait_for(partial(_answered, ready, said), BEGIN_WITHIN)
    await ready.site.play(speed)


def _answered(ready: Stage, said: int) -> bool:
    """The bot has said something after this message of the visitor, and is not still looking."""
    answers = [m for m in ready.telegram.transcript(ready.visitor_id) if m.message_id > said]
    return bool(answers) and "…" not in answers[-1].now.styled.text[-2:]


async def _tell(site: StormSite, board: StoryBoard) -> None:
    """Carry the story's state over to the page's panel."""
    async for state in site.panel.states():
        await board.publish(_event(state))


def _event(state: Mapping[str, Any]) -> dict[str, Any]:
    """The site's state in the panel's shape; texts with their English gloss, for who reads no Chinese."""
    names = {account["key"]: account["name"] for account in state["accounts"]}
    posts = []
    for post in reversed(state["posts"]):
        text = "\n".join(part for part in (post.get("text", ""), post.get("english", "")) if part)
        kept = {key: post[key] for key in ("id", "account", "time", "state", "forwards") if key in post}
        posts.append({**kept, "text": text, "account": names.get(post["account"], post["account"])})
    return {"clock": state["clock"], "accounts": state["accounts"], "posts": posts}


@asynccontextmanager
async def stage(options: DemoOptions) -> AsyncIterator[Stage]:
    """Start the servers and the program; stop them all at the end."""
    async with AsyncExitStack() as stack:
        site, board = StormSite(), StoryBoard()
        site_url = await stack.enter_async_context(site.serve())
        photos = await stack.enter_async_context(LoopbackPhotos({site_url}))
        telegram = await stack.enter_async_context(BotApiServer(resolver=photos, control=False))
        visitor_id = telegram.world.add_user("Visitor", started=False).id
        page = await stack.enter_async_context(PageServer(telegram.world, visitor_id, board, port=options.port))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-demo-"))
        service = Service(
            load_settings(
                _env_file=None,
                telegram_token=telegram.token,
                telegram_api_url=telegram.url,
                database_url=options.database_url or f"sqlite+aiosqlite:///{Path(folder) / 'demo.db'}",
                poll_seconds=POLL_SECONDS,
                site_gap_seconds=0,
                allowed_private_hosts="127.0.0.1",
                weibo_url=site_url,
                weibo_visitor_url=site_url,
                weibo_web_url=site_url,
            )
        )
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(service.run(signals=False), name="the program")
            telling = tasks.create_task(_tell(site, board), name="the panel")
            try:
                yield Stage(site, site_url, telegram, page, visitor_id)
            finally:
                service.stop()
                telling.cancel()
