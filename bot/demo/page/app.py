"""The page's HTTP side: its files, the live stream, and the two things a visitor can do: say and press."""

import secrets
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlsplit

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.demo.botapi.formatting import TEXT_LIMIT
from bot.demo.botapi.world import World
from bot.demo.page.board import StoryBoard
from bot.demo.page.stream import Stream
from bot.demo.page.view import fits_a_message

STATIC = Path(__file__).parent / "static"
LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
#: A pressed button or a message is a few hundred bytes; a message has at most 4096 characters.
MAX_BODY = 64 * 1024


class _Guard:
    """Adds the security headers and refuses what does not come from this page (DNS rebinding, foreign sites)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        request = Request(scope)
        if why := _why_foreign(request):
            await JSONResponse({"problem": why}, 403)(scope, receive, guarded)
        else:
            await self._app(scope, receive, guarded)


def _why_foreign(request: Request) -> str:
    host = request.headers.get("host", "")
    if host.rpartition(":")[0] not in LOCAL_NAMES and host not in LOCAL_NAMES:
        return "Open the page under http://127.0.0.1 or http://localhost."
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return "This request comes from another site and was refused."
    return ""


class Page:
    """The routes of one visitor's page."""

    def __init__(self, world: World, visitor_id: int, board: StoryBoard, is_closing: Callable[[], bool]) -> None:
        self._world = world
        self._visitor_id = visitor_id
        self._board = board
        self._is_closing = is_closing
        #: Numbers of another run of the server must not be taken for ours.
        self._epoch = secrets.token_hex(4)

    def routes(self) -> list[Route | Mount]:
        """What to serve."""
        return [
            Route("/", self._index),
            Route("/events", self._events),
            Route("/photo/{name}", self._photo),
            Route("/file/{name}", self._file),
            Route("/say", self._say, methods=["POST"]),
            Route("/press", self._press, methods=["POST"]),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]

    async def _index(self, request: Request) -> Response:  # noqa: ARG002 - the face of a route
        return FileResponse(STATIC / "index.html")

    async def _events(self, request: Request) -> Response:
        stream = Stream(self._world.state, self._board, self._visitor_id, self._epoch, self._is_closing)
        last_id = request.headers.get("last-event-id", "") or request.query_params.get("after", "")
        return StreamingResponse(stream.events(last_id), media_type="text/event-stream")

    async def _photo(self, request: Request) -> Response:
        wanted = request.path_params["name"]
        for message in self._world.state.chats[self._visitor_id].messages.values():
            for version in message.versions:
                if version.picture and version.picture.unique_id == wanted and version.picture.data:
                    return Response(version.picture.data, media_type=version.picture.mime)
        return Response(status_code=404)

    async def _file(self, request: Request) -> Response:
        """A file to be kept, never one that this page's origin shows: its content is foreign."""
        wanted = request.path_params["name"]
        for message in self._world.state.chats[self._visitor_id].messages.values():
            document = message.now.document
            if document and document.unique_id == wanted and not message.gone:
                kept = {"content-disposition": f"attachment; filename*=UTF-8''{quote(document.name, safe='')}"}
                return Response(document.data, media_type="application/octet-stream", headers=kept)
        return Response(status_code=404)

    async def _say(self, request: Request) -> Response:
        given = await _json(request)
        text = str(given.get("text", "")).strip() if given else ""
        if not text:
            return _problem("Write something first.")
        if not fits_a_message(text, TEXT_LIMIT):
            return _problem(f"A message has at most {TEXT_LIMIT} characters; shorten it.")
        message = self._world.say(self._visitor_id, self._visitor_id, text)
        return JSONResponse({"id": message.message_id})

    async def _press(self, request: Request) -> Response:
        given = await _json(request)
        try:
            message_id, row, column = (
                (int(str(given[name])) for name in ("id", "row", "column")) if given else (0, 0, 0)
            )
            key = self._world.state.chats[self._visitor_id].messages[message_id].now.keyboard[row][column]
            query = self._world.press(self._visitor_id, self._visitor_id, message_id, label=key.label, data=key.data)
        except (LookupError, ValueError, TypeError):
            return _problem("This button is no longer there.")
        return JSONResponse({"query": query.id})


async def _json(request: Request) -> dict[str, object] | None:
    """The request's JSON object. Another content type is refused: a foreign page could send it unasked."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return None
    if int(request.headers.get("content-length") or MAX_BODY + 1) > MAX_BODY:
        return None
    try:
        found = await request.json()
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _problem(why: str) -> Response:
    return JSONResponse({"problem": why}, 400)


def page_app(
    world: World, visitor_id: int, board: StoryBoard, is_closing: Callable[[], bool] = lambda: False
) -> Starlette:
    """The page as an application of its own. ``is_closing`` ends the streams when it turns true."""
    page = Page(world, visitor_id, board, is_closing)
    return Starlette(routes=page.routes(), middleware=[Middleware(_Guard)])
