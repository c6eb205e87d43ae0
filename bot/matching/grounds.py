"""What ground a post is meant for, as far as its fields or its words prove it: polygons, circles, administrative units.

Who speaks proves nothing of where, but for the office that signs a warning and names no other place: it speaks of its own
ground, as filters take it too. What cannot be told makes the whole vague, and what is vague keeps nobody out.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.matching.places import ground_of, mentioned, named_units, units_by_code
from bot.model.alert import Alert, Area, Circle, Hazard, areas_once
from bot.model.place import Unit
from bot.model.post import Post
from bot.model.reading import HazardKind, PlaceKind, Reading
from bot.reading.sameness import QUAKE, happening_of

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

#: Bounds of one post, far beyond what agencies send: what has more is vague.
MOST_AREAS, MOST_RINGS, MOST_CORNERS, MOST_CIRCLES, MOST_NAMES = 2_000, 500, 20_000, 2_000, 2_000
#: An earthquake of magnitude 3 is taken to be felt so far, and each magnitude more twice as far: 400 km at 5, 800 at 6,
#: 1,600 at 7. Where the crust carries far that is what was reported (Mineral, Virginia 2011, M 5.8: to some 700 km, USGS
#: "Did You Feel It?"), elsewhere it is two to four times more (Bakun & Wentworth 1997: intensity III 100 km at 5, 266 at 7).
FELT_KM, FELT_FROM = 100.0, 3.0
_MAGNITUDES = (-2.0, 10.0)
_QUAKE_WORDS = re.compile(r"earthquake|地震|震源|震度|terremoto|sismo|séisme|gempa", re.IGNORECASE)
#: What runs out over the sea: its source says nothing of where it strikes.
_WAVE_WORDS = re.compile(r"tsunami|津波|海啸|海嘯|maremoto", re.IGNORECASE)
#: Names of codes that stand for China's units.
_DIVISION = re.compile(r"GB/T ?2260", re.IGNORECASE)
_CODE = re.compile(r"([1-9]\d{5})(?:0{6})?", re.ASCII)
_COUNTRY = "ISO 3166-1"
_COUNTRIES: dict[str, Unit] = {
    "HK": ("香港特别行政区",), "MO": ("澳门特别行政区",), "TW": ("台湾省",),
}  # fmt: skip
_BETWEEN = re.compile(r"[,;，；、/|\n]")
#: Kinds that lie in the units named beside them.
_WITHIN = frozenset((PlaceKind.ROAD, PlaceKind.BRIDGE, PlaceKind.TUNNEL, PlaceKind.STATION, PlaceKind.TOWNSHIP))
_NOWHERE = frozenset((PlaceKind.HERE,))
#: Words looked through for further names, characters.
_LOOKED_THROUGH = 20_000
_LATITUDE, _LONGITUDE = 90.0, 180.0


@dataclass(frozen=True, slots=True)
class Grounds:
    """The ground of one post: all of this together."""

    shape: "BaseGeometry | None" = None
    circles: tuple[Circle, ...] = ()
    #: For each place named the units that it may be.
    named: tuple[frozenset[Unit], ...] = ()
    #: Units whose names stand in the words, whatever is said of them.
    mentioned: frozenset[Unit] = frozenset()
    #: True: there may be more ground than this.
    vague: bool = False

    @property
    def proved(self) -> bool:
        """Whether it is sure that who is not on this ground is not meant."""
        return not self.vague and bool(self.shape is not None or self.circles or self.named)


#: Nothing is known.
NOWHERE = Grounds(vague=True)


def grounds_of(post: Post, reading: Reading | None = None, now: datetime | None = None) -> Grounds:
    """Find out. ``reading`` is what its words prove, None where it was not read. In a thread: shapes take a while."""
    found = _Found()
    if post.alert is not None:
        found.alert(post.alert)
    else:
        _words(found, post, reading, now or post.published or datetime.fromtimestamp(0, UTC))
    words = f"{post.title}\n{post.text}"[:_LOOKED_THROUGH] if found.named else ""
    return Grounds(found.shape(), tuple(found.circles), tuple(found.named), mentioned(words), found.vague)


def felt_km(magnitude: float) -> float:
    """How far an earthquake is taken to be felt, kilometres; see ``FELT_KM``."""
    return float(FELT_KM * 2.0 ** max(0.0, magnitude - FELT_FROM))


class _Found:
    def __init__(self) -> None:
        self.shapes: list[BaseGeometry] = []
        self.circles: list[Circle] = []
        self.named: list[frozenset[Unit]] = []
        self.vague = False
        self._rings = self._corners = self._areas = 0

    def shape(self) -> "BaseGeometry | None":
        """All rings together."""
        if not self.shapes:
            return None
        import shapely

        # one shape: where rings of a collection touch, GEOS tells inside from outside by their number
        return self.shapes[0] if len(self.shapes) == 1 else shapely.union_all(self.shapes)

    def alert(self, alert: Alert) -> None:
        """All areas of all its hazards."""
        for hazard in alert.hazards:
            self._areas += len(hazard.areas)
            if self._areas > MOST_AREAS:
                self.vague = True
                return
            if not hazard.areas:
                self.vague = True
            self._hazard(hazard)

    def _hazard(self, hazard: Hazard) -> None:
        areas = areas_once(hazard)
        points = [circle for area in areas for circle in area.circles if circle.radius_km == 0]
        event = " ".join(wording.event for wording in hazard.wordings)
        parameters = dict(hazard.parameters)
        wave = bool(_WAVE_WORDS.search(event)) or parameters.get("tsunami") == "1"
        magnitude = _number(parameters.get("magnitude", ""))
        if len(points) == 1 and magnitude is not None and _QUAKE_WORDS.search(event) and not wave:
            # towns named beside an epicentre are those that felt it
            self._circle(Circle(points[0].latitude, points[0].longitude, felt_km(magnitude)))
            for area in areas:
                self._drawn(Area("", area.polygons, tuple(c for c in area.circles if c.radius_km)))
            return
        for area in areas:
            if self._drawn(area):
                # of a point nobody knows how far around it is meant, and a wave strikes far from where it is drawn
                self.vague |= wave or any(circle.radius_km == 0 for circle in area.circles)
            else:
                self._coded(area)

    def _drawn(self, area: Area) -> bool:
        """Take its polygons and circles; False when it has none."""
        from bot.geo.shapes import outline

        for ring in area.polygons:
            self._rings, self._corners = self._rings + 1, self._corners + len(ring)
            if self._rings > MOST_RINGS or self._corners > MOST_CORNERS:
                self.vague = True
                return True
            shape = outline(ring)
            if shape.is_empty:
                self.vague = True
            else:
                self.shapes.append(shape)
        for circle in area.circles:
            self._circle(circle)
        return bool(area.polygons or area.circles)

    def _circle(self, circle: Circle) -> None:
        on_earth = abs(circle.latitude) <= _LATITUDE and abs(circle.longitude) <= 2 * _LONGITUDE
        # what is no number compares as False
        if on_earth and 0 <= circle.radius_km < float("inf") and len(self.circles) < MOST_CIRCLES:
            self.circles.append(circle)
        else:
            self.vague = True

    def _coded(self, area: Area) -> None:
        """An area without a shape: by its codes, else by its name."""
        units = [_unit(name, value) for name, value in area.geocodes[:MOST_NAMES]]
        if units and all(units) and len(area.geocodes) <= MOST_NAMES:
            self.named += [frozenset((unit,)) for unit in units if unit is not None]
            return
        self._name(area.description)

    def _name(self, name: str) -> None:
        """One name, or several in a list."""
        whole = named_units(name)
        parts = [part for part in _BETWEEN.split(name) if part.strip()] if not whole else []
        several = [named_units(part) for part in parts[:MOST_NAMES]] or [whole]
        self.named += [each for each in several if each]
        self.vague |= not all(several) or len(parts) > MOST_NAMES or not _is_chinese(name)


def _words(found: _Found, post: Post, reading: Reading | None, now: datetime) -> None:
    """What the words prove: an earthquake's centre, the places that are read, or whose ground the office's is."""
    quake = happening_of(post, now)
    if quake is not None and quake.key == QUAKE and quake.latitude is not None and quake.longitude is not None:
        found.circles.append(Circle(quake.latitude, quake.longitude, felt_km(quake.magnitude or _MAGNITUDES[1])))
        return
    if reading is None or not reading.read or post.truncated:
        found.vague = True
    if reading is None or not reading.read:
        return
    places = [place for place in reading.places if place.kind not in _NOWHERE]
    units = [named_units(place.name) for place in places if place.name]
    found.vague |= not all(_is_chinese(place.name) for place in places if place.name)
    # the place named is where it began, and nobody says how far it was felt
    found.vague |= any(claim.hazard is HazardKind.EARTHQUAKE for claim in reading.claims)
    found.named += [each for each in units if each]
    # "in places" belongs to what is named beside it
    found.vague |= any(
        not each and place.kind not in _WITHIN
        for place, each in zip((place for place in places if place.name), units, strict=True)
    )
    if not units:
        issuers = (ground_of(claim.issuer.words) for claim in reading.claims if claim.issuer is not None)
        found.named += [named_units(name) for name in dict.fromkeys(issuers) if name]


def _is_chinese(name: str) -> bool:
    """Written so that it means a unit of China: in Latin letters towns elsewhere bear such names too (Saga, Bama, Canton)."""
    return any("\u3400" <= char <= "\u9fff" for char in name)


def _unit(name: str, value: str) -> Unit | None:
    code = _CODE.fullmatch(value.strip())
    if _DIVISION.fullmatch(name.strip()) and code:
        return units_by_code().get(code[1])
    return _COUNTRIES.get(value.strip().upper()) if name.strip() == _COUNTRY else None


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    least, most = _MAGNITUDES
    return value if least <= value <= most else None


def alternatives(named: Iterable[frozenset[Unit]]) -> Iterator[Unit]:
    """Every unit that may be meant, each once."""
    return iter(dict.fromkeys(unit for each in named for unit in sorted(each)))
