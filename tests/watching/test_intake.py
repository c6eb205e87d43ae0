"""From a page to the chats: first look, news, order, edits, withdrawals, updates and cancels; on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.matching.tree import Phrase
from bot.model.alert import MsgType, Status
from bot.model.post import Count, Engagement
from bot.sources.face import Presence
from bot.store import asked
from bot.store.tables import posts

READER = 1001
OTHER = 1002


async def test_the_first_look_is_silent_and_what_comes_after_rings_in_order(town):
    await town.subscribe(READER)
    await town.see(town.post(1), town.post(2))
    await town.see(town.post(4), town.post(3), town.post(2), town.post(1))
    await town.deliver()
    texts = town.messenger.texts(READER)
    assert ["第3条" in texts[0], "第4条" in texts[1], len(texts)] == [True, True, 2]


async def test_a_post_seen_twice_is_said_once(town):
    await town.subscribe(READER)
    await town.see()
    for _ in range(3):
        await town.see(town.post(1))
    await town.deliver()
    assert len(town.messenger.texts(READER)) == 1


async def test_an_old_post_that_moves_up_after_a_deletion_is_not_news(town):
    await town.subscribe(READER)
    await town.see(town.post(5), town.post(6))
    await town.see(town.post(1), town.post(5), town.post(6))
    await town.deliver()
    assert town.messenger.texts(READER) == []


async def test_words_choose_who_is_told_and_one_chat_is_told_once(town):
    await town.subscribe(READER, "封路")
    await town.subscribe(READER, "暴雨")
    await town.subscribe(OTHER, "地铁")
    await town.see()
    await town.see(town.post(1, "暴雨，部分路段封路"))
    await town.deliver()
    assert len(town.messenger.texts(READER)) == 1
    assert town.messenger.texts(OTHER) == []


async def test_when_matching_breaks_the_post_goes_to_everybody(town, monkeypatch):
    from bot.watching import foreseeing, wishing

    def broken(*_given):
        raise RuntimeError("a fault in matching")

    monkeypatch.setattr(foreseeing, "passes", broken)
    monkeypatch.setattr(wishing, "passes", broken)
    await town.subscribe(READER, "地铁")
    await town.see()
    await town.see(town.post(1))
    await town.deliver()
    assert len(town.messenger.texts(READER)) == 1


async def test_when_matching_breaks_half_way_nobody_is_told_twice(town, monkeypatch):
    from bot.watching import foreseeing, wishing

    def broken(tree, _facts):
        if tree == Phrase("b"):
            raise RuntimeError("a fault in matching")
        return True

    monkeypatch.setattr(foreseeing, "passes", broken)
    monkeypatch.setattr(wishing, "passes", broken)
    monkeypatch.setattr(asked, "AT_ONCE", 1)
    for reader, words in ((READER, "a"), (OTHER, "b"), (1003, "c")):
        await town.subscribe(reader, words)
    await town.see()
    await town.see(town.post(1))
    await town.deliver()
    assert [len(town.messenger.texts(reader)) for reader in (READER, OTHER, 1003)] == [1, 1, 1]


async def test_an_edit_changes_the_message_and_a_changed_figure_is_told_in_a_reply(town):
    await town.subscribe(READER)
    await town.see()
    await town.see(town.post(1, "20时起莲花池东路封路"))
    await town.deliver()
    await town.see(town.post(1, "21时起莲花池东路封路", published=town.post(1).published))
    await town.deliver()
    first, reply = town.messenger.messages
    assert "21时" in first.text
    assert "20时" in first.edits[0]
    assert reply.reply_to == first.id
    assert reply.silent


async def test_counts_that_grow_are_no_edit(town):
    await town.subscribe(READER)
    await town.see()
    post = town.post(1)
    await town.see(post)
    await town.see(replace(post, engagement=Engagement(forwards=Count(5000, "5000"))))
    await town.deliver()
    assert len(town.messenger.messages) == 1
    assert town.messenger.messages[0].edits == []


async def test_gone_from_page_one_is_no_deletion_unless_the_site_says_so(town):
    await town.subscribe(READER)
    await town.see()
    posts = [town.post(n) for n in (1, 2, 3)]
    town.clock.advance(600)
    await town.see(*posts)
    await town.deliver()
    await town.see(posts[0], posts[2], withdrawals=True)
    await town.deliver()
    assert town.source.asked == [posts[1].id]
    assert all(not message.edits for message in town.messenger.messages)
    town.clock.advance(3600)
    town.source.presence[posts[1].id] = Presence.DELETED
    await town.see(posts[0], posts[2], withdrawals=True)
    await town.deliver()
    marked = [message for message in town.messenger.messages if message.edits]
    assert len(marked) == 1
    assert "removed" in marked[0].text
    assert town.messenger.messages[-1].reply_to == marked[0].id


async def test_posts_of_which_the_site_cannot_say_anything_do_not_hide_a_deleted_one(town):
    await town.subscribe(READER)
    await town.see()
    posts = [town.post(n) for n in (1, 2, 3, 4, 5)]
    for post in posts[1:]:
        town.source.presence[post.id] = Presence.UNKNOWN
    town.source.presence[posts[1].id] = Presence.DELETED
    town.clock.advance(600)
    await town.see(*posts)
    await town.deliver()
    listed = (posts[0], replace(town.post(6), published=town.clock()))
    for _ in range(2):  # two questions each time
        await town.see(*listed, withdrawals=True)
    await town.deliver()
    assert sorted(town.source.asked) == sorted(post.id for post in posts[1:])
    assert [message.text for message in town.messenger.messages if "removed" in message.text]


@pytest.mark.parametrize("status", [Status.TEST, Status.EXERCISE, Status.SYSTEM, Status.DRAFT, Status.UNKNOWN])
async def test_what_is_not_actual_is_not_shown_and_lifts_nothing(town, status):
    await town.subscribe(READER)
    await town.see()
    await town.see(town.cap(1))
    await town.deliver()
    await town.see(town.cap(2, MsgType.CANCEL, supersedes=("office,A1",), status=status), town.cap(3, status=status))
    await town.deliver()
    assert len(town.messenger.messages) == 1
    assert town.messenger.messages[0].edits == []


async def test_a_feed_that_renumbers_does_not_flood(town):
    await town.subscribe(READER)
    town.source.ids_may_churn = True
    page = [town.post(n) for n in (1, 2, 3, 4)]
    await town.see(*page)
    for turn in range(3):
        await town.see(*(replace(post, id=f"{turn}-{post.id}") for post in page))
    await town.deliver()
    assert town.messenger.messages == []
    await town.see(*(replace(post, id=f"last-{post.id}") for post in page), town.post(9))
    await town.deliver()
    assert len(town.messenger.messages) == 1


@pytest.mark.parametrize(("listed_late", "news_at"), [(True, 600), (False, 660)])
async def test_what_is_listed_late_is_no_older_than_the_last_look_before_it(town, listed_late, news_at):
    began = town.clock()
    await town.see()
    town.clock.advance(600)
    await town.see()
    town.clock.advance(120)
    published = began + timedelta(seconds=1 if listed_late else 660)
    await town.see(town.post(1, published=published))
    async with town.db.read() as conn:
        moments = (await conn.execute(select(posts.c.news_at))).scalars().all()
    assert moments == [began + timedelta(seconds=news_at)]
