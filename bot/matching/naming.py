"""From what a reader writes to the places that it may be: "朝阳区", "Kyoto 30 km", "39.9, 116.4"."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from babel import Locale

from bot.geo import cities
from bot.geo.china import Units
from bot.geo.cities import City
from bot.matching.distances import coordinates, parted, trailing
from bot.matching.folding import fold
from bot.matching.places import named_units
from bot.model.place import LEAST_KM, MOST_KM, USUAL_KM, ChatPlace, Unit, distance_km, rounded

#: Places of one name that can be chosen from.
MOST = 8
#: Longest name that is looked up; the longest unit's has 16 characters, the longest city's some 50.
LONGEST_NAME = 100
#: What an English or pinyin name of a unit ends with.
_ENDING = re.compile(
    r"[\s-]+(?:district|county|city|prefecture|province|municipality|qu|xian|shi|sheng)$", re.IGNORECASE
)
_CHINA = frozenset(("CN", "HK", "MO", "TW"))
_NEAR_KM = 50.0
#: Cities that are looked through for one in a country.
_LOOKED_THROUGH = 200
#: Those in whose names of countries a reader may write: the bot's own.
_LANGUAGES = ("en", "zh_Hans", "zh_Hant", "ar", "de", "es", "fr", "hi", "ja", "ko", "pt", "ru")
_BETWEEN = re.compile(r"\s*[,，、،]\s*")


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
    #: False: more was said of where it lies, and nobody here knows whether that fits.
    sure: bool = True


def wanted(text: str) -> Wanted:
    """Part the name from the distance."""
    return Wanted(*parted(text))


def candidates(what: Wanted, units: Units) -> list[Candidate]:
    """The places that may be meant, at most ``MOST``, the most likely first. In a thread: the world's cities are read.

    Without a distance a unit of China is meant as a whole; with one its town, where that is known.
    """
    if (at := coordinates(what.name)) is not None:
        return [Candidate(point(*at, what.km or USUAL_KM))]
    if len(what.name) > LONGEST_NAME:
        return []
    found = _called_so(what, units, MOST) or _within(what, units)
    if not found and what.km is None and (less := trailing(what.name)) is not None:
        found = candidates(Wanted(*less), units)
    return found[:MOST]


def _called_so(what: Wanted, units: Units, most: int) -> list[Candidate]:
    name = what.name
    whole = list(_whole(name, units))
    towns = [city for city in _cities(name, most) if what.km is not None or not _inside(city, whole)]
    if what.km is not None and towns:
        whole = [each for each in whole if not any(_inside(city, [each]) for city in towns)]
    found = [Candidate(_around(city, what.km or USUAL_KM), city.country) for city in towns]
    # who writes a Chinese name means the unit; and the unit that is larger before one of the same name
    return [*(Candidate(each) for each in whole), *found]


def _within(what: Wanted, units: Units) -> list[Candidate]:
    """What is called as stands before a comma, in the country or unit that stands after it; where nobody knows that
    ("Paris, Texas"), all that are called so, for the reader to choose from.
    """
    name, *rest = _BETWEEN.split(what.name, maxsplit=1)
    if not name or not rest or not rest[0]:
        return []
    found = _called_so(replace(what, name=name), units, _LOOKED_THROUGH)
    around, countries = _units_called(rest[0]), _countries(rest[0])
    if not around and not countries:
        return [replace(each, sure=False) for each in found]
    if countries & _CHINA:
        countries |= {""}
    return [
        each
        for each in found
        if (each.country in countries if not each.place.unit or not around else _is_in(each.place.unit, around))
    ]


def _is_in(unit: Unit, around: Collection[Unit]) -> bool:
    return any(unit[: len(each)] == each for each in around)


def _countries(name: str) -> set[str]:
    """The countries that are called so in any of the languages, or by their code."""
    wanted = fold(name)
    named = {
        code
        for language in _LANGUAGES
        for code, called in Locale.parse(language).territories.items()
        if len(code) == len("CN") and fold(called) == wanted
    }
    return named | ({name.upper()} if re.fullmatch(r"[A-Za-z]{2}", name) else set())


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


def _whole(name: str, units: Units) -> Iterator[ChatPlace]:
    """Units of China that are called so."""
    for unit in sorted(_units_called(name), key=lambda unit: (len(unit), unit)):
        ground = units.ground(unit)
        if ground is not None:
            yield ChatPlace(
                _called(name, unit), rounded(ground.latitude), rounded(ground.longitude), ground.reach_km, unit
            )


def _units_called(name: str) -> frozenset[Unit]:
    return named_units(name) or named_units(_ENDING.sub("", name))


def _called(name: str, unit: Unit) -> str:
    own = "".join(unit)
    return own if any("\u3400" <= char <= "\u9fff" for char in name) else f"{name} ({own})"


def _cities(name: str, most: int) -> list[City]:
    found = cities.find(name, most)
    # 東京 and full-width letters
    return found or (cities.find(fold(name), most) if fold(name) != name.casefold() else [])


def _inside(city: City, whole: list[ChatPlace]) -> bool:
    """A city of China is the unit that bears its name."""
    return city.country in _CHINA and any(
        distance_km((city.latitude, city.longitude), (each.latitude, each.longitude)) <= each.radius_km
        for each in whole
    )


def _around(city: City, km: int) -> ChatPlace:
    return point(city.latitude, city.longitude, km, city.name)
