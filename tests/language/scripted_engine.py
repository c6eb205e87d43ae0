"""An engine whose answers a test writes down, and a Keep that lasts as long as the test."""

import asyncio
from collections.abc import Callable

from bot.language.face import EngineError, Translated
from bot.model.translation import Cost


class ScriptedEngine:
    """Answers with ``says`` (a text, a function of the text, or an error); counts what it was asked."""

    def __init__(self, says: str | EngineError | Callable[[str], str], name: str = "deepl", model: str = "") -> None:
        self.says = says
        self.name = name
        self.model = model
        self.asked: list[tuple[str, str, str]] = []
        #: When set, an answer waits for it.
        self.gate: asyncio.Event | None = None
        self.pairs: set[tuple[str, str]] | None = None
        self.closed = False

    def speaks(self, source: str, target: str) -> bool:
        return self.pairs is None or (source, target) in self.pairs

    async def translate(self, text: str, source: str, target: str) -> Translated:
        self.asked.append((text, source, target))
        if self.gate is not None:
            await self.gate.wait()
        if isinstance(self.says, EngineError):
            raise self.says
        answer = self.says if isinstance(self.says, str) else self.says(text)
        return Translated(answer, Cost(1, len(text), 10, 5))

    async def aclose(self) -> None:
        self.closed = True


class ForgetfulKeep:
    """Implements fetching's Keep in memory."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], object] = {}

    async def load(self, site: str, name: str) -> object | None:
        return self.values.get((site, name))

    async def save(self, site: str, name: str, value: object) -> None:
        self.values[site, name] = value
