"""Weibo: public posts of official accounts, read as a visitor or with an operator's login."""

from bot.sources.face import About, Source
from bot.sources.registry import Parts
from bot.sources.weibo.source import WEIBO_PACE, WeiboSource
from bot.sources.weibo.urls import WeiboUrls

#: Sure of its own links, so asked first.
LOOKUP_ORDER = 10

ABOUT = About(
    name="Weibo",
    gives="public posts, pictures, reposts, engagement",
    edits="same id, words compared",
    deletions="asked for one by one",
    levels="read from the words",
    languages="zh",
    terms="Weibo's user agreement; one request at a time, credit and link",
    proof="tests/sources/weibo",
)


def make_source(parts: Parts) -> Source:
    """The source as the operator's settings want it."""
    options = parts.options
    default = WeiboUrls()
    urls = WeiboUrls(
        api=options.get("weibo_url") or default.api,
        visitor=options.get("weibo_visitor_url") or default.visitor,
        web=options.get("weibo_web_url") or default.web,
    )
    return WeiboSource(parts.fetcher, parts.keep, parts.clock, parts.rng, urls, options.get("weibo_cookie", ""))


__all__ = ["ABOUT", "LOOKUP_ORDER", "WEIBO_PACE", "WeiboSource", "WeiboUrls", "make_source"]
