"""The Observatory's ``warnsum`` and ``warningInfo`` in one language, read into warnings and bulletins. No I/O.

HKO Open Data API Documentation: ``warnsum`` is an object keyed by family ("WRAIN"), ``{}`` when nothing is in force;
``warningInfo`` has ``details``: contents, warningStatementCode (the family), subtype (the code), updateTime.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.sources import json
from bot.sources.face import UnreadableError
from bot.sources.plain import clean, one_line

HONG_KONG_MIN = 480
#: There are a dozen families, and a bulletin or two for each.
_MAX_FAMILIES, _MAX_DETAILS, _MAX_PARAGRAPHS = 40, 80, 60
_FAMILY = re.compile(r"W[A-Z0-9]{1,15}")
#: What is said of a warning in ``actionCode``.
ACTIONS = frozenset(("ISSUE", "REISSUE", "CANCEL", "EXTEND", "UPDATE"))


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning of the summary, in one language. ``code`` is the level ("WRAINB", "TC8NE")."""

    family: str
    code: str
    action: str
    name: str
    #: The signal in words ("No. 8 Northeast Gale or Storm Signal"), "" where the name says it all.
    type: str
    issued: datetime
    issued_text: str
    updated: datetime
    expires: datetime | None

    @property
    def lifted(self) -> bool:
        """True after a cancel; for cyclones the code says it too."""
        return "CANCEL" in (self.action, self.code)


@dataclass(frozen=True, slots=True)
class Bulletin:
    """The words of a warning, in one language."""

    family: str
    code: str
    text: str
    updated: datetime


@dataclass(frozen=True, slots=True)
class Summary:
    """The warnings of a summary by family. ``listed`` are all families that it names, read or not."""

    warned: Mapping[str, Warned]
    listed: frozenset[str]

    @property
    def odd(self) -> int:
        """How many could not be read."""
        return len(self.listed) - len(self.warned)


def read_summary(body: bytes) -> Summary:
    """Read a summary. Raises UnreadableError: only ``{}`` says that nothing is in force."""
    data = json.load(body)
    if not isinstance(data, dict):
        msg = "The answer is no summary of warnings."
        raise UnreadableError(msg)
    entries = [(name, value) for name, value in data.items() if _FAMILY.fullmatch(name) and isinstance(value, dict)]
    found = [_warned(name, entry) for name, entry in entries[:_MAX_FAMILIES]]
    warned = {one.family: one for one in found if one is not None}
    if data and not warned:
        msg = "The answer names no warning that can be read: it is an error or has another form."
        raise UnreadableError(msg)
    return Summary(warned, frozenset(data))


def _warned(family: str, entry: json.Json) -> Warned | None:
    issued_text = one_line(json.string(entry.get("issueTime")), 40)
    issued, _ = json.instant(issued_text, HONG_KONG_MIN)
    updated, _ = json.instant(entry.get("updateTime"), HONG_KONG_MIN)
    expires, _ = json.instant(entry.get("expireTime"), HONG_KONG_MIN)
    code = one_line(json.string(entry.get("code")), 20).upper() or family
    action = one_line(json.string(entry.get("actionCode")), 20).upper()
    issued = issued or updated
    if issued is None or not (action in ACTIONS or code == "CANCEL"):
        return None
    return Warned(
        family=family, code=code, action=action, name=one_line(json.string(entry.get("name")), 200),
        type=one_line(json.string(entry.get("type")), 200), issued=issued, issued_text=issued_text,
        updated=max(updated or issued, issued), expires=expires,
    )  # fmt: skip


def read_bulletins(body: bytes) -> tuple[Bulletin, ...]:
    """The bulletins in their order. Raises UnreadableError."""
    data = json.load(body)
    if not isinstance(data, dict) or not isinstance(data.get("details", []), list):
        msg = "The answer is no list of bulletins."
        raise UnreadableError(msg)
    found = []
    for entry in json.objects(data.get("details", []), _MAX_DETAILS):
        family = one_line(json.string(entry.get("warningStatementCode")), 20).upper()
        updated, _ = json.instant(entry.get("updateTime"), HONG_KONG_MIN)
        text = clean("\n".join(json.strings(entry.get("contents"), _MAX_PARAGRAPHS)))
        if _FAMILY.fullmatch(family) and updated is not None and text:
            code = one_line(json.string(entry.get("subtype")), 20).upper()
            found.append(Bulletin(family, code, text, updated))
    return tuple(found)


def words_of(warned: Warned, bulletins: tuple[Bulletin, ...]) -> str:
    """The bulletins of a warning: those of its code, and those of its family that name no other."""
    codes = (warned.code, warned.family, "")
    return clean("\n\n".join(b.text for b in bulletins if b.family == warned.family and b.code in codes))
