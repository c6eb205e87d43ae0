"""The storm day as data: who speaks, what happens when. The words lie in story.toml; playing them is playing.py's."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

MINUTES_PER_HOUR = 60
HOURS_PER_DAY = 24


class EventKind(StrEnum):
    """What happens on the site."""

    POST = "post"
    EDIT = "edit"
    REMOVE = "remove"
    FORWARDS = "forwards"
    CAP = "cap"
    FEED = "feed"


@dataclass(frozen=True, slots=True)
class StoryAccount:
    """Somebody who speaks. ``kind`` is the source's ("weibo", "cap", "feed"); ``followers`` as Weibo writes it."""

    key: str
    kind: str
    name: str
    english: str
    description: str
    avatar: str
    uid: str = ""
    domain: str = ""
    verified_type: int = -1
    verified_reason: str = ""
    followers: int | str = 0


@dataclass(frozen=True, slots=True)
class StoryArea:
    """A district in both languages; ``polygon`` as CAP writes it (latitude first)."""

    key: str
    zh: str
    en: str
    geocode: str
    polygon: str


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A CAP message of the story. ``references`` are story ids or identifiers; ``hours`` is how long it holds."""

    msg_type: str = "Alert"
    status: str = "Actual"
    colour: str = ""
    severity: str = "Moderate"
    urgency: str = "Expected"
    certainty: str = "Likely"
    response: tuple[str, ...] = ("Monitor",)
    hours: float = 12
    areas: tuple[str, ...] = ("beijing",)
    references: tuple[str, ...] = ()
    incident: str = "rainstorm"
    note: str = ""
    event_zh: str = "暴雨预警"
    event_en: str = "Rainstorm warning"
    headline_zh: str = ""
    headline_en: str = ""
    description_zh: str = ""
    description_en: str = ""
    instruction_zh: str = ""
    instruction_en: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happens. ``minute`` counts from the story's midnight in Beijing; negative before that day."""

    minute: int
    kind: EventKind
    id: str
    account: str
    text: str = ""
    title: str = ""
    english: str = ""
    pictures: tuple[str, ...] = ()
    pinned: bool = False
    long: bool = False
    retweet: str = ""
    #: The retweeted post is deleted in the same moment.
    retweet_gone: bool = False
    forwards: int = 0
    comments: int = 0
    likes: int = 0
    bulletin: Bulletin | None = None

    @property
    def clock(self) -> str:
        """The story's clock as a watch shows it ("02:20")."""
        return clock_of(self.minute)


@dataclass(frozen=True, slots=True)
class Story:
    """The whole day, in order."""

    accounts: Mapping[str, StoryAccount]
    areas: Mapping[str, StoryArea]
    #: What stood on the site before the day began, oldest first.
    backlog: tuple[Event, ...]
    events: tuple[Event, ...]


def clock_of(minute: float) -> str:
    """Minutes since the story's midnight as a watch shows them."""
    hours, minutes = divmod(int(minute), MINUTES_PER_HOUR)
    return f"{hours % HOURS_PER_DAY:02d}:{minutes:02d}"


def minute_of(clock: str) -> int:
    """Read a time such as "26:20", twenty past two in the night after the story's day."""
    hours, _, minutes = clock.partition(":")
    return int(hours) * MINUTES_PER_HOUR + int(minutes)


def load_story(path: Path | None = None) -> Story:
    """Read the story that comes with the program (or another one in the same shape)."""
    data = tomllib.loads((path or Path(__file__).with_name("story.toml")).read_text(encoding="utf-8"))
    backlog = [_event(row, -int(row["hours_ago"]) * MINUTES_PER_HOUR, _backlog_kind(row)) for row in data["backlog"]]
    events = [_event(row, minute_of(row["time"]), EventKind(row["kind"])) for row in data["event"]]
    end = max(event.minute for event in events)
    for row in data["event"]:
        if row["kind"] == EventKind.POST:
            # The day ends with something said, not with a figure that grows.
            events.extend(replace(grown, minute=min(grown.minute, end)) for grown in _forwards(row))
    return Story(
        accounts={row["key"]: StoryAccount(**row) for row in data["account"]},
        areas={row["key"]: StoryArea(**row) for row in data["area"]},
        backlog=tuple(sorted(backlog, key=lambda event: event.minute)),
        events=tuple(sorted(events, key=lambda event: event.minute)),
    )


def _backlog_kind(row: Mapping[str, Any]) -> EventKind:
    return EventKind.FEED if row.get("title") else EventKind.POST


def _event(row: Mapping[str, Any], minute: int, kind: EventKind) -> Event:
    taken = ("text", "title", "english", "pinned", "long", "retweet", "retweet_gone")
    values: dict[str, Any] = {name: row[name] for name in taken if name in row}
    if kind is EventKind.POST and minute < 0:
        values |= {name: row.get(name, 0) for name in ("forwards", "comments", "likes")}
    return Event(
        minute=minute,
        kind=kind,
        id=row["id"],
        account=row["account"],
        pictures=tuple(row.get("pictures", ())),
        bulletin=_bulletin(row["cap"]) if "cap" in row else None,
        **values,
    )


def _bulletin(row: Mapping[str, Any]) -> Bulletin:
    values = dict(row)
    for name in ("response", "areas", "references"):
        values[name] = tuple(values.get(name, ()))
    return Bulletin(**values)


def _forwards(row: Mapping[str, Any]) -> list[Event]:
    """How a post's figures grow: along its curve, or in two steps (a third after 15 minutes, all after an hour)."""
    final = {name: int(row.get(name, 0)) for name in ("forwards", "comments", "likes")}
    curve = [(minute_of(at), int(count)) for at, count in row.get("curve", ())]
    if not curve:
        minute = minute_of(row["time"])
        curve = [(minute + 15, final["forwards"] // 3), (minute + 60, final["forwards"])]
    grown = []
    for at, count in curve:
        share = count / max(final["forwards"], 1)
        grown.append(
            Event(
                minute=at,
                kind=EventKind.FORWARDS,
                id=row["id"],
                account=row["account"],
                forwards=count,
                comments=round(final["comments"] * share),
                likes=round(final["likes"] * share),
            )
        )
    return grown
