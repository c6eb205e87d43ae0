"""Feeds that mean harm, or might as well: what a poller must survive in one clear line, 50 MB and two seconds."""

import functools
import itertools
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from types import MappingProxyType

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

MEBI = 1024 * 1024
#: What the gzip bomb unpacks to, in MiB; it travels as about a quarter of a MiB.
BOMB_MIB = 256
#: The large feed's size in MiB.
HUGE_MIB = 100
NESTED = 20_000
_RSS_HEAD = '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>演示</title>'
_RSS_TAIL = "</channel></rss>"
_RSS = "application/rss+xml"

Answer = Callable[[Request], Awaitable[Response]]


class Hostile:
    """``/hostile/NAME.xml``; ``NAMES`` lists what there is."""

    def __init__(self) -> None:
        self._polls = itertools.count(1)
        self._pages: Mapping[str, Answer] = MappingProxyType(
            {
                "entity-bomb.xml": self._entity_bomb,
                "external-entity.xml": self._external_entity,
                "cap-doctype.xml": self._cap_doctype,
                "gzip-bomb.xml": self._gzip_bomb,
                "huge.xml": self._huge,
                "huge-declared.xml": self._huge_declared,
                "redirect-private.xml": self._redirect_private,
                "redirect-metadata.xml": self._redirect_metadata,
                "redirect-loop.xml": self._redirect_loop,
                "redirect-file.xml": self._redirect_file,
                "html.xml": self._html,
                "truncated.xml": self._truncated,
                "truncated.json": self._truncated_json,
                "wrong-charset.xml": self._wrong_charset,
                "churning-ids.xml": self._churning_ids,
                "nested.xml": self._nested,
                "nested-html.json": self._nested_html,
                "forged.xml": self._forged,
                "empty.xml": self._empty,
            }
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Every hostile page."""
        return tuple(self._pages)

    async def page(self, request: Request) -> Response:
        """Answer with the page that the path names."""
        page = self._pages.get(request.path_params["name"])
        return await page(request) if page else Response("No such page", 404, media_type="text/plain")

    async def _entity_bomb(self, _request: Request) -> Response:
        """Ten levels of ten: a thousand million words when expanded."""
        levels = ['<!ENTITY a0 "storm">']
        levels += [f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10)]
        body = f'<?xml version="1.0"?><!DOCTYPE rss [{"".join(levels)}]><rss version="2.0"><channel>'
        return Response(f"{body}<title>x</title><item><title>&a9;</title></item>{_RSS_TAIL}", media_type=_RSS)

    async def _external_entity(self, _request: Request) -> Response:
        """Asks the reader to fetch a file of its own machine."""
        head = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY leak SYSTEM "file:///etc/passwd">]>'
        item = "<item><guid>leak-1</guid><title>&leak;</title></item>"
        return Response(f'{head}<rss version="2.0"><channel><title>x</title>{item}{_RSS_TAIL}', media_type=_RSS)

    async def _cap_doctype(self, _request: Request) -> Response:
        """A CAP alert with a DOCTYPE; alerts with one are refused."""
        body = (
            '<?xml version="1.0"?><!DOCTYPE alert [<!ENTITY w "warning">]>'
            '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>doctype-1</identifier>'
            "<sender>warnings@weather.example</sender><sent>2026-01-01T00:00:00+08:00</sent><status>Actual</status>"
            "<msgType>Alert</msgType><scope>Public</scope><info><category>Met</category><event>&w;</event>"
            "<urgency>Immediate</urgency><severity>Extreme</severity><certainty>Observed</certainty></info></alert>"
        )
        return Response(body, media_type="application/cap+xml")

    async def _gzip_bomb(self, _request: Request) -> Response:
        body = await anyio.to_thread.run_sync(_bomb)
        return Response(body, headers={"Content-Encoding": "gzip"}, media_type=_RSS)

    async def _huge(self, _request: Request) -> Response:
        """100 MB whose length is not told beforehand."""
        return StreamingResponse(_pour(HUGE_MIB), media_type=_RSS)

    async def _huge_declared(self, _request: Request) -> Response:
        """100 MB whose length stands in the header."""
        size = len(_RSS_HEAD.encode()) + HUGE_MIB * MEBI
        return StreamingResponse(_pour(HUGE_MIB), headers={"Content-Length": str(size)}, media_type=_RSS)

    async def _redirect_private(self, _request: Request) -> Response:
        return RedirectResponse("http://10.0.0.1/feed.xml", 302)

    async def _redirect_metadata(self, _request: Request) -> Response:
        """Where clouds keep their machines' secrets."""
        return RedirectResponse("http://169.254.169.254/latest/meta-data/", 302)

    async def _redirect_loop(self, _request: Request) -> Response:
        return RedirectResponse("/hostile/redirect-loop.xml", 302)

    async def _redirect_file(self, _request: Request) -> Response:
        return RedirectResponse("file:///etc/passwd", 302)

    async def _html(self, _request: Request) -> Response:
        body = (
            "<!DOCTYPE html><html><head><title>维护中</title></head><body><p>系统维护，请稍后再试。</p></body></html>"
        )
        return Response(body, media_type="text/html")

    async def _truncated(self, _request: Request) -> Response:
        item = "<item><guid>cut-1</guid><title>道路封闭</title><description>积水"
        return Response(_RSS_HEAD + item, media_type=_RSS)

    async def _truncated_json(self, _request: Request) -> Response:
        body = '{"version":"https://jsonfeed.org/version/1.1","title":"演示","items":[{"id":"1","content_text":"积'
        return Response(body.encode(), media_type="application/feed+json")

    async def _wrong_charset(self, _request: Request) -> Response:
        """GB 18030 that says it is UTF-8, in the document and in the header."""
        item = (
            "<item><guid>charset-1</guid><title>暴雨预警</title><description>桥下积水，请绕行。</description></item>"
        )
        return Response((_RSS_HEAD + item + _RSS_TAIL).encode("gb18030"), media_type=f"{_RSS}; charset=utf-8")

    async def _churning_ids(self, request: Request) -> Response:
        """The same five items under new ids at every poll."""
        poll = next(self._polls)
        items = [
            f"<item><guid isPermaLink='false'>poll-{poll}-{number}</guid><title>第{number}号通告</title>"
            f"<link>{request.base_url}notices/{number}</link><description>道路{number}封闭。</description>"
            f"<pubDate>Sat, 21 Jul 2012 0{number}:00:00 +0800</pubDate></item>"
            for number in range(1, 6)
        ]
        return Response(_RSS_HEAD + "".join(items) + _RSS_TAIL, media_type=_RSS)

    async def _nested(self, _request: Request) -> Response:
        """Elements within elements, deeper than a recursive reader goes."""
        return Response(_RSS_HEAD + "<a>" * NESTED + "</a>" * NESTED + _RSS_TAIL, media_type=_RSS)

    async def _nested_html(self, _request: Request) -> Response:
        """HTML whose elements nest so deep that a parser compares each tag with thousands: minutes of work in 4 MB."""
        items = ",".join(f'{{"id":"{n}","content_html":"{"<div>" * 2 * NESTED}"}}' for n in range(20))
        body = f'{{"version":"https://jsonfeed.org/version/1.1","title":"演示","items":[{items}]}}'
        return Response(body.encode(), media_type="application/feed+json")

    async def _forged(self, _request: Request) -> Response:
        """Text that would pass for the bot's own, or for somebody else's link, if it were shown as it is."""
        text = (
            "&lt;b&gt;粗体&lt;/b&gt; *bold* [官方链接](https://evil.example) \u202egnp.exe\u202c "
            "https://\u0440\u043elice.example/ @somebody /unsubscribe_all tg://user?id=1 \u200b\u200b"
            "&lt;a href='javascript:alert(1)'&gt;点这里&lt;/a&gt;"
        )
        item = f"<item><guid>forged-1</guid><title>【通知】{text}</title><description>{text}</description></item>"
        return Response(_RSS_HEAD + item + _RSS_TAIL, media_type=_RSS)

    async def _empty(self, _request: Request) -> Response:
        return Response(b"", media_type=_RSS)


async def _pour(mebibytes: int) -> AsyncIterator[bytes]:
    yield _RSS_HEAD.encode()
    drop = b" " * (MEBI // 16)
    for _ in range(mebibytes * 16):
        yield drop


@functools.cache
def _bomb() -> bytes:
    """A gzip stream whose blocks repeat: a full flush forgets what came before, so one block serves for all."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    head = packer.compress(_RSS_HEAD.encode()) + packer.flush(zlib.Z_FULL_FLUSH)
    drop = b" " * MEBI
    first = packer.compress(drop) + packer.flush(zlib.Z_FULL_FLUSH)
    # The end (and its checksum) is left away: whoever reads that far has lost already.
    return head + first * BOMB_MIB
