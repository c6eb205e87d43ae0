"""The lists, pages and telegrams of East Asia's agencies are read by threads: the loop goes on meanwhile."""

import importlib
import json
import threading
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from bot.fetching.face import Response, Validators
from bot.model.account import Account
from bot.sources.cenc import CencSource
from bot.sources.face import Posts
from bot.sources.hko import HkoSource
from bot.sources.jma import JmaSource
from bot.sources.nmc import NmcSource

NOW = datetime(2026, 7, 21, 3, 51, tzinfo=UTC)
RECORDED = Path(__file__).parents[1] / "recorded"
WARNED = {
    "code": "WTS",
    "actionCode": "ISSUE",
    "issueTime": "2026-07-21T11:00:00+08:00",
    "name": "Thunderstorm Warning",
}


class Answering:
    """A way out behind which an address is answered by the words in it."""

    def __init__(self, **answers: bytes) -> None:
        self.answers = answers

    async def fetch(self, request):
        body = next(told for word, told in self.answers.items() if word in request.url)
        return Response(request.url, 200, httpx.Headers(), body, Validators(), NOW)


def recorded(name: str) -> bytes:
    return (RECORDED / name).read_bytes()


@pytest.mark.parametrize(
    ("make", "key", "readers", "answers"),
    [
        (lambda out: NmcSource(out, lambda: NOW), "https://www.nmc.cn/rest/findAlarm", ["read_list", "read_page"],
         {"rest": recorded("nmc/list.json"), "publish": recorded("nmc/page.html")}),
        (lambda out: CencSource(out, lambda: NOW), "https://news.ceic.ac.cn/speedsearch.html", ["read_list"],
         {"speedsearch": recorded("cenc/speedsearch.html")}),
        (HkoSource, "https://data.weather.gov.hk/weatherAPI/opendata/weather.php", ["read_summary", "read_bulletins"],
         {"warnsum": json.dumps({"WTS": WARNED}).encode(), "warningInfo": b'{"details": []}'}),
        (lambda out: JmaSource(out, lambda: NOW), "https://www.data.jma.go.jp/developer/xml/feed/eqvol.xml",
         ["read_list", "read_telegram"],
         {"feed": recorded("jma/eqvol.xml"), "VXSE53": recorded("jma/VXSE53.xml"), "VTSE41": recorded("jma/VTSE41.xml")}),
    ],
)  # fmt: skip
async def test_what_they_answer_is_read_by_threads(make, key, readers, answers, monkeypatch):
    source = make(Answering(**answers))
    module = importlib.import_module(f"{type(source).__module__}")
    where: dict[str, set[bool]] = {}
    for name in readers:
        read = getattr(module, name)

        def noting(*arguments, read=read, name=name):
            where.setdefault(name, set()).add(threading.current_thread() is threading.main_thread())
            return read(*arguments)

        monkeypatch.setattr(module, name, noting)
    # not the first look, which asks for no pages
    outcome = await source.poll(Account(source.kind, key, "", key), {"seen": ""})
    assert isinstance(outcome, Posts)
    assert outcome.posts
    assert where == {name: {False} for name in readers}
