"""Plain pages that a permalink of the local site opens: the words of an account, a post, a warning, a notice."""

from collections.abc import Iterable
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.demo.site.markup import to_plain
from bot.demo.site.mblog import weibo_time
from bot.demo.site.site import StormSite
from bot.demo.site.snowflake import bid_of, mid_of_bid
from bot.demo.site.weibo import PostState, WeiboPost

_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color:#1d2530}"
    "article{border-top:1px solid #ccd3da;padding:1rem 0;white-space:pre-line}small,em{color:#566270}"
    "img{max-width:100%;border-radius:6px}a{color:#1f5fae}"
)


class Pages:
    """HTML for people."""

    def __init__(self, site: StormSite) -> None:
        self._site = site

    async def front(self, _request: Request) -> Response:
        """Who speaks here."""
        rows = [
            f'<article><a href="/u/{account.uid}">{escape(account.name)}</a> <em>{escape(account.english)}</em></article>'
            for account in self._site.weibo.accounts.values()
        ]
        rows.append('<article><a href="/cap/index.atom">CAP</a> · <a href="/feeds/fire.xml">RSS</a></article>')
        return _page("演示站点 · demo site", rows)

    async def profile(self, request: Request) -> Response:
        """An account's posts."""
        uid = request.path_params["uid"]
        account = self._site.weibo.accounts.get(uid)
        if account is None:
            return _gone("没有这个用户 · No such account")
        return _page(account.name, [self._post(post) for post in self._site.weibo.page(uid, 50)])

    async def post(self, request: Request) -> Response:
        """One post, by mid or bid."""
        name = request.path_params["post"]
        if not (name.isascii() and name.isalnum()):
            return _gone("没有这条微博 · No such post")
        post = self._site.weibo.posts.get(name if name.isdigit() else mid_of_bid(name))
        if post is None or post.state is not PostState.THERE:
            return _gone("该微博不存在 · This post does not exist (any more)")
        return _page(self._site.weibo.accounts[post.uid].name, [self._post(post)])

    async def warning(self, request: Request) -> Response:
        """One warning in both languages."""
        issued = self._site.warnings.issued.get(request.path_params["identifier"])
        if issued is None:
            return _gone("没有这条预警 · No such warning")
        said = issued.bulletin
        rows = [
            f"<article><b>{escape(head)}</b>\n{escape(words)}\n{escape(advice)}</article>"
            for head, words, advice in (
                (said.headline_zh, said.description_zh, said.instruction_zh),
                (said.headline_en, said.description_en, said.instruction_en),
            )
        ]
        return _page(f"{said.status} · {issued.sent_text}", rows)

    async def notice(self, request: Request) -> Response:
        """One item of the feed."""
        item = self._site.feed.items.get(request.path_params["guid"])
        if item is None:
            return _gone("没有这条通知 · No such notice")
        return _page(item.title, [f"<article>{escape(item.text)}\n<em>{escape(item.english)}</em></article>"])

    def _post(self, post: WeiboPost) -> str:
        pictures = "".join(f'<img alt="" src="/large/{escape(name)}.{post.mid}.png">' for name in post.pictures)
        return (
            f"<article>{escape(to_plain(post.text))}\n<em>{escape(post.english)}</em>\n{pictures}"
            f'<small><a href="/{post.uid}/{bid_of(post.mid)}">{weibo_time(post.created)}</a> · {post.forwards} 转发</small>'
            "</article>"
        )


def _page(title: str, rows: Iterable[str], status: int = 200) -> Response:
    return HTMLResponse(
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f"<body><h1>{escape(title)}</h1>{''.join(rows)}</body></html>",
        status,
    )


def _gone(sentence: str) -> Response:
    return _page(sentence, (), 404)
