"""One chat and all that it follows as JSON: how it is written, and what is taken when it is read again."""

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from bot.delivery.hours import HOURS, zone_name
from bot.matching.folding import fold
from bot.matching.parsing import WRITTEN, FilterError, parse
from bot.matching.tree import written
from bot.matching.words import LONGEST_WORD, MOST_WORDS
from bot.model.alert import Severity
from bot.model.manners import DAY_MINUTES, MOST_A_DAY, MOST_MUTED, Manners, Own, Pause, Quiet, Telling, Way, telling
from bot.model.subscription import ChatKind
from bot.sources.registry import kinds
from bot.store.accounts import LONGEST_KEY_BYTES, LONGEST_LANGUAGE
from bot.store.carrying import CarriedChat

#: Bounds of what is read: far more than one chat follows.
MOST_WISHES = 10_000
LONGEST_TEXT = 65_536
#: A chat's patience with old news, seconds: at most a year.
MOST_PATIENCE = 366 * 86_400
#: The name of a place, and the estimated ground of the widest unit.
LONGEST_NAME, MOST_REACH_KM = 300, 3_000
#: Telegram's ids have at most 52 significant bits (Bot API).
LARGEST_ID = 2**52


class Line(BaseModel):
    """What a line holds, and nothing else."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


def _known_zone(value: str) -> str:
    if not (name := zone_name(value)):
        raise ValueError("takes a zone such as Europe/Berlin or UTC+2 that this machine knows")
    return name


def _known_way(value: str) -> str:
    way = telling(value)
    if value and (way is None or not _possible(way)):
        raise ValueError('takes a way such as "once", "daily 480" or "most 5 1200" (minutes of the day)')
    return way.spelt() if way is not None else ""


def _possible(way: Telling) -> bool:
    return 0 <= way.minute < DAY_MINUTES and (way.way is not Way.MOST or 1 <= way.most <= MOST_A_DAY)


def _hazard(value: str) -> str:
    try:
        known = value.startswith("hazard:") and " " not in value and written(parse(value, WRITTEN)) == value
    except FilterError:
        known = False
    if not known:
        raise ValueError('takes a hazard as a filter, such as "hazard:rainstorm"')
    return value


#: A zone of the tz database or a distance from UTC.
_Zone = Annotated[str, Field(max_length=64), AfterValidator(_known_zone)]
#: ``Telling.spelt``, "" for none of its own.
_Way = Annotated[str, Field(max_length=16), AfterValidator(_known_way)]
_Muted = Annotated[
    list[Annotated[str, Field(max_length=WRITTEN.characters), AfterValidator(_hazard)]],
    Field(max_length=MOST_MUTED),
]
_Minute = Annotated[int, Field(ge=0, lt=DAY_MINUTES)]


class _Account(Line):
    kind: str
    key: Annotated[str, Field(min_length=1, max_length=LONGEST_KEY_BYTES)]
    name: Annotated[str, Field(max_length=LONGEST_TEXT)]
    url: Annotated[str, Field(max_length=LONGEST_TEXT, pattern=r"^(https?://.*)?$")]
    language: Annotated[str, Field(max_length=LONGEST_LANGUAGE)] = ""
    utc_offset: Annotated[int, Field(ge=-1440, le=1440)] | None = None

    @field_validator("kind")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in kinds():
            raise ValueError(f"takes one of {', '.join(sorted(kinds()))}")
        return value


class _Quiet(Line):
    begins: _Minute
    ends: _Minute
    least: Annotated[Severity, Field(strict=False)]

    @model_validator(mode="after")
    def _some_time(self) -> "_Quiet":
        if self.begins == self.ends:
            raise ValueError("begins and ends at different times")
        return self


class _Pause(Line):
    until: Annotated[AwareDatetime, Field(strict=False)]
    whole: bool = False


class Wish(Line):
    """One subscription."""

    topic: Annotated[int, Field(ge=0, le=LARGEST_ID)] = 0
    account: _Account
    words: Annotated[list[Annotated[str, Field(max_length=LONGEST_WORD)]], Field(max_length=MOST_WORDS)] = []
    live: bool = False
    #: Instead of words.
    filter: Annotated[str, Field(max_length=WRITTEN.characters)] = ""
    #: What it wants of its own; ``quiet`` null and not ``restless``: as its topic.
    telling: _Way = ""
    quiet: _Quiet | None = None
    restless: bool = False
    pause: _Pause | None = None
    muted: _Muted = []

    @field_validator("words")
    @classmethod
    def _not_blank(cls, value: list[str]) -> list[str]:
        if not all(fold(word).strip() for word in value):
            raise ValueError("takes words with letters or digits")
        return value

    @field_validator("filter")
    @classmethod
    def _as_written(cls, value: str) -> str:
        try:
            return written(parse(value, WRITTEN))
        except FilterError:
            raise ValueError("takes a filter as /list shows it") from None


class _Digest(Line):
    topic: Annotated[int, Field(ge=0, le=LARGEST_ID)] = 0
    hour: Annotated[int, Field(ge=0, lt=HOURS)]
    zone: _Zone


class Told(Line):
    """How a topic is told."""

    topic: Annotated[int, Field(ge=0, le=LARGEST_ID)] = 0
    zone: _Zone | Literal[""] = ""
    telling: _Way = ""
    quiet: _Quiet | None = None
    pause: _Pause | None = None
    muted: _Muted = []


class _Place(Line):
    topic: Annotated[int, Field(ge=0, le=LARGEST_ID)] = 0
    name: Annotated[str, Field(max_length=LONGEST_NAME)]
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    radius_km: Annotated[float, Field(gt=0, le=MOST_REACH_KM)]
    #: One of China's, outermost first.
    unit: Annotated[list[Annotated[str, Field(min_length=1, max_length=40)]], Field(max_length=3)] = []


class _Topic(Line):
    topic: Annotated[int, Field(gt=0, le=LARGEST_ID)]
    language: Annotated[str, Field(max_length=LONGEST_LANGUAGE, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]


class _OldNews(Line):
    routine_seconds: Annotated[int, Field(ge=0, le=MOST_PATIENCE)] | None = None
    urgent_seconds: Annotated[int, Field(ge=0, le=MOST_PATIENCE)] | None = None


class ChatLine(Line):
    """One chat."""

    telegram_id: Annotated[int, Field(ge=-LARGEST_ID, le=LARGEST_ID)]
    kind: Annotated[ChatKind, Field(strict=False)]
    title: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""
    language: Annotated[
        str, Field(max_length=LONGEST_LANGUAGE, pattern=r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$")
    ] = ""
    old_news: _OldNews = _OldNews()
    original_first: bool = False
    topics: Annotated[list[_Topic], Field(max_length=MOST_WISHES)] = []
    digests: Annotated[list[_Digest], Field(max_length=MOST_WISHES)] = []
    places: Annotated[list[_Place], Field(max_length=MOST_WISHES)] = []
    manners: Annotated[list[Told], Field(max_length=MOST_WISHES)] = []
    subscriptions: Annotated[list[Wish], Field(max_length=MOST_WISHES)] = []

    @model_validator(mode="after")
    def _id_of_its_kind(self) -> "ChatLine":
        if (self.telegram_id > 0) is not (self.kind is ChatKind.PRIVATE) or not self.telegram_id:
            raise ValueError("telegram_id is above 0 for a private chat, below 0 for any other")
        return self


def as_json(chat: CarriedChat) -> dict[str, Any]:
    """The line of a chat."""
    return {
        "telegram_id": chat.telegram_id,
        "kind": chat.kind.value,
        "title": chat.title,
        "language": chat.language,
        "original_first": chat.original_first,
        "old_news": {"routine_seconds": chat.old_routine_s, "urgent_seconds": chat.old_urgent_s},
        "subscriptions": [
            {
                "topic": wish.thread_id,
                "account": {
                    name: getattr(wish.account, name)
                    for name in ("kind", "key", "name", "url", "language", "utc_offset")
                },
                "words": list(wish.words),
                "live": wish.live,
                "filter": wish.filter,
                "telling": wish.own.telling.spelt() if wish.own.telling is not None else "",
                "restless": wish.own.restless,
                **_as_kept(wish.own),
            }
            for wish in chat.wishes
        ],
        "topics": [{"topic": thread_id, "language": tag} for thread_id, tag in chat.topics],
        "places": [
            {
                "topic": each.thread_id,
                "name": each.place.name,
                "latitude": each.place.latitude,
                "longitude": each.place.longitude,
                "radius_km": each.place.radius_km,
                "unit": list(each.place.unit),
            }
            for each in chat.places
        ],
        "digests": [{"topic": each.thread_id, "hour": each.hour, "zone": each.zone} for each in chat.digests],
        "manners": [_as_told(each.thread_id, each.manners) for each in chat.manners],
    }


def manners_of(told: Told) -> Manners:
    """What a line says of how to tell. Its pause may be over, or longer than any may be: see ``manners.brought``."""
    way = telling(told.telling) or Telling()
    return Manners(told.zone, way, _quiet_of(told.quiet), _pause_of(told.pause), tuple(told.muted))


def own_of(wish: Wish) -> Own:
    """What a subscription of a line wants of its own. Its pause as in ``manners_of``."""
    quiet, pause = _quiet_of(wish.quiet), _pause_of(wish.pause)
    return Own(telling(wish.telling), quiet, wish.restless and quiet is None, pause, tuple(wish.muted))


def _quiet_of(quiet: _Quiet | None) -> Quiet | None:
    return Quiet(quiet.begins, quiet.ends, quiet.least) if quiet is not None else None


def _pause_of(pause: _Pause | None) -> Pause | None:
    return Pause(pause.until, pause.whole) if pause is not None else None


def _as_told(thread_id: int, manners: Manners) -> dict[str, Any]:
    head = {"topic": thread_id, "zone": manners.zone, "telling": manners.telling.spelt()}
    return head | _as_kept(manners)


def _as_kept(manners: Manners | Own) -> dict[str, Any]:
    quiet, pause = manners.quiet, manners.pause
    return {
        "quiet": {"begins": quiet.begins, "ends": quiet.ends, "least": quiet.least.value} if quiet else None,
        "pause": {"until": pause.until.isoformat(), "whole": pause.whole} if pause else None,
        "muted": list(manners.muted),
    }


def place_in(error: ValidationError) -> str:
    """Where the first mistake stands, as ".subscriptions[2].filter" would be written; "" for the whole."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
