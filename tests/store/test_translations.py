"""Translations kept, costs counted by day, rests of engines."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model.translation import Cost, EngineRest, Spent, Translation, TranslationKey
from bot.store import translations
from bot.store.translations import TranslationLedger

KEY = TranslationKey("a" * 64, "zh-Hans", "en", "1")


@pytest.fixture
def made(clock):
    return Translation("A red warning.", "zh-Hans", "en", "deepl", "", clock())


async def test_a_kept_translation_is_found_again_by_its_text_languages_and_version(db, clock, made):
    ledger = TranslationLedger(db, clock)
    await ledger.keep(KEY, made)
    assert await ledger.find(KEY) == [made]
    for other in (
        replace(KEY, text_hash="b" * 64),
        replace(KEY, target="es"),
        replace(KEY, source="zh-Hant"),
        replace(KEY, version="2"),
    ):
        assert await ledger.find(other) == []


async def test_the_first_of_two_processes_that_keep_the_same_translation_is_the_one_that_counts(db, clock, made):
    ledger = TranslationLedger(db, clock)
    await ledger.keep(KEY, made)
    assert await ledger.keep(KEY, replace(made, text="Red warning!")) == made
    assert await ledger.find(KEY) == [made]


async def test_another_model_of_an_engine_is_another_translation(db, clock, made):
    ledger = TranslationLedger(db, clock)
    newer = replace(made, model="next", text="Red warning.", made_at=clock() + timedelta(seconds=1))
    await ledger.keep(KEY, newer)
    await ledger.keep(KEY, made)
    assert await ledger.find(KEY) == [made, newer]


async def test_a_translation_that_does_not_pass_any_more_can_be_replaced(db, clock, made):
    ledger = TranslationLedger(db, clock)
    await ledger.keep(KEY, made)
    better = replace(made, text="Red warning.")
    await ledger.keep(KEY, better, instead=True)
    assert await ledger.find(KEY) == [better]


async def test_costs_add_up_by_day_and_engine(db, clock):
    ledger = TranslationLedger(db, clock)
    await ledger.spend("openai", "small", Cost(1, 100, 50, 40))
    await ledger.spend("openai", "small", Cost(1, 10, 5, 4))
    await ledger.spend("deepl", "", Cost(1, 7))
    clock.advance(86_400)
    await ledger.spend("deepl", "", Cost(1, 8))
    async with db.read() as conn:
        everything = await translations.spent(conn, "2026-07-21")
        today = await translations.spent(conn, "2026-07-22")
    assert everything == [
        Spent("2026-07-21", "deepl", "", Cost(1, 7)),
        Spent("2026-07-21", "openai", "small", Cost(2, 110, 55, 44)),
        Spent("2026-07-22", "deepl", "", Cost(1, 8)),
    ]
    assert today == everything[2:]


async def test_a_rest_is_kept_and_a_later_one_takes_its_place(db, clock):
    ledger = TranslationLedger(db, clock)
    await ledger.rest(EngineRest("deepl", clock(), "quota"))
    later = EngineRest("deepl", clock() + timedelta(hours=1), "key refused")
    await ledger.rest(later)
    assert await ledger.resting() == [later]


async def test_old_translations_go_and_young_ones_stay(db, clock, made):
    ledger = TranslationLedger(db, clock)
    await ledger.keep(KEY, made)
    young = replace(made, made_at=clock() + timedelta(days=2))
    await ledger.keep(replace(KEY, text_hash="b" * 64), young)
    async with db.begin() as conn:
        assert await translations.trim(conn, clock() + timedelta(days=1)) == 1
    assert await ledger.find(KEY) == []
    assert await ledger.find(replace(KEY, text_hash="b" * 64)) == [young]


async def test_trimming_goes_step_by_step_until_nothing_old_is_left(db, clock, made, monkeypatch):
    monkeypatch.setattr(translations, "AT_ONCE", 2)
    ledger = TranslationLedger(db, clock)
    for n in range(5):
        await ledger.keep(replace(KEY, text_hash=str(n) * 64), replace(made, made_at=clock() + timedelta(seconds=n)))
    counts = []
    for _ in range(4):
        async with db.begin() as conn:
            counts.append(await translations.trim(conn, clock() + timedelta(days=1)))
    assert counts == [2, 2, 1, 0]
