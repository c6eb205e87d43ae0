"""What follows from a redirect: the next hop and what it may carry, and when a move is learned. Sends nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import httpx

from bot.fetching.face import BadRedirectError
from bot.fetching.targets import Gate, Target

_FOLLOWED = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
#: Headers that are meant for one host alone.
_CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization"})
#: A move is believed after so many polls that saw it, over so long a time (a captive portal lasts for hours).
_TIMES_TO_LEARN = 3
_TIME_TO_LEARN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Hop:
    """One request of a chain."""

    target: Target
    method: str
    headers: Mapping[str, str]
    body: bytes | None
    #: False as soon as one redirect on the way here was temporary.
    permanent: bool = True


def leads_on(status: int) -> bool:
    """Tell whether the status asks to go elsewhere."""
    return status in _FOLLOWED


def next_hop(hop: Hop, status: int, location: str | None, gate: Gate) -> Hop:
    """Give the hop that the answer asks for. Raises BadRedirectError, AddressRefusedError."""
    here = hop.target
    if not location:
        raise BadRedirectError(f"{here.authority} redirects without saying where.")
    try:
        there = str(httpx.URL(here.url).join(location))
    except (httpx.InvalidURL, ValueError) as error:
        raise BadRedirectError(f"{here.authority} redirects to something that is not an address.") from error
    target = gate.check(there)
    if here.scheme == "https" and target.scheme == "http":
        raise BadRedirectError(f"{here.authority} redirects from https to http; that is not followed.")
    onward = replace(hop, target=target, permanent=hop.permanent and status in _PERMANENT)
    if hop.method != "HEAD" and (status == httpx.codes.SEE_OTHER or (hop.method == "POST" and status in {301, 302})):
        kept = {name: value for name, value in hop.headers.items() if not name.lower().startswith("content-")}
        onward = replace(onward, method="GET", body=None, headers=kept)
    if not _same_house(here, target):
        kept = {name: value for name, value in onward.headers.items() if name.lower() not in _CREDENTIALS}
        onward = replace(onward, headers=kept)
    return onward


def _same_house(here: Target, there: Target) -> bool:
    return here.origin == there.origin or _is_upgrade(here, there)


def _is_upgrade(here: Target, there: Target) -> bool:
    return there.origin == ("https", here.host, 443) and here.origin == ("http", here.host, 80)


@dataclass(frozen=True, slots=True)
class LearnedRedirect:
    """What to do about a permanent redirect: ask ``adopt`` from now on ("" = not yet), and keep ``memory``."""

    adopt: str
    #: JSON for the source's memory; None forgets.
    memory: dict[str, object] | None


def learn_redirect(
    memory: Mapping[str, object] | None, moved_to: str, requested: str, now: datetime
) -> LearnedRedirect:
    """Judge ``Response.moved_to`` of a poll of ``requested``. Call it after every good answer, with "" too.

    A move is adopted at once when it only turns http into https, otherwise after three polls in a row that were
    sent to the same place, the first at least 24 h ago.
    """
    if not moved_to or moved_to == requested:
        return LearnedRedirect("", None)
    if _only_https(requested, moved_to):
        return LearnedRedirect(moved_to, None)
    count, since = _seen(memory, requested, moved_to, now)
    if count >= _TIMES_TO_LEARN and now - since >= _TIME_TO_LEARN:
        return LearnedRedirect(moved_to, None)
    kept: dict[str, object] = {"from": requested, "to": moved_to, "count": count, "since": since.isoformat()}
    return LearnedRedirect("", kept)


def _seen(memory: Mapping[str, object] | None, requested: str, moved_to: str, now: datetime) -> tuple[int, datetime]:
    """How often this very move was seen, this time included, and since when."""
    if not memory or memory.get("from") != requested or memory.get("to") != moved_to:
        return 1, now
    try:
        since = datetime.fromisoformat(str(memory.get("since")))
        count = int(str(memory.get("count")))
    except ValueError:
        return 1, now
    if since.tzinfo is None or since > now or count < 1:
        return 1, now
    return min(count + 1, _TIMES_TO_LEARN), since


def _only_https(requested: str, moved_to: str) -> bool:
    try:
        old, new = httpx.URL(requested), httpx.URL(moved_to)
    except (httpx.InvalidURL, ValueError):
        return False
    return (
        (old.scheme, new.scheme) == ("http", "https")
        and old.host == new.host
        and (old.port, new.port) == (None, None)
        and old.raw_path == new.raw_path
    )
