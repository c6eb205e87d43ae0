"""Following an account and taking it back: the words that tell it, and the Undo and Put back buttons under them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat.buttons import Keyboard, number, press
from bot.chat.commands.doubting import doubts_of
from bot.chat.commands.filtering import shown
from bot.chat.desk import Desk, Press
from bot.chat.scene import Scene
from bot.chat.times import told
from bot.chat.trials import Trial, add_trial, tried_on
from bot.chat.wording import SENTENCE_LIMIT, Mark, Say, beginning, excerpt, is_real, linked, named, together
from bot.delivery import reasons
from bot.delivery.composing import translators
from bot.delivery.face import Styled
from bot.delivery.vouching import vouched
from bot.matching.parsing import read_back
from bot.model.account import Account
from bot.model.post import Revision, RevisionKind
from bot.model.subscription import MOST_SUBSCRIPTIONS, ChatForgottenError, Followed, TooManySubscriptionsError, Wish
from bot.model.words import NOTHING, Words
from bot.store import accounts, choices, coverages, subscriptions
from bot.store.subscriptions import Listed, Removed

UNDO, PUT_BACK = "un", "pb"


async def put_back_button(conn: AsyncConnection, desk: Desk, scene: Scene, removed: Removed) -> Keyboard:
    """A button that brings back what was removed, written in the same transaction as the removal."""
    token = await choices.put(conn, scene.target.chat_id, removed.as_payload(), desk.clock())
    return ((press(scene.phrases("button.put_back"), PUT_BACK, token),),)


async def taken_back(desk: Desk, scene: Scene, subscription_id: int) -> tuple[Listed, Keyboard] | None:
    """Remove a subscription of this chat; what it was and a Put back button, None when it was not there."""
    async with desk.db.begin() as conn:
        listed = await subscriptions.get(conn, subscription_id, scene.chat_id)
        removed = await subscriptions.remove(conn, subscription_id, scene.chat_id)
        if listed is None or removed is None:
            return None
        left = await subscriptions.of_chat(conn, scene.chat_id, removed.thread_id)
        if all(other.account_id != removed.account_id for other in left):
            # followed again some day, its reports are messages of their own until somebody asks otherwise
            await coverages.choose(conn, scene.chat_id, removed.thread_id, removed.account_id, live=False)
        keyboard = await put_back_button(conn, desk, scene, removed)
    desk.ports.lookout.nudge()
    return listed, keyboard


def _too_many(scene: Scene) -> Styled:
    return Say(scene.phrases).phrase("subscribe.too_many", most=MOST_SUBSCRIPTIONS).styled()


class Following:
    """Carries out wishes, tells what came of them, and takes them back."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.presses: Mapping[str, Press] = {UNDO: self.undo, PUT_BACK: self.put_back}

    async def follow(self, scene: Scene, wish: Wish, message_id: int, closing: str = "") -> None:
        """Subscribe, and say so in the message that said "Looking for …", with a last phrase (``closing``) below."""
        try:
            followed = await self._desk.ports.lookout.follow(wish)
        except TooManySubscriptionsError:
            await self._desk.voice.change(scene.target, message_id, _too_many(scene))
            return
        except ChatForgottenError:
            await self._desk.voice.change(scene.target, message_id, Styled(scene.phrases("forget.done")))
            return
        words = NOTHING
        if followed.latest is not None:
            revision = Revision(followed.latest, 1, RevisionKind.NEW)
            words = await self._desk.ports.words(revision, followed.account, scene.phrases)
        said = self._told(scene, wish, followed, words, await self._tried(wish))
        if followed.created and await self._stands(scene, followed.account) > 1:
            said.newline().line("subscribe.besides", name=named(followed.account))
        styled = said.styled()
        if closing and followed.created:
            styled = together([styled, Say(scene.phrases).phrase(closing).styled()])
        undo = press(scene.phrases("button.undo"), UNDO, followed.subscription_id)
        await self._desk.voice.change(scene.target, message_id, styled, ((undo,),) if followed.created else ())

    async def undo(self, scene: Scene, arguments: list[str]) -> None:
        """The Undo button."""
        desk, subscription_id = self._desk, number(arguments, 0)
        if not await desk.allowed(scene):
            return
        gone = await taken_back(desk, scene, subscription_id) if subscription_id is not None else None
        if gone is None:
            await self._done_already(scene)
            return
        listed, keyboard = gone
        left = await self._stands(scene, listed.account)
        said = Say(scene.phrases).phrase(
            "subscribe.undone_besides" if left else "subscribe.undone", name=named(listed.account)
        )
        await desk.show(scene, said.styled(), keyboard)
        await self._quiet(scene)

    async def put_back(self, scene: Scene, arguments: list[str]) -> None:
        """The Put back button."""
        desk = self._desk
        if not await desk.allowed(scene):
            return
        try:
            async with desk.db.begin() as conn:
                listed = await self._restored(conn, scene, arguments[0] if arguments else "")
        except IntegrityError:
            listed = None  # its chat or account is gone: nothing to bring back
        except TooManySubscriptionsError:
            await desk.show(scene, _too_many(scene))
            await self._quiet(scene)
            return
        if listed is None:
            await desk.too_old(scene)
            return
        desk.ports.lookout.nudge()
        said = Say(scene.phrases).phrase("subscribe.put_back", name=named(listed.account)).styled()
        undo = press(scene.phrases("button.undo"), UNDO, listed.subscription_id)
        await desk.show(scene, said, ((undo,),))
        await self._quiet(scene)

    async def _restored(self, conn: AsyncConnection, scene: Scene, token: str) -> Listed | None:
        payload: dict[str, Any] | None = await choices.take(conn, token, scene.target.chat_id, self._desk.clock())
        if payload is None:
            return None
        # our id of the chat may have changed since, when two chats became one
        removed = Removed.from_payload({**payload, "chat_id": scene.chat_id})
        subscription_id, created = await subscriptions.restore(conn, removed)
        if created and await subscriptions.count_of_chat(conn, scene.chat_id) > MOST_SUBSCRIPTIONS:
            raise TooManySubscriptionsError
        return await subscriptions.get(conn, subscription_id, scene.chat_id)

    async def _stands(self, scene: Scene, account: Account) -> int:
        """How many subscriptions of this account the chat and topic has: with other filters it may have several."""
        async with self._desk.db.read() as conn:
            listed = await subscriptions.of_chat(conn, scene.chat_id, scene.target.thread_id)
        return sum((each.account.kind, each.account.key) == (account.kind, account.key) for each in listed)

    async def _done_already(self, scene: Scene) -> None:
        if scene.query is not None:
            await self._desk.voice.note(scene.query, scene.phrases("common.already_done"))

    async def _quiet(self, scene: Scene) -> None:
        if scene.query is not None:
            await self._desk.voice.note(scene.query)

    async def _tried(self, wish: Wish) -> Trial | None:
        """What the filter would have done with the posts that are known; None where there is no filter."""
        if not wish.filter:
            return None
        async with self._desk.db.read() as conn:
            stored = await accounts.by_key(conn, wish.account.kind, wish.account.key)
        if stored is None:
            return None
        return await tried_on(self._desk.db, read_back(wish.filter), {stored.id: wish.account})

    def _told(self, scene: Scene, wish: Wish, followed: Followed, words: Words, trial: Trial | None) -> Say:
        """What came of a wish: whom it is, who vouches for it, what it wrote last."""
        account = followed.account
        say = Say(scene.phrases)
        say.phrase("subscribe.done" if followed.created else "subscribe.already", name=named(account))
        if wish.asked:
            say.line("subscribe.filter", filter=shown(wish.asked))
        if wish.thread_id:
            say.line("common.topic_here")
        if by := vouched(account, scene.phrases, SENTENCE_LIMIT):
            say.line("subscribe.vouched", verified=by)
        else:
            say.line("subscribe.not_vouched")
        doubts_of(self._desk.ports.catalogue, account, say)
        if followed.problem:
            say.newline().line("subscribe.problem", why=reasons.told(followed.problem, scene.phrases))
        if trial is not None and trial.total:
            add_trial(say.newline(), trial)
        else:
            self._add_latest(say, scene, followed, words)
        return say

    def _add_latest(self, say: Say, scene: Scene, followed: Followed, words: Words) -> None:
        post = followed.latest
        # a drill quoted here without its mark could be taken for the real thing
        if post is None or not is_real(post):
            if not followed.problem:
                say.newline().line("subscribe.nothing_yet")
            return
        offset = post.utc_offset if post.utc_offset is not None else followed.account.utc_offset
        when = told(post.published, offset, self._desk.clock(), scene.phrases) if post.published else "?"
        say.newline().line("subscribe.latest", when=when)
        if words.headline:
            say.newline().add(f"{words.sign} ").add(Mark(words.headline, "bold"))
        original = Mark(excerpt(post), "blockquote")
        if words.translation:
            made = Mark(beginning("\n".join(piece.text for piece in words.translation)), "blockquote")
            first, second = (original, made) if scene.original_first else (made, original)
            say.newline().add(first).newline().add(second)
            say.newline().add(Mark(translators(words, scene.phrases), "italic"))
        else:
            say.newline().add(original)
        say.newline().add(linked(scene.phrases("subscribe.original"), post.url))
