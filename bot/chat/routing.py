"""Which update goes to which command, as PTB's handlers; the commands themselves stand in ``commands/``."""

from collections.abc import Mapping

from telegram import Message, MessageEntity, Update
from telegram.ext import (
    Application,
    BaseHandler,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from bot.chat.asking import Answered, Asking
from bot.chat.buttons import read
from bot.chat.commands.adding import Adding
from bot.chat.commands.catchup import CatchUp
from bot.chat.commands.charting import Charting
from bot.chat.commands.digest import Digest
from bot.chat.commands.exporting import Exporting
from bot.chat.commands.filtering import Filtering
from bot.chat.commands.finding import Finding
from bot.chat.commands.followed import FollowedHere
from bot.chat.commands.following import Following
from bot.chat.commands.forgetting import Forgetting
from bot.chat.commands.importing import Importing
from bot.chat.commands.language import Language
from bot.chat.commands.latest import Latest
from bot.chat.commands.listing import Listing
from bot.chat.commands.live import Live
from bot.chat.commands.manners import MannersCommands
from bot.chat.commands.mapping import MapButton
from bot.chat.commands.moving import Moving
from bot.chat.commands.muting import Muting
from bot.chat.commands.order import Order
from bot.chat.commands.places import Places
from bot.chat.commands.reporting import Reporting
from bot.chat.commands.settings import Settings
from bot.chat.commands.situation import Situation
from bot.chat.commands.stats import Stats
from bot.chat.commands.status import Status
from bot.chat.commands.subscribing import Subscribing
from bot.chat.commands.trying import Trying
from bot.chat.commands.welcome import Welcome
from bot.chat.desk import Command, Desk, Press
from bot.chat.failures import Failures
from bot.chat.inline import Inline
from bot.chat.membership import Membership
from bot.chat.scene import Scene, place_of
from bot.locales import phrases

#: The kinds of update that are asked for; edits are not: a command mended is sent again.
ALLOWED_UPDATES = (
    Update.MESSAGE,
    Update.CHANNEL_POST,
    Update.CALLBACK_QUERY,
    Update.MY_CHAT_MEMBER,
    Update.INLINE_QUERY,
)

#: A channel's post that Telegram copies into its discussion group was not said to us there.
_SPOKEN = (filters.UpdateType.MESSAGE | filters.UpdateType.CHANNEL_POST) & ~filters.IS_AUTOMATIC_FORWARD

#: A command under a file is a caption, which PTB's handler of commands does not look at.
_FILE_NAMED = filters.CaptionRegex(r"^/import(@\w+)?(\s|$)")
_UNDER_A_FILE = filters.CaptionRegex(r"^/report(@\w+)?(\s|$)")
_CAPTIONED = _FILE_NAMED | _UNDER_A_FILE

#: The command that leaves a conversation.
CANCEL = "cancel"
#: The question for words sends people there; what they write then is still the answer.
_EXPLAINS = "filters"

Handler = BaseHandler[Update, ContextTypes.DEFAULT_TYPE, None]


class Routes:
    """Puts the commands together and hands updates to them."""

    def __init__(self, desk: Desk) -> None:
        trying, filtering = Trying(desk), Filtering(desk)
        following = Following(desk)
        subscribing = Subscribing(desk, following)
        listing, language, catchup = Listing(desk), Language(desk), CatchUp(desk)
        finding, forgetting = Finding(desk, subscribing), Forgetting(desk)
        exporting, moving = Exporting(desk), Moving(desk)
        self._importing = Importing(desk)
        situation, digest, live, muting = Situation(desk), Digest(desk), Live(desk), Muting(desk)
        order, manners = Order(desk), MannersCommands(desk)
        self._desk = desk
        self._welcome = Welcome(desk, subscribing)
        self._asking = Asking(desk)
        adding = Adding(desk, self._asking, subscribing, following)
        followed = FollowedHere(desk, self._asking)
        self.answers: Mapping[str, Answered] = {**adding.answers, **followed.answers}
        self._reporting = Reporting(desk)
        self._places = Places(desk)
        commands: Mapping[str, Command] = {
            **self._welcome.commands,
            **subscribing.commands,
            **finding.commands,
            **listing.commands,
            **Latest(desk).commands,
            **trying.commands,
            **filtering.commands,
            **Status(desk).commands,
            **language.commands,
            **catchup.commands,
            **self._reporting.commands,
            **forgetting.commands,
            **Stats(desk).commands,
            **situation.commands,
            **digest.commands,
            **live.commands,
            **exporting.commands,
            **self._importing.commands,
            **moving.commands,
            **Charting(desk).commands,
            **muting.commands,
            **adding.commands,
            CANCEL: self._cancel,
            **manners.commands,
            **self._places.commands,
        }
        settings = Settings(desk, {**commands, **order.pages, **followed.pages})
        self.commands: Mapping[str, Command] = {**commands, **settings.commands}
        self.presses: Mapping[str, Press] = {
            **following.presses,
            **subscribing.presses,
            **finding.presses,
            **listing.presses,
            **language.presses,
            **catchup.presses,
            **forgetting.presses,
            **order.presses,
            **MapButton(desk).presses,
            **digest.presses,
            **live.presses,
            **exporting.presses,
            **self._importing.presses,
            **moving.presses,
            **muting.presses,
            **manners.presses,
            **settings.presses,
            **adding.presses,
            **followed.presses,
            **self._places.presses,
        }

    def install(self, application: "Application") -> None:  # type: ignore[type-arg]  # six parameters, none of ours
        """Add every handler; the first that fits takes an update."""
        membership = Membership(self._desk)
        application.add_handler(ChatMemberHandler(membership.changed, ChatMemberHandler.MY_CHAT_MEMBER))
        application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, membership.migrated))
        application.add_handler(CommandHandler(list(self.commands), self._on_command, filters=_SPOKEN))
        application.add_handler(MessageHandler(filters.COMMAND & _SPOKEN, self._on_unknown))
        if (operators_chat := self._desk.ports.reports_chat) is not None:
            spoken = filters.UpdateType.MESSAGE & ~filters.COMMAND & ~filters.StatusUpdate.ALL & ~_CAPTIONED
            replies = filters.REPLY & filters.Chat(operators_chat) & spoken
            application.add_handler(MessageHandler(replies, self._on_reply))
        application.add_handler(MessageHandler(_UNDER_A_FILE & _SPOKEN, self._on_report))
        files = filters.Document.ALL & (_FILE_NAMED | filters.ChatType.PRIVATE)
        application.add_handler(MessageHandler(files & _SPOKEN, self._on_file))
        application.add_handler(MessageHandler(filters.LOCATION & _SPOKEN, self._on_location))
        words = filters.TEXT & ~filters.COMMAND & _SPOKEN
        application.add_handler(MessageHandler(words & (filters.ChatType.PRIVATE | filters.REPLY), self._on_words))
        # a picture, a recording, a sticker: nobody who sends one is left without an answer
        anything = filters.ChatType.PRIVATE & ~filters.COMMAND & ~filters.StatusUpdate.ALL
        application.add_handler(MessageHandler(anything & filters.UpdateType.MESSAGE, self._on_anything))
        application.add_handler(CallbackQueryHandler(self._on_press))
        application.add_handler(InlineQueryHandler(Inline(self._desk).asked))
        application.add_error_handler(Failures(self._desk).failed)

    async def _on_command(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        message, place = update.effective_message, place_of(update)
        if message is None or place is None:
            return
        head, *rest = (message.text or "").split(maxsplit=1)
        name = head.removeprefix("/").partition("@")[0].lower()
        scene = await self._desk.scene(place)
        if name not in {CANCEL, _EXPLAINS}:
            await self._asking.end(scene)  # whoever says something else is not waiting for the next step
        await self.commands[name](scene, rest[0] if rest else "")

    async def _cancel(self, scene: Scene, _rest: str) -> None:
        """Leave a conversation at whatever step it is."""
        await self._desk.tell(scene, "subscribe.cancelled" if await self._asking.end(scene) else "add.nothing_open")

    async def _on_unknown(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """In company other bots may be meant: only a command with our name is answered there."""
        message, place = update.effective_message, place_of(update)
        if message is None or place is None or not (message.chat.type == message.chat.PRIVATE or _to_us(message)):
            return
        await self._welcome.unknown(await self._desk.scene(place))

    async def _on_words(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """An answer to what was asked; else, in private, words that may name somebody. Talk of others is not heard."""
        message, place = update.effective_message, place_of(update)
        if message is None or place is None:
            return
        private = message.chat.type == message.chat.PRIVATE
        if not private and not _answers_us(message):
            return
        scene, text = await self._desk.scene(place), message.text or ""
        asked = await self._asking.heard(scene)
        if asked is not None and asked.step in self.answers:
            await self.answers[asked.step](scene, text, asked.payload)
        elif private:
            await self._welcome.plain(scene, text)

    async def _on_file(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """A file that is to be imported: in private, where no command stands with it, any."""
        place = place_of(update)
        if place is not None:
            await self._importing.take(await self._desk.scene(place), "")

    async def _on_location(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """In company people tell each other where they are: there only an answer to us is meant for us."""
        message, place = update.effective_message, place_of(update)
        if message is None or place is None or message.location is None:
            return
        answered = message.reply_to_message
        to_us = (
            answered is not None and answered.from_user is not None and answered.from_user.id == message.get_bot().id
        )
        if message.chat.type == message.chat.PRIVATE or to_us:
            await self._places.located(await self._desk.scene(place), message.location)

    async def _on_reply(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """In the operators' chat: an answer to a reader's report, or what it would be in any other chat."""
        message, place = update.effective_message, place_of(update)
        if message is None or place is None:
            return
        scene, private = await self._desk.scene(place), message.chat.type == message.chat.PRIVATE
        if await self._reporting.answered(scene, message.text or message.caption or "", more=message.text is None):
            return
        if message.location is not None:
            await self._on_location(update, context)
        elif message.document is not None and private:
            await self._on_file(update, context)
        elif message.text is not None:
            await self._on_words(update, context)
        elif private:
            await self._on_anything(update, context)

    async def _on_report(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """The words under a picture or a file; other bots take reports too, by their own names."""
        message, place = update.effective_message, place_of(update)
        if message is None or place is None:
            return
        head, *rest = (message.caption or "").split(maxsplit=1)
        named = head.partition("@")[2].lower()
        if named in {"", (message.get_bot().username or "").lower()}:
            await self._reporting.under_a_file(await self._desk.scene(place), rest[0] if rest else "")

    async def _on_anything(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """In private, what is no words: those under it may name somebody. Of an album only they are looked at."""
        message, place = update.effective_message, place_of(update)
        if message is None or place is None or (message.media_group_id and not message.caption):
            return
        await self._welcome.plain(await self._desk.scene(place), message.caption or "")

    async def _on_press(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        query, place = update.callback_query, place_of(update)
        if query is None:
            return
        verb, arguments = read(query.data or "")
        press = self.presses.get(verb)
        if place is None or press is None or query.message is None or not query.message.is_accessible:
            language = place.language if place is not None else self._desk.default_language
            await self._desk.voice.note(query, phrases(language)("common.old_button"), alert=True)
            return
        await press(await self._desk.scene(place, query), arguments)


def _answers_us(message: Message) -> bool:
    """True for a reply to a message of ours; in a channel no message says whose it is."""
    answered = message.reply_to_message
    if answered is None:
        return False
    return answered.from_user is None or answered.from_user.id == message.get_bot().id


def _to_us(message: Message) -> bool:
    """True when the message begins with a command that bears our name."""
    first = message.entities[0] if message.entities else None
    if first is None or first.type != MessageEntity.BOT_COMMAND or first.offset != 0:
        return False
    name = message.get_bot().username or ""
    return message.parse_entity(first).partition("@")[2].lower() == name.lower()
