"""What a JMA telegram says in its body: kinds of warning with their areas, an earthquake, a tsunami, and words. No I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sources.cap.fields import children, value, values
from bot.sources.jma.levels import INTENSITIES, is_lifted
from bot.sources.json import number
from bot.sources.plain import clean, one_line
from bot.sources.xml import local_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element as Element

#: A prefecture has some 60 towns (Hokkaido's offices fewer), each with as many kinds of warning as a storm brings.
MAX_ITEMS, MAX_KINDS, MAX_AREAS, MAX_TOLD = 3000, 60, 2000, 20_000
#: Lines told of places (intensities, arrivals); a great earthquake has hundreds.
_MAX_LINES = 120
#: "+38.0+142.9-10000/": degrees, or degrees and minutes as volcanoes have them ("+3624.38+13831.38+2568/").
_COORDINATE = re.compile(r"([+-]\d{2,4}(?:\.\d+)?)([+-]\d{2,5}(?:\.\d+)?)([+-]\d+(?:\.\d+)?)?/")
#: Of several lists of areas the finest; a list for each kind ("警報注意報種別毎") is another view of the same.
_FINENESS = (
    "市町村等)", "対象市町村等)", "まとめた地域等)", "一次細分区域等)",
    "発表細分)", "府県予報区等)", "細分区域)", "府県予報区)",
)  # fmt: skip
_ADVICE = frozenset(("WarningComment", "VolcanoPrevention"))
_WORDS = frozenset(
    ("ForecastComment", "VarComment", "FreeFormComment", "Comment", "VolcanoHeadline", "VolcanoActivity")
)


@dataclass(frozen=True, slots=True)
class Place:
    """An area by JMA's name and code; ``scheme`` is the code's table."""

    name: str
    code: str = ""
    scheme: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """One kind of warning for one place: ``condition`` is 発表, 継続, 解除, 引上げ … or ""."""

    kind: str
    condition: str
    place: Place


@dataclass(frozen=True, slots=True)
class Earthquake:
    """Where and how strong. Degrees; depth in kilometres; None where unknown."""

    place: str
    latitude: float | None
    longitude: float | None
    depth: float | None
    magnitude: float | None
    #: "Ｍ８を超える巨大地震" where there is no figure.
    magnitude_text: str
    origin: str


def descend(element: Element | None, *path: str) -> Element | None:
    """Walk down the first children of these names; None where the path breaks."""
    for name in path:
        element = None if element is None else next(children(element, name), None)
    return element


def everywhere(element: Element | None, name: str) -> Iterator[Element]:
    """All elements of that name below."""
    return iter(()) if element is None else (one for one in element.iter("*") if local_name(one) == name)


def warnings_of(headline: Element | None, body: Element | None) -> list[Told]:
    """Kinds and areas: of the body's ``Warning``, which has each kind's status, else of the headline's list."""
    held = list(children(body, "Warning")) if body is not None else []
    block = _finest(held)
    if block is None:
        block = _finest(list(children(headline, "Information")) if headline is not None else [])
    return list(_told(block)) if block is not None else []


def volcanoes_of(headline: Element | None, body: Element | None) -> tuple[list[Told], list[Place]]:
    """A volcano's kinds, and the towns around it."""
    blocks = list(children(headline, "Information")) if headline is not None else []
    blocks += list(children(body, "VolcanoInfo")) if body is not None else []
    by_type = {_plain_type(block): block for block in blocks}
    own = next((block for name, block in by_type.items() if "火山)" in name), blocks[0] if blocks else None)
    towns = next((block for name, block in by_type.items() if name.endswith("対象市町村等)")), None)
    around = [told.place for told in _told(towns)] if towns is not None else []
    return (list(_told(own)) if own is not None else []), around


def _plain_type(block: Element) -> str:
    return block.get("type", "").replace("（", "(").replace("）", ")")


def _finest(blocks: list[Element]) -> Element | None:
    for ending in _FINENESS:
        for block in blocks:
            if _plain_type(block).endswith(ending):
                return block
    return blocks[0] if blocks else None


def _told(block: Element) -> Iterator[Told]:
    areas = 0
    for item in list(children(block, "Item"))[:MAX_ITEMS]:
        places = list(_places(item))
        for kind in list(children(item, "Kind"))[:MAX_KINDS]:
            name = one_line(value(kind, "Name"), 100)
            condition = one_line(value(kind, "Status") or value(kind, "Condition"), 60)
            for place in places:
                areas += 1
                if areas > MAX_TOLD:
                    return
                yield Told(name, condition, place)


def _places(item: Element) -> Iterator[Place]:
    for holder in (item, *children(item, "Areas")):
        scheme = one_line(holder.get("codeType", ""), 80)
        for area in list(children(holder, "Area"))[:MAX_AREAS]:
            name = one_line(value(area, "Name"), 100)
            if name:
                yield Place(name, one_line(value(area, "Code"), 20), scheme)


def earthquake_of(body: Element | None) -> Earthquake | None:
    """The first earthquake of a body."""
    quake = descend(body, "Earthquake")
    if quake is None:
        return None
    area = descend(quake, "Hypocenter", "Area")
    magnitude = descend(quake, "Magnitude")
    name = one_line(value(area, "Name"), 100) if area is not None else ""
    detailed = one_line(value(area, "DetailedName"), 100) if area is not None else ""
    north, east, depth = _coordinate(value(area, "Coordinate") if area is not None else "")
    return Earthquake(
        place=f"{name}（{detailed}）" if name and detailed else name or detailed,
        latitude=north, longitude=east, depth=depth,
        magnitude=number((magnitude.text or "").strip()) if magnitude is not None else None,
        magnitude_text=one_line(magnitude.get("description", ""), 60) if magnitude is not None else "",
        origin=value(quake, "OriginTime") or value(quake, "ArrivalTime"),
    )  # fmt: skip


def _coordinate(text: str) -> tuple[float | None, float | None, float | None]:
    """ISO 6709 in degrees, with height in metres below which an earthquake lies."""
    found = _COORDINATE.fullmatch(text.strip())
    if not found:
        return None, None, None
    north, east = _degrees(found.group(1), 2), _degrees(found.group(2), 3)
    if abs(north) > 90 or abs(east) > 180:  # noqa: PLR2004 - none on Earth
        return None, None, None
    height = number(found.group(3)) if found.group(3) else None
    return north, east, None if height is None else max(0.0, -height / 1000)


def _degrees(text: str, whole: int) -> float:
    digits = text[1:].partition(".")[0]
    if len(digits) <= whole:
        return float(text)
    degrees, minutes = text[1 : 1 + len(digits) - 2], text[1 + len(digits) - 2 :]
    return (-1 if text[0] == "-" else 1) * (float(degrees) + float(minutes) / 60)


def intensities_of(body: Element | None) -> tuple[str, list[tuple[str, Place]]]:
    """The greatest intensity ("" when none is told), and that of each area, the strongest first."""
    observed = descend(body, "Intensity", "Observation")
    holder = observed if observed is not None else descend(body, "Intensity", "Forecast")
    if holder is None:
        return "", []
    found = []
    for pref in list(children(holder, "Pref"))[:60]:
        for area in list(children(pref, "Area"))[:200]:
            strength = value(area, "MaxInt") or _of_forecast(area)
            name = one_line(value(area, "Name"), 100)
            if strength in INTENSITIES and name:
                found.append((strength, Place(name, one_line(value(area, "Code"), 20), "地震情報／細分区域")))
    order = list(INTENSITIES)
    found.sort(key=lambda pair: order.index(pair[0]))
    most = value(holder, "MaxInt") or _of_forecast(holder)
    return (most if most in INTENSITIES else found[0][0] if found else ""), found


def _of_forecast(element: Element) -> str:
    """The upper end of a forecast of intensity ("over" stands for "and more")."""
    forecast = descend(element, "ForecastInt")
    if forecast is None:
        return ""
    upper = value(forecast, "To")
    return upper if upper in INTENSITIES else value(forecast, "From")


def tsunamis_of(body: Element | None) -> tuple[list[Told], list[str]]:
    """The kinds of tsunami warning by coast, and a line for each coast: when it arrives and how high."""
    told: list[Told] = []
    lines: list[str] = []
    forecast = descend(body, "Tsunami", "Forecast")
    for item in list(children(forecast, "Item"))[:300] if forecast is not None else []:
        area = descend(item, "Area")
        kind = descend(item, "Category", "Kind")
        if area is None or kind is None:
            continue
        place = Place(one_line(value(area, "Name"), 100), one_line(value(area, "Code"), 20), "津波予報区")
        # "大津波警報：発表" is the great warning, just issued
        name, _, condition = one_line(value(kind, "Name"), 60).partition("：")
        told.append(Told(name, condition, place))
        details = [text for text in (_arrival(item), _height(item)) if text]
        if details and not is_lifted(name, condition):
            lines.append(f"{place.name}：{'、'.join(details)}")
    return told, [*lines, *_observed(body)][:_MAX_LINES]


def _observed(body: Element | None) -> Iterator[str]:
    """A line for each gauge that has seen the tsunami."""
    observation = descend(body, "Tsunami", "Observation")
    for item in list(children(observation, "Item"))[:100] if observation is not None else []:
        for station in list(children(item, "Station"))[:100]:
            height = descend(station, "MaxHeight", "TsunamiHeight")
            text = one_line(height.get("description", ""), 40) if height is not None else ""
            text = text or one_line(value(station, "MaxHeight"), 40)
            if text:
                yield f"{one_line(value(station, 'Name'), 60)}：観測された高さ {text}"


def _arrival(item: Element) -> str:
    first = descend(item, "FirstHeight")
    if first is None:
        return ""
    condition = one_line(value(first, "Condition"), 40)
    clock = re.search(r"T(\d\d):(\d\d)", value(first, "ArrivalTime"))
    return condition or (f"到達予想 {clock.group(1)}時{clock.group(2)}分" if clock else "")


def _height(item: Element) -> str:
    height = descend(item, "MaxHeight", "TsunamiHeight")
    text = one_line(height.get("description", ""), 40) if height is not None else ""
    return f"予想される高さ {text}" if text else ""


def words_of(body: Element | None, already: str = "") -> tuple[str, str]:
    """What the body says in sentences beyond what the headline says ``already``, and what it asks people to do."""
    said: dict[str, None] = {}
    advice: dict[str, None] = {}
    if body is None:
        return "", ""
    for element in body.iter("*"):
        name = local_name(element)
        if name in _ADVICE:
            _keep(advice, _text(element))
        elif name in _WORDS:
            _keep(said, _text(element))
        elif name == "Text" and not _is_in_comment(element):
            _keep(said, clean("".join(map(str, element.itertext()))))
    return "\n\n".join(text for text in said if text not in already), "\n\n".join(advice)


def _is_in_comment(element: Element) -> bool:
    holder = element.getparent()
    return holder is not None and local_name(holder) in _WORDS | _ADVICE


def _text(element: Element) -> str:
    """The words of a comment, without its codes."""
    inner = "\n\n".join(values(element, "Text"))
    return clean(inner) if inner or len(element) else clean(element.text or "")


def _keep(texts: dict[str, None], text: str) -> None:
    if text and len(texts) < _MAX_LINES:
        texts.setdefault(text)


def together(places: Iterable[Place]) -> str:
    """Names of places in a sentence."""
    return "、".join(dict.fromkeys(place.name for place in places))
