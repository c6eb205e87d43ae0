"""Every test here moves the clock by hand, so real seconds must not be waited for."""

import pytest

from bot.delivery import outbox


@pytest.fixture(autouse=True)
def _look_often(monkeypatch):
    monkeypatch.setattr(outbox, "NET_SECONDS", 0.02)
