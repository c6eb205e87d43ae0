"""The bot is lost: sending stops, nothing is dropped, the operator is told in three ways; and another bot carries on."""

import asyncio
import contextlib
import signal
import socket

import httpx
import pytest
from processes import Program, sends_here
from sqlalchemy import select

from bot import service as service_module
from bot.demo.botapi.faults import Act, Fault
from bot.ending import TokenRefusedError
from bot.service import Service
from bot.settings import load_settings
from bot.store.tables import deliveries

UID = "1288915263"
REFUSED = "Telegram refuses the bot's token"
OTHER_TOKEN = "7000000077:another-bot-of-the-same-length-00000"


@pytest.fixture
async def program(whole, tmp_path):
    made = Program(whole.environment, tmp_path / "log")
    yield made
    await made.kill()


async def rows(db):
    async with db.read() as conn:
        columns = (deliveries.c.op, deliveries.c.state, deliveries.c.error)
        return [tuple(row) for row in await conn.execute(select(*columns).order_by(deliveries.c.id))]


async def followed(whole, program):
    reader = whole.reader()
    await program.start()
    await whole.ask(reader, f"/subscribe {UID}", "is followed here now")
    return reader


async def test_a_revoked_token_stops_sending_drops_nothing_and_is_told_and_another_bot_carries_on(db, whole, program):
    reader = await followed(whole, program)
    first = whole.site.weibo_post(UID, "第一条。")
    await whole.until(reader, "第一条")
    whole.telegram.state.revoked = True
    whole.site.weibo_post(UID, "第二条。")
    health = await program.stands(lambda status, health: status == 503 and health["token"]["refused"])
    assert REFUSED in health["reasons"][0]
    async with httpx.AsyncClient(trust_env=False) as client:
        page = await client.get(program.page)
    assert (page.status_code, "refuses the bot&#x27;s token" in page.text) == (503, True)
    sends = whole.telegram.state.calls["sendMessage"]
    # what is seen is still queued
    whole.site.weibo_post(UID, "第三条。")
    async with asyncio.timeout(20):
        while [state for op, state, _ in await rows(db) if op == "send"] != ["sent", "queued", "queued"]:
            await asyncio.sleep(0.1)
    assert whole.telegram.state.calls["sendMessage"] == sends
    program.signal(signal.SIGTERM)
    assert await program.ended(5) == 3
    assert program.log.count(f"tocsin: {REFUSED}") == 1
    assert "Traceback" not in program.log
    assert whole.telegram.token not in program.log
    # another bot, the same database: what waits goes out, what the old bot said is left alone
    whole.telegram.state.token, whole.telegram.state.revoked = OTHER_TOKEN, False
    program._environment = {**whole.environment, "TOCSIN_TELEGRAM_TOKEN": OTHER_TOKEN}
    await program.start()
    await whole.until(reader, "第三条")
    edits = whole.telegram.state.calls["editMessageText"]
    whole.site.edit(first, "第一条，更正。")
    await whole.until(reader, "The message above shows the new version")
    assert whole.telegram.state.calls["editMessageText"] == edits
    assert "another bot sends from now on" in program.log
    [first_said, second_said, third_said, anew, _why] = whole.texts(reader)[1:]
    assert "第一条。" in first_said
    assert ("第二条" in second_said, "第三条" in third_said) == (True, True)
    assert "第一条，更正" in anew  # said whole, since the old bot's message cannot be edited


async def test_a_wrong_token_at_the_start_is_the_same_sentence_and_the_same_status(whole, program):
    program._environment = {**whole.environment, "TOCSIN_TELEGRAM_TOKEN": OTHER_TOKEN}
    await program.start()
    await program.stands(lambda status, health: status == 503 and health["token"]["refused"])
    program.signal(signal.SIGTERM)
    assert await program.ended(5) == 3
    assert program.log.count(f"tocsin: {REFUSED}") == 1
    assert "another-bot" not in program.log


async def test_it_is_shown_for_a_while_and_then_the_program_ends_by_itself(whole, monkeypatch, sqlite_url):
    monkeypatch.setattr(service_module, "SHOWN_SECONDS", 0.5)
    names = {name.removeprefix("TOCSIN_").lower(): value for name, value in whole.environment.items()}
    settings = load_settings(_env_file=None, **{**names, "telegram_token": OTHER_TOKEN, "health_address": "0"})
    begun = asyncio.get_running_loop().time()
    with pytest.raises(TokenRefusedError) as caught:
        await asyncio.wait_for(Service(settings).run(signals=False), 20)
    assert asyncio.get_running_loop().time() - begun >= 0.5
    assert caught.value.exit_status == 3


async def test_without_a_page_there_is_nothing_to_show_and_the_program_ends_at_once(whole):
    names = {name.removeprefix("TOCSIN_").lower(): value for name, value in whole.environment.items()}
    settings = load_settings(_env_file=None, **{**names, "telegram_token": OTHER_TOKEN})
    with pytest.raises(TokenRefusedError):
        await asyncio.wait_for(Service(settings).run(signals=False), 20)


async def test_a_page_whose_port_is_taken_is_one_line_and_exit_status_2(whole, program):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", program._port))
        taken.listen()
        await program.start()
        assert await program.ended(30) == 2
    lines = [line for line in program.log.splitlines() if line.startswith("tocsin:")]
    assert len(lines) == 1
    assert f"TOCSIN_HEALTH_ADDRESS: 127.0.0.1:{program._port} cannot be used" in lines[0]
    assert "Traceback" not in program.log


async def test_somebody_elses_program_with_the_token_is_told_and_alerts_go_on(whole, program):
    reader = await followed(whole, program)
    await program.stands(sends_here)

    async def read_too():
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            while True:
                await client.get(f"{whole.telegram.url}/bot{whole.telegram.token}/getUpdates?timeout=1")
                await asyncio.sleep(0.1)

    other = asyncio.create_task(read_too())
    try:
        health = await program.stands(lambda _, health: health["warnings"])
        assert "another program reads this bot's messages (409)" in health["warnings"][0]
        assert health["status"] == "well"
        await program.says("another program reads this bot's messages (409)")
        whole.site.weibo_post(UID, "照样到达。")
        await whole.until(reader, "照样到达")
    finally:
        other.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await other


async def test_a_gateways_own_page_is_no_lost_token(whole, program):
    reader = await followed(whole, program)
    for method in ("getUpdates", "sendMessage"):
        whole.telegram.state.faults.add(Fault(Act.STATUS, method=method, status=404, html=True, times=2))
    whole.site.weibo_post(UID, "仍在路上。")
    await whole.until(reader, "仍在路上")
    seen = await program.health()
    assert seen is not None
    assert seen[0] == 200
