"""Answers a conditional GET as a good feed server does: strong ETag, Last-Modified, 304."""

import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import Response


def conditional(request: Request, body: bytes, changed: datetime, media_type: str) -> Response:
    """Give the document, or 304 when the asker's validators show that it has it. ``changed`` is aware."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {
        "ETag": etag,
        "Last-Modified": format_datetime(changed.astimezone(UTC).replace(microsecond=0), usegmt=True),
        "Cache-Control": "no-cache",
    }
    if _has_it(request, etag, changed):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=media_type)


def _has_it(request: Request, etag: str, changed: datetime) -> bool:
    """RFC 9110: If-None-Match decides alone when it is there."""
    known = request.headers.get("if-none-match")
    if known is not None:
        return known.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in known.split(","))
    since = request.headers.get("if-modified-since")
    if since is None:
        return False
    try:
        asked = parsedate_to_datetime(since)
    except ValueError:
        return False
    return asked.tzinfo is not None and changed.replace(microsecond=0) <= asked
