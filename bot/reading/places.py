"""Places: the names that administrative endings, roads, waters and a short list prove, and what narrows them."""

import re
from functools import lru_cache

from bot.model.reading import Place, PlaceKind
from bot.reading.gazetteer import gazetteer
from bot.reading.levelling import Levelled
from bot.reading.lexicon import lexicon, one_of

_HAN = "\u4e00-\u9fff"
_JOINTS = ("以及", "和", "与", "及")
_MOST_PLACES, _LONGEST_NAME, _LONGEST_LINK, _SHORT_NAME = 60, 32, 15, 4
_TOWN = re.compile(f"[{_HAN}]{{1,6}}(街道|镇|乡|村|社区|新区|开发区|高新区|区|农场|苏木)")
#: "浙江、安徽、江西、湖南4省": the count says nothing more.
_COUNTED = re.compile(r"(?<=[^0-9])\d{1,2}(?:省|市|县|区|省份|省区市|省区|个市|个县)$")
_BARE = re.compile(f"[{_HAN}]{{2,4}}")
_PLAIN = re.compile(f"[{_HAN}0-9a-z]+")

_NUMBERED_ROAD = re.compile(
    rf"[gs]\d{{1,4}}[{_HAN}]{{0,10}}|[国省县]道\d{{1,3}}线?[{_HAN}0-9]{{0,16}}|地铁\d{{1,2}}号线|\d{{1,2}}号线"
)

#: 京港澳高速杜家坎至良乡段
_STRETCH_OF_ROAD = re.compile(
    f"[{_HAN}0-9a-z]{{1,14}}(?:高速公路|高速|公路|国道|省道|环路?|大街|大道|路|线)[{_HAN}]{{1,10}}(?:至|到|-)[{_HAN}]{{1,10}}"
)


@lru_cache(maxsize=1)
def _longest_part() -> int:
    return max(map(len, lexicon().parts)) + len("的")


def _part(words: str, start: int = 0) -> tuple[int, str] | None:
    """Where the longest word that narrows a place stands at the end of some words (its 的 included), and the word."""
    parts = lexicon().parts
    for at in range(max(start, len(words) - _longest_part()), len(words)):
        word = words[at:]
        if word[0] == "的" and word[1:] in parts:
            return at, word[1:]
        if word in parts:
            return at, word
    return None


def holds_no_name(words: str) -> bool:
    """Whether the words hold what no name holds ("听说北京市", "如北京市")."""
    words = lexicon().name_exceptions.sub("", words)
    return lexicon().no_name.search(words) is not None


@lru_cache(maxsize=4096)
def proved_kind(words: str) -> PlaceKind | None:
    """Give the kind of the last link of a chain that the gazetteer proves (浙江省宁波市, 惠东县平山街道), else None.

    Only what hangs on a name of the gazetteer may be a name that it does not have (a town, a new district).
    """
    if len(words) > _LONGEST_NAME:
        return None
    reached: dict[int, PlaceKind | None] = {0: None}
    for at in range(len(words)):
        if at not in reached:
            continue
        for end, kind in _links(words, at):
            reached.setdefault(end, kind)
    return reached.get(len(words)) if words else None


def _links(words: str, at: int) -> list[tuple[int, PlaceKind]]:
    known, names = lexicon(), gazetteer()
    found: list[tuple[int, PlaceKind]] = []
    for end in range(min(len(words), at + _LONGEST_LINK), at + 1, -1):
        link = words[at:end]
        if link in names:
            found.append((end, names[link]))
        elif link in known.here:
            found.append((end, PlaceKind.HERE))
        elif link in known.short_places:
            found.append((end, PlaceKind.NAMED))
        elif at and (ending := _TOWN.fullmatch(link)) and not holds_no_name(link):
            found.append((end, PlaceKind(known.admin[ending[1]])))
    return found


def chain_kind(words: str) -> PlaceKind | None:
    """Give the kind of the last link of a chain of administrative names (浙江省宁波市), None when it is none."""
    known = lexicon()
    if words in known.here:
        return PlaceKind.HERE
    if words in known.short_places:
        return PlaceKind.NAMED
    if len(words) > _LONGEST_NAME or holds_no_name(words) or not _chain().fullmatch(words):
        return None
    ending = next((end for end in sorted(known.admin, key=len, reverse=True) if words.endswith(end)), "")
    return PlaceKind(known.admin[ending]) if ending else PlaceKind.NAMED


@lru_cache(maxsize=1)
def _chain() -> re.Pattern[str]:
    """At most four links: a text of endings alone (市市市…) must not be tried in every way."""
    known = lexicon()
    link = f"(?:{one_of(known.short_places)}|{one_of(known.here)}|[{_HAN}]{{1,8}}?{one_of(known.admin)})"
    return re.compile(f"{link}{{1,4}}")


def parse_places(words: str, start: int, levelled: Levelled, text: str, *, strict: bool) -> tuple[Place, ...] | None:
    """Read a list of places that begins at ``start`` of the levelled text; None when a piece of it proves to be none.

    ``strict`` refuses bare names (房山): only what an ending, a road number or the short list proves.
    """
    found: list[Place] = []
    for piece, at in _pieces(words):
        split = _split(piece, strict=strict)
        if split is None or len(found) >= _MOST_PLACES:
            return None
        before: Place | None = found[-1] if found else None
        for sub, offset in split:
            place = _one(sub, start + at + offset, levelled, text, before)
            if place is None:
                return None
            found.append(place)
            before = place
    return tuple(found) or None


def _pieces(words: str) -> list[tuple[str, int]]:
    at, found = 0, []
    for piece in words.split("、"):
        found.append((piece, at))
        at += len(piece) + 1
    return found


def _split(piece: str, *, strict: bool) -> list[tuple[str, int]] | None:
    """Give the one or more places of a piece without 、: cut at 和, 与, 及 where both sides are surely places
    (和平区 is one), else whole if it is one, else cut where they may be.
    """
    for cut in re.finditer("|".join(_JOINTS), piece):
        first, last = piece[: cut.start()], piece[cut.end() :]
        if _surely(first) and _surely(last):
            return [(first, 0), (last, cut.end())]
    if _is_place(piece, strict=strict):
        return [(piece, 0)]
    for joint in _JOINTS:
        at = piece.find(joint, 1)
        while at > 0:
            left, right = piece[:at], piece[at + len(joint) :]
            if _is_place(left, strict=strict):
                rest = _split(right, strict=strict)
                if rest is not None:
                    return [(left, 0), *((sub, at + len(joint) + offset) for sub, offset in rest)]
            at = piece.find(joint, at + 1)
    return None


def _surely(words: str) -> bool:
    return proved_kind(_peel(words)[0]) is not None


def _is_place(words: str, *, strict: bool) -> bool:
    if not words:
        return False
    name, parts = _peel(words)
    return (not name and bool(parts)) or _kind_of(name, strict=strict and not parts) is not None


def _peel(words: str) -> tuple[str, tuple[str, ...]]:
    """Take off what narrows a place, from its end: 贵州南部山区的部分地区 is 贵州, south, mountains, parts."""
    parts: list[str] = []
    if words.startswith("自") and (told := re.match("自[东南西北]{1,2}[向往][东南西北]{1,2}", words[:12])):
        words = words[told.end() :]
    words = _COUNTED.sub("", words)
    while words and (found := _part(words)):
        if len(words) <= _SHORT_NAME and chain_kind(words) and chain_kind(words[: found[0]]) is None:
            break  # 房山区 is a district, not the mountains of 房
        at, part = _shorter(words, found[0]) or found
        parts.insert(0, lexicon().parts[part])
        words = words[:at]
    return words.removesuffix("的"), tuple(parts)


def _shorter(words: str, at: int) -> tuple[int, str] | None:
    """A shorter part, where only that leaves a known place: 陕西南部 is the south of 陕西, not the southwest of 陕."""
    short = lexicon().short_places
    if words[:at] in short or (other := _part(words, at + 1)) is None:
        return None
    return other if words[: other[0]] in short else None


def _kind_of(name: str, *, strict: bool) -> PlaceKind | None:
    kind = proved_kind(name) or chain_kind(name)
    if kind is not None:
        return kind
    if not name or len(name) > _LONGEST_NAME or holds_no_name(name):
        return None
    if _NUMBERED_ROAD.fullmatch(name) or _STRETCH_OF_ROAD.fullmatch(name):
        return PlaceKind.ROAD
    for made, endings in lexicon().made.items():
        if len(name) > 1 and name.endswith(endings) and _PLAIN.fullmatch(name):
            return made
    if name in gazetteer():
        return gazetteer()[name]
    return PlaceKind.NAMED if not strict and _BARE.fullmatch(name) else None


def _one(words: str, start: int, levelled: Levelled, text: str, before: Place | None) -> Place | None:
    name, parts = _peel(words)
    kind = _kind_of(name, strict=False) if name else (before.kind if before else PlaceKind.NAMED)
    if kind is None:
        return None
    span = levelled.span(start, start + len(words))
    at = levelled.span(start, start + len(name))
    written = text[at.start : at.end] if name else (before.name if before else "")
    return Place(text[span.start : span.end], span, written, kind, parts)
