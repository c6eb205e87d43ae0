import pytest
from weibo_shapes import DELETED, NEEDS_LOGIN, NO_PERMISSION, NOTHING_HERE, VISITOR_PAGE, mblog, mid_at
from weibo_standin import Says

from bot.sources.face import Presence


async def presence(weibo, source, account, answer):
    weibo.says("show", answer)
    return await source.confirm(account, mid_at(5))


async def test_errno_20101_is_a_deletion(weibo, source, account):
    assert await presence(weibo, source, account, DELETED) is Presence.DELETED
    assert weibo.asked[-1].query == {"id": mid_at(5)}


async def test_error_code_20112_is_hidden_and_no_deletion(weibo, source, account):
    assert await presence(weibo, source, account, NO_PERMISSION) is Presence.HIDDEN


async def test_a_post_that_is_shown_is_there(weibo, source, account):
    assert await presence(weibo, source, account, {"ok": 1, "data": mblog(5)}) is Presence.THERE


async def test_a_post_for_fans_only_is_hidden(weibo, source, account):
    private = mblog(5, visible={"type": 10, "list_id": 0})
    assert await presence(weibo, source, account, {"ok": 1, "data": private}) is Presence.HIDDEN


async def test_a_post_marked_as_deleted_is_deleted(weibo, source, account):
    gone = {"mid": mid_at(5), "user": None, "deleted": "1", "text": "抱歉，此微博已被作者删除。"}
    assert await presence(weibo, source, account, {"ok": 1, "data": gone}) is Presence.DELETED


@pytest.mark.parametrize(
    "answer",
    [
        Says(b"", status=432),
        Says(b"", status=418),
        Says(b"", status=500),
        Says(b"", status=404),
        Says(NEEDS_LOGIN),
        Says(VISITOR_PAGE),
        Says(NOTHING_HERE),
        Says(b"service busy"),
        Says({"ok": 1, "data": {}}),
        Says({"ok": 1, "data": mblog(77)}),
        Says({"ok": 1, "data": {"mid": mid_at(5), "user": None, "text": "?"}}),
        Says({"ok": 0, "msg": "系统繁忙"}),
    ],
)
async def test_everything_else_is_unknown_and_never_a_deletion(weibo, source, account, answer):
    assert await presence(weibo, source, account, answer) is Presence.UNKNOWN
