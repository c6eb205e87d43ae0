"""One summary for a long text and a language: the translator's cache, counting and rests, behind the gate's other mode."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.language.engines.openai import SUMMARY_PROMPT
from bot.language.face import Engine, Ledger
from bot.language.languages import settled
from bot.language.summary_gate import SummaryGate
from bot.language.translating import Translator
from bot.model.translation import Attempt, Summary, Untranslated, Why

#: Changes whenever what is asked of a text, or how an answer is judged, does. No translation has such a version.
VERSION = f"summary{SUMMARY_PROMPT}.1"
_ORDERED = Attempt("", "unfaithful", "The post gives orders to a model, so none is asked to sum it up.")


class Summariser:
    """What the rest of the program asks. Where it has no summary, the text's own facts are shown (``reading.extracting``)."""

    def __init__(
        self,
        engines: Sequence[Engine],
        gate: SummaryGate,
        ledger: Ledger,
        clock: Callable[[], datetime],
        *,
        total_s: float = 20.0,
    ) -> None:
        self._gate = gate
        self._translator = Translator(
            engines, gate, ledger, clock, phrasebook_version=VERSION, total_s=total_s, own_language=True
        )

    async def summarise(self, text: str, source: str, target: str) -> Summary | Untranslated:
        """Give the summary of a text in a language (its own, too), or why there is none, within ``total_s`` seconds.

        It is asked for once, however many want it; a failure is never kept as an answer. A post that gives orders to a
        model is not given to one.
        """
        if await asyncio.to_thread(self._gate.gives_orders, text, settled(source)):
            return Untranslated(Why.UNRELIABLE, (_ORDERED,))
        made = await self._translator.translate(text, source, target)
        if isinstance(made, Untranslated):
            return made
        return Summary(made.text, made.source, made.target, made.engine, made.model, made.made_at)

    async def aclose(self) -> None:
        """Stop what is on its way, and let the engines go."""
        await self._translator.aclose()
