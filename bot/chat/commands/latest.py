"""/latest: the newest posts of what is followed here, once more, looking as they do when they arrive."""

import asyncio
import heapq
from collections.abc import Mapping
from datetime import UTC, datetime

import structlog

from bot.chat.desk import Command, Desk
from bot.chat.scene import Scene
from bot.chat.trials import facts_for
from bot.chat.wording import is_real
from bot.delivery.face import Rendered
from bot.delivery.rendering import Manner
from bot.matching.evaluating import passes
from bot.matching.parsing import read_back
from bot.model.account import Account
from bot.model.post import Post, Revision, RevisionKind
from bot.model.words import Words
from bot.store import posts, subscriptions
from bot.store.subscriptions import Listed

_log = structlog.get_logger(__name__)

DEFAULT, MOST = 3, 10
#: Posts looked through for a subscription with a filter.
_LOOKED_THROUGH = 50
_DAWN = datetime.min.replace(tzinfo=UTC)


class Latest:
    """The /latest command."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.commands: Mapping[str, Command] = {"latest": self.latest}

    async def latest(self, scene: Scene, rest: str) -> None:
        """``rest``: how many, 1 to 10."""
        asked = rest.strip() or str(DEFAULT)
        if not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:9]) <= MOST):
            await self._desk.tell(scene, "latest.how")
            return
        async with self._desk.db.read() as conn:
            listed = await subscriptions.of_chat(conn, scene.chat_id, scene.target.thread_id)
        if not listed:
            await self._desk.tell(scene, "list.empty")
            return
        newest = await self._newest(listed, int(asked))
        if not newest:
            await self._desk.tell(scene, "latest.nothing")
            return

        async def work() -> None:
            # all at once: an engine that hangs is waited for once
            revisions = [Revision(post, 1, RevisionKind.NEW) for post, _ in newest]
            told = [
                self._desk.ports.words(revision, account, scene.phrases)
                for revision, (_, account) in zip(revisions, newest, strict=True)
            ]
            for revision, (_, account), words in zip(revisions, newest, await asyncio.gather(*told), strict=True):
                await self._send(scene, revision, account, words)

        async def failed() -> None:
            await self._desk.tell(scene, "common.failed")

        if not self._desk.errand(scene, work, failed=failed, stopped=failed):
            await self._desk.tell(scene, "subscribe.busy")

    async def _newest(self, listed: list[Listed], count: int) -> list[tuple[Post, Account]]:
        """The ``count`` newest posts, oldest of them first, each once."""
        found: dict[tuple[str, str, str], tuple[Post, Account]] = {}
        async with self._desk.db.read() as conn:
            for entry in listed:
                seen = await posts.latest(conn, entry.account_id, _LOOKED_THROUGH if entry.filter else count)
                real = [post for post in seen if is_real(post)]
                for post in await asyncio.to_thread(_fitting, entry, real, count):
                    found[post.kind, post.account, post.id] = (post, entry.account)
        newest = heapq.nlargest(count, found.values(), key=lambda pair: pair[0].published or _DAWN)
        return newest[::-1]

    async def _send(self, scene: Scene, revision: Revision, account: Account, words: Words) -> None:
        manner = Manner(words, scene.original_first, maps=self._desk.ports.maps)
        rendered: Rendered = self._desk.ports.render(revision, account, scene.phrases, manner)
        for part in rendered.parts:
            # no sound: these are no news
            await self._desk.voice.send(scene.target, part, silent=True)


def _fitting(entry: Listed, newest: list[Post], count: int) -> list[Post]:
    """The first ``count`` that the filter lets through. In a thread: reading fifty posts takes a while."""
    if not entry.filter:
        return newest[:count]
    tree = read_back(entry.filter)
    found: list[Post] = []
    for post in newest:
        if len(found) < count and passes(tree, facts_for(post, entry.account.name)):
            found.append(post)
    return found
