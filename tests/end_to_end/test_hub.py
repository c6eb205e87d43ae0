"""A feed's hub tells the whole program of a change, and the post is in the chat long before the next ordinary look."""

import socket

from hubs import HubServer

from bot.sources.face import Pace
from bot.sources.feed import FeedSource
from bot.web.serving import serve


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


async def test_a_hubs_word_brings_the_post_into_the_chat(whole_of, sqlite_url, monkeypatch):
    monkeypatch.setattr(FeedSource, "pace", Pace(default=3000, floor=0.1, ceiling=3600, promise=10_000))
    hub = HubServer()
    port = free_port()
    async with serve(hub.app()) as url:
        hub.url, hub.feed_url = f"{url}/hub", f"{url}/feed"
        hub.feed = hub.feed_of(1)
        whole = await whole_of(sqlite_url)
        del whole.environment["TOCSIN_POLL_SECONDS"]
        whole.environment |= {
            "TOCSIN_PUBLIC_URL": f"http://127.0.0.1:{port}", "TOCSIN_HEALTH_ADDRESS": str(port)
        }  # fmt: skip
        reader = whole.reader()
        async with whole.running():
            await whole.ask(reader, f"/subscribe {hub.feed_url}", "Fire 1")
            await hub.until_verified()
            hub.feed = hub.feed_of(2, 1)
            assert await hub.tell(hub.asked[0], b"<rss>a lie</rss>") == 202
            await whole.until(reader, "Fire 2")
        assert "a lie" not in "".join(whole.texts(reader))


async def test_a_public_address_that_nothing_serves_is_told_and_costs_no_polling(whole_of, sqlite_url, capsys):
    whole = await whole_of(sqlite_url)
    whole.environment["TOCSIN_PUBLIC_URL"] = "https://tocsin.example"
    async with whole.running():
        await whole.ask(whole.reader(), "/start", "To begin, press the button below")
    assert "TOCSIN_PUBLIC_URL needs TOCSIN_HEALTH_ADDRESS" in capsys.readouterr().out
