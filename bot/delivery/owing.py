"""After a start: words that the last run was asked for and did not live to say are asked for again, all of them."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.interpreting import Interpreter
from bot.locales import phrases
from bot.store import accounts, posts, renditions
from bot.store.database import Database
from bot.store.lease import DATABASE_FAULTS
from bot.store.renditions import Owed, Place

log = structlog.get_logger(__name__)

#: What was asked for longer ago than this and never said is given up.
OWED_FOR = timedelta(days=1)
#: What was given up is counted as far back as this.
_COUNTED_FOR = timedelta(days=7)
#: A database that did not answer is asked again after this, seconds.
_PAUSE = 5.0


async def ask_for_what_is_owed(db: Database, interpreter: Interpreter, clock: Callable[[], datetime]) -> None:
    """Page by page, oldest first, each when the one before it is done: what comes meanwhile is not kept waiting behind
    thousands of posts. What cannot be asked for is counted in the log.
    """
    since = clock() - OWED_FOR
    after: Owed | None = None
    lost = 0
    while True:
        try:
            async with db.read() as conn:
                if after is None and (given_up := await renditions.given_up(conn, since - _COUNTED_FOR, since)):
                    log.warning("translations that were promised more than a day ago never come", count=given_up)
                page = await renditions.owing(conn, since, after)
                works = [await _ask(conn, interpreter, owed.place) for owed in page]
        except DATABASE_FAULTS as error:
            log.warning("what is owed could not be read; tried again", why=str(error)[:200])
            await asyncio.sleep(_PAUSE)
            continue
        lost += works.count(None)
        if not page:
            break
        after = page[-1]
        await _done(works)
    if lost:
        log.warning("translations that were promised never come: their posts or accounts are gone", count=lost)


async def _ask(conn: AsyncConnection, interpreter: Interpreter, place: Place) -> "asyncio.Task[None] | None":
    post_id, number, language = place
    try:
        revision = await posts.revision(conn, post_id, number)
    except LookupError:
        return None
    account_id = await posts.account_of(conn, post_id)
    stored = await accounts.get(conn, account_id) if account_id is not None else None
    return interpreter.ask(place, revision, stored.account, phrases(language)).task if stored is not None else None


async def _done(works: Sequence["asyncio.Task[None] | None"]) -> None:
    at_work = [work for work in works if work is not None]
    if at_work:
        await asyncio.wait(at_work)  # each has a limit of its own (``interpreting.LONGEST``)
