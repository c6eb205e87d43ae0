"""/import: what a file names is followed here, after it was shown and agreed to. Nothing in a file is believed: each
account is looked up as if its address had been sent.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import structlog
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat import manners as shared
from bot.chat.buttons import press
from bot.chat.commands.places import add_place
from bot.chat.desk import Command, Desk, Press
from bot.chat.ports import LookupFailedError
from bot.chat.scene import Scene
from bot.chat.wording import NAME_LIMIT, Say, one_line
from bot.delivery import releasing
from bot.delivery.face import SendError, Styled
from bot.delivery.hours import next_time
from bot.matching.parsing import read_back
from bot.matching.tree import key_of
from bot.model.account import Account
from bot.model.bundle import MOST_BYTES, Bundle, BundleError, Item, Unusable
from bot.model.manners import NOTHING_OWN, Manners, Own, brought
from bot.model.subscription import MOST_SUBSCRIPTIONS, ChatForgottenError, TooManySubscriptionsError, Wish
from bot.store import accounts, briefings, chat_places, chats, choices, coverages, forgetting, subscriptions
from bot.store import manners as manner_store

_log = structlog.get_logger(__name__)

DO, LEAVE = "im", "ix"
_BUNDLE = TypeAdapter(Bundle)
#: Seconds that the question stands: the file can be sent again.
_GOOD_FOR = 3600.0
#: One lookup may queue behind others for its site; after this the next one is looked up.
_LOOKUP_SECONDS = 60.0
#: Entries between two words about how far it is: an edit of a message costs one of twenty a minute in a group.
_STEP = 10
#: Names in a message; of more the number is enough.
_NAMED = 10
#: Subscriptions whose own wishes are told one by one: with all else of the message, this many at their longest fit.
_SPELT_OUT = 4

_WHY = {
    Unusable.TOO_LARGE: "import.too_large",
    Unusable.NOT_KNOWN: "import.not_known",
    Unusable.NEWER: "import.newer",
    Unusable.EMPTY: "import.empty",
}


@dataclass(slots=True)
class _Came:
    """What an import came to."""

    added: int = 0
    known: int = 0
    failed: list[str] = field(default_factory=list)
    #: The chat follows as much as it may.
    full: bool = False
    #: What subscriptions that are new here want of their own.
    own: dict[int, Own] = field(default_factory=dict)


class Importing:
    """The command, files sent without one, and the buttons."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.commands: Mapping[str, Command] = {"import": self.take}
        self.presses: Mapping[str, Press] = {DO: self.do, LEAVE: self.leave}

    async def take(self, scene: Scene, _rest: str) -> None:
        """Said with a file, or as an answer to one: show what it names, and ask."""
        desk = self._desk
        if not await desk.allowed(scene):
            return
        if scene.place.file is None:
            await desk.tell(scene, "import.how")
            return
        try:
            bundle = await self._read(scene)
        except BundleError as error:
            say = Say(scene.phrases).phrase(_WHY[error.why])
            if error.where:
                say.line("import.where", place=one_line(error.where, NAME_LIMIT))
            await desk.answer(scene, say.styled())
            return
        except SendError as error:
            _log.warning("a file could not be fetched from Telegram", error=str(error))
            await desk.tell(scene, "import.not_fetched")
            return
        await self._ask(scene, bundle)

    async def do(self, scene: Scene, arguments: list[str]) -> None:
        """It was agreed to."""
        payload = await self._desk.agreed(scene, arguments, "items", once=True)
        if payload is None:
            return
        bundle = _BUNDLE.validate_python(payload)
        await self._desk.show(scene, self._far(scene, 0, len(bundle.items)))
        message_id, came = scene.place.message_id, _Came()

        async def say(key: str) -> None:
            await self._desk.voice.change(scene.target, message_id, self._told(scene, came, key))

        async def work() -> None:
            whole = await self._carry_out(scene, bundle, came, message_id)
            await say("import.done" if whole else "import.broken_off")

        if not self._desk.errand(
            scene, work, failed=lambda: say("import.broken_off"), stopped=lambda: say("import.broken_off")
        ):
            await say("subscribe.busy")

    async def leave(self, scene: Scene, arguments: list[str]) -> None:
        """It was not."""
        if await self._desk.agreed(scene, arguments, "items", once=True) is not None:
            await self._desk.show(scene, Say(scene.phrases).phrase("import.left").styled())

    async def _read(self, scene: Scene) -> Bundle:
        file = scene.place.file
        if file is None or file.size > MOST_BYTES:
            raise BundleError(Unusable.TOO_LARGE)
        data = await self._desk.voice.file(file.file_id, MOST_BYTES)
        if data is None:
            raise BundleError(Unusable.TOO_LARGE)
        return await asyncio.to_thread(self._desk.ports.files.unpack, data)

    async def _ask(self, scene: Scene, bundle: Bundle) -> None:
        desk = self._desk
        async with desk.db.begin() as conn:
            manners = brought(bundle.manners, desk.clock())
            if manners != Manners():
                manners = replace(manners, zone=await shared.zone_of(conn, scene, manners))
            payload = _BUNDLE.dump_python(bundle, mode="json")
            token = await choices.put(conn, scene.target.chat_id, payload, desk.clock(), _GOOD_FOR)
        say = Say(scene.phrases).phrase("import.shown", count=len(bundle.items))
        for number, item in enumerate(bundle.items[:_NAMED]):
            say.add(", " if number else "\n").foreign(_name(item))
        if len(bundle.items) > _NAMED:
            say.add(", …")
        if bundle.without_address:
            say.line("import.without_address", count=bundle.without_address)
        if bundle.hour is not None:
            say.line("import.digest", hour=bundle.hour, zone=bundle.zone)
        self._add_settings(say, scene, bundle, manners)
        self._add_own(say, scene, bundle, manners)
        if scene.target.thread_id:
            say.line("common.topic_here")
        yes = press(scene.phrases("import.yes"), DO, token)
        no = press(scene.phrases("import.no"), LEAVE, token)
        await desk.answer(scene, say.styled(), ((yes,), (no,)))

    def _add_settings(self, say: Say, scene: Scene, bundle: Bundle, manners: Manners) -> None:
        if manners == Manners() and not bundle.places:
            return
        say.add("\n").line("import.settings")
        if bundle.places:
            say.line("place.shown")
            for place in bundle.places:
                add_place(say.add("\n• "), place, scene.phrases)
                if place.unit:
                    # a stranger's name may hide what is meant
                    say.add(" (").foreign(one_line("".join(place.unit), NAME_LIMIT)).add(")")
        if manners != Manners():
            told = shared.told(manners, scene.phrases, self._desk.clock()).styled()
            if told.text:
                say.newline().append(told)
            else:
                say.line("manners.zone", zone=manners.zone)

    def _add_own(self, say: Say, scene: Scene, bundle: Bundle, manners: Manners) -> None:
        """What subscriptions bring of their own: a pause is no surprise."""
        now = self._desk.clock()
        kept = [replace(each, own=brought(each.own, now)) for each in bundle.items]
        particular = [each for each in kept if each.own != NOTHING_OWN]
        if not particular:
            return
        say.add("\n").line("import.own", count=len(particular))
        for item in particular[:_SPELT_OUT]:
            shared.add_own(
                say.add("\n• ").foreign(_name(item)), item.own, manners.zone, scene.phrases, now, brief=True
            )
        if len(particular) > _SPELT_OUT:
            say.add("\n…")

    async def _carry_out(self, scene: Scene, bundle: Bundle, came: _Came, message_id: int) -> bool:
        """False: the chat was forgotten, or became part of another one, meanwhile; nothing more is set there."""
        desk = self._desk
        for number, item in enumerate(bundle.items):
            if number and number % _STEP == 0:
                await desk.voice.change(scene.target, message_id, self._far(scene, number, len(bundle.items)))
            async with desk.db.read() as conn:
                if await _still_there(conn, scene) is None:
                    return False
            try:
                await self._follow(scene, item, came)
            except TooManySubscriptionsError:
                came.full = True
                break
            except ChatForgottenError:
                return False
        async with desk.db.begin() as conn:
            if (chat := await _still_there(conn, scene)) is None:
                return False
            if bundle.original_first:
                await chats.set_order(conn, chat.telegram_id, original_first=True)
            here = scene.chat_id, scene.target.thread_id
            if bundle.hour is not None and await briefings.get(conn, *here, briefings.Kind.DAY) is None:
                due = next_time(bundle.hour, bundle.zone, desk.clock())
                await briefings.set_day(conn, *here, bundle.hour, bundle.zone, due)
            await self._set(conn, scene, bundle, came)
        desk.ports.queued()
        return True

    async def _set(self, conn: AsyncConnection, scene: Scene, bundle: Bundle, came: _Came) -> None:
        """Places and manners; what is set here already stays."""
        now, here = self._desk.clock(), (scene.chat_id, scene.target.thread_id)
        if not await chat_places.of_chat(conn, *here):
            for place in bundle.places:
                await chat_places.add(conn, *here, place, now)
        for subscription_id, own in came.own.items():
            await manner_store.set_own(conn, scene.chat_id, subscription_id, own)
        before = await manner_store.of_place(conn, *here)
        wanted = brought(bundle.manners, now) if before == Manners() else before
        if wanted != before or came.own:
            # times need a clock
            wanted = replace(wanted, zone=await shared.zone_of(conn, scene, wanted))
            await releasing.settle_on(conn, here, wanted, now)

    async def _follow(self, scene: Scene, item: Item, came: _Came) -> None:
        desk = self._desk
        account = await self._account(item)
        if account is None:
            came.failed.append(_name(item))
            return
        async with desk.db.read() as conn:
            # a lookup takes its time; the next step ends the whole
            if await _still_there(conn, scene) is None:
                return
        wish = Wish(account, scene.chat_id, scene.target.thread_id, (), scene.place.user_id, item.filter)
        if await self._stands(scene, wish):
            came.known += 1
            return
        followed = await desk.ports.lookout.follow(wish)
        if followed.created:
            came.added += 1
            if (own := brought(item.own, desk.clock())) != NOTHING_OWN:
                came.own[followed.subscription_id] = own
        else:
            came.known += 1
        if item.live:
            async with desk.db.begin() as conn:
                stored = await accounts.by_key(conn, account.kind, account.key)
                if stored is not None:
                    await coverages.choose(conn, scene.chat_id, scene.target.thread_id, stored.id, live=True)

    async def _account(self, item: Item) -> Account | None:
        """Who is meant: known here already, or looked up. None where it leads to nobody, or to several."""
        if item.kind:
            async with self._desk.db.read() as conn:
                stored = await accounts.by_key(conn, item.kind, item.key)
            if stored is not None:
                return stored.account
        try:
            async with asyncio.timeout(_LOOKUP_SECONDS):
                found = await self._desk.ports.lookout.find(item.what)
        except (LookupFailedError, TimeoutError) as error:
            _log.info("an account of a file was not found", error=str(error)[:200])
            return None
        if item.kind:
            return next((each for each in found.accounts if (each.kind, each.key) == (item.kind, item.key)), None)
        return found.accounts[0] if len(found.accounts) == 1 else None

    async def _stands(self, scene: Scene, wish: Wish) -> bool:
        """Nothing is asked of a site for what is followed already."""
        async with self._desk.db.read() as conn:
            listed = await subscriptions.of_chat(conn, scene.chat_id, scene.target.thread_id)
        key = key_of(read_back(wish.filter))
        return any(
            (each.account.kind, each.account.key) == (wish.account.kind, wish.account.key)
            and key_of(read_back(each.filter)) == key
            for each in listed
        )

    def _far(self, scene: Scene, done: int, total: int) -> Styled:
        return Say(scene.phrases).phrase("import.under_way", done=done, total=total).styled()

    def _told(self, scene: Scene, came: _Came, key: str) -> Styled:
        say = Say(scene.phrases).phrase(key).line("import.added", count=came.added)
        if came.known:
            say.line("import.known", count=came.known)
        if came.failed:
            say.line("import.failed", count=len(came.failed))
            for number, name in enumerate(came.failed[:_NAMED]):
                say.add(", " if number else "\n").foreign(name)
            if len(came.failed) > _NAMED:
                say.add(", …")
        if came.full:
            say.line("subscribe.too_many", most=MOST_SUBSCRIPTIONS)
        return say.styled()


async def _still_there(conn: AsyncConnection, scene: Scene) -> chats.Chat | None:
    chat = await chats.by_id(conn, scene.chat_id)
    return None if chat is None or chat.state == forgetting.FORGOTTEN else chat


def _name(item: Item) -> str:
    return one_line(item.name or item.what, NAME_LIMIT)
