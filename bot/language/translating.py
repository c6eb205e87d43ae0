"""One translation for a text and a language, whatever the number of readers: cache, engines in order, gate, rests."""

import asyncio
import hashlib
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.language.engine_rests import Rests
from bot.language.face import Engine, EngineBrokenError, EngineError, EngineRefusedError, Ledger, Translated
from bot.language.gate import Verdict
from bot.language.languages import PROPER, settled
from bot.model.translation import Attempt, Translation, TranslationKey, Untranslated, Why

#: Changes whenever what is done to a text before or after an engine does, or what a model is told to do.
RULES = "2"

#: Longer texts are shown in the original: engines take 5,000 (Google) to 50,000 (Azure), and a post has a few thousand.
MOST_CHARACTERS = 10_000
#: Texts on their way at once; more than this is a flood, and the original goes out.
MOST_FLIGHTS = 256
#: An engine whose answer did not pass is not asked the same again for so long, nor for more texts than these.
_ASKED_AGAIN = timedelta(minutes=10)
_MOST_REMEMBERED = 4096

_log = structlog.get_logger(__name__)


class Judge(Protocol):
    """The gate, in whichever of its modes."""

    def check(self, original: str, translation: str, source: str, target: str) -> Verdict:
        """Tell what is wrong with an answer."""


@dataclass(frozen=True, slots=True)
class _Task:
    """What one flight is about."""

    text: str
    key: TranslationKey
    engines: tuple[Engine, ...]


class Translator:
    """What the rest of the program asks. Hand in the engines in the order in which they are to be tried."""

    def __init__(
        self,
        engines: Sequence[Engine],
        gate: Judge,
        ledger: Ledger,
        clock: Callable[[], datetime],
        *,
        phrasebook_version: str = "0",
        total_s: float = 20.0,
        own_language: bool = False,
    ) -> None:
        #: Whether a text is worked on in its own language, too (a summary is).
        self._own_language = own_language
        self._engines = tuple(engines)
        self._gate = gate
        self._ledger = ledger
        self._clock = clock
        self._version = f"{phrasebook_version}.{RULES}"[:64]
        self._total_s = total_s
        self._rests = Rests(ledger, clock)
        self._flights: dict[TranslationKey, asyncio.Task[Translation | Untranslated]] = {}
        #: Which engine's answer to which text did not pass, and until when it is not asked that again.
        self._unfaithful: OrderedDict[tuple[TranslationKey, str, str], datetime] = OrderedDict()

    @property
    def engines(self) -> tuple[str, ...]:
        """Names of the engines in order; empty when nothing is set up."""
        return tuple(engine.name for engine in self._engines)

    async def translate(self, text: str, source: str, target: str) -> Translation | Untranslated:
        """Give the translation, from the cache or an engine, or why there is none, within ``total_s`` seconds (and
        what the database takes).

        Who asks for what is on its way already waits for that. A caller that stops waiting (its own time-out) does not
        stop the work: the translation will be in the cache.
        """
        text = unicodedata.normalize("NFC", text).strip()
        source, target = settled(source), settled(target)
        engines = tuple(engine for engine in self._engines if engine.speaks(source, target))
        if not text:
            return Untranslated(Why.NO_TEXT)
        needless = source == target and not self._own_language
        if needless or not engines or not (PROPER.fullmatch(source) and PROPER.fullmatch(target)):
            return Untranslated(Why.NO_ENGINE)
        if len(text) > MOST_CHARACTERS:
            return Untranslated(Why.TOO_LONG)
        text_hash = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
        key = TranslationKey(text_hash, source, target, self._version)
        flight = self._flights.get(key)
        if flight is None:
            if len(self._flights) >= MOST_FLIGHTS:
                return Untranslated(Why.UNAVAILABLE, (Attempt("", "busy", "Too many texts are being translated."),))
            flight = asyncio.create_task(self._fly(_Task(text, key, engines)), name="translate")
            self._flights[key] = flight
            flight.add_done_callback(lambda done: self._landed(key, done))
        return await asyncio.shield(flight)

    async def may(self, source: str, target: str) -> bool:
        """Tell whether an engine knows this pair and is not left alone just now: then a translation may come."""
        source, target = settled(source), settled(target)
        if source == target or not (PROPER.fullmatch(source) and PROPER.fullmatch(target)):
            return False
        speaking = [engine for engine in self._engines if engine.speaks(source, target)]
        return any([await self._rests.of(engine.name) is None for engine in speaking])

    async def aclose(self) -> None:
        """Stop what is on its way, and let the engines go."""
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)
        for engine in self._engines:
            await engine.aclose()

    def _landed(self, key: TranslationKey, flight: asyncio.Task[Translation | Untranslated]) -> None:
        self._flights.pop(key, None)
        if not flight.cancelled() and (error := flight.exception()) is not None:
            # every waiting caller gets it too; when none waits any more, this is the only place that sees it
            _log.error("a translation failed", error=f"{type(error).__name__}: {error}")

    async def _fly(self, task: _Task) -> Translation | Untranslated:
        kept = await self._kept(task)
        if kept is not None:
            return kept
        tried: list[Attempt] = []
        ends_at = asyncio.get_running_loop().time() + self._total_s
        for number, engine in enumerate(task.engines):
            left = ends_at - asyncio.get_running_loop().time()
            # a silent engine gets its share of the time, not all of it: the next one may answer
            result = await self._try(engine, task, max(0.0, left) / (len(task.engines) - number))
            if isinstance(result, Translation):
                return result
            tried.append(result)
        unfaithful = any(attempt.how == "unfaithful" for attempt in tried)
        why = Why.UNRELIABLE if unfaithful else Why.UNAVAILABLE
        _log.warning(
            "not translated", why=why.value, target=task.key.target, tried=[f"{a.engine}: {a.why}" for a in tried]
        )
        return Untranslated(why, tuple(tried))

    async def _kept(self, task: _Task) -> Translation | None:
        """Give the translation of the first engine in order that has one; the gate may have become stricter since."""
        kept = {(one.engine, one.model): one for one in await self._ledger.find(task.key)}
        for engine in task.engines:
            found = kept.get((engine.name, engine.model))
            if found is not None and (await self._weigh(task, found.text)).passed:
                return found
        return None

    async def _try(self, engine: Engine, task: _Task, seconds: float) -> Translation | Attempt:
        """Ask one engine, count what it cost, and let its answer through the gate."""
        resting = await self._rests.of(engine.name)
        if resting is not None:
            return Attempt(engine.name, "resting", resting)
        mark = (task.key, engine.name, engine.model)
        if self._unfaithful.get(mark, self._clock()) > self._clock():
            return Attempt(engine.name, "unfaithful", "Its answer to this text did not pass a short while ago.")
        try:
            async with asyncio.timeout(seconds):
                answer = await engine.translate(task.text, task.key.source, task.key.target)
        except TimeoutError:
            return await self._failed(engine, EngineBrokenError(f"{engine.name} gave no answer in time."))
        except EngineError as error:
            return await self._failed(engine, error)
        await self._ledger.spend(engine.name, engine.model, answer.cost)
        self._rests.answered(engine.name)
        return await self._judged(engine, task, answer)

    async def _weigh(self, task: _Task, text: str) -> Verdict:
        """Let the gate judge, in a thread: a long text takes longer than the loop may stand still."""
        return await asyncio.to_thread(self._gate.check, task.text, text, task.key.source, task.key.target)

    async def _failed(self, engine: Engine, error: EngineError) -> Attempt:
        if error.cost.requests:
            await self._ledger.spend(engine.name, engine.model, error.cost)
        if isinstance(error, EngineRefusedError):
            await self._rests.refused(engine.name, error.until, error.why)
            return Attempt(engine.name, "refused", error.why)
        if not (isinstance(error, EngineBrokenError) and error.text_only):
            self._rests.broken(engine.name)
        return Attempt(engine.name, "broken", error.why)

    async def _judged(self, engine: Engine, task: _Task, answer: Translated) -> Translation | Attempt:
        key = task.key
        verdict = await self._weigh(task, answer.text)
        if verdict.passed:
            made = Translation(answer.text, key.source, key.target, engine.name, engine.model, self._clock())
            kept = await self._ledger.keep(key, made)
            if kept.text != made.text and not (await self._weigh(task, kept.text)).passed:
                return await self._ledger.keep(key, made, instead=True)
            return kept
        self._unfaithful[key, engine.name, engine.model] = self._clock() + _ASKED_AGAIN
        if len(self._unfaithful) > _MOST_REMEMBERED:
            self._unfaithful.popitem(last=False)
        return Attempt(engine.name, "unfaithful", verdict.sentence)
