"""China's weather warnings: level in the title alone, clocks without a zone, no cancel but a title that says so."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.model.alert import MsgType, Severity, Status
from bot.reading.relaying import is_over, why_not_relayed
from bot.sources.face import Broken, Claim, NotFoundError, NothingNew, Posts, Presence, Refused, UnreadableError
from bot.sources.nmc import NMC_PACE
from bot.sources.nmc.alarms import read_list, read_page
from bot.sources.nmc.source import MAX_TRIES
from bot.sources.nmc.titles import read_title

RAIN = ("430100", "11:30", "湖南省长沙市气象台发布暴雨橙色预警信号")
WORSE = ("430100", "11:50", "湖南省长沙市气象台变更发布暴雨红色预警信号")
LIFTED = ("430100", "12:30", "湖南省长沙市气象台解除暴雨红色预警信号")
FOG = ("350428", "10:20", "福建省三明市将乐县气象台发布大雾黄色预警信号")
SAMPLE = Path(__file__).parents[3].parent / "shared/data/samples/nmc/linecast_cma_warnings.json"


@pytest.mark.parametrize(
    ("title", "place", "kind", "severity", "lifted"),
    [
        ("山西省晋城市阳城县气象台发布大雾黄色预警信号", "山西省晋城市阳城县", "大雾", Severity.MODERATE, False),
        ("福建省三明市将乐县气象台发布暴雨橙色预警信号", "福建省三明市将乐县", "暴雨", Severity.SEVERE, False),
        ("湖南省气象台更新发布暴雨橙色预警", "湖南省", "暴雨", Severity.SEVERE, False),
        ("广州市天河区气象台解除雷雨大风橙色预警信号", "广州市天河区", "雷雨大风", Severity.SEVERE, True),
        ("北京市气象台将大雾黄色预警信号升级为橙色", "北京市", "大雾", Severity.SEVERE, False),
        ("晋城市预警信息发布中心发布道路结冰蓝色预警", "晋城市", "道路结冰", Severity.MINOR, False),
        ("长沙市气象局与长沙市自然资源局联合发布地质灾害气象风险黄色预警", "长沙市", "地质灾害", Severity.MODERATE, False),
        ("长沙市气象台解除暴雨红色预警信号，降级为橙色", "长沙市", "暴雨", Severity.SEVERE, False),
        ("北京市气象台发布暴雨预警[Ⅰ级/特别严重]", "北京市", "暴雨", Severity.EXTREME, False),
        ("北京市气象台发布暴雨预警", "北京市", "暴雨", Severity.UNKNOWN, False),
    ],
)  # fmt: skip
def test_issuer_kind_level_and_lift_stand_in_the_title_alone(title, place, kind, severity, lifted):
    said = read_title(title)
    assert (said.place, said.kind, said.severity, said.lifted) == (place, kind, severity, lifted)


def test_where_the_title_says_no_level_its_sign_does():
    assert read_title("北京市气象台发布暴雨预警", "https://x.example/p0002001.png").severity is Severity.EXTREME


def test_a_recorded_list_is_read_in_order_with_its_clock(nmc, recorded_nmc):
    posts = nmc.read(recorded_nmc("list.json"), "https://www.nmc.cn/rest/findAlarm")
    assert [post.alert.status for post in posts] == [Status.EXERCISE, Status.ACTUAL, Status.ACTUAL, Status.ACTUAL]
    rain = posts[2]
    assert rain.published == datetime(2026, 7, 21, 3, 30, tzinfo=UTC)  # 11:30 without a zone is Beijing's
    assert rain.utc_offset == 480
    assert (rain.language, rain.author, rain.truncated) == ("zh-CN", "湖南省长沙市气象台", True)
    (hazard,) = rain.alert.hazards
    assert (hazard.severity, hazard.wordings[0].event) == (Severity.EXTREME, "暴雨红色预警")
    assert hazard.areas[0].description == "湖南省长沙市"
    assert hazard.areas[0].geocodes == (("GB/T 2260", "430100"),)
    assert posts[3].alert.msg_type is MsgType.CANCEL


def test_a_drill_is_never_relayed(nmc, recorded_nmc):
    drill = nmc.read(recorded_nmc("list.json"), "nmc")[0]
    assert why_not_relayed(drill, drill.published) == "status is Exercise, not Actual"


def test_the_words_of_a_warning_stand_on_its_page(recorded_nmc, nmc):
    item = read_list(recorded_nmc("list.json")).items[1]
    words = read_page(recorded_nmc("page.html"), item)
    assert words.startswith("长沙市气象台2026年07月21日11时30分发布")
    assert "版权所有" not in words
    without_block = recorded_nmc("page.html").replace(b'id="alarmtext"', b'id="other"')
    assert "降雨量已达100毫米以上" in read_page(without_block, item)
    for page in (b"<html><body>404</body></html>", b"<div class=" * 30_000, b"<div id='alarmtext'>" * 20_000):
        with pytest.raises(UnreadableError):
            read_page(page, item)


async def test_a_new_warning_comes_with_the_words_of_its_page(nmc, nmc_at, listed, publisher, recorded_nmc):
    listed(FOG)
    memory = (await nmc.poll(nmc_at(), {})).memory
    listed(RAIN, FOG)
    publisher.put("/publish/alarm/430100_1130.html", recorded_nmc("page.html"))
    outcome = await nmc.poll(nmc_at(), memory)
    (post,) = outcome.posts
    wording = post.alert.hazards[0].wordings[0]
    assert "降雨量已达100毫米以上" in wording.description
    assert wording.instruction.startswith("1.停止集会")
    assert not post.truncated
    assert publisher.asked[-1][1]["referer"].startswith("https://www.nmc.cn/")
    asked = len(publisher.asked)
    assert isinstance(await nmc.poll(nmc_at(), outcome.memory), NothingNew)
    assert len(publisher.asked) == asked + 1


async def test_a_warning_whose_page_cannot_be_had_goes_out_by_its_title_and_is_completed_later(
    nmc, nmc_at, listed, publisher, recorded_nmc
):
    listed(FOG)
    memory = (await nmc.poll(nmc_at(), {})).memory
    listed(RAIN, FOG, ETag='"1"')
    outcome = await nmc.poll(nmc_at(), memory)
    assert [(post.title, post.truncated) for post in outcome.posts] == [(RAIN[2], True)]
    publisher.put("/publish/alarm/430100_1130.html", recorded_nmc("page.html"))
    again = await nmc.poll(nmc_at(), outcome.memory)  # though the list itself did not change
    assert [(post.id, post.truncated) for post in again.posts] == [(outcome.posts[0].id, False)]
    assert isinstance(await nmc.poll(nmc_at(), again.memory), NothingNew)


async def test_a_page_is_asked_for_a_few_times_only(nmc, nmc_at, listed, publisher):
    listed(FOG)
    outcome = await nmc.poll(nmc_at(), {})
    listed(RAIN, FOG)
    for _ in range(MAX_TRIES + 3):
        outcome = await nmc.poll(nmc_at(), outcome.memory)
    assert publisher.paths.count("/publish/alarm/430100_1130.html") == MAX_TRIES
    assert isinstance(outcome, NothingNew)


async def test_warnings_do_not_wait_long_for_their_pages(nmc, nmc_at, listed, publisher, recorded_nmc, monkeypatch):
    monkeypatch.setattr("bot.sources.nmc.source.PATIENCE_S", -1.0)
    listed(FOG)
    memory = (await nmc.poll(nmc_at(), {})).memory
    listed(RAIN, FOG)
    publisher.put("/publish/alarm/430100_1130.html", recorded_nmc("page.html"))
    outcome = await nmc.poll(nmc_at(), memory)
    assert [post.truncated for post in outcome.posts] == [True]
    monkeypatch.undo()
    again = await nmc.poll(nmc_at(), outcome.memory)
    assert [post.truncated for post in again.posts] == [False]


async def test_a_later_warning_of_the_same_station_and_kind_updates_and_its_end_lifts(nmc, nmc_at, listed):
    listed(RAIN, FOG)
    first = await nmc.poll(nmc_at(), {})
    listed(WORSE, RAIN, FOG)
    raised = await nmc.poll(nmc_at(), first.memory)
    (post,) = raised.posts
    assert post.alert.msg_type is MsgType.UPDATE
    assert post.supersedes == ("430100416000_20260721113000",)
    assert post.alert.severity is Severity.EXTREME
    listed(LIFTED, FOG)
    lifted = await nmc.poll(nmc_at(), raised.memory)
    (post,) = lifted.posts
    assert is_over(post.alert)
    assert post.supersedes == ("430100416000_20260721115000",)
    assert why_not_relayed(post, post.published) == ""


async def test_a_warning_that_is_listed_after_the_one_that_replaced_it_is_left_out(nmc, nmc_at, listed):
    listed(WORSE)
    memory = (await nmc.poll(nmc_at(), {})).memory
    listed(WORSE, RAIN)
    outcome = await nmc.poll(nmc_at(), memory)
    assert outcome.posts == ()
    assert any("overtaken" in note for note in outcome.notes)


async def test_another_station_or_kind_is_no_update(nmc, nmc_at, listed):
    listed(RAIN)
    memory = (await nmc.poll(nmc_at(), {})).memory
    wind = ("430100", "11:40", "湖南省长沙市气象台发布大风蓝色预警信号")
    district = ("430102", "11:41", "湖南省长沙市芙蓉区气象台发布暴雨红色预警信号")
    drill = ("430100", "11:42", "湖南省长沙市气象台解除暴雨橙色预警信号（演练）")
    listed(drill, district, wind, RAIN)
    outcome = await nmc.poll(nmc_at(), memory)
    assert {post.title: post.supersedes for post in outcome.posts if post.alert.status is Status.ACTUAL} == {
        wind[2]: (), district[2]: (),
    }  # fmt: skip
    listed(LIFTED)
    (lift,) = (await nmc.poll(nmc_at(), outcome.memory)).posts  # the drill ended nothing
    assert lift.supersedes == ("430100416000_20260721113000",)


async def test_what_merely_leaves_the_list_is_not_lifted_and_an_empty_list_is_quiet(nmc, nmc_at, listed):
    listed(RAIN, FOG)
    memory = (await nmc.poll(nmc_at(), {})).memory
    listed()
    outcome = await nmc.poll(nmc_at(), memory)
    assert isinstance(outcome, Posts)
    assert outcome.posts == ()
    assert await nmc.confirm(nmc_at(), "430100416000_20260721113000") is Presence.UNKNOWN


def many(first: int, last: int) -> list[tuple[str, str, str]]:
    return [
        (f"{430000 + n}", f"{n // 60:02}:{n % 60:02}", f"第{n}站气象台发布大风蓝色预警信号")
        for n in range(last, first, -1)
    ]


async def test_the_whole_list_is_read_at_first_and_later_as_far_as_it_is_new(nmc, nmc_at, listed, publisher):
    listed(*many(50, 150), count=150)
    listed(*many(0, 50), page=2, count=150)
    first = await nmc.poll(nmc_at(), {})
    assert len(first.posts) == 150
    assert len(json.dumps(first.memory)) < 150 * 80
    listed(*many(60, 160), count=160)
    asked = len(publisher.asked)
    outcome = await nmc.poll(nmc_at(), first.memory)
    assert len(outcome.posts) == 10
    lists = [path for path in publisher.paths[asked:] if "findAlarm" in path]
    assert len(lists) == 1


async def test_a_later_page_that_cannot_be_had_is_asked_for_again(nmc, nmc_at, listed):
    listed(*many(50, 150), count=150)
    outcome = await nmc.poll(nmc_at(), {})
    assert any("page 2" in note for note in outcome.notes)
    listed(*many(0, 50), page=2, count=150)
    assert len((await nmc.poll(nmc_at(), outcome.memory)).posts) == 50


async def test_a_division_sifts_the_list_and_a_province_is_asked_of_the_site(nmc, nmc_at, listed, publisher):
    listed(RAIN, FOG)
    outcome = await nmc.poll(nmc_at(area="3504"), {})
    assert [post.title for post in outcome.posts] == [FOG[2]]
    assert "area=" not in publisher.paths[-1]


@pytest.mark.parametrize(
    ("what", "province"),
    [
        ("nmc", ""), ("nmc:湖南", "湖南省"), ("中央气象台：内蒙古", "内蒙古自治区"),
        ("https://www.nmc.cn/publish/alarm.html", ""), ("www.nmc.cn/rest/findAlarm?province=广东", "广东省"),
    ],
)  # fmt: skip
def test_the_names_of_its_lists(nmc, what, province):
    assert nmc.claims(what) is Claim.SURE
    from bot.sources.nmc.places import place_of

    assert place_of(place_of(what).key).province == province


@pytest.mark.parametrize("what", ["nmc:火星", "https://weather.example/alarm", "气象", "", "nmcx"])
def test_what_names_none_of_its_lists(nmc, what):
    assert nmc.claims(what) is Claim.NO


async def test_finding_asks_the_site_and_says_what_to_write(nmc, nmc_at, listed, publisher, recorded_nmc):
    publisher.put("/rest/findAlarm?pageNo=1&pageSize=1&signaltype=&signallevel=&province=", recorded_nmc("list.json"))
    (account,) = await nmc.find(publisher.url("/rest/findAlarm"))
    assert (account.kind, account.name, account.utc_offset) == ("nmc", "中央气象台 全国", 480)
    with pytest.raises(NotFoundError, match="nmc:湖南省"):
        await nmc.find("nmc:火星")


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", b"{}", b'{"code": 500, "msg": "busy"}', b'{"code": 0, "data": {}}', b'{"code": 0, "data": {"page": {',
        b'{"code": 0, "data": {"page": {"list": [{"id": 1}]}}}', b'{"code": 0, "data": {"page": {"list": {}}}}',
    ],
)  # fmt: skip
async def test_an_error_is_never_an_empty_list(body, nmc, nmc_at, publisher):
    publisher.put("/rest/findAlarm?pageNo=1&pageSize=100&signaltype=&signallevel=&province=", body)
    outcome = await nmc.poll(nmc_at(), {"sha": "x", "seen": ""})
    assert isinstance(outcome, Broken)
    assert outcome.memory is None
    assert outcome.why.endswith(".")


async def test_refusals_are_refusals(nmc, nmc_at, publisher, clock):
    publisher.put(
        "/rest/findAlarm?pageNo=1&pageSize=100&signaltype=&signallevel=&province=", b"", 429, Retry_After="90"
    )
    outcome = await nmc.poll(nmc_at(), {})
    assert isinstance(outcome, Refused)
    assert outcome.until == clock() + timedelta(seconds=90)


def test_its_pace(nmc):
    assert (NMC_PACE.default, NMC_PACE.floor, NMC_PACE.promise) == (60, 60, 900)
    assert not nmc.ids_may_churn


@pytest.mark.corpus
@pytest.mark.skipif(not SAMPLE.is_file(), reason="no ../shared/data beside the checkout")
def test_a_real_list(nmc):
    posts = nmc.read(SAMPLE.read_bytes(), "https://www.nmc.cn/rest/findAlarm")
    told = {post.alert.hazards[0].wordings[0].event: post.alert.severity for post in posts}
    assert told == {
        "大雾红色预警": Severity.EXTREME, "暴雨橙色预警": Severity.SEVERE, "道路结冰黄色预警": Severity.MODERATE,
        "大雾黄色预警": Severity.MODERATE,
    }  # fmt: skip
    assert posts[0].alert.hazards[0].areas[0].description == "北京市"
    assert posts[0].published == datetime(2026, 3, 6, 22, 0, tzinfo=UTC)
