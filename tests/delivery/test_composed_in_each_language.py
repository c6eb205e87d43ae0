"""A whole message in every language: the frame is the reader's, the facts and the agency's words are untouched."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.composing import compose
from bot.delivery.reasons import told
from bot.locales import available, phrases
from bot.locales.directions import CLOSE, OPEN
from bot.model.account import Account
from bot.model.alert import Alert, Area, Certainty, Hazard, MsgType, Scope, Severity, Status, Urgency, Wording
from bot.model.post import Count, Engagement, Post, Revision, RevisionKind
from bot.model.reason import Cause, Reason

SENT = datetime(2026, 7, 21, 3, 51, tzinfo=UTC)
ACCOUNT = Account("cap", "office", "Met Office", "https://example.org/", language="en", utc_offset=480)
WORDING = Wording("xx", "Flood (A4)", "Flood warning for the A4", "Water rises.", "Leave now!", "Met Office")
HAZARD = Hazard(
    Urgency.IMMEDIATE,
    Severity.SEVERE,
    Certainty.OBSERVED,
    (WORDING,),
    areas=(Area("Fengtai (West)"), Area("A4, km 12")),
    onset=SENT,
    expires=SENT + timedelta(hours=6),
)
ALERT = Alert("office", "1", SENT, SENT.isoformat(), Status.ACTUAL, MsgType.ALERT, Scope.PUBLIC)
POST = Post("cap", "office", "1", "Water rises.", "https://example.org/1", author="Met Office", published=SENT)


def said(language: str, post: Post, number: int = 1) -> str:
    return compose(Revision(post, number, RevisionKind.NEW), ACCOUNT, phrases(language)).text


@pytest.mark.parametrize("language", available())
def test_an_alert_has_every_fact_in_every_language(language):
    several = replace(ALERT, hazards=(HAZARD, replace(HAZARD, onset=None), replace(HAZARD, expires=None)))
    post = replace(POST, alert=several, edited=SENT + timedelta(hours=1))
    text = said(language, post)
    for fact in ("Flood (A4)", "Fengtai (West), A4, km 12", "Leave now!", "Water rises.", "Met Office"):
        assert fact in text
    clock = phrases(language).conventions
    assert text.count(clock.moment(SENT, 480)) == 3  # two hazards begin, and the foot
    assert text.count(clock.moment(SENT + timedelta(hours=6), 480)) == 2
    assert clock.moment(SENT + timedelta(hours=1), 480) in text
    assert text.count(phrases(language)("severity.severe")) == 4
    assert "{" not in text
    # each line is a paragraph by itself: what is set apart in it ends in it
    assert all(line.count(OPEN) == line.count(CLOSE) for line in text.split("\n"))


@pytest.mark.parametrize("language", available())
def test_an_alert_without_times_says_so_in_every_language(language):
    post = replace(POST, alert=replace(ALERT, hazards=(replace(HAZARD, onset=None, expires=None, areas=()),)))
    lines = said(language, post).split("\n")
    assert phrases(language)("message.no_end") in lines
    assert phrases(language)("message.where", places=phrases(language)("message.not_stated")) in lines


@pytest.mark.parametrize(
    ("language", "count", "words"),
    [
        ("en", Count(5013, "5013"), "forwarded 5,013 times"),
        ("en", Count(100_000, "10万+", is_lower_bound=True), "forwarded 100,000+ times"),
        ("de", Count(5013, "5013"), "5.013-mal weitergeleitet"),
        ("es", Count(1_000_000, "100万+", is_lower_bound=True), "reenviado 1.000.000+ de veces"),
        ("zh-Hans", Count(1_000_000, "100万+", is_lower_bound=True), "已被转发 1,000,000+ 次"),
    ],
)
def test_how_often_it_was_forwarded(language, count, words):
    assert words in said(language, replace(POST, engagement=Engagement(count)))


def test_an_agency_whose_name_runs_back_turns_nothing_round():
    post = replace(POST, alert=replace(ALERT, hazards=(replace(HAZARD, areas=(Area("الرياض"),)),)))
    assert f"Where: {OPEN}الرياض{CLOSE}\n" in said("en", post)


@pytest.mark.parametrize(("kept", "words"), [("1234", "1.234"), ("1", "1"), ("٣", "٣"), ("many", "many")])
def test_a_reasons_count_is_a_number_and_its_status_is_none(kept, words):
    missing = told(Reason(Cause.ALERTS_MISSING, {"count": kept}), phrases("de"))
    assert missing.startswith("Warnungen auf der Liste, die mir die Website nicht gibt: ")
    assert words in missing
    assert "(HTTP 1503)" in told(Reason(Cause.SITE_FAULT, {"status": "1503"}), phrases("de"))
