"""The source of Mastodon accounts over the local publisher, and our own recorded answers."""

import json
from pathlib import Path

import pytest

from bot.model.account import Account
from bot.sources.mastodon import MastodonSource

RECORDED = Path(__file__).parents[2] / "recorded" / "mastodon"
LIST = "/api/v1/accounts/9001/statuses?limit=40&exclude_replies=true"


@pytest.fixture
def recorded_answer():
    return lambda name="statuses.json": (RECORDED / name).read_bytes()


@pytest.fixture
def mastodon(open_fetcher, clock) -> MastodonSource:
    return MastodonSource(open_fetcher, clock)


@pytest.fixture
def office(publisher) -> Account:
    return Account(
        "mastodon", publisher.url("/api/v1/accounts/9001"), "Wetteramt", "https://social.amt.example/@wetter"
    )


@pytest.fixture
def statuses():
    """A list of plain posts, one for each (id, words)."""

    def write(*said: tuple[int, str]) -> bytes:
        return json.dumps(
            [
                {"id": str(number), "created_at": "2026-07-21T03:30:00.000Z", "content": f"<p>{words}</p>",
                 "visibility": "public", "url": f"https://social.amt.example/@wetter/{number}"}
                for number, words in said
            ]
        ).encode()  # fmt: skip

    return write
