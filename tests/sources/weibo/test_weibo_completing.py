"""Long texts and the pictures after the ninth: fetched once, kept by version, tried again within bounds."""

import pytest
from weibo_shapes import DELETED, LOGIN_WALL, NO_PERMISSION, large, mblog, mid_at, picture, timeline
from weibo_standin import Says

from bot.sources.face import NothingNew, Posts
from bot.sources.weibo.remembered import MAX_TEXT

LONG = "第一段。<br />第二段。"
PLAIN = "第一段。\n第二段。"
CUT = '第一段。 ...<a href="/status/1">全文</a>'


def long_post(minutes_ago=5, **fields):
    return mblog(minutes_ago, text=CUT, isLongText=True, **fields)


def extend(text=LONG):
    return {"ok": 1, "data": {"ok": 1, "longTextContent": text}}


async def test_a_long_text_is_fetched_once_and_kept(weibo, source, account):
    weibo.says("timeline", timeline(long_post()))
    weibo.says("extend", extend())
    first = await source.poll(account, {})
    assert (first.posts[0].text, first.posts[0].truncated) == (PLAIN, False)
    weibo.says("timeline", timeline(long_post(reposts_count=99)))
    second = await source.poll(account, first.memory)
    assert second.posts[0].text == PLAIN
    assert weibo.names() == ["timeline", "extend", "timeline"]


async def test_an_edit_is_fetched_anew(weibo, source, account):
    weibo.says("timeline", timeline(long_post()))
    weibo.says("extend", extend(), extend("改过的全文。"))
    first = await source.poll(account, {})
    weibo.says("timeline", timeline(long_post(edit_count=1, edit_at="Tue Jul 21 11:50:00 +0800 2026")))
    second = await source.poll(account, first.memory)
    assert (second.posts[0].text, second.posts[0].edit_count) == ("改过的全文。", 1)
    assert list(second.memory["texts"]) == [f"{mid_at(5)}:1"]


@pytest.mark.parametrize(
    "failed",
    [
        {"ok": 1, "data": {}},
        b"",
        Says({"error": "Forbidden"}, status=404),
        {"ok": 0, "msg": "系统繁忙"},
        Says(LOGIN_WALL),
    ],
)
async def test_after_extend_the_post_itself_is_asked(weibo, source, account, failed):
    weibo.says("timeline", timeline(long_post()))
    weibo.says("extend", failed)
    weibo.says("show", {"ok": 1, "data": mblog(5, text=LONG)})
    assert (await source.poll(account, {})).posts[0].text == PLAIN


async def test_after_the_post_itself_the_web_side_is_asked(weibo, source, account):
    weibo.says("timeline", timeline(long_post(bid="Kjc77D1jz")))
    weibo.says("extend", {"ok": 1, "data": {}})
    weibo.says("show", {"ok": 1, "data": mblog(5, text=CUT)})
    weibo.says("longtext", {"ok": 1, "data": {"longTextContent": "第一段。\n第二段。\u200b"}})
    assert (await source.poll(account, {})).posts[0].text == PLAIN
    assert weibo.asked[-1].query == {"id": "Kjc77D1jz"}


async def test_an_empty_answer_of_the_web_side_means_that_there_is_nothing_to_add(weibo, source, account):
    weibo.says("timeline", timeline(mblog(5, text="短短一句。", isLongText=True)))
    for name in ("extend", "show"):
        weibo.says(name, {"ok": 0, "msg": "系统繁忙"})
    weibo.says("longtext", {"ok": 1, "data": {}})
    first = await source.poll(account, {})
    assert (first.posts[0].text, first.posts[0].truncated) == ("短短一句。", False)
    assert await source.poll(account, first.memory) == NothingNew(first.memory)


async def test_when_everything_fails_the_short_text_is_told_as_truncated_and_later_polls_try_again(
    weibo, source, account
):
    weibo.says("timeline", timeline(long_post()))
    first = await source.poll(account, {})
    assert (first.posts[0].text, first.posts[0].truncated) == ("第一段。 ...", True)
    weibo.says("extend", extend())
    second = await source.poll(account, first.memory)
    assert (second.posts[0].text, second.posts[0].truncated) == (PLAIN, False)


async def test_a_long_text_that_cannot_be_had_is_not_asked_for_for_ever(weibo, source, account):
    weibo.says("timeline", timeline(long_post()))
    memory = {}
    for poll in range(8):
        weibo.says("timeline", timeline(long_post(reposts_count=poll)))
        outcome = await source.poll(account, memory)
        assert outcome.posts[0].truncated
        memory = outcome.memory
    # each try asks extend and show, each of those once more as an answer that is no JSON, then the web side
    assert weibo.count("extend") == 10
    weibo.asked.clear()
    assert isinstance(await source.poll(account, memory), NothingNew)
    assert weibo.names() == ["timeline"]


@pytest.mark.parametrize("gone", [DELETED, NO_PERMISSION])
async def test_a_post_that_went_in_the_meantime_is_told_as_it_was_and_not_asked_again(weibo, source, account, gone):
    weibo.says("timeline", timeline(long_post()))
    weibo.says("extend", {"ok": 0, "msg": "系统繁忙"})
    weibo.says("show", gone)
    first = await source.poll(account, {})
    assert first.posts[0].truncated
    weibo.asked.clear()
    await source.poll(account, first.memory)
    assert weibo.names() == ["timeline"]


async def test_a_refusal_while_completing_costs_no_post_and_stops_the_asking(weibo, source, account):
    weibo.says("timeline", timeline(*(long_post(number) for number in range(1, 5))))
    weibo.says("extend", extend(), Says(b"", status=418))
    outcome = await source.poll(account, {})
    assert isinstance(outcome, Posts)
    assert [post.truncated for post in outcome.posts] == [False, True, True, True]
    assert weibo.names() == ["timeline", "extend", "extend"]


async def test_a_refused_web_side_leaves_the_timeline_alone(weibo, source, account):
    weibo.says("timeline", timeline(long_post()))
    for name in ("extend", "show"):
        weibo.says(name, {"ok": 0, "msg": "系统繁忙"})
    weibo.says("longtext", Says({"error": "Forbidden"}, status=403))
    first = await source.poll(account, {})
    assert first.posts[0].truncated
    assert isinstance(await source.poll(account, first.memory), Posts)
    assert weibo.count("longtext") == 1


async def test_only_a_few_are_fetched_at_each_poll_newest_first(weibo, source, account):
    weibo.says("timeline", timeline(long_post(9000, isTop=1), *(long_post(number) for number in range(1, 11))))
    weibo.says("extend", extend())
    outcome = await source.poll(account, {})
    assert [post.truncated for post in outcome.posts] == [True] + [False] * 4 + [True] * 6
    assert weibo.count("extend") == 4
    outcome = await source.poll(account, outcome.memory)
    assert weibo.count("extend") == 10
    outcome = await source.poll(account, outcome.memory)
    assert not any(post.truncated for post in outcome.posts)
    assert isinstance(await source.poll(account, outcome.memory), NothingNew)


async def test_a_long_text_that_was_passed_on_is_fetched_by_itself(weibo, source, account):
    original = mblog(60, text=CUT, isLongText=True, user={"id": 2117508734, "screen_name": "中国气象局"})
    weibo.says("timeline", timeline(mblog(5, retweeted_status=original)))
    weibo.says("extend", extend())
    outcome = await source.poll(account, {})
    assert outcome.posts[0].repost.text == PLAIN
    assert not outcome.posts[0].truncated
    assert weibo.asked[-1].query == {"id": mid_at(60)}


async def test_a_removed_original_is_not_asked_for(weibo, source, account):
    gone = {"mid": mid_at(60), "user": None, "deleted": "1", "isLongText": True, "text": "抱歉，此微博已被作者删除。"}
    weibo.says("timeline", timeline(mblog(5, retweeted_status=gone)))
    await source.poll(account, {})
    assert weibo.names() == ["timeline"]


async def test_pictures_after_the_ninth_come_from_the_post_itself_and_stay(weibo, source, account):
    nine, thirteen = [picture(number) for number in range(9)], [picture(number) for number in range(13)]
    weibo.says("timeline", timeline(mblog(5, pics=nine, pic_num=13)))
    weibo.says("show", {"ok": 1, "data": mblog(5, pics=thirteen, pic_num=13)})
    first = await source.poll(account, {})
    assert [medium.url for medium in first.posts[0].media] == [large(number) for number in range(13)]
    weibo.says("timeline", timeline(mblog(5, pics=nine, pic_num=13, reposts_count=99)))
    second = await source.poll(account, first.memory)
    assert second.posts[0].media == first.posts[0].media
    assert weibo.names() == ["timeline", "show", "timeline"]


async def test_the_post_itself_gives_pictures_and_text_at_once(weibo, source, account):
    weibo.says("timeline", timeline(long_post(pics=[picture(0)], pic_num=2)))
    weibo.says("show", {"ok": 1, "data": mblog(5, text=LONG, pics=[picture(0), picture(1)], pic_num=2)})
    post = (await source.poll(account, {})).posts[0]
    assert (post.text, len(post.media)) == (PLAIN, 2)
    assert weibo.names() == ["timeline", "show"]


async def test_pictures_that_the_post_itself_does_not_have_either_are_asked_for_once(weibo, source, account):
    weibo.says("timeline", timeline(mblog(5, pics=[picture(0)], pic_num=2)))
    weibo.says("show", {"ok": 1, "data": mblog(5, pics=[picture(0)], pic_num=2)})
    first = await source.poll(account, {})
    await source.poll(account, first.memory)
    assert weibo.names() == ["timeline", "show", "timeline"]


async def test_memory_holds_so_many_characters_and_what_does_not_fit_stays_short_for_good(weibo, source, account):
    weibo.says("timeline", timeline(*(long_post(number) for number in range(1, 9))))
    weibo.says("extend", extend("长" * 11_000))
    memory, seen = {}, []
    for _ in range(4):
        outcome = await source.poll(account, memory)
        if isinstance(outcome, NothingNew):
            break
        memory = outcome.memory
        seen.append([post.truncated for post in outcome.posts])
    assert sum(map(len, memory["texts"].values())) <= MAX_TEXT
    assert seen[-1] == [False] * 4 + [True] * 4
    assert isinstance(await source.poll(account, memory), NothingNew)


async def test_texts_of_posts_that_left_the_page_are_forgotten(weibo, source, account):
    weibo.says("timeline", timeline(long_post()))
    weibo.says("extend", extend())
    first = await source.poll(account, {})
    weibo.says("timeline", timeline(mblog(1)))
    second = await source.poll(account, first.memory)
    assert "texts" not in second.memory
    assert mid_at(5) in second.memory["ids"]


@pytest.mark.parametrize(
    "memory", [{"ids": 7}, {"texts": [1]}, {"tries": {"x": "y"}}, {"pictures": {"a": 3}}, {"ids": [None]}]
)
async def test_a_memory_in_another_shape_is_forgotten_without_harm(weibo, source, account, memory):
    weibo.says("timeline", timeline(mblog(1)))
    assert isinstance(await source.poll(account, memory), Posts)
