"""Where hubs call back (WebSub): GET verifies a subscription, POST tells of a change. Knows no subscription itself."""

from collections.abc import Mapping
from typing import Protocol

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

#: A notification carries the feed; what is larger is none, and is not read to its end.
LARGEST_BODY = 2 * 1024 * 1024
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Subscriber(Protocol):
    """Who holds the subscriptions."""

    @property
    def running(self) -> bool:
        """False in a process that does not poll: then another one is to be asked."""

    async def verify(self, token: str, query: Mapping[str, str]) -> str | None:
        """The challenge to send back, None to refuse."""

    def ping(self, token: str, signature: str, body: bytes) -> bool | None:
        """True when the source is asked now, False when the notification is ignored, None for no such subscription."""


def hub_routes(subscriber: Subscriber) -> list[Route]:
    """The routes; each subscription has a path of its own that nobody else knows."""

    async def called(request: Request) -> Response:
        if not subscriber.running:
            return _answer(503)
        token = request.path_params["token"]
        if request.method == "POST":
            return await _told(subscriber, token, request)
        challenge = await subscriber.verify(token, request.query_params)
        return _answer(404) if challenge is None else PlainTextResponse(challenge, 200, _HEADERS)

    return [Route("/hub/{token:str}", called, methods=["GET", "POST"])]


async def _told(subscriber: Subscriber, token: str, request: Request) -> Response:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return _answer(413)
    told = subscriber.ping(token, request.headers.get("x-hub-signature", ""), bytes(body))
    # 410 ends the subscription at the hub; what is ignored is taken all the same (WebSub 8)
    return _answer(410 if told is None else 202)


def _answer(status: int) -> Response:
    return Response(status_code=status, headers=_HEADERS)
