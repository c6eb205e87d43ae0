"""Weibo's post ids: a time in the number, and the number in base 62. Nothing here knows what a post is."""

from datetime import UTC, datetime

#: Seconds that ``mid >> 22`` counts from (measured over real posts, at most one second off).
EPOCH = 515_483_463
TIME_SHIFT = 22
ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: A mid is cut from the right into groups of seven digits, each four characters of a bid.
DIGITS = 7
CHARACTERS = 4


def mid_of(when: datetime, number: int = 0) -> str:
    """The mid of the ``number``-th post of the second in which ``when`` lies (aware)."""
    return str(((int(when.timestamp()) - EPOCH) << TIME_SHIFT) + number)


def time_of(mid: str) -> datetime:
    """The second that a mid carries, aware UTC."""
    return datetime.fromtimestamp((int(mid) >> TIME_SHIFT) + EPOCH, UTC)


def bid_of(mid: str) -> str:
    """The short form that permalinks use: "5073209014095008" is "OuIv3hbiw"."""
    groups = []
    rest = mid
    while rest:
        rest, group = rest[:-DIGITS], rest[-DIGITS:]
        short = _base62(int(group))
        groups.append(short.rjust(CHARACTERS, "0") if rest else short)
    return "".join(reversed(groups))


def mid_of_bid(bid: str) -> str:
    """The mid of a bid. Raises ValueError when a character is no base 62 digit."""
    groups = []
    rest = bid
    while rest:
        rest, group = rest[:-CHARACTERS], rest[-CHARACTERS:]
        number = 0
        for character in group:
            number = number * len(ALPHABET) + ALPHABET.index(character)
        groups.append(str(number).rjust(DIGITS, "0") if rest else str(number))
    return "".join(reversed(groups))


def _base62(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
        if not number:
            return digits
