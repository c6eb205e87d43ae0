"""What every source that polls one plain URL does alike: validators, statuses, errors, hints. Reads no bodies."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol

from bot.fetching import (
    AddressRefusedError,
    BadRedirectError,
    Fetcher,
    FetchError,
    Limits,
    Request,
    Response,
    RestingError,
    SitePace,
    TooLargeError,
    UnreachableError,
    Validators,
    learn_redirect,
)
from bot.model.reason import VALUES, Cause, Reason
from bot.sources.face import (
    Broken,
    Claim,
    Memory,
    NotFoundError,
    NothingNew,
    Outcome,
    Refused,
    RefusedError,
    UnreadableError,
)
from bot.sources.links import as_url

#: One request a second and two at once: what Miniflux and the agencies' own pages ask of pollers.
SITE_PACE = SitePace(gap_min=1.0, gap_max=1.0, concurrency=2)
#: So many whole answers in a row with the same bytes, and the site is taken to ignore validators (sources.md 4.1).
SAME_TO_NOTICE = 5
IGNORES_VALIDATORS = "The site ignores conditional requests and sends everything each time; it is asked less often."
#: When a site refuses and does not say for how long (the fetcher always says; this is for other fetchers).
_REST = timedelta(minutes=15)
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_OK = range(200, 300)
_GONE = 410
_RESTING = frozenset((429, 503))
_SERVER_ERROR = 500
_ADVICE = {
    401: "The site wants a login there: look for a public address of the same list.",
    403: "The site forbids it to programs: look for another address, or ask its owner to allow this one.",
    404: "Look at the address in a browser: the list may have moved.",
}
_CAUSES = {401: Cause.FORBIDDEN, 403: Cause.FORBIDDEN, 404: Cause.MISSING}
_ADVICE_5XX = "The trouble is the site's own; it is asked again by itself."


def claim(what: str) -> Claim:
    """MAYBE for everything that could be an address: only asking tells what lies there."""
    return Claim.MAYBE if as_url(what) else Claim.NO


async def ask(fetcher: Fetcher, url: str, accept: str, limits: Limits) -> Response:
    """A good answer for somebody who waits for it. Raises NotFoundError, RefusedError or UnreadableError."""
    request = Request(url=url, headers={"Accept": accept}, limits=limits, pace=SITE_PACE, interactive=True)
    try:
        response = await fetcher.fetch(request)
    except FetchError as error:
        raise_for_asker(error)
        raise
    raise_for_status(response)
    return response


def poll_request(url: str, memory: Memory, accept: str, limits: Limits) -> Request:
    """A conditional request: both validators exactly as they were received."""
    etag, modified = memory.get("etag"), memory.get("modified")
    return Request(
        url=url, headers={"Accept": accept}, limits=limits, pace=SITE_PACE,
        validators=Validators(
            etag if isinstance(etag, str) else None, modified if isinstance(modified, str) else None
        ),
    )  # fmt: skip


class Fetches(Protocol):
    """The fetcher, or what stands before it."""

    async def fetch(self, request: Request) -> Response:
        """The answer. Raises FetchError."""


async def whole_answer(
    fetcher: Fetches,
    request: Request,
    memory: Memory,
    failure: Callable[[Response], Refused | Broken | None] | None = None,
    *,
    learns: bool = False,
) -> Response | Outcome:
    """An answer whose body is to be read, or how the poll ended without one. ``failure`` judges other statuses
    (``refusal`` where none is given). ``learns``: a permanent redirect is, as the address is somebody else's.
    """
    try:
        response = await fetcher.fetch(request)
    except FetchError as error:
        return failed(error)
    if response.not_modified:
        return nothing_new(memory, response if learns else replace(response, moved_to=""), request.url)
    return (failure or refusal)(response) or response


@dataclass(frozen=True, slots=True)
class Changed:
    """An answer with other bytes than the last one, and the memory after it once it was read."""

    response: Response
    after: dict[str, object]


async def changed_answer(
    fetcher: Fetcher,
    request: Request,
    memory: Memory,
    failure: Callable[[Response], Refused | Broken | None],
    longest_hint: float,
) -> Changed | Outcome:
    """An answer that is worth reading, or how the poll ended without one: for sources whose addresses we make
    ourselves, so that no redirect is learned. The same bytes as before are nothing new.
    """
    response = await whole_answer(fetcher, request, memory, failure)
    if not isinstance(response, Response):
        return response
    after = remembered_here(memory, response, longest_hint)
    return NothingNew(after) if after["sha"] == memory.get("sha") else Changed(response, after)


def remembered_here(memory: Memory, response: Response, longest_hint: float, ttl_s: float = 0) -> dict[str, object]:
    """As ``remembered``, with the body's hash and without any redirect: see ``whole_answer``."""
    after = remembered(memory, replace(response, moved_to=""), "", longest_hint, ttl_s)
    sha = hashlib.sha256(response.body).hexdigest()
    return {**{name: value for name, value in after.items() if name not in ("url", "moved")}, "sha": sha}


def asked_url(memory: Memory, key: str) -> str:
    """Where to ask: the address that a permanent redirect taught, else the account's own."""
    url = memory.get("url")
    return url if isinstance(url, str) and url else key


def failed(error: FetchError) -> Refused | Broken:
    """No answer at all."""
    if isinstance(error, RestingError):
        return Refused(error.why, until=error.until, advice=error.advice, reason=reason_of(error))
    advice = error.advice or "Look at the address in a browser; it is asked again by itself."
    return Broken(error.why, advice=advice, reason=reason_of(error))


def reason_of(error: FetchError) -> Reason:
    """Why there was no answer, for subscribers."""
    causes = {
        RestingError: Cause.REST,
        UnreachableError: Cause.UNREACHABLE,
        AddressRefusedError: Cause.ADDRESS,
        TooLargeError: Cause.TOO_LARGE,
        BadRedirectError: Cause.BAD_REDIRECT,
    }
    return Reason(next((cause for kind, cause in causes.items() if isinstance(error, kind)), Cause.BUSY))


def refusal(response: Response) -> Refused | Broken | None:
    """What an answer's status says, None when its body is to be read (2xx)."""
    status = response.status
    if status in _OK:
        return None
    if status == _GONE:
        why = "The site says that this is gone for good (HTTP 410)."
        advice = "Unsubscribe, or subscribe to its new address."
        return Broken(why, advice=advice, gone=True, reason=Reason(Cause.GONE))
    if status in _RESTING:
        until = response.retry_at or response.fetched_at + _REST
        return Refused(f"The site asks to be left alone for a while (HTTP {status}).", until=until)
    default = _ADVICE_5XX if status >= _SERVER_ERROR else "Look at the address in a browser."
    return Broken(
        f"The site answered with HTTP {status}.",
        advice=_ADVICE.get(status, default),
        reason=_reason_of(status),
        lasting=status in _CAUSES,
    )


def _reason_of(status: int) -> Reason:
    cause = Cause.SITE_FAULT if status >= _SERVER_ERROR else _CAUSES.get(status, Cause.ODD_ANSWER)
    return Reason(cause, {"status": str(status)} if "status" in VALUES.get(cause, ()) else {})


def nothing_new(memory: Memory, response: Response, requested: str) -> NothingNew | Broken:
    """What a 304 comes to: the very same memory, unless a permanent redirect is being learned on the way.

    Validators stay as they are, for a 304 need not repeat them.
    """
    if "sha" not in memory:
        why = "The site says that nothing changed, though it was not read before."
        # without validators the next request gets the whole answer
        kept = {name: value for name, value in memory.items() if name not in ("etag", "modified")}
        return Broken(why, advice="It is asked again by itself.", memory=kept)
    if not response.moved_to and "moved" not in memory:
        return NothingNew(memory)
    after = dict(memory)
    _learn(after, response, requested)
    return NothingNew(memory if after == memory else after)


def remembered(
    memory: Memory, response: Response, requested: str, longest_hint: float, ttl_s: float = 0
) -> dict[str, object]:
    """The memory after a good answer. Call it only once the body was read: validators of what could not be read
    would hide it behind 304 for ever.
    """
    after = dict(memory)
    _put(after, "etag", response.validators.etag)
    _put(after, "modified", response.validators.last_modified)
    hint = min(max(_stays_good(response), ttl_s), longest_hint)
    _put(after, "hint_s", hint or None)
    _learn(after, response, requested)
    return after


def same_again(after: dict[str, object], longest_hint: float, wait_s: float) -> dict[str, object]:
    """Count whole answers with the same bytes; from the fifth on the site is asked no more often than ``wait_s``."""
    before = after.get("same")
    count = min(before + 1 if isinstance(before, int) else 1, SAME_TO_NOTICE)
    after["same"] = count
    hint = after.get("hint_s")
    if count >= SAME_TO_NOTICE:
        after["hint_s"] = min(max(wait_s, hint if isinstance(hint, int | float) else 0.0), longest_hint)
    return after


def _stays_good(response: Response) -> float:
    """For how many seconds the site says that its answer stays good: max-age, else Expires."""
    age = _MAX_AGE.search(response.headers.get("cache-control", ""))
    if age:
        return float(age.group(1))
    try:
        expires = parsedate_to_datetime(response.headers.get("expires", ""))
        return max(0.0, (expires - response.fetched_at).total_seconds())
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0.0


def _learn(after: dict[str, object], response: Response, requested: str) -> None:
    moved = after.get("moved")
    learned = learn_redirect(
        moved if isinstance(moved, Mapping) else None, response.moved_to, requested, response.fetched_at
    )
    _put(after, "moved", learned.memory)
    if learned.adopt:
        after["url"] = learned.adopt


def has_moved(before: Memory, after: Memory) -> tuple[str, ...]:
    """A note for the operator when a permanent redirect was learned with this answer."""
    url = after.get("url")
    return (f"It has moved for good and is now asked for at {url}.",) if url and url != before.get("url") else ()


def _put(memory: dict[str, object], name: str, value: object) -> None:
    if value is None:
        memory.pop(name, None)
    else:
        memory[name] = value


def header_charset(response: Response) -> str:
    """The charset that the Content-Type states, "" when none."""
    found = _CHARSET.search(response.headers.get("content-type", ""))
    return found.group(1) if found else ""


def raise_for_asker(error: FetchError) -> None:
    """Turn a failed request into what ``find`` may raise."""
    sentence, reason = f"{error.why} {error.advice}".strip(), reason_of(error)
    if isinstance(error, RestingError):
        raise RefusedError(sentence, reason) from error
    if isinstance(error, AddressRefusedError | UnreachableError):
        raise NotFoundError(sentence, reason) from error
    raise UnreadableError(sentence, reason) from error


def raise_for_status(response: Response) -> None:
    """Turn a status other than 2xx into what ``find`` may raise."""
    outcome = refusal(response)
    if isinstance(outcome, Refused):
        raise RefusedError(f"{outcome.why} Try again after {_clock_time(outcome.until)}.", outcome.reason)
    if isinstance(outcome, Broken):
        raise NotFoundError(f"{outcome.why} {outcome.advice}", outcome.reason)


def _clock_time(when: datetime) -> str:
    return f"{when:%H:%M} UTC"
