"""Reading a saved answer of any of Weibo's endpoints, for whoever debugs; nothing here asks Weibo."""

import re
from datetime import datetime

from bot.model.post import Post
from bot.sources.face import UnreadableError
from bot.sources.weibo.cards import mid_of_mblog, owner_of, read_page, uid_of_container
from bot.sources.weibo.classifier import ADVICE, Kind, Seen, classify
from bot.sources.weibo.counts import read_engagement
from bot.sources.weibo.dates import CHINA_OFFSET_MINUTES
from bot.sources.weibo.fields import Json, first_string, inner, mapping, string
from bot.sources.weibo.ids import is_mid, time_of
from bot.sources.weibo.people import KIND, LANGUAGE
from bot.sources.weibo.posts import permalink, read_post
from bot.sources.weibo.text import to_plain

_UID_IN_ORIGIN = re.compile(r"(?:value=|uid=|/u/)(\d{5,12})(?!\d)", re.ASCII)
_CONTAINER_IN_ORIGIN = re.compile(r"(?:107603|230413)\d{5,12}(?!\d)", re.ASCII)
_MID_IN_ORIGIN = re.compile(r"(?<!\d)\d{14,19}(?!\d)", re.ASCII)

_SAVE_TIMELINE = (
    "Save the account's timeline instead: m.weibo.cn/api/container/getIndex?type=uid&value=UID&containerid=107603UID."
)


def read_saved(body: bytes, origin: str, now: datetime) -> tuple[Post, ...]:
    """Read a timeline, a single post or a long text (mobile or web). ``origin`` may name the UID or the post.

    Raises UnreadableError, with a sentence that says what the answer is and what to do.
    """
    seen = Seen(body=body)
    verdict = classify(seen)
    if verdict.kind is Kind.BAD_BODY and body.lstrip().startswith(b"window."):
        raise UnreadableError(f"This is an answer of Weibo's visitor passport, not a list of posts. {_SAVE_TIMELINE}")
    if verdict.kind is not Kind.USABLE:
        raise UnreadableError(f"{verdict.why} {ADVICE.get(verdict.kind, '')}".strip())
    answer, data = seen.json, inner(seen.json, "data")
    if _is_post(answer):
        return (read_post(answer, now),)
    if _is_post(data):
        return (read_post(data, now),)
    if "longTextContent" in data:
        return (_from_long_text(data, origin),)
    if isinstance(data.get("cards"), list) or isinstance(data.get("list"), list):
        return _from_page(data, origin, now)
    raise UnreadableError(_what_it_is(answer, data))


def _is_post(value: Json) -> bool:
    return bool(mid_of_mblog(value)) and ("text" in value or "text_raw" in value)


def _from_page(data: Json, origin: str, now: datetime) -> tuple[Post, ...]:
    if "next_cursor" in data and not data["list"]:
        raise UnreadableError(f"This is the end of an account's film tab, not its timeline. {_SAVE_TIMELINE}")
    page = read_page(data, owner_of(data) or _owner_in(origin))
    if page.found and not page.items:
        raise UnreadableError(f"No post here may be relayed. {' '.join(page.notes)}")
    return tuple(read_post(item.mblog, now, pinned=item.pinned, scheme_bid=item.scheme_bid) for item in page.items)


def _owner_in(origin: str) -> str:
    container = _CONTAINER_IN_ORIGIN.search(origin)
    if container:
        return uid_of_container(container[0])
    found = _UID_IN_ORIGIN.search(origin)
    return found[1] if found else ""


def _from_long_text(data: Json, origin: str) -> Post:
    """Read a long text by itself: it says neither whose it is nor, except in its address, of which post."""
    plain = to_plain(string(data.get("longTextContent")))
    found = _MID_IN_ORIGIN.search(origin)
    if not found or not is_mid(found[0]):
        raise UnreadableError(
            "This is the long text of a post that it does not name. Give its address (…/statuses/extend?id=…) or a "
            "file name with the post's number in it."
        )
    return Post(
        kind=KIND,
        account="",
        id=found[0],
        text=plain.text,
        url=permalink("", "", found[0]),
        published=time_of(found[0]),
        utc_offset=CHINA_OFFSET_MINUTES,
        language=LANGUAGE,
        truncated=plain.cut,
        engagement=read_engagement(data),
        incomplete="Only the long text of a post, without its author.",
    )


def _what_it_is(answer: Json, data: Json) -> str:
    user = inner(data, "userInfo") or inner(data, "user")
    if user:
        name = first_string(user, "screen_name") or "somebody"
        uid = first_string(user, "id", "idstr")
        return f"This is the profile of {name[:60]} (UID {uid[:20]}), not a list of posts. {_SAVE_TIMELINE}"
    if "data" in answer and not mapping(answer["data"]):
        return f"This answer is empty: Weibo had nothing (more) to say. {_SAVE_TIMELINE}"
    return f"This is JSON, but neither a timeline nor a post of Weibo's. {_SAVE_TIMELINE}"
