"""Posts and accounts as m.weibo.cn's JSON writes them; nothing here decides what is shown to whom."""

from datetime import datetime, timedelta, timezone
from typing import Any

from bot.demo.site.markup import to_html, to_plain, to_short_html
from bot.demo.site.pictures import size_of
from bot.demo.site.snowflake import bid_of
from bot.demo.site.story import StoryAccount
from bot.demo.site.weibo import PostState, WeiboPost, WeiboState

BEIJING = timezone(timedelta(hours=8))
#: ``pics`` holds no more than this; ``pic_num`` tells how many there are.
PICS_SHOWN = 9
REMOVED = (
    "抱歉，此微博已被作者删除。查看帮助："
    '<a data-url="http://t.cn/demo0000" href="https://weibo.cn/sinaurl?u=https%3A%2F%2Fkefu.weibo.com%2F">'
    "<span class='url-icon'><img src='https://h5.sinaimg.cn/timeline_card_small_web_default.png'></span>"
    '<span class="surl-text">网页链接</span></a>'
)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: It stands on every post and is a rule for showing counts, not a count.
_DISPLAY_RULE = {"apply_scenario_flag": 3, "display_text_min_number": 1000000, "display_text": "100万+"}


def weibo_time(when: datetime) -> str:
    """``Tue Jun 08 09:35:04 +0800 2021``, whatever the machine's locale."""
    local = when.astimezone(BEIJING)
    return f"{_DAYS[local.weekday()]} {_MONTHS[local.month - 1]} {local:%d %H:%M:%S} +0800 {local.year}"


def picture_url(base: str, name: str, *, mid: str = "", size: str = "large") -> str:
    """Where the site serves a picture; the post's mid keeps the same drawing in two posts apart."""
    return f"{base}/{size}/{name}{'.' + mid if mid else ''}.png"


def user(account: StoryAccount, base: str, statuses: int = 0) -> dict[str, Any]:
    """A ``user`` or ``userInfo`` object."""
    avatar = picture_url(base, account.avatar, size="avatar") if account.avatar else ""
    return {
        "id": int(account.uid),
        "screen_name": account.name,
        "profile_image_url": avatar,
        "profile_url": f"https://m.weibo.cn/u/{account.uid}?uid={account.uid}",
        "statuses_count": statuses,
        "verified": account.verified_type >= 0,
        "verified_type": account.verified_type,
        "verified_type_ext": 50,
        "verified_reason": account.verified_reason,
        "close_blue_v": False,
        "description": account.description,
        "gender": "m",
        "mbtype": 12,
        "urank": 4,
        "mbrank": 6,
        "follow_me": False,
        "following": False,
        "follow_count": 128,
        "followers_count": account.followers,
        "avatar_hd": avatar,
        "like": False,
        "like_me": False,
    }


def mblog(state: WeiboState, post: WeiboPost, base: str, *, whole: bool = False) -> dict[str, Any]:
    """A post as lists show it; with ``whole`` its text is complete (as statuses/show gives it)."""
    author = state.accounts[post.uid]
    fields: dict[str, Any] = {
        "visible": {"type": 10 if post.state is PostState.HIDDEN else 0, "list_id": 0},
        "created_at": weibo_time(post.created),
        "id": post.mid,
        "mid": post.mid,
        "can_edit": False,
        "show_additional_indication": 0,
        "text": text_html(post, whole=whole),
        "textLength": len(to_plain(post.text).encode("gb18030")),
        "source": "微博 weibo.com",
        "favorited": False,
        "is_paid": False,
        "mblog_vip_type": 0,
        "user": user(author, base, state.total(author.uid)),
        "reposts_count": post.forwards,
        "comments_count": post.comments,
        "attitudes_count": post.likes,
        "pending_approval_count": 0,
        "isLongText": post.long,
        "mlevel": 0,
        "mblogtype": 2 if post.pinned else 0,
        "more_info_type": 0,
        "number_display_strategy": _DISPLAY_RULE,
        "content_auth": 0,
        "edit_config": {"edited": post.edits > 0},
        "region_name": "发布于 北京",
        "bid": bid_of(post.mid),
    }
    fields |= _pictures(post, base) | _edits(post)
    if post.pinned:
        fields |= {"isTop": 1, "title": {"text": "置顶", "base_color": 1}}
    if post.retweet:
        fields |= {"raw_text": to_plain(post.text), "retweeted_status": _retweeted(state, post.retweet, base)}
    return fields


def text_html(post: WeiboPost, *, whole: bool) -> str:
    """The ``text`` field; long texts are cut in lists."""
    if post.html:
        return post.html
    return to_short_html(post.text, post.mid) if post.long and not whole else to_html(post.text)


def card(state: WeiboState, post: WeiboPost, base: str) -> dict[str, Any]:
    """A post as a card of a timeline."""
    container = f"107603{post.uid}"
    bid = bid_of(post.mid)
    shown: dict[str, Any] = {
        "card_type": 9,
        "itemid": f"{container}_-_{post.mid}",
        "scheme": f"https://m.weibo.cn/status/{bid}?mblogid={bid}&luicode=10000011&lfid={container}",
        "mblog": mblog(state, post, base),
    }
    if post.pinned:
        shown["profile_type_id"] = f"proweibotop_{post.mid}"
    return shown


def _pictures(post: WeiboPost, base: str) -> dict[str, Any]:
    pids = [f"{name}.{post.mid}" for name in post.pictures]
    fields: dict[str, Any] = {"pic_ids": pids, "pic_num": len(pids)}
    if pids:
        fields["picStatus"] = ",".join(f"{number}:1" for number in range(len(pids)))
        fields["pics"] = [_picture(name, post.mid, base) for name in post.pictures[:PICS_SHOWN]]
        fields["original_pic"] = picture_url(base, post.pictures[0], mid=post.mid)
    return fields


def _picture(name: str, mid: str, base: str) -> dict[str, Any]:
    width, height = size_of(name)
    return {
        "pid": f"{name}.{mid}",
        "url": picture_url(base, name, mid=mid, size="orj360"),
        "size": "orj360",
        "geo": {"width": 360, "height": round(360 * height / width), "croped": False},
        "large": {
            "size": "large",
            "url": picture_url(base, name, mid=mid),
            "geo": {"width": str(width), "height": str(height), "croped": False},
        },
    }


def _edits(post: WeiboPost) -> dict[str, Any]:
    if post.edited is None:
        return {}
    return {"edit_count": post.edits, "edit_at": weibo_time(post.edited), "version": post.edits}


def _retweeted(state: WeiboState, mid: str, base: str) -> dict[str, Any]:
    original = state.posts.get(mid)
    if original is not None and original.state is PostState.THERE:
        return mblog(state, original, base)
    return {
        "visible": {"type": 0, "list_id": 0},
        "created_at": weibo_time(original.created) if original else "",
        "id": mid,
        "mid": mid,
        "can_edit": False,
        "text": REMOVED,
        "source": "",
        "favorited": False,
        "user": None,
        "deleted": "1",
        "state": 7,
        "bid": "",
    }
