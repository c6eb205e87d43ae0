"""The hub that an answer offers: Link headers first, then the document's own links (WebSub 4, discovery). No network."""

import re
from collections.abc import Iterable, Iterator

from bot.fetching import Response
from bot.sources.face import Hub
from bot.sources.plain import safe_url

#: One link of a Link header (RFC 8288): its target, and its parameters up to the next comma outside quotes.
_LINK = re.compile(r"<([^<>]{1,2048})>((?:\s*;\s*[A-Za-z*-]{1,30}\s*=\s*(?:\"[^\"]{0,300}\"|[^\s,;\"]{1,300}))*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s,;\"]+))", re.IGNORECASE)
_MAX_LINKS = 30
#: More than one hub may be offered; one is enough, for polling stays.
_LONGEST_HEADER = 16_000


def hub_of(response: Response, links: Iterable[tuple[str, str]] = ()) -> Hub | None:
    """The hub with the topic's address, None when none is offered. ``links``: (rel, address) from the document."""
    for named in (tuple(_of_header(response)), tuple(links)):
        hub = next((url for rel, url in named if rel == "hub"), "")
        if hub:
            topic = next((url for rel, url in named if rel == "self"), "") or next(
                (url for rel, url in links if rel == "self"), ""
            )
            # a feed that does not say what it is called is called as it was asked for
            return Hub(hub, topic or response.url)
    return None


def _of_header(response: Response) -> Iterator[tuple[str, str]]:
    header = response.headers.get("link", "")[:_LONGEST_HEADER]
    for count, found in enumerate(_LINK.finditer(header)):
        if count >= _MAX_LINKS:
            return
        rel = _REL.search(found[2])
        target = safe_url(found[1], response.url)
        if rel and target:
            for name in (rel[1] or rel[2] or "").lower().split():
                yield name, target
