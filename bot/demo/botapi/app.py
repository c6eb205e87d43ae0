"""The HTTP face: /bot<token>/<method> and /file/bot<token>/<path>, with faults struck on the way."""

import asyncio
import contextlib

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.demo.botapi.errors import ApiError
from bot.demo.botapi.faults import Fault, When
from bot.demo.botapi.methods import METHODS
from bot.demo.botapi.methods.polling import get_updates
from bot.demo.botapi.state import State
from bot.demo.botapi.striking import SERVER_ERROR, refusal, strike
from bot.demo.botapi.wire import MAX_BODY, Call, read_call, too_large


class BotApi:
    """Routes over one :class:`State`."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[Route]:
        """What to mount."""
        return [
            Route("/bot{token}/{method}", self._method, methods=["GET", "POST"]),
            Route("/file/bot{token}/{path:path}", self._file, methods=["GET"]),
        ]

    async def _method(self, request: Request) -> Response:
        state = self._state
        name = str(request.path_params["method"])
        state.calls[name] += 1
        try:
            self._check_token(request)
            call = read_call(
                name, dict(request.query_params), request.headers.get("content-type", ""), await _body(request)
            )
            fault = self._fault(call)
            if fault and (answer := await strike(state, request, fault, call, When.BEFORE)):
                return answer
            result = await self._carry_out(request, call)
            if fault and (answer := await strike(state, request, fault, call, When.AFTER, result)):
                return answer
        except ApiError as error:
            return self._refusal(error, name)
        except ClientDisconnect:
            return Response(status_code=SERVER_ERROR)
        return JSONResponse({"ok": True, "result": result})

    def _fault(self, call: Call) -> Fault | None:
        chat = self._state.chats.get(call.number("chat_id"))
        return self._state.faults.take(
            call.method,
            call.number("chat_id"),
            chat_type=chat.type if chat and not chat.migrated_to else "",
            text=call.text("text") or call.text("caption"),
        )

    def _check_token(self, request: Request) -> None:
        if self._state.revoked or request.path_params["token"] != self._state.token:
            raise ApiError(401, "Unauthorized")

    async def _carry_out(self, request: Request, call: Call) -> object:
        name = call.method.lower()
        if name == "getupdates":
            return await self._poll(request, call)
        method = METHODS.get(name)
        if method is None:
            raise ApiError(404, "Not Found", violation="unknown_method")
        return await method(self._state, call)

    async def _poll(self, request: Request, call: Call) -> object:
        gone = asyncio.Event()
        watcher = asyncio.create_task(self._watch(request, gone))
        try:
            return await get_updates(self._state, call, gone)
        finally:
            watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watcher

    async def _watch(self, request: Request, gone: asyncio.Event) -> None:
        """Set ``gone`` once the client hangs up, and wake the poll that may be waiting."""
        while (await request.receive())["type"] != "http.disconnect":
            pass
        gone.set()
        self._state.journal.stir()

    def _refusal(self, error: ApiError, name: str) -> Response:
        state = self._state
        state.errors[error.code] += 1
        if error.violation:
            state.count(error.violation, f"{name}: {error.description}")
        return refusal(error)

    async def _file(self, request: Request) -> Response:
        try:
            self._check_token(request)
        except ApiError as error:
            return refusal(error)
        folder, _, wanted = str(request.path_params["path"]).partition("/")
        state = self._state
        for file in (*state.pictures.values(),) if folder == "photos" else (*state.documents.values(),):
            if file.unique_id == wanted and file.data:
                return Response(file.data, media_type=file.mime)
        return refusal(ApiError(404, "Not Found"))


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise too_large()
    return bytes(body)
