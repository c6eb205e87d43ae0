"""Reading one mblog (mobile or web form) as a Post; nothing here asks Weibo for what the mblog leaves out."""

from dataclasses import dataclass
from datetime import datetime

from bot.model.post import Media, Post, Repost
from bot.sources.weibo.cards import mid_of_mblog, user_id
from bot.sources.weibo.counts import read_engagement
from bot.sources.weibo.dates import CHINA_OFFSET_MINUTES, read_time
from bot.sources.weibo.fields import Json, inner, integer, mapping, string, truth
from bot.sources.weibo.ids import bid_of, is_bid, time_of
from bot.sources.weibo.media import read_media
from bot.sources.weibo.people import KIND, LANGUAGE
from bot.sources.weibo.text import PlainText, to_plain

#: What stands in place of a post that is gone (research 3.4).
_GONE = (
    "此微博已被作者删除",
    "作者已设置仅展示",
    "没有这条微博的查看权限",
    "该账号因被投诉违反",
    "此内容无法访问",
)
_MAX_NAME = 60


@dataclass(frozen=True, slots=True)
class Completed:
    """What other requests told about a post beyond its mblog."""

    #: The whole text, "" when it was not fetched.
    text: str = ""
    #: True when Weibo said that there is nothing beyond the short text.
    short_is_whole: bool = False
    #: All its pictures, empty when they were not fetched.
    media: tuple[Media, ...] = ()


NOTHING_MORE = Completed()


def read_post(
    mblog: Json,
    now: datetime,
    *,
    pinned: bool = False,
    scheme_bid: str = "",
    completed: Completed = NOTHING_MORE,
    repost_completed: Completed = NOTHING_MORE,
) -> Post:
    """Read a post that has an id (``mid_of_mblog``). ``now`` serves its relative times ("5分钟前")."""
    mid, uid = mid_of_mblog(mblog), user_id(mblog)
    words, truncated = _words(mblog, completed)
    repost, repost_truncated = _repost(mblog, repost_completed)
    written = read_time(string(mblog.get("created_at")), now)
    edited = read_time(string(mblog.get("edit_at")), now)
    return Post(
        kind=KIND,
        account=uid,
        id=mid,
        text=words,
        url=permalink(uid, _bid(mblog, mid, scheme_bid), mid),
        published=written[0] if written else time_of(mid),
        utc_offset=written[1] if written else CHINA_OFFSET_MINUTES,
        language=LANGUAGE,
        author=author_of(mblog),
        media=completed.media or read_media(mblog),
        pinned=pinned,
        edited=edited[0] if edited else None,
        edit_count=edit_count(mblog),
        truncated=truncated or repost_truncated,
        engagement=read_engagement(mblog),
        repost=repost,
    )


def permalink(uid: str, bid: str, mid: str) -> str:
    """Give the post's address on the web, or the mobile one where its author is not known."""
    return f"https://weibo.com/{uid}/{bid}" if uid else f"https://m.weibo.cn/detail/{mid}"


def edit_count(mblog: Json) -> int:
    """Tell how often the post was edited; 0 when it never was."""
    return min(max(integer(mblog.get("edit_count")) or 0, 0), 10**6)


def short_text(mblog: Json) -> PlainText:
    """Read the words that the mblog itself carries."""
    text = to_plain(string(mblog.get("text")))
    if text.text or text.cut:
        return text
    return to_plain(string(mblog.get("text_raw")) or string(mblog.get("raw_text")))


def may_be_longer(mblog: Json) -> bool:
    """Tell whether Weibo may hold more words: by its flag (which has false positives) or by its marker."""
    return truth(mblog.get("isLongText")) or bool(mblog.get("continue_tag")) or short_text(mblog).cut


def original_of(mblog: Json) -> Json:
    """Give the post that this one passes on; an empty object when it passes on none."""
    return mapping(mblog.get("retweeted_status"))


def is_gone(original: Json) -> bool:
    """Tell whether a passed-on post was removed or hidden."""
    if truth(original.get("deleted")) or ("user" in original and not inner(original, "user")):
        return True
    # The notice is the whole text; further in, the same words may be somebody's quotation.
    opening = string(original.get("text"))[:40]
    return not user_id(original) or any(phrase in opening for phrase in _GONE)


def author_of(mblog: Json) -> str:
    """Give the author's screen name, "" when it is not shown."""
    return " ".join(string(inner(mblog, "user").get("screen_name")).split())[:_MAX_NAME]


def _words(mblog: Json, completed: Completed) -> tuple[str, bool]:
    if completed.text:
        return completed.text, False
    short = short_text(mblog)
    if completed.short_is_whole:
        return short.text, short.cut
    return short.text, short.cut or truth(mblog.get("isLongText")) or bool(mblog.get("continue_tag"))


def _bid(mblog: Json, mid: str, scheme_bid: str) -> str:
    for candidate in (string(mblog.get("bid")), string(mblog.get("mblogid")), scheme_bid):
        if is_bid(candidate):
            return candidate
    return bid_of(mid)


def _repost(mblog: Json, completed: Completed) -> tuple[Repost | None, bool]:
    original = original_of(mblog)
    if not original:
        return None, False
    mid, uid = mid_of_mblog(original), user_id(original)
    words, truncated = _words(original, completed)
    if is_gone(original):
        return Repost(available=False, reason=words, id=mid), False
    return (
        Repost(
            available=True,
            id=mid,
            author=author_of(original),
            text=words,
            url=permalink(uid, _bid(original, mid, ""), mid) if mid else "",
            media=completed.media or read_media(original),
        ),
        truncated,
    )
