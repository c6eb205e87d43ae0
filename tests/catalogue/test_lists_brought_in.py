"""The catalogue: the lists of IFRC and WMO brought in whole, found by any word, and kept when a list cannot be read."""

import json
import random
from pathlib import Path

import listed
import pytest
from hypothesis import HealthCheck, given, settings
from publishing import NoKeep, guarded, serving
from typer.testing import CliRunner

from bot.catalogue import keeping
from bot.catalogue.entry import Entry, entry_from
from bot.catalogue.keeping import CatalogueError
from bot.catalogue.lists import read_list
from bot.catalogue.refreshing import refresh
from bot.cli import app
from bot.sources.face import Claim, UnreadableError
from bot.sources.registry import Parts, make_sources

MET = "https://cap-sources.example.org/xa-met-en/rss.xml"
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
    return lambda: {entry.account: entry for entry in keeping.load(tmp_path / "c.jsonl")}


def answer(name: str) -> bytes:
    return listed.recorded(f"catalogue/{name}.json")


async def test_both_lists_are_brought_in_and_each_account_is_one_entry(bring_in, kept):
    reports = await bring_in(ifrc=answer("ifrc"), wmo=answer("wmo"))
    assert (reports["ifrc"].entries, reports["ifrc"].new, reports["wmo"].entries) == (3, 3, 2)
    entries = kept()
    assert len(entries) == 4
    assert entries[MET] == Entry(
        MET, "cap", "Beispielland: Meteorological Service", country="XAA", language="English", lists=("ifrc", "wmo")
    )
    # one feed of two authorities, and one that another kind reads better than CAP does
    assert entries[AUSTRIA].name == "Austria: Zentralanstalt / Austria: Wasserhaushalt"
    assert entries[AUSTRIA].kind == "meteoalarm"
    assert entries["https://weather.example.test/cap.atom"].note == "in testing, by WMO's list"
    assert not any(entry.confirmed for entry in entries.values())


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
    assert entries.keys() == {"https://cap.example.mx/rss.php", MET, "https://weather.example.test/cap.atom"}
    assert entries[MET].lists == ("wmo",)


async def test_nothing_is_written_when_no_list_could_be_read(bring_in, tmp_path):
    await bring_in(ifrc=503)
    assert not (tmp_path / "c.jsonl").exists()


def test_the_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "deep" / "c.jsonl"
    keeping.save(path, [Entry("a", "cap", "Ä")])
    assert keeping.load(path) == (Entry("a", "cap", "Ä"),)
    assert [each.name for each in path.parent.iterdir()] == ["c.jsonl"]
    (tmp_path / "file").write_text("x")
    with pytest.raises(CatalogueError, match="cannot be written"):
        keeping.save(tmp_path / "file" / "c.jsonl", [])


@pytest.mark.parametrize(
    "text", ["", "{}", "not json", '{"tocsin": "catalogue", "version": 9}', '{"tocsin": "chats"}\n{}']
)
def test_a_file_that_is_no_catalogue_is_left_alone_and_told(tmp_path, text):
    path = tmp_path / "c.jsonl"
    path.write_text(text)
    with pytest.raises(CatalogueError, match="tocsin catalogue refresh"):
        keeping.load(path)
    assert path.read_text() == text


def test_every_shipped_entry_can_be_followed_by_its_kind(sources):
    entries = keeping.shipped()
    assert len(entries) > 50
    assert len({entry.account for entry in entries}) == len(entries)
    for entry in entries:
        claim = sources[entry.kind].claims(entry.account)
        assert claim is not Claim.NO, entry
        assert (claim is Claim.SURE) or entry.kind == "cap", entry
        assert entry.country == "" or (len(entry.country) == 3 and entry.country.isupper())
        assert not entry.confirmed  # nobody here has asked them


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
    assert all(entry_from(entry.to_json()) == entry for entry in entries)


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
    germany = command("find", "deu", "weather", "--json")
    assert json.loads(germany.output)["account"] == "meteoalarm:germany"
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
    names = " / ".join(entry.name for entry in entries)
    assert [feed["name"] for feed in feeds if " ".join(feed["name"].split()) not in names] == []
    assert {entry.kind for entry in entries} == {"cap", "meteoalarm"}
