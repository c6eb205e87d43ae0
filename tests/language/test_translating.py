"""One call a text and language whatever the readers; engines in order; costs, rests and the cache in the database."""

import asyncio
import hashlib
from datetime import timedelta

import pytest
from language.scripted_engine import ScriptedEngine

from bot.language.engines.openai import INSTRUCTIONS
from bot.language.face import EngineBrokenError, EngineRefusedError
from bot.language.translating import MOST_CHARACTERS, RULES, Translator
from bot.model.translation import Cost, Translation, Untranslated, Why
from bot.store import translations
from bot.store.translations import TranslationLedger

TEXT = "北京发布暴雨红色预警,请勿外出。"
GOOD = "Beijing has issued a red rainstorm warning. Do not go out."
WRONG = "Beijing has issued an orange rainstorm warning. Do not go out."


@pytest.fixture
def room(db, clock, gate):
    """Makes translators on one database, as one process after the other would."""
    made = []

    def make(*engines, **options) -> Translator:
        translator = Translator(engines, gate, TranslationLedger(db, clock), clock, **{"total_s": 5.0, **options})
        made.append(translator)
        return translator

    return make


async def spent(db):
    async with db.read() as conn:
        return [(one.day, one.engine, one.cost) for one in await translations.spent(conn, "2000-01-01")]


async def test_a_translation_is_told_with_its_engine_and_kept(db, clock, room):
    engine = ScriptedEngine(GOOD, model="small")
    translator = room(engine)
    first = await translator.translate(TEXT, "zh-CN", "en-GB")
    assert first == Translation(GOOD, "zh-Hans", "en", "deepl", "small", clock())
    assert await translator.translate(TEXT, "zh-CN", "en") == first
    assert await room(engine).translate(TEXT, "zh-Hans", "en") == first
    assert len(engine.asked) == 1
    assert await spent(db) == [("2026-07-21", "deepl", Cost(1, len(TEXT), 10, 5))]


async def test_many_readers_at_once_cause_one_call(room):
    engine = ScriptedEngine(GOOD)
    engine.gate = asyncio.Event()
    translator = room(engine)
    readers = [asyncio.create_task(translator.translate(TEXT, "zh-Hans", "en")) for _ in range(50)]
    while not engine.asked:
        await asyncio.sleep(0)
    engine.gate.set()
    results = await asyncio.gather(*readers)
    assert {result.text for result in results} == {GOOD}
    assert len(engine.asked) == 1


async def test_a_reader_who_stops_waiting_stops_neither_the_others_nor_the_work(room):
    engine = ScriptedEngine(GOOD)
    engine.gate = asyncio.Event()
    translator = room(engine)
    hasty = asyncio.create_task(translator.translate(TEXT, "zh-Hans", "en"))
    patient = asyncio.create_task(translator.translate(TEXT, "zh-Hans", "en"))
    while not engine.asked:
        await asyncio.sleep(0)
    hasty.cancel()
    await asyncio.gather(hasty, return_exceptions=True)
    assert hasty.cancelled()
    engine.gate.set()
    assert (await patient).text == GOOD
    assert (await translator.translate(TEXT, "zh-Hans", "en")).text == GOOD
    assert len(engine.asked) == 1


async def test_another_language_model_or_phrasebook_is_another_translation(room):
    engine = ScriptedEngine(GOOD)
    await room(engine).translate(TEXT, "zh-Hans", "en")
    other_model = ScriptedEngine(GOOD, model="next")
    await room(other_model).translate(TEXT, "zh-Hans", "en")
    await room(engine, phrasebook_version="2").translate(TEXT, "zh-Hans", "en")
    assert (len(engine.asked), len(other_model.asked)) == (2, 1)


async def test_the_next_engine_is_tried_when_one_is_broken_refuses_or_is_unfaithful(room, clock):
    broken = ScriptedEngine(EngineBrokenError("no answer"), "azure")
    refusing = ScriptedEngine(EngineRefusedError("quota", clock() + timedelta(hours=1)), "google")
    unfaithful = ScriptedEngine(WRONG, "deepl")
    good = ScriptedEngine(GOOD, "openai")
    result = await room(broken, refusing, unfaithful, good).translate(TEXT, "zh-Hans", "en")
    assert result.engine == "openai"
    assert [len(engine.asked) for engine in (broken, refusing, unfaithful, good)] == [1, 1, 1, 1]


async def test_when_every_answer_is_unfaithful_the_result_says_so_and_nothing_is_kept(db, room):
    engine = ScriptedEngine(WRONG)
    result = await room(engine).translate(TEXT, "zh-Hans", "en")
    assert isinstance(result, Untranslated)
    assert result.why is Why.UNRELIABLE
    assert "colour: red became orange" in result.tried[0].why
    better = ScriptedEngine(GOOD)
    assert (await room(better).translate(TEXT, "zh-Hans", "en")).text == GOOD
    assert await spent(db) == [("2026-07-21", "deepl", Cost(2, 2 * len(TEXT), 20, 10))]


async def test_an_unfaithful_answer_is_not_bought_again_for_every_reader_but_a_while_later_it_is(room, clock):
    engine = ScriptedEngine(WRONG)
    translator = room(engine)
    for _ in range(5):
        assert (await translator.translate(TEXT, "zh-Hans", "en")).why is Why.UNRELIABLE
    assert len(engine.asked) == 1
    clock.advance(601)
    engine.says = GOOD
    assert (await translator.translate(TEXT, "zh-Hans", "en")).text == GOOD


async def test_a_failure_is_not_kept_as_a_result(room):
    engine = ScriptedEngine(EngineBrokenError("no answer"))
    translator = room(engine)
    assert (await translator.translate(TEXT, "zh-Hans", "en")).why is Why.UNAVAILABLE
    engine.says = GOOD
    assert (await translator.translate(TEXT, "zh-Hans", "en")).text == GOOD


async def test_a_refusal_is_remembered_across_restarts_until_it_is_over(db, room, clock):
    until = clock() + timedelta(hours=1)
    engine = ScriptedEngine(EngineRefusedError("The quota of deepl is used up.", until, Cost(1, 7)))
    await room(engine).translate(TEXT, "zh-Hans", "en")
    engine.says = GOOD
    later = room(engine)
    result = await later.translate(TEXT, "zh-Hans", "en")
    assert result.tried[0].how == "resting"
    assert "04:51:00" in result.tried[0].why
    assert len(engine.asked) == 1
    assert await spent(db) == [("2026-07-21", "deepl", Cost(1, 7))]
    clock.advance(3601)
    assert (await later.translate(TEXT, "zh-Hans", "en")).text == GOOD


async def test_an_engine_that_keeps_failing_is_left_alone_for_a_while(room, clock):
    engine = ScriptedEngine(EngineBrokenError("no answer"))
    translator = room(engine)
    for n in range(6):
        await translator.translate(f"{TEXT}{n}", "zh-Hans", "en")
    assert len(engine.asked) == 3
    clock.advance(31)
    engine.says = GOOD
    assert (await translator.translate(TEXT, "zh-Hans", "en")).text == GOOD


async def test_failures_that_are_about_the_text_do_not_rest_the_engine(room):
    engine = ScriptedEngine(EngineBrokenError("cut off", text_only=True))
    translator = room(engine)
    for n in range(6):
        await translator.translate(f"{TEXT}{n}", "zh-Hans", "en")
    assert len(engine.asked) == 6


async def test_with_all_engines_silent_the_result_comes_within_the_time_and_says_so(room):
    silent = [ScriptedEngine(GOOD, name) for name in ("deepl", "openai", "azure")]
    for engine in silent:
        engine.gate = asyncio.Event()
    begun = asyncio.get_running_loop().time()
    result = await room(*silent, total_s=0.6).translate(TEXT, "zh-Hans", "en")
    took = asyncio.get_running_loop().time() - begun
    assert (result.why, [attempt.how for attempt in result.tried]) == (Why.UNAVAILABLE, ["broken"] * 3)
    assert all(len(engine.asked) == 1 for engine in silent)  # each had its share
    assert took < 5


async def test_what_is_kept_is_judged_again_and_replaced_when_it_does_not_pass_any_more(db, clock, room):
    class Lenient:
        def check(self, *_):
            from bot.language.gate import Verdict

            return Verdict(())

    old = Translator([ScriptedEngine(WRONG)], Lenient(), TranslationLedger(db, clock), clock)
    assert (await old.translate(TEXT, "zh-Hans", "en")).text == WRONG
    engine = ScriptedEngine(GOOD)
    assert (await room(engine).translate(TEXT, "zh-Hans", "en")).text == GOOD
    assert (await room(engine).translate(TEXT, "zh-Hans", "en")).text == GOOD
    assert len(engine.asked) == 1


async def test_a_translation_of_the_second_engine_serves_while_it_is_kept(room):
    first, second = ScriptedEngine(EngineBrokenError("no answer"), "deepl"), ScriptedEngine(GOOD, "openai")
    assert (await room(first, second).translate(TEXT, "zh-Hans", "en")).engine == "openai"
    first.says = GOOD
    assert (await room(first, second).translate(TEXT, "zh-Hans", "en")).engine == "openai"
    assert len(first.asked) == 1


@pytest.mark.parametrize(
    ("text", "source", "target", "why"),
    [
        ("", "zh-Hans", "en", Why.NO_TEXT),
        (" \n ", "zh-Hans", "en", Why.NO_TEXT),
        (TEXT, "zh-CN", "zh-Hans", Why.NO_ENGINE),
        (TEXT, "zh-Hans", "hi", Why.NO_ENGINE),
        (TEXT, "", "en", Why.NO_ENGINE),
        (TEXT, "zz&to=fr", "en", Why.NO_ENGINE),
        ("雨" * (MOST_CHARACTERS + 1), "zh-Hans", "en", Why.TOO_LONG),
    ],
)
async def test_what_cannot_be_translated_is_not_asked_for(text, source, target, why, room):
    engine = ScriptedEngine(GOOD)
    engine.pairs = {("zh-Hans", "en"), ("", "en"), ("zz&to=fr", "en")}
    assert (await room(engine).translate(text, source, target)).why is why
    assert engine.asked == []


async def test_without_engines_there_is_no_translation(room):
    assert (await room().translate(TEXT, "zh-Hans", "en")).why is Why.NO_ENGINE


async def test_a_flood_of_texts_is_bounded(room, monkeypatch):
    monkeypatch.setattr("bot.language.translating.MOST_FLIGHTS", 1)
    engine = ScriptedEngine(GOOD)
    engine.gate = asyncio.Event()
    translator = room(engine)
    first = asyncio.create_task(translator.translate(TEXT, "zh-Hans", "en"))
    while not engine.asked:
        await asyncio.sleep(0)
    assert (await translator.translate("另一条", "zh-Hans", "en")).tried[0].how == "busy"
    engine.gate.set()
    assert (await first).text == GOOD


async def test_closing_stops_what_is_on_its_way_and_closes_the_engines(room):
    engine = ScriptedEngine(GOOD)
    engine.gate = asyncio.Event()
    translator = room(engine)
    waiting = asyncio.create_task(translator.translate(TEXT, "zh-Hans", "en"))
    while not engine.asked:
        await asyncio.sleep(0)
    await translator.aclose()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert engine.closed


def test_other_instructions_to_a_model_are_another_version_of_the_rules() -> None:
    """Who changes INSTRUCTIONS raises RULES, and writes both here: a cached translation has them in its key."""
    digest = hashlib.sha256(INSTRUCTIONS.encode()).hexdigest()[:16]
    assert (RULES, digest) == ("2", "986001b68688135a")
