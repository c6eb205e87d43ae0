"""/subscribe: from what somebody writes to an account that is followed, asking back where it is ambiguous."""

import asyncio
import re
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import asdict
from typing import Any

from bot.chat.buttons import LABEL_LIMIT, Keyboard, number, press
from bot.chat.commands.filtering import mistake
from bot.chat.commands.following import Following
from bot.chat.desk import Command, Desk, Press
from bot.chat.ports import Found, LookupFailedError, Trouble
from bot.chat.scene import Scene
from bot.chat.wording import Mark, Say, one_line
from bot.delivery.face import Button, Styled
from bot.delivery.harmless import line
from bot.delivery.reasons import told
from bot.delivery.vouching import vouched
from bot.locales import Phrases
from bot.matching.parsing import FilterError, parse
from bot.matching.tree import written
from bot.model.account import Account
from bot.model.reason import Cause, Reason
from bot.model.subscription import Wish, words_as_filter
from bot.store import choices

PICK, OFFERED, CANCEL = "pk", "of", "no"
#: A URL longer than this is none that a site gives out.
WHAT_LIMIT = 2000
_SHOWN = 60
#: A polite lookup may queue behind others for one site; after this it is given up.
LOOKUP_SECONDS = 90.0
#: Buttons under a question; a name that fits more accounts is better asked for again with a link.
CHOICES = 8

#: Their sentences say what to send instead.
_SAY_WHAT_TO_DO = frozenset((Cause.NO_ADDRESS, Cause.NO_FEED, Cause.NO_ALERTS, Cause.NO_ACCOUNT, Cause.POST_HIDDEN))

_LINK = re.compile(r"https?://[^\s<>\"“”]+", re.IGNORECASE)
_BARE_LINK = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,24}(?:/\S*)?", re.IGNORECASE)
#: Punctuation after a link belongs to the sentence around it.
_SENTENCE_ENDS = ".,;:!?)]}'。，；：！？）】》」』、"
_NAME = re.compile(r"@[\w.·-]{1,64}|\d{5,20}")


def named_in(text: str) -> str:
    """What a plain message names: the first link in it, or the whole of it as @name, number or bare link; or ""."""
    link = _LINK.search(text)
    if link:
        return link[0].rstrip(_SENTENCE_ENDS)
    text = text.strip()
    return text if _NAME.fullmatch(text) or _BARE_LINK.fullmatch(text) else ""


class Subscribing:
    """The /subscribe command, its question and the offer under a plain link."""

    def __init__(self, desk: Desk, following: Following) -> None:
        self._desk = desk
        self._following = following
        self.commands: Mapping[str, Command] = {"subscribe": self.subscribe, "sub": self.subscribe}
        self.presses: Mapping[str, Press] = {PICK: self.pick, OFFERED: self.accept, CANCEL: self.cancel}

    async def subscribe(self, scene: Scene, rest: str) -> None:
        """``rest`` is WHAT and, behind it, a filter."""
        # any blank parts WHAT from the filter: names have none, and Chinese keyboards type U+3000
        what, behind = [*rest.split(maxsplit=1), "", ""][:2]
        if not what:
            await self._desk.tell(scene, "subscribe.how")
            return
        if not await self._desk.allowed(scene):
            return
        try:
            filter_text = written(parse(behind))
        except FilterError as error:
            await self._desk.answer(scene, mistake(scene.phrases, error))
            return
        await self.look_for(scene, what[:WHAT_LIMIT], filter_text)

    async def offer(self, scene: Scene, what: str) -> None:
        """Somebody sent a bare link or name: ask whether to follow it."""
        async with self._desk.db.begin() as conn:
            token = await choices.put(conn, scene.target.chat_id, {"what": what[:WHAT_LIMIT]}, self._desk.clock())
        label = scene.phrases("button.follow", what=one_line(what, LABEL_LIMIT))
        keyboard = ((press(label, OFFERED, token),),)
        await self._desk.answer(scene, Styled(scene.phrases("subscribe.offer")), keyboard)

    async def accept(self, scene: Scene, arguments: list[str]) -> None:
        """The button under an offer."""
        payload = await self._desk.agreed(scene, arguments, "what")
        if payload is None:
            return
        await self.look_for(scene, str(payload["what"]), "")

    async def pick(self, scene: Scene, arguments: list[str]) -> None:
        """One of several accounts was chosen."""
        payload = await self._desk.agreed(scene, arguments, "accounts")
        if payload is None:
            return
        index = number(arguments, 1)
        if index is None or index >= len(payload["accounts"]):
            await self._desk.too_old(scene)
            return
        account = Account(**payload["accounts"][index])
        wish = self._wish(scene, account, payload.get("filter") or words_as_filter(payload.get("words", ())))
        message_id = await self.looking(scene, account.name)

        async def work() -> None:
            await self._following.follow(scene, wish, message_id)

        await self.in_background(scene, account.name, message_id, work)

    async def cancel(self, scene: Scene, arguments: list[str]) -> None:
        """None of these."""
        if not await self._desk.allowed(scene):
            return
        await self._desk.behind(scene, arguments, once=True)
        await self._desk.show(scene, Styled(scene.phrases("subscribe.cancelled")))
        if scene.query is not None:
            await self._desk.voice.note(scene.query)

    async def look_for(self, scene: Scene, what: str, filter_text: str = "") -> None:
        """Find out who is meant, in the background, and follow them; whoever calls it has looked at the rights."""
        message_id = await self.looking(scene, what)

        async def work() -> None:
            found = await self.found(scene, what, message_id)
            if found is None:
                return
            if len(found.accounts) == 1:
                await self._following.follow(scene, self._wish(scene, found.accounts[0], filter_text), message_id)
            else:
                await self._ask(scene, what, filter_text, found, message_id)

        await self.in_background(scene, what, message_id, work)

    async def found(self, scene: Scene, what: str, message_id: int, keyboard: Keyboard = ()) -> Found | None:
        """The accounts that are meant; None after saying in the message, with ``keyboard`` below, why there are none."""
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                return await self._desk.ports.lookout.find(what)
        except LookupFailedError as error:
            await self._not_found(scene, what, message_id, error, keyboard)
        except TimeoutError:
            slow = LookupFailedError(Trouble.BROKEN, reason=Reason(Cause.SLOW))
            await self._not_found(scene, what, message_id, slow, keyboard)
        return None

    async def looking(self, scene: Scene, what: str) -> int:
        """Say "Looking for …" at once: in the pressed message, or as an answer. Gives the message's id."""
        say = Say(scene.phrases).phrase("subscribe.looking", what=Mark(one_line(what, _SHOWN), "bold"))
        if scene.query is not None:
            return await self._desk.voice.change(scene.target, scene.place.message_id, say.styled())
        return await self._desk.answer(scene, say.styled())

    async def in_background(
        self, scene: Scene, what: str, message_id: int, work: Callable[[], Coroutine[Any, Any, None]]
    ) -> None:
        """Do it behind the message that says "Looking for …"; there it is told too when it fails."""

        async def instead(key: str) -> None:
            say = Say(scene.phrases).phrase(key, what=Mark(one_line(what, _SHOWN), "bold"))
            await self._desk.voice.change(scene.target, message_id, say.styled())

        if not self._desk.errand(
            scene, work, failed=lambda: instead("common.failed"), stopped=lambda: instead("subscribe.interrupted")
        ):
            await instead("subscribe.busy")

    async def _not_found(
        self, scene: Scene, what: str, message_id: int, error: LookupFailedError, keyboard: Keyboard
    ) -> None:
        keys = {
            Trouble.NOT_FOUND: "subscribe.not_found",
            Trouble.REFUSED: "subscribe.refused",
            Trouble.BROKEN: "subscribe.broken",
        }
        say = Say(scene.phrases).phrase(keys[error.trouble], what=Mark(one_line(what, _SHOWN), "bold"))
        if error.reason is not None:
            say.newline().add(told(error.reason, scene.phrases))
        if error.trouble is Trouble.NOT_FOUND and (error.reason is None or error.reason.cause not in _SAY_WHAT_TO_DO):
            say.line("subscribe.check_link")
        await self._desk.voice.change(scene.target, message_id, say.styled(), keyboard)

    async def _ask(self, scene: Scene, what: str, filter_text: str, found: Found, message_id: int) -> None:
        accounts = found.accounts[:CHOICES]
        payload = {"accounts": [asdict(account) for account in accounts], "filter": filter_text}
        async with self._desk.db.begin() as conn:
            token = await choices.put(conn, scene.target.chat_id, payload, self._desk.clock())
        rows: list[tuple[Button, ...]] = [
            (press(label_of(account, scene.phrases), PICK, token, index),) for index, account in enumerate(accounts)
        ]
        rows.append((press(scene.phrases("button.cancel"), CANCEL, token),))
        say = Say(scene.phrases).phrase("subscribe.which", what=Mark(one_line(what, _SHOWN), "bold"))
        await self._desk.voice.change(scene.target, message_id, say.styled(), tuple(rows))

    def _wish(self, scene: Scene, account: Account, filter_text: str) -> Wish:
        return Wish(account, scene.chat_id, scene.target.thread_id, (), scene.place.user_id, filter_text)


def label_of(account: Account, says: Phrases) -> str:
    """An account on a button: its name and what tells it from its namesakes."""
    beside = vouched(account, says, LABEL_LIMIT) or line(account.description or account.url, LABEL_LIMIT)
    name = one_line(account.name or account.key, LABEL_LIMIT)
    return f"{says.isolated(name)} · {says.isolated(beside)}" if beside else name
