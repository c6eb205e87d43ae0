"""Counting text as Telegram does: in UTF-16 units."""

#: From here on a character takes two UTF-16 units.
FIRST_SUPPLEMENTARY = 0x10000


def width(character: str) -> int:
    """The UTF-16 units of one character."""
    return 2 if ord(character) >= FIRST_SUPPLEMENTARY else 1


def units(text: str) -> int:
    """The length of ``text`` in UTF-16 units."""
    return len(text) + sum(1 for character in text if ord(character) >= FIRST_SUPPLEMENTARY)


def starts(text: str) -> list[int]:
    """The unit at which each character begins, and the total as a last item."""
    found = [0]
    for character in text:
        found.append(found[-1] + width(character))
    return found


def cut(text: str, offset: int, length: int) -> str:
    """The part of ``text`` that an entity covers."""
    raw = text.encode("utf-16-le", "surrogatepass")
    return raw[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")
