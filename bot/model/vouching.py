"""What a platform vouches for an account: as what it knows it, and the platform's own words. Each language says the first
in its own way; the second stays as it is.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Vouching(StrEnum):
    """As what an account is vouched for. Its name in a language is the phrase ``vouched.<name>``, in small letters."""

    PERSON = "person"
    GOVERNMENT = "government"
    COMPANY = "company"
    MEDIA = "media"
    SCHOOL = "school"
    WEBSITE = "website"
    APP = "app"
    ORGANISATION = "organisation"
    #: A company whose papers are being looked at.
    PENDING = "company (pending)"
    DECEASED = "deceased person"
    #: The platform does not say as what, or in no way that we know.
    VERIFIED = "verified"
    TELEGRAM = "verified by Telegram"
    #: It proved that a domain is its own; words: the domain.
    DOMAIN = "holds the domain"
    #: A page leads back to it, which only the page's owner can do; words: the page, or several.
    PAGE = "its page is"


#: Those whose words stand inside of their phrase; behind the others' names stand whatever words there are.
INSIDE: Final = frozenset((Vouching.DOMAIN, Vouching.PAGE))
_GAP: Final = ": "


@dataclass(frozen=True, slots=True)
class Vouched:
    """``vouching`` is None where a source gives words alone."""

    vouching: Vouching | None
    words: str = ""


def spelt(vouching: Vouching, words: str = "") -> str:
    """As ``Account.verified`` has it, and as it is stored: "government: 北京市公安局官方微博"."""
    gap = " " if vouching in INSIDE else _GAP
    return f"{vouching.value}{gap}{words}" if words else vouching.value


def read(verified: str) -> Vouched | None:
    """Read ``Account.verified``; None for "". What is not spelt so is a source's own words."""
    if not verified:
        return None
    for vouching in INSIDE:
        if verified.startswith(f"{vouching.value} "):
            return Vouched(vouching, verified.removeprefix(f"{vouching.value} "))
    name, _, words = verified.partition(_GAP)
    try:
        return Vouched(Vouching(name), words)
    except ValueError:
        return Vouched(None, verified)
