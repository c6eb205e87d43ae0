"""What a source hands to the fetcher and gets back. HTTP statuses are answers, not errors: the source judges them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import httpx


@dataclass(frozen=True, slots=True)
class Validators:
    """``ETag`` and ``Last-Modified`` exactly as received, quotes and ``W/`` included; None where not given."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What an answer may cost. Bytes are decoded bytes; times are seconds."""

    max_bytes: int = 8 * 1024 * 1024
    #: decoded/encoded beyond this, once over 1 MiB decoded, is a decompression bomb.
    max_ratio: float = 100.0
    connect_s: float = 10.0
    total_s: float = 30.0
    max_hops: int = 5


@dataclass(frozen=True, slots=True)
class SitePace:
    """How politely a site is asked: a random pause between ``gap_min`` and ``gap_max`` seconds between the end of
    one request and the start of the next, and how many may run at once.
    """

    gap_min: float = 1.0
    gap_max: float = 1.0
    concurrency: int = 2


@dataclass(frozen=True, slots=True)
class Request:
    """One request. ``site`` names the queue it waits in (default: the URL's host, with its port when that is unusual),
    ``pace`` how that queue moves.
    """

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Sent as it is (application/x-www-form-urlencoded bodies are made by the caller).
    body: bytes | None = None
    validators: Validators = field(default_factory=Validators)
    limits: Limits = field(default_factory=Limits)
    site: str = ""
    pace: SitePace = field(default_factory=SitePace)
    follow_redirects: bool = True
    #: Somebody is waiting for it in a chat: goes before polls in the site's queue.
    interactive: bool = False
    #: Statuses after which the whole host is left alone. A gateway to many sites says 503 of one that is down.
    rest_after: frozenset[int] = frozenset((429, 503))


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, whole. ``url`` is where it came from after redirects."""

    url: str
    status: int
    headers: httpx.Headers
    body: bytes
    #: From this answer, and for a 304 what it left out from the request; keep them only after the body was parsed.
    validators: Validators
    fetched_at: datetime
    #: Where permanent redirects (301, 308) lead when every hop so far was permanent; "" otherwise.
    moved_to: str = ""
    #: When the host wants to be asked again (429/503 with or without Retry-After, in either form); None otherwise.
    retry_at: datetime | None = None

    @property
    def not_modified(self) -> bool:
        """True for 304."""
        return self.status == httpx.codes.NOT_MODIFIED


class FetchError(Exception):
    """No answer, or none that may be read. ``str()`` is a sentence; ``advice`` says what to do, "" when nothing."""

    def __init__(self, why: str, advice: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.advice = advice


class UnreachableError(FetchError):
    """Time-out, DNS, refused or reset connection, TLS: it may pass."""


class AddressRefusedError(FetchError):
    """The URL, or a redirect, leads to an address that must not be asked (private, loopback, bad scheme or port)."""


class TooLargeError(FetchError):
    """The answer is larger than allowed, or a decompression bomb; reading was stopped."""


class BadRedirectError(FetchError):
    """Too many hops, https to http, or no target."""


class StatusError(FetchError):
    """An endless answer that did not begin: the host answered with another status than 200."""

    def __init__(self, why: str, status: int) -> None:
        super().__init__(why)
        self.status = status


class RestingError(FetchError):
    """The host asked not to be asked before ``until``; nothing was sent."""

    def __init__(self, why: str, until: datetime, advice: str = "") -> None:
        super().__init__(why, advice)
        self.until = until


class Fetcher(Protocol):
    """The one way out to foreign sites."""

    async def fetch(self, request: Request) -> Response:
        """Give the answer, whatever its status. Raises FetchError's kinds."""


class Streamer(Protocol):
    """The way out for answers that never end (server-sent events)."""

    def stream(self, request: Request, silence_s: float) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """The pieces of an answer as they come, for as long as the block runs and none is more than ``silence_s``
        seconds behind the one before. Raises FetchError's kinds, also for every status but 200.
        """


class Keep(Protocol):
    """Small JSON values kept for a site across restarts (the database stands behind it)."""

    async def load(self, site: str, name: str) -> object | None:
        """Give the value, None when there is none."""

    async def save(self, site: str, name: str, value: object) -> None:
        """Keep the value; None forgets it."""
