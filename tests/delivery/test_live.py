"""Live coverage: a running report becomes one message that grows without a sound; what may be urgent rings by itself; no
crash loses a post or says one twice; edits and removals keep it true. Only where it was asked for.
"""

import asyncio
import json
import threading

import pytest
from outboxes import READER, enqueue, make, run_until_quiet
from scripted import ScriptedMessenger, account
from sqlalchemy import select, text, update

from bot.delivery import readings
from bot.delivery.face import BlockedError, GoneError, LostAnswerError, RejectedError
from bot.delivery.live import first_sentence
from bot.delivery.writing import units
from bot.model.delivery import Lane, Op
from bot.model.place import UNPLACED
from bot.model.post import Post, RevisionKind
from bot.model.subscription import ChatKind
from bot.reading import reader
from bot.store import accounts, chats, coverages, posts
from bot.store.deliveries import Draft
from bot.store.fingerprint import fingerprint
from bot.store.tables import deliveries as table

MINUTE = 60
RED = "北京市气象台将暴雨橙色预警升级为红色预警。"


class Hall:
    """A chat that follows an account whose meeting goes on."""

    def __init__(self, db, clock):
        self.db, self.clock, self.number = db, clock, 0
        self.messenger = ScriptedMessenger()
        self.post_ids = []

    async def begin(self, live=True):
        async with self.db.begin() as conn:
            self.account_id = await accounts.upsert(conn, account(), self.clock())
            self.chat_id = await chats.ensure(conn, READER, ChatKind.PRIVATE, "", self.clock(), "en")
            if live:
                await coverages.choose(conn, self.chat_id, 0, self.account_id, live=True)
        return self

    async def wrote(self, text="", minutes=5, lane=Lane.ROUTINE, run=True, **more):
        """A post comes so many minutes after the one before, and is delivered."""
        self.clock.advance(minutes * MINUTE)
        self.number += 1
        words = text or f"第{self.number}项议程开始。现场有代表发言。"
        link = f"https://a.example/{self.number}"
        post = Post("weibo", account().key, str(self.number), words, link, published=self.clock(), utc_offset=480)
        async with self.db.begin() as conn:
            post_id = await posts.add(
                conn, self.account_id, post, fingerprint(post), self.clock(), why_not="", root_id=None
            )
            draft = Draft(self.chat_id, Op.SEND, lane, post_id=post_id, revision=1, **more)
            await enqueue(conn, [draft], self.clock())
        self.post_ids.append(post_id)
        if run:
            await self.deliver()
        return post_id

    async def deliver(self):
        return await run_until_quiet(self.db, self.clock, self.messenger)

    async def changed(self, post_id, op, kind, notice, text=None):
        async with self.db.begin() as conn:
            known = await posts.get(conn, post_id)
            post = (await posts.revision(conn, post_id, known.revision)).post
            new = Post(
                "weibo", post.account, post.id, text or post.text, post.url, published=post.published, utc_offset=480
            )
            number = await posts.revise(conn, post_id, new, f"print {known.revision}", kind, self.clock())
            draft = Draft(
                self.chat_id, op, Lane.ROUTINE, post_id=post_id, revision=number, silent=True, notice=notice
            )
            await enqueue(conn, [draft], self.clock())
        await self.deliver()

    @property
    def texts(self):
        return [message.text for message in self.messenger.messages]

    async def rows(self, op="send"):
        async with self.db.read() as conn:
            found = select(table).where(table.c.op == op).order_by(table.c.id)
            return (await conn.execute(found)).all()


@pytest.fixture(scope="module", autouse=True)
async def _warm():
    """As soon after a start as the reader is ready."""
    await asyncio.to_thread(reader.warm)


@pytest.fixture
async def hall(db, clock):
    return await Hall(db, clock).begin()


async def test_the_third_post_within_ninety_minutes_begins_a_message_that_grows(hall):
    for _ in range(6):
        await hall.wrote()
    first, second, live = hall.messenger.messages
    assert ("第1项" in first.text, "第2项" in second.text) == (True, True)
    assert live.text.startswith("Live: ")
    assert "Posts since 21 Jul 2026, 12:06 UTC+8: 4" in live.text
    assert "Last: 第6项议程开始" in live.text
    lines = live.text.split("\n\n")[1].split("\n")
    assert [line.partition(" ")[2] for line in lines] == [f"第{n}项议程开始。" for n in (3, 4, 5, 6)]
    assert [message.silent for message in hall.messenger.messages] == [False, False, True]
    assert len(live.edits) == 3


async def test_a_post_that_nobody_can_place_is_named_in_it_as_any_other(hall):
    for _ in range(4):
        await hall.wrote(notice=UNPLACED)
    first, _, live = hall.messenger.messages
    assert first.text.startswith("Place not known")
    assert live.text.startswith("Live: ")


async def test_each_post_is_settled_as_named_in_that_message(hall):
    for _ in range(4):
        await hall.wrote()
    listed = [{"message_ids": [3], "form": "listed"}]
    rows = await hall.rows()
    assert [row.state for row in rows] == ["sent"] * 4
    assert [json.loads(row.parts) for row in rows[2:]] == [listed, listed]
    assert all(row.arrived_at is not None and row.error == "" for row in rows)


async def test_it_is_off_unless_somebody_asks_for_it(db, clock):
    hall = await Hall(db, clock).begin(live=False)
    for _ in range(5):
        await hall.wrote()
    assert len(hall.messenger.messages) == 5


async def test_posts_far_apart_are_no_series(hall):
    for _ in range(4):
        await hall.wrote(minutes=50)
    assert len(hall.messenger.messages) == 4


async def test_after_a_long_silence_a_new_series_begins_with_messages_of_their_own(hall):
    for _ in range(4):
        await hall.wrote()
    await hall.wrote(minutes=120)
    await hall.wrote()
    await hall.wrote()
    assert [text.startswith("Live: ") for text in hall.texts] == [False, False, True, False, False, True]
    assert "第4项" not in hall.texts[5]


@pytest.mark.parametrize(
    ("text", "lane"),
    [
        (RED, Lane.ROUTINE),
        ("北京时间12时30分在房山区发生3.1级地震。中国地震台网测定。", Lane.URGENT),
        ("开会", Lane.EXTREME),
    ],
)
async def test_what_may_be_urgent_rings_as_its_own_message(hall, text, lane):
    for _ in range(3):
        await hall.wrote()
    await hall.wrote(text, lane=lane)
    await hall.wrote()
    own = hall.messenger.messages[3]
    assert text[:5] in own.text
    assert not own.silent
    assert text[:5] not in hall.texts[2].split("\n\n")[1]
    assert "第5项" in hall.texts[2]


async def test_many_that_wait_at_once_come_in_one_edit(hall):
    for _ in range(3):
        await hall.wrote()
    for _ in range(5):
        await hall.wrote(minutes=1, run=False)
    await hall.deliver()
    assert len(hall.messenger.messages) == 3
    assert "Posts since 21 Jul 2026, 12:06 UTC+8: 6" in hall.texts[2]
    assert len(hall.messenger.messages[2].edits) < 5


async def test_a_meeting_of_forty_posts_is_one_message_and_a_full_one_makes_room_for_a_new_one(hall):
    long = "第{n}项议程：" + "代表们就城市排水管网建设和应急预案进行了讨论" * 4 + "。"
    for n in range(1, 43):
        await hall.wrote(long.format(n=n), minutes=2, run=n < 4 or n % 13 == 3)
    assert len(hall.messenger.messages) == 3
    assert "第42项" in hall.texts[2]
    for n in range(43, 91):
        await hall.wrote(long.format(n=n), minutes=2, run=n % 12 == 6)
    assert len(hall.messenger.messages) > 3
    assert all(units(text) <= 4096 for text in hall.texts)
    named = "".join(text.split("\n\n")[1] for text in hall.texts[2:])
    assert [n for n in range(3, 91) if f" 第{n}项" not in named] == []


async def test_a_removed_and_an_edited_post_keep_the_message_true(hall):
    for _ in range(4):
        await hall.wrote()
    told = '{"phrase": "message.withdrawn", "values": {}, "reply": "message.withdrawn_reply"}'
    await hall.changed(hall.post_ids[2], Op.MARK, RevisionKind.WITHDRAWN, told)
    live, reply = hall.messenger.messages[2:]
    assert "(removed by the agency) 第3项" in live.text
    assert "About “第3项" in reply.text
    assert reply.reply_to == live.id
    await hall.changed(hall.post_ids[3], Op.EDIT, RevisionKind.EDITED, "", "更正：第4项议程推迟。")
    assert "更正：第4项议程推迟。" in hall.texts[2]
    assert len(hall.messenger.messages) == 4


async def test_a_message_that_was_deleted_is_not_mended_and_the_next_posts_begin_a_new_one(hall):
    for _ in range(3):
        await hall.wrote()

    def deleted(what):
        if what[0] == "edit":
            raise GoneError("message to edit not found")

    hall.messenger.before = deleted
    await hall.wrote()
    hall.messenger.before = lambda _what: None
    await hall.wrote()
    assert len(hall.messenger.messages) == 4
    assert "第3项" not in hall.texts[3]
    assert "第4项" in hall.texts[3]
    assert "第5项" in hall.texts[3]


# ------------------------------------------------------------------ crashes and lost answers


async def test_a_lost_answer_to_the_first_sending_repeats_it_marked_and_loses_nothing(hall):
    await hall.wrote()
    await hall.wrote()
    lost = []

    def swallow(what):
        if what[0] == "send" and not lost:
            lost.append(what)
            raise LostAnswerError("connection reset")

    hall.messenger.after = swallow
    await hall.wrote()
    await hall.wrote()
    assert "may be a repeat" in hall.texts[3].split("\n")[0] or "第4项" in hall.texts[3]
    assert "第3项" in hall.texts[3]
    assert "第4项" in hall.texts[3]
    assert {row.state for row in await hall.rows()} == {"sent"}


async def test_a_lost_answer_to_an_edit_is_edited_again_and_nothing_is_said_twice(hall):
    for _ in range(3):
        await hall.wrote()
    lost = []

    def swallow(what):
        if what[0] == "edit" and not lost:
            lost.append(what)
            raise LostAnswerError("connection reset")

    hall.messenger.after = swallow
    await hall.wrote()
    assert lost
    assert len(hall.messenger.messages) == 3
    assert hall.texts[2].count("第4项") == 2  # as the last, and in its line


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("what", ["send", "edit"])
async def test_killed_around_any_request_every_post_is_named_once_it_goes_on(hall, when, what):
    for _ in range(2 if what == "send" else 3):
        await hall.wrote()
    died = []

    def die(asked):
        if asked[0] == what and not died:
            died.append(asked)
            raise Killed

    setattr(hall.messenger, when, die)
    await hall.wrote(run=False)
    outbox = make(hall.db, hall.clock, hall.messenger)
    with pytest.raises(BaseExceptionGroup) as caught:
        await outbox.run()
    assert caught.group_contains(Killed)
    await hall.deliver()  # the next start
    await hall.wrote()
    last = hall.texts[-1]
    names = (3, 4) if what == "send" else (3, 4, 5)
    assert all(f" 第{n}项" in last for n in names)
    assert {row.state for row in await hall.rows()} == {"sent"}
    # only a sending that may have arrived is said again, and says so
    assert len(hall.messenger.messages) == 3 + (what == "send" and when == "after")


async def test_a_broken_reader_lets_the_post_go_out_as_it_is(hall, monkeypatch):
    await hall.wrote()
    await hall.wrote()

    def broken(*_args, **_values):
        raise ValueError("a fault of ours")

    monkeypatch.setattr(reader, "read", broken)
    await hall.wrote()
    assert "第3项" in hall.texts[2]
    assert not hall.texts[2].startswith("Live: ")


async def test_what_another_bot_sent_is_left_and_a_new_message_begins(hall):
    for _ in range(4):
        await hall.wrote()
    async with hall.db.begin() as conn:
        foreign = '[{"message_ids":[],"form":"foreign"}]'
        await conn.execute(update(table).values(parts=foreign))
    await hall.wrote()
    assert len(hall.messenger.messages) == 4
    assert hall.texts[3].startswith("Live: ")
    assert "第5项" in hall.texts[3]


async def test_it_goes_along_with_the_group(hall):
    for _ in range(3):
        await hall.wrote()
    async with hall.db.begin() as conn:
        new = await chats.ensure(conn, -100777, ChatKind.SUPERGROUP, "", hall.clock())
        await chats.migrate(conn, READER, -100777)
        assert await coverages.of_place(conn, new, 0) == {hall.account_id}


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("会议开始。随后发言。", "会议开始。"),
        ("The hall is full. Doors close.", "The hall is full."),
        ("Rain of 3.5 mm fell", "Rain of 3.5 mm fell"),
        ("标题\n正文", "标题"),
        ("", ""),
    ],
)
def test_the_first_sentence(text, first):
    assert first_sentence(text) == first


async def test_what_never_arrived_makes_no_series(hall):
    for state in ("failed", "skipped", "held"):
        post_id = await hall.wrote(run=False)
        async with hall.db.begin() as conn:
            await conn.execute(update(table).where(table.c.post_id == post_id).values(state=state))
    await hall.wrote()
    assert [text.startswith("Live: ") for text in hall.texts] == [False]


async def test_what_is_too_long_to_be_read_rings_as_its_own_message(hall):
    for _ in range(3):
        await hall.wrote()
    await hall.wrote(RED + "现场有代表发言。" * 600)
    assert RED in hall.texts[3]
    assert not hall.messenger.messages[3].silent


async def test_while_nothing_can_be_read_posts_go_out_by_themselves(hall, monkeypatch):
    monkeypatch.setattr(readings, "PATIENCE", 0.02)
    let_go = threading.Event()
    monkeypatch.setattr(reader, "read", lambda *_given, **_more: let_go.wait(20))
    try:
        for _ in range(4):
            await hall.wrote()
        assert len(hall.messenger.messages) == 4
    finally:
        let_go.set()


async def test_nothing_is_parsed_before_the_reader_is_ready(hall, monkeypatch):
    monkeypatch.setattr(reader, "is_warm", lambda: False)
    monkeypatch.setattr(reader, "read", lambda *_given, **_more: pytest.fail("it was read"))
    for _ in range(4):
        await hall.wrote()
    assert len(hall.messenger.messages) == 4


async def test_a_post_is_read_once_for_all_the_edits_that_name_it(hall, monkeypatch):
    real, read = reader.read, []

    def noting(text, **more):
        read.append(text)
        return real(text, **more)

    monkeypatch.setattr(reader, "read", noting)
    for _ in range(6):
        await hall.wrote(run=False)
    await hall.deliver()
    assert [text.startswith("Live: ") for text in hall.texts] == [False, False, True]
    assert len(read) == len(set(read)) == 4


# ------------------------------------------------------------------ faults that stay


def refusing(what, error):
    def before(asked):
        if asked[0] == what and asked[2] is not None and asked[2].styled.text.startswith("Live: "):
            raise error

    return before


async def test_what_an_edit_that_is_refused_for_good_was_to_name_begins_a_new_message(hall):
    for _ in range(3):
        await hall.wrote()
    hall.messenger.before = refusing("edit", RejectedError("message is too strange"))
    await hall.wrote()
    hall.messenger.before = lambda _what: None
    await hall.wrote()
    assert len(hall.messenger.messages) == 4
    assert "第3项" not in hall.texts[3]
    assert "第4项" in hall.texts[3]
    assert "第5项" in hall.texts[3]
    assert {row.state for row in await hall.rows()} == {"sent"}


async def test_where_the_message_itself_is_refused_for_good_its_posts_go_out_by_themselves(hall):
    hall.messenger.before = refusing("send", RejectedError("message is too strange"))
    for _ in range(4):
        await hall.wrote()
    assert len(hall.messenger.messages) == 4
    assert not any(text.startswith("Live: ") for text in hall.texts)
    assert {row.state for row in await hall.rows()} == {"sent"}


@pytest.mark.parametrize("what", ["send", "edit"])
async def test_what_a_chat_that_blocks_the_bot_was_not_told_is_given_up_with_the_reason(hall, what):
    for _ in range(2 if what == "send" else 3):
        await hall.wrote()
    hall.messenger.before = refusing(what, BlockedError("bot was blocked by the user"))
    await hall.wrote()
    last = (await hall.rows())[-1]
    assert (last.state, last.error) == ("failed", "bot was blocked by the user")


async def broken_statement(conn, *_given):
    await conn.execute(text("SELECT nothing FROM nowhere"))


async def broken_by_a_fault_of_ours(conn, *_given):
    raise ValueError("a fault of ours")


@pytest.mark.parametrize("broken", [broken_statement, broken_by_a_fault_of_ours])
async def test_a_fault_half_way_leaves_nothing_half_done_and_the_post_goes_out_as_it_is(hall, monkeypatch, broken):
    await hall.wrote()
    await hall.wrote()
    monkeypatch.setattr(coverages, "set_root", broken)
    await hall.wrote()
    assert "第3项" in hall.texts[2]
    assert not hall.texts[2].startswith("Live: ")
    assert len(hall.messenger.messages) == 3
    assert not await hall.rows("notice")
