"""The list of environment.data.gov.uk/flood-monitoring to alerts (its API reference; OGL v3)."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.model.alert import Alert, Area, Certainty, Hazard, MsgType, Scope, Severity, Urgency, Wording
from bot.model.post import Post
from bot.sources import json
from bot.sources.cap import fields
from bot.sources.cap.documents import MAX_ENTRIES, Document, in_order
from bot.sources.drills import status_by_beginning
from bot.sources.face import UnreadableError
from bot.sources.json import Json
from bot.sources.plain import one_line, safe_url

#: The parameter that holds the level.
LEVEL = "severityLevel"
_AGENCY = "Environment Agency"
_PAGE = "https://check-for-flooding.service.gov.uk/target-area/"
#: Severe Flood Warning (danger to life), Flood Warning (expected, act now), Flood Alert (possible, be prepared).
_LEVELS = {
    1: (Severity.EXTREME, Urgency.IMMEDIATE, Certainty.LIKELY),
    2: (Severity.SEVERE, Urgency.IMMEDIATE, Certainty.LIKELY),
    3: (Severity.MODERATE, Urgency.EXPECTED, Certainty.POSSIBLE),
}
_NAMES = {1: "Severe Flood Warning", 2: "Flood Warning", 3: "Flood Alert", 4: "Warning no longer in force"}
_OVER = 4
_UNKNOWN = (Severity.UNKNOWN, Urgency.UNKNOWN, Certainty.UNKNOWN)


def read_floods(body: bytes, account: str, url: str, charset: str = "") -> Document:
    """Read the list. Raises UnreadableError."""
    del charset  # RFC 8259: JSON is UTF-8
    data = json.mapping(json.load(body))
    items = data.get("items")
    if not isinstance(items, list):
        msg = "The JSON is no list of flood warnings (it has no “items”)."
        raise UnreadableError(msg)
    zone = _zone()
    found = [_post(item, account, url, zone) for item in json.objects(items, MAX_ENTRIES)]
    posts = {post.id: post for post in found if post is not None}
    if items and not posts:
        msg = "The JSON lists something else than flood warnings: not one of its items has a flood area and a time."
        raise UnreadableError(msg)
    lost = sum(1 for post in found if post is None)
    notes = (f"{lost} warning(s) without flood area or time were left out",) if lost else ()
    return Document(posts=in_order(posts.values()), language="en-GB", notes=notes)


def _zone() -> tzinfo | None:
    """The times state no zone; the agency's clocks are England's. None (UTC) where the system has no time zones."""
    try:
        return ZoneInfo("Europe/London")
    except (ZoneInfoNotFoundError, OSError):
        return None


def _instant(value: object, zone: tzinfo | None) -> tuple[datetime | None, int]:
    when, offset = json.instant(value, 0)
    if when is None or zone is None or (offset or 0) != 0 or json.string(value).strip().endswith(("Z", "+00:00")):
        return when, offset or 0
    local = when.replace(tzinfo=zone)
    east = local.utcoffset() or timedelta(0)
    return when - east, int(east.total_seconds() // 60)


def _post(item: Json, account: str, url: str, zone: tzinfo | None) -> Post | None:
    area_id = one_line(
        json.string(item.get("floodAreaID")) or json.string(json.inner(item, "floodArea").get("notation")), 60
    )
    raised_text = one_line(json.string(item.get("timeRaised")), 40)
    raised, offset = _instant(raised_text, zone)
    if not area_id or raised is None:
        return None
    began, began_text = raised, raised_text
    changed, changed_offset = _instant(item.get("timeSeverityChanged"), zone)
    if changed is not None:
        began, offset, began_text = (
            changed,
            changed_offset,
            one_line(json.string(item.get("timeSeverityChanged")), 40),
        )
    level = json.integer(item.get("severityLevel"))
    hazard = _hazard(item, area_id, level, began)
    name = f"{area_id},{raised_text}"
    alert = Alert(
        sender=_AGENCY, identifier=name, sent=began, sent_text=began_text, scope=Scope.PUBLIC,
        status=status_by_beginning(hazard.wordings[0].description),
        msg_type=MsgType.CANCEL if level == _OVER else MsgType.ALERT,
        hazards=(hazard,),
        flags=() if level in _NAMES else (f"its level is none of the agency's ({level})",),
    )  # fmt: skip
    written, _ = _instant(item.get("timeMessageChanged"), zone)
    wording = hazard.wordings[0]
    return Post(
        kind="eaflood", account=account, id=name, title=wording.headline, text=wording.description,
        url=safe_url(f"{_PAGE}{area_id}") or url, published=began, utc_offset=offset, language="en-GB", author=_AGENCY,
        alert=alert, edited=written if written and written > began else None, event_id=name,
    )  # fmt: skip


def _hazard(item: Json, area_id: str, level: int | None, begins: datetime) -> Hazard:
    severity, urgency, certainty = _LEVELS.get(level or 0, _UNKNOWN)
    if level == _OVER:
        severity, urgency = Severity.MINOR, Urgency.PAST
    place = one_line(json.string(item.get("description")))
    event = _NAMES.get(level or 0) or one_line(json.string(item.get("severity"))) or "Flood"
    flood_area = json.mapping(item.get("floodArea"))
    named = [
        (LEVEL, "" if level is None else str(level)),
        ("county", json.string(flood_area.get("county"))),
        ("riverOrSea", json.string(flood_area.get("riverOrSea"))),
        ("isTidal", "true" if json.truth(item.get("isTidal")) else ""),
    ]
    headline = f"{event}: {place}" if place else event
    message = fields.prose(json.string(item.get("message")))
    return Hazard(
        urgency=urgency, severity=severity, certainty=certainty,
        wordings=(Wording("en-GB", event=event, headline=headline, description=message, sender_name=_AGENCY),),
        categories=("Met",),
        response_types=("AllClear",) if level == _OVER else (),
        parameters=tuple((name, one_line(value, 200)) for name, value in named if value),
        effective=begins, onset=begins,
        areas=(Area(place, geocodes=(("floodAreaID", area_id),)),),
    )  # fmt: skip
