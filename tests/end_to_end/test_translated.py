"""Chinese posts, a reader of English, a translation service on this machine: the real program, killed in between."""

import asyncio
import re
from contextlib import AsyncExitStack

import pytest
from language.standins import KEY, MODEL, StandIn, slow
from processes import Program, sends_here

from bot.demo.site import weather

UID = "1288915263"
FREE = "请市民注意安全，尽量减少外出，看好老人孩子。"
SAID = "Residents, please take care, go out as little as possible, and look after the elderly and children."
FORMULA = "北京市气象台发布暴雨橙色预警信号。"


@pytest.fixture
async def engine():
    standin = StandIn("libretranslate", speak=lambda _text: SAID)
    async with standin.server() as server:
        yield standin, server.url


@pytest.fixture
async def programs(whole, engine, tmp_path):
    """Makes programs with the service set up; what runs at the end is killed."""
    environment = {
        **whole.environment,
        "TOCSIN_TRANSLATORS": "libretranslate",
        "TOCSIN_LIBRETRANSLATE_URL": engine[1],
        "TOCSIN_LIBRETRANSLATE_KEY": KEY,
        "TOCSIN_TRANSLATE_SECONDS": "60",
    }
    async with AsyncExitStack() as stack:

        async def start(name):
            (tmp_path / name).mkdir()
            program = Program(environment, tmp_path / name / "log")
            stack.push_async_callback(program.kill)
            await program.start()
            await program.stands(sends_here)
            return program

        yield start


STORY = "这座城市的老居民对这样的雨并不陌生，老人们常说起山谷里的风和灯光。"
HARM = "房山区已有3人死亡、12人受伤。"
LONG = f"北京市气象台7月21日18时30分发布暴雨橙色预警。{STORY * 20}{HARM}{STORY * 20}7月22日8时前请勿外出。"
SUMMED = (
    "Beijing's observatory issued an orange rainstorm warning at 18:30 on July 21. In Fangshan District 3 people died and "
    "12 were injured. Do not go out before 8:00 on July 22."
)


@pytest.fixture
async def model():
    standin = StandIn("openai", speak=lambda _text: SUMMED)
    async with standin.server() as server:
        yield standin, server.url


async def test_a_long_post_is_summed_up_by_a_model_and_by_its_own_sentences_where_the_gate_refuses(
    whole, model, tmp_path
):
    standin, url = model
    environment = {
        **whole.environment,
        "TOCSIN_SUMMARIES": "openai",
        "TOCSIN_OPENAI_URL": f"{url}/v1",
        "TOCSIN_OPENAI_KEY": KEY,
        "TOCSIN_OPENAI_MODEL": MODEL,
    }
    reader, program = whole.reader(), Program(environment, tmp_path / "log")
    try:
        await program.start()
        await program.says("the reader of posts is ready", 60)
        await program.stands(sends_here)
        await whole.ask(reader, f"/subscribe {UID}", "is followed here now")
        whole.site.weibo_post(UID, LONG)
        await whole.until(reader, f"In short:\n{SUMMED}\nSummary by openai (a machine).")
        standin.speak = lambda _text: SUMMED.replace("3 people", "4 people")
        whole.site.weibo_post(UID, LONG.replace("12人受伤", "13人受伤"))
        await whole.until(reader, "房山区已有3人死亡、13人受伤。 …")
    finally:
        await program.kill()
    assert len(standin.asked) == 2
    assert not any("4 people" in text for text in whole.texts(reader))
    assert whole.telegram.violations == {}


def message(whole, reader, words):
    return next(m for m in whole.telegram.world.said_by_bot(reader) if words in m.text)


async def test_what_is_said_by_the_phrasebook_and_by_an_engine_and_turned_round(whole, engine, programs):
    standin, _ = engine
    reader = whole.reader()
    await programs("first")
    await whole.ask(reader, f"/subscribe {UID}", "is followed here now")
    # no engine is asked for what the phrasebook says whole
    whole.site.weibo_post(UID, FORMULA)
    await whole.until(reader, "Warning: rainstorm, orange · Issued")
    assert "Translated by Tocsin’s phrasebook" in message(whole, reader, FORMULA).text
    assert not standin.asked
    whole.site.weibo_post(UID, FREE)
    await whole.until(reader, SAID)
    told = message(whole, reader, SAID)
    assert "Machine translation: libretranslate" in told.text
    assert told.text.index(SAID) < told.text.index(FREE)
    assert [body["q"] for body in standin.asked] == [FREE]
    whole.telegram.world.press(reader, reader, told.message_id, label="Original first")
    await whole.telegram.wait_for(lambda: told.text.index(FREE) < told.text.index(SAID), 20)
    await whole.ask(reader, "/latest 1", SAID)
    assert len(standin.asked) == 1
    assert whole.telegram.violations == {}


async def test_an_alert_whose_engine_hangs_goes_out_and_has_its_words_after_a_kill(
    whole, engine, programs, monkeypatch
):
    monkeypatch.setattr(weather, "_LANGUAGES", ("zh",))
    standin, _ = engine
    standin.faults += [slow(600.0)] * 8
    reader = whole.reader()
    first = await programs("first")
    await first.says("the reader of posts is ready", 60)
    await whole.ask(reader, f"/subscribe {whole.site_url}/cap/index.atom", "is followed here now")
    whole.site.cap_alert(severity="Severe", hours=24, event_zh="通知", headline_zh="通知", instruction_zh=FREE)
    await whole.until(reader, "A translation follows.")
    bell = message(whole, reader, FREE)
    assert SAID not in bell.text
    async with asyncio.timeout(20):
        while not re.search(r"op\W+send\b.*state\W+sent\b", first.log):
            await asyncio.sleep(0.05)
    await first.kill()
    standin.faults.clear()
    standin.speak = lambda text: SAID if text == FREE else "Notice"
    await programs("second")
    await whole.telegram.wait_for(lambda: SAID in message(whole, reader, FREE).text, 40)
    assert "follows" not in bell.text
    assert "Machine translation: libretranslate" in bell.text
    assert sum(FREE in text for text in whole.texts(reader)) == 1
    assert whole.telegram.violations == {}
