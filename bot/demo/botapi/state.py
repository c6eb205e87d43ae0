"""All that the stand-in holds, in memory, and the few things that every method does with it."""

import mimetypes
from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime

from bot.demo.botapi import views
from bot.demo.botapi.entities import Styled
from bot.demo.botapi.faults import Faults
from bot.demo.botapi.journal import Journal
from bot.demo.botapi.pictures import ASSUMED_HEIGHT, ASSUMED_WIDTH, Header, Resolver, accept_unseen
from bot.demo.botapi.rates import Limits, Rates
from bot.demo.botapi.records import (
    ADMINS,
    Chat,
    Document,
    InlineQuery,
    Message,
    Picture,
    Profile,
    Query,
    Standing,
    User,
    Version,
)
from bot.demo.botapi.updates import UpdateQueue

#: Of a bot that never was: its number is of the length of real ones.
DEMO_TOKEN = "7000000001:demo-token-that-opens-nothing-at-telegram"  # noqa: S105 - opens only this stand-in
#: As in the real API, the sender of an anonymous administrator's message.
GROUP_ANONYMOUS_BOT = User(1087968824, "Group", "GroupAnonymousBot", is_bot=True)
KEPT_NOTES = 1000


class State:
    """Users, chats, messages, pictures, updates, limits, faults, counters."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        token: str = DEMO_TOKEN,
        limits: Limits | None = None,
        resolver: Resolver = accept_unseen,
    ) -> None:
        self.clock = clock
        self.token = token
        self.bot = User(int(token.partition(":")[0]), "Tocsin", "TocsinDemoBot", is_bot=True)
        self.users: dict[int, User] = {self.bot.id: self.bot, GROUP_ANONYMOUS_BOT.id: GROUP_ANONYMOUS_BOT}
        self.chats: dict[int, Chat] = {}
        self.pictures: dict[str, Picture] = {}
        self.documents: dict[str, Document] = {}
        self.queries: dict[str, Query] = {}
        self.inline_queries: dict[str, InlineQuery] = {}
        #: As set with BotFather: without it no inline query reaches the bot.
        self.inline = True
        self.profile = Profile()
        self.journal = Journal()
        self.updates = UpdateQueue()
        self.rates = Rates(limits or Limits(), clock)
        self.faults = Faults()
        self.resolver = resolver
        #: Privacy mode: in groups a bot that is no administrator sees only commands and replies to itself.
        self.privacy = True
        #: Seconds within which a pressed button must be answered. The real figure is not published.
        self.answer_within = 15.0
        #: What a correct client never does, by name.
        self.violations: Counter[str] = Counter()
        #: The latest violations in words.
        self.notes: deque[str] = deque(maxlen=KEPT_NOTES)
        #: Requests by method, and refused ones by HTTP status.
        self.calls: Counter[str] = Counter()
        self.errors: Counter[int] = Counter()
        #: Chat id and message id of every message taken from the bot, in the order of acceptance.
        self.accepted: list[tuple[int, int]] = []
        #: Messages taken with ``allow_paid_broadcast``; an album counts once.
        self.paid = 0
        self.revoked = False
        self._shared_message_id = 0
        self._counter = 0

    def count(self, violation: str, note: str = "") -> None:
        """Count what a correct client never does."""
        self.violations[violation] += 1
        self.notes.append(f"{violation}: {note}" if note else violation)

    def fresh(self) -> int:
        """A number never given before."""
        self._counter += 1
        return self._counter

    def next_message_id(self, chat: Chat) -> int:
        """Supergroups and channels count for themselves, private chats and groups share the account's numbers."""
        if chat.type in {"supergroup", "channel"}:
            chat.last_message_id += 1
            return chat.last_message_id
        self._shared_message_id += 1
        chat.last_message_id = self._shared_message_id
        return self._shared_message_id

    def standing(self, chat: Chat, user_id: int) -> Standing:
        """What a user is in a chat."""
        if chat.type == "private":
            return Standing.MEMBER if user_id in {chat.id, self.bot.id} else Standing.LEFT
        return chat.members.get(user_id, Standing.LEFT)

    def keep(self, message: Message) -> Message:
        """Put a message into its chat and tell the watchers."""
        self.chats[message.chat_id].messages[message.message_id] = message
        if message.by_bot:
            self.accepted.append((message.chat_id, message.message_id))
        self.journal.note("message", message.chat_id, message_id=message.message_id)
        return message

    def show(self, message: Message, version: Version) -> None:
        """Put a new version on a message and tell the watchers."""
        message.versions.append(version)
        self.journal.note("edit", message.chat_id, message_id=message.message_id)

    def remove(self, message: Message) -> None:
        """Delete a message; its history stays for the tests."""
        message.deleted_at = self.clock()
        self.journal.note("remove", message.chat_id, message_id=message.message_id)

    def service(self, chat: Chat, sender_id: int, thread_id: int = 0, **what: object) -> Message:
        """Post a service message such as migrate_to_chat_id, and give it to the bot."""
        message = Message(
            chat.id,
            self.next_message_id(chat),
            self.clock(),
            sender_id,
            [Version(self.clock(), Styled(""))],
            thread_id=thread_id,
            service=what,
        )
        self.keep(message)
        self.give(message)
        return message

    def give(self, message: Message) -> bool:
        """Queue a person's message as an update, if the bot can see it; whether it did."""
        chat = self.chats[message.chat_id]
        if not self._visible(chat, message):
            return False
        kind = "channel_post" if chat.type == "channel" else "message"
        given = self.updates.push(kind, views.message_json(self, message))
        self.journal.stir()
        return given

    def _visible(self, chat: Chat, message: Message) -> bool:
        if chat.type == "private":
            return not chat.blocked
        standing = self.standing(chat, self.bot.id)
        if standing in {Standing.LEFT, Standing.KICKED}:
            return "left_chat_member" in message.service
        if standing in ADMINS or not self.privacy or message.service:
            return True
        if any(entity.type == "bot_command" for entity in message.now.styled.entities):
            return True
        answered = chat.messages.get(message.reply_to)
        return answered is not None and answered.by_bot

    def add_picture(self, header: Header | None, data: bytes, url: str = "") -> Picture:
        """Remember a picture under a new file id."""
        number = self.fresh()
        picture = Picture(
            f"AgACAgIAAxkDAAI{number:08d}",
            f"AQAD{number:08d}",
            header.width if header else ASSUMED_WIDTH,
            header.height if header else ASSUMED_HEIGHT,
            len(data),
            data,
            header.mime if header else "image/jpeg",
            url,
        )
        self.pictures[picture.file_id] = picture
        return picture

    def add_document(self, name: str, data: bytes) -> Document:
        """Remember a file under a new file id."""
        number = self.fresh()
        mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
        document = Document(f"BQACAgIAAxkDAAI{number:08d}", f"BgAD{number:08d}", name, data, mime)
        self.documents[document.file_id] = document
        return document
