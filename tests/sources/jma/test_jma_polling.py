"""JMA is asked once a minute and for each telegram once; what follows what is kept; no error reads as quiet."""

import json
from datetime import timedelta

import pytest

from bot.model.alert import MsgType, Severity, Status
from bot.model.reason import Cause, Reason
from bot.reading.relaying import is_over
from bot.sources.face import Broken, Claim, NotFoundError, NothingNew, Posts, Presence, Refused, UnreadableError
from bot.sources.jma import JMA_PACE, JmaSource
from bot.sources.jma.lists import feeds_named

FLASH = "20260721025210_0_VXSE51_010000"
QUAKE = "20260721025510_0_VXSE53_010000"
TSUNAMI = "20260721025405_0_VTSE41_010000"
RAIN = "20260721030000_0_VPWW54_290000"
OLD_RAIN = "20260721030000_0_VPWW53_290000"


@pytest.fixture
def look(jma, jma_at, clock):
    """A poll a minute later."""

    async def poll(memory, feed="eqvol", office=""):
        clock.advance(60)
        return await jma.poll(jma_at(feed, office), memory)

    return poll


def put_flash(telegram, *changes):
    """The first report of the recorded earthquake: intensities alone."""
    telegram(
        FLASH, "VXSE53", ("震源・震度に関する情報", "震度速報"), ("<Title>震源・震度情報<", "<Title>震度速報<"),
        ("11:55:00+09:00", "11:52:00+09:00"), ("02:55:10Z", "02:52:10Z"), ("<InfoKind>地震情報<", "<InfoKind>震度速報<"),
        *changes,
    )  # fmt: skip


async def test_new_telegrams_are_asked_for_once_and_told_in_order(look, listing, telegram, publisher):
    listing()
    memory = (await look({})).memory
    put_flash(telegram)
    telegram(TSUNAMI, "VTSE41")
    listing(FLASH, TSUNAMI)
    outcome = await look(memory)
    assert [post.published.minute for post in outcome.posts] == [52, 54]
    assert {post.event_id for post in outcome.posts} == {"jma.go.jp,20260721115107"}
    assert outcome.posts[0].url.endswith(f"{FLASH}.xml")
    listing(FLASH, TSUNAMI, ETag='"2"')
    again = await look(outcome.memory)
    assert isinstance(again, NothingNew)
    asked = len(publisher.asked)
    assert isinstance(await look(again.memory), NothingNew)
    assert publisher.asked[-1][1]["if-none-match"] == '"2"'
    assert len(publisher.asked) == asked + 1
    assert publisher.paths.count(f"/developer/xml/data/{FLASH}.xml") == 1


async def test_later_telegrams_of_an_earthquake_update_and_lower_nothing_that_they_do_not_tell(
    look, listing, telegram
):
    put_flash(telegram)
    listing(FLASH)
    first = await look({})
    bare = [(f"<MaxInt>{n}</MaxInt>", "") for n in ("6-", "5+", "3")]
    telegram(QUAKE, "VXSE53", *bare)
    listing(FLASH, QUAKE)
    second = await look(first.memory)
    (post,) = second.posts
    assert post.supersedes == (first.posts[0].id,)
    assert post.alert.msg_type is MsgType.UPDATE
    assert post.alert.severity is Severity.EXTREME  # 6.2 would be Severe, but it was felt with 6-


async def test_a_correction_updates_and_a_withdrawal_lifts(look, listing, telegram):
    telegram(QUAKE, "VXSE53")
    listing(QUAKE)
    first = await look({})
    corrected, withdrawn = QUAKE.replace("025510", "025800"), QUAKE.replace("025510", "030100")
    telegram(corrected, "VXSE53", ("発表<", "訂正<"), ("02:55:10Z", "02:58:00Z"), ("6.2</jmx_eb", "6.4</jmx_eb"))
    listing(QUAKE, corrected)
    second = await look(first.memory)
    (post,) = second.posts
    assert (post.supersedes, post.title.startswith("【訂正】")) == ((first.posts[0].id,), True)
    telegram(withdrawn, "VXSE53", ("発表<", "取消<"), ("02:55:10Z", "03:01:00Z"))
    listing(QUAKE, corrected, withdrawn)
    third = await look(second.memory)
    (lift,) = third.posts
    assert is_over(lift.alert)
    assert lift.supersedes == (post.id,)
    assert third.memory["threads"] == {}


async def test_a_drill_follows_nothing_and_ends_nothing(look, listing, telegram):
    telegram(TSUNAMI, "VTSE41")
    listing(TSUNAMI)
    first = await look({})
    drill, real = TSUNAMI.replace("025405", "030000"), TSUNAMI.replace("025405", "100005")
    telegram(drill, "VTSE41_lifted", ("通常<", "訓練<"))
    listing(TSUNAMI, drill)
    second = await look(first.memory)
    assert [(post.alert.status, post.supersedes) for post in second.posts] == [(Status.EXERCISE, ())]
    telegram(real, "VTSE41_lifted")
    listing(TSUNAMI, drill, real)
    (lift,) = (await look(second.memory)).posts
    assert lift.supersedes == (first.posts[0].id,)


async def test_a_telegram_overtaken_by_a_later_one_is_left_out(look, listing, telegram):
    telegram(QUAKE, "VXSE53")
    listing(QUAKE)
    memory = (await look({})).memory
    put_flash(telegram)
    listing(QUAKE, FLASH)
    outcome = await look(memory)
    assert outcome.posts == ()
    assert any("overtaken" in note for note in outcome.notes)


async def test_of_the_forms_of_one_warning_the_newest_is_read(look, listing, telegram, publisher):
    telegram(RAIN, "VPWW54")
    telegram(OLD_RAIN, "VPWW54")
    listing(OLD_RAIN, RAIN, feed="extra")
    first = await look({}, "extra")
    assert len(first.posts) == 1
    newer, town = RAIN.replace("030000", "040000"), RAIN.replace("VPWW54", "VPWW55").replace("030000", "040000")
    telegram(town, "VPWW54", ("気象警報・注意報（Ｈ２７）", "気象警報・注意報（Ｒ０６）（大雨）"))
    listing(OLD_RAIN, RAIN, newer, town, feed="extra")
    second = await look(first.memory, "extra")
    assert [post.alert.incidents[0].partition(",")[0] for post in second.posts] == [
        "気象警報・注意報（Ｒ０６）（大雨）"
    ]
    assert not any(name in path for path in publisher.paths for name in ("VPWW53", newer))


async def test_an_office_that_knows_no_newer_form_is_read_in_the_older(look, listing, telegram):
    telegram(OLD_RAIN, "VPWW54")
    other = RAIN.replace("290000", "350000")
    telegram(other, "VPWW54", ("奈良", "山口"))
    listing(OLD_RAIN, other, feed="extra")
    assert len((await look({}, "extra")).posts) == 2


async def test_forecasts_and_summaries_are_not_fetched_and_what_has_another_name_is(
    look, listing, telegram, publisher
):
    telegram("strange", "VPWW54")
    listing("20260721030000_0_VPFD51_290000", "20260721030000_0_VPWS50_290000", "strange", feed="extra")
    assert len((await look({}, "extra")).posts) == 1
    assert len(publisher.asked) == 2


async def test_one_office_of_a_feed_and_two_accounts_share_one_answer(jma, jma_at, listing, telegram, publisher):
    telegram(RAIN, "VPWW54")
    other = RAIN.replace("290000", "350000")
    telegram(other, "VPWW54", ("奈良", "山口"))
    listing(RAIN, other, feed="extra")
    nara = await jma.poll(jma_at("extra", "29"), {})
    yamaguchi = await jma.poll(jma_at("extra", "350000"), {})
    assert [[post.author for post in one.posts] for one in (nara, yamaguchi)] == [
        ["奈良地方気象台"],
        ["山口地方気象台"],
    ]
    assert publisher.paths.count("/developer/xml/feed/extra.xml") == 1


async def test_after_a_gap_the_long_feed_tells_what_the_short_one_no_longer_does(look, listing, telegram, publisher):
    put_flash(telegram)
    listing(FLASH)
    memory = (await look({})).memory
    assert not any("_l.xml" in path for path in publisher.paths)
    telegram(TSUNAMI, "VTSE41")
    telegram(QUAKE, "VXSE53")
    listing(QUAKE, at={QUAKE: 30})  # begins after what was seen last
    listing(FLASH, TSUNAMI, QUAKE, feed="eqvol_l", at={FLASH: 0, TSUNAMI: 10, QUAKE: 30})
    outcome = await look(memory)
    assert [post.alert.incidents[0].partition(",")[0] for post in outcome.posts] == ["tsunami", "quake"]
    assert any("after a gap" in note for note in outcome.notes)
    listing(QUAKE, at={QUAKE: 30}, ETag='"x"')
    await look(outcome.memory)
    assert sum("_l.xml" in path for path in publisher.paths) == 1


async def test_a_long_feed_that_cannot_be_had_is_asked_for_again(look, listing, telegram):
    put_flash(telegram)
    listing(FLASH)
    memory = (await look({})).memory
    telegram(TSUNAMI, "VTSE41")
    telegram(QUAKE, "VXSE53")
    listing(QUAKE, at={QUAKE: 30}, ETag='"same"')
    first = await look(memory)
    assert len(first.posts) == 1
    listing(FLASH, TSUNAMI, QUAKE, feed="eqvol_l", at={FLASH: 0, TSUNAMI: 10, QUAKE: 30})
    second = await look(first.memory)  # though the short feed did not change
    assert [post.alert.incidents[0].partition(",")[0] for post in second.posts] == ["tsunami"]


async def test_a_telegram_that_cannot_be_had_is_told_and_tried_again(look, listing, telegram):
    put_flash(telegram)
    listing(FLASH)
    memory = (await look({})).memory
    listing(FLASH, QUAKE, TSUNAMI)
    telegram(TSUNAMI, "VTSE41")
    outcome = await look(memory)
    assert len(outcome.posts) == 1
    assert outcome.lacking == Reason(Cause.ALERTS_MISSING, {"count": "1"})
    telegram(QUAKE, "VXSE53")
    again = await look((await look(outcome.memory)).memory)
    assert again.lacking is None


@pytest.mark.parametrize(
    "body", [b"", b"<html>x</html>", b"<feed><entry>", b"{}", b"<!DOCTYPE a><feed/>", b"<Report/>"]
)
async def test_an_error_is_never_an_empty_feed(body, jma, jma_at, publisher):
    publisher.put("/developer/xml/feed/eqvol.xml", body)
    outcome = await jma.poll(jma_at(), {"sha": "x", "seen": ""})
    assert isinstance(outcome, Broken)
    assert outcome.memory is None


async def test_an_empty_feed_is_quiet_and_leaving_it_is_no_cancel(look, listing, telegram, jma, jma_at):
    telegram(TSUNAMI, "VTSE41")
    listing(TSUNAMI)
    memory = (await look({})).memory
    listing()
    outcome = await look(memory)
    assert isinstance(outcome, Posts)
    assert outcome.posts == ()
    assert outcome.memory["threads"] == memory["threads"]
    assert await jma.confirm(jma_at(), "x") is Presence.UNKNOWN


async def test_refusals_are_refusals(jma, jma_at, publisher, clock):
    publisher.put("/developer/xml/feed/eqvol.xml", b"", 503, Retry_After="600")
    outcome = await jma.poll(jma_at(), {})
    assert isinstance(outcome, Refused)
    assert outcome.until == clock() + timedelta(seconds=600)


async def test_names_of_its_feeds(jma, publisher, listing):
    for what in (
        "jma",
        "jma:eqvol",
        "気象庁",
        "jma:130000",
        "気象庁：北海道",
        "jma:extra:神奈川",
        "https://www.data.jma.go.jp/developer/xml/feed/extra_l.xml",
    ):
        assert jma.claims(what) is Claim.SURE
    for what in ("https://www.jma.go.jp/jma/press.rss", "jma:moon", "https://weather.example/feed.xml", "japan", ""):
        assert jma.claims(what) is Claim.NO
    assert [which.key.partition("feed/")[2] for which in feeds_named("jma:東京")] == ["extra.xml?office=13"]
    assert [which.name for which in feeds_named("jma")] == ["eqvol", "extra"]
    listing(feed="extra")
    (account,) = await jma.find(publisher.url("/developer/xml/feed/extra_l.xml?office=130000"))
    assert account.key == publisher.url("/developer/xml/feed/extra.xml") + "?office=130000"
    assert account.name == "気象庁 警報・注意報・随時情報 130000"
    with pytest.raises(NotFoundError, match="jma:eqvol"):
        await jma.find("japan")
    assert (JMA_PACE.default, JMA_PACE.floor, JMA_PACE.at_once) == (60, 60, 1)


def test_a_saved_feed_lists_its_telegrams_and_another_feed_is_refused(recorded_jma):
    source = JmaSource(None, None)
    posts = source.read(recorded_jma("eqvol").encode(), "https://www.data.jma.go.jp/developer/xml/feed/eqvol.xml")
    assert [post.incomplete.startswith("only an index entry") for post in posts] == [True, True]
    other = '<feed xmlns="http://www.w3.org/2005/Atom"><title>気象</title><entry><id>a</id></entry></feed>'
    with pytest.raises(UnreadableError, match="none of JMA's"):
        source.read(other.encode(), "x")


async def test_the_memory_stays_small(look, listing, telegram):
    names = [f"202607210301{n:02}_0_VPWW54_29{n:04}" for n in range(40)]
    for n, name in enumerate(names):
        telegram(name, "VPWW54", ("奈良県", f"架空第{n}県"), ("奈良地方気象台", f"架空第{n}地方気象台"))
    listing(*names, feed="extra", at=dict.fromkeys(names, 1))
    outcome = await look({}, "extra")
    assert len(outcome.memory["threads"]) == 40
    assert len(json.dumps(outcome.memory)) < 40 * 120
