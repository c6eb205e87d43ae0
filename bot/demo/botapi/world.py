"""The people's side: who exists, what they say, press, block and remove. Tests and the demo script it here."""

from bot.demo.botapi import views
from bot.demo.botapi.detection import with_found
from bot.demo.botapi.entities import Styled
from bot.demo.botapi.journal import Journal
from bot.demo.botapi.records import (
    ADMINS,
    Chat,
    InlineQuery,
    Key,
    Message,
    Query,
    Standing,
    Topic,
    User,
    Version,
)
from bot.demo.botapi.state import GROUP_ANONYMOUS_BOT, State

#: Where the ids of made people and chats begin; supergroups and channels have the -100 form of the real ones.
FIRST_USER = 5_000_001
FIRST_GROUP = -4_000_001
FIRST_SUPERGROUP = -1_002_000_000_001
#: InlineQuery.query: up to 256 characters.
MAX_QUERY = 256


class World:
    """Scripts a :class:`State`. Unknown ids raise KeyError: a mistake in the script."""

    def __init__(self, state: State) -> None:
        self.state = state

    @property
    def journal(self) -> Journal:
        """What happened, in order."""
        return self.state.journal

    # --- who exists

    def add_user(
        self,
        first_name: str,
        *,
        username: str = "",
        language: str = "en",
        started: bool = True,
        user_id: int = 0,
    ) -> User:
        """A person, with the private chat of the same id. ``started``: has written to the bot before."""
        state = self.state
        user = User(user_id or FIRST_USER + state.fresh(), first_name, username, language)
        state.users[user.id] = user
        state.chats[user.id] = Chat(user.id, "private", username=username, started=started)
        return user

    def add_group(self, title: str, owner: int, *, members: tuple[int, ...] = (), bot: bool = True) -> Chat:
        """A basic group, which may be upgraded later."""
        return self._add("group", title, owner, members, bot=bot)

    def add_supergroup(
        self,
        title: str,
        owner: int,
        *,
        members: tuple[int, ...] = (),
        bot: bool = True,
        forum: bool = False,
        username: str = "",
    ) -> Chat:
        """A supergroup, with topics if ``forum``."""
        chat = self._add("supergroup", title, owner, members, bot=bot)
        chat.is_forum, chat.username = forum, username
        return chat

    def add_channel(self, title: str, owner: int, *, bot: bool = True, username: str = "") -> Chat:
        """A channel; the bot, if it is in there, is an administrator."""
        chat = self._add("channel", title, owner, (), bot=False)
        chat.username = username
        if bot:
            self._set_bot(chat, Standing.ADMINISTRATOR, owner)
        return chat

    def _add(self, kind: str, title: str, owner: int, members: tuple[int, ...], *, bot: bool) -> Chat:
        first = FIRST_GROUP if kind == "group" else FIRST_SUPERGROUP
        chat = Chat(first - self.state.fresh(), kind, title)
        chat.members = {owner: Standing.CREATOR, **dict.fromkeys(members, Standing.MEMBER)}
        self.state.chats[chat.id] = chat
        if bot:
            self._set_bot(chat, Standing.MEMBER, owner)
        return chat

    def add_topic(self, chat_id: int, name: str, *, by: int = 0) -> Topic:
        """A forum topic; its id is that of the message that made it."""
        chat = self.state.chats[chat_id]
        made = {"name": name, "icon_color": 0x6FB9F0}
        message = self.state.service(chat, by or _owner(chat), forum_topic_created=made)
        message.thread_id = message.message_id
        chat.topics[message.message_id] = Topic(message.message_id, name)
        return chat.topics[message.message_id]

    def close_topic(self, chat_id: int, thread_id: int) -> None:
        """Nobody but administrators may write there any more."""
        self.state.chats[chat_id].topics[thread_id].closed = True

    def remove_topic(self, chat_id: int, thread_id: int) -> None:
        """The topic and its messages are gone."""
        chat = self.state.chats[chat_id]
        del chat.topics[thread_id]
        for message in chat.messages.values():
            if message.thread_id == thread_id and not message.gone:
                self.state.remove(message)

    # --- what people do

    def say(
        self,
        chat_id: int,
        user_id: int,
        text: str,
        *,
        thread_id: int = 0,
        reply_to: int = 0,
        anonymous: bool = False,
        document: tuple[str, bytes] | None = None,
        location: dict[str, object] | None = None,
        other: dict[str, object] | None = None,
    ) -> Message:
        """Somebody writes; commands, links and mentions in the text get their entities. In a channel: a post.

        ``document``: the name and bytes of a file that comes along, the text is its caption. ``location``: a Location as
        the Bot API has it, sent with no text. ``other``: the field of any other kind of message (``{"voice": …}``), the same.
        """
        state, chat = self.state, self.state.chats[chat_id]
        if chat.type == "private":
            self._unblock_by_writing(chat)
            chat.started = True
        message = Message(
            chat_id,
            state.next_message_id(chat),
            state.clock(),
            GROUP_ANONYMOUS_BOT.id if anonymous else user_id,
            [
                Version(
                    state.clock(),
                    with_found(Styled(text)),
                    document=state.add_document(*document) if document else None,
                )
            ],
            thread_id=thread_id,
            reply_to=reply_to,
            anonymous=anonymous,
            service={"location": location} if location is not None else dict(other or {}),
        )
        state.keep(message)
        state.give(message)
        return message

    def press(self, chat_id: int, user_id: int, message_id: int, *, label: str = "", data: str = "") -> Query:
        """Press a callback button, found by its label or its data (neither: the first). LookupError if none fits."""
        state = self.state
        message = state.chats[chat_id].messages[message_id]
        keys = [key for row in message.now.keyboard for key in row if key.data]
        fitting = [key for key in keys if label in {"", key.label} and data in {"", key.data}]
        if message.gone or not fitting:
            there = ", ".join(key.label for key in keys) or "none"
            raise LookupError(f"Message {message_id} has no such button to press; it has: {there}.")
        query = Query(str(state.fresh()), user_id, chat_id, message_id, fitting[0].data, state.clock())
        state.queries[query.id] = query
        state.updates.push("callback_query", views.query_json(state, query))
        state.journal.stir()
        return query

    def ask_inline(self, user_id: int, text: str, *, offset: str = "") -> InlineQuery:
        """Type the bot's name and a text in some chat. Telegram hands on at most 256 characters."""
        state = self.state
        query = InlineQuery(str(state.fresh()), user_id, text[:MAX_QUERY], offset, state.clock())
        state.inline_queries[query.id] = query
        if state.inline:
            state.updates.push("inline_query", views.inline_query_json(state, query))
        state.journal.stir()
        return query

    def choose(self, query: InlineQuery, result_id: str, chat_id: int) -> Message:
        """Send a result into a chat, where it stands as the person's own message. LookupError if there is none."""
        state, results = self.state, query.answer.results if query.answer else ()
        chosen = next((result for result in results if result.id == result_id), None)
        if chosen is None:
            raise LookupError(f"The query has no result {result_id!r}.")
        version = Version(state.clock(), chosen.styled, keyboard=chosen.keyboard)
        number = state.next_message_id(state.chats[chat_id])
        return state.keep(Message(chat_id, number, state.clock(), query.user_id, [version]))

    def block(self, user_id: int) -> None:
        """The user blocks the bot."""
        chat = self.state.chats[user_id]
        if not chat.blocked:
            chat.blocked = True
            self._tell_bot(chat, Standing.MEMBER, Standing.KICKED, user_id)

    def unblock(self, user_id: int) -> None:
        """The user lets the bot back in."""
        self._unblock_by_writing(self.state.chats[user_id])

    def _unblock_by_writing(self, chat: Chat) -> None:
        if chat.blocked:
            chat.blocked, chat.refusals = False, 0
            self._tell_bot(chat, Standing.KICKED, Standing.MEMBER, chat.id)

    def deactivate(self, user_id: int) -> None:
        """The user deletes the account."""
        self.state.users[user_id].deactivated = True

    def invite(self, chat_id: int, by: int) -> None:
        """Put the bot into a group (or, as an administrator, a channel)."""
        chat = self.state.chats[chat_id]
        self._set_bot(chat, Standing.ADMINISTRATOR if chat.type == "channel" else Standing.MEMBER, by)

    def kick(self, chat_id: int, by: int = 0) -> None:
        """Throw the bot out."""
        chat = self.state.chats[chat_id]
        self._set_bot(chat, Standing.KICKED, by or _owner(chat))

    def promote(self, chat_id: int, user_id: int) -> None:
        """Make somebody, or the bot, an administrator."""
        self._set(chat_id, user_id, Standing.ADMINISTRATOR)

    def demote(self, chat_id: int, user_id: int) -> None:
        """Make an administrator an ordinary member."""
        self._set(chat_id, user_id, Standing.MEMBER)

    def join(self, chat_id: int, user_id: int) -> None:
        """Somebody becomes a member."""
        self._set(chat_id, user_id, Standing.MEMBER)

    def leave(self, chat_id: int, user_id: int) -> None:
        """Somebody leaves."""
        self._set(chat_id, user_id, Standing.LEFT)

    def _set(self, chat_id: int, user_id: int, standing: Standing) -> None:
        chat = self.state.chats[chat_id]
        if user_id == self.state.bot.id:
            self._set_bot(chat, standing, _owner(chat))
            return
        before = self.state.standing(chat, user_id)
        chat.members[user_id] = standing
        self._push_member("chat_member", chat, user_id, before, standing, by=_owner(chat))

    def upgrade(self, chat_id: int) -> Chat:
        """The group becomes a supergroup with a new id; both chats get their service message."""
        state, old = self.state, self.state.chats[chat_id]
        new = Chat(FIRST_SUPERGROUP - state.fresh(), "supergroup", old.title, members=dict(old.members))
        state.chats[new.id] = new
        old.migrated_to = new.id
        state.service(old, _owner(old), migrate_to_chat_id=new.id)
        state.service(new, GROUP_ANONYMOUS_BOT.id, migrate_from_chat_id=old.id)
        return new

    def remove_message(self, chat_id: int, message_id: int) -> None:
        """A person deletes a message; bots are not told."""
        self.state.remove(self.state.chats[chat_id].messages[message_id])

    def edit_own(self, chat_id: int, message_id: int, text: str) -> None:
        """A person edits a message of theirs."""
        state = self.state
        message = state.chats[chat_id].messages[message_id]
        state.show(message, Version(state.clock(), with_found(Styled(text))))
        kind = "edited_channel_post" if state.chats[chat_id].type == "channel" else "edited_message"
        state.updates.push(kind, views.message_json(state, message))
        state.journal.stir()

    def revoke_token(self) -> None:
        """From now on every request is answered 401."""
        self.state.revoked = True

    # --- what can be seen

    def transcript(self, chat_id: int, *, deleted: bool = True) -> tuple[Message, ...]:
        """Every message of a chat in order, each with its full history of versions."""
        messages = self.state.chats[chat_id].messages.values()
        return tuple(message for message in messages if deleted or not message.gone)

    def said_by_bot(self, chat_id: int) -> tuple[Message, ...]:
        """The bot's messages that are still there, in order."""
        return tuple(message for message in self.transcript(chat_id, deleted=False) if message.by_bot)

    def texts(self, chat_id: int) -> tuple[str, ...]:
        """What the bot's messages in a chat say now."""
        return tuple(message.text for message in self.said_by_bot(chat_id))

    def buttons(self, chat_id: int, message_id: int) -> tuple[Key, ...]:
        """The buttons under a message."""
        return tuple(key for row in self.state.chats[chat_id].messages[message_id].now.keyboard for key in row)

    # --- what the bot is told about itself

    def _set_bot(self, chat: Chat, standing: Standing, by: int) -> None:
        bot = self.state.bot.id
        before = self.state.standing(chat, bot)
        chat.members[bot] = standing
        chat.refusals = 0
        self._tell_bot(chat, before, standing, by)

    def _tell_bot(self, chat: Chat, before: Standing, after: Standing, by: int) -> None:
        self._push_member("my_chat_member", chat, self.state.bot.id, before, after, by=by)

    def _push_member(
        self, kind: str, chat: Chat, user_id: int, before: Standing, after: Standing, *, by: int
    ) -> None:
        state = self.state
        seen = kind == "my_chat_member" or state.standing(chat, state.bot.id) in ADMINS
        if seen:
            state.updates.push(
                kind,
                {
                    "chat": views.chat_json(state, chat),
                    "from": views.user_json(state.users[by]),
                    "date": int(state.clock().timestamp()),
                    "old_chat_member": views.member_json(state, chat, user_id, before),
                    "new_chat_member": views.member_json(state, chat, user_id, after),
                },
            )
        state.journal.note("chat", chat.id)


def _owner(chat: Chat) -> int:
    return next(user for user, standing in chat.members.items() if standing is Standing.CREATOR)
