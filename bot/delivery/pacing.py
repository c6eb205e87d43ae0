"""How fast may be sent: sliding windows for the whole bot and for each chat, and the rests that Telegram asked for.

A message counts from the moment it leaves until a window's length after its answer: Telegram counted it somewhere in
between, so no window of theirs ever sees more than we allow, whatever the network's delays.

Figures: research of the Bots FAQ ("more than 30 messages per second or so", "not more than 1 message per second in
one chat", "20 messages per minute to the same group"); paid broadcasts from the Bot API's ``allow_paid_broadcast``
("up to 1000 messages per second"). Nothing is published about channels; they count as groups.
"""

import asyncio
from bisect import insort
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from bot.delivery.face import RestingError

#: The chat scope of a rest that holds for the whole bot.
EVERY_CHAT = 0
#: The bot's window is full of messages that have no answer yet: nobody knows when there will be room.
UNKNOWN = float("inf")
#: So often it is looked at again then by who answers a command, seconds.
_FLYING_PAUSE = 0.05
#: Requests at once even at a crawl: a slow chat must not stop the others.
_LEAST_AT_ONCE = 26
#: What is paid for leaves evenly: a thousand in one burst would only wait at Telegram's door, and a message counts
#: until after its answer. A tenth is left for catching up.
_EVEN_SHARE = 0.9
#: Whoever answers a command does not report back: by then Telegram has surely counted it, seconds.
_ANSWER_UNDERWAY = 0.5
#: While alerts wait, answers to commands have one part in so many of the bot's window.
_ANSWERS_PART = 3
#: Nobody waits longer for the answer to a command, seconds: with a longer rest it is not given.
_LONGEST_ANSWER_WAIT = 60.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What Telegram bears. Windows are in seconds."""

    bot_messages: int = 30
    bot_window: float = 1.0
    #: Messages a second that may be paid for beside those; 0: none.
    paid_messages: int = 0
    private_gap: float = 1.0
    #: Messages that one private chat takes at once before the gap holds. Not published; 3 has long been borne.
    private_burst: int = 3
    group_messages: int = 20
    group_window: float = 60.0

    @property
    def at_once(self) -> int:
        """Requests on their way at the same time that keep this pace while an answer takes a fifth of a second."""
        return _LEAST_AT_ONCE + (self.paid_messages + self.bot_messages) // 5


@dataclass(slots=True)
class Window:
    """At most ``most`` messages that are on their way or were answered within the last ``seconds``."""

    most: int
    seconds: float
    #: True: they leave evenly, not in a burst.
    even: bool = False
    _flying: int = 0
    _landed: deque[float] = field(default_factory=deque)
    #: Before this the next one does not leave.
    _next_at: float = 0.0

    def wait(self, now: float, cost: int = 1) -> float:
        """Seconds until ``cost`` more may go; 0 for now, UNKNOWN while only answers can make room. More at once than
        it holds wait until it is empty.
        """
        while self._landed and self._landed[0] <= now - self.seconds:
            self._landed.popleft()
        surplus = self._flying + len(self._landed) + min(cost, self.most) - self.most
        if surplus > len(self._landed):
            return UNKNOWN
        room_at = self._landed[surplus - 1] + self.seconds if surplus > 0 else now
        return max(0.0, room_at - now, self._next_at - now)

    def room(self, now: float) -> int:
        """How many more may go now."""
        self.wait(now)
        return max(0, self.most - self._flying - len(self._landed))

    def leave(self, cost: int, at: float) -> None:
        """So many go out at that moment (a negative number: they did not after all)."""
        self._flying += cost
        if self.even:
            self._next_at = max(self._next_at, at) + cost * _EVEN_SHARE * self.seconds / self.most

    def land(self, at: float, cost: int, more: int) -> None:
        """Their answer came (``more``: it turned out to be so many more)."""
        self._flying -= cost
        for _ in range(cost + more):
            if self._landed and self._landed[-1] > at:
                insort(self._landed, at)
            else:
                self._landed.append(at)

    def quiet(self, now: float) -> bool:
        """Nothing in it that counts."""
        return not self._flying and (not self._landed or self._landed[-1] <= now - self.seconds)


@dataclass(frozen=True, slots=True)
class Ticket:
    """The right to send to a chat now; to be given back with ``landed`` whatever came of it."""

    chat_id: int
    #: Beyond what is free: goes with ``allow_paid_broadcast``.
    paid: bool = False
    #: The moment of ``Pacing.clock`` before which it must not leave: tickets may be taken a little ahead.
    at: float = 0.0
    #: Messages: an album is as many as it has pictures.
    cost: int = 1
    #: The day (UTC) whose budget pays for it, "" where nothing does.
    day: str = ""


@dataclass(slots=True)
class Pacing:
    """Says when a message may go. ``clock`` counts seconds and never goes back (``time.monotonic``)."""

    clock: Callable[[], float]
    limits: Limits = field(default_factory=Limits)
    _bot: Window = field(init=False)
    _paid: Window = field(init=False)
    #: Answers to commands, which the bot's window counts as well.
    _answered: Window = field(init=False)
    #: Private chats: the moment at which their burst is whole again.
    _whole_at: dict[int, float] = field(default_factory=dict, init=False)
    _groups: dict[int, Window] = field(default_factory=dict, init=False)
    #: Chat (or EVERY_CHAT) to the moment until which it rests.
    _rests: dict[int, float] = field(default_factory=dict, init=False)
    #: Alerts wait for the bot's window: answers to commands keep to their part of it.
    alerts_wait: bool = field(default=False, init=False)
    #: Messages of the album that waits for it, 0 for none.
    album_waits: int = field(default=0, init=False)
    #: Answers to commands that wait for the bot's window, and the line that they form.
    _answers: int = field(default=0, init=False)
    _answers_line: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    #: Further requests of alerts that wait for it.
    _further: int = field(default=0, init=False)
    _further_line: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _swept_at: float = field(default=float("-inf"), init=False)

    def __post_init__(self) -> None:
        self._bot = Window(self.limits.bot_messages, self.limits.bot_window)
        self._paid = Window(self.limits.paid_messages, self.limits.bot_window, even=True)
        part = max(1, self.limits.bot_messages // _ANSWERS_PART)
        # a window of one or two messages has no third: then it is one message in the time of three
        windows = max(1.0, part * _ANSWERS_PART / max(1, self.limits.bot_messages))
        self._answered = Window(part, self.limits.bot_window * windows)

    def bot_wait(self, *, paid: bool = False, cost: int = 1) -> float:
        """Seconds until the whole bot may send one more alert (an album: ``cost`` messages at once); 0 for now,
        UNKNOWN while only an answer can make room. Answers to commands that wait for their turn go first, as far
        as their part of the window goes.
        """
        window = self._paid if paid else self._bot
        if not window.most:
            return UNKNOWN
        now = self.clock()
        first = 0 if paid else self._further + min(self._answers, self._answered.room(now))
        return max(self.bot_rest(), window.wait(now, cost + first))

    def chat_wait(self, chat_id: int, cost: int = 1) -> float:
        """Seconds until one message may go to this chat (to a group: ``cost`` at once), leaving the bot's own window
        and rest aside; 0 for now.
        """
        now = self.clock()
        rest = self._rests.get(chat_id, 0.0) - now if chat_id != EVERY_CHAT else 0.0
        if chat_id > 0:
            # a virtual clock (GCRA): never more than burst + t / gap messages in any t seconds
            slack = (self.limits.private_burst - 1) * self.limits.private_gap
            return max(0.0, rest, self._whole_at.get(chat_id, now) - slack - now)
        sent = self._groups.get(chat_id)
        wait = sent.wait(now, cost) if sent is not None else 0.0
        return max(0.0, rest, wait if wait != UNKNOWN else _FLYING_PAUSE)

    def take(self, chat_id: int, *, paid: bool = False, cost: int = 1, day: str = "") -> Ticket:
        """Count one message (an album: ``cost``) to the chat; ask ``bot_wait`` and ``chat_wait`` first. It may leave
        once the bot's window has room, at ``Ticket.at``. ``day``: see ``Ticket``.
        """
        at = self.clock() + self.bot_wait(paid=paid, cost=cost)
        return self._leave(chat_id, at, paid=paid, cost=cost, day=day)

    def widen(self, ticket: Ticket, more: int) -> Ticket:
        """What the ticket is for turns out to be an album of so many more messages; ask as for them beforehand."""
        at = max(ticket.at, self.clock() + self.bot_wait(paid=ticket.paid, cost=more))
        self._leave(ticket.chat_id, at, paid=ticket.paid, cost=more)
        return replace(ticket, at=at, cost=ticket.cost + more)

    def _leave(self, chat_id: int, at: float, *, paid: bool = False, cost: int = 1, day: str = "") -> Ticket:
        self._sweep(self.clock())
        (self._paid if paid else self._bot).leave(cost, at)
        if chat_id <= 0:
            self._group(chat_id).leave(cost, at)
        return Ticket(chat_id, paid, at, cost, day)

    async def answer_turn(self, chat_id: int, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Wait until an answer to a command may go; it is counted then. It goes before the alerts that wait, but while
        some do answers have a third of the bot's window at most. Raises RestingError when the rest is too long for that.
        """
        while True:
            await self._until_chat_may(chat_id, sleep, longest_rest=_LONGEST_ANSWER_WAIT)
            # one that only waits for its chat keeps no room
            self._answers += 1
            try:
                async with self._answers_line:
                    while wait := self._answer_wait():
                        self._refuse_after(_LONGEST_ANSWER_WAIT, chat_id)
                        await sleep(wait if wait != UNKNOWN else _FLYING_PAUSE)
                    if self.chat_wait(chat_id):
                        continue  # another answer to this chat went first
                    self._answered.leave(1, self.clock())
                    self._answered.land(self.clock() + _ANSWER_UNDERWAY, 1, 0)
                    self.landed(self._leave(chat_id, self.clock()), later=_ANSWER_UNDERWAY)
                    return
            finally:
                self._answers -= 1

    async def further_turn(self, chat_id: int, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Wait until a further request of an alert that was begun may go, before the alerts that were not; it is counted
        then. Raises RestingError when somebody is told to rest meanwhile.
        """
        await self._until_chat_may(chat_id, sleep, longest_rest=0.0)
        self._further += 1
        try:
            async with self._further_line:
                while wait := max(self.rest_of(chat_id), self._bot.wait(self.clock())):
                    self._refuse_after(0.0, chat_id)
                    await sleep(wait if wait != UNKNOWN else _FLYING_PAUSE)
                self.landed(self._leave(chat_id, self.clock()), later=_ANSWER_UNDERWAY)
        finally:
            self._further -= 1

    async def _until_chat_may(
        self, chat_id: int, sleep: Callable[[float], Awaitable[None]], *, longest_rest: float
    ) -> None:
        while wait := self.chat_wait(chat_id):
            self._refuse_after(longest_rest, chat_id)
            await sleep(wait)

    def _refuse_after(self, longest_rest: float, chat_id: int) -> None:
        rest = self.rest_of(chat_id)
        if rest > longest_rest:
            raise RestingError(rest)

    def _answer_wait(self) -> float:
        """Seconds until the whole bot may send an answer to a command."""
        now = self.clock()
        part = self._answered.wait(now) if self.alerts_wait or self._further else 0.0
        if self.album_waits > self._bot.most - self._answered.most:
            part = max(part, _FLYING_PAUSE)  # it waits until the window is all but empty
        return max(self.bot_rest(), self._bot.wait(now), part)

    def landed(self, ticket: Ticket, *, more: int = 0, later: float = 0.0) -> None:
        """The answer to a ticket's request is there, or will surely be in ``later`` seconds. ``more``: messages beyond
        what the ticket was for (negative: an album came to fewer).
        """
        at = self.clock() + later
        (self._paid if ticket.paid else self._bot).land(at, ticket.cost, more)
        if ticket.chat_id <= 0:
            self._group(ticket.chat_id).land(at, ticket.cost, more)
        else:
            counted = min(ticket.cost + more, self.limits.private_burst) * self.limits.private_gap
            self._whole_at[ticket.chat_id] = max(self._whole_at.get(ticket.chat_id, at), at) + counted

    def bot_rest(self) -> float:
        """Seconds that the whole bot rests still; 0 when it does not."""
        return max(0.0, self._rests.get(EVERY_CHAT, 0.0) - self.clock())

    def rest_of(self, chat_id: int) -> float:
        """Seconds that a chat rests still, or the whole bot with it."""
        return max(self.bot_rest(), self._rests.get(chat_id, 0.0) - self.clock())

    def refund(self, ticket: Ticket) -> None:
        """Nothing was sent for a ticket: it does not count."""
        (self._paid if ticket.paid else self._bot).leave(-ticket.cost, ticket.at)
        if ticket.chat_id <= 0:
            self._group(ticket.chat_id).leave(-ticket.cost, ticket.at)

    def rest(self, chat_id: int, seconds: float) -> None:
        """Send nothing to this chat (or EVERY_CHAT) for so long; a longer rest that holds already stays."""
        self._rests[chat_id] = max(self._rests.get(chat_id, 0.0), self.clock() + seconds)

    def remembered(self) -> int:
        """How many chats are kept in mind; those that have been quiet for a window are forgotten."""
        return len(self._whole_at) + len(self._groups) + len(self._rests)

    def _group(self, chat_id: int) -> Window:
        found = self._groups.get(chat_id)
        if found is None:
            found = self._groups[chat_id] = Window(self.limits.group_messages, self.limits.group_window)
        return found

    def _sweep(self, now: float) -> None:
        """Forget chats whose windows are empty, once per window, so that memory follows the traffic."""
        if now - self._swept_at < self.limits.group_window:
            return
        self._swept_at = now
        self._whole_at = {chat: at for chat, at in self._whole_at.items() if at > now}
        self._rests = {chat: until for chat, until in self._rests.items() if until > now}
        self._groups = {chat: sent for chat, sent in self._groups.items() if not sent.quiet(now)}
