"""How grave a kind of JMA warning, an intensity and a magnitude are. No XML, no I/O.

Special warnings and what corresponds to alert level 4 or 5 (everybody leaves) are Extreme, warnings (level 3) Severe,
advisories (level 2) Moderate. 気象庁「防災気象情報と警戒レベルとの対応について」.
"""

import re
import unicodedata

from bot.model.alert import Severity

_LEVEL = re.compile(r"レベル\s*([1-5])")
_BY_LEVEL = {
    "5": Severity.EXTREME,
    "4": Severity.EXTREME,
    "3": Severity.SEVERE,
    "2": Severity.MODERATE,
    "1": Severity.MINOR,
}
#: The first that occurs in a kind's name decides; widths are made one before (NFKC).
_BY_WORD = (
    ("緊急地震速報(予報)", Severity.MODERATE),
    ("緊急地震速報(地震動予報)", Severity.MODERATE),
    ("特別警報", Severity.EXTREME),
    ("危険警報", Severity.EXTREME),
    ("津波警報", Severity.EXTREME),  # the great one (大津波警報) too: both say "leave the coast at once"
    ("緊急地震速報", Severity.EXTREME),
    ("噴火速報", Severity.EXTREME),
    ("居住地域", Severity.EXTREME),
    ("土砂災害警戒情報", Severity.EXTREME),
    ("氾濫発生", Severity.EXTREME),
    ("氾濫危険", Severity.EXTREME),
    ("氾濫警戒", Severity.SEVERE),
    ("氾濫注意", Severity.MODERATE),
    ("記録的短時間大雨", Severity.SEVERE),
    ("熱中症特別警戒", Severity.SEVERE),
    ("津波注意報", Severity.SEVERE),  # whoever is in the water must leave it
    ("巨大地震警戒", Severity.EXTREME),
    ("巨大地震注意", Severity.SEVERE),
    ("注意報", Severity.MODERATE),
    ("予報", Severity.MINOR),
    ("警報", Severity.SEVERE),
    ("竜巻注意情報", Severity.MODERATE),
    ("熱中症警戒", Severity.MODERATE),
    ("海面変動", Severity.MINOR),
    ("留意", Severity.MINOR),
    ("台風", Severity.MODERATE),
)
#: JMA's scale of intensity as telegrams write it, and as people read it.
INTENSITIES = {
    "7": "７", "6+": "６強", "6-": "６弱", "5+": "５強", "5-": "５弱", "4": "４", "3": "３", "2": "２", "1": "１",
}  # fmt: skip
_BY_INTENSITY = {
    "7": Severity.EXTREME, "6+": Severity.EXTREME, "6-": Severity.EXTREME, "5+": Severity.SEVERE, "5-": Severity.SEVERE,
    "4": Severity.MODERATE,
}  # fmt: skip
#: Least magnitude of each severity where no intensity is told; abroad nobody in Japan need leave the house.
_BY_MAGNITUDE = ((7.0, Severity.EXTREME), (6.0, Severity.SEVERE), (5.0, Severity.MODERATE))
_FAR_MODERATE = 7.0
_LIFTED = re.compile(r"解除|なし$|^なし")


def severity_of_kind(name: str) -> Severity:
    """By the name of a warning ("大雨特別警報", "レベル３（入山規制）"); UNKNOWN for what is no level."""
    plain = unicodedata.normalize("NFKC", name)
    level = _LEVEL.search(plain)
    if level:
        return _BY_LEVEL[level.group(1)]
    return next((severity for word, severity in _BY_WORD if word in plain), Severity.UNKNOWN)


def severity_of_intensity(intensity: str) -> Severity:
    """By the greatest intensity ("6-"); UNKNOWN for what is none."""
    if intensity in _BY_INTENSITY:
        return _BY_INTENSITY[intensity]
    return Severity.MINOR if intensity in INTENSITIES else Severity.UNKNOWN


def severity_of_magnitude(magnitude: float, *, far: bool) -> Severity:
    """By magnitude alone. ``far``: outside Japan."""
    if far:
        return Severity.MODERATE if magnitude >= _FAR_MODERATE else Severity.MINOR
    return next((severity for least, severity in _BY_MAGNITUDE if magnitude >= least), Severity.MINOR)


def is_lifted(name: str, condition: str) -> bool:
    """True for a kind that is no longer in force, or that says that there is none."""
    return bool(_LIFTED.search(name) or _LIFTED.search(condition))
