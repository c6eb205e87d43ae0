"""`tocsin fetch` shows saved answers of every social source readably; and these are read by threads, off the loop."""

import asyncio
import json
import random
import threading
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

import bot.sources.bluesky.source
import bot.sources.mastodon.source
import bot.sources.rsshub.source
import bot.sources.telegram_channel.source
import bot.sources.youtube.source
from bot.fetching.face import Response, Validators
from bot.model.account import Account
from bot.peeking import peek
from bot.settings import load_settings
from bot.sources.face import Posts
from bot.sources.registry import Parts, make_sources

RECORDED = Path(__file__).parents[1] / "recorded"
NOW = datetime(2026, 7, 21, 3, 51, tzinfo=UTC)
#: Kind: saved answer, an account's key, the function that reads it, and what an eye must find of it.
SAVED = {
    "mastodon": ("mastodon/statuses.json", "https://a.example/api/v1/accounts/9001", "read_statuses",
                 ["Wetteramt Küste", "Verletzte zu sehen", "» Hafenamt: Sperrung", "(gone: revoked)", "edited"]),
    "bluesky": ("bluesky/author_feed.json", "did:plc:z72i7hdynmk6r22z27h6tvur", "read_feed",
                ["⚠️ Sturmflut in Küstennähe", "» hafen.bsky.social: Hafen gesperrt.", "(gone: not found)"]),
    "telegram_channel": ("telegram_channel/channel.html", "harbourfire", "read_page",
                         ["Bridge closed", "» Coast Guard: Gale from the south west", "https://t.me/HarbourFire/101"]),
    "youtube": ("youtube/videos.xml", "UCaaaaaaaaaaaaaaaaaaaaaa", "read_videos",
                ["Flood: where to go & what to take", "Call 112.", "Press conference, live"]),
    "rsshub": ("rsshub/route.xml", "/gov/zhengce/zuixin", "read_feed", ["关于做好防汛工作的通知", "做好准备。"]),
}  # fmt: skip


@pytest.fixture
def settings():
    return load_settings(_env_file=None)


@pytest.mark.parametrize("kind", sorted(SAVED))
async def test_a_saved_answer_is_shown_readably_to_eyes_and_programs(kind, settings):
    name, _, _, words = SAVED[kind]
    shown = "\n".join(await peek(settings, "", kind=kind, saved=RECORDED / name, as_json=False))
    assert [word for word in words if word not in shown] == []
    assert "<" not in shown.replace("< 2 m", "")
    posts = [json.loads(line) for line in await peek(settings, "", kind=kind, saved=RECORDED / name, as_json=True)]
    assert len(posts) > 1
    assert all(post["kind"] == kind and post["id"] and post["published"] for post in posts)


class Answering:
    """A way out behind which everything gives the same answer."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    async def fetch(self, request):
        return Response(request.url, 200, httpx.Headers(), self.body, Validators(), NOW)


@pytest.mark.parametrize("kind", sorted(SAVED))
async def test_answers_are_read_off_the_loop(kind, monkeypatch):
    name, key, reader, _ = SAVED[kind]
    module = getattr(bot.sources, kind).source
    read, threads = getattr(module, reader), set()

    def noting(*args, **kwargs):
        threads.add(threading.get_ident())
        return read(*args, **kwargs)

    monkeypatch.setattr(module, reader, noting)
    options = {"rsshub_url": "https://hub.example"}
    source = make_sources(
        Parts(Answering((RECORDED / name).read_bytes()), None, lambda: NOW, random.Random(1), options)
    )[kind]
    assert isinstance(await asyncio.wait_for(source.poll(Account(kind, key, "n", ""), {}), 60), Posts)
    assert threads
    assert threading.get_ident() not in threads
