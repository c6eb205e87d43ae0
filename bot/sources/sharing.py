"""Lists that several accounts are sifted from (offices, divisions, magnitudes): each is asked for once, for all of them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.fetching import Fetcher, Request, Response, Validators
from bot.sources import asking


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
        #: Addresses that are being asked for. Who comes meanwhile waits for that answer.
        self._asking: dict[str, asyncio.Lock] = {}

    async def fetch(self, request: Request) -> Response:
        """The list's newest answer: a recent one where there is one, else from the site. Raises FetchError."""
        lock = self._asking.setdefault(request.url, asyncio.Lock())
        async with lock:
            return await self._ask(request)

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
        return response
