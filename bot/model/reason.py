"""Why a source cannot be read or found, as a key and values: each language has its own sentence for each cause."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Cause(StrEnum):
    """Every kind of trouble that a subscriber may be told of. Its sentence is the phrase ``trouble.<value>``."""

    #: No answer: time-out, DNS, refused or broken connection.
    UNREACHABLE = "unreachable"
    #: An answer of 5xx; value: status.
    SITE_FAULT = "site_fault"
    #: 429, 503, "too often", or a rest that still runs.
    REST = "rest"
    #: 401 or 403; value: status.
    FORBIDDEN = "forbidden"
    MISSING = "missing"
    #: 410.
    GONE = "gone"
    #: A status or an error of the site's that says nothing to us.
    ODD_ANSWER = "odd_answer"
    TOO_LARGE = "too_large"
    BAD_REDIRECT = "bad_redirect"
    #: No public address of the web, or one that may not be asked.
    ADDRESS = "address"
    #: A web page in place of data.
    WEB_PAGE = "web_page"
    UNREADABLE = "unreadable"
    #: The list is there, some of the alerts on it are not; value: count.
    ALERTS_MISSING = "alerts_missing"
    #: Only a login opens this door.
    LOGIN = "login"
    #: Visitors are turned away for now.
    VISITORS = "visitors"
    #: An empty page for an account that has posts.
    HIDDEN = "hidden"
    #: Neither posts nor a profile any more.
    VANISHED = "vanished"
    #: The site changed the form of its answers.
    CHANGED = "changed"
    #: No answer within the time that somebody may be kept waiting.
    SLOW = "slow"
    #: The line before the site is full.
    BUSY = "busy"
    #: Nobody looked at it for longer than its promise.
    UNWATCHED = "unwatched"
    #: A fault of our own.
    FAULT = "fault"
    #: Nothing that any source knows how to follow.
    NO_ADDRESS = "no_address"
    NO_FEED = "no_feed"
    NO_ALERTS = "no_alerts"
    NO_ACCOUNT = "no_account"
    #: The site does not show the post, so nobody knows whose it is.
    POST_HIDDEN = "post_hidden"


#: The values that the sentence of a cause is filled with; none for all others.
VALUES: Final[Mapping[Cause, tuple[str, ...]]] = {
    Cause.SITE_FAULT: ("status",),
    Cause.FORBIDDEN: ("status",),
    Cause.ALERTS_MISSING: ("count",),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A cause with its values. Whoever shows it finds the sentence by the cause, in the reader's language."""

    cause: Cause
    values: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """As kept in the database and in notices."""
        return json.dumps({"cause": self.cause.value, "values": dict(self.values)})


def reason_of(text: str) -> Reason | None:
    """Read ``Reason.to_json``; None for "" and for what this version does not know."""
    if not text:
        return None
    try:
        told = json.loads(text)
        cause = Cause(told["cause"])
        values = {name: str(told["values"][name]) for name in VALUES.get(cause, ())}
    except (ValueError, KeyError, TypeError):
        return None
    return Reason(cause, values)
