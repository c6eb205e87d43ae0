"""What engines made of texts, what that cost, and which engines rest. Behind ``language.face.Ledger``."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.translation import Cost, EngineRest, Spent, Translation, TranslationKey
from bot.store.database import Database
from bot.store.inserting import insert_into
from bot.store.tables import engine_rests, translation_costs, translations

#: Rows deleted in one call, so that one transaction stays short.
AT_ONCE = 1000


async def find(conn: AsyncConnection, key: TranslationKey) -> list[Translation]:
    """Give every engine's translation of this text that is kept, oldest first."""
    kept = select(translations).where(
        translations.c.text_hash == key.text_hash,
        translations.c.target == key.target,
        translations.c.source == key.source,
        translations.c.version == key.version,
    )
    rows = await conn.execute(kept)
    found = [Translation(row.text, row.source, row.target, row.engine, row.model, row.made_at) for row in rows]
    return sorted(found, key=lambda one: one.made_at)


async def keep(conn: AsyncConnection, key: TranslationKey, made: Translation) -> Translation:
    """Keep a translation, unless another process kept one first; gives the one that is kept."""
    engine = {"engine": made.engine, "model": made.model}
    place = {"text_hash": key.text_hash, "target": key.target, "source": key.source, "version": key.version, **engine}
    statement = insert_into(conn, translations).values(**place, text=made.text, made_at=made.made_at)
    done = await conn.execute(statement.on_conflict_do_nothing())
    if done.rowcount:
        return made
    found = [one for one in await find(conn, key) if (one.engine, one.model) == (made.engine, made.model)]
    return found[0] if found else made


async def replace_kept(conn: AsyncConnection, key: TranslationKey, made: Translation) -> None:
    """Put a translation in the place of one that the gate does not let pass any more."""
    await conn.execute(
        delete(translations).where(
            translations.c.text_hash == key.text_hash,
            translations.c.target == key.target,
            translations.c.source == key.source,
            translations.c.engine == made.engine,
            translations.c.model == made.model,
            translations.c.version == key.version,
        )
    )
    await keep(conn, key, made)


async def spend(conn: AsyncConnection, day: str, engine: str, model: str, cost: Cost) -> None:
    """Add to what an engine cost on a UTC day."""
    amounts = {
        "requests": cost.requests,
        "characters": cost.characters,
        "tokens_in": cost.tokens_in,
        "tokens_out": cost.tokens_out,
    }
    statement = insert_into(conn, translation_costs).values(day=day, engine=engine, model=model, **amounts)
    added = {name: translation_costs.c[name] + amount for name, amount in amounts.items()}
    await conn.execute(statement.on_conflict_do_update(index_elements=["day", "engine", "model"], set_=added))


async def spent(conn: AsyncConnection, since_day: str) -> list[Spent]:
    """Give what was spent from a UTC day on, by day and engine."""
    costs = translation_costs
    rows = await conn.execute(
        select(costs).where(costs.c.day >= since_day).order_by(costs.c.day, costs.c.engine, costs.c.model)
    )
    return [
        Spent(row.day, row.engine, row.model, Cost(row.requests, row.characters, row.tokens_in, row.tokens_out))
        for row in rows
    ]


async def rest(conn: AsyncConnection, engine: EngineRest) -> None:
    """Leave an engine alone until then."""
    changed = {"until": engine.until, "why": engine.why}
    statement = insert_into(conn, engine_rests).values(engine=engine.engine, **changed)
    await conn.execute(statement.on_conflict_do_update(index_elements=["engine"], set_=changed))


async def resting(conn: AsyncConnection) -> list[EngineRest]:
    """Give every rest that was noted, also those that are over."""
    rows = await conn.execute(select(engine_rests).order_by(engine_rests.c.engine))
    return [EngineRest(row.engine, row.until, row.why) for row in rows]


async def trim(conn: AsyncConnection, before: datetime) -> int:
    """Delete about ``AT_ONCE`` of the translations made before then, and give how many."""
    made_at = translations.c.made_at
    oldest = select(made_at).where(made_at < before).order_by(made_at).offset(AT_ONCE - 1).limit(1)
    last = (await conn.execute(oldest)).scalar_one_or_none()
    # those of one moment go together, so that no row is left over for ever
    which = made_at < before if last is None else made_at <= last
    return (await conn.execute(delete(translations).where(which))).rowcount


class TranslationLedger:
    """The language room's ledger in the database."""

    def __init__(self, db: Database, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._clock = clock

    async def find(self, key: TranslationKey) -> Sequence[Translation]:
        """Give every engine's translation of this text that is kept."""
        async with self._db.read() as conn:
            return await find(conn, key)

    async def keep(self, key: TranslationKey, made: Translation, *, instead: bool = False) -> Translation:
        """Keep a translation; gives the one that is kept. ``instead`` puts it in the place of an older one."""
        async with self._db.begin() as conn:
            if instead:
                await replace_kept(conn, key, made)
                return made
            return await keep(conn, key, made)

    async def spend(self, engine: str, model: str, cost: Cost) -> None:
        """Add to what an engine cost today (UTC)."""
        async with self._db.begin() as conn:
            await spend(conn, self._clock().date().isoformat(), engine, model, cost)

    async def rest(self, engine: EngineRest) -> None:
        """Leave an engine alone until then."""
        async with self._db.begin() as conn:
            await rest(conn, engine)

    async def resting(self) -> Sequence[EngineRest]:
        """Give every rest that was noted, also those that are over."""
        async with self._db.read() as conn:
            return await resting(conn)
