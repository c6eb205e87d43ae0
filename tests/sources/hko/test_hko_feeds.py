"""The Observatory's CAP feed and GovHK's news need no module of their own: the CAP and the feed source read them."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.model.account import Account
from bot.model.alert import MsgType, Severity
from bot.reading.relaying import why_not_relayed
from bot.sources.cap import CapSource
from bot.sources.feed import FeedSource

RECORDED = Path(__file__).parents[2] / "recorded" / "hko"


async def test_the_cap_feed_gives_the_alert_in_its_languages(publisher, open_fetcher, clock):
    index = (RECORDED / "cap_atom.xml").read_text().replace("https://alerts.weather.gov.hk", publisher.url(""))
    publisher.put("/V1/cap_atom.xml", index)
    publisher.put("/V1/rain.cap", (RECORDED / "rain.cap").read_bytes())
    url = publisher.url("/V1/cap_atom.xml")
    outcome = await CapSource(open_fetcher, clock, random.Random(1)).poll(Account("cap", url, "HKO", url), {})
    (post,) = outcome.posts
    (hazard,) = post.alert.hazards
    assert [wording.language for wording in hazard.wordings] == ["en-US", "zh-HK"]
    assert (post.alert.msg_type, hazard.severity) == (MsgType.UPDATE, Severity.EXTREME)
    assert post.supersedes == ("hko@hko.gov.hk,urn:oid:2.49.0.0.344.0.2026.7.21.3.5.0,2026-07-21T03:05:00+00:00",)
    assert {area.description for area in hazard.areas} == {"Hong Kong", "香港"}
    assert why_not_relayed(post, clock()) == ""


@pytest.mark.parametrize("origin", ["https://www.info.gov.hk/gia/rss/general_zh.xml"])
def test_news_of_the_government_is_a_feed(origin, clock):
    (post,) = FeedSource(None, clock, random.Random(1)).read((RECORDED / "govhk.rss").read_bytes(), origin)
    assert post.title == "教育局宣布下午校停課"
    assert post.text == "因應黑色暴雨警告信號生效，教育局宣布所有下午校今日停課。"
    assert (post.language, post.utc_offset) == ("zh-hk", 480)
    assert post.published == datetime(2026, 7, 21, 3, 48, tzinfo=UTC)
    assert post.url.endswith("P2026072100301.htm")
