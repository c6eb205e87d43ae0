"""The source of Telegram channels over the local publisher, and our own recorded pages."""

from pathlib import Path

import pytest

from bot.model.account import Account
from bot.sources.telegram_channel import ChannelSource

RECORDED = Path(__file__).parents[2] / "recorded" / "telegram_channel"


@pytest.fixture
def recorded_page():
    return lambda name="channel.html": (RECORDED / name).read_text(encoding="utf-8")


@pytest.fixture
def channels(open_fetcher, publisher) -> ChannelSource:
    return ChannelSource(open_fetcher, publisher.url(""))


@pytest.fixture
def channel() -> Account:
    return Account("telegram_channel", "harbourfire", "Harbour", "https://t.me/harbourfire")


@pytest.fixture
def page_of():
    """A channel's page with one plain message for each (id, words)."""

    def write(*messages: tuple[int, str]) -> str:
        said = "".join(
            f'<div class="tgme_widget_message" data-post="HarbourFire/{number}">'
            f'<div class="tgme_widget_message_text js-message_text">{words}</div>'
            f'<a class="tgme_widget_message_date"><time datetime="2026-07-21T03:30:00+00:00"></time></a></div>'
            for number, words in messages
        )
        return f'<div class="tgme_channel_info"></div><section class="tgme_channel_history">{said}</section>'

    return write
