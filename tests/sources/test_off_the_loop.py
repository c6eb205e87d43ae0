"""What strangers send is read by threads: the loop goes on meanwhile, whatever a page is made of."""

import asyncio
import json
import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

import bot.sources.cap.source
import bot.sources.feed.source
import bot.sources.weibo.classifier
import bot.sources.weibo.completing
import bot.sources.weibo.source
import bot.sources.weibo.text
from bot.fetching.face import Response, Validators
from bot.model.account import Account
from bot.model.post import Post
from bot.model.subscription import ChatKind, Wish
from bot.sources.cap import CapSource
from bot.sources.face import NotFoundError, Outcome, Posts
from bot.sources.feed import FeedSource
from bot.sources.feed.source import FEED_PACE
from bot.sources.weibo import WeiboSource, WeiboUrls
from bot.store import accounts, chats
from bot.watching import following, recording

NOW = datetime(2026, 7, 21, 3, 51, tzinfo=UTC)
UID = "1288915263"
TAGS = "<b class=x>" * 60_000


class Answering:
    """A way out behind which every address gives the same answer, or one by the words in its URL."""

    def __init__(self, body: bytes, **others: bytes) -> None:
        self.body, self.others = body, others

    async def fetch(self, request):
        body = next((told for word, told in self.others.items() if word in request.url), self.body)
        return Response(request.url, 200, httpx.Headers(), body, Validators(), NOW)


class Keep:
    async def load(self, site, name):
        kept = {"cookies": {"SUB": "kept"}, "minted_at": NOW.isoformat(), "generation": 1}
        return kept if name == "visitor-cn" else None

    async def save(self, site, name, value):
        pass


@pytest.fixture
def watched(monkeypatch) -> Callable[..., set[int]]:
    """Wrap functions where they are used; gives the threads that ran them."""

    def watch(*places: tuple[object, str]) -> set[int]:
        threads: set[int] = set()

        def wrap(work):
            def noting(*args, **kwargs):
                threads.add(threading.get_ident())
                return work(*args, **kwargs)

            return noting

        for module, name in places:
            monkeypatch.setattr(module, name, wrap(getattr(module, name)))
        return threads

    return watch


async def while_the_loop_goes_on(work) -> object:
    """Do the work beside a task that ticks; it must have ticked between the beginning and the end."""
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0)
            ticks += 1

    ticking = asyncio.ensure_future(tick())
    try:
        return await work
    finally:
        ticking.cancel()
        assert ticks > 0


def page(posts: int, text: str, **fields: object) -> bytes:
    mids = (4_645_748_019_299_849 + number for number in range(posts))
    cards = [
        {"card_type": 9, "mblog": {"mid": str(mid), "text": text, "user": {"id": int(UID)}, **fields}} for mid in mids
    ]
    return json.dumps({"ok": 1, "data": {"cards": cards}}).encode()


async def polled(source, kind: str, key: str) -> Outcome:
    return await while_the_loop_goes_on(source.poll(Account(kind, key, "n", key), {}))


async def test_a_weibo_page_of_tags_is_read_off_the_loop(watched):
    threads = watched(
        (bot.sources.weibo.text, "bounded"),
        (bot.sources.weibo.classifier, "parse"),
        (bot.sources.weibo.source, "read_page"),
        (bot.sources.weibo.source, "read_post"),
        (bot.sources.weibo.completing, "needs_of"),
        (bot.sources.weibo.completing, "to_plain"),
    )
    body = page(10, TAGS[:190_000], isLongText=True)
    assert len(body) > 1_900_000
    long_text = json.dumps({"ok": 1, "data": {"longTextContent": TAGS[:90_000]}}).encode()
    source = WeiboSource(Answering(body, extend=long_text), Keep(), lambda: NOW, random.Random(1), WeiboUrls())
    outcome = await polled(source, "weibo", UID)
    assert isinstance(outcome, Posts)
    assert all(post.truncated for post in outcome.posts)
    assert threads
    assert threading.get_ident() not in threads


async def test_a_feed_of_tags_is_read_off_the_loop(watched):
    threads = watched((bot.sources.feed.source, "read_feed"), (bot.sources.feed.source, "feed_links"))
    items = f"<item><title>t</title><guid>1</guid><description><![CDATA[{TAGS[:1000] * 90}]]></description></item>"
    body = f"<rss><channel>{items}</channel></rss>".encode()
    source = FeedSource(Answering(body), lambda: NOW, random.Random(1))
    assert isinstance(await polled(source, "feed", "https://fire.example/"), Posts)
    pages = FeedSource(Answering(b"<html>" + TAGS.encode()), lambda: NOW, random.Random(1))
    with pytest.raises(NotFoundError):
        await while_the_loop_goes_on(pages.find("https://fire.example/"))
    assert threads
    assert threading.get_ident() not in threads


async def test_a_list_of_alerts_and_the_alerts_are_read_off_the_loop(watched):
    threads = watched((bot.sources.cap.source, "read_document"))
    head = (
        "<sender>s</sender><sent>2026-07-21T03:51:00Z</sent><status>Actual</status><msgType>Alert</msgType>"
        "<scope>Public</scope>"
    )
    alert = f'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>A</identifier>{head}</alert>'.encode()
    index = b'<feed><entry><id>1</id><link type="application/cap+xml" href="https://x.example/1.cap"/></entry></feed>'
    source = CapSource(Answering(index, **{".cap": alert}), lambda: NOW, random.Random(1))
    outcome = await polled(source, "cap", "https://x.example/list")
    assert [post.alert.identifier for post in outcome.posts] == ["A"]
    assert threads
    assert threading.get_ident() not in threads


@pytest.fixture
def many_words() -> Post:
    return Post("feed", "1", "1", "暴雨" * 10_000, "https://x.example/1", published=NOW)


async def test_what_tells_an_edit_is_taken_off_the_loop(watched, sqlite_db, clock, many_words):
    threads = watched((recording, "fingerprints"), (following, "fingerprints"))
    told = Posts((many_words,))

    class Site:
        ids_may_churn = True

        async def poll(self, account, memory):
            return told

    account = Account("feed", "1", "n", "https://x.example/")
    async with sqlite_db.begin() as conn:
        chat = await chats.ensure(conn, 7, ChatKind.PRIVATE, "", clock(), "en")
    house = following.Following(sqlite_db, {"feed": Site()}, clock, lambda _kind: 60.0, lambda: None)
    await house.follow(Wish(account, chat, 0))
    async with sqlite_db.read() as conn:
        stored = await accounts.by_key(conn, "feed", "1")
        watch = await accounts.watch_of(conn, stored.id)
    recorder = recording.Recorder(sqlite_db, clock, random.Random(1), lambda: None)
    await recorder.record(FEED_PACE, watch, told, ids_may_churn=True)
    assert threads
    assert threading.get_ident() not in threads
