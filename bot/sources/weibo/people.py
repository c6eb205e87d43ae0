"""Reading a Weibo user object as an Account; nothing here asks Weibo for one."""

from bot.model.account import Account
from bot.model.vouching import Vouching, spelt
from bot.sources.weibo.dates import CHINA_OFFSET_MINUTES
from bot.sources.weibo.fields import Json, integer, string, truth

KIND = "weibo"
LANGUAGE = "zh"

#: ``verified_type`` (research 3). State bodies are found under 1, 3 and 7 alike, so it is shown, not demanded.
_VERIFIED = {
    0: Vouching.PERSON,
    1: Vouching.GOVERNMENT,
    2: Vouching.COMPANY,
    3: Vouching.MEDIA,
    4: Vouching.SCHOOL,
    5: Vouching.WEBSITE,
    6: Vouching.APP,
    7: Vouching.ORGANISATION,
    8: Vouching.PENDING,
    10: Vouching.PERSON,
    200: Vouching.PERSON,
    220: Vouching.PERSON,
    400: Vouching.DECEASED,
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
    return spelt(_VERIFIED.get(number, Vouching.VERIFIED), _line(user.get("verified_reason"), _MAX_DESCRIPTION))


def _line(value: object, limit: int) -> str:
    return " ".join(string(value).split())[:limit]
