"""Every command and every page of the menu, over HTTP through the stand-in Bot API server, as people use them: in English,
Chinese and Arabic, in a private chat, by a member of a group who is no administrator, in a channel and in a forum topic.

One program serves all twelve chats. A command that has no row below makes ``test_no_command_is_left_out`` red.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from sqlalchemy import func, select

from bot.chat.buttons import MENU
from bot.chat.commands.settings import ENTRIES
from bot.chat.desk import Desk
from bot.chat.menu import FOR_OPERATORS, SHOWN
from bot.chat.routing import Routes
from bot.delivery.pacing import Limits as SendingLimits
from bot.demo.botapi import BotApiServer, Limits
from bot.demo.botapi.records import Message
from bot.demo.site.site import POLICE, WEATHER, StormSite
from bot.locales import available, phrases
from bot.service import Service
from bot.settings import load_settings
from bot.store import schema, subscriptions
from bot.store.database import Database
from bot.store.tables import briefings, chat_places, chats, conversations, coverages, manners, mutes, reports

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
    places: int = 0
    #: Events that are muted.
    mutes: int = 0


@dataclass(frozen=True)
class Row:
    """A command as it is sent. ``{tag}`` and ``{link}`` are filled in; ``keys`` are all said, ``changes`` happens in the
    database and nothing else does. ``guarded``: a member who is no administrator is told so, and nothing happens.
    """

    say: str
    keys: tuple[str, ...] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)
    guarded: bool = False
    #: Sent as a reply to the post that came.
    replying: bool = False
    #: What else is said, besides the phrases.
    shows: str = ""
    #: What is said in company, where that is something else.
    in_company: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        return self.say.removeprefix("/").partition(" ")[0]


BOTH = ((POLICE, ""), (WEATHER, "雨"))
ONE = ((POLICE, ""),)
RAIN = '["hazard:rainstorm"]'
#: In an order in which each finds what it needs.
ROWS = (
    Row("/start", ("start.hello",), in_company=("start.group",)),
    Row("/help", ("help.text",)),
    Row("/find beijing police", ("find.confirmed",)),
    Row("/filters", ("help.filters",)),
    Row("/list", ("list.title",), shows="平安北京"),
    Row("/latest 1", shows=POST),
    Row("/try 暴雨", ("try.result",)),
    Row("/why", ("why.everything",), replying=True),
    Row("/whynot {link}", ("why.everything", "whynot.passed")),
    Row("/status", ("freshness.well", "freshness.none_waiting")),
    Row("/situation", ("situation.title",)),
    Row(f"/subscribe {WEATHER} 雨", ("subscribe.done", "subscribe.filter"), {"followed": BOTH}, guarded=True),
    Row(f"/sub {POLICE}", ("subscribe.already",), guarded=True),
    Row("/digest 8", ("digest.on", "digest.how"), {"digest": 8}, guarded=True),
    Row(f"/live {POLICE}", ("live.on",), {"live": 1}, guarded=True),
    Row("/catchup", ("catchup.how",), guarded=True),
    Row("/language {tag}", ("language.done",), guarded=True),
    Row("/report The colour is wrong", ("report.taken",), {"reports": 1}),
    Row("/privacy", ("privacy.text",)),
    Row("/settings", ("settings.how",), guarded=True),
    Row("/add", ("add.whom",), {"asked": "whom"}, guarded=True),
    Row("/cancel", ("subscribe.cancelled",), {"asked": ""}),
    Row(f"/chart {POLICE}", ("chart.title", "chart.total", "chart.zone")),
    Row("/notify hourly", ("manners.way", "manners.grave"), {"manners": ("hourly", None, False, "[]")}, guarded=True),
    Row("/notify once", ("manners.way", "manners.zone"), {"manners": ("once", None, False, "[]")}, guarded=True),
    Row("/quiet 22:00-07:00", ("manners.quiet_on",), {"manners": ("once", 1320, False, "[]")}, guarded=True),
    Row("/quiet off", ("manners.quiet_off",), {"manners": ("once", None, False, "[]")}, guarded=True),
    Row("/pause 2h", ("manners.paused",), {"manners": ("once", None, True, "[]")}, guarded=True),
    Row("/resume", ("manners.resumed",), {"manners": ("once", None, False, "[]")}, guarded=True),
    Row("/mute rainstorm", ("manners.muted",), {"manners": ("once", None, False, RAIN)}, guarded=True),
    Row("/unmute rainstorm", ("manners.muted_none",), {"manners": ("once", None, False, "[]")}, guarded=True),
    Row("/zone UTC+8", ("manners.zone",), guarded=True),
    Row("/place 39.9, 116.4", ("place.shown",), {"places": 1}, guarded=True),
    Row("/muted", ("muted.none",)),
    Row("/export", ("export.whole",), guarded=True),
    Row("/import", ("import.how",), guarded=True),
    Row("/move", ("move.how",), guarded=True),
    Row(f"/unsubscribe {WEATHER}", ("unsubscribe.done",), {"followed": ONE}, guarded=True),
    Row("/unsub nobody", ("unsubscribe.no_match",), guarded=True),
    Row("/stats", ("stats.for_operators",)),
    Row("/forget", ("forget.ask",), guarded=True),
)
#: What each entry of the menu shows.
PAGES: Mapping[str, tuple[str, ...]] = {
    "followed": ("followed.which",),
    "add": ("add.whom",),
    "language": ("language.which",),
    "order": ("order.which",),
    "notify": ("manners.way", "manners.way_how"),
    "quiet": ("manners.quiet_off", "manners.quiet_how"),
    "pause": ("manners.not_paused", "manners.pause_how"),
    "mute": ("manners.muted_none", "manners.mute_how"),
    "muted": ("muted.none",),
    "place": ("place.how",),
    "zone": ("manners.zone", "manners.zone_how"),
    "digest": ("digest.how",),
    "live": ("live.how",),
    "catchup": ("catchup.how",),
    "export": ("export.how",),
    "privacy": ("privacy.text",),
    "forget": ("forget.ask",),
}


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


@pytest.fixture(scope="module")
async def town(tmp_path_factory) -> AsyncIterator[Town]:
    url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('town') / 'town.db'}"
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


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("tag", LANGUAGES)
async def test_each_command_answers_in_the_language_and_does_what_it_says(town, tag, place):
    chat = town.chats[tag, place]
    for row in ROWS:
        before = await town.held(chat)
        post = await town.says(chat, POST, 0)
        line = row.say.format(tag=tag, link=town.link)
        said = await town.say(chat, line, reply_to=post.message_id if row.replying else 0)
        refused = row.guarded and not chat.may
        keys = row.in_company if row.in_company and place != "private" else row.keys
        if refused:
            keys = ("common.only_administrators",)
        elif row.command == "cancel" and not chat.may:
            keys = ("add.nothing_open",)
        wanted = patterns(tag, keys) + ([re.compile(re.escape(row.shows))] if row.shows and not refused else [])
        await town.says(chat, wanted, said)
        assert await town.held(chat) == (before if refused else replace(before, **row.changes)), row


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("tag", LANGUAGES)
async def test_each_page_of_the_menu_opens_and_leads_back(town, tag, place):
    chat, world = town.chats[tag, place], town.telegram.world
    said = await town.say(chat, "/settings", owner=True)
    menu = await town.says(chat, patterns(tag, ("settings.how",)), said)
    first, before = menu.text, await town.held(chat)

    async def pressed(data: str, user: int) -> str:
        query = world.press(chat.id, user, menu.message_id, data=data)
        return (await town.telegram.wait_for(lambda: query.answer, 20)).text

    for entry in ENTRIES:
        if not chat.may:
            refusal = phrases(tag)("common.only_administrators")
            assert await pressed(f"{MENU}:{entry.opens}", chat.user) == refusal
            assert menu.text == first
        await pressed(f"{MENU}:{entry.opens}", chat.owner)
        assert all(each.search(menu.text) for each in patterns(tag, PAGES[entry.opens])), (entry, menu.text)
        assert world.buttons(chat.id, menu.message_id)[-1].label == phrases(tag)("settings.back")
        await pressed(MENU, chat.owner)
        assert menu.text == first
    assert replace(await town.held(chat), asked="") == before


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("tag", LANGUAGES)
async def test_somebody_new_is_followed_step_by_step_and_let_go_in_the_menu(town, tag, place):
    chat, world, says = town.chats[tag, place], town.telegram.world, phrases(tag)
    before = replace(await town.held(chat), asked="")

    async def press(message: Message, label: str, key: str) -> None:
        world.press(chat.id, chat.owner, message.message_id, label=label)
        await town.telegram.wait_for(lambda: patterns(tag, (key,))[0].search(message.text), 20)

    said = await town.say(chat, "/add", owner=True)
    asked = await town.says(chat, patterns(tag, ("add.whom",)), said)
    said = await town.say(chat, WEATHER, owner=True, reply_to=asked.message_id)
    found = await town.says(chat, patterns(tag, ("add.what",)), said)
    await press(found, says("add.words"), "followed.words")
    said = await town.say(chat, "雨", owner=True, reply_to=found.message_id)
    tried = await town.says(chat, patterns(tag, ("subscribe.filter",)), said)
    await press(tried, says("followed.use"), "add.next")
    assert await town.held(chat) == replace(before, followed=BOTH)

    said = await town.say(chat, "/settings", owner=True)
    menu = await town.says(chat, patterns(tag, ("settings.how",)), said)
    await press(menu, says("settings.followed"), "followed.which")
    [entry] = [key.label for key in world.buttons(chat.id, menu.message_id) if key.label.endswith("· 雨")]
    await press(menu, entry, "subscribe.filter")
    await press(menu, says("followed.remove"), "followed.everything")
    assert await town.held(chat) == replace(before, followed=(*ONE, (WEATHER, "")))
    await press(menu, says("followed.stop"), "followed.sure")
    await press(menu, says("followed.yes"), "unsubscribe.done")
    assert await town.held(chat) == before


def test_no_command_and_no_page_is_left_out():
    # the parts only keep what they are given until they are called
    nothing = cast("Any", None)
    routes = Routes(Desk(nothing, nothing, nothing, nothing, nothing, nothing, "en"))
    assert {row.command for row in ROWS} == set(routes.commands)
    assert set(PAGES) == {entry.opens for entry in ENTRIES}


def test_each_command_that_is_shown_is_described_in_every_language():
    for tag in available():
        described = [phrases(tag)(f"menu.{name}") for name in (*SHOWN, *FOR_OPERATORS)]
        # Bot API, BotCommand.description: 1 to 256 characters
        assert all(1 <= len(each) <= 256 for each in described)
        assert len(set(described)) == len(described)
