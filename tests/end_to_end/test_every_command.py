"""Every command and every page of the menu, over HTTP through the stand-in Bot API server, as people use them in the chats
of the matrix. A command that has no row below makes ``test_no_command_is_left_out`` red.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from matrix import LANGUAGES, PLACES, POST, patterns, town_of

from bot.chat.buttons import MENU
from bot.chat.commands import manner_pages
from bot.chat.commands.own_manners import OWN
from bot.chat.commands.settings import ENTRIES
from bot.chat.desk import Desk
from bot.chat.menu import FOR_OPERATORS, SHOWN
from bot.chat.routing import Routes
from bot.demo.botapi.records import Message
from bot.demo.site.site import POLICE, WEATHER
from bot.locales import available, phrases


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
    Row("/notify 1 silent", ("manners.silent",), {"own": ("telling",)}, guarded=True),
    Row("/quiet 1 22:00-07:00", ("manners.own_quiet",), {"own": ("quiet", "telling")}, guarded=True),
    Row(
        "/pause 1 2h",
        ("manners.own_paused", "manners.own_pause_ends"),
        {"own": ("pause", "quiet", "telling")},
        guarded=True,
    ),
    Row("/mute 1 rainstorm", ("manners.own_muted",), {"own": ("muted", "pause", "quiet", "telling")}, guarded=True),
    Row("/resume", ("manners.not_paused", "manners.still_paused"), guarded=True),
    Row("/resume 1", ("manners.own_muted",), {"own": ("muted", "quiet", "telling")}, guarded=True),
    Row("/unmute 1", ("manners.own_quiet",), {"own": ("quiet", "telling")}, guarded=True),
    Row("/quiet 1 off", ("manners.own_restless",), {"own": ("restless", "telling")}, guarded=True),
    Row("/quiet 1 default", ("manners.silent",), {"own": ("telling",)}, guarded=True),
    Row("/notify 1 default", ("manners.own_none",), {"own": ()}, guarded=True),
    Row("/pause 1", ("manners.own_none", "manners.pause_how", "manners.own_back"), guarded=True),
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
    "place": (),  # see HOW_PLACES
    "zone": ("manners.zone", "manners.zone_how"),
    "digest": ("digest.how",),
    "live": ("live.how",),
    "catchup": ("catchup.how",),
    "export": ("export.how",),
    "privacy": ("privacy.text",),
    "forget": ("forget.ask",),
}
#: How a place is set in each kind of chat.
HOW_PLACES = {
    "private": "place.how",
    "group": "place.how_group",
    "channel": "place.how_channel",
    "topic": "place.how_group",
}
#: What each page of one subscription shows, and what its first button leaves of the subscription's own wishes.
OWN_PAGES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "notify": (("manners.own_none", "manners.way_how", "manners.own_back"), ("telling",)),
    "quiet": (("manners.own_none", "manners.quiet_how", "manners.own_back"), ("quiet",)),
    "pause": (("manners.own_none", "manners.pause_how", "manners.own_back"), ("pause",)),
    "mute": (("manners.own_none", "manners.mute_how", "manners.own_back"), ()),
}
#: And what takes that back.
TAKEN_BACK = {"notify": "/notify 1 default", "quiet": "/quiet 1 default", "pause": "/resume 1"}


@pytest.fixture(scope="module")
async def town(tmp_path_factory):
    async with town_of(tmp_path_factory.mktemp("town")) as town:
        yield town


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

    for entry in ENTRIES:
        if not chat.may:
            refusal = phrases(tag)("common.only_administrators")
            answer = await town.press(chat, menu, chat.user, data=f"{MENU}:{entry.opens}")
            assert answer.text == refusal
            assert menu.text == first
        await town.press(chat, menu, chat.owner, data=f"{MENU}:{entry.opens}")
        keys = (*PAGES[entry.opens], *((HOW_PLACES[place],) if entry.opens == "place" else ()))
        assert all(each.search(menu.text) for each in patterns(tag, keys)), (entry, menu.text)
        assert world.buttons(chat.id, menu.message_id)[-1].label == phrases(tag)("settings.back")
        await town.press(chat, menu, chat.owner, data=MENU)
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


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("tag", LANGUAGES)
async def test_each_page_of_one_subscription_opens_does_what_it_says_and_leads_back(town, tag, place):
    chat, world, says = town.chats[tag, place], town.telegram.world, phrases(tag)
    said = await town.say(chat, "/settings", owner=True)
    menu = await town.says(chat, patterns(tag, ("settings.how",)), said)
    before = await town.held(chat)
    await town.press(chat, menu, chat.owner, data=f"{MENU}:followed")
    await town.press(chat, menu, chat.owner, label="平安北京")
    page = menu.text
    for name, (keys, left) in OWN_PAGES.items():
        [opens] = [
            key.data for key in world.buttons(chat.id, menu.message_id) if key.data.startswith(f"{OWN}:{name}:")
        ]
        if not chat.may:
            answer = await town.press(chat, menu, chat.user, data=opens)
            assert answer.text == says("common.only_administrators")
            assert menu.text == page
        await town.press(chat, menu, chat.owner, data=opens)
        assert all(each.search(menu.text) for each in patterns(tag, keys)), (name, menu.text)
        buttons = world.buttons(chat.id, menu.message_id)
        assert [key.label for key in buttons[-2:]] == [says("followed.back"), says("settings.back")]
        if left:
            await town.press(chat, menu, chat.owner, data=buttons[0].data)
            assert await town.held(chat) == replace(before, own=left)
            said = await town.say(chat, TAKEN_BACK[name], owner=True)
            await town.says(chat, patterns(tag, ("manners.own_none",)), said)
        await town.press(chat, menu, chat.owner, label=says("followed.back"))
        assert menu.text == page
    assert await town.held(chat) == before


def test_no_command_and_no_page_is_left_out():
    # the parts only keep what they are given until they are called
    nothing = cast("Any", None)
    routes = Routes(Desk(nothing, nothing, nothing, nothing, nothing, nothing, "en"))
    assert {row.command for row in ROWS} == set(routes.commands)
    assert set(PAGES) == {entry.opens for entry in ENTRIES}
    assert set(OWN_PAGES) == {name for name, page in manner_pages.PAGES.items() if page.how}


def test_each_command_that_is_shown_is_described_in_every_language():
    for tag in available():
        described = [phrases(tag)(f"menu.{name}") for name in (*SHOWN, *FOR_OPERATORS)]
        # Bot API, BotCommand.description: 1 to 256 characters
        assert all(1 <= len(each) <= 256 for each in described)
        assert len(set(described)) == len(described)
