"""JMA's source over the local publisher, a writer of its feeds, and our own recorded telegrams."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.model.account import Account
from bot.sources.jma import JmaSource

RECORDED = Path(__file__).parents[2] / "recorded" / "jma"
FEED = "/developer/xml/feed/{}.xml"
DATA = "/developer/xml/data/{}.xml"
BEGIN = datetime(2026, 7, 21, 2, 50, tzinfo=UTC)


@pytest.fixture
def jma(open_fetcher, clock) -> JmaSource:
    return JmaSource(open_fetcher, clock)


@pytest.fixture
def recorded_jma():
    return lambda name: (RECORDED / f"{name}.xml").read_text()


@pytest.fixture
def jma_at(publisher):
    def at(feed: str = "eqvol", office: str = "") -> Account:
        key = publisher.url(FEED.format(feed)) + (f"?office={office}" if office else "")
        return Account("jma", key, "JMA", key)

    return at


@pytest.fixture
def listing(publisher):
    """Put a feed that lists these telegrams: file names, the n-th of them put out at minute n (or as ``at`` says)."""

    def put(*names: str, feed: str = "eqvol", at: dict[str, int] | None = None, **headers: str) -> None:
        entries = []
        for n, name in reversed(list(enumerate(names))):
            url = publisher.url(DATA.format(name))
            updated = BEGIN + timedelta(minutes=(at or {}).get(name, n))
            entries.append(
                f"<entry><title>電文</title><id>{url}</id><updated>{updated:%Y-%m-%dT%H:%M:%SZ}</updated>"
                f'<link type="application/xml" href="{url}"/><content type="text">見出し</content></entry>'
            )
        body = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>高頻度</title>{"".join(entries)}</feed>'
        publisher.put(FEED.format(feed), body, **headers)

    return put


@pytest.fixture
def telegram(publisher, recorded_jma):
    """Put a recorded telegram, changed by (from, to) pairs, at a file name."""

    def put(name: str, recorded: str, *changes: tuple[str, str]) -> None:
        text = recorded_jma(recorded)
        for before, after in changes:
            assert before in text
            text = text.replace(before, after)
        publisher.put(DATA.format(name), text)

    return put
