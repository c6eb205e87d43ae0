"""What an answer of Weibo's means: one table, in the order of research table 2.5; nothing here acts on it.

Weibo refuses in many voices, several of them with status 200, and none of them may be taken for "no posts".
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from urllib.parse import urlsplit

import httpx

from bot.model.reason import Cause
from bot.sources.weibo.cards import has_posts
from bot.sources.weibo.fields import Json, first_string, inner, integer, mapping, parse, string


class Kind(StrEnum):
    """The classes of the table, and USABLE for an answer that none of its rows takes."""

    TRANSIENT = "transient"
    AUTH_OR_ANTIBOT = "auth_or_antibot"
    RATE_LIMITED = "rate_limited"
    AUTH = "auth"
    BAD_BODY = "bad_body"
    LOGIN_WALL = "login_wall"
    EMPTY_AMBIGUOUS = "empty_ambiguous"
    DELETED = "deleted"
    NO_PERMISSION = "no_permission"
    SCHEMA_ERROR = "schema_error"
    SUSPICIOUS_EMPTY = "suspicious_empty"
    #: Not in the research: ``ok`` is not 1 and none of the known reasons is given.
    SITE_ERROR = "site_error"
    USABLE = "usable"


class Action(StrEnum):
    """What to do about a class of answer."""

    RETRY_TWICE = "retry twice"
    RETRY_ONCE = "retry once"
    #: A new visitor cookie, once; refused again means blocked.
    REMINT = "mint anew once"
    #: No retry; rest 10, then 20, then 40 minutes.
    BACK_OFF = "back off"
    #: No cookie of a visitor's will do; minting anew would not help.
    WANT_LOGIN = "want a login"
    #: Ask the profile whether the account should have posts.
    CHECK_PROFILE = "check the profile"
    RECORD = "record"
    REPORT = "report"
    USE = "use"


@dataclass(frozen=True)
class Seen:
    """An answer, or the lack of one, as the table looks at it."""

    status: int = httpx.codes.OK
    #: The ``Location`` header, "" when there is none.
    location: str = ""
    body: bytes = field(default=b"", repr=False)
    #: Why there was no answer at all (time-out, DNS, reset), "" when there was one.
    failure: str = ""
    #: A timeline's cards are expected.
    timeline: bool = False
    #: A redirect is what was asked for (other than one to the login).
    redirect_wanted: bool = False
    #: The account is known to have posts.
    known_non_empty: bool = False

    @cached_property
    def parsed(self) -> object:
        """The JSON of the body; None when it is none."""
        try:
            return parse(self.body)
        except ValueError:
            return None

    @cached_property
    def json(self) -> Json:
        """The JSON object of the body; empty when it is none."""
        return mapping(self.parsed)

    @cached_property
    def ok(self) -> int | None:
        """Weibo's own status: an int or its digits."""
        return integer(self.json.get("ok"))

    @cached_property
    def message(self) -> str:
        """Weibo's own words, under whichever name."""
        return first_string(self.json, "msg", "message", "errmsg")

    @cached_property
    def errno(self) -> int | None:
        """Weibo's own error number, under whichever name."""
        found = integer(self.json.get("errno"))
        return found if found is not None else integer(self.json.get("error_code"))

    @property
    def is_html(self) -> bool:
        """True for a page where JSON was asked for: the visitor system, a bot detector, the site's shell."""
        return self.body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")

    @property
    def cards(self) -> object:
        """Where a timeline keeps its posts."""
        data = inner(self.json, "data")
        return data["list"] if isinstance(data.get("list"), list) else data.get("cards")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: when it applies, what it is called, what to do, and how to say it."""

    name: str
    applies: Callable[[Seen], bool]
    kind: Kind
    action: Action
    words: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer means, in a sentence."""

    kind: Kind
    action: Action
    why: str
    row: str = ""


_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_UNAVAILABLE = 432
_IM_A_TEAPOT = 418
_LOGIN_PATHS = ("/sso/signin", "/login", "/signin", "/visitor/")
_LOGIN_WORDS = ("登录", "前方有点拥堵")
_OFTEN_WORDS = ("频次过高", "频繁", "过于频繁")
_EMPTY_WORDS = "这里还没有内容"
_NEEDS_LOGIN = -100
_POST_DELETED = 20101
_NO_PERMISSION = 20112


def _no_answer(seen: Seen) -> bool:
    return bool(seen.failure) or seen.status >= httpx.codes.INTERNAL_SERVER_ERROR


def _says(seen: Seen, *words: str) -> bool:
    return seen.ok == 0 and any(word in seen.message for word in words)


def _speaks_for_itself(seen: Seen) -> bool:
    """A 403 whose body gives a reason of its own is judged by that reason, further down."""
    return seen.is_html or seen.ok == _NEEDS_LOGIN or _says(seen, *_LOGIN_WORDS) or seen.errno in _RECORDED


_RECORDED = (_POST_DELETED, _NO_PERMISSION)


def _rate_limited(seen: Seen) -> bool:
    if seen.status in (_IM_A_TEAPOT, httpx.codes.TOO_MANY_REQUESTS):
        return True
    return seen.status == httpx.codes.FORBIDDEN and not _speaks_for_itself(seen)


def _sent_to_login(seen: Seen) -> bool:
    if seen.status not in _REDIRECTS:
        return False
    try:
        target = urlsplit(seen.location)
        host = target.hostname or ""
    except ValueError:
        return False
    return ".passport.weibo." in f".{host}" or target.path.startswith(_LOGIN_PATHS)


def _bad_body(seen: Seen) -> bool:
    return not _wanted_redirect(seen) and not isinstance(seen.parsed, dict)


def _wanted_redirect(seen: Seen) -> bool:
    return seen.redirect_wanted and seen.status in _REDIRECTS


def _no_cards(seen: Seen) -> bool:
    return seen.timeline and seen.ok == 1 and not isinstance(seen.cards, list)


def _no_posts(seen: Seen) -> bool:
    if not (seen.timeline and seen.known_non_empty and seen.ok == 1):
        return False
    data = inner(seen.json, "data")
    return not data["list"] if isinstance(data.get("list"), list) else not has_posts(data.get("cards"))


#: Research table 2.5. The first row that applies decides. Redirects are never followed.
TABLE: tuple[Row, ...] = (
    Row(
        "no answer or 5xx", _no_answer, Kind.TRANSIENT, Action.RETRY_TWICE,
        "Weibo gave no usable answer ({detail})",
    ),
    Row(
        "432", lambda s: s.status == _UNAVAILABLE, Kind.AUTH_OR_ANTIBOT, Action.REMINT,
        "Weibo refused the visitor cookie (HTTP 432)",
    ),
    Row(
        "418, 429 or 403 without a login's words", _rate_limited, Kind.RATE_LIMITED, Action.BACK_OFF,
        "Weibo says that it is asked too often (HTTP {status})",
    ),
    Row(
        "redirect to the passport or login", _sent_to_login, Kind.AUTH, Action.REMINT,
        "Weibo sent us to its login page (HTTP {status})",
    ),
    Row(
        "HTML body", lambda s: s.status in (httpx.codes.OK, httpx.codes.FORBIDDEN) and s.is_html,
        Kind.AUTH_OR_ANTIBOT, Action.REMINT,
        "Weibo answered with a web page (its visitor check) instead of data",
    ),
    Row(
        "empty or not a JSON object", _bad_body, Kind.BAD_BODY, Action.RETRY_ONCE,
        "Weibo's answer (HTTP {status}, {size} bytes) is not the JSON object it should be",
    ),
    Row(
        "ok -100", lambda s: s.ok == _NEEDS_LOGIN, Kind.AUTH, Action.REMINT,
        "Weibo wants a (new) visitor cookie or a login (ok: -100)",
    ),
    Row(
        "ok 0 with a login's words", lambda s: _says(s, *_LOGIN_WORDS), Kind.LOGIN_WALL, Action.WANT_LOGIN,
        "Weibo shows this only to users who are logged in ({message})",
    ),
    Row(
        "ok 0 with too often", lambda s: _says(s, *_OFTEN_WORDS), Kind.RATE_LIMITED, Action.BACK_OFF,
        "Weibo says that it is asked too often ({message})",
    ),
    Row(
        "ok 0 with nothing here yet", lambda s: _says(s, _EMPTY_WORDS), Kind.EMPTY_AMBIGUOUS, Action.CHECK_PROFILE,
        "Weibo says that there is nothing here yet ({message}), which it also says when it hides things from us",
    ),
    Row(
        "errno 20101", lambda s: s.errno == _POST_DELETED, Kind.DELETED, Action.RECORD,
        "Weibo says that this post was deleted (errno 20101)",
    ),
    Row(
        "error_code 20112", lambda s: s.errno == _NO_PERMISSION, Kind.NO_PERMISSION, Action.RECORD,
        "Weibo does not let us see this post (error_code 20112)",
    ),
    Row(
        "ok 1 without cards", _no_cards, Kind.SCHEMA_ERROR, Action.REPORT,
        "Weibo's answer has no list of cards where a timeline has one; it may have changed its format",
    ),
    Row(
        "ok 1 with no posts although known non-empty", _no_posts, Kind.SUSPICIOUS_EMPTY, Action.CHECK_PROFILE,
        "Weibo showed an empty page for an account that has posts",
    ),
    # Two rows of our own, so that an unknown refusal is never read as an answer.
    Row(
        "ok says no for an unknown reason",
        lambda s: s.ok not in (None, 1) or (s.ok is None and (s.errno is not None or "error" in s.json)),
        Kind.SITE_ERROR, Action.REPORT,
        "Weibo answered with an error ({message})",
    ),
    Row(
        "an HTTP status that is no success", lambda s: not httpx.codes.is_success(s.status) and not _wanted_redirect(s),
        Kind.SITE_ERROR, Action.REPORT,
        "Weibo answered with HTTP {status}",
    ),
)  # fmt: skip


def classify(seen: Seen) -> Verdict:
    """Find the row for an answer; USABLE when none applies. Parses the body: in a thread when it is large."""
    for row in TABLE:
        if row.applies(seen):
            return Verdict(row.kind, row.action, row.words.format_map(_details(seen)) + ".", row.name)
    return Verdict(Kind.USABLE, Action.USE, "Weibo answered.")


def _details(seen: Seen) -> dict[str, str]:
    error = string(seen.json.get("error"))
    code = f"errno {seen.errno}" if seen.errno is not None else f"ok: {seen.ok}"
    return {
        "detail": seen.failure or f"HTTP {seen.status}",
        "status": str(seen.status),
        "size": str(len(seen.body)),
        "message": " ".join((seen.message or error or code).split())[:120],
    }


#: What the operator can do, by class.
ADVICE = {
    Kind.TRANSIENT: "Nothing needs doing unless it lasts; then check this machine's network.",
    Kind.AUTH_OR_ANTIBOT: "Set TOCSIN_WEIBO_COOKIE to the cookie of a logged-in m.weibo.cn session.",
    Kind.AUTH: "Set TOCSIN_WEIBO_COOKIE to the cookie of a logged-in m.weibo.cn session.",
    Kind.LOGIN_WALL: "Set TOCSIN_WEIBO_COOKIE to the cookie of a logged-in m.weibo.cn session.",
    Kind.RATE_LIMITED: "Wait; if it comes back, follow fewer accounts or raise TOCSIN_SITE_GAP_SECONDS.",
    Kind.BAD_BODY: "Nothing needs doing unless it lasts; then look for a newer version of Tocsin.",
    Kind.EMPTY_AMBIGUOUS: "Open the account on weibo.com and see whether its posts are there.",
    Kind.SUSPICIOUS_EMPTY: "Open the account on weibo.com and see whether its posts are there.",
    Kind.SCHEMA_ERROR: "Look for a newer version of Tocsin, and report this if there is none.",
    Kind.SITE_ERROR: "Open the account on weibo.com; if it looks well, report this.",
    Kind.DELETED: "Nothing needs doing.",
    Kind.NO_PERMISSION: "Set TOCSIN_WEIBO_COOKIE to the cookie of a logged-in user who may see it.",
}

#: What subscribers are told, by class.
CAUSES = {
    Kind.TRANSIENT: Cause.UNREACHABLE,
    Kind.AUTH_OR_ANTIBOT: Cause.VISITORS,
    Kind.AUTH: Cause.VISITORS,
    Kind.LOGIN_WALL: Cause.LOGIN,
    Kind.RATE_LIMITED: Cause.REST,
    Kind.BAD_BODY: Cause.UNREADABLE,
    Kind.EMPTY_AMBIGUOUS: Cause.HIDDEN,
    Kind.SUSPICIOUS_EMPTY: Cause.HIDDEN,
    Kind.SCHEMA_ERROR: Cause.CHANGED,
    Kind.SITE_ERROR: Cause.ODD_ANSWER,
    Kind.DELETED: Cause.POST_HIDDEN,
    Kind.NO_PERMISSION: Cause.POST_HIDDEN,
    Kind.USABLE: Cause.ODD_ANSWER,
}
