"""A resolver that really loads pictures, but only from the demo's own site on loopback: the page can show them."""

from collections.abc import Collection
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from bot.demo.botapi.pictures import MAX_BY_URL, NO_CONTENT, Fetched

#: Seconds; the site runs on the same machine.
TIMEOUT = 10.0
OK = 200


class LoopbackPhotos:
    """Loads URLs whose origin is one of ``origins`` (http://127.0.0.1:PORT); others fail as an unreachable one would.

    An async context manager; give it to ``BotApiServer(resolver=…)``.
    """

    def __init__(self, origins: Collection[str]) -> None:
        self._origins = frozenset(origin.rstrip("/") for origin in origins)
        # trust_env off: a proxy of the environment must not see the demo's pictures.
        self._client = httpx.AsyncClient(timeout=TIMEOUT, trust_env=False)

    async def __call__(self, url: str) -> Fetched:
        """What "Telegram" gets from ``url``."""
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" not in self._origins:
            return Fetched(error=NO_CONTENT)
        data = bytearray()
        try:
            async with self._client.stream("GET", url) as response:
                if response.status_code != OK:
                    return Fetched(error=NO_CONTENT)
                async for chunk in response.aiter_bytes():
                    data += chunk
                    if len(data) > MAX_BY_URL:
                        return Fetched(error=NO_CONTENT)
        except httpx.HTTPError:
            return Fetched(error=NO_CONTENT)
        return Fetched(bytes(data)) if data else Fetched(error=NO_CONTENT)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()
