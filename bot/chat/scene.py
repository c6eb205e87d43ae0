"""Where an update happens and who stands behind it: read from Telegram's update, no I/O."""

from dataclasses import dataclass

from telegram import CallbackQuery, Chat, Message, Update

from bot.chat.buttons import MENU, read
from bot.locales import Phrases
from bot.model.subscription import ChatKind, Target


@dataclass(frozen=True, slots=True)
class File:
    """A file that came with a message. ``size``: bytes, 0 where Telegram does not say."""

    file_id: str
    size: int


@dataclass(frozen=True, slots=True)
class Place:
    """A chat as Telegram shows it, and the topic spoken in."""

    target: Target
    kind: ChatKind
    title: str
    #: BCP 47 as the person's app tells it; "" for a channel.
    language: str
    user_id: int | None
    #: True when it was said in the chat's own name: a channel's post, an anonymous administrator.
    by_chat: bool
    #: The message spoken to us (the pressed one for a button), 0 when there is none.
    message_id: int
    #: The message that it answers, 0 when it answers none.
    reply_to: int = 0
    #: The file that came with the message, or with the one that it answers.
    file: File | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """A place with what the database knows of it. ``chat_id`` is the row of the chats table."""

    place: Place
    chat_id: int
    phrases: Phrases
    #: The pressed button's query, None for a command.
    query: CallbackQuery | None = None
    #: The chat wants the agency's own words before their translation.
    original_first: bool = False
    #: The answer takes the place of the message whose button was pressed: a command was opened as a page of the menu.
    in_place: bool = False

    @property
    def in_menu(self) -> bool:
        """True when the pressed button stood on a page of /settings."""
        message = self.query.message if self.query is not None else None
        markup = message.reply_markup if isinstance(message, Message) else None
        buttons = [button for row in markup.inline_keyboard for button in row] if markup is not None else []
        return any(isinstance(b.callback_data, str) and read(b.callback_data)[0] == MENU for b in buttons)

    @property
    def target(self) -> Target:
        """Where answers go."""
        return self.place.target

    @property
    def private(self) -> bool:
        """True when one person is alone with the bot."""
        return self.place.kind is ChatKind.PRIVATE


def place_of(update: Update) -> Place | None:
    """The place of a message, channel post or pressed button; None for an inline message's button."""
    query, message = update.callback_query, update.effective_message
    chat = query.message.chat if query is not None and query.message is not None else update.effective_chat
    if chat is None:
        return None
    user = update.effective_user
    said = query.message if query is not None else message
    return Place(
        target=Target(chat.id, _thread(said if isinstance(said, Message) else None)),
        kind=ChatKind(chat.type),
        title=_title(chat),
        language=(user.language_code or "") if user is not None else "",
        user_id=user.id if user is not None else None,
        by_chat=query is None and message is not None and _by_chat(message, chat),
        message_id=said.message_id if said is not None else 0,
        reply_to=_answered(message) if query is None else 0,
        file=_file(message) if query is None else None,
    )


def _thread(message: Message | None) -> int:
    """The topic, 0 for none. In plain groups ``message_thread_id`` is a reply's thread, which is no topic."""
    if message is None or not message.is_topic_message:
        return 0
    return message.message_thread_id or 0


def _answered(message: Message | None) -> int:
    """A message in a topic answers the topic's first one where it answers none."""
    told = message.reply_to_message if message is not None else None
    return 0 if told is None or told.forum_topic_created is not None else told.message_id


def _file(message: Message | None) -> File | None:
    for each in (message, message.reply_to_message if message is not None else None):
        if each is not None and each.document is not None:
            return File(each.document.file_id, each.document.file_size or 0)
    return None


def _by_chat(message: Message, chat: Chat) -> bool:
    return chat.type == Chat.CHANNEL or (message.sender_chat is not None and message.sender_chat.id == chat.id)


def _title(chat: Chat) -> str:
    """A group's or channel's title. A person's name is nobody's business here and is not kept."""
    return chat.title or ""
