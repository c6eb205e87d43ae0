"""How far and where in figures, as readers write them: "30 km", "18.6 miles", "30公里", "39.9° N, 116.4° E", "39,9 116,4"."""

import math
import re

from bot.model.place import MOST_KM

#: Kilometres of an international mile.
MILE_KM = 1.609344
_KILOMETRES = (
    r"km|kms|kilomet(?:er|re)s?|kilómetros?|kilomètres?|quil[ôó]metros?|kilometern?|公里|千米|キロ(?:メートル)?|㎞|킬로미터|킬로"
    r"|км|километр\w{0,2}|كم|كيلومتر\w{0,3}|कि\.?\s?मी\.?|किलोमीटर"
)
_MILES = r"mi|miles?|millas?|milles?|meilen?|milhas?|мил[ьиюя]|миль|英里|英哩|マイル|마일|ميل|ميلا|أميال|मील"
_NUMBER = r"[+\-−]?\d+(?:[.,\u00a0\u202f]\d+)*"
_DISTANCE = re.compile(
    rf"(?:^|(?<=\s)|(?<=[^\W\d_])|,\s*|\()({_NUMBER})\s*(?:({_KILOMETRES})|({_MILES}))\.?\)?$", re.IGNORECASE
)
_ALONE = re.compile(r"\d{1,5}")
_TRAILING = re.compile(r"(.*[^\W\d_].*?)[\s,，]+(\d{1,5})")
_GROUPED = re.compile(r"\d{1,3}(?:[.,\u00a0\u202f]\d{3})+")
_BETWEEN = r"\s*[,，;；\s]\s*"
_POINT, _COMMA = r"[+\-−]?\d{1,3}(?:\.\d{1,20})?", r"[+\-−]?\d{1,3}(?:,\d{1,20})?"
_DEGREES = r"(?P<{0}>{1})\s*°?\s*(?P<{0}_side>[{2}])?"
_COORDINATES = tuple(
    re.compile(
        _DEGREES.format("north", number, "NS") + between + _DEGREES.format("east", number, "EW"),
        re.IGNORECASE | re.ASCII,
    )
    for number, between in ((_POINT, _BETWEEN), (_COMMA, r"(?:\s*[;；]\s*|\s+)"))
)
_NORTH, _EAST = 90.0, 180.0
#: Characters of what is looked through.
_LONGEST = 200


def parted(text: str) -> tuple[str, int | None]:
    """What stands before a distance, and that in whole kilometres, rounded up (so that nobody is left out); 0 for one that is
    less than nothing. None where no distance stands at the end. A number alone is a distance.
    """
    text = text.strip()
    if len(text) > _LONGEST:
        return text, None
    if _ALONE.fullmatch(text):
        return "", int(text)
    found = _DISTANCE.search(text)
    if found is None:
        return text, None
    return text[: found.start()].strip(" ,，("), _whole_km(found[1], MILE_KM if found[3] else 1.0)


def trailing(text: str) -> tuple[str, int] | None:
    """A name and a number without a unit after it, taken for kilometres; None where no such distance can be set."""
    found = _TRAILING.fullmatch(text)
    return (found[1], int(found[2])) if found and 0 < int(found[2]) <= MOST_KM else None


def coordinates(text: str) -> tuple[float, float] | None:
    """Degrees north and east; None where the text is none, or leads off the earth."""
    found = next((found for each in _COORDINATES if (found := each.fullmatch(text))), None)
    if found is None:
        return None
    north, east = (_degrees(found[name], found[f"{name}_side"]) for name in ("north", "east"))
    return (north, east) if abs(north) <= _NORTH and abs(east) <= _EAST else None


def _whole_km(number: str, unit: float) -> int:
    grouped = _GROUPED.fullmatch(number)
    value = float(re.sub(r"[.,\u00a0\u202f]", "", number) if grouped else _plain(number))
    return max(0, math.ceil(min(value, 1e6) * unit))


def _plain(number: str) -> str:
    """As ``float`` takes it; of several points or commas the first is the decimal one."""
    whole, *rest = re.split(r"[.,\u00a0\u202f]", number.replace("−", "-"))
    return f"{whole}.{''.join(rest)}" if rest else whole


def _degrees(number: str, side: str | None) -> float:
    value = float(number.replace("−", "-").replace(",", "."))
    return -abs(value) if side and side.upper() in "SW" else value
