"""How a digest looks: hazard, level, place and action in each language, each line a link, within Telegram's limits."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.briefing import brief, render_briefing
from bot.delivery.rendering import TEXT_ROOM
from bot.delivery.situations import Overview
from bot.delivery.writing import units
from bot.language.languages import LANGUAGES
from bot.language.phrasebook.book import book
from bot.locales import phrases
from bot.model.post import Post
from bot.model.reading import Action, HazardKind, Level, Scheme
from bot.model.situation import Event, How, Line, Occasion, Over, Told
from bot.reading.reader import read
from bot.reading.situation import compare, gather
from bot.store.codec import briefing_from_json, briefing_to_json, lines_from_json, lines_to_json

START = datetime(2012, 7, 21, 12, tzinfo=UTC)
NOW = START + timedelta(hours=1)


def told(number, text, state="current"):
    at = START + timedelta(minutes=number)
    post = Post("weibo", "1", str(number), text, f"https://a.example/{number}", published=at, utc_offset=480)
    return Told(number, 1, post, at, state, claims=read(text, published=at, utc_offset=480).claims)


TOLD = (
    told(1, "北京市气象台发布暴雨橙色预警信号。"),
    told(2, "广渠门桥积水严重，双向断路。"),
    told(3, "市防汛指挥部启动防汛Ⅱ级应急响应"),
    told(4, "天文台发出八号西北烈风或暴风信号"),
    told(5, "莲花桥积水严重，双向断路。"),
    told(6, "莲花桥已恢复通行"),
    told(7, "早安，北京"),
)


def briefing(occasion=Occasion.ASKED, posts=TOLD, before=None, **overview):
    found = gather(posts, NOW)
    whole = Overview(found, tuple(each.seen_at for each in posts), **overview)
    return brief(occasion, whole, compare(found, before, START), NOW, START)


def text_of(parts):
    return "\n----\n".join(part.styled.text for part in parts)


def test_each_line_says_what_where_since_when_and_leads_to_its_post():
    [part] = render_briefing(briefing(), phrases("en"))
    said = part.styled.text
    assert "🟠 Rainstorm: orange · Beijing" in said
    assert "announced · since 21 Jul 2012, 20:01 UTC+8" in said
    assert "Guangqumen" in said
    assert "Flood (emergency response): Level II" in said
    assert "No. 8 Northwest Gale or Storm Signal" in said
    over = said[said.index("Over, or not listed any more") :]
    assert "✅ Road closure · Lianhua Bridge\nlifted by the agency · 21 Jul 2012, 20:06 UTC+8" in over
    assert "could not sort, please look yourself: 1\n1" in over
    assert {span.url for span in part.styled.spans if span.type == "text_link"} == {
        f"https://a.example/{number}" for number in (1, 2, 3, 4, 6, 7)
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_said_in_each_language_with_nothing_left_out(language):
    said = text_of(render_briefing(briefing(Occasion.DAY, blind=("平安北京",), cut=True), phrases(language)))
    known = book(language)
    assert known.word("hazards", "rainstorm").casefold() in said.casefold()
    assert known.word("levels.cma", "orange") in said
    assert phrases(language)("situation.title_day") in said
    assert phrases(language)("situation.cut") in said
    assert "平安北京" in said
    assert "{" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_hazard_level_and_signal_has_its_words(language):
    known = book(language)
    assert [kind for kind in HazardKind if known.word("hazards", kind) is None] == []
    colours = (Level.WHITE, Level.BLUE, Level.YELLOW, Level.ORANGE, Level.RED)
    assert [level for level in colours if known.word("levels.cma", level) is None] == []
    responses = (Level.LEVEL_I, Level.LEVEL_II, Level.LEVEL_III, Level.LEVEL_IV)
    assert [level for level in responses if known.word("levels.response", level) is None] == []


def test_what_changed_is_marked_when_it_comes_by_itself():
    before = gather(TOLD[:1], START).standing
    posts = (*TOLD[:3], told(8, "北京市气象台将暴雨橙色预警升级为红色预警。"))
    said = text_of(render_briefing(briefing(Occasion.BURST, posts, before), phrases("en")))
    assert "⬆️ 🔴 Rainstorm: red · Beijing" in said
    assert "raised · since 21 Jul 2012, 20:01 UTC+8" in said
    assert "🆕 📣 Road closure" in said
    assert said.split("\n")[1:3] == ["21 Jul 2012, 13:00 UTC", "Posts since 21 Jul 2012, 12:00 UTC: 4"]


def test_nothing_read_is_never_an_all_clear():
    said = text_of(render_briefing(briefing(posts=(), blind=("平安北京", "Weather")), phrases("en")))
    assert "What I could not read may still hold" in said
    assert "Not answering just now: 平安北京, Weather. No news from there does not mean that all is quiet." in said


def test_places_that_are_not_known_stand_as_written_and_foreign_words_are_harmless():
    line = Line(
        key="k", account_id=1, action=Action.ISSUED, since=START, at=START, first_seen=START, last_seen=START,
        url="javascript:alert(1)", events=(Event("en", "Flood @everyone https://t.me/x"),),
    )  # fmt: skip
    [part] = render_briefing(replace(briefing(), standing=((line, compare(gather(TOLD, NOW), None, NOW).standing[0][1]),)),
                             phrases("en"))  # fmt: skip
    assert "@everyone" not in part.styled.text
    assert "javascript:" not in {span.url.partition("a")[0] for span in part.styled.spans}
    assert all(span.url.startswith("https://a.example/") for span in part.styled.spans if span.type == "text_link")


def test_very_much_of_it_stays_within_the_limits_and_the_rest_is_counted():
    posts = tuple(told(number, f"第{number}大街因积水封闭") for number in range(1, 60))
    many = briefing(Occasion.DAY, posts)
    assert len(many.standing) + many.more_standing == 59
    parts = render_briefing(many, phrases("en"))
    assert all(units(part.styled.text) <= TEXT_ROOM for part in parts)
    assert f"and {many.more_standing} more" in text_of(parts)


def test_it_comes_back_from_the_database_as_it_was():
    whole = briefing(Occasion.DAY, blind=("平安北京",), cut=True)
    assert briefing_from_json(briefing_to_json(whole)) == whole
    lines = gather(TOLD, NOW).standing
    assert lines_from_json(lines_to_json(lines)) == lines
    odd = Over(lines[0], How.GONE, NOW, "")
    assert briefing_from_json(briefing_to_json(replace(whole, over=(odd,)))).over == (odd,)
    assert {line.scheme for line in lines} >= {Scheme.CMA, Scheme.RESPONSE, Scheme.HKO, Scheme.NONE}
