"""What holds for every kind of official list: its pace, its memory, its threads, and that it is found by its address."""

import contextlib
import json
import random
import threading
from dataclasses import replace

import httpx
import listed
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from publishing import NoKeep

from bot.fetching.face import Response, Validators
from bot.model.account import Account
from bot.sources.cap.source import PLAIN_CAP, CapSource
from bot.sources.eaflood import EAFLOOD
from bot.sources.face import Broken, NothingNew, Posts, UnreadableError
from bot.sources.gdacs import GDACS
from bot.sources.meteoalarm import METEOALARM
from bot.sources.nina import NINA
from bot.sources.nws import NWS
from bot.sources.registry import Parts, kinds, make_sources
from bot.sources.tsunami import TSUNAMI
from bot.sources.usgs import USGS

DIALECTS = {
    EAFLOOD: ("eaflood/alert.json", 120), GDACS: ("gdacs/first.rss", 360), METEOALARM: ("meteoalarm/storm.json", 120),
    NINA: ("nina/fire.json", 60), NWS: ("nws/active.json", 30), TSUNAMI: ("tsunami/warning.cap", 30),
    USGS: ("usgs/first.json", 60),
}  # fmt: skip
EVERY = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.kind)


class Site:
    """Gives one answer to whoever asks."""

    def __init__(self, body: bytes, status: int = 200) -> None:
        self.body, self.status = body, status

    async def fetch(self, request):
        return Response(request.url, self.status, httpx.Headers(), self.body, Validators('"e"', None), listed.NOW)


def source_of(dialect, body: bytes = b"", status: int = 200) -> tuple[CapSource, Account]:
    site = Site(body or listed.recorded(DIALECTS[dialect][0]), status)
    key = "https://agency.example/api/list"
    return CapSource(site, lambda: listed.NOW, random.Random(1), dialect), Account(dialect.kind, key, "n", key)


@EVERY
def test_each_is_a_kind_that_is_asked_no_more_often_than_its_agency_allows(dialect):
    assert dialect.kind in kinds()
    pace = dialect.pace
    assert pace.floor >= DIALECTS[dialect][1]
    assert pace.floor <= pace.default <= pace.ceiling
    assert pace.promise >= 3 * pace.default


@EVERY
async def test_what_was_read_is_read_and_named_off_the_loop(dialect):
    threads: set[int] = set()

    def noting(work):
        def noted(*args, **kwargs):
            threads.add(threading.get_ident())
            return work(*args, **kwargs)

        return noted

    watched = replace(dialect, read=noting(dialect.read), settle=noting(dialect.settle))
    source = CapSource(Site(listed.recorded(DIALECTS[dialect][0])), lambda: listed.NOW, random.Random(1), watched)
    outcome = await source.poll(source_of(dialect)[1], {})
    assert isinstance(outcome, Posts)
    assert outcome.posts
    assert threads
    assert threading.get_ident() not in threads


_JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
_NAMES = st.sampled_from(
    ["etag", "sha", "hint_s", "same", "moved", "url", "seen", "tries", "lost", "named", "levels", "bundles"]
)


@EVERY
def test_each_is_polled_whatever_was_remembered(dialect):
    import asyncio

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.dictionaries(_NAMES, _JSON, max_size=6), st.sampled_from([200, 304]))
    def check(memory, status):
        source, account = source_of(dialect, status=status)
        outcome = asyncio.run(source.poll(account, memory))
        assert isinstance(outcome, Posts | NothingNew | Broken)
        json.dumps(dict(outcome.memory or {}))

    check()


@EVERY
def test_a_saved_list_is_known_for_what_it_is(dialect):
    sources = make_sources(Parts(None, NoKeep(), lambda: listed.NOW, random.Random(1), {}))
    # a tsunami centre's alert is CAP, and does not say where it was found
    kind = "cap" if dialect is TSUNAMI else dialect.kind
    assert _first_to_read(sources, listed.recorded(DIALECTS[dialect][0])) == kind


def _first_to_read(sources, body: bytes) -> str:
    for kind, source in sources.items():
        with contextlib.suppress(UnreadableError):
            source.read(body, "https://agency.example/list")
            return kind
    return ""


@EVERY
def test_no_text_is_claimed_by_two_kinds(dialect):
    others = [other for other in DIALECTS if other is not dialect]
    for entry in _shipped(dialect.kind):
        assert dialect.address(entry)
        assert [other.kind for other in others if other.address(entry)] == []


def _shipped(kind: str) -> list[str]:
    from bot.catalogue.entries import shipped

    found = [ref.named for entry in shipped().entries for ref in entry.accounts if ref.kind == kind]
    assert found
    return found


def test_a_plain_list_of_cap_remains_what_nobody_is_sure_of():
    assert PLAIN_CAP.kind == "cap"
    assert all(dialect.address("https://weather.example/cap.xml") == "" for dialect in DIALECTS)
