"""Hong Kong's warnings: official in three languages, one post each, and over only where the API itself says so."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.delivery.languages import choose
from bot.model.account import Account
from bot.model.alert import MsgType, Severity, Status
from bot.reading.relaying import is_over, why_not_relayed
from bot.sources.face import Broken, Claim, NotFoundError, NothingNew, Presence, Refused, UnreadableError
from bot.sources.hko import HKO_PACE, HkoSource
from bot.store.fingerprint import fingerprint

PATH = "/weatherAPI/opendata/weather.php"
SAMPLES = Path(__file__).parents[3].parent / "shared/data/samples/hko"
NAMES = {
    "WRAINA": ("Amber Rainstorm Warning Signal", "黃色暴雨警告信號", "黄色暴雨警告信号"),
    "WRAINB": ("Black Rainstorm Warning Signal", "黑色暴雨警告信號", "黑色暴雨警告信号"),
    "WTS": ("Thunderstorm Warning", "雷暴警告", "雷暴警告"),
    "TC3": ("Tropical Cyclone Warning Signal", "熱帶氣旋警告信號", "热带气旋警告信号"),
    "TC8NE": ("Tropical Cyclone Warning Signal", "熱帶氣旋警告信號", "热带气旋警告信号"),
    "CANCEL": ("Tropical Cyclone Warning Signal", "熱帶氣旋警告信號", "热带气旋警告信号"),
}
LANGUAGES = ("en", "tc", "sc")


def at(time: str) -> str:
    return f"2026-07-21T{time}:00+08:00"


def warning(code: str, time: str, action: str = "ISSUE", updated: str = "", **fields: str) -> dict[str, str]:
    return {"code": code, "actionCode": action, "issueTime": at(time), "updateTime": at(updated or time), **fields}


@pytest.fixture
def hko(open_fetcher) -> HkoSource:
    return HkoSource(open_fetcher)


@pytest.fixture
def hong_kong(publisher) -> Account:
    return Account("hko", publisher.url(PATH), "HKO", publisher.url(PATH))


@pytest.fixture
def in_force(publisher):
    """Put these warnings and bulletins (family, code, text) on the site in all three languages."""

    def put(*bulletins: tuple[str, str, str], **families: dict[str, str]) -> None:
        for number, language in enumerate(LANGUAGES):
            told = {family: {"name": NAMES[w["code"]][number], **w} for family, w in families.items()}
            details = [
                {"warningStatementCode": family, "contents": [f"{text} ({language})", "2"], "updateTime": at("11:00")}
                | ({"subtype": code} if code else {})
                for family, code, text in bulletins
            ]
            publisher.put(f"{PATH}?dataType=warnsum&lang={language}", json.dumps(told))
            publisher.put(f"{PATH}?dataType=warningInfo&lang={language}", json.dumps({"details": details}))

    return put


async def test_one_post_with_the_official_words_in_three_languages(hko, hong_kong, in_force):
    in_force(("WRAIN", "WRAINB", "Stay indoors"), ("WRAIN", "WRAINA", "Other"), WRAIN=warning("WRAINB", "11:40"))
    (post,) = (await hko.poll(hong_kong, {})).posts
    (hazard,) = post.alert.hazards
    assert [wording.language for wording in hazard.wordings] == ["en", "zh-Hant-HK", "zh-Hans-HK"]
    assert choose(hazard.wordings, "zh-Hant").headline == "黑色暴雨警告信號"
    assert choose(hazard.wordings, "zh-Hans").description == "Stay indoors (sc)\n2"
    assert choose(hazard.wordings, "fr").headline == "Black Rainstorm Warning Signal"
    assert (hazard.severity, post.alert.msg_type) == (Severity.EXTREME, MsgType.ALERT)
    assert post.published == datetime(2026, 7, 21, 3, 40, tzinfo=UTC)
    assert post.id == "WRAIN,WRAINB,2026-07-21T03:40:00+00:00"
    assert not post.truncated


async def test_a_higher_signal_updates_the_one_before_and_stays_the_same_at_every_look(hko, hong_kong, in_force):
    in_force(WRAIN=warning("WRAINA", "11:05"))
    first = await hko.poll(hong_kong, {})
    in_force(WRAIN=warning("WRAINB", "11:40"))
    second = await hko.poll(hong_kong, first.memory)
    (post,) = second.posts
    assert (post.alert.msg_type, post.supersedes) == (MsgType.UPDATE, (first.posts[0].id,))
    in_force(WRAIN=warning("WRAINB", "11:40"), WTS=warning("WTS", "11:50"))
    third = await hko.poll(hong_kong, second.memory)
    assert [fingerprint(one) for one in third.posts if one.id == post.id] == [fingerprint(post)]


@pytest.mark.parametrize("action", ["EXTEND", "UPDATE"])
async def test_what_is_extended_or_updated_is_the_same_post(action, hko, hong_kong, in_force):
    in_force(("WTS", "", "Squally thunderstorms"), WTS=warning("WTS", "11:00", expireTime=at("13:00")))
    first = await hko.poll(hong_kong, {})
    changed = warning("WTS", "11:00", action, "12:45", expireTime=at("15:00"))
    in_force(("WTS", "", "More thunderstorms"), WTS=changed)
    second = await hko.poll(hong_kong, first.memory)
    assert [post.id for post in second.posts] == [first.posts[0].id]
    assert second.posts[0].alert.hazards[0].expires == datetime(2026, 7, 21, 7, 0, tzinfo=UTC)
    assert fingerprint(second.posts[0]) != fingerprint(first.posts[0])


async def test_a_reissue_is_a_message_of_its_own(hko, hong_kong, in_force):
    in_force(WTS=warning("WTS", "11:00"))
    first = await hko.poll(hong_kong, {})
    in_force(WTS=warning("WTS", "14:00", "REISSUE"))
    (post,) = (await hko.poll(hong_kong, first.memory)).posts
    assert post.supersedes == (first.posts[0].id,)


async def test_a_cancel_lifts_and_says_so_once_however_long_it_stays_listed(hko, hong_kong, in_force):
    in_force(WTCSGNL=warning("TC3", "09:00", type="No. 3 Strong Wind Signal"))
    first = await hko.poll(hong_kong, {})
    # after a cancel of a cyclone signal its code says CANCEL too, and its time of issue is the cancel's
    in_force(WTCSGNL=warning("CANCEL", "16:00", "CANCEL"))
    second = await hko.poll(hong_kong, first.memory)
    (post,) = second.posts
    assert is_over(post.alert)
    assert post.supersedes == (first.posts[0].id,)
    assert why_not_relayed(post, post.published) == ""
    in_force(WTCSGNL=warning("CANCEL", "16:00", "CANCEL"), WTS=warning("WTS", "16:10"))
    third = await hko.poll(hong_kong, second.memory)
    assert [fingerprint(one) for one in third.posts if one.id == post.id] == [fingerprint(post)]
    in_force(WTS=warning("WTS", "16:10"))
    fourth = await hko.poll(hong_kong, third.memory)
    assert [one.id for one in fourth.posts] == [third.posts[-1].id]  # its cancel leaving the list says nothing more


async def test_a_cancel_whose_warning_was_never_seen_names_it_by_its_code_and_time(hko, hong_kong, in_force):
    in_force(WTS=warning("WTS", "11:00", "CANCEL", "12:00"))
    (post,) = (await hko.poll(hong_kong, {})).posts
    assert post.supersedes == ("WTS,WTS,2026-07-21T03:00:00+00:00",)


async def test_nothing_in_force_in_all_languages_ends_what_was(hko, hong_kong, in_force, clock):
    in_force(WRAIN=warning("WRAINB", "11:40"))
    first = await hko.poll(hong_kong, {})
    in_force()
    second = await hko.poll(hong_kong, first.memory)
    (post,) = second.posts
    assert is_over(post.alert)
    assert post.supersedes == (first.posts[0].id,)
    assert [w.headline for w in post.alert.hazards[0].wordings] == list(NAMES["WRAINB"])
    assert post.published == clock()
    assert isinstance(await hko.poll(hong_kong, second.memory), NothingNew)


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"error": "busy"}', b'{"WRAIN": {}}', b"{"])
async def test_an_error_is_never_an_all_clear(body, hko, hong_kong, in_force, publisher):
    in_force(WRAIN=warning("WRAINB", "11:40"))
    memory = (await hko.poll(hong_kong, {})).memory
    for broken in ("en", "tc"):
        in_force()
        publisher.put(f"{PATH}?dataType=warnsum&lang={broken}", body)
        outcome = await hko.poll(hong_kong, memory)
        if broken == "en":
            assert isinstance(outcome, Broken)
            assert outcome.why.endswith(".")
        else:  # English says that nothing is in force, and one of the others cannot be asked
            assert outcome.posts == ()
            assert any("tc" in note for note in outcome.notes)
            in_force()
            assert len((await hko.poll(hong_kong, outcome.memory)).posts) == 1


async def test_a_warning_of_which_one_line_cannot_be_read_is_not_over(hko, hong_kong, in_force):
    in_force(WRAIN=warning("WRAINB", "11:40"), WTS=warning("WTS", "11:00"))
    memory = (await hko.poll(hong_kong, {})).memory
    in_force(WRAIN=warning("WRAINB", "11:40", "STRANGE"), WTS=warning("WTS", "11:00"))
    outcome = await hko.poll(hong_kong, memory)
    assert not any(is_over(post.alert) for post in outcome.posts)
    assert any("could not be read" in note for note in outcome.notes)


async def test_a_language_that_cannot_be_had_does_not_hold_up_the_others(hko, hong_kong, in_force, publisher):
    in_force(("WRAIN", "WRAINB", "Stay indoors"), WRAIN=warning("WRAINB", "11:40"))
    publisher.put(f"{PATH}?dataType=warnsum&lang=sc", b"", 500)
    publisher.put(f"{PATH}?dataType=warningInfo&lang=en", b"", 500)
    first = await hko.poll(hong_kong, {})
    (post,) = first.posts
    assert [wording.language for wording in post.alert.hazards[0].wordings] == ["en", "zh-Hant-HK"]
    assert post.truncated
    in_force(("WRAIN", "WRAINB", "Stay indoors"), WRAIN=warning("WRAINB", "11:40"))
    (again,) = (await hko.poll(hong_kong, first.memory)).posts
    assert (again.id, len(again.alert.hazards[0].wordings), again.truncated) == (post.id, 3, False)


async def test_a_language_that_tells_of_another_signal_lends_no_words(hko, hong_kong, in_force, publisher):
    in_force(WRAIN=warning("WRAINA", "11:05"))
    late = publisher.replies[f"{PATH}?dataType=warnsum&lang=tc"]
    in_force(WRAIN=warning("WRAINB", "11:40"))
    publisher.replies[f"{PATH}?dataType=warnsum&lang=tc"] = late
    first = await hko.poll(hong_kong, {})
    assert [w.headline for w in first.posts[0].alert.hazards[0].wordings] == [NAMES["WRAINB"][0], NAMES["WRAINB"][2]]
    in_force(WRAIN=warning("WRAINB", "11:40"))
    (again,) = (await hko.poll(hong_kong, first.memory)).posts
    assert len(again.alert.hazards[0].wordings) == 3


async def test_the_announcement_before_signal_8_stands_among_the_bulletins_alone(hko, hong_kong, in_force):
    signal = warning("TC3", "09:00", type="No. 3")
    soon = ("WTCPRE8", "", "Signal No. 8 will be issued before 4 pm")
    in_force(soon, WTCSGNL=signal)
    first = await hko.poll(hong_kong, {})
    announced = next(post for post in first.posts if post.id.startswith("WTCPRE8"))
    assert announced.alert.severity is Severity.SEVERE
    assert announced.title.startswith("Signal No. 8 will be issued")
    in_force(soon, WTCSGNL=warning("TC8NE", "15:40", type="No. 8 Northeast"))
    (post,) = (await hko.poll(hong_kong, first.memory)).posts
    assert set(post.supersedes) == {one.id for one in first.posts}
    assert post.title == "No. 8 Northeast"


async def test_a_quiet_look_costs_two_requests(hko, hong_kong, in_force, publisher):
    in_force(WTS=warning("WTS", "11:00"))
    memory = (await hko.poll(hong_kong, {})).memory
    asked = len(publisher.asked)
    assert isinstance(await hko.poll(hong_kong, memory), NothingNew)
    assert len(publisher.asked) == asked + 2


async def test_microseconds_and_missing_zones_are_borne(hko, hong_kong, in_force):
    odd = warning("WTS", "11:00") | {
        "updateTime": "2026-07-21T11:00:07.123456+08:00",
        "issueTime": "2026-07-21T11:00:00",
    }
    in_force(WTS=odd)
    (post,) = (await hko.poll(hong_kong, {})).posts
    assert post.published == datetime(2026, 7, 21, 3, 0, tzinfo=UTC)


async def test_a_drill_is_never_relayed(hko, hong_kong, in_force):
    in_force(("WTMW", "", "This is a drill. Tsunami warning"), WTMW=warning("WTS", "11:00"))
    (post,) = (await hko.poll(hong_kong, {})).posts
    assert post.alert.status is Status.TEST
    assert why_not_relayed(post, post.published)


async def test_refusals_are_refusals(hko, hong_kong, publisher, clock):
    publisher.put(f"{PATH}?dataType=warnsum&lang=en", b"", 429, Retry_After="60")
    outcome = await hko.poll(hong_kong, {})
    assert isinstance(outcome, Refused)
    assert outcome.until == clock() + timedelta(seconds=60)


async def test_names_and_pace(hko, publisher, in_force):
    in_force()
    (account,) = await hko.find(publisher.url(PATH))
    assert (account.kind, account.utc_offset) == ("hko", 480)
    for what in ("hko", "香港天文台", "https://www.hko.gov.hk/en/index.html", "data.weather.gov.hk"):
        assert hko.claims(what) is Claim.SURE
    # its CAP feed is the CAP source's
    assert hko.claims("https://alerts.weather.gov.hk/V1/cap_atom.xml") is Claim.NO
    with pytest.raises(NotFoundError, match="Write hko"):
        await hko.find("observatory")
    assert await hko.confirm(account, "x") is Presence.UNKNOWN
    assert (HKO_PACE.default, HKO_PACE.floor) == (60, 60)


@pytest.mark.corpus
@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no ../shared/data beside the checkout")
def test_real_summaries(hko):
    posts = hko.read((SAMPLES / "warnsum_en_2026-08-25_linecast.json").read_bytes(), "warnsum_en")
    assert {post.title: post.alert.severity for post in posts if not is_over(post.alert)} == {
        "Thunderstorm Warning": Severity.MODERATE,
        "Black Rainstorm Warning Signal": Severity.EXTREME,
        "No. 8 Northeast Gale or Storm Signal": Severity.SEVERE,
    }
    assert [post.supersedes for post in posts if is_over(post.alert)] == [("WFIRE,WFIREY,2026-08-24T22:00:00+00:00",)]
    (post,) = hko.read((SAMPLES / "warnsum_tc_cancel.json").read_bytes(), "warnsum_tc_cancel.json")
    assert (post.language, is_over(post.alert)) == ("zh-Hant-HK", True)
    with pytest.raises(UnreadableError):
        hko.read((SAMPLES / "warningInfo_tc_TC1.json").read_bytes(), "warningInfo_tc")
