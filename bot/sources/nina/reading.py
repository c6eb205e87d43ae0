"""The answers of warnung.bund.de: lists that name warnings and their versions, and each warning as CAP in JSON."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin

from bot.model.alert import MsgType
from bot.sources import json
from bot.sources.cap.alerts import read_alert
from bot.sources.cap.building import alert_element
from bot.sources.cap.documents import MAX_ENTRIES, Document, Entry, oddities
from bot.sources.face import UnreadableError
from bot.sources.plain import one_line

if TYPE_CHECKING:
    from bot.model.post import Post
    from bot.sources.json import Json

#: Where the warnings lie, seen from a list: "…/api31/dashboard/KEY.json", "…/api31/mowas/mapData.json".
_WARNINGS = "../warnings/"
#: The page of a warning for people.
_PAGE = "https://warnung.bund.de/meldungen/"
#: How a sender says that a warning is for the list alone.
_NO_PUSH = "nopush"
#: A name that can stand in an address without a trick.
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,200}")
_PLACE = re.compile(r"\s+")


def read_any(body: bytes, account: str, url: str, charset: str = "") -> Document:
    """Read a list, or one warning. Raises UnreadableError."""
    del charset  # RFC 8259: JSON is UTF-8
    data = json.load(body)
    if isinstance(data, list):
        return _list(data, url)
    fields = json.mapping(data)
    if not json.string(fields.get("identifier")):
        msg = "The JSON is neither a list nor a warning of NINA."
        raise UnreadableError(msg)
    post = _post(fields, account, url)
    return Document(posts=(post,), title=post.author, language=post.language, notes=oddities((post,)))


def _list(items: list[object], url: str) -> Document:
    entries = [
        entry for entry in (_entry(item, url) for item in json.objects(items, MAX_ENTRIES)) if entry is not None
    ]
    lost = len(items) - len(entries)
    if items and not entries:
        msg = "The JSON is a list, but not one of its items is a warning of NINA."
        raise UnreadableError(msg)
    return Document(entries=tuple(entries), is_index=True, notes=(f"{lost} item(s) had no id",) if lost else ())


def _entry(item: Json, url: str) -> Entry | None:
    name = json.string(item.get("id"))
    if not _ID.fullmatch(name):
        return None
    payload = json.mapping(item.get("payload"))
    # the same id comes back with other words: what is remembered as read is this version of it
    version = one_line(json.first_string(payload, "hash", "version") or json.string(item.get("version")), 100)
    titles = json.mapping(item.get("i18nTitle"))
    title = json.first_string(titles, "de", "en") or json.string(json.inner(payload, "data").get("headline"))
    when, _ = json.instant(json.first_string(item, "sent", "startDate", "effective", "onset"))
    link = urljoin(url, f"{_WARNINGS}{quote(name, safe='')}.json")
    return Entry(
        url=f"{link}#{quote(version, safe='')}" if version else link,
        id=name,
        title=one_line(title),
        summary="",
        updated=when,
    )


def _post(fields: Json, account: str, url: str) -> Post:
    post = read_alert(alert_element(_mended(fields)), account, url)
    name = json.string(fields.get("identifier"))
    page = f"{_PAGE}{name}" if _ID.fullmatch(name) else url.partition("#")[0]
    post = _named(replace(post, url=page, author=_author(post)))
    is_new = post.alert is not None and post.alert.msg_type is MsgType.ALERT
    if is_new and any(_NO_PUSH in _PLACE.sub("", code).casefold() for code in json.strings(fields.get("code"))):
        # what it updates or ends later may have been pushed; a new one of this kind is for the list alone
        return replace(post, incomplete="its sender wants it listed, not pushed (noPush)")
    return post


def _author(post: Post) -> str:
    """Who speaks: MoWaS writes a code as the sender, and its name among the parameters."""
    hazards = post.alert.hazards if post.alert else ()
    named = (text for hazard in hazards for name, text in hazard.parameters if name == "sender_langname")
    said = any(word.sender_name for hazard in hazards for word in hazard.wordings)
    return post.author if said else next(named, post.author)


def _named(post: Post) -> Post:
    """A warning is written anew under the same id with a new time of sending: its id alone names it, and a new version
    is an edit. Only its end is a message of its own, so that it reaches whoever was told.
    """
    alert = post.alert
    if alert is None:
        return post
    name = f"{alert.sender},{alert.identifier}"
    older = tuple(dict.fromkeys(",".join(each.split(",")[:2]) for each in post.supersedes))
    if alert.msg_type is MsgType.CANCEL:
        return replace(
            post, id=f"{name},cancelled", aliases=(), supersedes=(name, *(each for each in older if each != name))
        )
    return replace(post, id=name, aliases=(post.id,), supersedes=tuple(each for each in older if each != name))


def _mended(fields: Json) -> Json:
    """Some providers leave out what goes without saying in a list for the public of what is in force now."""
    usual = {"scope": "Public", "msgType": "Alert"}
    lacking = {name: value for name, value in usual.items() if not json.string(fields.get(name))}
    return {**fields, **lacking}
