"""What may be relayed, how urgent it is, when it ends: for posts that are alerts and posts that are not."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.model.alert import Alert, Certainty, Hazard, MsgType, Scope, Severity, Status, Urgency, Wording
from bot.model.delivery import Lane
from bot.model.post import Post
from bot.reading.relaying import effective_expiry, is_green, lane_of, severity_of, why_not_relayed

SENT = datetime(2026, 7, 21, 3, 51, tzinfo=UTC)


def hazard(severity=Severity.SEVERE, urgency=Urgency.IMMEDIATE, **changes) -> Hazard:
    words = (Wording("en", event="Rain"),)
    return Hazard(urgency, severity, Certainty.OBSERVED, words, **changes)


def post_of(
    *hazards: Hazard, msg_type=MsgType.ALERT, status=Status.ACTUAL, scope=Scope.PUBLIC, incomplete=""
) -> Post:
    alert = Alert("s", "i", SENT, SENT.isoformat(), status, msg_type, scope, hazards)
    return Post("cap", "a", "id", "", "", alert=alert, incomplete=incomplete)


def test_a_post_without_fields_is_relayed_in_the_routine_lane():
    post = Post("weibo", "1288915263", "1", "words", "https://weibo.com/1")
    assert why_not_relayed(post, SENT) == ""
    assert (severity_of(post), lane_of(post)) == (Severity.UNKNOWN, Lane.ROUTINE)


def test_what_is_incomplete_says_why():
    assert why_not_relayed(post_of(hazard(), incomplete="only an index entry"), SENT) == "only an index entry"


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.ACTUAL])
def test_only_actual_is_relayed(status):
    assert why_not_relayed(post_of(hazard(), status=status), SENT)


@pytest.mark.parametrize("scope", [scope for scope in Scope if scope is not Scope.PUBLIC])
def test_only_public_is_relayed(scope):
    assert why_not_relayed(post_of(hazard(), scope=scope), SENT)


@pytest.mark.parametrize("msg_type", [MsgType.ACK, MsgType.ERROR, MsgType.UNKNOWN])
def test_acknowledgements_and_errors_are_not_relayed(msg_type):
    assert why_not_relayed(post_of(hazard(), msg_type=msg_type), SENT)


@pytest.mark.parametrize(
    ("severity", "lane"),
    [
        (Severity.EXTREME, Lane.EXTREME),
        (Severity.SEVERE, Lane.URGENT),
        (Severity.MODERATE, Lane.ROUTINE),
        (Severity.MINOR, Lane.ROUTINE),
        (Severity.UNKNOWN, Lane.ROUTINE),
    ],
)
def test_severity_makes_the_lane(severity, lane):
    assert lane_of(post_of(hazard(severity))) is lane


def test_what_is_over_is_routine():
    assert lane_of(post_of(hazard(Severity.EXTREME, Urgency.PAST))) is Lane.ROUTINE
    assert lane_of(post_of(hazard(Severity.EXTREME, response_types=("AllClear",)))) is Lane.ROUTINE
    assert lane_of(post_of(hazard(Severity.EXTREME), msg_type=MsgType.CANCEL)) is Lane.ROUTINE
    # one of two hazards is over: the other is not
    both = post_of(hazard(Severity.EXTREME), hazard(Severity.EXTREME, Urgency.PAST))
    assert lane_of(both) is Lane.EXTREME


def test_the_last_end_counts_and_a_missing_one_is_a_day():
    soon, late = SENT + timedelta(hours=1), SENT + timedelta(hours=5)
    assert effective_expiry(post_of(hazard(expires=soon), hazard(expires=late)).alert) == late
    assert effective_expiry(post_of(hazard(expires=soon), hazard()).alert) == SENT + timedelta(hours=24)
    assert effective_expiry(post_of(hazard(onset=late, effective=soon)).alert) == late + timedelta(hours=24)
    assert effective_expiry(post_of().alert) == SENT + timedelta(hours=24)


def test_expired_is_not_news_but_a_cancel_is_kept_true():
    late = SENT + timedelta(days=2)
    assert "expired" in why_not_relayed(post_of(hazard()), late)
    assert why_not_relayed(post_of(msg_type=MsgType.CANCEL), late) == ""


def test_green_is_told_apart_from_colourless():
    green = hazard(parameters=(("awareness_level", "1; green; Minor"),))
    assert is_green(post_of(green).alert)
    assert not is_green(post_of(hazard()).alert)
    assert not is_green(post_of().alert)
    assert not is_green(post_of(green, hazard()).alert)
    assert "green" in why_not_relayed(post_of(green), SENT)
