"""When the program is well and when it is not, what is said of it, and that neither page holds a secret."""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from browsers import ARGUMENTS, PHONE, chromium
from scripted import account
from telegram.error import Conflict, NetworkError

from bot.chat.line import Line
from bot.model.delivery import Lane, Op
from bot.model.subscription import ChatKind
from bot.store import accounts, chats, deliveries, subscriptions
from bot.store.deliveries import Draft
from bot.store.lease import Lease
from bot.store.tables import deliveries as table
from bot.web import health as health_module
from bot.web.health import Vitals
from bot.web.page import health_page
from bot.web.serving import serve


@pytest.fixture
async def vitals(db, clock):
    """This process watches and sends."""

    async def moment(_conn):
        return clock()

    def lease(name):
        return Lease(db, name, moment=moment, seconds=lambda: 0.0, holder="tower/1a:77:5")

    made = Vitals(db, lease("poll"), lease("send"), Line(clock), clock)
    await made.polling.take()
    await made.sending.take()
    made.line.opened()
    made.line.answered()
    return made


async def chat(db, clock, telegram_id=5):
    async with db.begin() as conn:
        return await chats.ensure(conn, telegram_id, ChatKind.PRIVATE, "", clock(), "en")


async def queue(db, chat_id, lane, now, count=1):
    async with db.begin() as conn:
        for n in range(count):
            await deliveries.enqueue_one(conn, Draft(chat_id, Op.NOTICE, lane, notice=f"{n}"), now)


async def test_all_is_well_and_every_part_is_shown(vitals):
    health = await vitals.look()
    assert (health.well, health.reasons, health.warnings) == (True, (), ())
    assert health.as_json()["status"] == "well"
    assert set(health.parts) == {"token", "database", "sending", "polling", "telegram", "queue"}
    assert health.parts["sending"] == {"here": True, "waiting_for": ""}
    assert health.parts["queue"] == {
        "extreme": 0, "urgent": 0, "routine": 0, "oldest_urgent_seconds": None, "urgent_sent_at": None
    }  # fmt: skip


async def test_a_process_that_waits_is_well_and_says_for_whom(db, clock, vitals):
    async def moment(_conn):
        return clock()

    waiting = [Lease(db, name, moment=moment, seconds=lambda: 0.0, holder="b") for name in ("poll", "send")]
    for lease in waiting:
        assert not await lease._taken()
    await queue(db, await chat(db, clock), Lane.URGENT, clock() - timedelta(hours=1))
    health = await Vitals(db, *waiting, Line(clock), clock).look()
    assert health.well
    assert health.parts["sending"] == {"here": False, "waiting_for": "process 77 on tower"}
    assert health.parts["queue"]["oldest_urgent_seconds"] == 3600


async def test_a_refused_token_is_told_at_once(vitals):
    assert (await vitals.look()).well
    vitals.token_lost = True
    health = await vitals.look()
    assert "refuses the bot's token" in health.reasons[0]
    assert len(health.reasons) == 1
    assert health.parts["token"] == {"refused": True}


async def test_a_database_that_does_not_answer_in_time_is_told_and_the_rest_is_shown(vitals, monkeypatch):
    async def hang(*_given):
        await asyncio.sleep(60)

    monkeypatch.setattr(health_module, "DATABASE_SECONDS", 0.05)
    monkeypatch.setattr(health_module.store, "watched", hang)
    health = await vitals.look()
    assert health.reasons == (health_module.DATABASE_AWAY,)
    assert health.parts["database"]["answers"] is False
    assert "telegram" in health.parts


async def test_telegram_out_of_reach_for_long_is_told_and_a_moment_of_it_is_not(clock, vitals):
    vitals.line.failed(NetworkError("123456:a-secret-that-came-with-the-error"))
    clock.advance(100)
    assert (await vitals.look()).well
    clock.advance(30)
    health = await vitals.look()
    assert "Telegram has not answered since" in health.reasons[0]
    assert "cannot be reached (NetworkError)" in health.reasons[0]
    assert "secret" not in json.dumps(health.as_json())
    vitals.line.answered()
    clock.advance(2)
    assert (await vitals.look()).well


async def test_a_409_is_told_in_plain_words_while_it_lasts_and_is_no_illness(clock, vitals):
    vitals.line.failed(Conflict("terminated by other getUpdates request"))
    health = await vitals.look()
    assert health.well
    assert "another program reads this bot's messages (409)" in health.warnings[0]
    clock.advance(121)
    vitals.line.answered()
    assert (await vitals.look()).warnings == ()


async def test_an_urgent_queue_that_stands_still_is_told_and_one_that_moves_is_well_however_long(db, clock, vitals):
    here = await chat(db, clock)
    await queue(db, here, Lane.URGENT, clock(), 50)
    clock.advance(119)
    vitals.line.answered()
    assert (await vitals.look()).well
    clock.advance(10)
    health = await vitals.look()
    assert "An urgent alert waits for 129 s" in health.reasons[0]
    async with db.begin() as conn:
        first = table.update().where(table.c.notice == "0")
        await conn.execute(first.values(state="sent", settled_at=clock()))
    clock.advance(2)
    health = await vitals.look()
    assert health.well
    assert health.parts["queue"]["urgent"] == 49
    assert health.parts["queue"]["oldest_urgent_seconds"] == 131


async def test_routine_may_wait(db, clock, vitals):
    await queue(db, await chat(db, clock), Lane.ROUTINE, clock() - timedelta(hours=5), 3)
    assert (await vitals.look()).well


async def followed(db, clock, **values):
    here = await chat(db, clock)
    async with db.begin() as conn:
        account_id = await accounts.upsert(conn, replace(account(), name="<b>Blind & Co</b>"), clock())
        await accounts.ensure_watch(conn, account_id, clock(), 60.0)
        await subscriptions.add(conn, here, 0, account_id, (), "", None, clock())
        await accounts.save_watch(conn, replace(await accounts.watch_of(conn, account_id), **values))


async def test_blind_sources_are_named_and_are_no_illness_of_ours(db, clock, vitals):
    await followed(db, clock, failures=9, blind_told_at=clock(), last_poll_at=clock())
    health = await vitals.look()
    assert health.well
    assert "1 of 1 sources cannot be seen" in health.warnings[0]
    assert health.parts["polling"]["blind_accounts"] == ["<b>Blind & Co</b>"]


async def test_a_watch_that_stands_still_is_told_but_not_in_the_first_minutes(db, clock, vitals):
    await followed(db, clock, last_poll_at=clock(), next_poll_at=clock())
    clock.advance(3600)
    vitals.line.answered()
    assert (await vitals.look()).well  # it has only just begun
    clock.advance(601)
    vitals.line.answered()
    assert "No source was looked at since" in (await vitals.look()).reasons[0]


async def test_looks_that_come_together_share_one(vitals, monkeypatch):
    asked = 0
    real = health_module.store.watched

    async def count(*given):
        nonlocal asked
        asked += 1
        return await real(*given)

    monkeypatch.setattr(health_module.store, "watched", count)
    await asyncio.gather(*(vitals.look() for _ in range(20)))
    assert asked == 1


# ------------------------------------------------------------------ over HTTP


@asynccontextmanager
async def served(vitals):
    async with serve(health_page(vitals)) as url, httpx.AsyncClient(base_url=url, trust_env=False) as client:
        yield client


async def test_machines_get_json_with_200_or_503(vitals):
    async with served(vitals) as client:
        answer = await client.get("/health")
        assert (answer.status_code, answer.json()["status"]) == (200, "well")
        assert answer.headers["cache-control"] == "no-store"
        vitals.token_lost = True
        answer = await client.get("/health")
        assert (answer.status_code, answer.json()["status"]) == (503, "unwell")
        assert (await client.post("/health")).status_code == 405
        assert (await client.get("/metrics")).status_code == 404


async def test_people_get_the_same_in_words_and_everything_is_escaped(db, clock, vitals):
    await followed(db, clock, failures=9, blind_told_at=clock(), last_poll_at=clock())
    async with served(vitals) as client:
        answer = await client.get("/")
        assert (answer.status_code, "Tocsin is well" in answer.text) == (200, True)
        assert "&lt;b&gt;Blind &amp; Co&lt;/b&gt;" in answer.text
        assert "<b>" not in answer.text
        vitals.token_lost = True
        answer = await client.get("/")
        assert (answer.status_code, "Tocsin is not well" in answer.text) == (503, True)
        assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.browser
async def test_on_a_phone_it_is_read_without_scrolling_sideways(db, clock, vitals):
    path = chromium()
    from playwright.async_api import async_playwright

    await followed(db, clock, failures=9, blind_told_at=clock(), last_poll_at=clock())
    vitals.token_lost = True
    complaints = []
    async with served(vitals) as client, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        page = await browser.new_page(viewport=PHONE)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(str(client.base_url))
        wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        small = await page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
        heading = await page.text_content("h1")
        await browser.close()
    assert (wide, heading) == (0, "Tocsin is not well")
    assert small >= 16
    assert complaints == []
