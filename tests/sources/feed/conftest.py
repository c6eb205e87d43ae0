"""The feed source over the local publisher, and our own recorded feeds."""

import random
from pathlib import Path

import pytest

from bot.model.account import Account
from bot.sources.feed import FeedSource

RECORDED = Path(__file__).parents[2] / "recorded" / "feed"


@pytest.fixture
def feeds(open_fetcher, clock) -> FeedSource:
    return FeedSource(open_fetcher, clock, random.Random(1))


@pytest.fixture
def recorded_feed():
    return lambda name: (RECORDED / name).read_bytes()


@pytest.fixture
def feed_at(publisher):
    """An account whose feed lies at a path of the publisher."""
    return lambda path="/feed": Account("feed", publisher.url(path), "Fire brigade", "https://fire.example/")


@pytest.fixture
def rss():
    """An RSS document with these items (inner XML each)."""

    def write(*items: str, head: str = "") -> bytes:
        body = "".join(f"<item>{item}</item>" for item in items)
        return f'<rss version="2.0"><channel><title>Fire</title>{head}{body}</channel></rss>'.encode()

    return write


@pytest.fixture
def read_feed_posts(clock):
    """Read bytes as a saved feed."""
    source = FeedSource(None, clock, random.Random(1))
    return lambda body, origin="https://fire.example/rss": source.read(body, origin)
