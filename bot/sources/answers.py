"""What an answer's status means for a poll by URL, and what is remembered of a good one. Reads no bodies."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from bot.fetching.face import (
    BadRedirectError,
    Fetcher,
    FetchError,
    Limits,
    Request,
    Response,
    RestingError,
    SitePace,
    TooLargeError,
    Validators,
)
from bot.fetching.redirects import learn_redirect
from bot.sources.face import (
    Broken,
    Memory,
    NotFoundError,
    RefusedError,
    Refused,
    UnreadableError,
)

#: A site that locks us out is asked again after this long; somebody has to do something first.
LOCKED_OUT = timedelta(hours=1)
#: A busy site that names no time; the fetcher's own rest for the host is usually longer.
BUSY = timedelta(minutes=5)
#: So many whole answers with the same bytes, and the site is taken to ignore validators (sources.md 4.1).
SAME_TO_NOTICE = 5
_GONE = "The site says that this address is gone for good (410)."


def text_of(memory: Memory, name: str) -> str:
    """A string of a memory, "" when it is none."""
    value = memory.get(name)
    return value if isinstance(value, str) else ""


def number_of(memory: Memory, name: str) -> int:
    """A whole number of a memory, 0 when it is none."""
    value = memory.get(name)
    return value if isinstance(value, int) else 0


def address(key: str, memory: Memory) -> str:
    """Where to ask: the learned address, or the account's own."""
    return text_of(memory, "url") or key


def conditional(url: str, memory: Memory, *, accept: str, limits: Limits, pace: SitePace) -> Request:
    """A request that lets the site answer "not modified"."""
    validators = Validators(text_of(memory, "etag") or None, text_of(memory, "last_modified") or None)
    return Request(url, headers={"Accept": accept}, validators=validators, limits=limits, pace=pace)


async def ask(fetcher: Fetcher, request: Request, now: datetime) -> Response | Refused | Broken:
    """Fetch, and judge everything but the body: a Response is 2xx or 304."""
    try:
        response = await fetcher.fetch(request)
    except RestingError as error:
        return Refused(error.why, error.until, advice=error.advice)
    except FetchError as error:
        return Broken(error.why, advice=error.advice)
    return _judged(response, now)


def _judged(response: Response, now: datetime) -> Response | Refused | Broken:
    status = response.status
    if response.not_modified or 200 <= status < 300:  # noqa: PLR2004
        return response
    match status:
        case httpx.codes.GONE:
            return Broken(_GONE, advice="Unsubscribe, or subscribe to the address that replaces it.", gone=True)
        case httpx.codes.NOT_FOUND:
            return Broken(
                "There is nothing at this address (404).",
                advice="Open the address in a browser; if the feed has moved, subscribe to its new address.",
            )
        case httpx.codes.UNAUTHORIZED | httpx.codes.FORBIDDEN | httpx.codes.UNAVAILABLE_FOR_LEGAL_REASONS:
            return Refused(
                f"The site does not let us in ({status}).",
                response.retry_at or now + LOCKED_OUT,
                advice="Open the address in a browser; set TOCSIN_CONTACT, for some agencies want to know who asks.",
            )
        case httpx.codes.TOO_MANY_REQUESTS | httpx.codes.SERVICE_UNAVAILABLE:
            return Refused(f"The site is busy and asks us to wait ({status}).", response.retry_at or now + BUSY)
        case _ if status >= httpx.codes.INTERNAL_SERVER_ERROR or status == httpx.codes.REQUEST_TIMEOUT:
            return Broken(f"The site has a fault of its own ({status}).", advice="It is asked again by itself.")
        case _:
            return Broken(f"The site answered {status}.", advice="Open the address in a browser and check it.")


async def ask_once(fetcher: Fetcher, request: Request, now: datetime) -> Response:
    """Fetch while somebody waits in a chat. Raises NotFoundError, RefusedError, UnreadableError."""
    try:
        response = await fetcher.fetch(request)
    except RestingError as error:
        raise RefusedError(f"{error.why} Try again later.") from error
    except (TooLargeError, BadRedirectError) as error:
        raise UnreadableError(f"{error.why} {error.advice}".strip()) from error
    except FetchError as error:
        raise NotFoundError(f"{error.why} {error.advice}".strip()) from error
    judged = _judged(response, now)
    if isinstance(judged, Refused):
        raise RefusedError(f"{judged.why} {judged.advice or 'Try again later.'}")
    if isinstance(judged, Broken):
        raise NotFoundError(f"{judged.why} {judged.advice}".strip())
    return judged


def charset_of(response: Response) -> str:
    """The charset that HTTP declares, "" when none."""
    found = re.search(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", response.headers.get("content-type", ""))
    return found.group(1) if found else ""


def digest(body: bytes) -> str:
    """Hash of a body, to know the same bytes again."""
    return hashlib.sha256(body).hexdigest()[:32]


def moved(memory: Memory, response: Response, requested: str, now: datetime) -> tuple[Memory, str]:
    """Judge a permanent redirect: the memory afterwards (the same object when nothing changed) and a note or ""."""
    before = memory.get("redirect")
    if not response.moved_to and before is None:
        return memory, ""
    learned = learn_redirect(before if isinstance(before, Mapping) else None, response.moved_to, requested, now)
    if learned.memory == before and not learned.adopt:
        return memory, ""
    after = {name: value for name, value in memory.items() if name != "redirect"}
    if learned.memory is not None:
        after["redirect"] = learned.memory
    if not learned.adopt:
        return after, ""
    after["url"] = learned.adopt
    return after, f"The feed has moved for good; it is now asked for at {learned.adopt}."


def remember(memory: Memory, response: Response, sha: str) -> dict[str, object]:
    """The memory after a body was read well: new validators (none where none were given), and its hash."""
    after = {k: v for k, v in memory.items() if k not in ("etag", "last_modified", "sha", "same")}
    if response.validators.etag is not None:
        after["etag"] = response.validators.etag
    if response.validators.last_modified is not None:
        after["last_modified"] = response.validators.last_modified
    after["sha"] = sha
    if sha == memory.get("sha"):
        after["same"] = min(number_of(memory, "same") + 1, SAME_TO_NOTICE)
    return after


def cache_seconds(response: Response, now: datetime) -> float:
    """How long the site says that its answer stays good: max-age, else Expires; 0 when it does not say."""
    found = re.search(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})", response.headers.get("cache-control", ""))
    if found:
        return float(found.group(1))
    try:
        expires = parsedate_to_datetime(response.headers.get("expires", ""))
        return max(0.0, (expires - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return 0.0
