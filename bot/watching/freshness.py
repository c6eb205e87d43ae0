"""How fresh each source is, and the word to its subscribers when one goes blind or sees again (design rule 3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import Lane, Op
from bot.model.reason import Cause, Reason, reason_of
from bot.sources.face import Pace
from bot.store import fanout
from bot.store.accounts import Watch
from bot.store.fanout import Word
from bot.watching.notices import notice, spell


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
    return await _tell(conn, watch, "notice.blind", now, since=since, why=_why(watch, Cause.UNWATCHED))


async def tell_back(conn: AsyncConnection, watch: Watch, since: datetime, now: datetime) -> int:
    """Queue "X can be seen again" for each of its subscribers."""
    return await _tell(conn, watch, "notice.back", now, since=since)


async def tell_gone(conn: AsyncConnection, watch: Watch, now: datetime) -> int:
    """Queue "X says that it will not come back" for each of its subscribers."""
    return await _tell(conn, watch, "notice.gone", now, why=_why(watch, Cause.GONE))


def _why(watch: Watch, otherwise: Cause) -> Reason:
    failed = reason_of(watch.reason) if watch.failures else None
    return failed or Reason(otherwise)


async def _tell(
    conn: AsyncConnection,
    watch: Watch,
    phrase: str,
    now: datetime,
    *,
    since: datetime | None = None,
    why: Reason | None = None,
) -> int:
    moments = {"since": spell(since, watch.account.utc_offset)} if since else None
    told = notice(phrase, {"account": watch.account.name}, moments=moments, why=why)
    return await fanout.to_subscribers(conn, watch.account_id, Word(Op.NOTICE, Lane.ROUTINE, notice=told), now)
