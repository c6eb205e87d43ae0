"""Feeds that turned hostile: one clear sentence in the log and in /status each, and every other source goes on."""

import json

import pytest

from bot.model.account import Account
from bot.store import accounts, chats, subscriptions

UID = "1288915263"
#: Page of the local site, what its sentence must say to the operator (log), and to subscribers (/status).
HOSTILE = {
    "entity-bomb.xml": ("DOCTYPE", "cannot be read"),
    "gzip-bomb.xml": ("decompression bomb", "far larger than any real list"),
    "huge.xml": ("larger than", "far larger than any real list"),
    "redirect-private.xml": ("private", "leads to no public web address"),
    "redirect-metadata.xml": ("169.254.169.254", "leads to no public web address"),
    "html.xml": ("web page", "shows a web page where its list should be"),
    "truncated.json": ("JSON", "cannot be read"),
}


async def follow_hostile(whole, db, reader):
    """As if each feed had been well when it was subscribed to."""
    async with db.begin() as conn:
        chat = await chats.get(conn, reader)
        for name in HOSTILE:
            url = f"{whole.site_url}/hostile/{name}"
            account_id = await accounts.upsert(conn, Account("feed", url, name, url), chat_time(whole))
            await accounts.ensure_watch(conn, account_id, chat_time(whole), 1.0)
            await subscriptions.add(conn, chat.id, 0, account_id, (), "", None, chat_time(whole))


def chat_time(whole):
    return whole.site.clock()


@pytest.fixture
def logged(monkeypatch):
    """What the watching half wrote about broken and refused sources."""
    from bot.watching import recording

    lines = []
    monkeypatch.setattr(recording.log, "warning", lambda event, **fields: lines.append({"event": event, **fields}))
    return lines


async def test_each_gives_one_clear_sentence_and_touches_no_other_source(whole, db, logged):
    reader = whole.reader()
    whole.environment["TOCSIN_POLL_SECONDS"] = "5"
    async with whole.running():
        await whole.ask(reader, f"/subscribe {UID}", "is followed here now")
    await follow_hostile(whole, db, reader)
    async with whole.running():
        whole.site.weibo_post(UID, "照常的一条")
        await whole.until(reader, "照常的一条")
        for name in HOSTILE:
            await whole.telegram.wait_for(lambda name=name: told(logged, name), 20)
        await whole.ask(reader, "/status", "Not answering: 7 of 8")
    status = "\n".join(whole.texts(reader)).replace("\u2060", "")
    blocks = {name: block for name in HOSTILE for block in status.split("\n\n") if name in block}
    for name, (words, plain_words) in HOSTILE.items():
        (line,) = [line for line in logged if line["account"].endswith(name)][:1]
        assert words in line["why"], json.dumps(line, default=str)
        assert "\n" not in line["why"]
        assert plain_words in blocks[name], blocks[name]
    assert not [line for line in logged if line["account"] == UID]


def told(logged, name):
    return any(line["account"].endswith(name) for line in logged)
