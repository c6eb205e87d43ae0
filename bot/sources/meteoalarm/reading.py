"""A country's list in JSON to alerts: each warning is a CAP alert under CAP's own names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.sources import json
from bot.sources.cap.alerts import read_alert
from bot.sources.cap.building import alert_element
from bot.sources.cap.documents import MAX_ENTRIES, Document, in_order, oddities
from bot.sources.face import UnreadableError
from bot.sources.meteoalarm.awareness import with_awareness

if TYPE_CHECKING:
    from bot.model.post import Post
    from bot.sources.json import Json

#: MeteoAlarm's terms: name the issuing service, and this.
_CREDIT = "EUMETNET - MeteoAlarm"


def read_warnings(body: bytes, account: str, url: str, charset: str = "") -> Document:
    """Read a country's list. Raises UnreadableError."""
    del charset  # RFC 8259: JSON is UTF-8
    warnings = json.mapping(json.load(body)).get("warnings")
    if not isinstance(warnings, list):
        msg = "The JSON is no list of MeteoAlarm (it has no “warnings”)."
        raise UnreadableError(msg)
    if warnings and not any(json.mapping(each.get("alert")) for each in json.objects(warnings, MAX_ENTRIES)):
        msg = "The JSON lists something else than MeteoAlarm does: not one of its warnings has an “alert”."
        raise UnreadableError(msg)
    posts = {post.id: post for post in (_post(each, account, url) for each in json.objects(warnings, MAX_ENTRIES))}
    notes = oddities(posts.values())
    if len(warnings) > MAX_ENTRIES:
        notes = (*notes, f"it lists {len(warnings)} warnings; {MAX_ENTRIES} were read")
    return Document(posts=in_order(posts.values()), notes=notes)


def _post(warning: Json, account: str, url: str) -> Post:
    post = read_alert(alert_element(json.mapping(warning.get("alert"))), account, url)
    if post.alert is None:
        return post
    service = post.author if post.author != post.alert.sender else ""
    return replace(post, alert=with_awareness(post.alert), author=f"{service} ({_CREDIT})" if service else _CREDIT)
