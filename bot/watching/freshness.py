"""How fresh each source is, and the word to its subscribers when one goes blind or sees again (design rule 3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import Lane, Op
from bot.model.reason import Cause, Reason, reason_of
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


def freshness(watch: Watch, pace: Pace, now: datetime, watching_since: datetime | None = None) -> Freshness:
    """Blind means: no good answer for longer than the kind's promise, while polls fail, or while none is made though
    this process has been watching (``watching_since``) for as long.
    """
    since = watch.last_ok_at or watch.baseline_at
    promise = timedelta(seconds=pace.promise)
    overdue = since is not None and now - since > promise
    looked = max(filter(None, (watch.last_poll_at, watching_since)), default=now)
    unwatched = watching_since is not None and now - looked > promise
    return Freshness(since, blind=overdue and (watch.failures > 0 or unwatched))


async def tell_blind(conn: AsyncConnection, watch: Watch, since: datetime, now: datetime) -> int:
    """Queue "we cannot see X since …" for each of its subscribers, once for each place."""
    values = {"account": watch.account.name, "since": since.isoformat()}
    return await _tell(conn, watch, "notice.blind", values, now, why=_why(watch, Cause.UNWATCHED))


async def tell_back(conn: AsyncConnection, watch: Watch, since: datetime, now: datetime) -> int:
    """Queue "X can be seen again" for each of its subscribers."""
    values = {"account": watch.account.name, "since": since.isoformat()}
    return await _tell(conn, watch, "notice.back", values, now)


async def tell_gone(conn: AsyncConnection, watch: Watch, now: datetime) -> int:
    """Queue "X says that it will not come back" for each of its subscribers."""
    values = {"account": watch.account.name}
    return await _tell(conn, watch, "notice.gone", values, now, why=_why(watch, Cause.GONE))


def _why(watch: Watch, otherwise: Cause) -> Reason:
    failed = reason_of(watch.reason) if watch.failures else None
    return failed or Reason(otherwise)


async def _tell(
    conn: AsyncConnection,
    watch: Watch,
    phrase: str,
    values: dict[str, str],
    now: datetime,
    *,
    why: Reason | None = None,
) -> int:
    subscribers = await subscriptions.of_account(conn, watch.account_id)
    places = {(s.chat_id, s.thread_id): s for s in subscribers}
    told = notice(phrase, values, why=why)
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
