"""The twelve chats of the matrix, served by one program over HTTP: English, Chinese and Arabic, in a private chat, by a member
of a group who is no administrator, in a channel and in a forum topic.
"""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bot.delivery.pacing import Limits as SendingLimits
from bot.demo.botapi import BotApiServer, Limits
from bot.demo.botapi.records import Answer, Message
from bot.demo.site.site import POLICE, StormSite
from bot.locales import phrases
from bot.service import Service
from bot.settings import load_settings
from bot.store import schema, subscriptions
from bot.store.database import Database
from bot.store.tables import briefings, chat_places, chats, conversations, coverages, manners, mutes, reports
from bot.store.tables import subscriptions as subscription_table

LANGUAGES = ("en", "zh-Hans", "ar")
PLACES = ("private", "group", "channel", "topic")
#: Thirty answers in a row are no pace for a group, but nobody here waits for Telegram's.
UNPACED = SendingLimits(bot_messages=100_000, private_gap=0.001, private_burst=100_000, group_messages=100_000)
POST = "今晚有暴雨，请减少外出"


@dataclass(frozen=True)
class Held:
    """What the database holds of a chat, as far as commands change it."""

    language: str
    followed: tuple[tuple[str, str], ...]
    digest: int | None = None
    live: int = 0
    asked: str = ""
    reports: int = 0
    #: How posts come: the way, since which minute of the day it is quiet, whether there is a pause, hazards left out.
    manners: tuple[str, int | None, bool, str] = ("once", None, False, "[]")
    #: What subscriptions want of their own: the names of it.
    own: tuple[str, ...] = ()
    places: int = 0
    #: Events that are muted.
    mutes: int = 0


@dataclass
class Chat:
    """A chat of the matrix: ``user`` is whoever speaks there in the rows, ``owner`` whoever may."""

    id: int
    place: str
    tag: str
    user: int
    owner: int
    thread_id: int = 0

    @property
    def may(self) -> bool:
        return self.user == self.owner


@dataclass
class Town:
    """The program at work, the people, and a look into its database."""

    site: StormSite
    telegram: BotApiServer
    db: Database
    chats: dict[tuple[str, str], Chat]
    link: str = ""

    def settle(self, tag: str, place: str) -> None:
        world = self.telegram.world
        owner = world.add_user("Owner", language=tag)
        if place == "private":
            chat = Chat(owner.id, place, tag, owner.id, owner.id)
        elif place == "group":
            member = world.add_user("Member", language=tag)
            group = world.add_supergroup("Street", owner.id, members=(member.id,))
            chat = Chat(group.id, place, tag, member.id, owner.id)
        elif place == "channel":
            chat = Chat(world.add_channel("News", owner.id).id, place, tag, owner.id, owner.id)
        else:
            forum = world.add_supergroup("Forum", owner.id, forum=True)
            topic = world.add_topic(forum.id, "Weather")
            chat = Chat(forum.id, place, tag, owner.id, owner.id, topic.thread_id)
        self.chats[tag, place] = chat

    async def says(self, chat: Chat, words: str | list[re.Pattern[str]], after: int) -> Message:
        """The bot's message after this one that has all of these."""
        wanted = [re.compile(re.escape(words))] if isinstance(words, str) else words

        def there() -> Message | None:
            found = [m for m in self.telegram.world.said_by_bot(chat.id) if m.message_id > after]
            return next((m for m in found if all(each.search(m.text) for each in wanted)), None)

        try:
            found = await self.telegram.wait_for(there, 20)
        except TimeoutError:
            said = [m.text for m in self.telegram.world.said_by_bot(chat.id) if m.message_id > after]
            raise AssertionError(f"{[each.pattern for each in wanted]} not in {said}") from None
        assert found.thread_id == chat.thread_id
        return found

    async def say(self, chat: Chat, line: str, *, owner: bool = False, reply_to: int = 0) -> int:
        who = chat.owner if owner else chat.user
        said = self.telegram.world.say(chat.id, who, line, thread_id=chat.thread_id, reply_to=reply_to)
        return said.message_id

    async def press(self, chat: Chat, message: Message, user: int, *, label: str = "", data: str = "") -> Answer:
        """What a press on a button was answered."""
        query = self.telegram.world.press(chat.id, user, message.message_id, label=label, data=data)
        return await self.telegram.wait_for(lambda: query.answer, 20)

    async def held(self, chat: Chat) -> Held:
        """What is in the database now."""
        async with self.db.read() as conn:
            mine = (
                await conn.execute(select(chats.c.id, chats.c.language).where(chats.c.telegram_id == chat.id))
            ).one()
            listed = await subscriptions.of_chat(conn, mine.id, chat.thread_id)

            async def of(what: Any) -> Any:
                table = what.table if hasattr(what, "table") else what
                rows = select(what).where(table.c.chat_id == mine.id, table.c.thread_id == chat.thread_id)
                return (await conn.execute(rows)).scalars().all()

            own = [kept for kept in await of(subscription_table.c.manners) if kept]
            digest, asked = await of(briefings.c.hour), await of(conversations.c.step)
            live = await of(coverages.c.account_id)
            rows = select(manners).where(manners.c.chat_id == mine.id, manners.c.thread_id == chat.thread_id)
            told = (await conn.execute(rows)).mappings().first()
            places, quiet = await of(chat_places.c.id), await of(mutes.c.root_id)
            wrote = await conn.scalar(select(func.count()).select_from(reports).where(reports.c.chat_id == mine.id))
        followed = tuple((each.account.key, each.filter) for each in listed)
        hours = [hour for hour in digest if hour is not None]
        way = (
            (told["telling"], told["quiet_begins"], told["paused_until"] is not None, told["muted"]) if told else None
        )
        return Held(
            mine.language,
            followed,
            hours[0] if hours else None,
            len(live),
            "".join(asked),
            wrote or 0,
            way or Held.manners,
            tuple(sorted(name for kept in own for name in json.loads(kept))),
            len(places),
            len(quiet),
        )


def patterns(tag: str, keys: tuple[str, ...]) -> list[re.Pattern[str]]:
    """What finds a phrase with whatever stands in its gaps, in each of its plural forms."""
    return [
        re.compile("|".join(dict.fromkeys(_pattern(tag, key, count) for count in (0, 1, 2, 5, 20))), re.DOTALL)
        for key in keys
    ]


def _pattern(tag: str, key: str, count: int) -> str:
    pieces = phrases(tag).pieces(key, count)
    return "".join(re.escape(literal) + (".*" if gap else "") for literal, gap in pieces)


@contextlib.asynccontextmanager
async def town_of(folder: Path) -> AsyncIterator[Town]:
    """The program at work with its database in a folder; every chat speaks its language and has a post of the police."""
    url = f"sqlite+aiosqlite:///{folder / 'town.db'}"
    await schema.upgrade(url)
    site = StormSite(backlog=False)
    async with contextlib.AsyncExitStack() as stack:
        site_url = await stack.enter_async_context(site.serve())
        telegram = await stack.enter_async_context(BotApiServer(limits=Limits(enforced=False)))
        operators = telegram.world.add_user("Operator").id
        settings = load_settings(
            _env_file=None,
            telegram_token=telegram.token,
            telegram_api_url=telegram.url,
            database_url=url,
            poll_seconds="0.2",
            site_gap_seconds="0",
            allowed_private_hosts="127.0.0.1",
            weibo_url=site_url,
            weibo_visitor_url=site_url,
            weibo_web_url=site_url,
            reports_chat=str(operators),
        )
        service = Service(settings, limits=UNPACED)
        task = asyncio.ensure_future(service.run(signals=False))
        found = Town(site, telegram, await Database.open(url), {})
        try:
            for tag in LANGUAGES:
                for place in PLACES:
                    found.settle(tag, place)
            await asyncio.gather(*(_begin(found, chat) for chat in found.chats.values()))
            mid = site.weibo_post(POLICE, POST)
            found.link = f"https://weibo.com/{POLICE}/{mid}"
            for chat in found.chats.values():
                await found.says(chat, POST, 0)
            yield found
        finally:
            service.stop()
            await task
            await found.db.close()
    assert telegram.violations == {}


async def _begin(town: Town, chat: Chat) -> None:
    """Its owner chooses the language and follows the police."""
    said = await town.say(chat, f"/language {chat.tag}", owner=True)
    await town.says(chat, patterns(chat.tag, ("language.done",)), said)
    said = await town.say(chat, f"/subscribe {POLICE}", owner=True)
    await town.says(chat, patterns(chat.tag, ("subscribe.done",)), said)
