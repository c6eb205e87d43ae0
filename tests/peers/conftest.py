"""How peers lost or repeated messages: one test named after each such failure shows that it cannot happen here."""

import pytest
from towns import Town, open_town

from bot.delivery import outbox


@pytest.fixture(autouse=True)
def _look_often(monkeypatch):
    """The clock is moved by hand, so real seconds must not be waited for."""
    monkeypatch.setattr(outbox, "NET_SECONDS", 0.02)


@pytest.fixture
async def town(db, clock) -> Town:
    return await open_town(db, clock)
