"""How fresh each source is, and the word to its subscribers when one goes blind or sees again (design rule 3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import Lane, Op
from bot.sources.face import Pace
from bot.store import deliveries, subscriptions
from bot.store.accounts import Watch
from bot.store.deliveries import Draft
from bot.watching.notices import notice


@dataclass(frozen=True, slots=True)
class Freshness:
    """How long an account has not been seen."""

    #: Last good answer, or the start of watching when there was none yet.
    since: datetime | None
    blind: bool


def freshness(watch: Watch, pace: Pace, now: datetime) -> Freshness:
    """Blind means: no good answer for longer than the kind's promise, while polls fail."""
    since = watch.last_ok_at or watch.baseline_at
    failing = watch.failures > 0
    overdue = since is not None and now - since > timedelta(seconds=pace.promise)
    return Freshness(since, blind=failing and overdue)


async def tell_blind(conn: AsyncConnection, watch: Watch, since: datetime, now: datetime) -> int:
    """Queue "we cannot see X since …" for each of its subscribers, once for each place."""
    values = {"account": watch.account.name, "since": since.isoformat(), "why": watch.problem}
    return await _tell(conn, watch, "notice.blind", values, now)


async def tell_back(conn: AsyncConnection, watch: Watch, since: datetime, now: datetime) -> int:
    """Queue "X can be seen again" for each of its subscribers."""
    values = {"account": watch.account.name, "since": since.isoformat()}
    return await _tell(conn, watch, "notice.back", values, now)


async def tell_gone(conn: AsyncConnection, watch: Watch, now: datetime) -> int:
    """Queue "X says that it will not come back" for each of its subscribers."""
    return await _tell(conn, watch, "notice.gone", {"account": watch.account.name, "why": watch.problem}, now)


async def _tell(conn: AsyncConnection, watch: Watch, phrase: str, values: dict[str, str], now: datetime) -> int:
    subscribers = await subscriptions.of_account(conn, watch.account_id)
    places = {(s.chat_id, s.thread_id): s for s in subscribers}
    told = notice(phrase, values)
    drafts = [
        Draft(
            chat_id=chat_id,
            thread_id=thread_id,
            post_id=None,
            revision=0,
            op=Op.NOTICE,
            lane=Lane.ROUTINE,
            silent=False,
            notice=told,
            subscription_id=subscriber.subscription_id,
        )
        for (chat_id, thread_id), subscriber in places.items()
    ]
    return await deliveries.enqueue(conn, drafts, now)
