"""CAP ``info`` blocks to hazards: one language's block is a variant of another's when all but the words is the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from bot.model.alert import Area, Certainty, Hazard, Severity, Urgency, Wording
from bot.model.post import Media, MediaKind
from bot.sources.cap import fields
from bot.sources.language import tag
from bot.sources.plain import MAX_MEDIA, one_line, safe_url

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

#: Two blocks for each hazard and language are usual; a country summary has some tens.
MAX_INFOS = 100
#: Areas kept of one block.
_MAX_AREAS = 500
#: CAP wants it in English, but these two stand in the statuses of Japan's weather service (rule 1).
_IN_JAPANESE = {"訓練": "exercise", "試験": "test"}
#: A hazard that begins or ends this long after it was announced is a mistake ("3021") or means "no end".
_FAR = timedelta(days=366)
#: CAP 1.2: an absent language means this.
_DEFAULT_LANGUAGE = "en-US"
_IMAGE_ENDINGS = (".jpg", ".jpeg", ".png", ".gif", ".webp")
_Word = TypeVar("_Word", bound=StrEnum)


def word(kind: type[_Word], text: str, unknown: _Word) -> _Word:
    """One of the standard's words, in any case; ``unknown`` for everything else."""
    tidy = " ".join(text.split()).casefold()
    tidy = _IN_JAPANESE.get(tidy, tidy)
    return next((member for member in kind if member.value.casefold() == tidy), unknown)


def hazards(alert: Element, sent: datetime, flags: list[str]) -> tuple[Hazard, ...]:
    """The hazards of an alert in document order, languages grouped (rule 8). Appends oddities to ``flags``."""
    found: list[Hazard] = []
    for number, info in enumerate(fields.children(alert, "info")):
        if number >= MAX_INFOS:
            flags.append(f"only the first {MAX_INFOS} info blocks were read")
            break
        new = _hazard(info, sent, flags)
        at = _variant_of(found, new, only_words=_is_only_words(info))
        if at is None:
            found.append(new)
        else:
            found[at] = _joined(found[at], new)
    return tuple(found)


def hinted(entry: Element, sent: datetime) -> Hazard:
    """What an index entry says of its alert in CAP's own elements."""
    flags: list[str] = []
    hazard = _hazard(entry, sent, flags)
    names, codes = list(fields.values(entry, "areaDesc")), fields.pairs(entry, "geocode")
    if names and not hazard.areas:
        hazard = replace(hazard, areas=(Area(fields.line(names[0]), geocodes=codes),))
    return hazard


def _hazard(info: Element, sent: datetime, flags: list[str]) -> Hazard:
    certainty = fields.value(info, "certainty")
    if certainty.casefold() == "very likely":  # CAP 1.0
        certainty = "Likely"
    return Hazard(
        urgency=word(Urgency, fields.value(info, "urgency"), Urgency.UNKNOWN),
        severity=word(Severity, fields.value(info, "severity"), Severity.UNKNOWN),
        certainty=word(Certainty, certainty, Certainty.UNKNOWN),
        wordings=(_wording(info),),
        categories=tuple(one_line(text) for text in fields.values(info, "category")),
        response_types=tuple(one_line(text) for text in fields.values(info, "responseType")),
        event_codes=fields.pairs(info, "eventCode"),
        parameters=fields.pairs(info, "parameter"),
        effective=_moment(info, "effective", sent, flags),
        onset=_moment(info, "onset", sent, flags),
        expires=_expires(info, sent, flags),
        areas=_areas(info, flags),
    )


def _wording(info: Element) -> Wording:
    return Wording(
        language=tag(fields.value(info, "language")) or _DEFAULT_LANGUAGE,
        event=fields.line(fields.value(info, "event")),
        headline=fields.line(fields.value(info, "headline")),
        description=fields.prose(fields.value(info, "description")),
        instruction=fields.prose(fields.value(info, "instruction")),
        sender_name=fields.line(fields.value(info, "senderName")),
        web=safe_url(fields.value(info, "web")),
        contact=one_line(fields.value(info, "contact")),
    )


def _moment(info: Element, name: str, sent: datetime, flags: list[str]) -> datetime | None:
    text = fields.value(info, name)
    if not text:
        return None
    when, offset = fields.instant(text)
    if when is None or not fields.is_plausible(when) or when > sent + _FAR:
        flags.append(f"{name} is not believable ({one_line(text, 40)}); it was left out")
        return None
    if offset is None:
        flags.append(f"{name} has no offset; it was read as UTC")
    return when


def _expires(info: Element, sent: datetime, flags: list[str]) -> datetime | None:
    when = _moment(info, "expires", sent, flags)
    if when is not None and when < sent:
        flags.append("expires lies before sent; it was left out")
        return None
    return when


def _areas(info: Element, flags: list[str]) -> tuple[Area, ...]:
    areas = [_area(area, flags) for area in list(fields.children(info, "area"))[:_MAX_AREAS]]
    return tuple(areas)


def _area(area: Element, flags: list[str]) -> Area:
    rings = [fields.ring(text) for text in fields.values(area, "polygon")]
    circles = [fields.circle(text) for text in fields.values(area, "circle")]
    if None in rings or None in circles:
        flags.append("an area has a polygon or circle that is none on Earth; it was left out")
    return Area(
        description=fields.line(fields.value(area, "areaDesc")),
        polygons=tuple(ring for ring in rings if ring is not None),
        circles=tuple(circle for circle in circles if circle is not None),
        geocodes=fields.pairs(area, "geocode"),
    )


def _is_only_words(info: Element) -> bool:
    """True for a block that gives a translation and leaves all else to the block before it."""
    named = ("category", "urgency", "severity", "certainty", "effective", "onset", "expires", "area")
    return not any(True for name in named for _ in fields.children(info, name))


def _variant_of(found: list[Hazard], new: Hazard, *, only_words: bool) -> int | None:
    """Which hazard this block words in another language: one in the same places by name before any other."""
    language = new.wordings[0].language.casefold()
    may = [
        at
        for at, known in enumerate(found)
        if language not in {wording.language.casefold() for wording in known.wordings}
        and (only_words or _is_same(known, new))
    ]
    names = {area.description for area in new.areas}
    same_names = (at for at in may if {area.description for area in found[at].areas} == names)
    return next(same_names, may[0] if may else None)


def _is_same(known: Hazard, new: Hazard) -> bool:
    return _traits(known) == _traits(new) and _same_kind(known, new) and _same_place(known, new)


def _traits(hazard: Hazard) -> tuple[object, ...]:
    return hazard.urgency, hazard.severity, hazard.certainty, hazard.effective, hazard.onset, hazard.expires


def _same_kind(known: Hazard, new: Hazard) -> bool:
    if known.event_codes and new.event_codes:
        return set(known.event_codes) == set(new.event_codes)
    return set(known.categories) == set(new.categories)


def _same_place(known: Hazard, new: Hazard) -> bool:
    """Compare shapes, else codes of the same scheme, else the number of areas: names of places are translated."""
    if not known.areas or not new.areas:
        return True
    shapes = _shapes(known), _shapes(new)
    if all(shapes):
        return shapes[0] == shapes[1]
    codes = _codes(known), _codes(new)
    if {name for name, _ in codes[0]} == {name for name, _ in codes[1]}:
        return codes[0] == codes[1] and len(known.areas) == len(new.areas)
    return len(known.areas) == len(new.areas)


def _shapes(hazard: Hazard) -> frozenset[object]:
    return frozenset(shape for area in hazard.areas for shape in (*area.polygons, *area.circles))


def _codes(hazard: Hazard) -> frozenset[tuple[str, str]]:
    return frozenset(code for area in hazard.areas for code in area.geocodes)


def _joined(known: Hazard, new: Hazard) -> Hazard:
    extra = tuple(pair for pair in new.parameters if pair not in known.parameters)
    return replace(
        known,
        wordings=(*known.wordings, *new.wordings),
        event_codes=known.event_codes or new.event_codes,
        parameters=known.parameters + extra,
        areas=known.areas + _other_names(known, new) if known.areas else new.areas,
    )


def _other_names(known: Hazard, new: Hazard) -> tuple[Area, ...]:
    """Areas under their names in another language, without the shapes that are there already."""
    names = {area.description for area in known.areas}
    others = [area for area in new.areas if area.description and area.description not in names]
    return tuple(replace(area, polygons=(), circles=()) for area in others)


def pictures(alert: Element) -> tuple[Media, ...]:
    """Rule 13: the http(s) pictures of all blocks; nothing that lies inside the alert itself."""
    found: dict[str, Media] = {}
    for info in list(fields.children(alert, "info"))[:MAX_INFOS]:
        for resource in fields.children(info, "resource"):
            url = safe_url(fields.value(resource, "uri"))
            mime = fields.value(resource, "mimeType").lower()
            is_image = mime.startswith("image/") or (not mime and url.lower().endswith(_IMAGE_ENDINGS))
            if url and is_image and len(found) < MAX_MEDIA:
                found.setdefault(
                    url, Media(MediaKind.PHOTO, url, fields.line(fields.value(resource, "resourceDesc")))
                )
    return tuple(found.values())
