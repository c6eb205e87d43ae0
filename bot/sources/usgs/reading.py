"""The GeoJSON of earthquake.usgs.gov to alerts (earthquake.usgs.gov/earthquakes/feed/v1.0/geojson.php)."""

from __future__ import annotations

from datetime import datetime

from bot.model.alert import Alert, Area, Certainty, Circle, Hazard, MsgType, Scope, Severity, Status, Urgency, Wording
from bot.model.post import Post
from bot.sources import json
from bot.sources.cap.documents import MAX_ENTRIES, Document, in_order
from bot.sources.face import UnreadableError
from bot.sources.json import Json
from bot.sources.plain import one_line, safe_url

_SENDER = "earthquake.usgs.gov"
#: PAGER's estimate of losses, by its own colours.
_PAGER = {"red": Severity.EXTREME, "orange": Severity.SEVERE, "yellow": Severity.MODERATE, "green": Severity.MINOR}
#: Before PAGER has spoken (half an hour), and for what is too weak for it: "major" and "moderate to strong" in USGS's
#: own classes of magnitude.
_MAJOR, _STRONG = 7.0, 5.5
_QUAKE = "earthquake"
_REGION_OF_TSUNAMIS = "In a region where tsunamis can arise: heed the tsunami centres (this is no tsunami warning)."


def read_quakes(body: bytes, account: str, url: str, charset: str = "") -> Document:
    """Read a list of events. Raises UnreadableError."""
    del charset  # RFC 8259: JSON is UTF-8
    data = json.mapping(json.load(body))
    features = data.get("features")
    if not isinstance(features, list):
        msg = "The JSON is no list of earthquakes (it has no “features”)."
        raise UnreadableError(msg)
    found = [_post(feature, account, url) for feature in json.objects(features, MAX_ENTRIES)]
    posts = {post.id: post for post in found if post is not None}
    if features and not posts:
        msg = (
            "The JSON lists something else than earthquakes: not one of its features has an id and a time of origin."
        )
        raise UnreadableError(msg)
    lost = sum(1 for post in found if post is None)
    notes = (f"{lost} event(s) without id or time of origin were left out",) if lost else ()
    title = one_line(json.string(json.inner(data, "metadata").get("title")))
    return Document(posts=in_order(posts.values()), title=title, language="en", notes=notes)


def is_deleted(feature: Json) -> bool:
    """True when the survey has taken the event back: there was no such earthquake, or it was another's echo."""
    return json.string(json.inner(feature, "properties").get("status")).casefold() == "deleted"


def _post(feature: Json, account: str, url: str) -> Post | None:
    properties = json.mapping(feature.get("properties"))
    name = one_line(json.string(feature.get("id")), 100)
    origin = json.epoch_ms(properties.get("time"))
    if not name or origin is None:
        return None
    ids = dict.fromkeys(one_line(each, 100) for each in json.string(properties.get("ids")).split(",") if each.strip())
    magnitude = json.number(properties.get("mag"))
    place = one_line(json.string(properties.get("place")))
    kind = one_line(json.string(properties.get("type")), 60) or _QUAKE
    title = one_line(json.string(properties.get("title"))) or _title(magnitude, place)
    text = _text(feature, properties, magnitude, kind, origin)
    wording = Wording("en", event=kind.capitalize(), headline=title, description=text, sender_name="USGS")
    alert = Alert(
        sender=_SENDER, identifier=name, sent=origin, sent_text=origin.isoformat(),
        # the same answers are made of imagined earthquakes, for exercises
        status=Status.EXERCISE if "scenario" in json.string(properties.get("types")) else Status.ACTUAL,
        msg_type=MsgType.CANCEL if is_deleted(feature) else MsgType.ALERT,
        scope=Scope.PUBLIC,
        hazards=(_hazard(feature, properties, magnitude, kind, place, wording, origin),),
    )  # fmt: skip
    updated = json.epoch_ms(properties.get("updated"))
    return Post(
        kind="usgs", account=account, id=name, title=title, text=text,
        url=safe_url(json.string(properties.get("url")), url) or url,
        published=origin, utc_offset=0, language="en", author="USGS", alert=alert,
        edited=updated if updated and updated > origin else None,
        aliases=tuple(each for each in ids if each != name),
    )  # fmt: skip


def _hazard(
    feature: Json,
    properties: Json,
    magnitude: float | None,
    kind: str,
    place: str,
    wording: Wording,
    origin: datetime,
) -> Hazard:
    pager = json.string(properties.get("alert")).casefold()
    named = [
        ("magnitude", _shown(magnitude)), ("magnitudeType", json.string(properties.get("magType"))),
        ("depth_km", _shown(_depth(feature))), ("status", json.string(properties.get("status"))), ("alert", pager),
        ("tsunami", "1" if json.truth(properties.get("tsunami")) else ""),
    ]  # fmt: skip
    point = _point(feature)
    return Hazard(
        # the survey says what was, and nothing of what to do
        urgency=Urgency.UNKNOWN,
        severity=_severity(pager, magnitude, kind),
        certainty=Certainty.OBSERVED if _is_reviewed(properties) else Certainty.LIKELY,
        wordings=(wording,),
        categories=("Geo",),
        parameters=tuple((name, one_line(value, 60)) for name, value in named if value),
        effective=origin,
        onset=origin,
        areas=(Area(place, circles=(point,) if point else ()),),
    )


def _severity(pager: str, magnitude: float | None, kind: str) -> Severity:
    if pager in _PAGER:
        return _PAGER[pager]
    if kind.casefold() != _QUAKE:  # a quarry's blast, an ice quake
        return Severity.MINOR
    if magnitude is None:
        return Severity.UNKNOWN
    if magnitude >= _MAJOR:
        return Severity.SEVERE
    return Severity.MODERATE if magnitude >= _STRONG else Severity.MINOR


def _text(feature: Json, properties: Json, magnitude: float | None, kind: str, origin: datetime) -> str:
    """Only what a reader should be told again when it changes: no counts of reports, no stamps."""
    depth, scale = _depth(feature), one_line(json.string(properties.get("magType")), 20)
    size = f"magnitude {_shown(magnitude)} {scale}".rstrip() if magnitude is not None else "magnitude not known yet"
    lines = [
        f"{kind.capitalize()}: {size}" + (f", depth {_shown(depth)} km" if depth is not None else ""),
        f"Origin: {origin:%Y-%m-%d %H:%M:%S} UTC",
        "Reviewed by a seismologist." if _is_reviewed(properties) else "Computed automatically, not reviewed yet.",
    ]
    pager = json.string(properties.get("alert")).casefold()
    lines += [f"Expected losses (PAGER): {pager}"] if pager in _PAGER else []
    lines += [_REGION_OF_TSUNAMIS] if json.truth(properties.get("tsunami")) else []
    return "\n".join(lines)


def _is_reviewed(properties: Json) -> bool:
    return json.string(properties.get("status")).casefold() == "reviewed"


def _title(magnitude: float | None, place: str) -> str:
    return " - ".join(filter(None, (f"M {_shown(magnitude) or '?'}", place)))


def _shown(number: float | None) -> str:
    return "" if number is None else f"{number:.1f}"


def _depth(feature: Json) -> float | None:
    return next(iter(_coordinates(feature)[2:3]), None)


def _point(feature: Json) -> Circle | None:
    """The epicentre; GeoJSON has the longitude first, and longitudes run beyond 180 in some answers."""
    found = _coordinates(feature)
    east, north = found[:2] if len(found) > 1 else (None, None)
    if east is None or north is None or abs(north) > 90 or abs(east) > 360:  # noqa: PLR2004 - degrees
        return None
    return Circle(north, east if abs(east) <= 180 else (east + 180) % 360 - 180, 0.0)  # noqa: PLR2004


def _coordinates(feature: Json) -> list[float | None]:
    return [json.number(each) for each in json.elements(json.inner(feature, "geometry").get("coordinates"), 3)]
