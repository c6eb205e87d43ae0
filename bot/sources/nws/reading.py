"""The GeoJSON of api.weather.gov to alerts: its properties are CAP's fields under almost the same names."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.model.alert import MsgType
from bot.sources import json
from bot.sources.cap import building
from bot.sources.cap.alerts import read_alert
from bot.sources.cap.documents import MAX_ENTRIES, Document, in_order, oddities
from bot.sources.face import UnreadableError
from bot.sources.plain import one_line, safe_url

if TYPE_CHECKING:
    from bot.model.post import Post
    from bot.sources.json import Json

#: Action codes of a P-VTEC (NWS 10-1703): cancelled, expired, upgraded. The others (NEW, CON, EXT, EXA, EXB, COR, ROU)
#: leave the event in force.
_OVER = frozenset(("CAN", "EXP", "UPG"))
_ACTION = re.compile(r"/[A-Z]\.([A-Z]{3})\.[A-Z]{4}\.[A-Z]{2}\.[A-Z]\.\d{4}\.")
#: Properties that are elements of CAP's ``info`` under the same name.
_SAME = (
    "language", "category", "event", "urgency", "severity", "certainty", "effective", "onset", "senderName", "headline",
    "description", "instruction", "contact",
)  # fmt: skip


def read_features(body: bytes, account: str, url: str, charset: str = "") -> Document:
    """Read a list of alerts. Raises UnreadableError: what is no such list is not "no alerts"."""
    del charset  # RFC 8259: JSON is UTF-8
    data = json.mapping(json.load(body))
    features = data.get("features")
    if not isinstance(features, list):
        msg = "The JSON is no list of alerts (it has no “features”)."
        raise UnreadableError(msg)
    listed = list(json.objects(features, MAX_ENTRIES))
    if features and not any("messageType" in json.inner(feature, "properties") for feature in listed):
        msg = "The JSON lists something else than weather alerts: not one of its features has a “messageType”."
        raise UnreadableError(msg)
    posts = {post.id: post for post in (_post(feature, account, url) for feature in listed)}
    notes = oddities(posts.values())
    if json.string(json.mapping(data.get("pagination")).get("next")):
        notes = (*notes, "the list goes on at another page, which was not read: follow a smaller area")
    return Document(
        posts=in_order(posts.values()), title=one_line(json.string(data.get("title"))),
        language="en-US", notes=notes,
    )  # fmt: skip


def _post(feature: Json, account: str, url: str) -> Post:
    properties = json.mapping(feature.get("properties"))
    post = read_alert(building.alert_element(_fields(feature, properties)), account, url)
    post = replace(post, url=safe_url(json.string(feature.get("id"))) or post.url)
    alert = post.alert
    if alert is not None and alert.msg_type in (MsgType.ALERT, MsgType.UPDATE) and _is_over(properties):
        post = replace(post, alert=replace(alert, msg_type=MsgType.CANCEL))
    return post


def _is_over(properties: Json) -> bool:
    """Every event that the message names is cancelled, expired or upgraded; one upgraded to another goes on as that."""
    codes = json.strings(json.mapping(properties.get("parameters")).get("VTEC"))
    actions = {action for code in codes for action in _ACTION.findall(code)}
    return bool(actions) and actions <= _OVER


def _fields(feature: Json, properties: Json) -> dict[str, object]:
    return {
        "identifier": properties.get("id"),
        "sender": properties.get("sender"),
        "sent": properties.get("sent"),
        "status": properties.get("status"),
        "msgType": properties.get("messageType"),
        # the service lists nothing but what is for the public, and names the scope only in its newer answers
        "scope": properties.get("scope") or "Public",
        "references": _references(properties),
        "info": _info(feature, properties),
    }


def _info(feature: Json, properties: Json) -> dict[str, object]:
    return {
        **{name: properties.get(name) for name in _SAME},
        "responseType": properties.get("response"),
        "eventCode": building.pairs(properties.get("eventCode")),
        "parameter": building.pairs(properties.get("parameters")),
        # "expires" is the end of the message, which is written anew before that; "ends" is that of the hazard
        "expires": properties.get("ends") or properties.get("expires"),
        "area": {
            "areaDesc": properties.get("areaDesc"),
            # null where the alert is for whole zones
            "polygon": building.polygons(feature.get("geometry")),
            "geocode": building.pairs(properties.get("geocode")),
        },
    }


def _references(properties: Json) -> str:
    """What it updates, as CAP writes it: the list of objects, and the triples of those that have run out since."""
    listed = [
        ",".join(json.string(reference.get(name)) for name in ("sender", "identifier", "sent"))
        for reference in json.objects(properties.get("references"))
    ]
    return " ".join([*listed, *json.strings(json.mapping(properties.get("parameters")).get("expiredReferences"))])
