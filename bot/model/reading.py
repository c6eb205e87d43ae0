"""What a reader of official posts could prove from their words: hazard, level, action, places, times, figures."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class HazardKind(StrEnum):
    """What a post warns of or tells of. The lexicon (``bot/reading/data/hazards.toml``) has the words of each."""

    # the fourteen kinds of the China Meteorological Administration's Order No. 16 (2007)
    TYPHOON = "typhoon"
    RAINSTORM = "rainstorm"
    SNOWSTORM = "snowstorm"
    COLD_WAVE = "cold_wave"
    GALE = "gale"
    SANDSTORM = "sandstorm"
    HEAT = "heat"
    DROUGHT = "drought"
    LIGHTNING = "lightning"
    HAIL = "hail"
    FROST = "frost"
    FOG = "fog"
    HAZE = "haze"
    ROAD_ICING = "road_icing"
    # kinds that provinces and joint services add
    THUNDERSTORM_GALE = "thunderstorm_gale"
    SEVERE_CONVECTION = "severe_convection"
    TORNADO = "tornado"
    FREEZING = "freezing"
    COLD = "cold"
    WIRE_ICING = "wire_icing"
    DUST = "dust"
    AIR_POLLUTION = "air_pollution"
    FOREST_FIRE_DANGER = "forest_fire_danger"
    FLASH_FLOOD = "flash_flood"
    RIVER_FLOOD = "river_flood"
    WATERLOGGING = "waterlogging"
    GEOLOGICAL = "geological"
    STORM_SURGE = "storm_surge"
    SEA_WAVES = "sea_waves"
    SEA_ICE = "sea_ice"
    SEA_GALE = "sea_gale"
    SEA_FOG = "sea_fog"
    LOW_WATER = "low_water"
    TSUNAMI = "tsunami"
    # the Hong Kong Observatory's own
    TROPICAL_CYCLONE = "tropical_cyclone"
    THUNDERSTORM = "thunderstorm"
    LANDSLIP = "landslip"
    STRONG_MONSOON = "strong_monsoon"
    FIRE_DANGER = "fire_danger"
    NORTHERN_FLOODING = "northern_flooding"
    # events and notices
    EARTHQUAKE = "earthquake"
    FLOOD = "flood"
    FIRE = "fire"
    EXPLOSION = "explosion"
    LEAK = "leak"
    LANDSLIDE = "landslide"
    ROAD_CLOSURE = "road_closure"
    TRANSPORT = "transport"
    COLLAPSE = "collapse"
    TRAFFIC_ACCIDENT = "traffic_accident"
    PUBLIC_HEALTH = "public_health"
    POLICE = "police"
    UTILITY = "utility"


class Scheme(StrEnum):
    """Whose ladder of levels a level stands on; NONE for what has no levels."""

    CMA = "cma"
    HKO = "hko"
    RESPONSE = "response"
    NONE = ""


class Level(StrEnum):
    """A rung of a ladder; the same colour is another rung on another ladder, so look at the scheme too."""

    # colours: CMA 蓝 黄 橙 红 (and Guangdong's white for typhoons); Hong Kong amber, red, black (fire danger yellow, red)
    WHITE = "white"
    BLUE = "blue"
    YELLOW = "yellow"
    AMBER = "amber"
    ORANGE = "orange"
    RED = "red"
    BLACK = "black"
    # Hong Kong's tropical cyclone signals; EIGHT where the quarter is not said
    ONE = "1"
    THREE = "3"
    EIGHT = "8"
    EIGHT_NE = "8NE"
    EIGHT_NW = "8NW"
    EIGHT_SE = "8SE"
    EIGHT_SW = "8SW"
    NINE = "9"
    TEN = "10"
    # emergency response, I the highest
    LEVEL_I = "I"
    LEVEL_II = "II"
    LEVEL_III = "III"
    LEVEL_IV = "IV"


class Action(StrEnum):
    """What is done with the hazard. For what has no levels (a closed road, a fire) ISSUED tells that it is so, and
    LIFTED that it is over (opened again, put out).
    """

    ISSUED = "issued"
    RAISED = "raised"
    LOWERED = "lowered"
    CONTINUED = "continued"
    LIFTED = "lifted"
    #: Nothing of it is real: an exercise, a test.
    DRILL = "drill"
    #: A rumour of it is denied.
    DENIED = "denied"
    #: It was so once; nothing is said of now.
    PAST = "past"

    @property
    def in_force(self) -> bool:
        """Whether the hazard stands now."""
        return self in {Action.ISSUED, Action.RAISED, Action.LOWERED, Action.CONTINUED}


class Span(NamedTuple):
    """Half-open range of characters of the text as it was given."""

    start: int
    end: int


class PlaceKind(StrEnum):
    """What sort of place a name names, as its last characters prove; NAMED where they prove nothing."""

    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"
    COUNTY = "county"
    TOWNSHIP = "township"
    ROAD = "road"
    BRIDGE = "bridge"
    TUNNEL = "tunnel"
    STATION = "station"
    WATER = "water"
    SEA = "sea"
    #: "this city", "本区", "全省": the issuing body's own ground.
    HERE = "here"
    NAMED = "named"


@dataclass(frozen=True, slots=True)
class Place:
    """One place. ``parts`` narrows it, outermost first: "south", "mountains", "most", "parts", "locally" and the like."""

    words: str
    span: Span
    #: The name alone, as written; "" where only a part is said ("局地").
    name: str
    kind: PlaceKind
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as written. ``start`` and ``end`` (aware UTC) only when the words and the publishing time prove them;
    a point has no ``end``.
    """

    words: str
    span: Span
    start: datetime | None = None
    end: datetime | None = None


class Bound(StrEnum):
    """How a figure is meant: "50毫米以上", "不足200米", "约30人", "30～50毫米"."""

    EXACT = "exact"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ABOUT = "about"
    RANGE = "range"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit and what it counts ("rainfall", "wind_force", "deaths", …; "" where unsaid).

    ``unit`` is "mm", "cm", "m", "km", "force", "m/s", "km/h", "degC", "deg", "m3/s", "hPa", "person", … ; the words of
    each stand in ``bot/reading/data/figures.toml``.
    """

    words: str
    span: Span
    value: float
    unit: str
    what: str = ""
    bound: Bound = Bound.EXACT
    #: The upper end of a RANGE.
    upper: float | None = None


@dataclass(frozen=True, slots=True)
class Issuer:
    """The body that speaks, as written ("北京市气象台")."""

    words: str
    span: Span


class Term(NamedTuple):
    """Words of a closed group that carry meaning, as ``bot/reading/data/terms.toml`` names them ("rain", "rainstorm")."""

    group: str
    id: str


SlotValue = str | HazardKind | Level | Issuer | Moment | Figure | Term | tuple[Place, ...] | tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """One gap of a clause's formula and what stood in it."""

    #: The slot's name in the formula ("hazard", "level", "previous", "issuer", "time", "places", "rainfall", …).
    name: str
    words: str
    span: Span
    value: SlotValue
    #: What sort of gap it is ("time", "mm", "names", …): ``bot/reading/kinds.py`` has them.
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of the text that one formula explains whole, or (``form`` "") that none does.

    Clauses follow one another and do not overlap; punctuation between them belongs to none.
    """

    span: Span
    #: The formula's name in ``bot/reading/data`` ("warning.issued", "outlook.rain", "guide.rain_work"), "" when unread.
    form: str = ""
    slots: tuple[Slot, ...] = ()

    @property
    def read(self) -> bool:
        """Whether a formula explains it."""
        return bool(self.form)

    def slot(self, name: str) -> Slot | None:
        """The slot of this name, None when the sentence leaves it out."""
        return next((slot for slot in self.slots if slot.name == name), None)


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that the post says of one hazard."""

    action: Action
    hazard: HazardKind | None
    level: Level | None = None
    #: The level before it was raised or lowered, where the words say it.
    previous: Level | None = None
    scheme: Scheme = Scheme.NONE
    issuer: Issuer | None = None
    places: tuple[Place, ...] = ()
    times: tuple[Moment, ...] = ()
    #: Index of the clause that says it in ``Reading.clauses``.
    clause: int = -1


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be proved of a text. ``claims`` is empty exactly when it is not ``read``."""

    claims: tuple[Claim, ...] = ()
    clauses: tuple[Clause, ...] = ()
    places: tuple[Place, ...] = ()
    times: tuple[Moment, ...] = ()
    figures: tuple[Figure, ...] = ()
    #: Share of the text's characters (letters, digits, ideographs) that stand in read clauses, 0 to 1.
    coverage: float = 0.0
    #: "zh-Hans", "zh-Hant", "en", or "" where the script does not say.
    language: str = ""
    #: Why it is not read; "" when it is.
    why_not: str = ""

    @property
    def read(self) -> bool:
        """Whether at least one thing is proved."""
        return bool(self.claims)

    @property
    def lead(self) -> Claim | None:
        """The claim that the post is about: a warning's before a report's, what is newly issued or changed before
        what lasts or is over, else what is said first.
        """
        news = {Action.ISSUED, Action.RAISED, Action.LOWERED}
        warnings = [claim for claim in self.claims if claim.scheme is not Scheme.NONE] or list(self.claims)
        return next((claim for claim in warnings if claim.action in news), next(iter(warnings), None))

    @property
    def hazard(self) -> HazardKind | None:
        """The lead's hazard."""
        return self.lead.hazard if self.lead else None

    @property
    def level(self) -> Level | None:
        """The lead's level: the one named, also where it is lifted, denied, past or a drill; look at the action."""
        return self.lead.level if self.lead else None

    @property
    def action(self) -> Action | None:
        """The lead's action."""
        return self.lead.action if self.lead else None

    @property
    def issuer(self) -> Issuer | None:
        """The lead's issuing body, or the first that any claim names."""
        return next((claim.issuer for claim in self.claims if claim.issuer), None)
