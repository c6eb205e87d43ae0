"""Where hubs call back (WebSub): GET verifies a subscription, POST tells of a change. Knows no subscription itself."""

import asyncio
from collections.abc import Mapping
from typing import Protocol

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

#: A notification carries the feed; what is larger is none, and is not read to its end.
LARGEST_BODY = 2 * 1024 * 1024
#: A body comes whole within so many seconds, the wait for its turn included; and so many are read at once. Together they
#: bound memory at 8 MiB and a slow caller's hold on it; a hub that is refused tells again.
BODY_SECONDS, BODIES_AT_ONCE = 10.0, 4
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Subscriber(Protocol):
    """Who holds the subscriptions."""

    @property
    def running(self) -> bool:
        """False in a process that does not poll: then another one is to be asked."""

    async def verify(self, token: str, query: Mapping[str, str]) -> str | None:
        """The challenge to send back, None to refuse."""

    def knows(self, token: str) -> bool:
        """Whether there is such a subscription: only then is it worth reading what is told."""

    def ping(self, token: str, signature: str, body: bytes) -> bool | None:
        """True when the source is asked now, False when the notification is ignored, None for no such subscription."""


def hub_routes(subscriber: Subscriber) -> list[Route]:
    """The routes; each subscription has a path of its own that nobody else knows."""
    turns = asyncio.Semaphore(BODIES_AT_ONCE)

    async def called(request: Request) -> Response:
        if not subscriber.running:
            return _answer(503)
        token = request.path_params["token"]
        if request.method == "POST":
            return await _told(subscriber, token, request, turns)
        challenge = await subscriber.verify(token, request.query_params)
        return _answer(404) if challenge is None else PlainTextResponse(challenge, 200, _HEADERS)

    return [Route("/hub/{token:str}", called, methods=["GET", "POST"])]


async def _told(subscriber: Subscriber, token: str, request: Request, turns: asyncio.Semaphore) -> Response:
    if not subscriber.knows(token):
        return _answer(410)  # ends the subscription at the hub
    try:
        async with asyncio.timeout(BODY_SECONDS), turns:
            body = await _body(request)
    except TimeoutError:
        return _answer(408)
    except ClientDisconnect:
        return _answer(400)  # to nobody
    if body is None:
        return _answer(413)
    told = subscriber.ping(token, request.headers.get("x-hub-signature", ""), body)
    # what is ignored is taken all the same (WebSub 8); it may have ended while it was read
    return _answer(410 if told is None else 202)


async def _body(request: Request) -> bytes | None:
    """The whole of it, None for one that is too long."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > LARGEST_BODY:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def _answer(status: int) -> Response:
    return Response(status_code=status, headers=_HEADERS)
