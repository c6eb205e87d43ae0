"""The face of a translation engine, the errors it may raise, and the ledger that it is used through."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.model.translation import Cost, EngineRest, Translation, TranslationKey


@dataclass(frozen=True, slots=True)
class Translated:
    """An engine's answer, before the gate has seen it."""

    text: str
    cost: Cost


class EngineError(Exception):
    """No usable answer. ``why`` is a sentence without keys, texts or what a server wrote; ``cost`` was spent on it."""

    def __init__(self, why: str, cost: Cost | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.cost = cost or Cost()


class EngineRefusedError(EngineError):
    """A quota is used up, a key is refused, or the service asks for rest: not to be asked before ``until``."""

    def __init__(self, why: str, until: datetime, cost: Cost | None = None) -> None:
        super().__init__(why, cost)
        self.until = until


class EngineBrokenError(EngineError):
    """No answer, or one that makes no sense. ``text_only``: it is about this text; the engine itself is well."""

    def __init__(self, why: str, cost: Cost | None = None, *, text_only: bool = False) -> None:
        super().__init__(why, cost)
        self.text_only = text_only


class Engine(Protocol):
    """Something that translates. Stateless towards texts; asked by several tasks at once."""

    @property
    def name(self) -> str:
        """As it stands in TOCSIN_TRANSLATORS."""

    @property
    def model(self) -> str:
        """Which of the engine's models, "" where there is but one."""

    def speaks(self, source: str, target: str) -> bool:
        """Tell whether it may know this pair (tags of ``languages.LANGUAGES``)."""

    async def translate(self, text: str, source: str, target: str) -> Translated:
        """Translate a whole text. Raises EngineError's kinds."""

    async def aclose(self) -> None:
        """Let go of what it holds."""


class Ledger(Protocol):
    """What is remembered about translations across processes (the database stands behind it)."""

    async def find(self, key: TranslationKey) -> Sequence[Translation]:
        """Give every engine's translation of this text that is kept, oldest first."""

    async def keep(self, key: TranslationKey, made: Translation, *, instead: bool = False) -> Translation:
        """Keep a translation; gives the one that is kept. ``instead`` puts it in the place of an older one."""

    async def spend(self, engine: str, model: str, cost: Cost) -> None:
        """Add to what an engine cost today."""

    async def rest(self, engine: EngineRest) -> None:
        """Leave an engine alone until then."""

    async def resting(self) -> Sequence[EngineRest]:
        """Give every rest that was noted, also those that are over."""
