"""Routes as people write them, in one spelling, and as an instance wants to be asked for them. Asks nobody."""

import hashlib
import re
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

#: What everybody's examples name; its routes are every instance's.
_PUBLIC = "rsshub.app"
_LONGEST = 800
_MAX_FIELDS = 30
#: Never part of an account: they are the operator's, and are made anew for each request.
_SECRETS = ("key", "code")


def route_named(what: str, instance: str) -> str:
    """The route ("/weibo/user/1288915263?limit=5") that a text names; "" when it names none."""
    what = what.strip()
    if len(what) > _LONGEST or re.search(r"[\s\x00-\x1f]", what):
        return ""
    short = re.match(r"rsshub:/{0,2}(?=[^/])", what, re.IGNORECASE)
    if short:
        what = f"https://{_PUBLIC}/{what[short.end() :]}"
    elif not instance:
        return ""
    try:
        url = urlsplit(what if "://" in what else f"https://{what}")
        own = urlsplit(instance)
        host, netloc = url.hostname or "", url.netloc.lower()
    except ValueError:
        return ""
    if url.scheme not in ("http", "https"):
        return ""
    path = url.path
    if netloc == own.netloc.lower() and path.startswith(f"{own.path.rstrip('/')}/"):
        path = path[len(own.path.rstrip("/")) :]
    elif host != _PUBLIC:
        return ""
    return _tidy(path, url)


def _tidy(path: str, url: SplitResult) -> str:
    steps = [unquote(step) for step in path.split("/") if step]
    if not steps or any(step in (".", "..") for step in steps):
        return ""
    try:
        fields = parse_qsl(url.query, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        return ""
    query = urlencode([(name, value) for name, value in fields if name not in _SECRETS])
    tidy = "/" + "/".join(quote(step, safe=":@!$&'()*+,;=~") for step in steps)
    return f"{tidy}?{query}" if query else tidy


def request_url(instance: str, route: str, key: str) -> str:
    """The address to ask. RSSHub takes the MD5 of path and key in place of the key, which so stays at home."""
    path, _, query = route.partition("?")
    made = hashlib.md5(f"{path}{key}".encode(), usedforsecurity=False).hexdigest() if key else ""
    asked = "&".join(part for part in (query, f"code={made}" if key else "") if part)
    return f"{instance.rstrip('/')}{path}{'?' if asked else ''}{asked}"


def shown_url(instance: str, route: str) -> str:
    """The route's address without any secret, for people and for links that are relative to it."""
    return f"{instance.rstrip('/')}{route}"
