"""Message entities as a bot gives them: checked, cleaned with their text, trimmed. Markup modes live beside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from bot.demo.botapi.errors import bad_request
from bot.demo.botapi.utf16 import starts, width

#: Types that a bot may give; the found ones (mention, url, …) are looked for anew, as the real server does.
GIVEN = frozenset(
    {
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "code",
        "pre",
        "blockquote",
        "expandable_blockquote",
        "text_link",
        "text_mention",
        "custom_emoji",
    }
)
FOUND = frozenset({"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"})
QUOTES = frozenset({"blockquote", "expandable_blockquote"})
#: More are cut off without an error by the real server; here also counted.
MAX_ENTITIES = 100
_SCHEMES = frozenset({"http", "https", "tg", "ton", "tonsite"})


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity; ``offset`` and ``length`` in UTF-16 units."""

    type: str
    offset: int
    length: int
    url: str = ""
    language: str = ""
    user_id: int = 0
    custom_emoji_id: str = ""

    @property
    def end(self) -> int:
        """The unit after the last one covered."""
        return self.offset + self.length


@dataclass(frozen=True, slots=True)
class Styled:
    """A text and its entities."""

    text: str
    entities: tuple[Entity, ...] = ()


Count = Callable[[str], None]


def usable_link(url: str) -> str:
    """The link as Telegram would keep it, "" when it would not take it (javascript:, localhost, nonsense)."""
    url = url.strip()
    if not url or any(character.isspace() for character in url):
        return ""
    if "://" not in url:
        if url.split(":", 1)[0].lower() in {"javascript", "data", "mailto", "vbscript"}:
            return ""
        url = "http://" + url
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in _SCHEMES or not host:
        return ""
    if parts.scheme.lower() in {"http", "https"} and ("." not in host.strip(".") and ":" not in host):
        return ""
    return url


def read_entities(raw: object, text: str, count: Count) -> list[Entity]:
    """The ``entities`` parameter, each checked against ``text``."""
    if raw is None:
        return []
    if not isinstance(raw, list):
        raise bad_request("can't parse entities: expected an Array of MessageEntity", violation="bad_entities")
    borders = starts(text)
    found = [_read_entity(item, borders) for item in raw]
    kept = [entity for entity in found if entity.type in GIVEN and entity.length]
    for entity in kept:
        if entity.type == "text_link" and not usable_link(entity.url):
            count("dropped_link")
    return [entity for entity in kept if entity.type != "text_link" or usable_link(entity.url)]


def _read_entity(item: object, borders: Sequence[int]) -> Entity:
    if not isinstance(item, dict):
        raise bad_request("can't parse MessageEntity: expected an Object", violation="bad_entities")
    kind = item.get("type")
    if kind not in GIVEN and kind not in FOUND:
        raise bad_request("can't parse MessageEntity: Unsupported type specified", violation="bad_entities")
    offset, length = _number(item, "offset"), _number(item, "length")
    if kind == "text_link" and not isinstance(item.get("url"), str):
        raise bad_request("can't parse MessageEntity: Can't find field \"url\"", violation="bad_entities")
    _check_range(offset, length, borders)
    user = item.get("user")
    return Entity(
        kind,
        offset,
        length,
        url=str(item.get("url") or ""),
        language=str(item.get("language") or ""),
        user_id=int(user.get("id", 0)) if isinstance(user, dict) else 0,
        custom_emoji_id=str(item.get("custom_emoji_id") or ""),
    )


def _number(item: dict[object, object], name: str) -> int:
    value = item.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise bad_request(f'can\'t parse MessageEntity: Field "{name}" must be a Number', violation="bad_entities")
    if value < 0:
        raise bad_request(f"receive an entity with incorrect {name} {value}", violation="bad_entities")
    return value


def _check_range(offset: int, length: int, borders: Sequence[int]) -> None:
    total, known = borders[-1], set(borders)
    if offset > total:
        raise bad_request("entity begins after the end of the text", violation="entity_out_of_range")
    if offset not in known:
        why = f"entity begins in a middle of a UTF-16 symbol at UTF-16 offset {offset}"
        raise bad_request(why, violation="entity_splits_pair")
    if offset + length > total:
        why = f"entity beginning at UTF-16 offset {offset} ends after the end of the text at UTF-16 offset {total}"
        raise bad_request(why, violation="entity_out_of_range")
    if offset + length not in known:
        why = f"entity beginning at UTF-16 offset {offset} ends in a middle of a UTF-16 symbol"
        raise bad_request(why, violation="entity_splits_pair")


def settle(text: str, entities: Sequence[Entity], count: Count) -> Styled:
    """Text and entities as the server keeps them: control characters gone, blanks trimmed, order and limits."""
    clean, moved = _clean(text, entities)
    trimmed, moved = _trim(clean, moved)
    moved = sorted(moved, key=lambda entity: (entity.offset, -entity.length, entity.type not in {"code", "pre"}))
    if len(moved) > MAX_ENTITIES:
        count("entities_over_100")
        moved = moved[:MAX_ENTITIES]
    return Styled(trimmed, tuple(_without_forbidden_nesting(moved, count)))


def _clean(text: str, entities: Sequence[Entity]) -> tuple[str, list[Entity]]:
    """Carriage returns and U+2028 to U+202E are removed, other control characters become a blank."""
    kept: list[str] = []
    place, total = {0: 0}, 0
    unit = 0
    for character in text:
        if character != "\r" and not "\u2028" <= character <= "\u202e":
            kept.append(" " if character < " " and character != "\n" else character)
            total += width(character)
        unit += width(character)
        place[unit] = total
    moved = [_moved(entity, place[entity.offset], place[entity.end]) for entity in entities]
    return "".join(kept), [entity for entity in moved if entity.length > 0]


def _trim(text: str, entities: Sequence[Entity]) -> tuple[str, list[Entity]]:
    """Trailing blanks go, leading ones up to the first entity; entities shrink with the text."""
    borders = starts(text)
    blanks = len(text) - len(text.lstrip())
    lead = min([borders[blanks], *(entity.offset for entity in entities)])
    end = borders[len(text.rstrip())]
    begin = borders.index(lead)
    inside = [_moved(entity, entity.offset - lead, min(entity.end, end) - lead) for entity in entities]
    return text[begin:].rstrip(), [entity for entity in inside if entity.length > 0]


def _moved(entity: Entity, offset: int, end: int) -> Entity:
    return replace(entity, offset=offset, length=end - offset)


def _without_forbidden_nesting(entities: Sequence[Entity], count: Count) -> list[Entity]:
    """Quotes do not nest, code holds nothing else, entities do not cross: what breaks this is dropped and counted."""
    kept: list[Entity] = []
    for entity in entities:
        around = [other for other in kept if other.end > entity.offset]
        if any(other.end < entity.end for other in around):
            count("crossing_entities")
        elif entity.type in QUOTES and any(other.type in QUOTES for other in around):
            count("nested_quote")
        elif any(other.type in {"code", "pre"} for other in around):
            count("entity_in_code")
        else:
            kept.append(entity)
    return kept
