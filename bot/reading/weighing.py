"""How grave a warning is that a post's words prove: the severity that CAP would give its level. The one table of it.

Only what stands now weighs: issued, raised, continued, lowered (at the level it was lowered to). A drill, a denied rumour,
a tale of the past and what is lifted weigh nothing, and nor does what has no level: a closed road, a fire, an earthquake.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.model.alert import Severity
from bot.model.reading import Action, Claim, HazardKind, Level, Reading, Scheme

#: What was announced longer ago than this is no news of danger, unless it is said that it continues: the China
#: Meteorological Administration renews its warnings within a day, and CAP warnings without an end are taken to last one.
STANDS_FOR = timedelta(hours=24)

#: Four colours, four severities, as the China Meteorological Administration's Order No. 16 (2007) names them: 蓝 一般
#: (ordinary), 黄 较重 (rather grave), 橙 严重 (grave), 红 特别严重 (especially grave). White is Guangdong's "a typhoon may
#: come in two days".
_COLOURS = {
    Level.WHITE: Severity.MINOR,
    Level.BLUE: Severity.MINOR,
    Level.YELLOW: Severity.MODERATE,
    Level.ORANGE: Severity.SEVERE,
    Level.RED: Severity.EXTREME,
}
#: Rain of 30, 50 and 70 mm an hour. At red, schools close; at black, everybody is told to stay where it is safe.
_RAIN = {Level.AMBER: Severity.MODERATE, Level.RED: Severity.SEVERE, Level.BLACK: Severity.EXTREME}
#: At No. 8 the city closes and stays at home; No. 9 and No. 10 come when the eye itself is near (a few times in ten years).
_CYCLONE = {
    Level.ONE: Severity.MINOR,
    Level.THREE: Severity.MODERATE,
    **dict.fromkeys((Level.EIGHT, Level.EIGHT_NE, Level.EIGHT_NW, Level.EIGHT_SE, Level.EIGHT_SW), Severity.SEVERE),
    Level.NINE: Severity.EXTREME,
    Level.TEN: Severity.EXTREME,
}
#: Level I is led by the State Council (or the province) for what is especially grave, down to IV for what is ordinary:
#: the same four steps as the colours' (Emergency Response Law, article 42).
_RESPONSES = {
    Level.LEVEL_IV: Severity.MINOR,
    Level.LEVEL_III: Severity.MODERATE,
    Level.LEVEL_II: Severity.SEVERE,
    Level.LEVEL_I: Severity.EXTREME,
}
#: The Observatory's warnings without levels that tell of danger to life: to leave the shore, to keep away from slopes.
_WITHOUT_LEVEL = {HazardKind.TSUNAMI: Severity.SEVERE, HazardKind.LANDSLIP: Severity.SEVERE}
#: Minutes are left, and water of 30 cm (yellow) drags people off the shore; blue says that no harm is expected.
_TSUNAMI = {**_COLOURS, Level.YELLOW: Severity.SEVERE}


def proved_severity(reading: Reading, published: datetime | None = None) -> Severity:
    """The severity of the gravest warning that is proved to stand; UNKNOWN where none is, or none of those in the table.

    ``published`` (aware) tells how old what is announced is.
    """
    standing = (_severity(claim) for claim in reading.claims if _stands(claim, published))
    return max(standing, key=lambda severity: severity.rank, default=Severity.UNKNOWN)


def _stands(claim: Claim, published: datetime | None) -> bool:
    if not claim.action.in_force:
        return False
    moments = [moment.end or moment.start for moment in claim.times]
    latest = max((moment for moment in moments if moment is not None), default=None)
    if published is None or latest is None or claim.action is Action.CONTINUED:
        return True
    return published - latest <= STANDS_FOR


def _severity(claim: Claim) -> Severity:
    if claim.scheme is Scheme.NONE:
        return Severity.UNKNOWN
    if claim.level is None:
        return _WITHOUT_LEVEL.get(claim.hazard, Severity.UNKNOWN) if claim.hazard else Severity.UNKNOWN
    return _ladder(claim).get(claim.level, Severity.UNKNOWN)


def _ladder(claim: Claim) -> Mapping[Level, Severity]:
    """The rungs of a claim's ladder; the same colour is another rung in Hong Kong, whose fire danger is no danger yet."""
    match claim.scheme, claim.hazard:
        case Scheme.RESPONSE, _:
            return _RESPONSES
        case Scheme.HKO, HazardKind.RAINSTORM:
            return _RAIN
        case Scheme.HKO, HazardKind.TROPICAL_CYCLONE:
            return _CYCLONE
        case Scheme.CMA, HazardKind.TSUNAMI:
            return _TSUNAMI
        case Scheme.CMA, _:
            return _COLOURS
    return {}
