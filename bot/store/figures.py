"""How fast news went out, and what went wrong on the way: counted by the database, so that only a few rows come back.

Percentiles are read from a histogram that keeps three digits of each time in milliseconds: each percentile is within
0.5 % of the exact one (nearest rank), and exact to the millisecond below a second.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    String,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from bot.model.delivery import Lane, Op, State
from bot.store.deliveries import WAITING
from bot.store.tables import accounts, deliveries, posts

#: Values in one IN (…), far below what either database takes.
_CHUNK = 500
#: Below it the histogram keeps every millisecond; above, three digits. Up to so many more digits (31 years).
_EXACT, _DIGITS = 1000, 9


class Stretch(StrEnum):
    """A part of the way from the agency's pen to the chat."""

    #: From the publication (as the platform says; left out where it does not) to our first sight of it.
    TO_SEEN = "published_to_seen"
    #: From there to the outbox.
    TO_QUEUED = "seen_to_queued"
    #: From there to Telegram's confirmation of the first message.
    TO_SENT = "queued_to_sent"
    #: From the publication to that confirmation.
    WHOLE = "published_to_sent"


class By(StrEnum):
    """What a group of deliveries has in common."""

    ALL = "all"
    #: The kind of source.
    SOURCE = "source"
    LANE = "lane"
    #: One account; ``Group.name`` is its id.
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Spread:
    """How a stretch was spread over so many deliveries; seconds."""

    count: int
    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Group:
    """Deliveries of new posts that have something in common, and their stretches (those that any of them has)."""

    by: By
    #: "", the kind of source, the lane's name, or the account's id.
    name: str
    stretches: Mapping[Stretch, Spread]


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened between two moments."""

    since: datetime
    until: datetime
    groups: Sequence[Group] = ()
    #: Deliveries of every kind that were settled in this time, by how they ended.
    settled: Mapping[State, int] = field(default_factory=dict)
    #: Deliveries that wait now, by state.
    waiting: Mapping[State, int] = field(default_factory=dict)
    #: Of those that were settled in this time or wait now: requests made again, requests whose answer was lost, messages
    #: sent again though the first may have arrived, refusals that no table knows.
    retries: int = 0
    lost_answers: int = 0
    repeats: int = 0
    unknown_errors: int = 0

    @property
    def nothing(self) -> bool:
        """True when nothing was settled in this time."""
        return not any(self.settled.values())


class milliseconds(GenericFunction[int]):  # noqa: N801 - the name of a function of SQL
    """Whole milliseconds from one moment to another."""

    type = BigInteger()
    inherit_cache = True


@compiles(milliseconds, "sqlite")
def _on_sqlite(element: Any, compiler: SQLCompiler, **more: Any) -> str:
    begin, end = (compiler.process(clause, **more) for clause in element.clauses)
    return f"CAST(round((julianday({end}) - julianday({begin})) * 86400000.0) AS INTEGER)"


@compiles(milliseconds, "postgresql")
def _on_postgresql(element: Any, compiler: SQLCompiler, **more: Any) -> str:
    begin, end = (compiler.process(clause, **more) for clause in element.clauses)
    return f"CAST(extract(epoch FROM {end} - {begin}) * 1000 AS BIGINT)"


async def figures(conn: AsyncConnection, since: datetime, until: datetime, *, by_account: bool = False) -> Figures:
    """Everything about the deliveries that were settled from ``since`` to ``until``."""
    settled, counted = await _outcomes(conn, deliveries.c.settled_at >= since, deliveries.c.settled_at <= until)
    waiting, meanwhile = await _outcomes(conn, deliveries.c.state.in_([state.value for state in WAITING]))
    groups = _groups(await conn.execute(spreads_query(since, until, by_account=by_account)))
    sums = [one + other for one, other in zip(counted, meanwhile, strict=True)]
    return Figures(since, until, groups, settled, waiting, *sums)


async def account_names(conn: AsyncConnection, groups: Sequence[Group]) -> dict[str, str]:
    """What the accounts of these groups are called, by ``Group.name``."""
    ids = [int(group.name) for group in groups if group.by is By.ACCOUNT]
    names: dict[str, str] = {}
    for start in range(0, len(ids), _CHUNK):
        some = accounts.c.id.in_(ids[start : start + _CHUNK])
        found = await conn.execute(
            select(accounts.c.id, accounts.c.kind, accounts.c.name, accounts.c.key).where(some)
        )
        names |= {str(number): f"{kind} {name or key}" for number, kind, name, key in found}
    return names


async def _outcomes(conn: AsyncConnection, *where: ColumnElement[bool]) -> tuple[dict[State, int], tuple[int, ...]]:
    """How many deliveries stand where, and what they cost."""
    d = deliveries.c
    costs = [func.sum(column) for column in (d.retries, d.lost_answers, d.repeats, d.unknown_errors)]
    # an expression, lest the index by state is read whole to group by it
    state = d.state.concat("").label("state")
    found = (await conn.execute(select(state, func.count(), *costs).where(*where).group_by(state))).all()
    return (
        {State(row[0]): row[1] for row in found},
        tuple(sum(int(row[place]) for row in found) for place in range(2, 6)),
    )


def spreads_query(since: datetime, until: datetime, *, by_account: bool = False) -> Select[Any]:
    """The statement behind the percentiles: one row for each group and stretch."""
    counted = _histogram(_timed(since, until), by_account=by_account)
    whole = counted.c.n
    wishes = [(By.ALL, literal("")), (By.SOURCE, counted.c.kind), (By.LANE, _text(counted.c.lane))]
    if by_account:
        wishes.append((By.ACCOUNT, _text(counted.c.account_id)))
    grouped = union_all(
        *(
            select(
                literal(by.value).label("grouped_by"),
                name.label("name"),
                counted.c.stretch,
                counted.c.bucket,
                func.sum(whole).label("n"),
            ).group_by(*([] if by is By.ALL else [name]), counted.c.stretch, counted.c.bucket)
            for by, name in wishes
        )
    ).cte("grouped")
    same = [grouped.c.grouped_by, grouped.c.name, grouped.c.stretch]
    running = select(
        *same,
        grouped.c.bucket,
        func.sum(grouped.c.n).over(partition_by=same, order_by=grouped.c.bucket).label("upto"),
        func.sum(grouped.c.n).over(partition_by=same).label("total"),
    ).cte("running")
    keys = [running.c.grouped_by, running.c.name, running.c.stretch]
    reached = [
        func.min(case((running.c.upto * 100 >= running.c.total * share, running.c.bucket))) for share in (50, 95, 99)
    ]
    return select(*keys, func.max(running.c.total), *reached).group_by(*keys)


def _timed(since: datetime, until: datetime) -> CTE:
    """Each delivery that brought a new post, with its stretches in milliseconds."""
    d, p = deliveries.c, posts.c
    # where the platform gives no time of publication, that of the first sight stands in its place
    said = p.published_at < p.first_seen_at
    return (
        select(
            accounts.c.kind,
            d.lane,
            p.account_id,
            case((said, milliseconds(p.published_at, p.first_seen_at)), else_=null()).label(Stretch.TO_SEEN.value),
            milliseconds(p.first_seen_at, d.queued_at).label(Stretch.TO_QUEUED.value),
            milliseconds(d.queued_at, d.arrived_at).label(Stretch.TO_SENT.value),
            case((said, milliseconds(p.published_at, d.arrived_at)), else_=null()).label(Stretch.WHOLE.value),
        )
        .select_from(deliveries.join(posts, p.id == d.post_id).join(accounts, accounts.c.id == p.account_id))
        .where(
            d.settled_at >= since,
            d.settled_at <= until,
            # an expression, lest SQLite takes the index by state, which leads through three months of them
            d.state.concat("") == State.SENT.value,
            d.op == Op.SEND.value,
            d.arrived_at.is_not(None),
        )
        .cte("timed")
    )


def _histogram(timed: CTE, *, by_account: bool) -> CTE:
    keys = [timed.c.kind, timed.c.lane, *([timed.c.account_id] if by_account else [])]
    return union_all(
        *(
            select(
                *keys,
                literal(stretch.value).label("stretch"),
                _step(timed.c[stretch.value]).label("bucket"),
                func.count().label("n"),
            )
            .where(timed.c[stretch.value].is_not(None))
            .group_by(*keys, literal_column("bucket"))
            for stretch in Stretch
        )
    ).cte("histogram")


def _step(value: ColumnElement[int]) -> ColumnElement[int]:
    """The middle of the step that a value falls into; the value itself where every one is kept."""
    # clocks of two machines may disagree a little: nothing arrives before it was written
    steps = [(value < 0, literal_column("0")), (value < _EXACT, value)]
    for digit in range(1, _DIGITS + 1):
        width = 10**digit
        steps.append((value < _EXACT * width, value.op("/")(width) * width + width // 2))
    return case(*steps, else_=literal(_EXACT * 10**_DIGITS, BigInteger))


def _text(column: ColumnElement[int]) -> ColumnElement[str]:
    return cast(column, String)


def _groups(rows: Any) -> list[Group]:
    found: dict[tuple[By, str], dict[Stretch, Spread]] = {}
    for by, name, stretch, total, *reached in rows:
        group = found.setdefault((By(by), Lane(int(name)).name.lower() if by == By.LANE else name), {})
        group[Stretch(stretch)] = Spread(int(total), *(int(value) / 1000 for value in reached))
    groups = [Group(by, name, stretches) for (by, name), stretches in found.items()]
    return sorted(groups, key=_place)


def _place(group: Group) -> tuple[int, int, str]:
    """All first; then by kind, lane (the most urgent first) and account, those with most posts first."""
    most = max(spread.count for spread in group.stretches.values())
    within = Lane[group.name.upper()] if group.by is By.LANE else -most
    return list(By).index(group.by), int(within), group.name
