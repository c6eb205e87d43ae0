"""Posts as they were seen: what is known of an account's page, every version of a post, and what points at what."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import CompoundSelect, Select, bindparam, case, delete, insert, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.alert import MsgType
from bot.model.post import Post, Revision, RevisionKind
from bot.store.codec import post_from_json, post_to_json
from bot.store.fingerprint import title_key
from bot.store.inserting import insert_into
from bot.store.storable import index_key
from bot.store.tables import post_aliases, posts, revisions, supersessions

ValueT = TypeVar("ValueT")

#: Values in one IN (…): SQLite before 3.32 takes at most 999 variables in a statement.
CHUNK = 500

#: Versions kept of one post besides the first: a page that changes at every poll must not fill the disk.
VERSIONS_KEPT = 50

#: ``why_not`` of a post of the first look: not relayed, yet worth showing to who asks for the latest.
FIRST_LOOK = "first look"


@dataclass(frozen=True, slots=True)
class KnownPost:
    """What is remembered of a post without its words.

    ``ext_id`` and ``url`` are as stored (``storable.index_key``: over-long ones shortened). ``published_at`` is when
    it was first seen where the platform does not say, and never after that. ``root_id`` None: it is its own root.
    """

    post_id: int
    ext_id: str
    fingerprint: str
    revision: int
    #: "current", "withdrawn", "superseded" or "cancelled".
    state: str
    why_not: str
    root_id: int | None
    published_at: datetime
    url: str
    title_key: str


@dataclass(frozen=True, slots=True)
class Pointer:
    """An update or cancel that points at a name."""

    post_id: int
    cancels: bool


async def known(conn: AsyncConnection, account_id: int, ext_ids: Iterable[str]) -> dict[str, KnownPost]:
    """Give what is known of these ids of one account, by the ids as given; unknown ones are left out."""
    stored = {ext_id: index_key(ext_id) for ext_id in ext_ids}
    found: dict[str, KnownPost] = {}
    for chunk in _chunks(sorted(set(stored.values()))):
        for row in await conn.execute(_KNOWN_BY_ID, {"account": account_id, "names": chunk}):
            found[row.ext_id] = _known_post(row)
    return {ext_id: found[key] for ext_id, key in stored.items() if key in found}


async def known_by_link_or_title(
    conn: AsyncConnection, account_id: int, urls: Iterable[str], title_keys: Iterable[str]
) -> list[KnownPost]:
    """Give the posts of one account that have one of these links or title keys ("" matches nothing), newest first."""
    found: dict[int, KnownPost] = {}
    wishes = ((_KNOWN_BY_URL, {index_key(url) for url in urls}), (_KNOWN_BY_TITLE, set(title_keys)))
    for statement, values in wishes:
        for chunk in _chunks(sorted(values - {""})):
            for row in await conn.execute(statement, {"account": account_id, "names": chunk}):
                found[row.id] = _known_post(row)
    return sorted(found.values(), key=lambda post: (post.published_at, post.post_id), reverse=True)


async def rename_ext_id(conn: AsyncConnection, post_id: int, new_ext_id: str) -> None:
    """Write down that the site now calls this post so; the old name becomes an alias.

    Raises IntegrityError when another post of the account bears the name.
    """
    was = (await conn.execute(select(posts.c.account_id, posts.c.ext_id).where(posts.c.id == post_id))).one()
    await conn.execute(update(posts).where(posts.c.id == post_id).values(ext_id=new_ext_id))
    await _add_aliases(conn, was.account_id, post_id, [was.ext_id])


async def newest(conn: AsyncConnection, account_id: int, limit: int) -> list[KnownPost]:
    """Give the newest posts of one account that stand as they are (state "current"), newest first."""
    wanted = _newest(select(*_KNOWN), account_id).where(posts.c.state == "current").limit(limit)
    return [_known_post(row) for row in await conn.execute(wanted)]


async def latest(conn: AsyncConnection, account_id: int, limit: int) -> list[Post]:
    """Give the newest posts of one account with their words, newest first: withdrawn ones are left out, and what was
    kept back for any reason but the first look (a test, an exercise, an expired alert).
    """
    rows = (
        select(revisions.c.content)
        .join_from(posts, revisions, (revisions.c.post_id == posts.c.id) & (revisions.c.number == posts.c.revision))
        .where(posts.c.state != "withdrawn", posts.c.why_not.in_(["", FIRST_LOOK]))
    )
    return [post_from_json(row[0]) for row in await conn.execute(_newest(rows, account_id).limit(limit))]


async def add(
    conn: AsyncConnection,
    account_id: int,
    post: Post,
    fingerprint: str,
    now: datetime,
    *,
    why_not: str,
    root_id: int | None,
    last_look: datetime | None = None,
) -> int:
    """Store a post seen for the first time, as revision 1, with its aliases and what it points at; give its id.

    ``last_look`` is the last good look at its account before: the post was not there then, so it is no older news.
    Raises IntegrityError when the account has a post of that id.
    """
    values = {
        "account_id": account_id,
        "ext_id": post.id,
        "revision": 1,
        "why_not": why_not,
        "first_seen_at": now,
        "published_at": _published(post, now),
        "news_at": max(_published(post, now), last_look or _published(post, now)),
        "root_id": root_id,
        **_read_from(post, fingerprint),
    }
    post_id = int((await conn.execute(_ADD, values)).scalar_one())
    await _add_revision(conn, post_id, 1, RevisionKind.NEW, post, fingerprint, now)
    await _add_names(conn, account_id, post_id, post, now)
    return post_id


async def revise(
    conn: AsyncConnection, post_id: int, post: Post, fingerprint: str, kind: RevisionKind, now: datetime
) -> int:
    """Store another version of a post and give its number. WITHDRAWN makes its state "withdrawn", EDITED makes a
    withdrawn post "current" again; any other state stays. Raises LookupError when there is no such post.
    """
    state = case((posts.c.state == "withdrawn", "current"), else_=posts.c.state)
    changed = {
        **_read_from(post, fingerprint),
        "revision": posts.c.revision + 1,
        "state": "withdrawn" if kind is RevisionKind.WITHDRAWN else state,
    }
    if post.published is not None:
        changed["published_at"] = _published(post, now)
    statement = update(posts).where(posts.c.id == post_id).values(changed)
    row = (await conn.execute(statement.returning(posts.c.account_id, posts.c.revision))).first()
    if row is None:
        msg = f"there is no post {post_id}"
        raise LookupError(msg)
    number = int(row.revision)
    await _add_revision(conn, post_id, number, kind, post, fingerprint, now)
    await _add_names(conn, row.account_id, post_id, post, now)
    if number > VERSIONS_KEPT + 1:
        middle = revisions.c.number.between(2, number - VERSIONS_KEPT)
        await conn.execute(delete(revisions).where(revisions.c.post_id == post_id, middle))
    return number


async def recount(conn: AsyncConnection, post_id: int, number: int, post: Post) -> None:
    """Store this version's content anew: its counts are others now, and nothing else is."""
    this = (revisions.c.post_id == post_id, revisions.c.number == number)
    await conn.execute(update(revisions).where(*this).values(content=post_to_json(post)))


async def set_state(conn: AsyncConnection, post_id: int, state: str) -> None:
    """Set "current", "withdrawn", "superseded" or "cancelled"."""
    await conn.execute(update(posts).where(posts.c.id == post_id).values(state=state))


async def resolve(conn: AsyncConnection, account_id: int, names: Iterable[str]) -> list[KnownPost]:
    """Give the posts of one account that bear one of these ids or aliases, oldest id first."""
    found: dict[int, KnownPost] = {}
    for chunk in _chunks(sorted({index_key(name) for name in names})):
        for row in await conn.execute(_RESOLVE, {"account": account_id, "names": chunk}):
            found[row.id] = _known_post(row)
    return [found[post_id] for post_id in sorted(found)]


async def pointing_at(conn: AsyncConnection, account_id: int, names: Iterable[str]) -> list[Pointer]:
    """Give the stored updates and cancels of one account that point at one of these names (a post's id and aliases),
    whether or not the post they mean is known.
    """
    found: dict[int, Pointer] = {}
    for chunk in _chunks(sorted({index_key(name) for name in names})):
        for row in await conn.execute(_POINTING, {"account": account_id, "names": chunk}):
            found[row.post_id] = Pointer(row.post_id, row.cancels)
    return [found[post_id] for post_id in sorted(found)]


async def by_link(
    conn: AsyncConnection, account_ids: Sequence[int], urls: Sequence[str], ext_ids: Sequence[str]
) -> tuple[int, KnownPost] | None:
    """Give the newest post of these accounts with one of these links or ids, and its account's id."""
    given = {"urls": [index_key(url) for url in urls], "ids": [index_key(ext_id) for ext_id in ext_ids]}
    found: dict[int, tuple[int, KnownPost]] = {}
    for some in _chunks(account_ids):
        for column, name in ((posts.c.url, "urls"), (posts.c.ext_id, "ids")):
            which = select(posts.c.account_id, *_KNOWN).where(posts.c.account_id.in_(some), column.in_(given[name]))
            for account_id, *row in await conn.execute(which):
                found[row[0]] = (account_id, _known_post(row))
    return found[max(found)] if found else None


async def account_of(conn: AsyncConnection, post_id: int) -> int | None:
    """Give the id of the account that wrote a post."""
    row = (await conn.execute(select(posts.c.account_id).where(posts.c.id == post_id))).first()
    return None if row is None else int(row[0])


async def by_event(conn: AsyncConnection, account_id: int, event_id: str) -> KnownPost | None:
    """Give the first post of an event; None for an unknown one and for ""."""
    if not event_id:
        return None
    found = select(*_KNOWN).where(posts.c.account_id == account_id, posts.c.event_id == event_id)
    row: Any = (await conn.execute(found.order_by(posts.c.id).limit(1))).first()
    return None if row is None else _known_post(row)


async def newest_marked(
    conn: AsyncConnection, account_id: int, event_ids: Sequence[str]
) -> tuple[KnownPost, str] | None:
    """Give the newest post that belongs to one of these events of an account, and to which."""
    found = select(*_KNOWN, posts.c.event_id).where(posts.c.account_id == account_id, posts.c.event_id.in_(event_ids))
    row: Any = (await conn.execute(found.order_by(posts.c.id.desc()).limit(1))).first()
    return None if row is None else (_known_post(row[:-1]), row.event_id)


async def get(conn: AsyncConnection, post_id: int) -> KnownPost | None:
    """Give what is known of one post."""
    row: Any = (await conn.execute(select(*_KNOWN).where(posts.c.id == post_id))).first()
    return None if row is None else _known_post(row)


async def revision(conn: AsyncConnection, post_id: int, number: int) -> Revision:
    """Give one version of a post; when that one is no longer kept, the oldest kept after it.

    Raises LookupError when there is none.
    """
    row = (await conn.execute(_REVISION, {"post": post_id, "number": number})).first()
    if row is None:
        msg = f"there is no revision {number} of post {post_id}"
        raise LookupError(msg)
    return Revision(post_from_json(row.content), row.number, RevisionKind(row.kind))


_KNOWN = (
    posts.c.id,
    posts.c.ext_id,
    posts.c.fingerprint,
    posts.c.revision,
    posts.c.state,
    posts.c.why_not,
    posts.c.root_id,
    posts.c.published_at,
    posts.c.url,
    posts.c.title_key,
)


def _known_by(column: Any) -> Select[Any]:
    names = bindparam("names", expanding=True, type_=column.type)
    return select(*_KNOWN).where(posts.c.account_id == bindparam("account"), column.in_(names))


_KNOWN_BY_ID = _known_by(posts.c.ext_id)
_KNOWN_BY_URL = _known_by(posts.c.url)
_KNOWN_BY_TITLE = _known_by(posts.c.title_key)

_RESOLVE: CompoundSelect[Any] = union(
    _KNOWN_BY_ID,
    select(*_KNOWN)
    .join_from(post_aliases, posts, posts.c.id == post_aliases.c.post_id)
    .where(
        post_aliases.c.account_id == bindparam("account"),
        post_aliases.c.alias.in_(bindparam("names", expanding=True, type_=post_aliases.c.alias.type)),
    ),
)

_POINTING = select(supersessions.c.post_id, supersessions.c.cancels).where(
    supersessions.c.account_id == bindparam("account"),
    supersessions.c.target.in_(bindparam("names", expanding=True, type_=supersessions.c.target.type)),
)

_REVISION = (
    select(revisions.c.number, revisions.c.kind, revisions.c.content)
    .where(revisions.c.post_id == bindparam("post"), revisions.c.number >= bindparam("number"))
    .order_by(revisions.c.number)
    .limit(1)
)

_ADD = insert(posts).returning(posts.c.id)
_ADD_REVISION = insert(revisions)


def _known_post(row: Sequence[Any]) -> KnownPost:
    return KnownPost(*row)


def _newest(statement: Select[Any], account_id: int) -> Select[Any]:
    ordered = statement.where(posts.c.account_id == account_id)
    return ordered.order_by(posts.c.published_at.desc(), posts.c.id.desc())


def _published(post: Post, now: datetime) -> datetime:
    # a clock that runs ahead must not keep a post on top of the list for ever
    return now if post.published is None else min(post.published, now)


def _read_from(post: Post, fingerprint: str) -> dict[str, Any]:
    return {
        "fingerprint": fingerprint,
        "url": post.url,
        "title_key": title_key(post),
        "event_id": post.event_id,
    }


async def _add_revision(
    conn: AsyncConnection,
    post_id: int,
    number: int,
    kind: RevisionKind,
    post: Post,
    fingerprint: str,
    now: datetime,
) -> None:
    values = {
        "post_id": post_id,
        "number": number,
        "kind": kind.value,
        "fingerprint": fingerprint,
        "seen_at": now,
        "content": post_to_json(post),
    }
    await conn.execute(_ADD_REVISION, values)


async def _add_names(conn: AsyncConnection, account_id: int, post_id: int, post: Post, now: datetime) -> None:
    await _add_aliases(conn, account_id, post_id, [alias for alias in post.aliases if alias != post.id])
    if not post.supersedes:
        return
    cancels = post.alert is not None and post.alert.msg_type is MsgType.CANCEL
    rows = [
        {"account_id": account_id, "target": target, "post_id": post_id, "cancels": cancels, "seen_at": now}
        for target in _once(post.supersedes)
    ]
    await conn.execute(insert_into(conn, supersessions).on_conflict_do_nothing(), rows)


async def _add_aliases(conn: AsyncConnection, account_id: int, post_id: int, aliases: Sequence[str]) -> None:
    rows = [{"account_id": account_id, "alias": alias, "post_id": post_id} for alias in _once(aliases)]
    if rows:
        await conn.execute(insert_into(conn, post_aliases).on_conflict_do_nothing(), rows)


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for name in names if name))


def _chunks(values: Sequence[ValueT]) -> Iterator[Sequence[ValueT]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
