"""Whose turn it is: urgent first, and as many as requests, the bot's window, their chats and what is paid leave room for."""

import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.delivery.backlog import Backlog
from bot.delivery.pacing import Pacing, Ticket
from bot.delivery.paying import Purse
from bot.model.delivery import Lane
from bot.store.waiting import Head

#: An intent is written this long before the bot's window has room for its message, seconds: the commit must not cost
#: a part of every window.
AHEAD_SECONDS = 0.04
#: So many of the requests at once are kept for the urgent lanes, half of them for the extreme one: a picture that a slow
#: host keeps Telegram waiting for holds its request for a minute, and must not hold up an alert.
KEPT_FREE = 8
#: Albums of which it is remembered how wide they are: they bound memory whatever waits.
REMEMBERED = 5000


class Picking:
    """Picks heads out of the backlog, each with its ticket, and takes back what did not go."""

    def __init__(
        self, backlog: Backlog, pacing: Pacing, purse: Purse | None, at_once: int, clock: Callable[[], datetime]
    ) -> None:
        self._backlog = backlog
        self._pacing = pacing
        self._purse = purse
        self._at_once = at_once
        self._clock = clock
        #: Requests that have begun and not ended.
        self.under_way = 0
        #: Albums that wait for room, by delivery: how many messages each is. And tickets that were widened in this turn.
        self._widths: dict[int, int] = {}
        self._widened: dict[int, Ticket] = {}

    def pick(self) -> list[tuple[Head, Ticket]]:
        """Whose turn it is, as many as may go now; each has its ticket, and its chat is busy."""
        picked: list[tuple[Head, Ticket]] = []
        now = self._clock()
        self._backlog.wake(now)
        self._pacing.alerts_wait = self._backlog.is_ready()
        self._pacing.album_waits = 0
        while self._backlog.is_ready(lanes := self._lanes_with_room(len(picked))):
            paid = self._way(1)
            if paid is None:
                break
            if paid and self._purse is not None:
                lanes &= self._purse.lanes
            head = self._backlog.take(lanes, self._may_go, now)
            if head is None:
                break
            width = self._widths.get(head.delivery_id, 1)
            if width > 1:
                paid = self._way(width, may_pay=self._purse is not None and head.lane in self._purse.lanes)
            if paid is None:
                # nothing of its lane or a lower one passes it: else there would never be room for it
                self._pacing.album_waits = width
                self._backlog.free(head.chat_id)
                self._backlog.add([head], now)
                break
            self._widths.pop(head.delivery_id, None)
            day = self._purse.spend(width) if paid and self._purse is not None else ""
            ticket = self._pacing.take(head.telegram_id, paid=paid, cost=width, day=day)
            picked.append((head, ticket))
        return picked

    def rest(self) -> None:
        """Nothing may begin, so nobody is waited for."""
        self._pacing.alerts_wait, self._pacing.album_waits = False, 0

    def written(self, too_wide: dict[int, int]) -> None:
        """The turn is in the database. ``too_wide``: albums for which there was no room, and how many messages each is."""
        self._widened.clear()
        if len(self._widths) > REMEMBERED:  # of some nothing came; who still waits is looked at again
            self._widths.clear()
        self._widths |= too_wide

    def give_back(self, picked: Sequence[tuple[Head, Ticket]]) -> None:
        """The turn failed: they did not go."""
        now = self._clock()
        for head, ticket in picked:
            self.refund(self._widened.pop(head.delivery_id, ticket))
            self._backlog.free(head.chat_id)
        self._backlog.add([head for head, _ in picked], now)

    def refund(self, ticket: Ticket) -> None:
        """Nothing was sent for it."""
        self._pacing.refund(ticket)
        if ticket.paid and self._purse is not None:
            self._purse.give_back(ticket.cost, ticket.day)

    def widen(self, head: Head, ticket: Ticket, messages: int) -> Ticket | None:
        """The ticket for an album, when there is room for all its messages and they can be paid for."""
        more = messages - ticket.cost
        if self._pacing.chat_wait(head.telegram_id, more) or self._way(more, paid=ticket.paid) is not ticket.paid:
            return None
        if ticket.paid and self._purse is not None:
            self._purse.spend(more)
        self._widened[head.delivery_id] = wider = self._pacing.widen(ticket, more)
        return wider

    def until_room(self) -> float:
        """Seconds until somebody who waits may go; infinite when nobody is ready."""
        lanes = self._lanes_with_room()
        self._pacing.alerts_wait = self._backlog.is_ready()
        if not self._backlog.is_ready(lanes):
            return math.inf
        width = max(1, self._pacing.album_waits)
        slot = self._pacing.bot_wait(cost=width)
        if self._purse is not None and self._purse.has(width) and self._backlog.is_ready(lanes & self._purse.lanes):
            slot = min(slot, self._pacing.bot_wait(paid=True, cost=width))
        return max(0.0, slot - AHEAD_SECONDS)

    def _way(self, messages: int, *, paid: bool = False, may_pay: bool = True) -> bool | None:
        """How so many messages at once may go now: False for free, True paid for, None not yet. ``paid``: not for free."""
        if not paid and self._pacing.bot_wait(cost=messages) <= AHEAD_SECONDS:
            return False
        if not may_pay or self._purse is None or not self._purse.has(messages):
            return None
        return True if self._pacing.bot_wait(paid=True, cost=messages) <= AHEAD_SECONDS else None

    def _lanes_with_room(self, picked: int = 0) -> frozenset[Lane]:
        """The lanes for which a request is left."""
        free = self._at_once - self.under_way - picked
        kept = min(KEPT_FREE, self._at_once // 4)
        kept_from = {Lane.EXTREME: 0, Lane.URGENT: kept // 2, Lane.ROUTINE: kept}
        return frozenset(lane for lane in Lane if free > kept_from[lane])

    def _may_go(self, head: Head) -> datetime | None:
        wait = self._pacing.chat_wait(head.telegram_id, self._widths.get(head.delivery_id, 1))
        return self._clock() + timedelta(seconds=wait) if wait > 0 else None
