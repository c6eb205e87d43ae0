"""What every source of an official list must do alike, whatever it lists: shared by the tests of each."""

import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from bot.cli import app
from bot.model.account import Account
from bot.model.post import Post
from bot.sources.cap.dialect import Dialect
from bot.sources.cap.source import CapSource
from bot.sources.face import Broken, NothingNew, Posts, Refused, UnreadableError

RECORDED = Path(__file__).parent / "recorded"
SAMPLES = Path(__file__).parents[2] / "shared/data/samples"
NOW = datetime(2026, 7, 21, 3, 51, tzinfo=UTC)


@dataclass(frozen=True)
class Listed:
    """A source on the local publisher, and the account of one path there."""

    source: CapSource
    account: Account
    path: str
    publisher: object

    async def poll(self, memory=None):
        return await self.source.poll(self.account, memory or {})

    def put(self, body: bytes | str, **headers: str) -> None:
        self.publisher.put(self.path, body, **headers)

    def looking(self) -> Callable[[bytes], Awaitable[tuple[Post, ...]]]:
        """One look after another, with what was remembered in between as the database keeps it: the posts of each."""
        memory: dict[str, object] = {}

        async def look(body: bytes) -> tuple[Post, ...]:
            nonlocal memory
            self.put(body)
            outcome = await self.poll(memory)
            memory = json.loads(json.dumps(outcome.memory))
            return outcome.posts

        return look


def on(publisher, fetcher, clock: Callable[[], datetime], dialect: Dialect, path: str) -> Listed:
    """The source of a dialect, and an account of it at this path of the publisher."""
    source = CapSource(fetcher, clock, random.Random(1), dialect)
    return Listed(source, Account(dialect.kind, publisher.url(path), "n", publisher.url(path)), path, publisher)


def reader(dialect: Dialect) -> Callable[..., tuple[Post, ...]]:
    """Read a saved answer."""
    source = CapSource(None, lambda: NOW, random.Random(1), dialect)
    return lambda body, origin="https://agency.example/list": source.read(body, origin)


def recorded(name: str) -> bytes:
    """One of our own recorded answers."""
    return (RECORDED / name).read_bytes()


async def check_quiet_refused_and_broken(listed: Listed, good: bytes, empty: bytes) -> None:
    """The four ways to end: only an answer that was read says that all is quiet (design rule 2)."""
    listed.put(good, ETag='"1"', Last_Modified="Tue, 21 Jul 2026 03:50:00 GMT")
    first = await listed.poll()
    assert isinstance(first, Posts)
    assert first.posts
    # 304: both validators go back as they came
    again = await listed.poll(first.memory)
    assert isinstance(again, NothingNew)
    sent = listed.publisher.asked[-1][1]
    assert (sent["if-none-match"], sent["if-modified-since"]) == ('"1"', "Tue, 21 Jul 2026 03:50:00 GMT")
    assert "+ops@agency.test" in sent["user-agent"]  # who asks, and where to complain
    # the same bytes from a site that knows no validators
    listed.put(good)
    assert isinstance(await listed.poll(first.memory), NothingNew)
    # nothing is in force, which is an answer
    listed.put(empty)
    quiet = await listed.poll(first.memory)
    assert isinstance(quiet, Posts)
    assert quiet.posts == ()
    for body in (b"", b"{", b"[]" if empty.lstrip()[:1] != b"[" else b"{}", good[: len(good) // 2], b"<html>log in"):
        listed.put(body, ETag='"2"')
        broken = await listed.poll(first.memory)
        assert isinstance(broken, Broken), body[:20]
        assert broken.memory is None  # the good answer's validators stay
    listed.publisher.put(listed.path, b"", 403)
    forbidden = await listed.poll(first.memory)
    assert isinstance(forbidden, Broken)
    assert forbidden.lasting
    listed.publisher.put(listed.path, b"", 500)
    assert isinstance(await listed.poll(first.memory), Broken)
    listed.publisher.put(listed.path, b"", 429, Retry_After="5")
    refused = await listed.poll(first.memory)
    assert isinstance(refused, Refused)
    assert refused.until > listed.source._clock()
    # and while it rests nothing is sent at all
    asked = len(listed.publisher.asked)
    assert isinstance(await listed.poll(first.memory), Refused)
    assert len(listed.publisher.asked) == asked


def check_any_answer(dialect: Dialect, shape: st.SearchStrategy[object], origin: str = "https://a.example/l") -> None:
    """Whatever comes is read or refused in a sentence; what is read can be stored."""
    read = reader(dialect)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.binary(max_size=120)
        | shape.map(lambda value: value if isinstance(value, bytes) else json.dumps(value).encode())
    )
    def check(body: bytes) -> None:
        try:
            posts = read(body, origin)
        except UnreadableError as error:
            told, posts = str(error), ()
        else:
            told = "It was read."
        assert told.endswith((".", "?)"))
        for post in posts:
            assert post.id
            assert post.kind == dialect.kind
            (post.id + post.title + post.text + post.url).encode()

    check()


def anything(*names: str) -> st.SearchStrategy[object]:
    """JSON values of any shape whose objects bear these names."""
    leaves = (
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12)
        | st.sampled_from(["2026-07-21T03:51:00Z", "2026-07-21T03:51:00", "Actual", "Alert", "Public", "9", "\ud800", "Polygon"])
    )  # fmt: skip
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(names), inner, max_size=8),
        max_leaves=25,
    )


def shown_by_fetch(kind: str, body: bytes, tmp_path: Path, monkeypatch) -> str:
    """What ``tocsin fetch --kind KIND --from FILE`` prints."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "saved"
    path.write_bytes(body)
    result = CliRunner().invoke(app, ["fetch", "--kind", kind, "--from", str(path)])
    assert result.exit_code == 0, result.output
    return result.output


def sample(name: str) -> bytes:
    """A real answer of ../shared; the test is left out where that is not there."""
    import pytest

    path = SAMPLES / name
    if not path.is_file():
        pytest.skip(f"no sample {name}")
    return path.read_bytes()
