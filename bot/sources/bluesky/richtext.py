"""Facets: which bytes of a post's text are links. The protocol counts bytes of UTF-8, not characters. No network."""

from collections.abc import Iterator
from itertools import pairwise

from bot.sources.json import Json, inner, integer, objects, string
from bot.sources.plain import clean, safe_url

_LINK = "app.bsky.richtext.facet#link"
#: A post has at most 300 letters, so hardly more links.
_MAX_FACETS = 100
#: What clients write for the rest of a long address.
_CUT = ("...", "…")


def with_links(record: Json) -> str:
    """The record's text with the target of each link whose words do not tell it."""
    raw = string(record.get("text")).encode("utf-8", "replace")
    pieces: list[str] = []
    at = 0
    for start, end, target in _links(record, raw):
        pieces += (
            raw[at:start].decode("utf-8", "replace"),
            _named(raw[start:end].decode("utf-8", "replace"), target),
        )
        at = end
    pieces.append(raw[at:].decode("utf-8", "replace"))
    return clean("".join(pieces))


def targets(record: Json) -> frozenset[str]:
    """Where the links of the text lead."""
    raw = string(record.get("text")).encode("utf-8", "replace")
    return frozenset(target for _, _, target in _links(record, raw))


def _links(record: Json, raw: bytes) -> list[tuple[int, int, str]]:
    """(first byte, byte after the last, target) in their order; what overlaps or cuts a letter apart is left out."""
    found = sorted(_believable(record, raw))
    return [link for before, link in pairwise([(0, 0, ""), *found]) if link[0] >= before[1]]


def _believable(record: Json, raw: bytes) -> Iterator[tuple[int, int, str]]:
    for facet in objects(record.get("facets"), _MAX_FACETS):
        index = inner(facet, "index")
        start, end = integer(index.get("byteStart")), integer(index.get("byteEnd"))
        if start is None or end is None or not 0 <= start < end <= len(raw):
            continue
        if _inside_a_letter(raw, start) or _inside_a_letter(raw, end):
            continue
        for feature in objects(facet.get("features"), 5):
            target = safe_url(string(feature.get("uri"))) if string(feature.get("$type")) == _LINK else ""
            if target:
                yield start, end, target
                break


def _inside_a_letter(raw: bytes, at: int) -> bool:
    """True when a character's bytes go on at this place (10xxxxxx)."""
    return at < len(raw) and raw[at] & 0xC0 == 0x80  # noqa: PLR2004 - the mark of UTF-8's following bytes


def _named(label: str, target: str) -> str:
    bare = target.partition("://")[2].removeprefix("www.").rstrip("/")
    said = label.strip().partition("://")[2] or label.strip()
    said = said.removeprefix("www.").rstrip("/")
    if said == bare:
        return target
    stem = next((said.removesuffix(cut) for cut in _CUT if said.endswith(cut)), "")
    return target if stem and bare.startswith(stem) else f"{label} ({target})"
