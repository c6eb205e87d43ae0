"""A WebSub hub on 127.0.0.1 for several folders of tests, with a feed that offers it."""

import asyncio
import hmac
from urllib.parse import parse_qs

import httpx
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route


class HubServer:
    """A hub: notes what it is asked, verifies as told, and tells subscribers of changes."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.status = 202
        self.verifies = True
        self.lease = "864000"
        self.verified: list[httpx.Response] = []
        self.url = self.feed_url = self.feed = ""
        self.feed_asked = 0
        #: Called when a request comes in, before it is answered.
        self.seen = lambda: None

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/hub", self._asked, methods=["POST"]), Route("/feed", self._feed)])

    async def _feed(self, request) -> Response:
        self.feed_asked += 1
        return Response(self.feed, media_type="application/rss+xml")

    async def _asked(self, request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        self.asked.append(form)
        self.seen()
        if self.status < 300 and self.verifies:  # at once, before it answers
            await self.verify(form)
        return Response(status_code=self.status)

    async def verify(self, form: dict[str, str], **other: str) -> httpx.Response:
        query = {
            "hub.mode": form["hub.mode"],
            "hub.topic": form["hub.topic"],
            "hub.challenge": "c-1",
            "hub.lease_seconds": self.lease,
        }
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(
                form["hub.callback"], params=query | {k.replace("_", "."): v for k, v in other.items()}
            )
        self.verified.append(answer)
        return answer

    async def tell(
        self, form: dict[str, str], body: bytes = b"<feed/>", method: str = "sha256", **headers: str
    ) -> int:
        made = hmac.new(form["hub.secret"].encode(), body, method).hexdigest()
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(
                form["hub.callback"], content=body, headers={"X-Hub-Signature": f"{method}={made}"} | headers
            )
        return answer.status_code

    async def until_verified(self, count: int = 1) -> None:
        """Wait until so many subscriptions were verified."""
        async with asyncio.timeout(20):
            while len(self.verified) < count:
                await asyncio.sleep(0.01)

    def feed_of(self, *numbers: int) -> str:
        """An RSS document with these entries that offers this hub."""
        links = f"<a:link rel='hub' href='{self.url}'/><a:link rel='self' href='{self.feed_url}'/>"
        items = "".join(f"<item><guid>{number}</guid><title>Fire {number}</title></item>" for number in numbers)
        return (
            f"<rss xmlns:a='http://www.w3.org/2005/Atom'><channel><title>Fire</title>{links}{items}</channel></rss>"
        )
