"""From settings to engines, and the whole room against local servers."""

import random

import pytest
from language.scripted_engine import ForgetfulKeep
from language.standins import KEY, StandIn, status

from bot.language.choosing import ChoiceError, Surroundings, engine_hosts, make_engines, open_translator
from bot.model.translation import Why
from bot.store.translations import TranslationLedger

TEXT = "北京发布暴雨红色预警,请勿外出。"
GOOD = "Beijing has issued a red rainstorm warning. Do not go out."


@pytest.fixture
def around(sqlite_db, clock):
    return Surroundings(clock, random.Random(1), "Tocsin/test", ForgetfulKeep(), TranslationLedger(sqlite_db, clock))


def test_engines_are_made_in_the_order_of_the_setting(asker):
    options = {"translators": "openai, DeepL", "openai_model": "m", "deepl_key": "k"}
    assert [engine.name for engine in make_engines(options, asker)] == ["openai", "deepl"]
    assert make_engines({"translators": ""}, asker) == []


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("deepl", "TOCSIN_DEEPL_KEY"),
        ("openai", "TOCSIN_OPENAI_MODEL"),
        ("libretranslate", "TOCSIN_LIBRETRANSLATE_URL"),
        ("google", "TOCSIN_GOOGLE_KEY"),
        ("azure", "TOCSIN_AZURE_KEY"),
        ("offline", "TOCSIN_OFFLINE_MODELS"),
    ],
)
def test_an_engine_without_what_it_needs_is_refused_with_the_setting_to_fill(name, setting, asker):
    with pytest.raises(ChoiceError, match=setting):
        make_engines({"translators": name}, asker)


def test_a_name_that_is_no_engine_is_refused_with_those_that_are(asker):
    with pytest.raises(ChoiceError, match="azure, deepl"):
        make_engines({"translators": "babelfish"}, asker)


def test_the_hosts_of_engines_may_be_private():
    options = {"openai_url": "http://127.0.0.1:11434/v1", "libretranslate_url": "https://lt.lan", "deepl_url": ""}
    assert engine_hosts(options) == {"127.0.0.1:11434", "lt.lan:443"}


async def test_the_room_translates_through_the_first_engine_that_can(around):
    dead = StandIn("deepl", faults=[status(403)])
    alive = StandIn("openai", speak=lambda _: GOOD)
    async with dead.server() as first, alive.server() as second:
        options = {
            "translators": "deepl,openai",
            "deepl_key": KEY,
            "deepl_url": first.url,
            "openai_url": f"{second.url}/v1",
            "openai_model": "m",
            "openai_key": KEY,
            "translate_seconds": "10",
        }
        async with open_translator(options, around) as translator:
            result = await translator.translate(TEXT, "zh-Hans", "en")
    assert (result.text, result.engine, result.model) == (GOOD, "openai", "m")


async def test_with_every_engine_dead_the_room_says_so(around):
    options = {
        "translators": "deepl,libretranslate,openai",
        "deepl_key": KEY,
        "deepl_url": "http://127.0.0.1:1",
        "libretranslate_url": "http://127.0.0.1:1",
        "openai_url": "http://127.0.0.1:1/v1",
        "openai_model": "m",
        "translate_seconds": "3",
    }
    async with open_translator(options, around) as translator:
        result = await translator.translate(TEXT, "zh-Hans", "en")
    assert result.why is Why.UNAVAILABLE
    assert [attempt.engine for attempt in result.tried] == ["deepl", "libretranslate", "openai"]
    assert all("sesame" not in attempt.why for attempt in result.tried)
