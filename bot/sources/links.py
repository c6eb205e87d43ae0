"""What a person types to name a feed, as a URL in one spelling. No I/O."""

import re

import httpx

from bot.sources.plain import MAX_URL, safe_url

_DEFAULT_PORTS = {"http": 80, "https": 443}
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
#: A bare host with a dot, then nothing or a path: "feeds.example.org/alerts".
_BARE = re.compile(r"(?=[^@\s]{4,}$)[^\s@/:?#]+\.[^\s@/:?#.]{2,}(?::\d{1,5})?(?:[/?#]\S*)?$")


def as_url(what: str) -> str:
    """The URL that a text names, in one spelling; "" when it names none."""
    what = what.strip()
    if len(what) > MAX_URL or re.search(r"\s", what):
        return ""
    what = re.sub(r"^feed:(?://)?(?=https?:)", "", what, flags=re.IGNORECASE)
    what = re.sub(r"^feed://", "https://", what, flags=re.IGNORECASE)
    if not _SCHEME.match(what):
        if not _BARE.match(what):
            return ""
        what = "https://" + what
    return normalised(what)


def normalised(url: str) -> str:
    """Lower-case scheme and host (in ASCII), no default port, no fragment; "" when it is no http(s) URL."""
    try:
        parsed = httpx.URL(url.partition("#")[0])
        if parsed.port == _DEFAULT_PORTS.get(parsed.scheme):
            parsed = parsed.copy_with(port=None)
        if parsed.path == "/":  # "https://example.org" and "https://example.org/" are one
            parsed = parsed.copy_with(path="/")
    except (httpx.InvalidURL, ValueError, UnicodeError):
        return ""
    if not parsed.raw_host or parsed.scheme not in ("http", "https"):
        return ""
    return safe_url(str(parsed))


def names_a_feed(url: str) -> bool:
    """True for an address that by its name is a feed or an alert: no claim to its host's pages reaches so far."""
    return url.partition("?")[0].lower().endswith((".xml", ".rss", ".atom", ".rdf", ".cap"))
