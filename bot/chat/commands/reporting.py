"""/report: what a reader writes goes to those who run this bot, and their answer comes back."""

import json
from collections.abc import Mapping
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat.desk import Command, Desk
from bot.chat.scene import Scene
from bot.chat.wording import Say, excerpt
from bot.delivery.harmless import line
from bot.model.delivery import Lane, Op
from bot.model.subscription import ChatKind
from bot.store import chats, deliveries, posts, reports
from bot.store.deliveries import Draft

_log = structlog.get_logger(__name__)

#: Reports of one chat a day: plenty for a reader, little for whoever wants to drown the operators.
MOST_A_DAY = 10
_DAY = timedelta(days=1)
#: How much of it is said again with the answer, characters.
_BEGINNING = 120
_TAKEN, _PASSED_ON = "report.taken", "report.passed_on"


class Reporting:
    """The command, and what operators answer."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.commands: Mapping[str, Command] = {"report": self.report}

    async def report(self, scene: Scene, rest: str) -> None:
        """``rest``: what the reader has to say; as a reply to a message of the bot it is about that."""
        await self._report(scene, rest)

    async def under_a_file(self, scene: Scene, rest: str) -> None:
        """The command stood under a picture or a file, of which the words alone are taken."""
        await self._report(scene, rest, more=True)

    async def answered(self, scene: Scene, text: str, *, more: bool) -> bool:
        """Something was said as a reply: in the operators' chat it may answer a report. False: it does not. ``more``: it
        was not words alone, and of what it was only the words (``text``) go back.
        """
        desk = self._desk
        if scene.target.chat_id != desk.ports.reports_chat or not scene.place.reply_to:
            return False
        async with desk.db.begin() as conn:
            said = await self._send_back(conn, scene, text)
        if said is None:
            return False
        if said == _PASSED_ON:
            desk.ports.queued()
        await self._tell(scene, said, more=more and said == _PASSED_ON)
        return True

    async def _report(self, scene: Scene, rest: str, *, more: bool = False) -> None:
        desk, text = self._desk, rest.strip()
        if desk.ports.reports_chat is None:
            await desk.tell(scene, "report.nobody")
        elif not text:
            await desk.tell(scene, "report.how")
        else:
            said = await self._take(scene, desk.ports.reports_chat, text)
            await self._tell(scene, said, more=more and said == _TAKEN)

    async def _tell(self, scene: Scene, key: str, *, more: bool) -> None:
        """Say what came of it, and that only words go on where there was more."""
        say = Say(scene.phrases).phrase(key)
        if more:
            say.line("report.words_only")
        await self._desk.answer(scene, say.styled())

    async def _send_back(self, conn: AsyncConnection, scene: Scene, text: str) -> str | None:
        """Queue an answer for the reader; gives the phrase that says what came of it, None where no report is answered."""
        here = scene.target.chat_id, scene.place.reply_to
        report = await reports.behind(conn, *here)
        if report is None:
            return "report.reader_gone" if await reports.was_taken_back(conn, *here) else None
        if not text:
            return "report.words_only"
        reader = await chats.by_id(conn, report.chat_id)
        if reader is None or reader.paused:
            return "report.reader_away"
        notice = json.dumps(
            {"phrase": "report.answer", "values": {"beginning": report.beginning}, "blocks": {"text": text}}
        )
        draft = Draft(report.chat_id, Op.NOTICE, Lane.ROUTINE, report.thread_id, notice=notice)
        await deliveries.enqueue_one(conn, draft, self._desk.clock())
        return _PASSED_ON

    async def _take(self, scene: Scene, operators_chat: int, text: str) -> str:
        """Queue it for the operators; gives the phrase that says what came of it."""
        desk, now, message_id = self._desk, self._desk.clock(), scene.place.message_id
        async with desk.db.begin() as conn:
            if await reports.is_kept(conn, scene.chat_id, message_id):
                return _TAKEN  # Telegram told it twice
            if await reports.count(conn, scene.chat_id, now - _DAY) >= MOST_A_DAY:
                _log.warning("a chat writes more reports than are taken in a day", chat_id=scene.target.chat_id)
                return "report.too_many"
            theirs = await chats.get(conn, operators_chat)
            if theirs is not None and theirs.paused:
                _log.error("reports reach nobody: their chat does not let me write", chat_id=operators_chat)
                return "report.nobody"
            kind = ChatKind.PRIVATE if operators_chat > 0 else ChatKind.SUPERGROUP
            theirs_id = theirs.id if theirs else await chats.ensure(conn, operators_chat, kind, "", now)
            notice = _notice(scene, text, await _about(conn, scene))
            delivery_id = await deliveries.enqueue_one(
                conn, Draft(theirs_id, Op.NOTICE, Lane.ROUTINE, notice=notice), now
            )
            beginning = line(text, _BEGINNING)
            await reports.add(conn, scene.chat_id, scene.target.thread_id, message_id, delivery_id, beginning, now)
        desk.ports.queued()
        return _TAKEN


async def _about(conn: AsyncConnection, scene: Scene) -> str:
    """The post in the message that the reader answers, with its link; "" where there is none."""
    said = await deliveries.of_message(conn, scene.chat_id, scene.place.reply_to)
    if said is None:
        return ""
    post = (await posts.revision(conn, said.post_id, said.revision)).post
    return f"{line(excerpt(post), _BEGINNING)} {post.url}"


def _notice(scene: Scene, text: str, about: str) -> str:
    """What the operators are told: no name of the person, who may not want to be known."""
    values, keys = {}, {}
    if scene.private:
        keys["where"] = "report.private_chat"
    else:
        values["where"] = scene.place.title
    if about:
        values["about"] = about
    else:
        keys["about"] = "report.no_post"
    return json.dumps({"phrase": "report.received", "blocks": {"text": text}, "values": values, "keys": keys})
