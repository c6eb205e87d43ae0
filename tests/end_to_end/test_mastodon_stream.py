"""The operator's stream tells that a followed body wrote, and the post is in the chat long before the next ordinary look."""

import asyncio
import json

from starlette.applications import Starlette
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from bot.sources.face import Pace
from bot.sources.mastodon import MastodonSource
from bot.web.serving import serve


class Instance:
    """A Mastodon server with one account, and one listener to its stream."""

    def __init__(self) -> None:
        self.words = ["first"]
        self.url = ""
        self.event = {"id": "9", "content": "a lie", "account": {"url": "https://elsewhere.example/@x"}}
        self.listening = asyncio.Event()
        self.asked = 0

    def app(self) -> Starlette:
        account = {"id": "1", "username": "wetter", "display_name": "Wetteramt", "url": "https://amt.example/@wetter"}

        async def lookup(_request):
            return JSONResponse(account)

        async def statuses(_request):
            self.asked += 1
            listed = [
                {"id": str(number), "content": f"<p>{words}</p>", "visibility": "public", "account": account}
                for number, words in enumerate(self.words, 1)
            ]
            return JSONResponse(listed[::-1])

        async def stream(_request):
            async def told():
                self.listening.set()
                yield ":)\n"
                while True:
                    # again and again, as a busy account writes: who was followed a moment ago is in the list soon
                    yield f"event: update\ndata: {json.dumps(self.event)}\n\n"
                    await asyncio.sleep(0.2)

            return StreamingResponse(told(), media_type="text/event-stream")

        return Starlette(
            routes=[
                Route("/api/v1/accounts/lookup", lookup),
                Route("/api/v1/accounts/1/statuses", statuses),
                Route("/api/v2/instance", lambda _request: JSONResponse({})),
                Route("/api/v1/streaming/user", stream),
            ]
        )


async def test_a_post_that_the_stream_tells_of_is_in_the_chat_at_once(whole_of, sqlite_url, monkeypatch):
    monkeypatch.setattr(MastodonSource, "pace", Pace(default=3000, floor=0.1, ceiling=3600, promise=10_000))
    instance = Instance()
    async with serve(instance.app()) as url:
        whole = await whole_of(sqlite_url)
        del whole.environment["TOCSIN_POLL_SECONDS"]
        whole.environment |= {"TOCSIN_MASTODON_URL": url, "TOCSIN_MASTODON_TOKEN": "sesame"}
        reader = whole.reader()
        async with whole.running():
            await whole.ask(reader, f"/subscribe {url}/@wetter", "first")
            await asyncio.wait_for(instance.listening.wait(), 20)
            instance.words.append("second")
            asked = instance.asked
            await asyncio.sleep(0.5)
            assert instance.asked == asked  # another one wrote: nobody is asked
            instance.event["account"] = {"url": "https://amt.example/@wetter"}
            await whole.until(reader, "second")
        assert "a lie" not in "".join(whole.texts(reader))
