"""/status: is each source of this chat answering, since when not, what helps, and what waits for the chat."""

from collections.abc import Mapping
from datetime import datetime

from bot.chat.desk import Command, Desk
from bot.chat.scene import Scene
from bot.chat.times import ago
from bot.chat.wording import Say, named, packed, sentence
from bot.delivery.face import Styled
from bot.store import deliveries, subscriptions
from bot.store.accounts import Watch

_GREEN, _GREY, _RED = "✅", "▫️", "⚠️"


class Status:
    """The /status command."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.commands: Mapping[str, Command] = {"status": self.status}

    async def status(self, scene: Scene, _rest: str) -> None:
        """Troubled sources first; as many messages as it takes."""
        async with self._desk.db.read() as conn:
            listed = await subscriptions.of_chat(conn, scene.chat_id, scene.target.thread_id)
            waiting = await deliveries.waiting_of_chat(conn, scene.chat_id)
        if not listed:
            await self._desk.tell(scene, "list.empty")
            return
        watches = list({entry.account_id: entry.watch for entry in listed}.values())
        troubled = [watch for watch in watches if _is_troubled(watch)]
        head = Say(scene.phrases)
        if troubled:
            head.phrase("freshness.troubled", count=len(troubled), total=len(watches))
        elif all(watch.outcome == "never" for watch in watches):
            head.phrase("freshness.starting")
        else:
            head.phrase("freshness.well")
        if waiting:
            head.line("freshness.waiting", count=waiting)
        else:
            head.line("freshness.none_waiting")
        now = self._desk.clock()
        quiet = [watch for watch in watches if not _is_troubled(watch)]
        blocks = [head.styled(), *(_block(scene, watch, now) for watch in troubled + quiet)]
        first, *rest = packed(blocks)
        await self._desk.answer(scene, first)
        await self._desk.voice.say_all(scene.target, rest)


def _is_troubled(watch: Watch) -> bool:
    return watch.state == "gone" or watch.outcome in {"refused", "broken"}


def _block(scene: Scene, watch: Watch, now: datetime) -> Styled:
    say = Say(scene.phrases).add(f"{_sign(watch)} ").add(named(watch.account)).add(": ").phrase(_outcome(watch))
    if _is_troubled(watch) and watch.problem:
        say.line("freshness.why", why=sentence(watch.problem))
    if _is_troubled(watch) and watch.advice:
        say.line("freshness.advice", advice=sentence(watch.advice))
    if watch.last_poll_at is not None:
        say.line("freshness.checked", when=ago(watch.last_poll_at, now, scene.phrases))
    if _is_troubled(watch) and watch.last_ok_at is not None:
        say.line("freshness.answered", when=ago(watch.last_ok_at, now, scene.phrases))
    if watch.last_post_at is not None:
        say.line("freshness.posted", when=ago(watch.last_post_at, now, scene.phrases))
    return say.styled()


def _sign(watch: Watch) -> str:
    if _is_troubled(watch):
        return _RED
    return _GREY if watch.outcome == "never" else _GREEN


def _outcome(watch: Watch) -> str:
    """The phrase for how it stands; the word always stands beside the sign."""
    if watch.state == "gone":
        return "freshness.gone"
    return {
        "posts": "freshness.answering",
        "nothing_new": "freshness.answering",
        "refused": "freshness.refused",
        "broken": "freshness.broken",
    }.get(watch.outcome, "freshness.unread")
