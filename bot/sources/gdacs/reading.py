"""The lists of gdacs.org, RSS and GeoJSON, to alerts (GDACS feed reference; credit JRC and GDACS)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from bot.model.alert import Alert, Area, Certainty, Circle, Hazard, MsgType, Scope, Severity, Urgency, Wording
from bot.model.post import Post
from bot.sources import json, xml
from bot.sources.cap import fields
from bot.sources.cap.documents import MAX_ENTRIES, Document, in_order
from bot.sources.charset import decode
from bot.sources.drills import status_by_beginning
from bot.sources.face import UnreadableError
from bot.sources.plain import one_line, safe_url
from bot.sources.xml import local_name, namespace

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from bot.sources.json import Json

#: The parameter that holds the level.
LEVEL, GREEN = "alertlevel", "Green"
#: GDACS speaks of the need for help from abroad, not of a danger to its reader: nothing of it is Extreme.
_SEVERITIES = {"Red": Severity.SEVERE, "Orange": Severity.MODERATE, GREEN: Severity.MINOR}
_KINDS = {
    "EQ": "Earthquake", "TC": "Tropical cyclone", "FL": "Flood", "VO": "Volcano", "DR": "Drought", "WF": "Wildfire",
    "TS": "Tsunami",
}  # fmt: skip
#: Live droughts are listed as not current, each of them.
_DROUGHT = "DR"
_NAMESPACE = "gdacs"
#: GeoJSON's names for what the RSS calls otherwise.
_ALIKE = {"istemporary": "temporary"}


def read_events(body: bytes, account: str, url: str, charset: str = "") -> Document:
    """Read a list. Raises UnreadableError."""
    decoded = decode(body, charset)
    if decoded.text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        items, listed_at = _from_json(decoded.text), None
    else:
        items, listed_at = _from_rss(decoded.text)
    found = [_post(item, account, url, listed_at) for item in items]
    posts: dict[str, Post] = {}
    for post in found:
        if post is not None:  # a list may name each episode of an event: the first is the newest
            posts.setdefault(post.id, post)
    lost = sum(1 for post in found if post is None)
    notes = (f"{lost} event(s) without type, id or time were left out",) if lost else ()
    return Document(posts=in_order(posts.values()), language="en", notes=notes)


def _from_rss(text: str) -> tuple[list[dict[str, str]], datetime | None]:
    root = xml.parse(text)
    channel = next(fields.children(root, "channel"), None)
    is_gdacs = any(_NAMESPACE in str(uri).lower() for uri in root.nsmap.values())
    if local_name(root) != "rss" or channel is None or not is_gdacs:
        msg = "The document is no list of GDACS."
        raise UnreadableError(msg)
    items = [_rss_item(item) for item in list(fields.children(channel, "item"))[:MAX_ENTRIES]]
    return items, _moment(fields.value(channel, "pubDate"))


def _rss_item(item: Element) -> dict[str, str]:
    found = {local_name(child).lower(): fields.value(item, local_name(child)) for child in item if local_name(child)}
    # "title" and "description" stand in both namespaces; the plain ones are the item's
    for child in item:
        if not namespace(child) and local_name(child):
            found[local_name(child).lower()] = "".join(map(str, child.itertext())).strip()
    point = next(item.iter("{*}Point"), None)
    if point is not None:
        found["lat"], found["long"] = fields.value(point, "lat"), fields.value(point, "long")
    return found


def _from_json(text: str) -> list[dict[str, str]]:
    features = json.mapping(json.load(text)).get("features")
    if not isinstance(features, list):
        msg = "The JSON is no list of GDACS (it has no “features”)."
        raise UnreadableError(msg)
    items = [_json_item(feature) for feature in json.objects(features, MAX_ENTRIES)]
    if features and not any("eventtype" in item for item in items):
        msg = "The JSON lists something else than GDACS does: not one of its features has an “eventtype”."
        raise UnreadableError(msg)
    return items


def _json_item(feature: Json) -> dict[str, str]:
    properties = json.mapping(feature.get("properties"))
    found = {_ALIKE.get(name.lower(), name.lower()): _string(value) for name, value in properties.items()}
    found["link"] = json.string(json.inner(properties, "url").get("report"))
    found["severity"] = json.string(json.inner(properties, "severitydata").get("severitytext"))
    level, name = found.get(LEVEL, "").capitalize(), found.get("name", "")
    found["title"] = f"{level} alert: {name}" if level and name else name
    geometry = json.mapping(feature.get("geometry"))
    if json.string(geometry.get("type")) == "Point":
        east, north, *_ = [*map(json.number, json.elements(geometry.get("coordinates"), 2)), None, None]
        found["lat"], found["long"] = str(north), str(east)
    return found


def _string(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else json.string(value)


def _post(item: Mapping[str, str], account: str, url: str, listed_at: datetime | None) -> Post | None:
    kind, number = one_line(item.get("eventtype", ""), 10).upper(), one_line(item.get("eventid", ""), 40)
    times = {name: _moment(item.get(name, "")) for name in ("datemodified", "pubdate", "todate", "fromdate")}
    written = times["datemodified"] or times["pubdate"] or times["todate"] or times["fromdate"]
    if not kind or not number or written is None:
        return None
    is_current = kind == _DROUGHT or item.get("iscurrent", "true").casefold() != "false"
    # while GDACS lists an event as current it says so with each list, however old the event's own dates are
    sent = max(filter(None, (written, listed_at))) if is_current else written
    hazard = _hazard(item, kind, times["fromdate"], None if is_current else min(times["todate"] or written, written))
    name, wording = f"{kind}{number}", hazard.wordings[0]
    alert = Alert(
        sender="gdacs.org", identifier=name, sent=sent, sent_text=written.isoformat(),
        status=status_by_beginning(wording.headline, wording.description), msg_type=MsgType.ALERT,
        scope=Scope.PUBLIC, hazards=(hazard,),
    )  # fmt: skip
    link = safe_url(item.get("link", ""), url) or url
    return Post(
        kind="gdacs", account=account, id=name, title=wording.headline, text=wording.description, url=link,
        published=written, utc_offset=0, language="en", author="GDACS", alert=alert, event_id=name,
    )  # fmt: skip


def _hazard(item: Mapping[str, str], kind: str, onset: datetime | None, ended: datetime | None) -> Hazard:
    level = one_line(item.get(LEVEL, "") or item.get("episodealertlevel", ""), 20).capitalize()
    is_first_guess = item.get("temporary", "").casefold() == "true"
    event = _KINDS.get(kind, kind)
    place = one_line(item.get("country", ""))
    # level and episode change a word each; version and score would make an edit of every recount
    named = [(LEVEL, level), ("episodealertlevel", item.get("episodealertlevel", "").capitalize()), ("eventtype", kind),
             ("eventname", item.get("eventname", "")), ("glide", item.get("glide", ""))]  # fmt: skip
    headline = fields.line(item.get("title", "")) or " · ".join(filter(None, (event, place)))
    point = fields.circle(f"{item.get('lat', '')},{item.get('long', '')} 0")
    return Hazard(
        urgency=Urgency.UNKNOWN,
        severity=_SEVERITIES.get(level, Severity.UNKNOWN),
        certainty=Certainty.POSSIBLE if is_first_guess else Certainty.LIKELY,
        wordings=(Wording("en", event=event, headline=headline, description=_text(item), sender_name="GDACS"),),
        categories=("Geo" if kind in ("EQ", "TS", "VO") else "Met",),
        parameters=tuple((name, one_line(value, 100)) for name, value in named if value.strip()),
        onset=onset,
        expires=ended,
        areas=(_area(place, item.get("iso3", ""), point),),
    )


def _area(place: str, codes: str, point: Circle | None) -> Area:
    listed = [one_line(code, 10) for code in codes.replace(";", ",").split(",")]
    return Area(place, circles=(point,) if point else (), geocodes=tuple(("iso3", code) for code in listed if code))


def _text(item: Mapping[str, str]) -> str:
    parts = (
        fields.prose(item.get("description", "")),
        one_line(item.get("severity", "")),
        one_line(item.get("population", "")),
    )
    return "\n".join(_told_once(part for part in parts if part))


def _told_once(parts: Iterable[str]) -> list[str]:
    told: list[str] = []
    for part in parts:
        if not any(part in other for other in told):
            told.append(part)
    return told


def _moment(text: str) -> datetime | None:
    """RSS writes RFC 822 dates, GeoJSON ISO 8601 without a zone: both mean UTC."""
    when, _ = json.instant(text, 0)
    if when is not None or not text.strip():
        return when
    try:
        parsed = parsedate_to_datetime(text)
        moment = parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return moment if fields.is_plausible(moment) else None
