"""The catalogue: the lists of IFRC and WMO brought in whole, found by any word, and kept when a list cannot be read."""

import json
import random
from pathlib import Path

import listed
import pytest
from hypothesis import HealthCheck, given, settings
from publishing import NoKeep, guarded, serving
from structlog.testing import capture_logs
from typer.testing import CliRunner

from bot.catalogue import keeping
from bot.catalogue.entries import CatalogueError, Entry, Ref, entry_of, place_of, row_of, shipped
from bot.catalogue.lists import read_list
from bot.catalogue.refreshing import refresh
from bot.catalogue.searching import search
from bot.cli import app
from bot.parts import open_catalogue
from bot.sources.face import Claim, UnreadableError
from bot.sources.links import as_url
from bot.sources.registry import Parts, make_sources

MET = "https://cap-sources.example.org/xa-met-en/rss.xml"
MEXICO = "https://cap.example.mx/rss.php"
TESTING = "https://weather.example.test/cap.atom"
AUSTRIA = "https://feeds.meteoalarm.org/feeds/meteoalarm-legacy-atom-austria"


@pytest.fixture(scope="module")
def sources():
    return make_sources(Parts(None, NoKeep(), lambda: listed.NOW, random.Random(1), {}))


@pytest.fixture
async def bring_in(clock, sources, tmp_path):
    """Serve these lists (bytes, or a status) and bring them in; gives the reports."""
    async with serving() as publisher, guarded(clock) as fetcher:

        async def go(**lists: bytes | int):
            for name, body in lists.items():
                publisher.put(
                    f"/{name}", b"" if isinstance(body, int) else body, body if isinstance(body, int) else 200
                )
            places = {name: publisher.url(f"/{name}") for name in lists}
            return {report.name: report for report in await refresh(fetcher, sources, tmp_path / "c.jsonl", places)}

        yield go


@pytest.fixture
def kept(tmp_path):
    return lambda: {entry.accounts[0].key: entry for entry in keeping.load(tmp_path / "c.jsonl")}


HEAD = '{"tocsin": "catalogue", "version": 2}'


def answer(name: str) -> bytes:
    return listed.recorded(f"catalogue/{name}.json")


async def test_both_lists_are_brought_in_and_each_account_is_one_entry(bring_in, kept):
    reports = await bring_in(ifrc=answer("ifrc"), wmo=answer("wmo"))
    assert (reports["ifrc"].entries, reports["ifrc"].new, reports["wmo"].entries) == (3, 3, 2)
    entries = kept()
    assert len(entries) == 4
    met = entries[MET]
    assert (met.kind, met.places, dict(met.names)) == (
        "weather", ("ZZ",), {"own": "Beispielland: Meteorological Service"}
    )  # fmt: skip
    assert (met.accounts, met.confirmed, met.vouched) == ((Ref("cap", MET),), "", False)
    assert (met.lists, met.note) == ({"ifrc": "", "wmo": ""}, "on the list of IFRC and WMO")
    # one feed of two authorities, and one that another kind reads better than CAP does
    assert entries[AUSTRIA].own_name == "Austria: Zentralanstalt / Austria: Wasserhaushalt"
    assert (entries[AUSTRIA].accounts[0].kind, entries[AUSTRIA].places) == ("meteoalarm", ("AT",))
    assert entries[MEXICO].kind == "emergency"
    assert entries[TESTING].note == "on the list of WMO (testing)"


async def test_an_entry_keeps_its_short_id_through_every_refresh(bring_in, kept):
    await bring_in(ifrc=answer("ifrc"))
    before = {account: entry.id for account, entry in kept().items()}
    await bring_in(ifrc=answer("ifrc"), wmo=answer("wmo"))
    assert {account: entry.id for account, entry in kept().items()}.items() >= before.items()
    assert len(set(before.values())) == 3
    assert all(len(f"fd:{entry_id}:0".encode()) <= 64 for entry_id in before.values())


async def test_what_was_brought_in_is_found_beside_what_is_shipped(bring_in, tmp_path):
    assert search(keeping.everything(tmp_path / "c.jsonl"), "emergencias mexico") == []
    await bring_in(ifrc=answer("ifrc"), wmo=answer("wmo"))
    everything = keeping.everything(tmp_path / "c.jsonl")
    for asked in ("emergencias mexico", "предупреждения мексика", "墨西哥 应急", "proteccion civil mexico"):
        found = search(everything, asked)
        assert [entry.accounts[0].named for entry in found[:1]] == [MEXICO], asked
    assert everything.by_id(found[0].id) is found[0]
    assert everything.entries[: len(shipped().entries)] == shipped().entries
    # an account that is shipped is not there twice
    again = shipped().with_more(shipped().entries)
    assert again == shipped()


@pytest.mark.parametrize(
    ("country", "place"),
    [
        ("DEU", "DE"),
        ("mex", "MX"),
        ("HKG", "HK"),
        ("XKX", "XK"),
        ("XAA", "ZZ"),
        ("SUN", "ZZ"),
        ("", "ZZ"),
        ("DE", "ZZ"),
    ],
)
def test_a_country_is_known_by_its_three_letters(country, place):
    assert place_of(country) == place


@pytest.mark.parametrize(
    "trouble", [403, 429, 500, b"", b"<html>", b"[]", b"{}", b'{"sources": []}', b'[{"name": "x"}]']
)
async def test_a_list_that_cannot_be_read_leaves_its_entries_as_they_were(bring_in, kept, trouble):
    await bring_in(ifrc=answer("ifrc"), wmo=answer("wmo"))
    before = kept()
    reports = await bring_in(ifrc=answer("ifrc"), wmo=trouble)
    assert reports["wmo"].trouble
    assert reports["wmo"].entries == 2
    assert kept() == before


async def test_what_a_list_names_no_more_goes_and_what_another_names_stays(bring_in, kept):
    await bring_in(ifrc=answer("ifrc"), wmo=answer("wmo"))
    shorter = json.dumps(json.loads(answer("ifrc"))[1:2]).encode()
    reports = await bring_in(ifrc=shorter)
    assert (reports["ifrc"].new, reports["ifrc"].gone) == (0, 2)
    entries = kept()
    assert entries.keys() == {MEXICO, MET, TESTING}
    assert (entries[MET].lists, entries[MET].note) == ({"wmo": ""}, "on the list of WMO")
    assert entries[TESTING].lists == {"wmo": "testing"}


async def test_nothing_is_written_when_no_list_could_be_read(bring_in, tmp_path):
    await bring_in(ifrc=503)
    assert not (tmp_path / "c.jsonl").exists()


def test_the_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "deep" / "c.jsonl"
    entry = Entry("a", "weather", ("AT",), {"own": "Ä"}, (Ref("cap", "https://a.example/"),))
    keeping.save(path, [entry])
    assert keeping.load(path) == (entry,)
    assert [each.name for each in path.parent.iterdir()] == ["c.jsonl"]
    (tmp_path / "file").write_text("x")
    with pytest.raises(CatalogueError, match="cannot be written"):
        keeping.save(tmp_path / "file" / "c.jsonl", [])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "not json",
        '{"tocsin": "catalogue", "version": 1}',
        '{"tocsin": "chats"}\n{}',
        f"{HEAD}\n{{}}",
        f"{HEAD}\n[",
        f'{HEAD}\n{{"id": "a", "kind": "circus", "places": [], "names": {{"own": "A"}}, "accounts": []}}',
    ],
)
def test_a_file_that_is_no_catalogue_is_left_alone_and_told(tmp_path, text):
    path = tmp_path / "c.jsonl"
    path.write_text(text)
    with pytest.raises(CatalogueError, match="tocsin catalogue refresh"):
        keeping.load(path)
    assert path.read_text() == text


def test_the_service_knows_what_was_brought_in_and_says_what_is_wrong_with_the_file(tmp_path):
    path = tmp_path / "c.jsonl"
    entry = Entry("list-1", "weather", ("AT",), {"own": "Ä"}, (Ref("cap", "https://a.example/"),))
    keeping.save(path, [entry])
    assert open_catalogue(path).by_id("list-1") == entry
    path.write_text("not json")
    with capture_logs() as said:
        assert open_catalogue(path) is shipped()
    assert [line["log_level"] for line in said] == ["warning"]
    assert "tocsin catalogue refresh" in said[0]["why"]


def test_every_shipped_service_can_be_followed_by_its_kind(sources):
    services = [entry for entry in shipped().entries if not entry.vouched]
    assert len(services) > 50
    for entry in services:
        for ref in entry.accounts:
            for named in (ref.key, ref.named):
                claim = sources[ref.kind].claims(named)
                assert claim is Claim.SURE or (ref.kind == "cap" and claim is not Claim.NO), ref
        assert not entry.confirmed  # nobody here has asked them


def test_every_shipped_key_is_the_one_that_its_source_keeps():
    from bot.sources.cenc.source import _key_of as cenc
    from bot.sources.hko.source import _key_of as hko
    from bot.sources.jma.lists import feeds_named
    from bot.sources.nmc.places import place_of as nmc

    dialects = {dialect.kind: dialect.address for dialect in all_dialects()}
    others = {
        "cenc": cenc, "hko": hko, "jma": lambda named: feeds_named(named)[0].key, "nmc": lambda named: nmc(named).key,
        "cap": as_url, "weibo": str,
    }  # fmt: skip
    for entry in shipped().entries:
        for ref in entry.accounts:
            assert (dialects | others)[ref.kind](ref.named) == ref.key


def all_dialects():
    from bot.sources.eaflood.dialect import EAFLOOD
    from bot.sources.gdacs.dialect import GDACS
    from bot.sources.meteoalarm.dialect import METEOALARM
    from bot.sources.nina.dialect import NINA
    from bot.sources.nws.dialect import NWS
    from bot.sources.tsunami import TSUNAMI
    from bot.sources.usgs.dialect import USGS

    return EAFLOOD, GDACS, METEOALARM, NINA, NWS, TSUNAMI, USGS


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(listed.anything("sources", "source", "capAlertFeed", "name", "iso3", "byLanguage", "capAlertFeedStatus"))
def test_any_list_is_read_or_refused(sources, value):
    try:
        entries = read_list(json.dumps(value).encode(), "ifrc", sources)
    except UnreadableError as error:
        entries, told = (), str(error)
    else:
        told = "It was read."
    assert told.endswith(".")
    assert all(entry_of(row_of(entry), shipped().words) == entry for entry in entries)


@pytest.fixture
def command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str):
        return CliRunner().invoke(app, ["catalogue", *arguments])

    return run


def test_the_commands_bring_in_and_find(command, tmp_path: Path):
    for name in ("ifrc", "wmo"):
        (tmp_path / f"{name}.json").write_bytes(answer(name))
    result = command("refresh", "--ifrc", "ifrc.json", "--wmo", "wmo.json")
    assert (result.exit_code, result.output) == (
        0, "ifrc: 3 lists, 3 of them new; 0 are gone.\nwmo: 2 lists, 2 of them new; 0 are gone.\n"
    )  # fmt: skip
    found = command("find", "mexico")  # without its accent
    assert found.output == "México: Protección Civil  [cap]  https://cap.example.mx/rss.php  (not confirmed)\n"
    assert command("find", "警察", "北京").output == (
        "平安北京 (Safe Beijing: Beijing Public Security Bureau)  [weibo]  1288915263\n"
    )
    germany = command("find", "wetter", "deu", "--json")
    assert json.loads(germany.output)["accounts"][0]["send"] == "meteoalarm:germany"
    failed = command("refresh", "--ifrc", "none.json", "--wmo", "wmo.json")
    assert failed.exit_code == 1
    assert "ifrc: not read, its 3 entries stay as they were. none.json cannot be read" in failed.output
    nothing = command("find", "atlantis")
    assert nothing.exit_code == 1
    assert "tocsin catalogue refresh" in nothing.output


@pytest.mark.corpus
def test_the_real_list_of_ifrc_is_brought_in_whole(sources):
    entries = read_list(listed.sample("cap/ifrc_alerthub_feeds.json"), "ifrc", sources)
    feeds = json.loads(listed.sample("cap/ifrc_alerthub_feeds.json"))
    names = " / ".join(entry.own_name for entry in entries)
    assert [feed["name"] for feed in feeds if " ".join(feed["name"].split()) not in names] == []
    assert {entry.accounts[0].kind for entry in entries} == {"cap", "meteoalarm"}
    assert {entry.places for entry in entries if "ZZ" in entry.places} == set()
