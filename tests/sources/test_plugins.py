"""Sources of other packages: the README's example runs as it stands, and a broken one stops nobody."""

import random
import re
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.model.account import Account
from bot.model.post import Post
from bot.model.reason import Cause
from bot.outside import ForgetfulKeep, open_outside
from bot.settings import load_settings
from bot.sources import plugins, registry
from bot.sources.face import Broken, Claim, NotFoundError, NothingNew, Pace, Posts, Presence, UnreadableError
from bot.sources.registry import Parts, built_in_kinds, kinds, make_sources
from bot.watching.directory import Directory

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
TIDE = Account("tides", "harwich", "Tides at harwich", "https://tides.example/harwich")


def blocks() -> dict[str, str]:
    """The files of the README's example, by their names in the first line of each block."""
    found = re.findall(r"^```(?:toml|python)\n# (\S+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return {name: text for name, text in found}  # noqa: C416 - pairs of strings


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put a package with its entry points on the path, as pip would; forgotten after the test."""

    def put(module: str, code: str, points: dict[str, str]) -> None:
        (tmp_path / f"{module}.py").write_text(code, encoding="utf-8")
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n", encoding="utf-8")
        lines = "".join(f"{name} = {value}\n" for name, value in points.items())
        (info / "entry_points.txt").write_text(f"[{plugins.GROUP}]\n{lines}", encoding="utf-8")
        registry.forget_plug_ins()

    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield put
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]
    registry.forget_plug_ins()


@pytest.fixture
def parts(open_fetcher, clock):
    def make(**foreign: str) -> Parts:
        return Parts(open_fetcher, ForgetfulKeep(), clock, random.Random(1), {}, foreign)

    return make


@pytest.fixture
def tides(install):
    files = blocks()
    project = tomllib.loads(files["pyproject.toml"])["project"]
    install("tocsin_tides", files["tocsin_tides.py"], project["entry-points"][plugins.GROUP])


def test_the_example_is_under_sixty_lines():
    assert set(blocks()) == {"pyproject.toml", "tocsin_tides.py"}
    assert sum(text.count("\n") + 1 for text in blocks().values()) < 60


async def test_the_readmes_example_is_found_installed_and_runs(tides, parts, publisher):
    assert "tides" in kinds()
    assert "tides" not in built_in_kinds()
    sources = make_sources(parts(tides_url=publisher.url("")))
    source = sources["tides"]
    (account,) = await Directory(sources).find("tides:harwich")
    assert (account.kind, account.key) == ("tides", "harwich")
    with pytest.raises(NotFoundError):
        await source.find("tides:")
    publisher.put("/harwich.json", '{"warnings": [{"id": 7, "text": "Surge of 2 m at 18:00"}]}')
    outcome = await source.poll(account, {})
    assert isinstance(outcome, Posts)
    assert [(post.kind, post.account, post.id, post.text) for post in outcome.posts] == [
        ("tides", "harwich", "7", "Surge of 2 m at 18:00")
    ]
    publisher.put("/harwich.json", '{"warnings": []}')
    assert (await source.poll(account, {})).posts == ()
    for body, status in (("<html>", 200), ("{}", 200), ("", 404)):
        publisher.put("/harwich.json", body, status)
        assert isinstance(await source.poll(account, {}), Broken)
    assert await source.confirm(account, "7") is Presence.UNKNOWN
    assert source.read(b'{"warnings": []}', "harwich") == ()


async def test_its_settings_come_from_the_environment_and_no_others(tides, monkeypatch, publisher):
    monkeypatch.setenv("TOCSIN_TIDES_URL", publisher.url(""))
    publisher.put("/harwich.json", '{"warnings": []}')
    settings = load_settings(
        _env_file=None, site_gap_seconds=0, allowed_private_hosts="127.0.0.1", weibo_cookie="SUB=x"
    )
    async with open_outside(settings, ForgetfulKeep()) as outside:
        assert isinstance(await outside.sources["tides"].poll(TIDE, {}), Posts)
    seen = []
    point = plugins.PlugIn("openai", 25, lambda given: seen.append(dict(given.options)))
    own = {"openai_key": "sesame", "weibo_cookie": "SUB=x"}
    plugins.made(point, Parts(None, None, None, None, own, {"openai_city": "u", "tides_url": "no"}))
    assert seen == [{"openai_city": "u"}]


@pytest.mark.parametrize(
    ("code", "value", "name"),
    [
        ("raise RuntimeError('no')", "bad", "bad"),
        ("import sys; sys.exit(3)", "bad", "bad"),
        ("import no_such_package", "bad", "bad"),
        ("", "bad", "bad"),
        ("make_source = 5", "bad", "bad"),
        ("make_source = object; LOOKUP_ORDER = 'first'", "bad", "bad"),
        ("make_source = object", "no_such_module", "bad"),
        ("make_source = object", "bad:missing", "bad"),
        ("def make_source(parts): raise ValueError", "bad", "bad"),
        ("def make_source(parts): return None", "bad", "bad"),
        ("class make_source:\n kind = 'other'\n def __init__(self, parts): pass", "bad", "bad"),
        ("class make_source:\n kind = 'bad'\n def __init__(self, parts): pass", "bad", "bad"),
        ("make_source = object", "bad", "Not a kind!"),
        ("make_source = object", "bad", "weibo"),
        ("make_source = object", "bad", "feed"),
    ],
)
def test_a_broken_plug_in_is_left_out_and_all_others_stay(code, value, name, install, parts):
    before = make_sources(parts())
    install("bad", code, {name: value})
    with capture_logs() as logged:
        after = make_sources(parts())
    assert [line["log_level"] for line in logged] == ["error"]
    assert logged[0]["event"].startswith("a plug-in is left out")
    assert after.keys() == before.keys() == built_in_kinds()
    assert {kind: type(source) for kind, source in after.items()} == {k: type(s) for k, s in before.items()}


def test_of_two_with_one_name_the_first_is_taken_and_the_order_is_bounded():
    points = [EntryPoint("tides", "tests.sources.test_plugins:Second", plugins.GROUP)] * 2
    assert [(each.kind, each.order) for each in plugins.found(frozenset(), points)] == [("tides", plugins.EARLIEST)]


class Second:
    LOOKUP_ORDER = 1
    kind, pace, ids_may_churn = "tides", Pace(300, 60, 900, 3600), False

    @staticmethod
    def make_source(parts):
        return Second(parts)

    def __init__(self, does):
        self._does = does

    def claims(self, what):
        return self._does()

    async def find(self, what):
        return self._does()

    async def poll(self, account, memory):
        return self._does()

    async def confirm(self, account, post_id):
        return self._does()

    def read(self, body, origin):
        return self._does()


def fails():
    raise ZeroDivisionError


@pytest.mark.parametrize("does", [fails, lambda: "nonsense", lambda: (1, 2), lambda: None, lambda: Posts((None,))])
async def test_what_a_plug_in_does_amiss_becomes_a_sources_trouble(does):
    source = plugins.Guarded(Second(does))
    assert source.claims("x") is Claim.NO
    with pytest.raises((UnreadableError, NotFoundError)):
        await source.find("x")
    outcome = await source.poll(TIDE, {})
    assert isinstance(outcome, Broken)
    assert outcome.reason.cause is Cause.FAULT
    assert await source.confirm(TIDE, "1") is Presence.UNKNOWN
    with pytest.raises(UnreadableError):
        source.read(b"", "x")


async def test_every_failure_of_a_plug_in_is_told_with_its_traceback():
    source = plugins.Guarded(Second(fails))
    with capture_logs() as logged:
        source.claims("x")
        with pytest.raises(UnreadableError):
            await source.find("x")
        await source.poll(TIDE, {})
        await source.confirm(TIDE, "1")
        with pytest.raises(UnreadableError):
            source.read(b"", "x")
    assert [line["at"] for line in logged] == ["claims", "find", "poll", "confirm", "read"]
    assert all(line["exc_info"] for line in logged)


async def test_a_plug_in_speaks_for_no_other_kind_and_keeps_only_what_can_be_kept():
    stranger = Account("weibo", "1", "n", "")
    posts = Posts((Post("weibo", "1", "9", "text", "u"),), {"seen": [1]}, account=stranger)
    outcome = await plugins.Guarded(Second(lambda: posts)).poll(TIDE, {})
    assert [(post.kind, post.account) for post in outcome.posts] == [("tides", "harwich")]
    assert outcome.account is None
    with pytest.raises(NotFoundError):
        await plugins.Guarded(Second(lambda: (stranger,))).find("x")
    for memory in ({"when": TIDE}, {"much": "x" * 1_000_001}):
        for told in (Posts((), memory), NothingNew(memory)):
            assert isinstance(await plugins.Guarded(Second(lambda told=told: told)).poll(TIDE, {}), Broken)
