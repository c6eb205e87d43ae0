"""How a translated post looks: headline, facts, whose translation it is, the agency's own words in a folded quotation."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.delivery.composing import compose
from bot.delivery.interpreting import Interpreter
from bot.delivery.proving import prove
from bot.delivery.rendering import Manner, render
from bot.locales import available, phrases
from bot.model.account import Account
from bot.model.alert import Alert, Area, Certainty, Hazard, MsgType, Scope, Severity, Status, Urgency, Wording
from bot.model.post import Media, MediaKind, Post, Repost, Revision, RevisionKind
from bot.model.translation import Translation, Untranslated, Why
from bot.model.words import NOTHING, PHRASEBOOK, Fact, Piece, PieceKind, Short, Words
from bot.store.renditions import from_json, to_json

SENT = datetime(2026, 7, 21, 3, 51, tzinfo=UTC)
POLICE = Account("weibo", "1288915263", "平安北京", "https://weibo.com/u/1288915263", language="zh", utc_offset=480)
FREE = "请市民注意安全，尽量减少外出，看好老人孩子。"
SAID = "Please take care and go out as little as you can."
POST = Post("weibo", POLICE.key, "1", FREE, "https://weibo.com/x/1", published=SENT)
MADE = Words(translation=(Piece(PieceKind.TEXT, SAID),), by=("deepl",))
FORMULA = "北京市气象台7月21日9时30分发布暴雨橙色预警信号，请注意防范。"


def composed(post, words, language="en", **how):
    return compose(Revision(post, 1, RevisionKind.NEW), POLICE, phrases(language), words=words, **how)


def quoted(styled):
    """(entity type, text) of every quotation, in order."""
    text = styled.text.encode("utf-16-le")
    return [
        (span.type, text[2 * span.offset : 2 * (span.offset + span.length)].decode("utf-16-le"))
        for span in sorted(styled.spans, key=lambda span: span.offset)
        if "blockquote" in span.type
    ]


def test_the_translation_comes_first_and_the_original_is_folded():
    assert quoted(composed(POST, MADE)) == [("blockquote", SAID), ("expandable_blockquote", FREE)]
    assert "Machine translation: deepl\nIn the agency’s own words:\n" in composed(POST, MADE).text


def test_the_original_comes_first_where_the_chat_wants_it():
    styled = composed(POST, MADE, original_first=True)
    assert quoted(styled) == [("blockquote", FREE), ("expandable_blockquote", SAID)]
    assert styled.text.index(SAID) < styled.text.index("Machine translation: deepl")


@pytest.mark.parametrize("language", available())
@pytest.mark.parametrize("original_first", [True, False])
def test_in_every_language_it_is_marked_and_keeps_link_account_and_time(language, original_first):
    text = composed(POST, MADE, language, original_first=original_first).text
    says = phrases(language)
    for words in (SAID, FREE, "平安北京", says("translation.by_engine", engines="deepl"), "(weibo.com)"):
        assert words in text
    assert says.conventions.moment(SENT, 480) in text


def test_an_engines_words_are_as_harmless_as_anybodys():
    made = replace(MADE, translation=(Piece(PieceKind.TEXT, "Ask @attacker or /start now at t.me/attacker"),))
    text = composed(POST, made).text
    assert "@attacker" not in text
    assert "/start" not in text
    assert "t.me" not in text


def test_facts_stand_below_the_headline_and_nothing_is_said_of_what_was_not_given():
    words = Words("🟠", "Warning: rainstorm, orange", ((Fact.WHERE, "Beijing"), (Fact.SOURCE, "Observatory")))
    lines = composed(POST, words).text.split("\n")
    assert lines[0] == "🟠 Warning: rainstorm, orange"
    assert {"Where: Beijing", "Source: Observatory"} <= set(lines)
    assert not any(line.startswith(("When", "What to do")) for line in lines)


def test_what_it_passes_on_is_translated_too():
    post = replace(POST, repost=Repost(True, author="气象北京", text="暴雨将至"))
    words = replace(MADE, translation=(*MADE.translation, Piece(PieceKind.REPOST, "A rainstorm is coming")))
    (_, first), (_, folded) = quoted(composed(post, words))
    assert "» 气象北京: A rainstorm is coming" in first
    assert "» 气象北京: 暴雨将至" in folded


# ------------------------------------------------------------------ alerts with fields

ITALIAN = Wording("it-IT", "Vento forte", "Allerta vento", "Raffiche di 90 km/h.", "Restate in casa.", "Meteo")
HAZARD = Hazard(Urgency.IMMEDIATE, Severity.SEVERE, Certainty.OBSERVED, (ITALIAN,), areas=(Area("Genova"),))
ALERT = Alert("meteo", "1", SENT, SENT.isoformat(), Status.ACTUAL, MsgType.ALERT, Scope.PUBLIC, hazards=(HAZARD,))
CAP = Post("cap", "meteo", "1", "", "https://example.org/1", published=SENT, alert=ALERT)
METEO = Account("cap", "meteo", "Meteo", "https://example.org/", language="it", utc_offset=60)
IN_ENGLISH = {
    "Allerta vento": "Wind warning",
    "Raffiche di 90 km/h.": "Gusts of 90 km/h.",
    "Restate in casa.": "Stay at home.",
}


class Engines:
    def __init__(self, said):
        self.said, self.asked = said, []

    async def may(self, source, target):
        return True

    async def translate(self, text, source, target):
        self.asked.append((text, source, target))
        if text not in self.said:
            return Untranslated(Why.UNRELIABLE)
        return Translation(self.said[text], source, target, "deepl", "", SENT)


async def interpreted(post, account, engines, language="en"):
    interpreter = Interpreter(engines)
    work = interpreter.ask((1, 1, language), Revision(post, 1, RevisionKind.NEW), account, phrases(language))
    words = await work.whole(30)
    await interpreter.aclose()
    return words


async def test_a_foreign_alert_is_translated_piece_by_piece():
    engines = Engines(IN_ENGLISH)
    words = await interpreted(CAP, METEO, engines)
    assert {source for _, source, _ in engines.asked} == {"it"}
    text = composed(CAP, words).text
    for said in (*IN_ENGLISH, *IN_ENGLISH.values(), "Machine translation: deepl"):
        assert said in text
    assert text.index("Stay at home.") < text.index("Restate in casa.")
    turned = composed(CAP, words, original_first=True).text
    assert turned.index("Restate in casa.") < turned.index("Stay at home.")


async def test_half_a_translation_is_none():
    words = await interpreted(CAP, METEO, Engines({"Allerta vento": "Wind warning"}))
    assert words.translation == ()
    assert words.why == Why.UNRELIABLE
    assert "Wind" not in composed(CAP, words).text
    assert "could not be translated reliably" in composed(CAP, words).text


async def test_the_agencys_own_words_in_the_readers_language_are_not_translated():
    english = Wording("en-GB", "Wind", "Wind warning", "Gusts of 90 km/h.", "Stay at home.", "Meteo")
    alert = replace(ALERT, hazards=(replace(HAZARD, wordings=(ITALIAN, english)),))
    engines = Engines({})
    words = await interpreted(replace(CAP, alert=alert), METEO, engines)
    assert (engines.asked, words) == ([], NOTHING)


# ------------------------------------------------------------------ what is proved


def test_a_formula_is_said_by_the_phrasebook_and_a_free_text_is_left_to_engines():
    proved = prove(replace(POST, text=FORMULA), POLICE, phrases("fr"))
    assert proved.words.by == (PHRASEBOOK,)
    assert proved.words.sign == "🟠"
    assert not proved.left
    free = prove(POST, POLICE, phrases("fr"))
    assert [(each.text, each.source) for each in free.left] == [(FREE, "zh-Hans")]
    assert not free.words.translation


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant"])
def test_a_reader_of_chinese_gets_the_headline_and_the_original_alone(language):
    proved = prove(replace(POST, text=FORMULA), POLICE, phrases(language))
    assert proved.words.headline
    assert (proved.words.translation, proved.words.facts, proved.left) == ((), (), ())


@pytest.mark.parametrize(
    ("text", "declared", "tag"),
    [
        ("今晚请大家早些回家", "zh", "zh-Hans"),
        ("今晚請大家早些回家", "zh", "zh-Hant"),
        ("今晚请大家早些回家", "en-US", "zh-Hans"),
        ("Allerta vento", "it-IT", "it"),
        ("The river rises", "", ""),
        ("The river rises since the morning and has left its bed.", "", "en"),
        ("Река поднимается. Жителей просят покинуть берег и взять с собой документы.", "", "ru"),
    ],
)
def test_a_declared_language_comes_first_but_a_default_makes_no_chinese_english(text, declared, tag):
    undeclared = replace(POLICE, language=declared)
    left = prove(replace(POST, text=text), undeclared, phrases("fr")).left
    assert [each.source for each in left] == ([tag] if tag else [])


async def test_a_fault_of_ours_shows_the_original():
    class Broken(Engines):
        async def translate(self, text, source, target):
            raise ZeroDivisionError

    words = await interpreted(POST, POLICE, Broken({}))
    assert words == Words(why=Why.UNAVAILABLE)


async def test_a_glance_asks_no_engine_and_takes_what_is_there():
    engines = Engines({FREE: SAID})
    interpreter = Interpreter(engines)
    revision, formula = (Revision(replace(POST, text=text), 1, RevisionKind.NEW) for text in (FREE, FORMULA))
    try:
        words = await interpreter.glance(revision, POLICE, phrases("en"))
        assert (words.translation, words.why, words.promised) == ((), Why.NO_ENGINE, False)
        assert (await interpreter.glance(formula, POLICE, phrases("en"))).by == (PHRASEBOOK,)
        assert engines.asked == []
        made = await interpreter.preview(revision, POLICE, phrases("en"))
        assert made.by == ("deepl",)
        assert await interpreter.glance(revision, POLICE, phrases("en")) == made
    finally:
        await interpreter.aclose()


# ------------------------------------------------------------------ button and keeping


def test_where_an_agency_can_be_answered_its_page_stands_beside_its_post():
    def links(account):
        said = render(Revision(POST, 1, RevisionKind.NEW), account, phrases("en")).parts[-1].styled
        text = said.text.encode("utf-16-le")
        return [
            (text[2 * s.offset : 2 * (s.offset + s.length)].decode("utf-16-le"), s.url)
            for s in said.spans
            if s.type == "text_link"
        ]

    assert links(POLICE)[-1] == ("Write to the agency (weibo.com)", POLICE.url)
    # a feed has no page on which anybody could be written to, and its address may be a secret
    assert not [label for label, _ in links(replace(POLICE, kind="feed")) if "Write" in label]
    assert not [label for label, _ in links(replace(POLICE, url="javascript:alert(1)")) if "Write" in label]


def test_the_button_is_under_the_first_message_and_never_under_an_album():
    photo = Media(MediaKind.PHOTO, "https://wx1.sinaimg.cn/1.jpg")
    manner = Manner(MADE, post_id=17)

    def shown(post, manner=manner):
        return render(Revision(post, 1, RevisionKind.NEW), POLICE, phrases("en"), manner).parts

    assert [button.data for row in shown(POST)[0].buttons for button in row] == ["or:1:17"]
    assert shown(replace(POST, media=(photo,)))[0].buttons
    assert not shown(replace(POST, media=(photo, replace(photo, url=photo.url + "?2"))))[0].buttons
    assert not shown(POST, Manner(Words(why="unreliable"), post_id=17))[0].buttons
    everything = [
        shown(POST, replace(manner, muted=muted, reference="#17-0123456789"))[0].buttons for muted in (False, True)
    ]
    assert [[(b.label, b.data or b.inline) for row in rows for b in row] for rows in everything] == [
        [("Original first", "or:1:17"), ("Mute this event", "mu:1:17"), ("Share", "#17-0123456789")],
        [("Original first", "or:1:17"), ("Unmute", "mu:0:17"), ("Share", "#17-0123456789")],
    ]
    assert [len(row) for row in everything[0]] == [2, 1]
    long = [part.buttons != () for part in shown(replace(POST, text=FREE * 300))]
    assert long == [True] + [False] * (len(long) - 1)


def test_words_are_kept_as_they_are():
    words = Words("🟠", "Warning", ((Fact.WHEN, "now"),), MADE.translation, ("deepl",), "unreliable", promised=True)
    assert from_json(to_json(words)) == words
    for short in (Short("Three dead."), Short("Three dead.", "openai")):
        assert from_json(to_json(replace(words, short=short))) == replace(words, short=short)
    before = json.loads(to_json(words))
    del before["short"]  # as it was kept before there was one
    assert from_json(json.dumps(before)) == words
    assert from_json("") is None
