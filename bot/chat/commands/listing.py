"""/list and /unsubscribe: what is followed in this chat and topic, page by page, with buttons to stop."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from unicodedata import normalize

from bot.chat.buttons import Keyboard, number, press
from bot.chat.commands.filtering import shown
from bot.chat.commands.following import taken_back
from bot.chat.desk import Command, Desk, Press
from bot.chat.manners import add_own, current, told
from bot.chat.scene import Scene
from bot.chat.wording import MESSAGE_LIMIT, Mark, Say, named, one_line, together
from bot.delivery.face import Button, Styled
from bot.delivery.writing import units
from bot.model.manners import NOTHING_OWN, Own
from bot.store import manners, subscriptions
from bot.store.subscriptions import Listed

PAGE, REMOVE = "ls", "rm"
#: Entries on a page, each with a button: what a phone shows without much scrolling.
PER_PAGE = 8
#: Eight entries of 80 + 80 characters, each of two UTF-16 units at worst, stay below one message.
_FILTER = 80
_BUTTON_NAME = 28
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Numbered:
    """An entry and the number that /list shows before it."""

    number: int
    listed: Listed


class Listing:
    """The two commands and the buttons of their pages."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.commands: Mapping[str, Command] = {
            "list": self.show_list,
            "unsubscribe": self.unsubscribe,
            "unsub": self.unsubscribe,
        }
        self.presses: Mapping[str, Press] = {PAGE: self.turn_page, REMOVE: self.remove}

    async def show_list(self, scene: Scene, _rest: str) -> None:
        """Show the first page."""
        await self._show_page(scene, 0, "list.title")

    async def unsubscribe(self, scene: Scene, rest: str) -> None:
        """``rest``: nothing (choose by button), the number in /list, or a name, link or id of what is followed."""
        what = rest.strip()
        if not await self._desk.allowed(scene):
            return
        if not what:
            await self._show_page(scene, 0, "unsubscribe.which")
            return
        entries = await self._entries(scene)
        fitting = [entry for entry in entries if fits(entry, what, len(entries))]
        shown = Mark(one_line(what, _SHOWN), "bold")
        if not entries:
            await self._desk.tell(scene, "list.empty")
        elif not fitting:
            await self._desk.tell(scene, "unsubscribe.no_match", what=shown)
        elif len(fitting) > 1:
            title = Say(scene.phrases).phrase("unsubscribe.which_of", what=shown).styled()
            await self._show(scene, title, fitting[:PER_PAGE], page=0)
        else:
            await self._remove(scene, fitting[0].listed.subscription_id)

    async def turn_page(self, scene: Scene, arguments: list[str]) -> None:
        """← and →. Anybody may look."""
        await self._show_page(scene, number(arguments, 0) or 0, "list.title")
        if scene.query is not None:
            await self._desk.voice.note(scene.query)

    async def remove(self, scene: Scene, arguments: list[str]) -> None:
        """The button of one entry."""
        subscription_id = number(arguments, 0)
        if not await self._desk.allowed(scene):
            return
        if subscription_id is None:
            await self._desk.too_old(scene)
            return
        await self._remove(scene, subscription_id, number(arguments, 1) or 0)

    async def _remove(self, scene: Scene, subscription_id: int, page: int = 0) -> None:
        gone = await taken_back(self._desk, scene, subscription_id)
        note = scene.phrases("unsubscribe.gone") if gone is None else ""
        if gone is not None:
            listed, keyboard = gone
            said = Say(scene.phrases).phrase("unsubscribe.done", name=named(listed.account)).styled()
            await self._desk.answer(scene, said, keyboard)
        elif scene.query is None:
            await self._desk.answer(scene, Styled(note))
        if scene.query is not None:
            await self._show_page(scene, page, "list.title")
            await self._desk.voice.note(scene.query, note)

    async def _entries(self, scene: Scene) -> list[Numbered]:
        async with self._desk.db.read() as conn:
            found = await subscriptions.of_chat(conn, scene.chat_id, scene.target.thread_id)
        return numbered(found)

    async def _show_page(self, scene: Scene, page: int, title: str) -> None:
        entries = await self._entries(scene)
        if not entries:
            await self._desk.show(scene, Styled(scene.phrases("list.empty")))
            return
        pages = -(-len(entries) // PER_PAGE)
        page = min(page, pages - 1)
        head = Say(scene.phrases).phrase(title, count=len(entries))
        if pages > 1:
            head.line("list.page", page=page + 1, pages=pages)
        if (holds := told(await current(self._desk, scene), scene.phrases, self._desk.clock()).styled()).text:
            head.newline().append(holds)
        await self._show(
            scene, head.styled(), entries[page * PER_PAGE : (page + 1) * PER_PAGE], page=page, pages=pages
        )

    async def _show(self, scene: Scene, head: Styled, entries: list[Numbered], *, page: int, pages: int = 1) -> None:
        async with self._desk.db.read() as conn:
            own = await manners.own_of_place(conn, scene.chat_id, scene.target.thread_id)
        zone, now = (await current(self._desk, scene)).zone, self._desk.clock()
        for spelt in (True, False):
            lines = [
                _line(scene, each, own.get(each.listed.subscription_id, NOTHING_OWN), zone, now, spelt=spelt)
                for each in entries
            ]
            shown = together([head, together(lines, gap="\n")])
            if units(shown.text) <= MESSAGE_LIMIT:
                break
        await self._desk.show(scene, shown, _keyboard(scene, entries, page, pages))


def _line(scene: Scene, entry: Numbered, own: Own, zone: str, now: datetime, *, spelt: bool) -> Styled:
    """``spelt``: with all that it wants of its own; else only that it does, which always fits."""
    say = Say(scene.phrases).add(f"{entry.number}. ").foreign(named(entry.listed.account))
    if entry.listed.filter:
        say.add(" – ").phrase("list.filter", filter=shown(entry.listed.filter, _FILTER))
    if spelt:
        add_own(say, own, zone, scene.phrases, now, brief=True)
    elif own != NOTHING_OWN:
        say.add(" – ").phrase("manners.own_some")
    return say.styled()


def _keyboard(scene: Scene, entries: list[Numbered], page: int, pages: int) -> Keyboard:
    rows: list[tuple[Button, ...]] = []
    for entry in entries:
        name = one_line(entry.listed.account.name, _BUTTON_NAME)
        label = scene.phrases("button.remove", number=entry.number, name=name)
        rows.append((press(label, REMOVE, entry.listed.subscription_id, page),))
    turning: list[Button] = []
    if page > 0:
        turning.append(press(scene.phrases("button.previous"), PAGE, page - 1))
    if page + 1 < pages:
        turning.append(press(scene.phrases("button.next"), PAGE, page + 1))
    if turning:
        rows.append(tuple(turning))
    return tuple(rows)


def numbered(listed: Iterable[Listed]) -> list[Numbered]:
    """Entries in their order, with their numbers."""
    return [Numbered(place, each) for place, each in enumerate(listed, start=1)]


def fits(entry: Numbered, what: str, entries: int) -> bool:
    """Is this the entry meant? A number that /list shows means its place; any other may be an account's id."""
    if what.isascii() and what.isdigit() and 1 <= int(what[:9]) <= entries:
        return entry.number == int(what[:9])
    account = entry.listed.account
    wanted = _plain(what)
    return wanted in {_plain(account.key), _plain(account.name), _plain(account.url)}


def _plain(text: str) -> str:
    """Alike for case, width, a leading @ and how a link begins and ends."""
    text = normalize("NFKC", text).casefold().strip().removeprefix("@")
    for prefix in ("https://", "http://", "www."):
        text = text.removeprefix(prefix)
    return text.rstrip("/")
