"""/start and /help, and what is said to words that are no command of ours."""

from collections.abc import Mapping

from bot.chat.buttons import press
from bot.chat.commands.adding import ADD
from bot.chat.commands.subscribing import Subscribing, named_in
from bot.chat.desk import Command, Desk
from bot.chat.scene import Scene
from bot.chat.wording import Say
from bot.delivery.face import Styled


class Welcome:
    """How the bot introduces itself, and how it answers what it does not understand."""

    def __init__(self, desk: Desk, subscribing: Subscribing) -> None:
        self._desk = desk
        self._subscribing = subscribing
        self.commands: Mapping[str, Command] = {"start": self.start, "help": self.help}

    async def start(self, scene: Scene, rest: str) -> None:
        """``rest`` is a deep link's payload: an account's number is offered, never followed by the click alone."""
        hello = Styled(scene.phrases("start.hello" if scene.private else "start.group"))
        await self._desk.answer(scene, hello, ((press(scene.phrases("add.begin"), ADD),),))
        named = named_in(rest) if rest.strip().isdigit() else ""
        if named:
            await self._subscribing.offer(scene, named)

    async def help(self, scene: Scene, _rest: str) -> None:
        """Everything that there is."""
        text = Say(scene.phrases).phrase("help.text")
        if self._desk.is_operator(scene):
            text.add("\n\n").phrase("help.operators")
        await self._desk.answer(scene, text.styled())

    async def unknown(self, scene: Scene) -> None:
        """A command that is none of ours, said to us."""
        await self._desk.tell(scene, "common.unknown_command")

    async def plain(self, scene: Scene, text: str) -> None:
        """A private message without a command: a link or name is offered, the rest is answered kindly."""
        named = named_in(text)
        if named:
            await self._subscribing.offer(scene, named)
        else:
            await self._desk.tell(scene, "common.not_understood")
