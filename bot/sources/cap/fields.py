"""Single CAP fields read tolerantly: children, instants, references, geometry, prose. Knows no whole alert."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.model.alert import Circle
from bot.sources.plain import clean, from_html, has_markup, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

#: CAP began in 2002; a `sent` outside this span is a mistake, and arithmetic on it could overflow.
_YEARS = range(1990, 2200)
#: A country-wide update references some dozens; more is no list of messages.
_MAX_REFERENCES = 200
#: Points kept of one ring; coast lines in real alerts have a few thousand.
MAX_POINTS = 5000
_MIN_RING = 4
#: Two numbers of a dozen characters for each point, generously.
_MAX_RING_LENGTH = 40 * MAX_POINTS
#: 200 references of 300 characters; no real list is longer.
_MAX_REFERENCES_LENGTH = 300 * _MAX_REFERENCES
_TRIPLE = re.compile(r"[^\s,]+,[^\s,]+,\d{4}-\d\d-\d\dT[^\s,]+")
#: Stands for a space in a sender's name while references are taken apart at spaces.
_NO_BREAK = "\x7f"
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\S*")
_BULLET = re.compile(r"\s*(?:[-*•·–—▪◦●■]\s|\*|•|\(?\d{1,2}[.)、]|[A-Z][A-Z /]{2,30}\.\.\.)")
#: "LOCATION: ", "När:", "Wind: ": lines of a form, each a line of its own.
_LABEL = re.compile(r"[^\W\d_][^:：.!?\n]{0,38}[:：](?!//)")
#: What ends a sentence in scripts that are not wrapped at words.
_WIDE_END = "。！？；"
_WIDE_EDGE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")


def children(element: Element, name: str) -> Iterator[Element]:
    """Direct children by local name: prefixes and order vary from sender to sender."""
    return element.iterchildren(f"{{*}}{name}")


def value(element: Element, name: str) -> str:
    """The trimmed text of the first child of that name that has any; an empty element is an absent one."""
    return next(values(element, name), "")


def values(element: Element, name: str) -> Iterator[str]:
    """The trimmed, non-empty texts of all children of that name."""
    texts = ("".join(map(str, child.itertext())).strip() for child in children(element, name))
    return (text for text in texts if text)


def pairs(element: Element, name: str) -> tuple[tuple[str, str], ...]:
    """The {valueName, value} pairs of that name, in order; names repeat, so this is no mapping."""
    found = (
        (one_line(value(child, "valueName")), one_line(value(child, "value"))) for child in children(element, name)
    )
    return tuple(pair for pair in found if any(pair))


def instant(text: str) -> tuple[datetime | None, int | None]:
    """An xs:dateTime as a UTC instant (None when it is none) and its offset in minutes (None when not stated)."""
    tidy = re.sub(r"\s+(?=[+-]\d)", "", text.strip())
    try:
        when = datetime.fromisoformat(tidy)
        offset = when.utcoffset()
        if offset is None:
            return when.replace(tzinfo=UTC), None
        return when.astimezone(UTC), int(offset.total_seconds() // 60)
    except (ValueError, OverflowError):
        return None, None


def is_plausible(when: datetime) -> bool:
    """False for years in which nobody can have sent an alert."""
    return when.year in _YEARS


def message_id(sender: str, identifier: str, sent: datetime) -> str:
    """The identity of a message (rule 2): ``sent`` counts as an instant, however its offset is written.

    To the second, as CAP writes it: some senders add fractions, and leave them out again in references.
    """
    return f"{sender},{identifier},{sent.astimezone(UTC).isoformat(timespec='seconds')}"


def references(text: str, sender: str) -> tuple[str, ...]:
    """Rule 3: whitespace separated triples; failing that, triples anywhere; failing that, bare identifiers."""
    text = text[:_MAX_REFERENCES_LENGTH]
    if re.search(r"\s", sender):  # a sender may have no spaces, but some have
        text = text.replace(sender, re.sub(r"\s", _NO_BREAK, sender))
    tokens = text.split()
    triples = [token for token in tokens if token.count(",") == 2 and all(token.split(","))]  # noqa: PLR2004
    triples = triples or _TRIPLE.findall(text)
    if triples:
        named = [_normal(*triple.split(",")) for triple in triples]
    else:
        pieces = [piece for token in tokens for piece in token.split(",")]
        named = [f"{sender},{piece}" for piece in pieces if piece and piece != sender and not _DATE.fullmatch(piece)]
    return tuple(dict.fromkeys(named[:_MAX_REFERENCES]))


def _normal(sender: str, identifier: str, sent: str) -> str:
    sender = sender.replace(_NO_BREAK, " ")
    when, _ = instant(sent)
    return message_id(sender, identifier, when) if when and is_plausible(when) else f"{sender},{identifier}"


def incidents(text: str) -> tuple[str, ...]:
    """Whitespace separated names; one that holds spaces stands in quotes."""
    return tuple(quoted or bare for quoted, bare in re.findall(r'"([^"]+)"|([^\s"]+)', text))[:_MAX_REFERENCES]


def ring(text: str) -> tuple[tuple[float, float], ...] | None:
    """A polygon, latitude first, closed when the sender forgot to; None when it is no polygon on Earth."""
    points = [_point(token) for token in _tokens(text[:_MAX_RING_LENGTH], MAX_POINTS + 1)]
    if not points or len(points) > MAX_POINTS:
        return None
    whole = [point for point in points if point is not None]
    if len(whole) != len(points):
        return None
    if whole[0] != whole[-1]:
        whole.append(whole[0])
    return tuple(whole) if len(whole) >= _MIN_RING else None


def circle(text: str) -> Circle | None:
    """``lat,lon radius`` in kilometres; a radius of 0 is a point."""
    parts = _tokens(text[:_MAX_RING_LENGTH], 2)
    centre = _point(parts[0]) if parts else None
    if centre is None:
        return None
    radius = _number(parts[1]) if len(parts) > 1 else 0.0
    return Circle(*centre, radius) if radius is not None and radius >= 0 else None


def _tokens(text: str, most: int) -> list[str]:
    """What white space parts, at most so much of it; commas hold together what they stand between."""
    return re.sub(r"\s*,\s*", ",", text).split(None, most)[:most]


def _point(token: str) -> tuple[float, float] | None:
    latitude, comma, longitude = token.partition(",")
    north, east = _number(latitude), _number(longitude)
    if not comma or north is None or east is None or abs(north) > 90 or abs(east) > 180:  # noqa: PLR2004
        return None
    return north, east


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def line(text: str) -> str:
    """A headline or name: one line without tags."""
    return one_line(from_html(text).text if has_markup(text) else text)


def prose(text: str) -> str:
    """Rule 14: tags stripped and hard line wraps undone; empty lines, list items and labelled lines stay."""
    joined = _unwrapped(text)
    return clean(from_html(joined, keep_newlines=True).text if has_markup(joined) else joined)


def _stands_alone(before: str, words: str) -> bool:
    """True when a line break was meant: a list item, a label, or what follows a heading or a full stop of Chinese."""
    return bool(_BULLET.match(words) or _LABEL.match(words)) or before.endswith((":", "：", *_WIDE_END))


def _unwrapped(text: str) -> str:
    out: list[str] = []
    may_join = False
    for raw in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        words = raw.strip()
        if not words:
            if out and out[-1]:
                out.append("")
            may_join = False
        elif may_join and not _stands_alone(out[-1], words):
            out[-1] += ("" if _WIDE_EDGE.match(out[-1][-1]) or _WIDE_EDGE.match(words) else " ") + words
        else:
            out.append(words)
            may_join = True
    return "\n".join(out)
