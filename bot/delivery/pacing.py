"""How fast may be sent: sliding windows for the whole bot and for each chat, and the rests that Telegram asked for.

Figures: research of the Bots FAQ ("more than 30 messages per second or so", "not more than 1 message per second in
one chat", "20 messages per minute to the same group"). Nothing is published about channels; they count as groups.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

#: The chat scope of a rest that holds for the whole bot.
EVERY_CHAT = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """What Telegram bears. Windows are in seconds, and a little longer than published: a request's time on the way
    varies, so what left evenly may arrive closer together.
    """

    bot_messages: int = 30
    bot_window: float = 1.02
    private_gap: float = 1.0
    #: Messages that one private chat takes at once before the gap holds. Not published; 3 has long been borne.
    private_burst: int = 3
    group_messages: int = 20
    group_window: float = 60.5


@dataclass(slots=True)
class Pacing:
    """Says when a message may go. ``clock`` counts seconds and never goes back (``time.monotonic``)."""

    clock: Callable[[], float]
    limits: Limits = field(default_factory=Limits)
    _bot: deque[float] = field(default_factory=deque, init=False)
    #: Private chats: the moment at which their burst is whole again.
    _whole_at: dict[int, float] = field(default_factory=dict, init=False)
    #: Groups and channels: when the messages of the last window went.
    _groups: dict[int, deque[float]] = field(default_factory=dict, init=False)
    #: Chat (or EVERY_CHAT) to the moment until which it rests.
    _rests: dict[int, float] = field(default_factory=dict, init=False)
    _swept_at: float = field(default=float("-inf"), init=False)

    def take(self, chat_id: int, cost: int = 1) -> float:
        """0 when ``cost`` messages may go to the chat now (they are counted then), else seconds to wait first."""
        now = self.clock()
        self._sweep(now)
        # more at once than a window holds can only go when the window is empty
        ready = max(self._chat_ready(chat_id, min(cost, self._most(chat_id)), now), self._bot_ready(cost, now))
        if ready > now:
            return ready - now
        self._count(chat_id, cost, now)
        return 0.0

    def charge(self, chat_id: int, cost: int) -> None:
        """Count messages that went without being asked for: the rest of an album, a second request after a refusal."""
        self._count(chat_id, cost, self.clock())

    def chat_wait(self, chat_id: int) -> float:
        """Seconds until one message may go to this chat, leaving the bot's own window aside; 0 for now."""
        now = self.clock()
        return max(0.0, self._chat_ready(chat_id, 1, now) - now)

    def rest(self, chat_id: int, seconds: float) -> None:
        """Send nothing to this chat (or EVERY_CHAT) for so long; a longer rest that holds already stays."""
        self._rests[chat_id] = max(self._rests.get(chat_id, 0.0), self.clock() + seconds)

    def remembered(self) -> int:
        """How many chats are kept in mind; those that have been quiet for a window are forgotten."""
        return len(self._whole_at) + len(self._groups) + len(self._rests)

    def _count(self, chat_id: int, cost: int, now: float) -> None:
        self._bot.extend([now] * cost)
        if chat_id > 0:
            counted = min(cost, self.limits.private_burst) * self.limits.private_gap
            self._whole_at[chat_id] = max(self._whole_at.get(chat_id, now), now) + counted
        else:
            self._groups.setdefault(chat_id, deque()).extend([now] * cost)

    def _most(self, chat_id: int) -> int:
        return self.limits.private_burst if chat_id > 0 else self.limits.group_messages

    def _chat_ready(self, chat_id: int, cost: int, now: float) -> float:
        rest = max(self._rests.get(chat_id, 0.0), self._rests.get(EVERY_CHAT, 0.0))
        if chat_id > 0:
            # a virtual clock (GCRA): never more than burst + t / gap messages in any t seconds
            slack = (self.limits.private_burst - cost) * self.limits.private_gap
            return max(rest, self._whole_at.get(chat_id, now) - slack)
        sent = self._groups.get(chat_id)
        return max(rest, _window_ready(sent, self.limits.group_messages, self.limits.group_window, cost, now))

    def _bot_ready(self, cost: int, now: float) -> float:
        most = self.limits.bot_messages
        while self._bot and self._bot[0] <= now - self.limits.bot_window:
            self._bot.popleft()
        return _window_ready(self._bot, most, self.limits.bot_window, min(cost, most), now)

    def _sweep(self, now: float) -> None:
        """Forget chats whose windows are empty, once per window, so that memory follows the traffic."""
        if now - self._swept_at < self.limits.group_window:
            return
        self._swept_at = now
        self._whole_at = {chat: at for chat, at in self._whole_at.items() if at > now}
        self._rests = {chat: until for chat, until in self._rests.items() if until > now}
        edge = now - self.limits.group_window
        self._groups = {chat: sent for chat, sent in self._groups.items() if sent and sent[-1] > edge}


def _window_ready(sent: deque[float] | None, most: int, window: float, cost: int, now: float) -> float:
    """When ``cost`` more fit into a sliding window of ``most``; what has left the window is dropped."""
    if sent is None:
        return now
    while sent and sent[0] <= now - window:
        sent.popleft()
    surplus = len(sent) + cost - most
    if surplus <= 0:
        return now
    # the moment at which the surplus-th oldest falls out of the window
    return sent[min(surplus, len(sent)) - 1] + window if sent else now
