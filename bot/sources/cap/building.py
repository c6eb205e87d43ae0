"""An alert whose fields come in JSON, as the CAP element that says the same: one reading for both. Judges nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
#: CAP's depth is five (alert, info, area, geocode, value); nothing deeper is anything of CAP's.
_DEEPEST = 8
#: Elements built of one alert; the largest real ones (a country's coast) have some thousands.
_MOST_ELEMENTS = 20_000
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{0,40}")
#: What XML 1.0 cannot hold.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CORNERS = 2
#: No number of an alert's is larger (a larger one is written out in hundreds of digits).
_LARGEST = 1e15


def alert_element(fields: Mapping[str, object]) -> Element:
    """The ``alert`` element of a mapping by CAP's own names: a list is an element repeated, a mapping one inside."""
    from lxml import etree

    root = etree.Element(f"{{{NAMESPACE}}}alert", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    budget = iter(range(_MOST_ELEMENTS))
    _fill(root, fields, 1, budget, etree.SubElement)
    return root


def _fill(parent: Element, fields: Mapping[str, object], depth: int, budget: Iterator[int], add: object) -> None:
    for name, value in fields.items():
        if not _NAME.fullmatch(str(name)):
            continue
        for each in value if isinstance(value, list | tuple) else (value,):
            text = words(each)
            if (text is None and not isinstance(each, Mapping)) or next(budget, None) is None:
                continue
            child = add(parent, f"{{{NAMESPACE}}}{name}")  # type: ignore[operator]
            if isinstance(each, Mapping):
                if depth < _DEEPEST:
                    _fill(child, each, depth + 1, budget, add)
            else:
                child.text = text


def words(value: object) -> str | None:
    """A JSON value as the text of an element, None for what is none (null, lists, objects)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _FORBIDDEN.sub("", value)
    if isinstance(value, int | float) and abs(value) < _LARGEST and math.isfinite(value):
        return str(value)
    return None


def pairs(named: object) -> list[dict[str, object]]:
    """CAP's {valueName, value} pairs of a mapping from names to one value or to a list of them."""
    items = named.items() if isinstance(named, Mapping) else ()
    return [
        {"valueName": str(name), "value": each}
        for name, value in items
        for each in (value if isinstance(value, list | tuple) else (value,))
        if words(each) is not None
    ]


def polygons(geometry: object) -> list[str]:
    """The outer rings of a GeoJSON Polygon or MultiPolygon as CAP writes them: latitude first."""
    if not isinstance(geometry, Mapping):
        return []
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "GeometryCollection":
        inner = geometry.get("geometries")
        simple = [part for part in inner if isinstance(part, Mapping)] if isinstance(inner, list) else []
        return [ring for part in simple if part.get("type") != kind for ring in polygons(part)]
    if not isinstance(coordinates, list):
        return []
    found = [coordinates] if kind == "Polygon" else coordinates if kind == "MultiPolygon" else []
    rings = (rings[0] for rings in found if isinstance(rings, list) and rings)
    return [text for text in map(_ring, rings) if text]


def _ring(ring: object) -> str:
    points = ring if isinstance(ring, list) else []
    return " ".join(map(_point, points)) if all(map(_is_point, points)) else ""


def _point(point: Sequence[float]) -> str:
    return f"{point[1]},{point[0]}"


def _is_point(point: object) -> bool:
    return (
        isinstance(point, list)
        and len(point) >= _CORNERS
        and all(isinstance(number, int | float) and not isinstance(number, bool) for number in point[:_CORNERS])
    )


def mappings(value: object) -> Iterable[Mapping[str, object]]:
    """The objects of a JSON list, or the one object where a sender left out the list."""
    listed = value if isinstance(value, list) else [value]
    return (each for each in listed if isinstance(each, Mapping))
