"""After a change of the bot: what the one before sent is neither edited nor replied to, and what changed is still said."""

import json
from dataclasses import replace

from outboxes import READER, enqueue, queue_posts, run_until_quiet
from scripted import ScriptedMessenger, account
from sqlalchemy import select

from bot.model.alert import Alert, MsgType, Scope, Status
from bot.model.delivery import Lane, Op, State
from bot.model.post import Post, RevisionKind
from bot.store import accounts, bots, chats, posts
from bot.store.deliveries import Draft
from bot.store.fingerprint import fingerprint
from bot.store.tables import deliveries as table


async def disown(conn):
    first, last = await bots.span(conn)
    assert last - first < bots.CHUNK
    return await bots.disown(conn, first - 1)


async def sent_by_another_bot(db, clock, text="第{n}条"):
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 1, text=text)
    await run_until_quiet(db, clock, messenger)
    async with db.begin() as conn:
        assert await disown(conn) == 1
    return messenger


async def the_post(db):
    async with db.read() as conn:
        return (await conn.execute(select(table.c.post_id).order_by(table.c.id))).scalars().first()


async def queue(db, clock, op, phrase, *, reply):
    post_id = await the_post(db)
    told = json.dumps({"phrase": phrase, "values": {}, "reply": reply}) if phrase else ""
    async with db.begin() as conn:
        chat = (await chats.get(conn, READER)).id
        await enqueue(conn, [Draft(chat, op, Lane.ROUTINE, post_id=post_id, revision=2, notice=told)], clock())


async def last(db):
    async with db.read() as conn:
        row = (await conn.execute(select(table.c.state, table.c.error).order_by(table.c.id.desc()))).first()
    return tuple(row)


async def change(db, clock, op, phrase="", *, reply=False):
    await revise(db, clock)
    await queue(db, clock, op, phrase, reply=reply)
    new_bot = ScriptedMessenger()
    await run_until_quiet(db, clock, new_bot)
    return new_bot


async def revise(db, clock):
    post_id = await the_post(db)
    async with db.begin() as conn:
        post = (await posts.revision(conn, post_id, 1)).post
        changed = replace(post, text="第一条，更正")
        await posts.revise(conn, post_id, changed, fingerprint(changed), RevisionKind.EDITED, clock())


async def test_a_small_edit_ends_visibly_without_a_request(db, clock):
    await sent_by_another_bot(db, clock)
    new_bot = await change(db, clock, Op.EDIT)
    assert new_bot.messages == []
    assert await last(db) == ("skipped", "another bot sent the message")


async def test_an_edit_worth_telling_brings_the_new_version_whole_and_touches_no_old_message(db, clock):
    await sent_by_another_bot(db, clock)
    new_bot = await change(db, clock, Op.EDIT, "message.changed", reply=True)
    anew, why = new_bot.messages
    assert "第一条，更正" in anew.text
    assert anew.reply_to is None
    assert "The message above shows the new version" in why.text
    assert (why.reply_to, why.silent) == (anew.id, True)
    assert await last(db) == ("sent", "")


async def test_a_withdrawal_is_a_word_that_names_the_post(db, clock):
    await sent_by_another_bot(db, clock)
    new_bot = await change(db, clock, Op.MARK, "message.withdrawn", reply=True)
    [said] = new_bot.messages
    assert said.text.startswith("About “第一条，更正”:")
    assert "The agency has removed this post" in said.text
    assert (said.edits, said.reply_to) == ([], None)


async def test_the_end_of_a_warning_that_the_other_bot_told_of_is_said(db, clock):
    await sent_by_another_bot(db, clock)
    moment = clock()
    lifts = Alert("office", "2", moment, moment.isoformat(), Status.ACTUAL, MsgType.CANCEL, Scope.PUBLIC)
    root = await the_post(db)
    async with db.begin() as conn:
        account_id = await accounts.upsert(conn, account(), clock())
        post = Post(
            "weibo", account().key, "lift", "解除", "https://weibo.com/x/lift", published=clock(), alert=lifts
        )
        post_id = await posts.add(conn, account_id, post, fingerprint(post), clock(), why_not="", root_id=root)
        chat = (await chats.get(conn, READER)).id
        await enqueue(conn, [Draft(chat, Op.SEND, Lane.URGENT, post_id=post_id, revision=1)], clock())
    new_bot = ScriptedMessenger()
    assert (await run_until_quiet(db, clock, new_bot))[State.SENT] == 2
    assert new_bot.messages[0].reply_to is None


async def test_a_long_post_that_the_other_bot_began_goes_on_where_it_stood(db, clock):
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 1, text="很长的通告。" * 1500)
    await run_until_quiet(db, clock, messenger)
    whole = messenger.texts(READER)
    assert len(whole) == 3
    async with db.begin() as conn:
        row = (await conn.execute(select(table.c.parts))).scalar_one()
        begun = json.dumps(json.loads(row)[:1], separators=(",", ":"))
        await conn.execute(table.update().values(state="queued", parts=begun, settled_at=None))
        assert await disown(conn) == 1
        assert await disown(conn) == 0
    new_bot = ScriptedMessenger()
    await run_until_quiet(db, clock, new_bot)
    assert new_bot.texts(READER) == whole[1:]
    assert new_bot.messages[0].reply_to is None
