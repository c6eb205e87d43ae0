"""China's earthquakes: as JSON and as a script, on clocks without a zone, automatic first and then reviewed."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.model.account import Account
from bot.model.alert import Certainty, MsgType, Severity, Status
from bot.reading.relaying import is_over, why_not_relayed
from bot.sources.cenc import CENC_PACE, CencSource
from bot.sources.cenc.quakes import read_list
from bot.sources.face import Broken, Claim, NotFoundError, NothingNew, Posts, Presence, Refused, UnreadableError
from bot.store.fingerprint import fingerprint

RECORDED = Path(__file__).parents[2] / "recorded" / "cenc"
PATH = "/ajax/google"


class MinuteByMinute(CencSource):
    """Each poll comes as long after the one before as the pace wants it at least."""

    def __init__(self, fetcher, clock):
        super().__init__(fetcher, clock)
        self.clock = clock

    async def poll(self, account, memory):
        self.clock.advance(CENC_PACE.floor)
        return await super().poll(account, memory)


@pytest.fixture
def cenc(open_fetcher, clock) -> CencSource:
    return MinuteByMinute(open_fetcher, clock)


@pytest.fixture
def cenc_at(publisher):
    return lambda query="": Account("cenc", publisher.url(PATH) + query, "CENC", publisher.url(PATH))


def line(
    name: str, time: str = "11:51:07", flag: str = "M", m: object = "5.6", **fields: object
) -> dict[str, object]:
    return {
        "CATA_ID": name, "O_TIME": f"2026-07-21 {time}", "EPI_LAT": "30.05", "EPI_LON": "99.10", "EPI_DEPTH": 10,
        "AUTO_FLAG": flag, "M": m, "LOCATION_C": "四川甘孜州巴塘县", **fields,
    }  # fmt: skip


@pytest.fixture
def listed(publisher):
    return lambda *lines, **headers: publisher.put(PATH, json.dumps(lines), **headers)


@pytest.mark.parametrize("name", ["list.json", "speedsearch.html"])
def test_the_list_and_the_page_give_the_same_quake(name):
    quakes, odd = read_list((RECORDED / name).read_bytes())
    first = max(quakes, key=lambda quake: quake.magnitude if quake.place.startswith("四川") else 0)
    assert (first.id, first.magnitude, first.latitude, first.longitude) == ("CC20260721115100", 5.6, 30.05, 99.1)
    assert first.at == datetime(2026, 7, 21, 3, 51, 7, tzinfo=UTC)  # 11:51 without a zone is Beijing's
    assert (len(quakes), odd) == (2, 0)


def test_an_answer_for_a_callback_is_read_too():
    body = b"jQuery123_456(" + (RECORDED / "list.json").read_bytes() + b");"
    assert len(read_list(body)[0]) == 2


def test_a_reviewed_quake_is_told_in_the_centres_sentence(cenc):
    abroad, home = sorted(cenc.read((RECORDED / "list.json").read_bytes(), "x"), key=lambda post: post.published)
    assert home.text == (
        "中国地震台网正式测定：07月21日11时51分在四川甘孜州巴塘县（北纬30.05度，东经99.10度）发生5.6级地震，震源深度10公里。"
    )
    assert home.title == "四川甘孜州巴塘县发生5.6级地震"
    (hazard,) = home.alert.hazards
    assert (hazard.severity, hazard.certainty) == (Severity.SEVERE, Certainty.OBSERVED)
    assert (hazard.areas[0].circles[0].latitude, hazard.areas[0].circles[0].radius_km) == (30.05, 0.0)
    assert ("magnitude", "5.6") in hazard.parameters
    assert not is_over(home.alert)
    assert why_not_relayed(home, home.published + timedelta(minutes=5)) == ""
    assert "南纬17.90度，西经178.60度" in abroad.text
    assert abroad.alert.severity is Severity.MODERATE  # 6.6, but not here


def test_an_automatic_quake_says_so(cenc):
    post = min(cenc.read((RECORDED / "speedsearch.html").read_bytes(), "x"), key=lambda post: post.published)
    assert "自动测定" in post.text
    assert post.text.endswith("最终结果以正式速报为准。")
    assert "4.2级左右" in post.title
    assert post.alert.hazards[0].certainty is Certainty.LIKELY
    assert post.url == "https://news.ceic.ac.cn/AU20260721114000.html"


async def test_a_review_under_another_id_keeps_the_post(cenc, cenc_at, listed):
    listed(line("AU1", flag="A", m="5.3"))
    first = await cenc.poll(cenc_at(), {})
    listed(line("CC1", "11:51:20", EPI_LAT="30.40"))
    second = await cenc.poll(cenc_at(), first.memory)
    (before,), (after,) = first.posts, second.posts
    assert before.id == after.id == "AU1"
    assert fingerprint(before) != fingerprint(after)
    assert (before.alert.msg_type, after.alert.msg_type) == (MsgType.ALERT, MsgType.ALERT)
    assert "5.6级地震" in after.title
    listed(line("CC1", "11:51:20", EPI_LAT="30.40"), line("CC0", "02:00:00"))
    third = await cenc.poll(cenc_at(), second.memory)
    assert [post.id for post in third.posts] == ["AU1", "CC0"]
    assert fingerprint(third.posts[0]) == fingerprint(after)


async def test_both_lines_of_one_quake_are_one_post_and_the_review_speaks(cenc, cenc_at, listed):
    listed(line("AU1", flag="A", m="5.3"))
    first = await cenc.poll(cenc_at(), {})
    listed(line("CC1", "11:51:20"), line("AU1", flag="A", m="5.3"))
    second = await cenc.poll(cenc_at(), first.memory)
    assert [(post.id, post.title) for post in second.posts] == [("AU1", "四川甘孜州巴塘县发生5.6级地震")]
    listed(line("CC1", "11:51:20"), line("AU1", flag="A", m="5.3"), line("CC0", "02:00:00"))
    third = await cenc.poll(cenc_at(), second.memory)
    assert [post.id for post in third.posts] == ["AU1", "CC0"]


async def test_two_quakes_that_are_both_listed_stay_two(cenc, cenc_at, listed):
    listed(line("CC2", "11:51:50", m="4.9"), line("CC1"))
    assert [post.id for post in (await cenc.poll(cenc_at(), {})).posts] == ["CC2", "CC1"]
    listed(line("CC9", "11:59:50"), line("CC1"))
    outcome = await cenc.poll(cenc_at(), {})
    assert [post.id for post in outcome.posts] == ["CC9", "CC1"]


async def test_a_corrected_magnitude_is_the_same_post_and_a_lost_line_is_no_withdrawal(cenc, cenc_at, listed):
    listed(line("CC1"), line("CC0", "02:00:00"))
    memory = (await cenc.poll(cenc_at(), {})).memory
    listed(line("CC1", m=6.7), line("CC0", "02:00:00"))
    outcome = await cenc.poll(cenc_at(), memory)
    assert outcome.posts[0].alert.severity is Severity.EXTREME
    listed(line("CC0", "02:00:00"))
    assert [post.id for post in (await cenc.poll(cenc_at(), outcome.memory)).posts] == ["CC0"]
    assert await cenc.confirm(cenc_at(), "CC1") is Presence.UNKNOWN


async def test_nothing_new_by_validator_and_by_bytes(cenc, cenc_at, listed, publisher):
    listed(line("CC1"), ETag='"1"')
    memory = (await cenc.poll(cenc_at(), {})).memory
    assert isinstance(await cenc.poll(cenc_at(), memory), NothingNew)
    assert publisher.asked[-1][1]["if-none-match"] == '"1"'
    listed(line("CC1"))
    assert isinstance(await cenc.poll(cenc_at(), memory), NothingNew)


async def test_a_list_may_begin_at_a_magnitude(cenc, cenc_at, listed, publisher):
    listed(line("CC1"), line("CC0", "02:00:00", m="3.1"))
    outcome = await cenc.poll(cenc_at("?from=4.5"), {})
    assert [post.id for post in outcome.posts] == ["CC1"]
    assert publisher.paths == [PATH]
    (account,) = await cenc.find(publisher.url(PATH) + "?from=4.5")
    assert account.name == "中国地震台网 M≥4.5"


def test_a_drill_is_never_relayed(cenc):
    body = json.dumps([line("CC1", LOCATION_C="四川甘孜州巴塘县（演练）")]).encode()
    (post,) = cenc.read(body, "x")
    assert post.alert.status is Status.EXERCISE
    assert why_not_relayed(post, post.published)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{}", b"<html>busy</html>", b"<script>const newdata = [{</script>", b'[{"M": "x"}]', b"[1, 2]",
        b"newdata = []" + b"\n" * 100_000, b"newdata = [" + b"];" * 100_000, b"a" + b" " * 100_000 + b"(",
        b'[{"CATA_ID": "a", "O_TIME": "2026-07-21 11:51:07", "M": 5, "EPI_LAT": 95, "EPI_LON": 1}]',
    ],
)  # fmt: skip
async def test_an_error_is_never_a_quiet_earth(body, cenc, cenc_at, publisher):
    publisher.put(PATH, body)
    outcome = await cenc.poll(cenc_at(), {"sha": "x"})
    assert isinstance(outcome, Broken)
    assert outcome.memory is None
    with pytest.raises(UnreadableError, match=r"\.$"):
        cenc.read(body, "x")


async def test_some_odd_lines_are_noted_and_the_others_told(cenc, cenc_at, listed):
    listed(line("CC1"), {"O_TIME": "?"})
    outcome = await cenc.poll(cenc_at(), {})
    assert isinstance(outcome, Posts)
    assert outcome.notes == ("1 line(s) of the list could not be read",)


async def test_refusals_are_refusals(cenc, cenc_at, publisher, clock):
    publisher.put(PATH, b"", 503, Retry_After="120")
    outcome = await cenc.poll(cenc_at(), {})
    assert isinstance(outcome, Refused)
    assert outcome.until == clock() + timedelta(seconds=120)


async def test_names_and_pace(cenc):
    for what in ("cenc", "CENC:4.5", "中国地震台网", "https://news.ceic.ac.cn/speedsearch.html", "www.ceic.ac.cn"):
        assert cenc.claims(what) is Claim.SURE
    for what in ("cenc:big", "earthquake", "https://weather.example/", ""):
        assert cenc.claims(what) is Claim.NO
    with pytest.raises(NotFoundError, match=r"cenc:4\.5"):
        await cenc.find("earthquake")
    assert (CENC_PACE.default, CENC_PACE.floor) == (60, 60)
