"""A CAP ``alert`` element to a Post. Judges nothing: whether it may be relayed is ``bot.reading.relaying``'s."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from bot.model.alert import Alert, Hazard, MsgType, Scope, Status, Wording
from bot.model.post import Post
from bot.sources.cap import fields
from bot.sources.cap.hazards import hazards, pictures, word
from bot.sources.plain import clean, one_line
from bot.sources.xml import local_name, namespace

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from lxml.etree import _Element as Element

#: CAP 1.0 to 1.2 as written by their standards, and as written by Taiwan ("…:alerts:1.2").
_NAMESPACE = re.compile(r"(?:cap|alerts)[:/]1\.[012]/?$", re.IGNORECASE)
#: Names of areas shown in a made-up headline.
_AREAS_IN_TITLE = 5
#: A warning's VTEC: office, phenomenon, significance and event number name the event for a year (NWS 10-1703). The
#: year is that of its beginning; "000000T0000Z" is one that had begun before.
_VTEC = re.compile(r"/[A-Z]\.[A-Z]{3}\.([A-Z]{4}\.[A-Z]{2}\.[A-Z]\.\d{4})\.(\d{2})(\d{4})T\d{4}Z-")
#: What some senders put into ``incidents`` with every message: it names no event.
_NO_INCIDENT = frozenset(member.value.casefold() for member in MsgType) | {"none", "null", "n/a", "-"}


def is_cap_namespace(name: str) -> bool:
    """True for the namespaces of CAP, its misspellings included."""
    return bool(_NAMESPACE.search(name))


def is_alert(element: Element) -> bool:
    """True for an alert of a known namespace, or of any when it has what an alert has."""
    if local_name(element) != "alert":
        return False
    return is_cap_namespace(namespace(element)) or any(
        fields.value(element, name) for name in ("identifier", "msgType")
    )


def is_whole(element: Element) -> bool:
    """True when it has all that identifies and addresses a message: an index's extract has not."""
    needed = ("identifier", "sender", "sent", "status", "msgType", "scope")
    return is_alert(element) and all(fields.value(element, name) for name in needed)


def read_alert(element: Element, account: str, document_url: str, wrapper_status: str = "") -> Post:
    """Read one alert. ``wrapper_status`` is the distributionStatus of an EDXL envelope, "" without one."""
    sender, identifier = one_line(fields.value(element, "sender")), one_line(fields.value(element, "identifier"))
    sent_text = one_line(fields.value(element, "sent"), 80)
    sent, offset = fields.instant(sent_text)
    if not sender or not identifier or sent is None or not fields.is_plausible(sent):
        return _nameless(element, account, document_url)
    flags = [] if offset is not None else ["sent has no offset; it was read as UTC"]
    if not is_cap_namespace(namespace(element)):
        flags.append("its namespace is none of CAP's")
    name = fields.message_id(sender, identifier, sent)
    references = fields.references(fields.value(element, "references"), sender)
    status = word(Status, fields.value(element, "status"), Status.UNKNOWN)
    if status is Status.ACTUAL and wrapper_status and wrapper_status.casefold() != "actual":
        status = word(Status, wrapper_status, Status.UNKNOWN)
        flags.append(f"its envelope says {one_line(wrapper_status, 40)}")
    alert = Alert(
        sender=sender, identifier=identifier, sent=sent, sent_text=sent_text, status=status,
        msg_type=word(MsgType, fields.value(element, "msgType"), MsgType.UNKNOWN),
        scope=word(Scope, fields.value(element, "scope"), Scope.UNKNOWN),
        hazards=hazards(element, sent, flags),
        references=tuple(reference for reference in references if reference != name),
        incidents=fields.incidents(fields.value(element, "incidents")),
        note=fields.prose(fields.value(element, "note")),
        flags=tuple(dict.fromkeys(flags)),
    )  # fmt: skip
    return _post(element, alert, account, document_url, offset)


def _post(element: Element, alert: Alert, account: str, document_url: str, offset: int | None) -> Post:
    hazard = max(alert.hazards, key=lambda hazard: hazard.severity.rank, default=None)
    base = hazard.wordings[0] if hazard else Wording("")
    return Post(
        kind="cap",
        account=account,
        id=fields.message_id(alert.sender, alert.identifier, alert.sent),
        title=base.headline or _made_title(hazard, base, alert),
        text=_text(alert, hazard, base) or alert.note,
        url=base.web or document_url,
        published=alert.sent,
        utc_offset=offset,
        language=base.language,
        author=base.sender_name or alert.sender,
        media=pictures(element),
        alert=alert,
        aliases=(f"{alert.sender},{alert.identifier}",),
        supersedes=alert.references,
        event_id=_event_id(alert),
    )


def _made_title(hazard: Hazard | None, base: Wording, alert: Alert) -> str:
    """Rule 16: event, areas and sender make up for a missing headline."""
    if hazard is None:
        return ""
    areas = [area.description for area in hazard.areas if area.description]
    places = ", ".join(areas[:_AREAS_IN_TITLE]) + (" …" if len(areas) > _AREAS_IN_TITLE else "")
    parts = (base.event, places, base.sender_name or alert.sender)
    return one_line(" · ".join(part for part in parts if part)) if base.event else ""


def _text(alert: Alert, first: Hazard | None, base: Wording) -> str:
    """The words of the gravest hazard, then those of the others in the same language: none may be lost."""
    parts = [_words(base)]
    for hazard in alert.hazards:
        if hazard is first:
            continue
        for wording in hazard.wordings:
            if wording.language.casefold() == base.language.casefold() and _words(wording) not in ("", *parts):
                parts.append("\n\n".join(filter(None, (wording.headline or wording.event, _words(wording)))))
    return clean("\n\n".join(filter(None, parts)))


def _words(wording: Wording) -> str:
    return "\n\n".join(filter(None, (wording.description, wording.instruction)))


def _event_id(alert: Alert) -> str:
    """Rule 5: for the US weather service its VTEC, since zones are re-issued under new ids; else the first incident."""
    for hazard in alert.hazards:
        for name, text in hazard.parameters:
            vtec = _VTEC.search(text) if name.upper() == "VTEC" else None
            if vtec:
                year = alert.sent.year if vtec.group(3) == "0000" else 2000 + int(vtec.group(2))
                return f"vtec,{vtec.group(1)}.{year}"
    incident = next((name for name in alert.incidents if name.casefold() not in _NO_INCIDENT), "")
    return f"{alert.sender},{incident}" if incident else ""


def _nameless(element: Element, account: str, document_url: str) -> Post:
    """An alert that cannot be told from others: kept for the operator's eyes, never relayed."""
    lacking = [name for name in ("identifier", "sender") if not fields.value(element, name)]
    digest = hashlib.sha256("\0".join(_all_words(element)).encode("utf-8", "replace")).hexdigest()[:24]
    why = f"it has no {' and no '.join(lacking)}" if lacking else "it has no readable time of sending"
    info = next(fields.children(element, "info"), None)
    title = "" if info is None else fields.line(fields.value(info, "headline") or fields.value(info, "event"))
    text = "" if info is None else fields.prose(fields.value(info, "description"))
    return Post("cap", account, f"nameless:{digest}", text, document_url, title=title, incomplete=why)


def _all_words(element: Element) -> Iterable[str]:
    return (str(text).strip() for text in element.itertext())


def datetime_or_none(text: str) -> datetime | None:
    """An instant of an index entry, None when it says none that can be believed."""
    when, _ = fields.instant(text)
    return when if when is not None and fields.is_plausible(when) else None
