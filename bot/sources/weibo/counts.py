"""Reading Weibo's engagement figures ("100万+", "1.51亿", 4321); nothing here knows what is counted."""

import re
import unicodedata
from decimal import Decimal

from bot.model.post import Count, Engagement
from bot.sources.weibo.fields import Json

_FIGURE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)?\s*([万萬wW亿億]?)\s*(\+?)", re.ASCII)
_UNIT = {"": 1, "万": 10**4, "萬": 10**4, "w": 10**4, "W": 10**4, "亿": 10**8, "億": 10**8}

#: Longer than any figure ("1,234,567.8万+"); what is longer is a label or an attack.
_MAX_LENGTH = 24


def read_count(value: object) -> Count | None:
    """Read a figure; None when there is none (null, a label such as 转发, a negative number)."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Count(value, str(value)) if 0 <= value < 10**18 else None
    if not isinstance(value, str) or len(value) > _MAX_LENGTH:
        return None
    raw = unicodedata.normalize("NFKC", value).strip()
    found = _FIGURE.fullmatch(raw.replace(",", ""))
    if found is None or not (found[1] or found[2]):
        return None
    # "万+" alone is how some pages say "ten thousand or more".
    number = Decimal(found[1] or 1) * _UNIT[found[2]]
    return Count(int(number), raw, is_lower_bound=bool(found[3]))


def read_engagement(mblog: Json) -> Engagement:
    """Read a post's three figures. ``number_display_strategy`` is a rule for display, not a figure."""
    return Engagement(
        forwards=read_count(mblog.get("reposts_count")),
        comments=read_count(mblog.get("comments_count")),
        likes=read_count(mblog.get("attitudes_count")),
    )
