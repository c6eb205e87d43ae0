"""Builders of Weibo's JSON for tests: the least that a real answer of that kind holds, changed by what a test names."""

import json
from datetime import UTC, datetime
from typing import Any

UID = "1288915263"
NAME = "平安北京"
#: 21 July 2026, 11:51 in Beijing, as the clock of tests/conftest.py stands.
NOW = datetime(2026, 7, 21, 3, 51, tzinfo=UTC)
_EPOCH = 515483463


def mid_at(minutes_ago: int = 0, serial: int = 1) -> str:
    """A mid given out so many minutes before NOW."""
    second = int(NOW.timestamp()) - 60 * minutes_ago
    return str(((second - _EPOCH) << 22) + serial)


def user(**fields: Any) -> dict[str, Any]:
    told = {
        "id": int(UID), "screen_name": NAME, "verified": True, "verified_type": 1,
        "verified_reason": "北京市公安局官方微博", "description": "北京市公安局", "statuses_count": 4321,
        "followers_count": "1251.3万",
    }  # fmt: skip
    return told | fields


def mblog(minutes_ago: int = 5, text: str = "暴雨将至，请尽量减少外出。", **fields: Any) -> dict[str, Any]:
    mid = mid_at(minutes_ago)
    told = {
        "visible": {"type": 0, "list_id": 0}, "created_at": "Tue Jul 21 11:46:00 +0800 2026", "id": mid, "mid": mid,
        "text": text, "isLongText": False, "pic_num": 0, "user": user(), "reposts_count": 12, "comments_count": 3,
        "attitudes_count": 40, "mblogtype": 0,
        "number_display_strategy": {"display_text_min_number": 1000000, "display_text": "100万+"},
    }  # fmt: skip
    return told | fields


def picture(number: int) -> dict[str, Any]:
    name = f"{number:032x}.jpg"
    return {
        "pid": name[:-4],
        "url": f"https://wx1.sinaimg.cn/orj360/{name}",
        "large": {"size": "large", "url": f"https://wx1.sinaimg.cn/large/{name}"},
    }


def large(number: int) -> str:
    return f"https://wx1.sinaimg.cn/large/{number:032x}.jpg"


def card(post: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"card_type": 9, "itemid": f"107603{UID}_-_{post.get('mid')}", "mblog": post} | fields


def timeline(*cards: dict[str, Any], **info: Any) -> dict[str, Any]:
    """An answer of getIndex. Bare mblogs are put on cards."""
    whole = [one if "card_type" in one else card(one) for one in cards]
    listed = {"containerid": f"107603{UID}", "v_p": 42, "show_style": 1, "total": 4321} | info
    return {"ok": 1, "data": {"cardlistInfo": listed, "cards": whole, "showAppTips": 0}}


def profile(statuses: int = 4321, *, container: str = "", **fields: Any) -> dict[str, Any]:
    tabs = [
        {"tabKey": "profile", "tab_type": "profile", "containerid": f"230283{UID}"},
        {"tabKey": "weibo", "tab_type": "weibo", "containerid": container or f"107603{UID}"},
    ]
    data = {"userInfo": user(statuses_count=statuses, **fields), "tabsInfo": {"selectedTab": 1, "tabs": tabs}}
    return {"ok": 1, "data": data}


NOTHING_HERE = {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}
NEEDS_LOGIN = {"ok": -100, "url": "https://passport.weibo.com/sso/signin?entry=wapsso"}
LOGIN_WALL = {"ok": 0, "message": "前方有点拥堵，请登录后使用"}
TOO_OFTEN = {"ok": 0, "msg": "请求过于频繁，请稍后再试"}
DELETED = {"ok": 0, "errno": "20101", "msg": "该微博不存在"}
NO_PERMISSION = {"ok": 0, "message": "暂无查看权限", "error_code": 20112}
VISITOR_PAGE = b"<!DOCTYPE html><html><head><title>Sina Visitor System</title></head><body></body></html>"


def as_bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
