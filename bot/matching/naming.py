"""From what a reader writes to the places that it may be: "朝阳区", "Kyoto 30 km", "39.9, 116.4"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.geo import cities
from bot.geo.china import Units
from bot.geo.cities import City
from bot.matching.folding import fold
from bot.matching.places import named_units
from bot.model.place import LEAST_KM, MOST_KM, USUAL_KM, ChatPlace, Unit, distance_km, rounded

#: Places of one name that can be chosen from.
MOST = 8
#: Longest name that is looked up; the longest unit's has 16 characters, the longest city's some 50.
LONGEST_NAME = 100
_KM = re.compile(
    r"(?:^|(?<=\s)|(?<=[^\W\d_])|,\s*)(\d{1,5})\s*(?:km|kilometers?|kilometres?|公里|千米|キロ|킬로미터|км|كم|किमी)\.?$",
    re.IGNORECASE,
)
_COORDINATES = re.compile(r"([+-]?\d{1,3}(?:\.\d{1,10})?)°?\s*[,，;\s]\s*([+-]?\d{1,3}(?:\.\d{1,10})?)°?", re.ASCII)
#: What an English or pinyin name of a unit ends with.
_ENDING = re.compile(
    r"[\s-]+(?:district|county|city|prefecture|province|municipality|qu|xian|shi|sheng)$", re.IGNORECASE
)
_CHINA = frozenset(("CN", "HK", "MO", "TW"))
_NEAR_KM = 50.0
_NORTH, _EAST = 90.0, 180.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was written: a name (perhaps "") and a distance (None where none is said), kilometres."""

    name: str
    km: int | None

    @property
    def far(self) -> bool:
        """The distance is none that can be set."""
        return self.km is not None and not LEAST_KM <= self.km <= MOST_KM


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that may be meant. ``country`` (ISO 3166-1 alpha-2) tells cities of one name apart, "" for units."""

    place: ChatPlace
    country: str = ""


def wanted(text: str) -> Wanted:
    """Part the name from the distance."""
    found = _KM.search(text.strip())
    if found is None:
        return Wanted(text.strip(), None)
    return Wanted(text.strip()[: found.start()].strip(" ,，"), int(found[1]))


def candidates(what: Wanted, units: Units) -> list[Candidate]:
    """The places that may be meant, at most ``MOST``, the most likely first. In a thread: the world's cities are read.

    Without a distance a unit of China is meant as a whole; with one its town, where that is known.
    """
    if (at := _coordinates(what.name)) is not None:
        return [Candidate(point(*at, what.km or USUAL_KM))]
    name = what.name
    if len(name) > LONGEST_NAME:
        return []
    whole = list(_whole(name, units))
    towns = [city for city in _cities(name) if what.km is not None or not _inside(city, whole)]
    if what.km is not None and towns:
        whole = [each for each in whole if not any(_inside(city, [each]) for city in towns)]
    found = [Candidate(_around(city, what.km or USUAL_KM), city.country) for city in towns]
    # who writes a Chinese name means the unit; and the unit that is larger before one of the same name
    return [*(Candidate(each) for each in whole), *found][:MOST]


def point(latitude: float, longitude: float, km: float, name: str = "") -> ChatPlace:
    """A point as it is kept: rounded."""
    north, east = rounded(latitude), rounded(longitude)
    return ChatPlace(name or f"{north:.2f}, {east:.2f}", north, east, float(km))


def located(latitude: float, longitude: float) -> ChatPlace:
    """A location that was sent, with the name of the nearest city. In a thread: the world's cities are read."""
    found = point(latitude, longitude, USUAL_KM)
    at = (found.latitude, found.longitude)
    near = ((distance_km(at, (city.latitude, city.longitude)), city.name) for city, _ in cities.with_names())
    apart, name = min(near, default=(_NEAR_KM, ""))
    return replace(found, name=f"{found.name} ({name})") if apart < _NEAR_KM else found


def _coordinates(text: str) -> tuple[float, float] | None:
    found = _COORDINATES.fullmatch(text)
    if found is None:
        return None
    north, east = float(found[1]), float(found[2])
    return (north, east) if abs(north) <= _NORTH and abs(east) <= _EAST else None


def _whole(name: str, units: Units) -> Iterator[ChatPlace]:
    """Units of China that are called so."""
    found = named_units(name) or named_units(_ENDING.sub("", name))
    for unit in sorted(found, key=lambda unit: (len(unit), unit)):
        ground = units.ground(unit)
        if ground is not None:
            yield ChatPlace(
                _called(name, unit), rounded(ground.latitude), rounded(ground.longitude), ground.reach_km, unit
            )


def _called(name: str, unit: Unit) -> str:
    own = "".join(unit)
    return own if any("\u3400" <= char <= "\u9fff" for char in name) else f"{name} ({own})"


def _cities(name: str) -> list[City]:
    found = cities.find(name, MOST)
    # 東京 and full-width letters
    return found or (cities.find(fold(name), MOST) if fold(name) != name.casefold() else [])


def _inside(city: City, whole: list[ChatPlace]) -> bool:
    """A city of China is the unit that bears its name."""
    return city.country in _CHINA and any(
        distance_km((city.latitude, city.longitude), (each.latitude, each.longitude)) <= each.radius_km
        for each in whole
    )


def _around(city: City, km: int) -> ChatPlace:
    return point(city.latitude, city.longitude, km, city.name)
