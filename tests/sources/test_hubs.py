"""The hub that a source offers: by Link headers, in feeds, in CAP indexes and JSON Feed; YouTube's by its documents."""

import json
import random
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.fetching.face import Response, Validators
from bot.model.account import Account
from bot.sources.cap import CapSource
from bot.sources.face import Hub
from bot.sources.feed import FeedSource
from bot.sources.hubs import hub_of
from bot.sources.youtube import YoutubeSource

NOW = datetime(2026, 7, 21, tzinfo=UTC)
URL = "https://fire.example/feed"
LINKS = "<link rel='hub' href='https://hub.example/'/><link rel='self' href='https://fire.example/own'/>"


def answer(body: bytes = b"", **headers: str) -> Response:
    return Response(URL, 200, httpx.Headers(headers), body, Validators(), NOW)


class Answering:
    def __init__(self, response: Response) -> None:
        self.response = response

    async def fetch(self, request):
        return self.response


@pytest.mark.parametrize(
    ("link", "hub"),
    [
        ('<https://hub.example/>; rel="hub", <https://fire.example/own>; rel="self"', Hub("https://hub.example/", "https://fire.example/own")),
        ("<https://hub.example/a,b>;rel=hub", Hub("https://hub.example/a,b", URL)),
        ('</hub>; title="a, b; c"; rel="x hub"', Hub("https://fire.example/hub", URL)),
        ('<https://a.example/>; rel="HUB", <https://b.example/>; rel=hub', Hub("https://a.example/", URL)),
        ('<javascript:alert(1)>; rel="hub"', None),
        ("<https://hub.example/>; rel=next", None),
        ("", None),
    ],
)  # fmt: skip
def test_link_headers_are_read(link, hub):
    assert hub_of(answer(link=link)) == hub


def test_headers_go_before_the_document_which_may_still_name_the_topic():
    links = [("hub", "https://other.example/"), ("self", "https://fire.example/own")]
    header = "<https://hub.example/>; rel=hub"
    assert hub_of(answer(link=header), links) == Hub("https://hub.example/", "https://fire.example/own")
    assert hub_of(answer(), links) == Hub("https://other.example/", "https://fire.example/own")


OFFERING = {
    "atom": f"<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title>{LINKS}<entry><id>1</id><title>x</title></entry></feed>",
    "rss": "<rss xmlns:a='http://www.w3.org/2005/Atom'><channel><title>t</title>"
    + LINKS.replace("<link", "<a:link")
    + "<item><guid>1</guid><title>x</title></item></channel></rss>",
    "json": json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "t", "feed_url": "https://fire.example/own",
                        "hubs": [{"type": "rssCloud", "url": "https://no.example/"}, {"type": "WebSub", "url": "https://hub.example/"}],
                        "items": [{"id": "1", "content_text": "x"}]}),
}  # fmt: skip


@pytest.mark.parametrize("form", sorted(OFFERING))
async def test_feeds_of_every_form_offer_their_hub(form):
    source = FeedSource(Answering(answer(OFFERING[form].encode())), lambda: NOW, random.Random(1))
    outcome = await source.poll(Account("feed", URL, "n", URL), {})
    assert outcome.hub == Hub("https://hub.example/", "https://fire.example/own")
    plain = OFFERING[form].replace("hub", "nub").encode()
    source = FeedSource(Answering(answer(plain)), lambda: NOW, random.Random(1))
    assert (await source.poll(Account("feed", URL, "n", URL), {})).hub is None


async def test_an_index_of_alerts_offers_its_hub_too():
    index = f"<feed xmlns='http://www.w3.org/2005/Atom'>{LINKS}</feed>".encode()
    source = CapSource(Answering(answer(index)), lambda: NOW, random.Random(1))
    outcome = await source.poll(Account("cap", URL, "n", URL), {})
    assert outcome.hub == Hub("https://hub.example/", "https://fire.example/own")


async def test_youtubes_hub_is_the_one_of_its_documents():
    feed = b"<feed xmlns='http://www.w3.org/2005/Atom'/>"
    key = "UC" + "a" * 22
    outcome = await YoutubeSource(Answering(answer(feed))).poll(Account("youtube", key, "n", ""), {})
    assert outcome.hub.url == "https://pubsubhubbub.appspot.com/subscribe"
    assert outcome.hub.topic.endswith(f"/xml/feeds/videos.xml?channel_id={key}")


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from('<>;,= rel"hubself/:.x'), max_size=120))
def test_any_header_is_read_or_passed_over(link):
    hub = hub_of(Response(URL, 200, httpx.Headers([(b"link", link.encode())]), b"", Validators(), NOW))
    assert hub is None or hub.url.startswith("https://")
