"""/live: whose running reports become one message that grows in this chat and topic; off unless somebody asks for it."""

from collections.abc import Mapping

from bot.chat.buttons import Keyboard, number, press
from bot.chat.commands.listing import Numbered, fits
from bot.chat.desk import Command, Desk, Press
from bot.chat.scene import Scene
from bot.chat.wording import Mark, Say, named, one_line
from bot.delivery.face import Button
from bot.store import coverages, subscriptions
from bot.store.subscriptions import Listed

TOGGLE, PAGE = "lv", "lp"
#: Accounts on a page, each with a button: what a phone shows without much scrolling.
PER_PAGE = 8
_BUTTON_NAME, _SHOWN = 30, 60


class Live:
    """The command and its buttons."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.commands: Mapping[str, Command] = {"live": self.live}
        self.presses: Mapping[str, Press] = {TOGGLE: self.toggle, PAGE: self.turn_page}

    async def live(self, scene: Scene, rest: str) -> None:
        """``rest``: nothing (choose by button), the number in /list, or a name, link or id of what is followed."""
        if not await self._desk.allowed(scene):
            return
        entries, what = await self._entries(scene), rest.strip()
        if not entries:
            await self._desk.tell(scene, "list.empty")
        elif not what:
            await self._show(scene, 0)
        else:
            fitting = {e.listed.account_id: e.listed for e in entries if fits(e, what, len(entries))}
            if len(fitting) == 1:
                await self._change(scene, next(iter(fitting.values())))
            elif fitting:
                await self._show(scene, 0)
            else:
                await self._desk.tell(scene, "unsubscribe.no_match", what=Mark(one_line(what, _SHOWN), "bold"))

    async def toggle(self, scene: Scene, arguments: list[str]) -> None:
        """The button of one account."""
        account_id = number(arguments, 0)
        if not await self._desk.allowed(scene):
            return
        listed = next((e.listed for e in await self._entries(scene) if e.listed.account_id == account_id), None)
        if listed is None:
            await self._desk.too_old(scene)
            return
        said = await self._choose(scene, listed)
        await self._show(scene, number(arguments, 1) or 0)
        if scene.query is not None:
            await self._desk.voice.note(scene.query, said.styled().text)

    async def turn_page(self, scene: Scene, arguments: list[str]) -> None:
        """← and →. Anybody may look."""
        await self._show(scene, number(arguments, 0) or 0)
        if scene.query is not None:
            await self._desk.voice.note(scene.query)

    async def _change(self, scene: Scene, listed: Listed) -> None:
        await self._desk.answer(scene, (await self._choose(scene, listed)).styled())

    async def _choose(self, scene: Scene, listed: Listed) -> Say:
        """Make it the other way, and say how it is now."""
        place = (scene.chat_id, scene.target.thread_id)
        async with self._desk.db.begin() as conn:
            live = listed.account_id not in await coverages.of_place(conn, *place)
            await coverages.choose(conn, *place, listed.account_id, live=live)
        return Say(scene.phrases).phrase("live.on" if live else "live.off", name=named(listed.account))

    async def _entries(self, scene: Scene) -> list[Numbered]:
        async with self._desk.db.read() as conn:
            found = await subscriptions.of_chat(conn, scene.chat_id, scene.target.thread_id)
        return [Numbered(place, listed) for place, listed in enumerate(found, start=1)]

    async def _show(self, scene: Scene, page: int) -> None:
        accounts = list({e.listed.account_id: e.listed for e in await self._entries(scene)}.values())
        async with self._desk.db.read() as conn:
            live = await coverages.of_place(conn, scene.chat_id, scene.target.thread_id)
        pages = max(1, -(-len(accounts) // PER_PAGE))
        page = min(page, pages - 1)
        rows = [_row(each, page, live=each.account_id in live) for each in accounts[page * PER_PAGE :][:PER_PAGE]]
        turning: list[Button] = []
        if page > 0:
            turning.append(press(scene.phrases("button.previous"), PAGE, page - 1))
        if page + 1 < pages:
            turning.append(press(scene.phrases("button.next"), PAGE, page + 1))
        keyboard: Keyboard = (*rows, *((tuple(turning),) if turning else ()))
        await self._desk.show(scene, Say(scene.phrases).phrase("live.how").styled(), keyboard)


def _row(listed: Listed, page: int, *, live: bool) -> tuple[Button, ...]:
    name = one_line(listed.account.name, _BUTTON_NAME)
    return (press(f"✓ {name}" if live else name, TOGGLE, listed.account_id, page),)
