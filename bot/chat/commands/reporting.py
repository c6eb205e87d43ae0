"""/report: what a reader writes goes to those who run this bot, and their answer comes back."""

import json
from collections.abc import Mapping
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat.desk import Command, Desk
from bot.chat.scene import Scene
from bot.chat.wording import excerpt
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


class Reporting:
    """The command, and what operators answer."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.commands: Mapping[str, Command] = {"report": self.report}

    async def report(self, scene: Scene, rest: str) -> None:
        """``rest``: what the reader has to say; as a reply to a message of the bot it is about that."""
        desk, text = self._desk, rest.strip()
        if desk.ports.reports_chat is None:
            await desk.tell(scene, "report.nobody")
        elif not text:
            await desk.tell(scene, "report.how")
        else:
            await desk.tell(scene, await self._take(scene, desk.ports.reports_chat, text))

    async def answered(self, scene: Scene, text: str) -> bool:
        """Something was said as a reply: in the operators' chat it may answer a report. False: it does not."""
        desk = self._desk
        if scene.target.chat_id != desk.ports.reports_chat or not scene.place.reply_to:
            return False
        async with desk.db.begin() as conn:
            report = await reports.behind(conn, scene.target.chat_id, scene.place.reply_to)
            if report is None:
                return False
            values, blocks = {"beginning": report.beginning}, {"text": text}
            notice = json.dumps({"phrase": "report.answer", "values": values, "blocks": blocks})
            draft = Draft(report.chat_id, Op.NOTICE, Lane.ROUTINE, report.thread_id, notice=notice)
            await deliveries.enqueue_one(conn, draft, desk.clock())
        desk.ports.queued()
        await desk.tell(scene, "report.passed_on")
        return True

    async def _take(self, scene: Scene, operators_chat: int, text: str) -> str:
        """Queue it for the operators; gives the phrase that says what came of it."""
        desk, now, message_id = self._desk, self._desk.clock(), scene.place.message_id
        async with desk.db.begin() as conn:
            if await reports.is_kept(conn, scene.chat_id, message_id):
                return "report.taken"  # Telegram told it twice
            if await reports.count(conn, scene.chat_id, now - _DAY) >= MOST_A_DAY:
                _log.warning("a chat writes more reports than are taken in a day", chat_id=scene.target.chat_id)
                return "report.too_many"
            theirs = await chats.get(conn, operators_chat)
            kind = ChatKind.PRIVATE if operators_chat > 0 else ChatKind.SUPERGROUP
            theirs_id = theirs.id if theirs else await chats.ensure(conn, operators_chat, kind, "", now)
            notice = _notice(scene, text, await _about(conn, scene))
            delivery_id = await deliveries.enqueue_one(
                conn, Draft(theirs_id, Op.NOTICE, Lane.ROUTINE, notice=notice), now
            )
            beginning = line(text, _BEGINNING)
            await reports.add(conn, scene.chat_id, scene.target.thread_id, message_id, delivery_id, beginning, now)
        desk.ports.queued()
        return "report.taken"


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
