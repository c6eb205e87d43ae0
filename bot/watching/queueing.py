"""From a revision to the deliveries it means: who is told, what is edited, what is marked. Writes into the caller's
transaction, so that what was seen is queued or neither happened (design rule 1).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.matching.words import haystack, matches
from bot.model.alert import MsgType
from bot.model.delivery import Lane, Op, State
from bot.model.post import Post
from bot.reading.relaying import effective_expiry, lane_of, severity_of
from bot.store import deliveries, subscriptions
from bot.store.deliveries import Draft, SendRow
from bot.store.settling import withdraw_queued
from bot.store.subscriptions import Subscriber
from bot.watching.notices import notice

log = structlog.get_logger(__name__)

#: A copy in one of these states never came to the chat.
_NEVER_SHOWN = frozenset((State.FAILED, State.EXPIRED, State.SKIPPED))

#: (chats.id, message_thread_id): one place where a post is said once.
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Said:
    """A post as it lies in the database: its row, its current revision and the post itself."""

    post_id: int
    revision: int
    post: Post


@dataclass(frozen=True, slots=True)
class Predecessor:
    """A post that a newer one updates or cancels, with the version that was current then."""

    post_id: int
    revision: int
    post: Post


class Queueing:
    """Queues deliveries for the revisions of one account's page, in one transaction."""

    def __init__(self, conn: AsyncConnection, account_id: int, now: datetime) -> None:
        self._conn = conn
        self._account_id = account_id
        self._now = now
        self._subscribers: list[Subscriber] | None = None
        self.queued = 0

    async def say(self, said: Said) -> None:
        """A new post: to every subscriber whose words occur in it."""
        await self._send(said, await self._wanting(said.post), silent=False)

    async def update(self, said: Said, old: tuple[Predecessor, ...]) -> None:
        """An update: to whoever got what it updates, and to every subscriber whose words occur.

        It rings where the level rose or where the chat hears of the event for the first time.
        """
        copies = await self._copies(old)
        had = {(row.chat_id, row.thread_id) for row in copies}
        rose = severity_of(said.post).rank > max((severity_of(o.post).rank for o in old), default=0)
        everybody = await self._everybody()
        wanting = {_place(s): s for s in await self._wanting(said.post)}
        following = [s for s in everybody if _place(s) in had or _place(s) in wanting]
        await self._mark(copies, old, "message.superseded", said.post)
        await self._send(said, [s for s in following if _place(s) not in had], silent=False)
        await self._send(said, [s for s in following if _place(s) in had], silent=not rose)

    async def cancel(self, said: Said, old: tuple[Predecessor, ...]) -> None:
        """A cancel: only to chats that got the original. One still waiting there is not sent any more."""
        await withdraw_queued(self._conn, [o.post_id for o in old], self._now, "cancelled before it was sent")
        copies = await self._copies(old)
        had = {(row.chat_id, row.thread_id) for row in copies}
        await self._mark(copies, old, "message.cancelled", said.post)
        await self._send(said, [s for s in await self._everybody() if _place(s) in had], silent=False)

    async def edit(self, said: Said, *, worth_telling: bool, rings: bool) -> None:
        """An edit: every copy is edited; who gets it only now by its new words gets it as new."""
        copies = await self._copies([said])
        had = {(row.chat_id, row.thread_id) for row in copies}
        told = notice("message.changed", {}, reply=True) if worth_telling else ""
        lane = lane_of(said.post)
        await self._enqueue(
            Draft(
                chat_id=row.chat_id,
                thread_id=row.thread_id,
                post_id=said.post_id,
                revision=said.revision,
                op=Op.EDIT,
                lane=lane,
                silent=not rings,
                notice=told,
            )
            for row in copies
        )
        await self._send(said, [s for s in await self._wanting(said.post) if _place(s) not in had], silent=False)

    async def withdraw(self, said: Said) -> None:
        """The agency removed the post: every copy is marked and replied to; a waiting one is not sent any more."""
        await withdraw_queued(self._conn, [said.post_id], self._now, "withdrawn before it was sent")
        copies = await self._copies([said])
        await self._mark_with(copies, said.post_id, said.revision, "message.withdrawn", {}, reply=True)

    async def _send(self, said: Said, to: Iterable[Subscriber], *, silent: bool) -> None:
        alert = said.post.alert
        places = {_place(s): s for s in reversed(list(to))}  # the oldest subscription of a place speaks for it
        cancels = alert is not None and alert.msg_type is MsgType.CANCEL
        await self._enqueue(
            Draft(
                chat_id=chat_id,
                thread_id=thread_id,
                post_id=said.post_id,
                revision=said.revision,
                op=Op.SEND,
                lane=lane_of(said.post),
                silent=silent,
                subscription_id=subscriber.subscription_id,
                # a cancel stays worth saying however late; an alert ends with its own expiry
                expires_at=effective_expiry(alert) if alert is not None and not cancels else None,
            )
            for (chat_id, thread_id), subscriber in places.items()
        )

    async def _mark(self, copies: list[SendRow], old: Iterable[Predecessor], phrase: str, by: Post) -> None:
        revisions = {o.post_id: o.revision for o in old}
        for post_id, revision in revisions.items():
            of_this = [row for row in copies if row.post_id == post_id]
            await self._mark_with(of_this, post_id, revision, phrase, {"title": by.title}, reply=False)

    async def _mark_with(
        self, copies: list[SendRow], post_id: int, revision: int, phrase: str, values: dict[str, str], *, reply: bool
    ) -> None:
        told = notice(phrase, values, reply=reply)
        await self._enqueue(
            Draft(
                chat_id=row.chat_id,
                thread_id=row.thread_id,
                post_id=post_id,
                revision=revision,
                op=Op.MARK,
                lane=Lane(row.lane),
                silent=not reply,
                notice=told,
            )
            for row in copies
        )

    async def _copies(self, said: Iterable[Said | Predecessor]) -> list[SendRow]:
        """What chats were shown of these posts, or soon will be."""
        rows = await deliveries.sends_of(self._conn, [s.post_id for s in said])
        return [row for row in rows if row.state not in _NEVER_SHOWN]

    async def _everybody(self) -> list[Subscriber]:
        if self._subscribers is None:
            self._subscribers = await subscriptions.of_account(self._conn, self._account_id)
        return self._subscribers

    async def _wanting(self, post: Post) -> list[Subscriber]:
        everybody = await self._everybody()
        if not any(s.words for s in everybody):
            return everybody
        try:
            hay = haystack(post)
            return [s for s in everybody if matches(s.words, hay)]
        except Exception:  # design rule 7: when matching breaks, the alert goes out all the same
            log.exception("matching broke: the post goes to every subscriber", account=self._account_id, post=post.id)
            return everybody

    async def _enqueue(self, drafts: Iterable[Draft]) -> None:
        self.queued += await deliveries.enqueue(self._conn, list(drafts), self._now)


def _place(subscriber: Subscriber) -> Place:
    return subscriber.chat_id, subscriber.thread_id
