"""GET /health for machines and GET / for people: the same look, as JSON and as a small page. No secret is in either."""

from collections.abc import Sequence
from html import escape
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from bot.web.health import Health, Vitals

WELL, UNWELL = 200, 503
#: Nothing may be kept, embedded or loaded: the page is text and its own few rules.
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; padding: 1rem; max-width: 40rem; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 1.5rem 0 .3rem; }
.well { border-left: .4rem solid #2e7d32; padding-left: .6rem; }
.unwell { border-left: .4rem solid #c62828; padding-left: .6rem; }
dl { display: grid; grid-template-columns: minmax(7rem, 11rem) 1fr; gap: .2rem .8rem; margin: 0; }
dt { opacity: .75; } dd { margin: 0; }
"""
#: The parts in the order in which a person asks, with their keys in words.
_SHOWN: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("sending", "Sending", (("here", "done by this process"), ("waiting_for", "waits for"))),
    (
        "queue",
        "What waits",
        (
            ("extreme", "extreme"),
            ("urgent", "urgent"),
            ("routine", "routine"),
            ("oldest_urgent_seconds", "oldest urgent one, s"),
        ),
    ),
    (
        "polling",
        "Sources",
        (
            ("here", "watched by this process"),
            ("waiting_for", "waits for"),
            ("accounts", "followed"),
            ("failing", "failing now"),
            ("blind", "blind"),
            ("blind_accounts", "which"),
            ("last_poll_at", "last look"),
        ),
    ),
    (
        "telegram",
        "Telegram",
        (
            ("answered_at", "last answer"),
            ("trouble", "last trouble"),
            ("trouble_at", "at"),
            ("conflict_at", "409 at"),
        ),
    ),
    ("token", "Token", (("refused", "refused"),)),
    ("database", "Database", (("kind", "kind"), ("answers", "answers"))),
)


def health_page(vitals: Vitals, more: Sequence[Route] = ()) -> Starlette:
    """The application; ``more`` are routes beside the page's own."""

    async def machines(_request: Request) -> JSONResponse:
        health = await vitals.look()
        return JSONResponse(health.as_json(), WELL if health.well else UNWELL, _HEADERS)

    async def people(_request: Request) -> HTMLResponse:
        health = await vitals.look()
        return HTMLResponse(page(health), WELL if health.well else UNWELL, _HEADERS)

    return Starlette(routes=[Route("/health", machines), Route("/", people), *more])


def page(health: Health) -> str:
    """The look as HTML, everything escaped."""
    mark, word = ("well", "Tocsin is well") if health.well else ("unwell", "Tocsin is not well")
    said = "".join(f"<p><strong>{escape(sentence)}</strong></p>" for sentence in health.reasons)
    said += "".join(f"<p>{escape(sentence)}</p>" for sentence in health.warnings)
    body = "".join(_part(health.parts[key], title, rows) for key, title, rows in _SHOWN if key in health.parts)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Tocsin</title>'
        f'<style>{_STYLE}</style></head><body><h1 class="{mark}">{word}</h1>{said}{body}'
        f'<p><small>{escape(health.at.strftime("%Y-%m-%d %H:%M:%S"))} UTC · <a href="/health">as JSON</a></small></p>'
        "</body></html>"
    )


def _part(values: dict[str, Any], title: str, rows: tuple[tuple[str, str], ...]) -> str:
    shown = "".join(
        f"<dt>{escape(label)}</dt><dd>{escape(_words(values[key]))}</dd>"
        for key, label in rows
        if values.get(key) not in (None, "", [])
    )
    return f"<h2>{escape(title)}</h2><dl>{shown}</dl>"


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
