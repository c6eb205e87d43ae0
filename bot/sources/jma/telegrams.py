"""One JMA telegram (``Report``: Control, Head, Body) to a post. Knows nothing of the telegrams before it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.model.alert import Alert, Area, Certainty, Circle, Hazard, MsgType, Scope, Severity, Status, Urgency, Wording
from bot.model.post import Post
from bot.sources import json, xml
from bot.sources.cap.fields import value
from bot.sources.charset import decode
from bot.sources.face import UnreadableError
from bot.sources.jma import bodies, levels
from bot.sources.jma.bodies import Place, Told
from bot.sources.plain import clean, one_line
from bot.sources.xml import local_name

if TYPE_CHECKING:
    from datetime import datetime

    from lxml.etree import _Element as Element

LANGUAGE = "ja"
SENDER = "jma.go.jp"
NAME = "気象庁"
#: All local clocks of the agency say so themselves; used where one does not.
JAPAN_MIN = 540
#: Control/Status: only 通常 is real.
_STATUSES = {"通常": Status.ACTUAL, "訓練": Status.EXERCISE, "試験": Status.TEST}
#: Head/InfoType: new (発表), a correction (訂正) of the last telegram, its withdrawal (取消), a delayed one (遅延).
_MSG_TYPES = {"発表": MsgType.ALERT, "遅延": MsgType.ALERT, "訂正": MsgType.UPDATE, "取消": MsgType.CANCEL}
#: A parameter of hazards whose level the telegram does not state: that of the event before holds.
UNSTATED = ("level", "not stated")
#: An earthquake early warning is about the next seconds; later it would only frighten.
_EARLY_WARNING = timedelta(minutes=5)
#: "20110311144640", "JPOS201006021154_…": an id of one event; "306" (a volcano) and names of lists are none.
_ONE_EVENT = re.compile(r"\d{12}")
_QUAKES = re.compile(r"震度速報|震源速報|震源要素|地震情報|長周期地震動|緊急地震速報|地震回数")
_CATEGORIES = (
    *((word, "Geo") for word in ("津波", "地震", "震度", "震源", "噴火", "火山")),
    ("熱中症", "Health"),
)
#: Names of places told for one intensity.
_MAX_NAMES = 40


@dataclass(frozen=True, slots=True)
class Head:
    """What a telegram says of itself."""

    control_title: str
    title: str
    status: Status
    info_type: str
    info_kind: str
    event_id: str
    serial: str
    sent: datetime
    sent_text: str
    #: When it was put out, to the second: tells two telegrams of one minute apart.
    control_time: str
    valid: datetime | None
    headline: str
    office: str

    @property
    def thread(self) -> str:
        """What it shares with the telegrams that it follows: all of one earthquake, all of one list of warnings."""
        if self.event_id and _QUAKES.search(self.info_kind):
            return f"quake,{self.event_id}"
        if self.event_id and "津波" in self.info_kind:
            return f"tsunami,{self.event_id}"
        name = self.event_id or self.title
        return f"{self.info_kind if self.event_id else self.control_title},{name},{self.office}"[:300]

    @property
    def identifier(self) -> str:
        """Its name, for JMA gives none but its file's: the second in which it was put out, and a mark of what it is."""
        parts = (self.control_title, self.title, self.event_id, self.serial, self.info_type, self.office)
        mark = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:10]
        return f"{re.sub(r'[^0-9]', '', self.control_time)[:14]}-{mark}"


def read_telegram(body: bytes, account: str, url: str, charset: str = "") -> Post:
    """Read a telegram. Raises UnreadableError."""
    return post_of(xml.parse(decode(body, charset).text), account, url)


def post_of(root: Element, account: str, url: str) -> Post:
    """The post of a parsed telegram. Raises UnreadableError."""
    control, head_element = bodies.descend(root, "Control"), bodies.descend(root, "Head")
    if local_name(root) != "Report" or control is None or head_element is None:
        msg = f"The document is no telegram of JMA's: it begins with <{xml.safe_name(root)}>."
        raise UnreadableError(msg)
    head = _head(control, head_element)
    body = bodies.descend(root, "Body")
    hazards, over = _hazards(head, bodies.descend(head_element, "Headline"), body)
    msg_type = MsgType.CANCEL if over else _MSG_TYPES.get(head.info_type, MsgType.UNKNOWN)
    flags = [] if head.info_type in _MSG_TYPES else [f"its type is “{head.info_type}”"]
    alert = Alert(
        sender=SENDER, identifier=head.identifier, sent=head.sent, sent_text=head.sent_text, status=head.status,
        msg_type=msg_type, scope=Scope.PUBLIC, hazards=hazards, incidents=(head.thread,),
        note={"訂正": "訂正", "取消": "取消"}.get(head.info_type, ""), flags=tuple(flags),
    )  # fmt: skip
    base = hazards[0].wordings[0]
    event = head.event_id if _ONE_EVENT.search(head.event_id) else ""
    return Post(
        kind="jma", account=account, id=head.identifier, title=base.headline,
        text="\n\n".join(filter(None, (base.description, base.instruction))), url=url, published=head.sent,
        utc_offset=JAPAN_MIN, language=LANGUAGE, author=head.office or NAME, alert=alert,
        event_id=f"{SENDER},{event}" if event else "",
    )  # fmt: skip


def _head(control: Element, head: Element) -> Head:
    sent_text = one_line(value(head, "ReportDateTime"), 40)
    sent, _ = json.instant(sent_text, JAPAN_MIN)
    control_time = one_line(value(control, "DateTime"), 40)
    if sent is None:
        sent, sent_text = json.instant(control_time, 0)[0], control_time
    title = one_line(value(head, "Title") or value(control, "Title"), 200)
    if sent is None or not title:
        msg = "The telegram has no time or no title."
        raise UnreadableError(msg)
    headline = bodies.descend(head, "Headline")
    valid, _ = json.instant(value(head, "ValidDateTime"), JAPAN_MIN)
    return Head(
        control_title=one_line(value(control, "Title"), 100), title=title,
        status=_STATUSES.get(value(control, "Status"), Status.UNKNOWN), info_type=one_line(value(head, "InfoType"), 20),
        info_kind=one_line(value(head, "InfoKind"), 100), event_id=one_line(value(head, "EventID"), 80),
        serial=one_line(value(head, "Serial"), 10), sent=sent, sent_text=sent_text, control_time=control_time or sent_text,
        valid=valid if valid is not None and valid > sent else None,
        headline=clean(value(headline, "Text")) if headline is not None else "",
        office=one_line(value(control, "PublishingOffice") or value(control, "EditorialOffice"), 100),
    )  # fmt: skip


def _hazards(head: Head, headline: Element | None, body: Element | None) -> tuple[tuple[Hazard, ...], bool]:
    """The hazards in force, the gravest first, and True when the telegram says that all is over."""
    said, advice = bodies.words_of(body, head.headline)
    if "津波" in head.info_kind:
        told, lines = bodies.tsunamis_of(body)
        quake = bodies.earthquake_of(body)
        words = _joined(head.headline, "\n".join(lines), _quake_line(quake), said)
        return _of_kinds(head, told, words, advice, head.title)
    quake = bodies.earthquake_of(body)
    if quake is not None or _QUAKES.search(head.info_kind):
        return (_of_quake(head, headline, body, quake, said, advice),), False
    words = _joined(head.headline, said)
    if "噴火" in head.info_kind or "火山" in head.info_kind:
        told, towns = bodies.volcanoes_of(headline, body)
        return _of_volcano(head, told, towns, words, advice)
    return _of_kinds(head, bodies.warnings_of(headline, body), words, advice, head.title)


def _of_kinds(head: Head, told: list[Told], words: str, advice: str, title: str) -> tuple[tuple[Hazard, ...], bool]:
    kinds: dict[str, dict[Place, None]] = {}
    for one in told:
        if one.kind and not levels.is_lifted(one.kind, one.condition):
            kinds.setdefault(_named(one.kind, head), {})[one.place] = None
    if not kinds:
        over = bool(told) and all(levels.is_lifted(one.kind, one.condition) for one in told)
        places = tuple(dict.fromkeys(one.place for one in told))[: bodies.MAX_AREAS]
        unstated = () if over else (UNSTATED,)
        severity = Severity.UNKNOWN if over else levels.severity_of_kind(f"{head.info_kind} {title}")
        return (_hazard(head, title, severity, places, words, advice, title, unstated),), over
    found = [
        _hazard(
            head, kind, levels.severity_of_kind(kind), tuple(places)[: bodies.MAX_AREAS], words, advice, title, ()
        )
        for kind, places in kinds.items()
    ]
    return tuple(sorted(found, key=lambda hazard: -hazard.severity.rank)[: bodies.MAX_KINDS]), False


def _named(kind: str, head: Head) -> str:
    """A kind's name that tells its level: "警戒" of a landslide telegram is its title's."""
    return kind if levels.severity_of_kind(kind) is not Severity.UNKNOWN or not head.info_kind else head.info_kind


def _of_volcano(
    head: Head, told: list[Told], towns: list[Place], words: str, advice: str
) -> tuple[tuple[Hazard, ...], bool]:
    first = told[0] if told else None
    kind = first.kind if first is not None else head.title
    severity = levels.severity_of_kind(kind if first is not None else "")
    if severity is Severity.UNKNOWN or head.info_kind == "噴火速報":
        severity = levels.severity_of_kind(f"{head.info_kind} {head.title}")
    places = tuple(dict.fromkeys([*(one.place for one in told), *towns]))
    # down to level 1 ("bear in mind that it is active"): the warning before it is over
    over = severity is Severity.MINOR and first is not None and first.condition in ("引下げ", "解除", "切替（解除）")
    hazard = _hazard(head, kind, severity, places, words, advice, head.title, ())
    certainty = Certainty.OBSERVED if head.info_kind == "噴火速報" else Certainty.LIKELY
    return (replace(hazard, certainty=certainty),), over


def _of_quake(
    head: Head, headline: Element | None, body: Element | None, quake: bodies.Earthquake | None, said: str, advice: str
) -> Hazard:  # fmt: skip
    strongest, areas = bodies.intensities_of(body)
    early = head.info_kind == "緊急地震速報"
    severity = levels.severity_of_intensity(strongest)
    unstated: tuple[tuple[str, str], ...] = ()
    if early and "警報" in head.title:
        severity = Severity.EXTREME
    elif severity is Severity.UNKNOWN:
        unstated = (UNSTATED,)
        if quake is not None and quake.magnitude is not None:
            severity = levels.severity_of_magnitude(quake.magnitude, far="遠地" in head.title)
    places = tuple(place for _, place in areas) or tuple(one.place for one in bodies.warnings_of(headline, None))
    words = _joined(head.headline, _quake_line(quake), _intensity_lines(areas), said)
    strength = f"最大震度{levels.INTENSITIES[strongest]}" if strongest else ""
    magnitude = (f"M{quake.magnitude:g}" if quake.magnitude is not None else quake.magnitude_text) if quake else ""
    title = " ".join(filter(None, (head.title, quake.place if quake else "", magnitude, strength)))
    hazard = _hazard(head, head.title, severity, tuple(dict.fromkeys(places)), words, advice, title, unstated)
    pairs = (
        ("magnitude", f"{quake.magnitude:g}" if quake and quake.magnitude is not None else ""),
        ("depth_km", f"{quake.depth:g}" if quake and quake.depth is not None else ""),
        ("max_intensity", strongest),
    )
    epicentre = _epicentre(quake)
    return replace(
        hazard, certainty=Certainty.LIKELY if early else Certainty.OBSERVED,
        parameters=(*hazard.parameters, *(pair for pair in pairs if pair[1])),
        areas=(*hazard.areas, *((epicentre,) if epicentre else ())),
        expires=hazard.expires or (head.sent + _EARLY_WARNING if early else None),
    )  # fmt: skip


def _epicentre(quake: bodies.Earthquake | None) -> Area | None:
    if quake is None or quake.latitude is None or quake.longitude is None:
        return None
    return Area(f"震源 {quake.place}".strip(), circles=(Circle(quake.latitude, quake.longitude, 0.0),))


def _quake_line(quake: bodies.Earthquake | None) -> str:
    if quake is None:
        return ""
    clock = re.search(r"-(\d\d)T(\d\d):(\d\d)", quake.origin)
    parts = (
        f"発生 {int(clock.group(1))}日{clock.group(2)}時{clock.group(3)}分" if clock else "",
        f"震源 {quake.place}" if quake.place else "",
        f"深さ {quake.depth:g}km" if quake.depth else "",
        quake.magnitude_text or (f"M{quake.magnitude:g}" if quake.magnitude is not None else ""),
    )
    return "、".join(filter(None, parts))


def _intensity_lines(areas: list[tuple[str, Place]]) -> str:
    by_strength: dict[str, list[Place]] = {}
    for strength, place in areas:
        by_strength.setdefault(strength, []).append(place)
    return "\n".join(
        f"震度{levels.INTENSITIES[strength]}：{bodies.together(places[:_MAX_NAMES])}"
        for strength, places in by_strength.items()
    )


def _hazard(
    head: Head, event: str, severity: Severity, places: tuple[Place, ...], words: str, advice: str, title: str,
    parameters: tuple[tuple[str, str], ...],
) -> Hazard:  # fmt: skip
    mark = {"訂正": "【訂正】", "取消": "【取消】"}.get(head.info_type, "")
    wording = Wording(LANGUAGE, event, mark + title, words, advice, head.office or NAME)
    urgent = severity.rank >= Severity.SEVERE.rank
    return Hazard(
        urgency=Urgency.IMMEDIATE if urgent else Urgency.EXPECTED,
        severity=severity,
        certainty=Certainty.LIKELY,
        wordings=(wording,),
        categories=(next((name for word, name in _CATEGORIES if word in head.info_kind), "Met"),),
        parameters=parameters,
        onset=head.sent,
        expires=head.valid,
        areas=tuple(Area(place.name, geocodes=_codes(place)) for place in places),
    )


def _codes(place: Place) -> tuple[tuple[str, str], ...]:
    return ((f"JMA {place.scheme}".strip(), place.code),) if place.code else ()


def _joined(*parts: str) -> str:
    """Texts one below the other; what an earlier one says already is not said again."""
    kept: list[str] = []
    for part in parts:
        if part and not any(part in other for other in kept):
            kept.append(part)
    return clean("\n\n".join(kept))
