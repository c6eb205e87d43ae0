"""``tocsin check``: tries everything that ``tocsin run`` needs, and says of each part what to do when it fails."""

import asyncio
import os
from collections.abc import Iterable
from dataclasses import dataclass

import httpx
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.outside import ForgetfulKeep, now_utc, open_outside
from bot.settings import PREFIX, Settings, unknown_names
from bot.sources.face import Broken, Posts, Refused, Source
from bot.sources.registry import built_in_kinds, kinds
from bot.store import accounts as account_store
from bot.store import schema
from bot.store.accounts import Watch
from bot.store.database import Database, DatabaseError

#: Telegram answers getMe in well under a second; a wrong address must not hang the check.
GETME_SECONDS = 15.0
#: Weibo is asked politely: a few requests with pauses of up to 12 s between them.
SOURCE_SECONDS = 120.0
#: Accounts looked at for each kind: one is enough to know that the site answers.
ACCOUNTS_PER_KIND = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    part: str
    ok: bool
    what: str
    advice: str = ""


async def run_checks(settings: Settings) -> bool:
    """Print the table; True when every row is ok."""
    rows = [_check_names()]
    rows.append(await _check_token(settings))
    database_row, watches = await _check_database(settings)
    rows.append(database_row)
    rows += await _check_sources(settings, watches)
    _print(rows)
    return all(row.ok for row in rows)


def _check_names() -> Row:
    # a plug-in's settings begin with its kind
    foreign = tuple(f"{PREFIX}{kind.upper()}_" for kind in kinds() - built_in_kinds())
    unknown = [name for name in unknown_names(list(os.environ)) if not name.upper().startswith(foreign)]
    if unknown:
        return Row("settings", False, f"unknown: {', '.join(unknown)}", "Check the spelling against .env.example.")
    return Row("settings", True, "all readable")


async def _check_token(settings: Settings) -> Row:
    token = settings.telegram_token.get_secret_value()
    if not token:
        return Row("Telegram", False, "no token", "Ask @BotFather for a token and set TOCSIN_TELEGRAM_TOKEN.")
    try:
        async with httpx.AsyncClient(timeout=GETME_SECONDS, trust_env=False) as client:
            answer = await client.get(f"{settings.telegram_api_url}/bot{token}/getMe")
        body = answer.json()
    except httpx.HTTPError as error:
        why = f"{settings.telegram_api_url} does not answer ({type(error).__name__})"
        return Row("Telegram", False, why, "Check the network, or TOCSIN_TELEGRAM_API_URL if you set it.")
    except ValueError:
        why = f"{settings.telegram_api_url} is no Bot API server (HTTP {answer.status_code})"
        return Row("Telegram", False, why, "Check TOCSIN_TELEGRAM_API_URL.")
    if isinstance(body, dict) and body.get("ok") and isinstance(body.get("result"), dict):
        return Row("Telegram", True, f"@{body['result'].get('username', '?')}")
    if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.NOT_FOUND}:
        return Row("Telegram", False, "the token is not valid", "Ask @BotFather for the bot's present token.")
    why = f"getMe was refused (HTTP {answer.status_code})"
    return Row("Telegram", False, why, "Try again in a minute; if it stays, check TOCSIN_TELEGRAM_API_URL.")


async def _check_database(settings: Settings) -> tuple[Row, list[Watch]]:
    url = settings.database_url.get_secret_value()
    try:
        version = await schema.current(url)
        if version is None:
            return Row("database", True, "reachable; no tables yet (`tocsin run` makes them)"), []
        if version != schema.head():
            return Row("database", False, f"tables are at {version}", "Run: tocsin db upgrade"), []
        db = await Database.open(url)
        try:
            async with db.read() as conn:
                watches = await account_store.watched(conn)
        finally:
            await db.close()
    except DatabaseError as error:
        return Row("database", False, str(error), "Check TOCSIN_DATABASE_URL."), []
    return Row("database", True, f"tables are at {version}; {len(watches)} accounts are watched"), watches


async def _check_sources(settings: Settings, watches: Iterable[Watch]) -> list[Row]:
    rows: list[Row] = []
    async with open_outside(settings, ForgetfulKeep(), now_utc) as outside:
        for kind, source in outside.sources.items():
            mine = [watch for watch in watches if watch.account.kind == kind][:ACCOUNTS_PER_KIND]
            if not mine:
                rows.append(Row(f"source {kind}", True, "nobody subscribed yet; nothing to ask"))
            rows += [await _check_account(source, watch) for watch in mine]
    return rows


async def _check_account(source: Source, watch: Watch) -> Row:
    part = f"source {source.kind}"
    try:
        async with asyncio.timeout(SOURCE_SECONDS):
            outcome = await source.poll(watch.account, {})
    except TimeoutError:
        why = f"{watch.account.name}: no answer within {SOURCE_SECONDS:g} seconds"
        return Row(part, False, why, "Check this machine's network; look at the site in a browser.")
    match outcome:
        case Posts(posts=posts, lacking=lacking, notes=notes):
            return Row(part, lacking is None, f"{watch.account.name}: {len(posts)} posts", " ".join(notes))
        case Refused(why=why, advice=advice) | Broken(why=why, advice=advice):
            return Row(part, False, f"{watch.account.name}: {why}", advice or "Wait and check again later.")
        case _:
            return Row(part, True, f"{watch.account.name}: nothing new")


def _print(rows: Iterable[Row]) -> None:
    table = Table("part", "", "what was found", "what to do")
    for row in rows:
        mark = Text("ok", style="green") if row.ok else Text("failed", style="bold red")
        # Text, not markup: what a site answers must not colour or hide anything
        table.add_row(Text(row.part), mark, Text(row.what), Text(row.advice))
    Console().print(table)
