"""A served site with a clock that stands still, and a visitor's HTTP client."""

import random
from collections.abc import AsyncIterator

import httpx
import pytest

from bot.demo.site.site import StormSite

AGENT = "Tocsin/test"


class Visitor:
    """Asks the site as a visitor does: mints a cookie and carries it by hand (it is "secure", the site is not)."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.cookie = ""

    async def mint(self) -> None:
        form = {"cb": "visitor_gray_callback", "tid": "", "from": "weibo"}
        answer = await self.client.post("/visitor/genvisitor2", data=form)
        self.cookie = "; ".join(line.partition(";")[0] for line in answer.headers.get_list("set-cookie"))

    async def get(self, path: str, **params: str) -> httpx.Response:
        headers = {"Cookie": self.cookie} if self.cookie else {}
        return await self.client.get(path, params=params or None, headers=headers)

    async def timeline(self, uid: str, **params: str) -> dict:
        query = {"type": "uid", "value": uid, "containerid": f"107603{uid}"} | params
        return (await self.get("/api/container/getIndex", **query)).json()

    async def posts(self, uid: str) -> list[dict]:
        return [card["mblog"] for card in (await self.timeline(uid))["data"]["cards"]]


@pytest.fixture
def site(clock) -> StormSite:
    return StormSite(clock, random.Random(5))


@pytest.fixture
async def url(site) -> AsyncIterator[str]:
    async with site.serve() as url:
        yield url


@pytest.fixture
async def client(url) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=url, headers={"User-Agent": AGENT}) as client:
        yield client


@pytest.fixture
async def visitor(client) -> Visitor:
    visitor = Visitor(client)
    await visitor.mint()
    return visitor
