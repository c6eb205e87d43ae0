"""Mastodon's JSON (Status, Account entities of its API) to posts and accounts. No network."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.account import Account
from bot.model.post import Count, Engagement, Media, MediaKind, Post, Repost
from bot.model.vouching import Vouching, spelt
from bot.sources.face import UnreadableError
from bot.sources.json import Json, first_string, inner, instant, integer, load, mapping, objects, string, truth
from bot.sources.language import tag
from bot.sources.markup import bounded
from bot.sources.plain import MAX_HTML, MAX_MEDIA, Plain, from_html, one_line, safe_url

if TYPE_CHECKING:
    from collections.abc import Iterable

KIND = "mastodon"
#: The API gives at most forty to a page.
MAX_STATUSES = 80
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_KINDS = {"image": MediaKind.PHOTO, "gifv": MediaKind.VIDEO, "video": MediaKind.VIDEO}
#: Quotes that may be shown; the others are refused, revoked, removed or not yet allowed by who is quoted.
_ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Page:
    """What a list of statuses says."""

    posts: tuple[Post, ...]
    #: Ids of everything listed, also of what is not public.
    listed: tuple[str, ...] = ()
    #: The account as the newest of its own posts shows it.
    account: Json | None = None
    notes: tuple[str, ...] = ()


def order(status_id: str) -> tuple[int, str]:
    """Ids are numbers as text, of different lengths; other software's letters sort alike within one length."""
    return len(status_id), status_id


def read_statuses(body: bytes, account: str) -> Page:
    """Read an answer of GET /api/v1/accounts/:id/statuses (or one status). Raises UnreadableError."""
    data = load(body)
    if isinstance(data, dict) and "content" in data:
        data = [data]
    if not isinstance(data, list):
        said = one_line(string(mapping(data).get("error")), 100)
        msg = f"The server answers with an error: {said}." if said else "The answer is no list of posts."
        raise UnreadableError(msg)
    statuses = [status for status in objects(data, MAX_STATUSES) if _ID.fullmatch(_id(status))]
    if data and not statuses:
        msg = "The answer is a list, but nothing in it is a post of Mastodon's."
        raise UnreadableError(msg)
    posts = [_post(status, account) for status in statuses if _is_public(status)]
    said_something = [post for post in posts if post.text or post.title or post.media or post.repost]
    shown = next((inner(status, "account") for status in statuses if inner(status, "account")), None)
    hidden = len(statuses) - len(posts)
    notes = (f"{hidden} posts that are not public were left out",) if hidden else ()
    return Page(tuple(said_something), tuple(_id(status) for status in statuses), shown, notes)


def read_account(data: Json, server: str) -> Account | None:
    """An Account entity; ``server`` is where it was asked. None when it is none."""
    given = string(data.get("id"))
    name = string(data.get("username")) or string(data.get("acct")).partition("@")[0]
    if not _ID.fullmatch(given) or not name:
        return None
    url = safe_url(string(data.get("url"))) or f"{server}/@{name}"
    host = server.partition("://")[2]
    note = from_html(string(data.get("note"))).text
    shown = one_line(string(data.get("display_name")), 100) or f"@{name}@{host}"
    return Account(KIND, f"{server}/api/v1/accounts/{given}", shown, url, note[:1000], verified=_vouched(data))


def _vouched(data: Json) -> str:
    """The links that the server found to lead back to this account (rel=me), which nobody else can make."""
    proved = [
        url
        for field in objects(data.get("fields"), 10)
        if string(field.get("verified_at")) and (url := _link_in(string(field.get("value"))))
    ]
    return spelt(Vouching.PAGE, ", ".join(proved[:2])) if proved else ""


def _link_in(html: str) -> str:
    found = re.search(r'href="(https://[^"\s<>]{4,300})"', html)
    return safe_url(found[1]) if found else safe_url(html) if html.startswith("https://") else ""


def _id(status: Json) -> str:
    return string(status.get("id"))


def _is_public(status: Json) -> bool:
    # absent in other software's answers: what a stranger is shown is public
    return string(status.get("visibility")) in ("", "public", "unlisted")


def _post(status: Json, account: str) -> Post:
    published, _ = instant(status.get("created_at"))
    edited, _ = instant(status.get("edited_at"))
    original = inner(status, "reblog")
    words = _words(status) if not original else Plain()
    uri = string(status.get("uri"))[:500]
    author = inner(status, "account")
    return Post(
        kind=KIND,
        account=account,
        id=_id(status),
        title="" if original else one_line(string(status.get("spoiler_text"))),
        text=words.text,
        url=_url(original) if original else _url(status),
        published=published,
        edited=edited,
        # the account's own default and now and then wrong, but the platform's word
        language=tag(string((original or status).get("language"))),
        author=_author(author),
        media=() if original else _media(status),
        truncated=words.cut,
        pinned=truth(status.get("pinned")),
        engagement=_engagement(original or status),
        repost=_reblog(original) if original else _quote(status),
        # what a post is called from other servers
        aliases=(uri,) if uri else (),
    )


def _url(status: Json) -> str:
    # a reblog has no page of its own
    return safe_url(string(status.get("url"))) or safe_url(string(status.get("uri")))


def _author(account: Json) -> str:
    return one_line(first_string(account, "display_name", "acct", "username"), 100)


def _words(status: Json) -> Plain:
    """The content without the line that stands for a quote, and with the options of a poll."""
    plain = from_html(_plain_names(string(status.get("content"))))
    options = [
        one_line(string(option.get("title")), 200) for option in objects(inner(status, "poll").get("options"), 20)
    ]
    if any(options):
        plain.text = "\n".join([plain.text, *(f"• {option}" for option in options if option)]).strip()
    return plain


def _plain_names(html: str) -> str:
    """The HTML without link targets of names and tags ("@name", "#tag"), and without "RE: …" for a quoted post.

    Hidden parts of long links stay: with them the label is the whole address.
    """
    if 'class="' not in html and "class='" not in html:
        return html
    from selectolax.lexbor import LexborHTMLParser

    page = LexborHTMLParser(bounded(html[:MAX_HTML])[0])
    for node in page.css(".quote-inline, a.mention, a.hashtag, a.u-url, a[rel~=tag]"):
        if node.tag == "a":
            node.attrs["href"] = ""
        else:
            node.decompose()
    return (page.body.html or "") if page.body is not None else ""


def _media(status: Json) -> tuple[Media, ...]:
    """Pictures and films; what the author marks as sensitive is not shown unasked, only behind the link."""
    if truth(status.get("sensitive")):
        return ()
    found: dict[str, Media] = {}
    for item in objects(status.get("media_attachments"), MAX_MEDIA):
        kind = _KINDS.get(string(item.get("type")))
        # "unknown" has no copy here, only on its own server; a film that is not ready yet has no url at all
        url = safe_url(first_string(item, "url", "remote_url"))
        if kind is not None and url:
            found.setdefault(url, Media(kind, url, one_line(string(item.get("description")), 1500)))
    return tuple(found.values())


def _reblog(original: Json) -> Repost:
    words = [one_line(string(original.get("spoiler_text"))), _words(original).text]
    return Repost(
        available=True,
        id=string(original.get("uri"))[:500] or _id(original),
        author=_author(inner(original, "account")),
        text="\n\n".join(part for part in words if part),
        url=_url(original),
        media=_media(original),
    )


def _quote(status: Json) -> Repost | None:
    """The post that a post quotes (Mastodon 4.4 and later); not there when its author does not allow it."""
    quote = inner(status, "quote")
    if not quote:
        return None
    quoted = inner(quote, "quoted_status")
    state = string(quote.get("state"))
    if state == _ACCEPTED and quoted:
        return _reblog(quoted)
    if not quoted and "state" not in quote:  # other software gives the quoted status itself
        return _reblog(quote) if "content" in quote else None
    # "revoked", "rejected", "deleted" and so on: the API's own word
    return Repost(available=False, reason=one_line(state, 30) or "?")


def _engagement(status: Json) -> Engagement:
    def count(name: str) -> Count | None:
        value = integer(status.get(name))
        return Count(value, str(value)) if value is not None and value >= 0 else None

    return Engagement(count("reblogs_count"), count("replies_count"), count("favourites_count"))


def newest_of(ids: Iterable[str]) -> str:
    """The newest of these ids, "" of none."""
    return max(ids, key=order, default="")
