"""What an official message means, in the terms of CAP 1.2 (OASIS, 1 July 2010)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """CAP ``alert/status``. Only ACTUAL is ever shown as real."""

    ACTUAL = "Actual"
    EXERCISE = "Exercise"
    SYSTEM = "System"
    TEST = "Test"
    DRAFT = "Draft"
    #: Missing or not one of the standard's words: treated as not relayable.
    UNKNOWN = "Unknown"


class MsgType(StrEnum):
    """CAP ``alert/msgType``."""

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"
    ACK = "Ack"
    ERROR = "Error"
    UNKNOWN = "Unknown"


class Scope(StrEnum):
    """CAP ``alert/scope``."""

    PUBLIC = "Public"
    RESTRICTED = "Restricted"
    PRIVATE = "Private"
    UNKNOWN = "Unknown"


class Severity(StrEnum):
    """CAP ``info/severity``; ``rank`` orders them, UNKNOWN lowest."""

    EXTREME = "Extreme"
    SEVERE = "Severe"
    MODERATE = "Moderate"
    MINOR = "Minor"
    UNKNOWN = "Unknown"

    @property
    def rank(self) -> int:
        """4 for Extreme down to 0 for Unknown."""
        return _SEVERITY_RANK[self]


_SEVERITY_RANK = {
    Severity.EXTREME: 4,
    Severity.SEVERE: 3,
    Severity.MODERATE: 2,
    Severity.MINOR: 1,
    Severity.UNKNOWN: 0,
}


class Urgency(StrEnum):
    """CAP ``info/urgency``."""

    IMMEDIATE = "Immediate"
    EXPECTED = "Expected"
    FUTURE = "Future"
    PAST = "Past"
    UNKNOWN = "Unknown"


class Certainty(StrEnum):
    """CAP ``info/certainty``; CAP 1.0's "Very Likely" is LIKELY."""

    OBSERVED = "Observed"
    LIKELY = "Likely"
    POSSIBLE = "Possible"
    UNLIKELY = "Unlikely"
    UNKNOWN = "Unknown"


@dataclass(frozen=True, slots=True)
class Circle:
    """A CAP circle: degrees north, degrees east, radius in kilometres (0 is a point)."""

    latitude: float
    longitude: float
    radius_km: float


@dataclass(frozen=True, slots=True)
class Area:
    """A CAP area: the union of its polygons, circles and geocodes."""

    description: str
    #: Rings of (latitude, longitude) in degrees; latitude first, as CAP writes them.
    polygons: tuple[tuple[tuple[float, float], ...], ...] = ()
    circles: tuple[Circle, ...] = ()
    #: (valueName, value) pairs in document order; names repeat, so this is no mapping.
    geocodes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Wording:
    """One language's words for a hazard. ``language`` is the BCP 47 tag as sent ("en-US" when absent, per CAP)."""

    language: str
    event: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    sender_name: str = ""
    web: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Hazard:
    """One hazard of an alert: the CAP ``info`` blocks that differ only in language, as one."""

    urgency: Urgency
    severity: Severity
    certainty: Certainty
    wordings: tuple[Wording, ...]
    categories: tuple[str, ...] = ()
    response_types: tuple[str, ...] = ()
    #: (valueName, value), repeated names kept.
    event_codes: tuple[tuple[str, str], ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    effective: datetime | None = None
    onset: datetime | None = None
    #: End of the message as sent; None when the sender gave none or an impossible one.
    expires: datetime | None = None
    areas: tuple[Area, ...] = ()


def areas_once(hazard: Hazard) -> tuple[Area, ...]:
    """Its areas without those that are only another's name in a second language: such a one has no shape, and the codes of
    one that has. Without codes nobody can tell, and it stays.
    """
    if len(hazard.wordings) == 1:
        return hazard.areas
    drawn = {area.geocodes for area in hazard.areas if area.geocodes and (area.polygons or area.circles)}
    return tuple(a for a in hazard.areas if a.polygons or a.circles or a.geocodes not in drawn)


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert whose platform gives its meaning as fields (CAP and its kin)."""

    sender: str
    identifier: str
    sent: datetime
    #: ``sent`` exactly as written, for references and display.
    sent_text: str
    status: Status
    msg_type: MsgType
    scope: Scope
    hazards: tuple[Hazard, ...] = ()
    #: ``references`` as resolved: "sender,identifier,sent" or, where the sender wrote less, "sender,identifier".
    references: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()
    note: str = ""
    #: What was mended or odd while reading it ("expires lies before sent"); for the operator.
    flags: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """The highest severity of its hazards (UNKNOWN when it has none)."""
        return max((h.severity for h in self.hazards), key=lambda s: s.rank, default=Severity.UNKNOWN)

    @property
    def all_clear(self) -> bool:
        """True when every hazard says AllClear or lies in the past."""
        return bool(self.hazards) and all(
            "AllClear" in h.response_types or h.urgency is Urgency.PAST for h in self.hazards
        )
