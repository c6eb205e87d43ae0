"""/add: following somebody new step by step: whom, what it writes, what of it shall come, done.

Which step waits for words lies in the database (``asking``), what a button stands for in its token: a restart between two
steps is not noticed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any

from bot.catalogue.entries import Entry
from bot.catalogue.searching import search
from bot.chat.asking import Answered, Asking
from bot.chat.buttons import LABEL_LIMIT, Keyboard, abreast, number, press
from bot.chat.commands.doubting import doubts_of
from bot.chat.commands.filtering import mistake, shown
from bot.chat.commands.following import Following
from bot.chat.commands.subscribing import CHOICES, WHAT_LIMIT, Subscribing, label_of, named_in
from bot.chat.desk import Command, Desk, Press
from bot.chat.ports import Found
from bot.chat.scene import Scene
from bot.chat.times import told
from bot.chat.trials import add_trial, tried
from bot.chat.wording import (
    SENTENCE_LIMIT,
    Mark,
    Say,
    beginning,
    excerpt,
    is_real,
    linked,
    named,
    one_line,
    together,
)
from bot.delivery.composing import translators
from bot.delivery.face import Button, Styled
from bot.delivery.vouching import vouched
from bot.matching.parsing import FilterError, parse
from bot.matching.tree import written
from bot.model.account import Account
from bot.model.post import Post, Revision, RevisionKind
from bot.model.subscription import Wish
from bot.model.words import Words
from bot.store import choices

ADD = "ad"
WHOM, WORDS = "whom", "words"
#: What a press asks for, its first argument.
_KIND, _ENTRY, _CHOICE, _ALL, _SEVERE, _WORDS, _FOLLOW, _LEAVE = "k", "e", "c", "a", "s", "w", "f", "x"
#: A button's work; False: what it stood for is no longer known.
Step = Callable[[Scene, list[str]], Awaitable[bool]]
SEVERE = "severity>=severe"
#: Entries on a page; posts of a preview, and characters of each.
PER_PAGE, PREVIEWED, _LINE = 8, 3, 200
_SHOWN = 60


class Adding:
    """The conversation's steps."""

    def __init__(self, desk: Desk, asking: Asking, subscribing: Subscribing, following: Following) -> None:
        self._desk = desk
        self._asking = asking
        self._subscribing = subscribing
        self._following = following
        self._steps: Mapping[str, Step] = {
            _KIND: self._kind,
            _ENTRY: self._entry,
            _CHOICE: self._choice,
            _ALL: self._everything,
            _SEVERE: self._severe,
            _WORDS: self._ask_words,
            _FOLLOW: self._chosen,
            _LEAVE: self._leave,
        }
        self.commands: Mapping[str, Command] = {"add": self.add}
        self.presses: Mapping[str, Press] = {ADD: self.press}
        self.answers: Mapping[str, Answered] = {WHOM: self.named, WORDS: self.worded}

    async def add(self, scene: Scene, rest: str) -> None:
        """``rest``: whom, or nothing: then it is asked."""
        if not await self._desk.allowed(scene):
            return
        if rest.strip():
            await self.named(scene, rest, {})
        else:
            await self._ask_whom(scene)

    async def press(self, scene: Scene, arguments: list[str]) -> None:
        """A button of any step; without arguments, the first question."""
        if not await self._desk.allowed(scene):
            return
        step = self._steps.get(arguments[0]) if arguments else self._begin
        if step is None or not await step(scene, arguments[1:]):
            await self._desk.too_old(scene)
        elif scene.query is not None:
            await self._desk.voice.note(scene.query)

    async def named(self, scene: Scene, text: str, _payload: Mapping[str, Any]) -> None:
        """Somebody said whom they mean: a link, a number or an @name is looked up, anything else looked for."""
        if not await self._desk.allowed(scene):
            return
        what = text.strip()[:WHAT_LIMIT]
        link = named_in(what)
        # hundreds of entries in twelve languages; the first search loads them
        entries = [] if link else await asyncio.to_thread(search, self._desk.ports.catalogue, what, CHOICES)
        if entries:
            styled = Say(scene.phrases).phrase("add.found").styled()
            await self._desk.answer(scene, styled, (*self._buttons(scene, entries), *self._first(scene)))
        else:
            await self._look_at(scene, link or what)

    async def worded(self, scene: Scene, text: str, payload: Mapping[str, Any]) -> None:
        """Words that a post must have: tried on what was written last, and taken by a button."""
        if not await self._desk.allowed(scene):
            return
        account = Account(**payload["account"])
        try:
            tree = parse(text)
        except FilterError as error:
            again = Say(scene.phrases).phrase("followed.words").styled()
            await self._asking.ask(scene, WORDS, payload, together([mistake(scene.phrases, error), again]))
            return

        async def work() -> None:
            posts = [(post, account.name) for post in await self._posts(account)]
            trial = await asyncio.to_thread(tried, tree, posts)
            token = await self._put(scene, account, written(tree))
            say = Say(scene.phrases).phrase("subscribe.filter", filter=shown(written(tree)))
            rows = (
                (press(scene.phrases("followed.use"), ADD, _FOLLOW, token),),
                (press(scene.phrases("followed.other_words"), ADD, _WORDS, token),),
                self._leaving(scene),
            )
            await self._asking.ask(scene, WORDS, payload, add_trial(say, trial).styled(), rows)

        async def failed() -> None:
            await self._desk.tell(scene, "common.failed")

        if not self._desk.errand(scene, work, failed=failed, stopped=failed):
            await self._desk.tell(scene, "subscribe.busy")

    async def _begin(self, scene: Scene, _arguments: list[str]) -> bool:
        await self._ask_whom(scene)
        return True

    async def _ask_whom(self, scene: Scene) -> None:
        words, language = self._desk.ports.catalogue.words, scene.phrases.language
        there = {entry.kind for entry in self._desk.ports.catalogue.entries}
        kinds = [(kind, words.kind(kind, language)) for kind in words.kinds if kind in there]
        buttons = [press(name[:1].upper() + name[1:], ADD, _KIND, kind) for kind, name in kinds]
        keyboard = (*abreast(buttons), self._leaving(scene))
        await self._asking.ask(scene, WHOM, {}, Styled(scene.phrases("add.whom")), keyboard)

    async def _kind(self, scene: Scene, arguments: list[str]) -> bool:
        """The entries of one kind, page by page, confirmed ones first."""
        catalogue, page = self._desk.ports.catalogue, number(arguments, 1) or 0
        fitting = [entry for entry in catalogue.entries if arguments and entry.kind == arguments[0]]
        fitting.sort(key=lambda entry: not entry.confirmed)
        if not fitting:
            return False
        page = min(page, (len(fitting) - 1) // PER_PAGE)
        turning: list[Button] = []
        if page > 0:
            turning.append(press(scene.phrases("button.previous"), ADD, _KIND, arguments[0], page - 1))
        if (page + 1) * PER_PAGE < len(fitting):
            turning.append(press(scene.phrases("button.next"), ADD, _KIND, arguments[0], page + 1))
        rows = self._buttons(scene, fitting[page * PER_PAGE : (page + 1) * PER_PAGE])
        keyboard = (*rows, *((tuple(turning),) if turning else ()), *self._first(scene))
        await self._desk.show(scene, Styled(scene.phrases("add.found")), keyboard)
        return True

    async def _entry(self, scene: Scene, arguments: list[str]) -> bool:
        entry = self._desk.ports.catalogue.by_id(arguments[0]) if arguments else None
        index = number(arguments, 1)
        if entry is None or index is None or index >= len(entry.accounts):
            return False
        await self._look_at(scene, entry.accounts[index].named)
        return True

    async def _look_at(self, scene: Scene, what: str) -> None:
        """Find out who is meant and what they write, in the background."""
        message_id = await self._subscribing.looking(scene, what)

        async def work() -> None:
            found = await self._subscribing.found(scene, what, message_id, self._first(scene))
            if found is None:
                return
            if len(found.accounts) == 1:
                await self._preview(scene, found.accounts[0], message_id)
            else:
                await self._which(scene, what, found, message_id)

        await self._subscribing.in_background(scene, what, message_id, work)

    async def _which(self, scene: Scene, what: str, found: Found, message_id: int) -> None:
        accounts = found.accounts[:CHOICES]
        async with self._desk.db.begin() as conn:
            payload = {"accounts": [asdict(account) for account in accounts]}
            token = await choices.put(conn, scene.target.chat_id, payload, self._desk.clock())
        rows = [
            (press(label_of(each, scene.phrases), ADD, _CHOICE, token, index),) for index, each in enumerate(accounts)
        ]
        say = Say(scene.phrases).phrase("subscribe.which", what=Mark(one_line(what, _SHOWN), "bold"))
        await self._desk.voice.change(scene.target, message_id, say.styled(), (*rows, *self._first(scene)))

    async def _choice(self, scene: Scene, arguments: list[str]) -> bool:
        """One of several accounts of one name."""
        payload, index = await self._desk.behind(scene, arguments), number(arguments, 1)
        accounts = payload.get("accounts", []) if payload is not None else []
        if index is None or index >= len(accounts):
            return False
        account = Account(**accounts[index])
        message_id = await self._subscribing.looking(scene, account.name)

        async def work() -> None:
            await self._preview(scene, account, message_id)

        await self._subscribing.in_background(scene, account.name, message_id, work)
        return True

    async def _preview(self, scene: Scene, account: Account, message_id: int) -> None:
        """Who it is, who vouches for it, what it wrote last; and what of it shall come."""
        posts = (await self._posts(account))[:PREVIEWED]
        revisions = [Revision(post, 1, RevisionKind.NEW) for post in posts]
        # all at once: an engine that hangs is waited for once
        words = await asyncio.gather(*(self._desk.ports.words(each, account, scene.phrases) for each in revisions))
        says, token = scene.phrases, await self._put(scene, account, "")
        who = Say(says).add(named(account))
        if by := vouched(account, scene.phrases, SENTENCE_LIMIT):
            who.line("subscribe.vouched", verified=by)
        else:
            who.line("subscribe.not_vouched")
        doubts_of(self._desk.ports.catalogue, account, who)
        wrote = Say(says).phrase("add.latest" if posts else "add.no_posts")
        for post, each in zip(posts, words, strict=True):
            wrote.newline().append(self._post(scene, post, account, each))
        rows = (
            (press(says("add.everything"), ADD, _ALL, token),),
            (press(says("add.severe"), ADD, _SEVERE, token),),
            (press(says("add.words"), ADD, _WORDS, token),),
            *self._first(scene),
        )
        styled = together([who.styled(), wrote.styled(), Say(says).phrase("add.what").styled()])
        # before it is shown: an errand that is stopped says so in its message
        await self._asking.end(scene)
        await self._desk.voice.change(scene.target, message_id, styled, rows)

    def _post(self, scene: Scene, post: Post, account: Account, words: Words) -> Styled:
        """One post on a line or two, a tap from the original; a translation is marked as one."""
        offset = post.utc_offset if post.utc_offset is not None else account.utc_offset
        when = told(post.published, offset, self._desk.clock(), scene.phrases) if post.published else "?"
        text = beginning("\n".join(piece.text for piece in words.translation)) if words.translation else excerpt(post)
        say = Say(scene.phrases).add("• ").foreign(linked(when, post.url)).add("\n").foreign(one_line(text, _LINE))
        if words.translation:
            say.newline().add(Mark(translators(words, scene.phrases), "italic"))
        return say.styled()

    async def _everything(self, scene: Scene, arguments: list[str]) -> bool:
        return await self._follow(scene, arguments, "")

    async def _severe(self, scene: Scene, arguments: list[str]) -> bool:
        return await self._follow(scene, arguments, SEVERE)

    async def _chosen(self, scene: Scene, arguments: list[str]) -> bool:
        """With the words that were tried."""
        return await self._follow(scene, arguments, None)

    async def _follow(self, scene: Scene, arguments: list[str], filter_text: str | None) -> bool:
        payload = await self._desk.behind(scene, arguments)
        if payload is None or "account" not in payload:
            return False
        account = Account(**payload["account"])
        text = payload["filter"] if filter_text is None else filter_text
        wish = Wish(account, scene.chat_id, scene.target.thread_id, (), scene.place.user_id, text)
        await self._asking.end(scene)
        message_id = await self._subscribing.looking(scene, account.name)

        async def work() -> None:
            await self._following.follow(scene, wish, message_id, closing="add.next")

        await self._subscribing.in_background(scene, account.name, message_id, work)
        return True

    async def _ask_words(self, scene: Scene, arguments: list[str]) -> bool:
        payload = await self._desk.behind(scene, arguments)
        if payload is None or "account" not in payload:
            return False
        keyboard = (*self._first(scene), self._leaving(scene))
        asked = Styled(scene.phrases("followed.words"))
        await self._asking.ask(scene, WORDS, {"account": payload["account"]}, asked, keyboard)
        return True

    async def _leave(self, scene: Scene, _arguments: list[str]) -> bool:
        await self._asking.end(scene)
        await self._desk.show(scene, Styled(scene.phrases("subscribe.cancelled")))
        return True

    async def _posts(self, account: Account) -> list[Post]:
        """What it wrote last, newest first; a drill shown without its mark could be taken for the real thing."""
        return [post for post in await self._desk.ports.lookout.preview(account) if is_real(post)]

    async def _put(self, scene: Scene, account: Account, filter_text: str) -> str:
        payload = {"account": asdict(account), "filter": filter_text}
        async with self._desk.db.begin() as conn:
            return await choices.put(conn, scene.target.chat_id, payload, self._desk.clock())

    def _buttons(self, scene: Scene, entries: list[Entry]) -> Keyboard:
        return tuple(
            (press(one_line(entry.shown_name(scene.phrases.language), LABEL_LIMIT), ADD, _ENTRY, entry.id, index),)
            for entry in entries
            for index, _ in enumerate(entry.accounts)
        )

    def _first(self, scene: Scene) -> Keyboard:
        """The way back to the first question."""
        return ((press(scene.phrases("add.other"), ADD),),)

    def _leaving(self, scene: Scene) -> tuple[Button, ...]:
        return (press(scene.phrases("add.leave"), ADD, _LEAVE),)
