"""Lists that several accounts are sifted from (offices, divisions, magnitudes): each is asked for once, for all of them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.fetching import Fetcher, Request, Response, Validators
from bot.sources import asking

#: Lists kept in memory, some 25 KB each; those unasked for longest are dropped. China has 35 provinces, Japan four feeds.
MOST_KEPT = 100


@dataclass(slots=True)
class _Turn:
    """Those who want one list now: one asks, the others wait for that answer."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    here: int = 0


@dataclass(slots=True)
class _Kept:
    """A list's last answer, whole or 304; a 304 says something only to whoever holds the same version."""

    response: Response
    #: What the request held.
    sent: Validators
    #: When it was last known to be the newest.
    at: datetime

    def answers(self, request: Request) -> bool:
        return not self.response.not_modified or self.sent == request.validators


class SharedLists:
    """Asks for lists, each at most once in ``seconds``: the pace that its site bears, however many accounts share it.

    ``bulky`` names those that are too large to be kept in memory for longer than that. Errors are nobody else's.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        clock: Callable[[], datetime],
        seconds: float,
        bulky: Callable[[str], bool] = lambda _url: False,
    ) -> None:
        self._fetcher, self._clock, self._for, self._bulky = fetcher, clock, timedelta(seconds=seconds), bulky
        self._kept: dict[str, _Kept] = {}
        #: Addresses that are being asked for.
        self._turns: dict[str, _Turn] = {}

    async def fetch(self, request: Request) -> Response:
        """The list's newest answer: a recent one where there is one, else from the site. Raises FetchError."""
        turn = self._turns.setdefault(request.url, _Turn())
        turn.here += 1
        try:
            async with turn.lock:
                return await self._ask(request)
        finally:
            turn.here -= 1
            if not turn.here:
                del self._turns[request.url]

    async def _ask(self, request: Request) -> Response:
        now, kept = self._clock(), self._kept.get(request.url)
        if kept is not None and kept.answers(request) and timedelta(0) <= now - kept.at < self._for:
            return kept.response
        self._kept = {url: one for url, one in self._kept.items() if not self._bulky(url) or now - one.at < self._for}
        whole = kept if kept is not None and not kept.response.not_modified else None
        if whole is not None:
            request = replace(request, validators=whole.response.validators)
        response = await self._fetcher.fetch(request)
        if response.not_modified and whole is not None:
            whole.at = response.fetched_at
            return whole.response
        if response.not_modified or asking.refusal(response) is None:
            self._kept[request.url] = _Kept(response, request.validators, response.fetched_at)
            while len(self._kept) > MOST_KEPT:
                del self._kept[min(self._kept, key=lambda url: self._kept[url].at)]
        return response
