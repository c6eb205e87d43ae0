"""Sources that other packages add (entry points of the group ``tocsin.sources``): found, checked, and kept from harm.

Whatever such a package does, the program goes on with all other sources: what cannot be loaded is logged and left out,
and what fails later ends as any trouble of a site does.
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, cast

import structlog

from bot.model.account import Account
from bot.model.post import Post
from bot.model.reason import Cause, Reason
from bot.sources.face import (
    Broken,
    Claim,
    Memory,
    NotFoundError,
    NothingNew,
    Outcome,
    Pace,
    Posts,
    Presence,
    Refused,
    RefusedError,
    Source,
    UnreadableError,
)

if TYPE_CHECKING:
    from bot.sources.registry import Parts

log = structlog.get_logger(__name__)

GROUP = "tocsin.sources"
#: A kind is kept with every post; it is the entry point's name.
_KIND = re.compile(r"[a-z][a-z0-9_]{1,30}")
#: Asked after the built-in kinds that are sure of their links, and unless it says otherwise before the feeds.
EARLIEST, USUAL = 15, 25
#: Longer than any fetch with its redirects, and than a first look may take, seconds.
_PATIENCE = 300.0
#: What a plug-in may keep for one account, characters of JSON; it is written with every poll that brings posts.
_MOST_MEMORY = 1_000_000
_METHODS = ("claims", "find", "poll", "confirm", "read")
_OUTCOMES = (Posts, NothingNew, Refused, Broken)
_FAULT = Reason(Cause.FAULT)
_ADVICE = "Report it to the authors of the package that adds this kind; the log says more."


@dataclass(frozen=True, slots=True)
class PlugIn:
    """A package's source that could be loaded."""

    kind: str
    order: int
    make: Callable[["Parts"], object]


def found(built_in: frozenset[str], points: Iterable[EntryPoint] | None = None) -> tuple[PlugIn, ...]:
    """Every plug-in that may be used. One that takes a built-in kind's name, or another's before it, is left out."""
    listed = entry_points(group=GROUP) if points is None else points
    kept: dict[str, PlugIn] = {}
    for point in sorted(listed, key=lambda point: (point.name, point.value)):
        why = ""
        if not _KIND.fullmatch(point.name):
            why = "its name is no kind (small letters, digits and _, at most 31)"
        elif point.name in built_in:
            why = "a built-in kind has this name"
        elif point.name in kept:
            why = "another plug-in has this name"
        plug_in = None if why else _loaded(point)
        if plug_in is not None:
            kept[point.name] = plug_in
        elif why:
            log.error("a plug-in is left out", kind=point.name[:60], package=point.value[:200], why=why)
    return tuple(kept.values())


def _loaded(point: EntryPoint) -> PlugIn | None:
    try:
        offered = point.load()
        make = getattr(offered, "make_source", None)
        order = getattr(offered, "LOOKUP_ORDER", USUAL)
    except (Exception, SystemExit):  # strangers' code: whatever it raises, the other sources go on
        log.exception("a plug-in is left out: it cannot be loaded", kind=point.name, package=point.value[:200])
        return None
    if not callable(make) or not isinstance(order, int):
        why = "it offers no make_source(parts)" if not callable(make) else "its LOOKUP_ORDER is no whole number"
        log.error("a plug-in is left out", kind=point.name, package=point.value[:200], why=why)
        return None
    return PlugIn(point.name, max(EARLIEST, order), make)


def made(plug_in: PlugIn, parts: "Parts") -> Source | None:
    """The plug-in's source behind its guard; None when it cannot be made or has not the face of one.

    It gets the settings that begin with its kind ("tides_url" of TOCSIN_TIDES_URL), and never one of the program's own.
    """
    own = {name: value for name, value in parts.foreign.items() if name.startswith(f"{plug_in.kind}_")}
    try:
        source = plug_in.make(replace(parts, options=own, foreign={}))
        lacking = _lacking(source, plug_in.kind)
    except (Exception, SystemExit):  # strangers' code, as above
        log.exception("a plug-in is left out: its source cannot be made", kind=plug_in.kind)
        return None
    if lacking:
        log.error("a plug-in is left out", kind=plug_in.kind, why=lacking)
        return None
    return Guarded(cast("Source", source))  # its face was just looked at


def _lacking(source: object, kind: str) -> str:
    """What a source lacks of the face, "" when nothing."""
    if getattr(source, "kind", None) != kind:
        return f"its source is of the kind {getattr(source, 'kind', None)!r:.40}"
    pace = getattr(source, "pace", None)
    if not isinstance(pace, Pace) or not 1 <= pace.floor <= pace.default <= pace.ceiling or pace.at_once < 1:
        return "its pace is none (1 second or more, floor, default and ceiling in this order)"
    if not isinstance(getattr(source, "ids_may_churn", None), bool):
        return "it does not say whether ids_may_churn"
    missing = [name for name in _METHODS if not callable(getattr(source, name, None))]
    return f"it has no {', '.join(missing)}" if missing else ""


class Guarded:
    """A stranger's source: what it raises or returns amiss becomes what the face allows."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.kind = source.kind
        self.pace = source.pace
        self.ids_may_churn = source.ids_may_churn

    def claims(self, what: str) -> Claim:
        """NO when it fails: then it claims nothing."""
        try:
            return Claim(self._source.claims(what))
        except Exception:  # strangers' code: a lookup asks all kinds, and must not end with one of them
            log.exception("a plug-in failed", kind=self.kind, at="claims")
            return Claim.NO

    async def find(self, what: str) -> tuple[Account, ...]:
        """Accounts of its own kind only."""
        try:
            async with asyncio.timeout(_PATIENCE):
                accounts = tuple(await self._source.find(what))
        except (NotFoundError, RefusedError, UnreadableError):
            raise
        except Exception as error:  # strangers' code
            log.exception("a plug-in failed", kind=self.kind, at="find")
            msg = f"The plug-in for {self.kind} failed ({type(error).__name__})."
            raise UnreadableError(msg, _FAULT) from error
        own = tuple(account for account in accounts if isinstance(account, Account) and account.kind == self.kind)
        if not own:
            raise NotFoundError(f"The plug-in for {self.kind} found no account of its kind.")
        return own

    async def poll(self, account: Account, memory: Memory) -> Outcome:
        """An outcome of the face; posts are of this kind and this account."""
        try:
            async with asyncio.timeout(_PATIENCE):
                outcome: object = await self._source.poll(account, memory)
            if not isinstance(outcome, _OUTCOMES):
                return Broken(f"The plug-in for {self.kind} gave no outcome.", _ADVICE, reason=_FAULT)
            if outcome.memory is not None:
                _check(outcome.memory)
            return self._own(outcome, account) if isinstance(outcome, Posts) else outcome
        except Exception as error:  # strangers' code
            log.exception("a plug-in failed", kind=self.kind, at="poll")
            return Broken(f"The plug-in for {self.kind} failed ({type(error).__name__}).", _ADVICE, reason=_FAULT)

    def _own(self, outcome: Posts, account: Account) -> Posts:
        posts = tuple(replace(post, kind=self.kind, account=account.key) for post in outcome.posts)
        shown = outcome.account
        same = shown is None or (shown.kind, shown.key) == (account.kind, account.key)
        return replace(outcome, posts=posts, account=shown if same else None)

    async def confirm(self, account: Account, post_id: str) -> Presence:
        """UNKNOWN when it fails: that is never a deletion."""
        try:
            async with asyncio.timeout(_PATIENCE):
                return Presence(await self._source.confirm(account, post_id))
        except Exception:  # strangers' code
            log.exception("a plug-in failed", kind=self.kind, at="confirm")
            return Presence.UNKNOWN

    def read(self, body: bytes, origin: str) -> tuple[Post, ...]:
        """Raises nothing but UnreadableError."""
        try:
            return tuple(replace(post, kind=self.kind) for post in self._source.read(body, origin))
        except UnreadableError:
            raise
        except Exception as error:  # strangers' code
            log.exception("a plug-in failed", kind=self.kind, at="read")
            msg = f"The plug-in for {self.kind} failed ({type(error).__name__})."
            raise UnreadableError(msg, _FAULT) from error


def _check(memory: Memory) -> None:
    """Is it a memory that the database can hold? Raises TypeError or ValueError where not."""
    if len(json.dumps(dict(memory))) > _MOST_MEMORY:
        msg = "the memory is too large"
        raise ValueError(msg)
