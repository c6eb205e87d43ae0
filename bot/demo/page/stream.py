"""The page's live stream: Server-Sent Events that begin with everything, or with what a returning page missed."""

import json
from collections.abc import AsyncIterator, Callable

from bot.demo.botapi.journal import Event
from bot.demo.botapi.state import State
from bot.demo.page.board import StoryBoard
from bot.demo.page.view import Json, commands_view, message_view, snapshot

#: Seconds between two signs of life, so that a dead connection is noticed.
HEARTBEAT = 15.0
#: Milliseconds after which the browser comes back by itself.
RETRY_MS = 1000


class Stream:
    """One page's connection. ``epoch`` marks this run of the server: sequence numbers of another mean nothing."""

    def __init__(
        self, state: State, board: StoryBoard, chat_id: int, epoch: str, is_closing: Callable[[], bool]
    ) -> None:
        self._state = state
        self._board = board
        self._chat_id = chat_id
        self._epoch = epoch
        self._is_closing = is_closing
        self._seq = 0
        self._story = -1

    async def events(self, last_id: str) -> AsyncIterator[str]:
        """The stream after ``last_id`` (the Last-Event-ID header, "" for a new page)."""
        journal = self._state.journal
        yield f"retry: {RETRY_MS}\n\n"
        missed = self._resumed(last_id)
        if missed is None:
            yield self._everything()
        while not (journal.closed or self._is_closing()):
            said = False
            for frame in self._news():
                said = True
                yield frame
            if not said:
                waited_from = journal.seq, self._board.version
                await journal.changed(HEARTBEAT)
                if waited_from == (journal.seq, self._board.version):
                    yield ": still here\n\n"

    def _resumed(self, last_id: str) -> list[Event] | None:
        epoch, _, number = last_id.partition(".")
        if epoch != self._epoch or not number.isdigit():
            return None
        self._seq = int(number)
        return self._state.journal.since(self._seq)

    def _everything(self) -> str:
        self._seq = self._state.journal.seq
        return self._frame("snapshot", snapshot(self._state, self._chat_id))

    def _news(self) -> list[str]:
        events = self._state.journal.since(self._seq)
        if events is None:
            return [self._everything()]
        frames: list[str] = []
        for event in events:
            self._seq = event.seq
            content = self._content(event)
            if content is not None:
                frames.append(self._frame(event.kind, content))
        if self._story != self._board.version:
            self._story = self._board.version
            frames.append(self._frame("story", self._board.current))
        return frames

    def _content(self, event: Event) -> Json | None:
        if event.kind == "commands":
            return {"commands": commands_view(self._state, self._chat_id)}
        if event.chat_id != self._chat_id:
            return None
        if event.kind in {"message", "edit"}:
            message = self._state.chats[self._chat_id].messages[event.message_id]
            return None if message.gone else message_view(self._state, message)
        others: dict[str, Json] = {
            "remove": {"id": event.message_id},
            "toast": {"id": event.message_id, "text": event.text, "alert": event.alert},
            "action": {"action": event.text},
        }
        return others.get(event.kind)

    def _frame(self, kind: str, content: Json) -> str:
        # JSON has no raw line breaks, so one data line is enough.
        return f"id: {self._epoch}.{self._seq}\nevent: {kind}\ndata: {json.dumps(content, ensure_ascii=False)}\n\n"
