"""/status: is each source of this chat answering, since when not and why, and what waits for the chat."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from bot.chat.desk import Command, Desk
from bot.chat.manners import current, told
from bot.chat.scene import Scene
from bot.chat.times import ago
from bot.chat.wording import Say, named, packed
from bot.delivery import reasons
from bot.delivery.face import Styled
from bot.model.reason import reason_of
from bot.store import deferred, deliveries, subscriptions
from bot.store.accounts import Watch

#: With more sources than this, those that are well are one line each: nobody reads a dozen messages of "answering".
SPELT_OUT = 20


class _State(StrEnum):
    """How a source stands. The word always stands beside the sign."""

    ANSWERING = "answering"
    #: Subscribed to a moment ago.
    UNREAD = "unread"
    REFUSED = "refused"
    BROKEN = "broken"
    GONE = "gone"
    #: Not looked at for longer than its kind's promise: nobody polls, or the line before the site is too long.
    UNWATCHED = "unwatched"


_TROUBLED = frozenset((_State.REFUSED, _State.BROKEN, _State.GONE, _State.UNWATCHED))
_SIGNS = dict.fromkeys(_TROUBLED, "⚠️") | {_State.ANSWERING: "✅", _State.UNREAD: "▫️"}
_PHRASES = {
    _State.ANSWERING: "freshness.answering",
    _State.UNREAD: "freshness.unread",
    _State.REFUSED: "freshness.refused",
    _State.BROKEN: "freshness.broken",
    _State.GONE: "freshness.gone",
    _State.UNWATCHED: "freshness.unwatched",
}


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
            kept_back = await deferred.count(conn, (scene.chat_id, scene.target.thread_id))
        if not listed:
            await self._desk.tell(scene, "list.empty")
            return
        watches = list({entry.account_id: entry.watch for entry in listed}.values())
        now = self._desk.clock()
        states = {watch.account_id: self._state(watch, now) for watch in watches}
        troubled = [watch for watch in watches if states[watch.account_id] in _TROUBLED]
        head = Say(scene.phrases)
        if troubled:
            head.phrase("freshness.troubled", count=len(troubled), total=len(watches))
        elif all(state is _State.UNREAD for state in states.values()):
            head.phrase("freshness.starting")
        else:
            head.phrase("freshness.well")
        if waiting:
            head.line("freshness.waiting", count=waiting)
        else:
            head.line("freshness.none_waiting")
        if kept_back:
            head.line("manners.waiting", count=kept_back)
        holds = told(await current(self._desk, scene), scene.phrases, now).styled()
        quiet = [watch for watch in watches if states[watch.account_id] not in _TROUBLED]
        brief = len(watches) > SPELT_OUT
        sources = [_block(scene, each, states[each.account_id], now, brief=brief) for each in troubled + quiet]
        blocks = [head.styled(), *([holds] if holds.text else ()), *sources]
        first, *rest = packed(blocks)
        await self._desk.answer(scene, first)
        await self._desk.voice.say_all(scene.target, rest)

    def _state(self, watch: Watch, now: datetime) -> _State:
        """How it stands. A good answer holds only for as long as the kind's promise (design rule 3): who was not
        looked at for longer is not well, whatever the last look brought.
        """
        if watch.state == "gone":
            return _State.GONE
        if watch.outcome in {"refused", "broken"}:
            return _State(watch.outcome)
        promise = timedelta(seconds=self._desk.ports.lookout.promise(watch.account.kind))
        if watch.outcome == "never":
            # its first look stands out: due since next_poll_at
            return _State.UNWATCHED if now - watch.next_poll_at > promise else _State.UNREAD
        overdue = watch.last_poll_at is None or now - watch.last_poll_at > promise
        return _State.UNWATCHED if overdue else _State.ANSWERING


def _block(scene: Scene, watch: Watch, state: _State, now: datetime, *, brief: bool) -> Styled:
    stands = scene.phrases(_PHRASES[state])
    say = Say(scene.phrases).add(f"{_SIGNS[state]} ")
    say.phrase("freshness.source", account=named(watch.account), state=stands)
    why = None if state is _State.UNWATCHED else reason_of(watch.reason)
    if why is not None:
        say.line("freshness.why", why=reasons.told(why, scene.phrases))
    if brief and state not in _TROUBLED:
        return say.styled()
    if watch.last_poll_at is not None:
        say.line("freshness.checked", when=ago(watch.last_poll_at, now, scene.phrases))
    if state in _TROUBLED and watch.last_ok_at is not None:
        say.line("freshness.answered", when=ago(watch.last_ok_at, now, scene.phrases))
    if watch.last_post_at is not None:
        say.line("freshness.posted", when=ago(watch.last_post_at, now, scene.phrases))
    return say.styled()
