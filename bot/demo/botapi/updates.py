"""The queue behind getUpdates: confirmed by offset, filtered by allowed_updates, one poller at a time."""

from collections import deque
from collections.abc import Collection, Iterable

#: Not sent unless asked for by name.
OPT_IN = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
#: What the real server keeps in one answer.
MAX_BATCH = 100
#: Far more than any test makes; the real server keeps updates for 24 hours.
MAX_PENDING = 100_000


class UpdateQueue:
    """Updates that wait for the bot."""

    def __init__(self, first_id: int = 1) -> None:
        self._next_id = first_id
        self._pending: deque[tuple[int, dict[str, object]]] = deque(maxlen=MAX_PENDING)
        self._allowed: frozenset[str] | None = None
        #: Counts pollers; a poll that is no longer the newest was terminated by another.
        self.poll = 0

    def __len__(self) -> int:
        return len(self._pending)

    def allow(self, kinds: Iterable[str]) -> None:
        """From now on only these kinds; an empty list means all but the opt-in ones."""
        self._allowed = frozenset(kinds) or None

    def push(self, kind: str, content: dict[str, object]) -> bool:
        """Queue one update; False when the bot does not want this kind."""
        wanted = kind in self._allowed if self._allowed is not None else kind not in OPT_IN
        if wanted:
            self._pending.append((self._next_id, {"update_id": self._next_id, kind: content}))
            self._next_id += 1
        return wanted

    def confirm(self, offset: int) -> None:
        """Forget all below ``offset``; a negative one keeps only the last ``-offset``."""
        if offset < 0:
            while len(self._pending) > -offset:
                self._pending.popleft()
            return
        while self._pending and self._pending[0][0] < offset:
            self._pending.popleft()

    def drop(self) -> None:
        """Forget all (drop_pending_updates)."""
        self._pending.clear()

    def batch(self, limit: int) -> list[dict[str, object]]:
        """The oldest updates; they stay until they are confirmed."""
        return [update for _, update in list(self._pending)[: max(1, min(limit, MAX_BATCH))]]

    def kinds(self) -> Collection[str]:
        """The allowed kinds, empty for the default."""
        return self._allowed or ()
