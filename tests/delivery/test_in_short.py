"""A long post's facts stand before it, in the agency's own sentences; the whole of it follows, folded."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.delivery import shortening
from bot.delivery.composing import FOLD_BEYOND, compose
from bot.delivery.proving import prove
from bot.delivery.shortening import LONG, MOST, ROOM, in_short
from bot.locales import available, phrases
from bot.model.account import Account
from bot.model.post import Post, Revision, RevisionKind
from bot.model.words import Piece, PieceKind, Short, Words
from bot.reading import reader

WROTE = datetime(2012, 7, 21, 10, 40, tzinfo=UTC)
ACCOUNT = Account("weibo", "1", "北京发布", "https://weibo.com/u/1", utc_offset=480)
STORY = "这座城市的老居民对这样的雨并不陌生，老人们常说起山谷里的风和灯光。"
WARNING = "北京市气象台7月21日18时30分发布暴雨橙色预警信号。"
HARM = "截至19时，已有3人死亡、12人受伤。"
TEXT = f"{WARNING}{STORY * 20}{HARM}{STORY * 20}"
POST = Post("weibo", "1", "1", TEXT, "https://weibo.com/1/1", published=WROTE, utc_offset=480)


@pytest.fixture(autouse=True, scope="module")
def _warm():
    reader.warm()


def composed(post, language="en", **options):
    """As it looks to a reader for whom no engine is asked."""
    words = prove(post, ACCOUNT, phrases(language)).words
    return compose(Revision(post, 1, RevisionKind.NEW), ACCOUNT, phrases(language), words=words, **options)


@pytest.mark.parametrize("language", available())
def test_the_facts_of_a_long_post_stand_before_it(language):
    said = composed(POST, language)
    heading = phrases(language)("summary.in_short")
    facts = f"{heading}\n{WARNING} … {HARM} …\n"
    assert facts in said.text
    assert said.text.index(facts) < said.text.index(TEXT)
    quotations = [span.type for span in said.spans if "blockquote" in span.type]
    assert sorted(quotations) == ["blockquote", "expandable_blockquote"]


def test_an_extract_takes_at_most_half_of_a_post_and_is_folded_where_it_is_long():
    assert ROOM == FOLD_BEYOND
    text = f"{HARM * 50}{STORY * 40}"
    short = in_short(replace(POST, text=text))
    assert ROOM < len(short) <= len(text) // 2 <= MOST
    quotations = [span.type for span in composed(replace(POST, text=text)).spans if "blockquote" in span.type]
    assert quotations == ["expandable_blockquote"] * 2
    assert in_short(replace(POST, text=f"{HARM * 90}{STORY * 40}")) == ""


@pytest.mark.parametrize(
    "text", [f"{WARNING}{STORY}", STORY * 50, WARNING * 100, "Alerta roja por lluvias. " * 100], ids=len
)
def test_what_is_short_has_no_facts_or_nothing_else_stands_by_itself(text):
    assert in_short(replace(POST, text=text)) == ""


def test_what_the_agency_took_back_is_not_said_first():
    assert WARNING + " …" not in composed(POST, struck=True).text


def test_a_cut_that_is_not_ready_keeps_nobody_waiting(monkeypatch):
    monkeypatch.setattr(reader, "is_warm", lambda: False)
    shortening._extracted.cache_clear()
    assert WARNING + " …" not in composed(POST).text
    assert TEXT in composed(POST).text
    assert len(TEXT) > LONG


def test_composing_cuts_nothing_itself(monkeypatch):
    words = prove(POST, ACCOUNT, phrases("en")).words
    shortening._extracted.cache_clear()
    monkeypatch.setattr(reader, "read", None)
    assert words.short.text.startswith(WARNING)
    said = compose(Revision(POST, 1, RevisionKind.NEW), ACCOUNT, phrases("en"), words=words)
    assert f"{WARNING} … {HARM} …\n" in said.text


@pytest.mark.parametrize("language", available())
def test_a_models_summary_is_marked_with_its_engine_and_cannot_break_out_of_its_quotation(language):
    words = Words(short=Short("Three dead.\u202e", "openai"))
    said = compose(Revision(POST, 1, RevisionKind.NEW), ACCOUNT, phrases(language), words=words)
    assert f"{phrases(language)('summary.in_short')}\nThree dead." in said.text
    assert "\u202e" not in said.text
    assert phrases(language)("summary.by_engine", engine="openai") in said.text
    assert WARNING + " …" not in said.text


@pytest.mark.parametrize("original_first", [True, False])
def test_whoever_reads_a_translation_gets_a_models_summary_and_no_sentences_of_the_agency(original_first):
    made = Words(translation=(Piece(PieceKind.TEXT, "Rain."),), by=("deepl",))
    revision = Revision(POST, 1, RevisionKind.NEW)

    def said(short):
        words = replace(made, short=short)
        return compose(revision, ACCOUNT, phrases("en"), words=words, original_first=original_first).text

    assert "In short" not in said(Short(WARNING))
    text = said(Short("Three dead.", "openai"))
    assert text.index("Three dead.") < min(text.index("Rain."), text.index(TEXT))
