"""The source of YouTube channels over the local publisher, and our own recorded feed."""

from pathlib import Path

import pytest

from bot.model.account import Account
from bot.sources.youtube import YoutubeSource

RECORDED = Path(__file__).parents[2] / "recorded" / "youtube"
CHANNEL = "UCaaaaaaaaaaaaaaaaaaaaaa"


@pytest.fixture
def recorded_feed() -> str:
    return (RECORDED / "videos.xml").read_text(encoding="utf-8")


@pytest.fixture
def youtube(open_fetcher, publisher) -> YoutubeSource:
    return YoutubeSource(open_fetcher, publisher.url(""))


@pytest.fixture
def channel() -> Account:
    return Account("youtube", CHANNEL, "Civil Protection", f"https://www.youtube.com/channel/{CHANNEL}")
