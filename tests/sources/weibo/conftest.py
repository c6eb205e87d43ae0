"""A scripted Weibo on loopback, the real guarded fetcher, and the source that asks the one through the other."""

import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest
from weibo_shapes import NAME, UID
from weibo_standin import WeiboStandIn

from bot.fetching import GuardedFetcher
from bot.model.account import Account
from bot.sources.weibo import WeiboSource, WeiboUrls
from bot.web.serving import serve


@dataclass
class MemoryKeep:
    values: dict[tuple[str, str], object] = field(default_factory=dict)

    async def load(self, site: str, name: str) -> object | None:
        return self.values.get((site, name))

    async def save(self, site: str, name: str, value: object) -> None:
        if value is None:
            self.values.pop((site, name), None)
        else:
            self.values[site, name] = value


@pytest.fixture
def keep() -> MemoryKeep:
    return MemoryKeep()


@pytest.fixture
def account() -> Account:
    return Account("weibo", UID, NAME, f"https://weibo.com/u/{UID}", language="zh", utc_offset=480)


@pytest.fixture
async def weibo() -> AsyncIterator[WeiboStandIn]:
    standin = WeiboStandIn()
    async with serve(standin.app()) as url:
        standin.url = url
        yield standin


@pytest.fixture
async def fetcher(clock, keep) -> AsyncIterator[GuardedFetcher]:
    async with GuardedFetcher(
        user_agent="Tocsin/test (+ops@agency.test)",
        keep=keep,
        clock=clock,
        rng=random.Random(2012),
        allowed_private_hosts=frozenset({"127.0.0.1"}),
        gap_override=0.0,
    ) as opened:
        yield opened


@pytest.fixture
def open_source(weibo, fetcher, keep, clock) -> Callable[..., WeiboSource]:
    """A source as after a (re)start: it shares only the Keep with those opened before."""

    def open_one(cookie: str = "") -> WeiboSource:
        urls = WeiboUrls(api=weibo.url, visitor=weibo.url, web=weibo.url)
        return WeiboSource(fetcher, keep, clock, random.Random(7), urls, cookie)

    return open_one


@pytest.fixture
def source(open_source) -> WeiboSource:
    return open_source()
