"""The CAP source over the local publisher, our own recorded alerts, and a writer of alerts for one rule at a time."""

import random
from pathlib import Path

import pytest

from bot.model.account import Account
from bot.sources.cap import CapSource

RECORDED = Path(__file__).parents[2] / "recorded" / "cap"
NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
HEAD = {
    "identifier": "A1",
    "sender": "warn@weather.example",
    "sent": "2026-07-21T11:51:00+08:00",
    "status": "Actual",
    "msgType": "Alert",
    "scope": "Public",
}
INFO = {
    "category": "Met",
    "event": "Rainstorm",
    "urgency": "Immediate",
    "severity": "Severe",
    "certainty": "Observed",
    "expires": "2026-07-21T23:00:00+08:00",
    "headline": "Red rainstorm warning",
}


def _elements(fields: dict[str, str | None]) -> str:
    return "".join(f"<{name}>{text}</{name}>" for name, text in fields.items() if text is not None)


@pytest.fixture
def info():
    """An info block: fields changed by name (None leaves one out), ``more`` is inner XML."""
    return lambda more="", **fields: f"<info>{_elements(INFO | fields)}{more}</info>"


@pytest.fixture
def alert(info):
    """An alert: info blocks in order (one usual block when none are given), fields of the head changed by name."""

    def write(*infos: str, namespace: str = NAMESPACE, more: str = "", **fields: str | None) -> bytes:
        blocks = "".join(infos) if infos else info()
        return f'<alert xmlns="{namespace}">{_elements(HEAD | fields)}{more}{blocks}</alert>'.encode()

    return write


@pytest.fixture
def read_caps(clock):
    """Read bytes as a saved CAP answer."""
    source = CapSource(None, clock, random.Random(1))
    return lambda body, origin="https://weather.example/cap": source.read(body, origin)


@pytest.fixture
def read_cap(read_caps):
    """Read bytes that hold one alert."""

    def read(body: bytes):
        (post,) = read_caps(body)
        return post

    return read


@pytest.fixture
def caps(open_fetcher, clock) -> CapSource:
    return CapSource(open_fetcher, clock, random.Random(1))


@pytest.fixture
def cap_at(publisher):
    return lambda path="/cap": Account("cap", publisher.url(path), "Weather", publisher.url(path))


@pytest.fixture
def recorded_cap():
    return lambda name: (RECORDED / name).read_bytes()


@pytest.fixture
def index(publisher):
    """An Atom index that links the alerts at these paths, newest first."""

    def write(*paths: str) -> str:
        entries = "".join(
            f"<entry><id>{path}</id><title>Warning {path}</title><updated>2026-07-21T03:{59 - n % 60:02}:00Z</updated>"
            f'<link type="application/cap+xml" href="{publisher.url(path)}"/></entry>'
            for n, path in enumerate(paths)
        )
        return f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:cap="{NAMESPACE}"><title>Warnings</title>{entries}</feed>'

    return write
