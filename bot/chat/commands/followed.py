"""What is followed here, as pages of /settings: one subscription and its filter, changed, removed or stopped by buttons."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.chat.asking import Answered, Asking
from bot.chat.buttons import LABEL_LIMIT, SUBSCRIPTION, abreast, number, press
from bot.chat.commands.filtering import mistake, shown
from bot.chat.commands.following import taken_back
from bot.chat.commands.own_manners import OWN
from bot.chat.desk import Command, Desk, Press
from bot.chat.manners import add_own, current
from bot.chat.scene import Scene
from bot.chat.trials import add_trial, tried_on
from bot.chat.wording import Say, named, one_line, together
from bot.delivery import releasing
from bot.delivery.face import Button, Styled
from bot.matching.parsing import FilterError, parse
from bot.matching.tree import key_of, written
from bot.model.manners import NOTHING_OWN
from bot.store import choices, manners, subscriptions
from bot.store.subscriptions import Listed

FILTER = "filter"
#: What a press asks for, behind the subscription's id; the page of the list has no id.
_PAGE, _WORDS, _ALL, _SURE, _STOP, _USE = "p", "w", "e", "x", "y", "u"
#: What can be otherwise for one subscription than for the rest, with the names of the menu.
_MANNERS = {
    "settings.notify": "notify",
    "settings.quiet": "quiet",
    "settings.pause": "pause",
    "settings.mute": "mute",
}
#: Subscriptions on a page, each with a button.
PER_PAGE = 8

#: A button's work; False: what it stood for is no longer known.
Step = Callable[[Scene, Listed, list[str]], Awaitable[bool]]


class FollowedHere:
    """The pages and their buttons."""

    def __init__(self, desk: Desk, asking: Asking) -> None:
        self._desk = desk
        self._asking = asking
        self._steps: Mapping[str, Step] = {
            "": self._show,
            _WORDS: self._ask_words,
            _ALL: self._everything,
            _SURE: self._sure,
            _STOP: self._stop,
            _USE: self._use,
        }
        self.pages: Mapping[str, Command] = {"followed": self.all}
        self.presses: Mapping[str, Press] = {SUBSCRIPTION: self.press}
        self.answers: Mapping[str, Answered] = {FILTER: self.worded}

    async def all(self, scene: Scene, _rest: str = "", page: int = 0) -> None:
        """What is followed in this chat and topic, a button each."""
        async with self._desk.db.read() as conn:
            found = await subscriptions.of_chat(conn, scene.chat_id, scene.target.thread_id)
        if not found:
            await self._desk.show(scene, Styled(scene.phrases("list.empty")))
            return
        page = min(page, (len(found) - 1) // PER_PAGE)
        rows = [
            (press(_label(each), SUBSCRIPTION, each.subscription_id),) for each in found[page * PER_PAGE :][:PER_PAGE]
        ]
        turning: list[Button] = []
        if page > 0:
            turning.append(press(scene.phrases("button.previous"), SUBSCRIPTION, _PAGE, page - 1))
        if (page + 1) * PER_PAGE < len(found):
            turning.append(press(scene.phrases("button.next"), SUBSCRIPTION, _PAGE, page + 1))
        text = Say(scene.phrases).phrase("list.title", count=len(found)).line("followed.which")
        await self._desk.show(scene, text.styled(), (*rows, *((tuple(turning),) if turning else ())))

    async def press(self, scene: Scene, arguments: list[str]) -> None:
        """A button of any page."""
        if not await self._desk.allowed(scene):
            return
        if arguments[:1] == [_PAGE]:
            await self.all(scene, page=number(arguments, 1) or 0)
            done = True
        else:
            listed = await self._listed(scene, number(arguments, 0))
            step = self._steps.get(arguments[1] if len(arguments) > 1 else "")
            done = listed is not None and step is not None and await step(scene, listed, arguments[2:])
        if not done:
            await self._desk.too_old(scene)
        elif scene.query is not None:
            await self._desk.voice.note(scene.query)

    async def worded(self, scene: Scene, text: str, payload: Mapping[str, Any]) -> None:
        """Words for the filter: tried on what was written last, and taken by a button."""
        if not await self._desk.allowed(scene):
            return
        listed = await self._listed(scene, payload["subscription"])
        if listed is None:
            await self._asking.end(scene)
            await self._desk.tell(scene, "unsubscribe.gone")
            return
        try:
            tree = parse(text)
        except FilterError as error:
            again = Say(scene.phrases).phrase("followed.words").styled()
            await self._asking.ask(scene, FILTER, payload, together([mistake(scene.phrases, error), again]))
            return
        trial = await tried_on(self._desk.db, tree, {listed.account_id: listed.account})
        async with self._desk.db.begin() as conn:
            kept = {"filter": written(tree)}
            token = await choices.put(conn, scene.target.chat_id, kept, self._desk.clock())
        say = Say(scene.phrases).add(named(listed.account)).line("subscribe.filter", filter=shown(written(tree)))
        one, says = listed.subscription_id, scene.phrases
        rows = (
            (press(says("followed.use"), SUBSCRIPTION, one, _USE, token),),
            (press(says("followed.other_words"), SUBSCRIPTION, one, _WORDS),),
            _back(scene, listed),
        )
        await self._asking.ask(scene, FILTER, payload, add_trial(say, trial).styled(), rows)

    async def _show(self, scene: Scene, listed: Listed, _arguments: list[str]) -> bool:
        """One subscription, with what can be done about it."""
        await self._asking.end(scene)
        says, one = scene.phrases, listed.subscription_id
        async with self._desk.db.read() as conn:
            own = (await manners.own_of_place(conn, scene.chat_id, scene.target.thread_id)).get(one, NOTHING_OWN)
        say = Say(says).add(named(listed.account))
        if own != NOTHING_OWN:
            zone = (await current(self._desk, scene)).zone
            add_own(say, own, zone, says, self._desk.clock())
        rows: list[tuple[Button, ...]] = []
        if listed.filter:
            say.line("subscribe.filter", filter=shown(listed.filter))
            rows += [(press(says("followed.change"), SUBSCRIPTION, one, _WORDS),)]
            rows += [(press(says("followed.remove"), SUBSCRIPTION, one, _ALL),)]
        else:
            say.line("followed.everything")
            rows += [(press(says("followed.set"), SUBSCRIPTION, one, _WORDS),)]
        rows += abreast([press(says(label), OWN, name, one) for label, name in _MANNERS.items()])
        rows += [
            (press(says("followed.stop"), SUBSCRIPTION, one, _SURE),),
            (press(says("followed.back"), SUBSCRIPTION, _PAGE, 0),),
        ]
        await self._desk.show(scene, say.styled(), tuple(rows))
        return True

    async def _ask_words(self, scene: Scene, listed: Listed, _arguments: list[str]) -> bool:
        say = Say(scene.phrases).add(named(listed.account))
        if listed.filter:
            say.line("subscribe.filter", filter=shown(listed.filter))
        say.add("\n\n").phrase("followed.words")
        payload = {"subscription": listed.subscription_id}
        await self._asking.ask(scene, FILTER, payload, say.styled(), (_back(scene, listed),))
        return True

    async def _everything(self, scene: Scene, listed: Listed, _arguments: list[str]) -> bool:
        return await self._filter(scene, listed, "")

    async def _use(self, scene: Scene, listed: Listed, arguments: list[str]) -> bool:
        payload = await self._desk.behind(scene, arguments)
        if payload is None or "filter" not in payload:
            return False
        return await self._filter(scene, listed, payload["filter"])

    async def _filter(self, scene: Scene, listed: Listed, text: str) -> bool:
        """Let this filter hold from now on, and show how it is now. One that is there twice then is there once."""
        async with self._desk.db.begin() as conn:
            removed = await subscriptions.remove(conn, listed.subscription_id, scene.chat_id)
            if removed is None:
                return False
            changed = replace(removed, words=(), filter=text, words_key=key_of(parse(text)))
            one, created = await subscriptions.restore(conn, changed)
            now, released = await subscriptions.get(conn, one, scene.chat_id), 0
            if not created:  # what waited by the manners of the one that is gone need not any more
                place = (scene.chat_id, scene.target.thread_id)
                wanted = await manners.of_place(conn, *place)
                released = await releasing.settle_on(conn, place, wanted, self._desk.clock())
        self._desk.ports.lookout.nudge()
        if released:
            self._desk.ports.queued()
        return now is not None and await self._show(scene, now, [])

    async def _sure(self, scene: Scene, listed: Listed, _arguments: list[str]) -> bool:
        yes = press(scene.phrases("followed.yes"), SUBSCRIPTION, listed.subscription_id, _STOP)
        no = press(scene.phrases("followed.no"), SUBSCRIPTION, listed.subscription_id)
        said = Say(scene.phrases).phrase("followed.sure", name=named(listed.account))
        await self._desk.show(scene, said.styled(), ((yes,), (no,)))
        return True

    async def _stop(self, scene: Scene, listed: Listed, _arguments: list[str]) -> bool:
        gone = await taken_back(self._desk, scene, listed.subscription_id)
        if gone is None:
            return False
        _, keyboard = gone
        said = Say(scene.phrases).phrase("unsubscribe.done", name=named(listed.account))
        back = press(scene.phrases("followed.back"), SUBSCRIPTION, _PAGE, 0)
        await self._desk.show(scene, said.styled(), (*keyboard, (back,)))
        return True

    async def _listed(self, scene: Scene, subscription_id: int | None) -> Listed | None:
        """The subscription, when it is one of this chat and topic."""
        if subscription_id is None:
            return None
        async with self._desk.db.read() as conn:
            listed = await subscriptions.get(conn, subscription_id, scene.chat_id)
        return listed if listed is not None and listed.thread_id == scene.target.thread_id else None


def _label(listed: Listed) -> str:
    name = one_line(listed.account.name or listed.account.key, LABEL_LIMIT)
    return f"{name} · {one_line(listed.filter, LABEL_LIMIT)}" if listed.filter else name


def _back(scene: Scene, listed: Listed) -> tuple[Button, ...]:
    return (press(scene.phrases("followed.back"), SUBSCRIPTION, listed.subscription_id),)
