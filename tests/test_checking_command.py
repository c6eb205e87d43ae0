"""`tocsin check`: everything that `tocsin run` needs is tried, and each row says what to do when it fails."""

import asyncio
from dataclasses import replace

import pytest

from bot import checking
from bot.checking import run_checks
from bot.demo.botapi import BotApiServer, Limits
from bot.demo.site.site import StormSite
from bot.model.account import Account
from bot.model.reason import Cause, Reason
from bot.model.subscription import ChatKind
from bot.settings import load_settings
from bot.sources.face import Broken, Posts, Refused
from bot.sources.registry import kinds
from bot.store import accounts, chats, subscriptions
from bot.store.database import Database

UID = "1288915263"


@pytest.fixture
async def telegram():
    async with BotApiServer(limits=Limits(enforced=False)) as server:
        yield server


@pytest.fixture
def settings_for(telegram, sqlite_url):
    def make(site_url: str = "http://127.0.0.1:1", **changes):
        values = {
            "telegram_token": telegram.token, "telegram_api_url": telegram.url, "database_url": sqlite_url,
            "site_gap_seconds": 0, "allowed_private_hosts": "127.0.0.1", "weibo_url": site_url,
            "weibo_visitor_url": site_url, "weibo_web_url": site_url,
        }  # fmt: skip
        return load_settings(_env_file=None, **values | changes)

    return make


@pytest.fixture
def rows(monkeypatch) -> list[checking.Row]:
    """The rows of the table, instead of the table."""
    shown: list[checking.Row] = []
    monkeypatch.setattr(checking, "_print", shown.extend)
    return shown


def row(rows: list[checking.Row], part: str) -> checking.Row:
    return next(each for each in rows if each.part == part)


async def follow(url: str, clock) -> None:
    db = await Database.open(url)
    async with db.begin() as conn:
        account = Account("weibo", UID, "平安北京", f"https://weibo.com/u/{UID}")
        chat = await chats.ensure(conn, 7, ChatKind.PRIVATE, "", clock(), "en")
        account_id = await accounts.upsert(conn, account, clock())
        await accounts.ensure_watch(conn, account_id, clock(), 60.0)
        await subscriptions.add(conn, chat, 0, account_id, (), "", None, clock())
    await db.close()


async def test_when_all_is_well_every_row_is_ok(rows, settings_for, sqlite_url, clock):
    storm = StormSite(backlog=False)
    async with storm.serve() as url:
        storm.weibo_post(UID, "今天出门请注意安全。")
        await follow(sqlite_url, clock)
        assert await run_checks(settings_for(url))
    parts = ["settings", "Telegram", "database", *(f"source {kind}" for kind in kinds())]
    assert sorted(each.part for each in rows) == sorted(parts)
    assert row(rows, "source weibo").what == "平安北京: 1 posts"


async def test_a_token_that_telegram_refuses_says_whom_to_ask(rows, settings_for):
    assert not await run_checks(settings_for(telegram_token="123:wrong"))
    told = row(rows, "Telegram")
    assert (told.ok, "BotFather" in told.advice) == (False, True)


async def test_a_telegram_that_cannot_be_reached_says_what_to_look_at(rows, settings_for):
    assert not await run_checks(settings_for(telegram_api_url="http://127.0.0.1:1"))
    assert "TOCSIN_TELEGRAM_API_URL" in row(rows, "Telegram").advice


async def test_a_database_that_cannot_be_opened_is_a_row_and_not_a_crash(rows, settings_for):
    assert not await run_checks(settings_for(database_url="sqlite+aiosqlite:////no/such/folder/x.db"))
    told = row(rows, "database")
    assert (told.ok, "TOCSIN_DATABASE_URL" in told.advice) == (False, True)


@pytest.mark.parametrize(
    ("outcome", "ok", "advice"),
    [
        (Broken("HTTP 404", "Look at the address."), False, "Look at the address."),
        (Refused("HTTP 432", None, advice="Set TOCSIN_WEIBO_COOKIE."), False, "Set TOCSIN_WEIBO_COOKIE."),
        (
            Posts((), notes=("one alert lacks",), lacking=Reason(Cause.ALERTS_MISSING, {"count": "1"})),
            False,
            "one alert",
        ),
        (Posts(()), True, ""),
    ],
)
async def test_the_operator_reads_the_sources_own_advice(outcome, ok, advice, clock, account):
    class Source:
        kind = "weibo"

        async def poll(self, account, memory):
            return outcome

    watch = accounts.Watch(1, account, "active", None, None, clock(), 60.0)
    told = await checking._check_account(Source(), watch)
    assert told.ok is ok
    assert advice in told.advice


async def test_a_source_that_never_answers_is_a_failed_row(monkeypatch, clock, account):
    monkeypatch.setattr(checking, "SOURCE_SECONDS", 0.02)

    class Source:
        kind = "weibo"

        async def poll(self, account, memory):
            await asyncio.Event().wait()

    watch = replace(accounts.Watch(1, account, "active", None, None, clock(), 60.0))
    async with asyncio.timeout(5):
        told = await checking._check_account(Source(), watch)
    assert (told.ok, "no answer within" in told.what, told.advice != "") == (False, True, True)


@pytest.fixture
def account() -> Account:
    return Account("weibo", UID, "平安北京", f"https://weibo.com/u/{UID}")
