"""One JSON request to an engine's API through the guarded fetcher: retries, and what each HTTP status means."""

import asyncio
import json
import random
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from bot.fetching.face import Fetcher, FetchError, Limits, Request, Response, RestingError, SitePace, UnreachableError
from bot.language.face import EngineBrokenError, EngineRefusedError
from bot.model.translation import Cost

#: A refused key or an empty purse is mended by a person: asking once an hour is often enough.
KEY_REST = timedelta(hours=1)
#: A month's quota is used up.
QUOTA_REST = timedelta(hours=6)
#: Where a service says "too many" without saying for how long.
SHORT_REST = timedelta(minutes=1)
#: DeepL's own status.
QUOTA_EXCEEDED = 456

#: A whole answer; the longest post makes far less.
_MOST_BYTES = 1024 * 1024
#: Requests of one engine at once; others wait in the fetcher's bounded queue.
_PACE = SitePace(0.0, 0.0, concurrency=4)
#: Statuses after which the same request may succeed.
_PASSING = frozenset({408, 500, 502, 504, 520, 522, 524, 529})
_TRIES = 3
_FIRST_PAUSE_S = 0.25
_KEY_REFUSED = frozenset({401, 402, 403})
#: An error code of an API: short and plain, never a sentence (a sentence may quote the key).
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,40}\Z")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whose body was JSON."""

    status: int
    body: object
    headers: httpx.Headers
    #: When the host wants to be asked again (429, 503).
    retry_at: datetime | None = None

    @property
    def good(self) -> bool:
        """Whether the API says that it did what was asked."""
        return self.status == httpx.codes.OK


@dataclass(frozen=True, slots=True)
class Asker:
    """How every engine asks. ``sleep`` and ``rng`` are handed in for the pauses between tries."""

    fetcher: Fetcher
    clock: Callable[[], datetime]
    rng: random.Random
    sleep: Callable[[float], Awaitable[object]] = field(default=asyncio.sleep)
    request_s: float = 10.0

    async def post(self, engine: str, url: str, payload: object, headers: Mapping[str, str]) -> Answer:
        """Give the answer, whatever its status, if its body is JSON. Raises EngineError's kinds."""
        response = await self._tried(engine, url, payload, headers)
        try:
            body = json.loads(response.body)
        except (ValueError, RecursionError):
            # 401 as an HTML page is a refused key all the same
            judge(engine, Answer(response.status, None, response.headers, response.retry_at), self.clock())
            raise EngineBrokenError(f"{engine} answered with something that is not JSON.") from None
        return Answer(response.status, body, response.headers, response.retry_at)

    async def _tried(self, engine: str, url: str, payload: object, headers: Mapping[str, str]) -> Response:
        """Ask up to three times, with growing pauses; the caller's deadline stands over all of it."""
        request = Request(
            url,
            method="POST",
            headers={"Content-Type": "application/json; charset=utf-8", "Accept": "application/json", **headers},
            body=json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace"),
            limits=Limits(max_bytes=_MOST_BYTES, connect_s=min(5.0, self.request_s), total_s=self.request_s),
            pace=_PACE,
            # a redirect would carry the key and the text to another host
            follow_redirects=False,
            interactive=True,
        )
        for tried in range(1, _TRIES + 1):
            try:
                response = await self.fetcher.fetch(request)
            except UnreachableError as error:
                if tried == _TRIES:
                    raise EngineBrokenError(error.why) from error
            except RestingError as error:
                raise EngineRefusedError(f"{engine} asked for rest.", error.until) from error
            except FetchError as error:
                raise EngineBrokenError(f"{error.why} {error.advice}".strip()) from error
            else:
                if response.status not in _PASSING or tried == _TRIES:
                    return response
            await self.sleep(_FIRST_PAUSE_S * 2 ** (tried - 1) * self.rng.uniform(0.5, 1.5))
        raise AssertionError  # pragma: no cover - the last try returns or raises


def judge(engine: str, answer: Answer, now: datetime, cost: Cost | None = None) -> None:
    """Raise what a status other than 200 means; each engine looks at its own error codes before."""
    status = answer.status
    if answer.good:
        return
    if status in _KEY_REFUSED:
        raise EngineRefusedError(f"{engine} refuses the key ({status}).", now + KEY_REST, cost)
    if status == QUOTA_EXCEEDED:
        raise EngineRefusedError(f"The quota of {engine} is used up ({status}).", now + QUOTA_REST, cost)
    if status in {429, 503}:
        raise EngineRefusedError(f"{engine} asks for rest ({status}).", answer.retry_at or now + SHORT_REST, cost)
    raise EngineBrokenError(f"{engine} answered with status {status}.", cost, text_only=status in {400, 413, 422})


def dig(body: object, *path: str | int) -> object:
    """Follow keys and indexes into a JSON value; None where the way ends."""
    for step in path:
        if isinstance(step, int):
            if not (isinstance(body, list) and -len(body) <= step < len(body)):
                return None
            body = body[step]
        elif isinstance(body, dict):
            body = body.get(step)
        else:
            return None
    return body


def code_at(body: object, *path: str | int) -> str:
    """Give an error code from an answer as text, "" when there is none or it is no plain code."""
    found = dig(body, *path)
    text = str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
    return text if _CODE.match(text) else ""


def text_at(engine: str, answer: Answer, cost: Cost, *path: str | int) -> str:
    """Give the translation from an answer. Raises EngineBrokenError when there is none or it is empty."""
    found = dig(answer.body, *path)
    if not isinstance(found, str):
        raise EngineBrokenError(f"{engine} answered without a translation in it.", cost)
    if not found.strip():
        raise EngineBrokenError(f"{engine} answered with an empty translation.", cost, text_only=True)
    return found.strip()
