"""Feeds that turned hostile: one clear sentence in the log and in /status each, and every other source goes on."""

import json

import pytest

from bot.model.account import Account
from bot.store import accounts, chats, subscriptions
from bot.store.database import Database

UID = "1288915263"
#: Page of the local site, and what its sentence must say.
HOSTILE = {
    "entity-bomb.xml": "DOCTYPE",
    "gzip-bomb.xml": "decompression bomb",
    "huge.xml": "larger than",
    "redirect-private.xml": "private",
    "redirect-metadata.xml": "169.254.169.254",
    "html.xml": "web page",
    "truncated.json": "JSON",
}


async def follow_hostile(whole, db_url, reader):
    """As if each feed had been well when it was subscribed to."""
    db = await Database.open(db_url)
    async with db.begin() as conn:
        chat = await chats.get(conn, reader)
        for name in HOSTILE:
            url = f"{whole.site_url}/hostile/{name}"
            account_id = await accounts.upsert(conn, Account("feed", url, name, url), chat_time(whole))
            await accounts.ensure_watch(conn, account_id, chat_time(whole), 1.0)
            await subscriptions.add(conn, chat.id, 0, account_id, (), "", None, chat_time(whole))
    await db.close()


def chat_time(whole):
    return whole.site.clock()


@pytest.fixture
def logged(monkeypatch):
    """What the watching half wrote about broken and refused sources."""
    from bot.watching import recording

    lines = []
    monkeypatch.setattr(recording.log, "warning", lambda event, **fields: lines.append({"event": event, **fields}))
    return lines


async def test_each_gives_one_clear_sentence_and_touches_no_other_source(whole, db_url, logged):
    reader = whole.reader()
    whole.environment["TOCSIN_POLL_SECONDS"] = "5"
    async with whole.running():
        await whole.ask(reader, f"/subscribe {UID}", "is followed here now")
    await follow_hostile(whole, db_url, reader)
    async with whole.running():
        whole.site.weibo_post(UID, "照常的一条")
        await whole.until(reader, "照常的一条")
        for name in HOSTILE:
            await whole.telegram.wait_for(lambda name=name: told(logged, name), 20)
        await whole.ask(reader, "/status", "Not answering: 7 of 8")
    status = "\n".join(whole.texts(reader)).replace("\u2060", "")
    for name, words in HOSTILE.items():
        (line,) = [line for line in logged if line["account"].endswith(name)][:1]
        assert words in line["why"], json.dumps(line, default=str)
        assert "\n" not in line["why"]
        assert line["why"].replace("\u2060", "")[:40] in status
    assert not [line for line in logged if line["account"] == UID]


def told(logged, name):
    return any(line["account"].endswith(name) for line in logged)
