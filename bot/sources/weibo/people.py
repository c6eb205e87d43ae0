"""Reading a Weibo user object as an Account; nothing here asks Weibo for one."""

from bot.model.account import Account
from bot.sources.weibo.dates import CHINA_OFFSET_MINUTES
from bot.sources.weibo.fields import Json, integer, string, truth

KIND = "weibo"
LANGUAGE = "zh"

#: ``verified_type`` in words (research 3). State bodies are found under 1, 3 and 7 alike, so it is shown, not demanded.
_VERIFIED = {
    0: "person",
    1: "government",
    2: "company",
    3: "media",
    4: "school",
    5: "website",
    6: "app",
    7: "organisation",
    8: "company (pending)",
    10: "person",
    200: "person",
    220: "person",
    400: "deceased person",
}

#: Longer than any name (30 characters) or description (140) that Weibo lets a user give.
_MAX_NAME = 60
_MAX_DESCRIPTION = 300


def account_of(user: Json) -> Account | None:
    """Read a ``user`` or ``userInfo`` object; None when it has no UID."""
    uid = string(user.get("id")) or string(user.get("idstr"))
    if not (uid.isascii() and uid.isdigit() and uid != "0"):
        return None
    return Account(
        kind=KIND,
        key=uid,
        name=_line(user.get("screen_name"), _MAX_NAME) or uid,
        url=profile_url(uid),
        description=_line(user.get("description"), _MAX_DESCRIPTION),
        verified=_verified(user),
        language=LANGUAGE,
        utc_offset=CHINA_OFFSET_MINUTES,
    )


def profile_url(uid: str) -> str:
    """Give the public address of an account."""
    return f"https://weibo.com/u/{uid}"


def _verified(user: Json) -> str:
    number = integer(user.get("verified_type"))
    if not truth(user.get("verified")) or number is None:
        return ""
    kind = _VERIFIED.get(number, "verified")
    reason = _line(user.get("verified_reason"), _MAX_DESCRIPTION)
    return f"{kind}: {reason}" if reason else kind


def _line(value: object, limit: int) -> str:
    return " ".join(string(value).split())[:limit]
