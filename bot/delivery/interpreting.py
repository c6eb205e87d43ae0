"""From a version of a post to its words in a reader's language: read in a thread, said by the phrasebook or by engines;
of a long one what stands before it.

One piece of work for a version and a language, whatever the number of readers. It knows nothing of deliveries or of the
database; how long anybody waits for it is ``telling``'s matter.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

import structlog

from bot.delivery.proving import Left, Proved, prove
from bot.delivery.reading_thread import ReadingThread
from bot.delivery.shortening import MOST
from bot.language.languages import settled
from bot.locales import Phrases
from bot.model.account import Account
from bot.model.post import Post, Revision
from bot.model.translation import Summary, Translation, Untranslated, Why
from bot.model.words import NOTHING, PHRASEBOOK, Piece, Short, Words
from bot.store.renditions import Place

log = structlog.get_logger(__name__)

#: Works kept: what was asked lately, and what is on its way.
KEPT = 512
#: Texts of one alert that are translated; with more of them the original stands alone.
MOST_PIECES = 8
#: How long what an engine is at may take in all, seconds: a translator keeps its own, shorter limit.
LONGEST = 180.0
#: How long /latest waits for a translation, seconds.
PREVIEW_SECONDS = 2.0
#: How long one post may wait to be read, seconds.
READING_SECONDS = 60.0


class Translate(Protocol):
    """The engines behind their gate (``language.translating.Translator``)."""

    async def translate(self, text: str, source: str, target: str) -> Translation | Untranslated:
        """Give the translation or why there is none."""

    async def may(self, source: str, target: str) -> bool:
        """Tell whether an engine knows the pair and is not left alone just now."""


class SumUp(Protocol):
    """A model behind its gate (``language.summarising.Summariser``)."""

    async def summarise(self, text: str, source: str, target: str) -> Summary | Untranslated:
        """Give the summary or why there is none."""


@dataclass(slots=True)
class Work:
    """One version in one language. ``proved`` comes first and grows, ``words`` (which stand) in the end."""

    proved: Words | None = None
    words: Words | None = None
    #: Nothing is left to translate.
    translated: bool = False
    task: "asyncio.Task[None] | None" = None
    #: Something new is known.
    told: asyncio.Event = field(default_factory=asyncio.Event)

    async def soon(self, seconds: float) -> None:
        """Wait a moment for what needs no engine."""
        if not self.told.is_set():
            try:
                async with asyncio.timeout(seconds):
                    await self.told.wait()
            except TimeoutError:
                return

    async def whole(self, seconds: float) -> Words:
        """The words that stand, or what is known of them after so long."""
        if self.words is None and self.task is not None:
            await asyncio.wait({self.task}, timeout=seconds)
        return self.words or self.proved or NOTHING


class Interpreter:
    """``start`` it once; it is asked from one event loop."""

    def __init__(self, translator: Translate | None = None, summariser: SumUp | None = None) -> None:
        self._translator, self._summariser = translator, summariser
        self._works: OrderedDict[Place | tuple[Post, str], Work] = OrderedDict()
        self._reading = ReadingThread()
        #: Told of each place whose words stand now, and of the words: they may not be kept here for long.
        self.finished: Callable[[Place, Words], None] = lambda _place, _words: None

    def start(self) -> None:
        """Begin to compile the reader's grammar: it takes seconds, in which what comes is read all the same."""
        self._reading.start()

    async def aclose(self) -> None:
        """Leave off what is on its way."""
        tasks = [work.task for work in self._works.values() if work.task is not None and not work.task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._reading.end()

    def ask(self, place: Place | None, revision: Revision, account: Account, phrases: Phrases) -> Work:
        """The work on a version, begun now when nobody asked for it before. ``place`` None: it is not kept by place."""
        key = place if place is not None else (revision.post, phrases.language)
        work = self._works.get(key)
        if work is None:
            work = self._works[key] = Work()
            work.task = asyncio.create_task(self._do(work, place, revision.post, account, phrases), name="interpret")
            self._bound()
        else:
            self._works.move_to_end(key)
        return work

    async def preview(self, revision: Revision, account: Account, phrases: Phrases) -> Words:
        """For who asks to see a post: nobody waits longer than ``PREVIEW_SECONDS``, and nothing is promised."""
        words = await self.ask(None, revision, account, phrases).whole(PREVIEW_SECONDS)
        return replace(words, promised=False, why=Why.UNAVAILABLE.value) if words.promised else words

    async def glance(self, revision: Revision, account: Account, phrases: Phrases) -> Words:
        """For who looks through many posts: what is known or can be read and said by the phrasebook. No engine is asked,
        since that may cost money and time.
        """
        kept = self._works.get((revision.post, phrases.language))
        if kept is not None and kept.words is not None:
            return kept.words
        try:
            async with asyncio.timeout(PREVIEW_SECONDS):
                proved = await self._read(revision.post, account, phrases)
        except TimeoutError:
            return NOTHING
        except Exception:  # design rule 7: filters fail open, and so does this; the original is shown
            log.exception("a post could not be read; it is shown in the original", post=revision.post.id)
            return NOTHING
        return replace(proved.words, why=Why.NO_ENGINE.value) if proved.left else proved.words

    def _bound(self) -> None:
        """Finished works go first; what is on its way stays, for others wait for it."""
        if len(self._works) > KEPT:
            for key in [key for key, work in self._works.items() if work.words is not None][
                : len(self._works) - KEPT
            ]:
                del self._works[key]

    async def _do(self, work: Work, place: Place | None, post: Post, account: Account, phrases: Phrases) -> None:
        try:
            async with asyncio.timeout(LONGEST):
                proved = await self._read(post, account, phrases)
                work.proved = proved.words
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._translate_what_is_left(work, proved, phrases))
                    both.create_task(self._sum_up(work, proved.long, phrases))
                work.words = work.proved
        except TimeoutError:
            work.words = _cut_short(work)
        except Exception:  # design rule 7, as above: the original goes out
            log.exception("a post could not be interpreted; it is shown in the original", post=post.id)
            work.words = _cut_short(work)
        work.told.set()
        if place is not None:
            self.finished(place, work.words)
        elif work.words.why:  # whoever asks again may have better luck
            self._works.pop((post, phrases.language), None)

    async def _read(self, post: Post, account: Account, phrases: Phrases) -> Proved:
        async with asyncio.timeout(READING_SECONDS):
            return await self._reading.do(lambda: prove(post, account, phrases))

    async def _translate_what_is_left(self, work: Work, proved: Proved, phrases: Phrases) -> None:
        if proved.left:
            _grow(work, replace(proved.words, promised=await self._may(proved.left, phrases)))
            if work.proved is not None and work.proved.promised:
                work.told.set()
            _grow(work, await self._translated(proved, phrases))
        work.translated = True

    async def _sum_up(self, work: Work, long: Left | None, phrases: Phrases) -> None:
        """A model's summary in the place of the agency's own sentences, where there is a model and it is one to show."""
        if self._summariser is None or long is None:
            return
        try:
            made = await self._summariser.summarise(long.text, long.source, settled(phrases.language))
        except Exception:
            # as above: the post's own sentences stand, and a translation that is on its way is not lost
            log.exception("a post could not be summed up; its own sentences are shown")
            return
        if isinstance(made, Summary) and len(made.text) <= MOST and work.proved is not None:
            work.proved = replace(work.proved, short=Short(made.text, made.engine))

    async def _may(self, left: tuple[Left, ...], phrases: Phrases) -> bool:
        if self._translator is None or len(left) > MOST_PIECES:
            return False
        target = settled(phrases.language)
        return all([await self._translator.may(source, target) for source in {each.source for each in left}])

    async def _translated(self, proved: Proved, phrases: Phrases) -> Words:
        """All of what is left, or none of anything: half a translation is not shown."""
        none, left = proved.words, proved.left
        if self._translator is None:
            return replace(none, why=Why.NO_ENGINE.value)
        if len(left) > MOST_PIECES:
            return replace(none, why=Why.TOO_LONG.value)
        target, translate = settled(phrases.language), self._translator.translate
        answers = await asyncio.gather(*(translate(each.text, each.source, target) for each in left))
        failed = [answer.why for answer in answers if isinstance(answer, Untranslated)]
        if failed:
            why = Why.UNRELIABLE if Why.UNRELIABLE in failed else failed[0]
            return replace(none, why=why.value)
        made = [answer for answer in answers if isinstance(answer, Translation)]
        pieces = [Piece(each.kind, answer.text) for each, answer in zip(left, made, strict=True)]
        by = dict.fromkeys([PHRASEBOOK] * bool(proved.said) + [answer.engine for answer in made])
        return replace(none, translation=(*proved.said, *pieces), by=tuple(by))


def _grow(work: Work, words: Words) -> None:
    """More is known; what was summed up meanwhile stays."""
    work.proved = replace(words, short=work.proved.short if work.proved is not None else words.short)


def _cut_short(work: Work) -> Words:
    """What stands where something went wrong: what is known."""
    words = work.proved or NOTHING
    return words if work.translated else replace(words, why=Why.UNAVAILABLE.value, promised=False)
