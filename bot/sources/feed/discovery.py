"""The feeds that a web page names, and whether an answer is a web page at all."""

from bot.sources.plain import one_line, safe_url

_TYPES = frozenset(
    (
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
        "application/rdf+xml",
        "application/json",
    )
)
#: Pages that name more list every tag of theirs.
_MOST = 10


def named_feeds(page: str, base: str) -> tuple[tuple[str, str], ...]:
    """(URL, title) of each feed that a page offers in its head, in its order; comment feeds only when alone."""
    from selectolax.lexbor import LexborHTMLParser

    parser = LexborHTMLParser(page[:500_000].encode("utf-8", "replace").decode("utf-8"))
    first_base = parser.css_first("base[href]")
    if first_base is not None:
        base = safe_url(first_base.attributes.get("href") or "", base) or base
    found: dict[str, str] = {}
    for node in parser.css("link[href]"):
        attributes = node.attributes
        kind = (attributes.get("type") or "").partition(";")[0].strip().lower()
        if "alternate" not in (attributes.get("rel") or "").lower().split() or kind not in _TYPES:
            continue
        url = safe_url(attributes.get("href") or "", base)
        if url and (kind != "application/json" or "feed" in url):
            found.setdefault(url, one_line(attributes.get("title") or "", 200))
    articles = {url: title for url, title in found.items() if "comment" not in (url + title).lower()}
    return tuple((articles or found).items())[:_MOST]
