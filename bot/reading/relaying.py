"""Whether an official message may be relayed, how urgent it is, and when it ends (CAP rules 1, 4, 7 and 9)."""

import re
from datetime import datetime, timedelta

from bot.model.alert import Alert, Hazard, MsgType, Scope, Severity, Status, Urgency
from bot.model.delivery import Lane
from bot.model.post import Post

#: A hazard without an end is taken to last this long after it begins (rule 7).
WITHOUT_END = timedelta(hours=24)
_LANES = {Severity.EXTREME: Lane.EXTREME, Severity.SEVERE: Lane.URGENT}
#: MeteoAlarm's level 1: "no warning" published as a warning.
_GREEN = "green"
#: Events that are tests by their own name (the US weather service's "Test"), whatever the status says.
_TEST_EVENTS = frozenset(
    ("test", "test message", "required weekly test", "required monthly test", "national periodic test",
     "practice/demo warning", "practice/demo")
)  # fmt: skip
#: SAME codes of tests and demonstrations (47 CFR 11.31).
_TEST_CODES = frozenset(("RWT", "RMT", "NPT", "DMO"))
#: A VTEC of product class T is a test (NWS 10-1703).
_TEST_VTEC = re.compile(r"/T\.[A-Z]{3}\.[A-Z]{4}\.")


def why_not_relayed(post: Post, now: datetime, *, lifts: bool = False) -> str:
    """Why a post must not be shown as an alert, "" when it may. Fails closed on what is not surely meant for all.

    ``lifts``: it says of an earlier one that it is over, which is worth saying though nothing is in force.
    """
    if post.incomplete:
        return post.incomplete
    alert = post.alert
    if alert is None:
        return ""
    why = _not_for_the_public(alert)
    if why or lifts or alert.msg_type is MsgType.CANCEL:
        return why
    if not any(w.event or w.headline for h in alert.hazards for w in h.wordings):
        return "it has neither event nor headline"
    if is_green(alert):
        return "its level is green: no warning is in force"
    ends = effective_expiry(alert)
    return f"it expired at {ends.isoformat()}" if ends <= now else ""


def _not_for_the_public(alert: Alert) -> str:
    if alert.status is not Status.ACTUAL:
        return f"status is {alert.status.value}, not Actual"
    if alert.scope is not Scope.PUBLIC:
        return f"scope is {alert.scope.value}, not Public"
    if alert.msg_type not in {MsgType.ALERT, MsgType.UPDATE, MsgType.CANCEL}:
        return f"msgType is {alert.msg_type.value}"
    if alert.hazards and all(_is_test(hazard) for hazard in alert.hazards):
        return "its event is a test"
    return ""


def is_green(alert: Alert) -> bool:
    """True when every hazard is at MeteoAlarm's level green: such an update says that what it updates is over."""
    return bool(alert.hazards) and all(_is_green(hazard) for hazard in alert.hazards)


def is_past(hazard: Hazard) -> bool:
    """True for one hazard of a message that is no danger (any more): all clear, past, or level green."""
    return "AllClear" in hazard.response_types or hazard.urgency is Urgency.PAST or _is_green(hazard)


def is_over(alert: Alert) -> bool:
    """True when it says that a danger has ended, in whichever of the ways there are."""
    return alert.msg_type is MsgType.CANCEL or alert.all_clear or is_green(alert)


def effective_expiry(alert: Alert) -> datetime:
    """When the message ends: the last of its hazards' ends, each 24 h after its beginning where none is given."""
    return max((expiry_of(h, alert) for h in alert.hazards), default=alert.sent + WITHOUT_END)


def expiry_of(hazard: Hazard, alert: Alert) -> datetime:
    """When one hazard of the message ends."""
    return hazard.expires or _begin(hazard, alert) + WITHOUT_END


def severity_of(post: Post, proved: Severity = Severity.UNKNOWN) -> Severity:
    """The highest severity that its fields state; of a post without fields what its words proved (``weighing``)."""
    return post.alert.severity if post.alert else proved


def lane_of(post: Post, proved: Severity = Severity.UNKNOWN) -> Lane:
    """Extreme and Severe go first, each in a lane of its own, unless they say that it is over."""
    over = post.alert is not None and is_over(post.alert)
    return Lane.ROUTINE if over else _LANES.get(severity_of(post, proved), Lane.ROUTINE)


def _begin(hazard: Hazard, alert: Alert) -> datetime:
    return max(t for t in (hazard.onset, hazard.effective, alert.sent) if t is not None)


def _is_green(hazard: Hazard) -> bool:
    levels = [value for name, value in hazard.parameters if name == "awareness_level"]
    return any(_GREEN in level.lower() or level.partition(";")[0].strip() == "1" for level in levels)


def _is_test(hazard: Hazard) -> bool:
    """By what the fields say; never by a headline alone (rule 1)."""
    return (
        any(wording.event.strip().casefold() in _TEST_EVENTS for wording in hazard.wordings)
        or any(name.upper() == "SAME" and value.upper() in _TEST_CODES for name, value in hazard.event_codes)
        or any(name.upper() == "VTEC" and _TEST_VTEC.search(value) for name, value in hazard.parameters)
    )
