"""The source of Bluesky accounts over the local publisher, and our own recorded answers."""

import json
from pathlib import Path

import pytest

from bot.model.account import Account
from bot.sources.bluesky import BlueskySource

RECORDED = Path(__file__).parents[2] / "recorded" / "bluesky"
DID = "did:plc:z72i7hdynmk6r22z27h6tvur"


@pytest.fixture
def recorded_answer():
    return lambda name="author_feed.json": (RECORDED / name).read_bytes()


@pytest.fixture
def bluesky(open_fetcher, publisher) -> BlueskySource:
    return BlueskySource(open_fetcher, publisher.url(""))


@pytest.fixture
def office() -> Account:
    return Account("bluesky", DID, "Wetteramt", f"https://bsky.app/profile/{DID}")


@pytest.fixture
def feed_path():
    query = f"actor={DID}&limit=50&filter=posts_and_author_threads&includePins=false"
    return lambda more="": f"/xrpc/app.bsky.feed.getAuthorFeed?{query}{more}"


@pytest.fixture
def feed_of():
    """An answer with one plain post for each (minute, words)."""

    def write(*said: tuple[int, str], cursor: str = "", **author: object) -> bytes:
        posts = [
            {"post": {
                "uri": f"at://{DID}/app.bsky.feed.post/3p{minute}", "author": {"did": DID, "handle": "a.example", **author},
                "record": {"text": words, "createdAt": f"2026-07-21T03:{minute:02}:00Z"},
            }}
            for minute, words in said
        ]  # fmt: skip
        return json.dumps({"feed": posts} | ({"cursor": cursor} if cursor else {})).encode()

    return write
