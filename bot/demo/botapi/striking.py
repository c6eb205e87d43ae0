"""What a client gets instead of the true answer when a fault strikes its request."""

import asyncio
import socket
import struct

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from bot.demo.botapi.errors import ApiError, too_many_requests
from bot.demo.botapi.faults import Act, Fault, When
from bot.demo.botapi.state import State
from bot.demo.botapi.wire import Call
from bot.demo.botapi.world import World

#: Where the protocol (see serving) leaves the connection's transport, so that a fault can cut it.
TRANSPORT = "tocsin.transport"
SERVER_ERROR = 500
#: SO_LINGER on, for no time: closing sends RST.
_NO_LINGER = struct.pack("ii", 1, 0)


def refusal(error: ApiError) -> JSONResponse:
    """An error as the real server writes it, Retry-After included."""
    content: dict[str, object] = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        content["parameters"] = error.parameters
    headers = {"Retry-After": str(error.parameters["retry_after"])} if "retry_after" in error.parameters else None
    return JSONResponse(content, error.code, headers)


async def strike(
    state: State, request: Request, fault: Fault, call: Call, when: When, result: object = None
) -> Response | None:
    """The false answer; None to go on. ``result`` is what the method gave, once it was carried out."""
    if fault.when is not when:
        return None
    match fault.act:
        case Act.DELAY:
            await state.journal.sleep(fault.seconds)
            return None
        case Act.DROP | Act.RESET:
            return await _cut(request, reset=fault.act is Act.RESET)
        case Act.TRUNCATE:
            whole = bytes(JSONResponse({"ok": True, "result": result}).body)
            return Response(whole[: len(whole) // 2], media_type="application/json")
        case Act.FLOOD:
            state.rates.flood(call.number("chat_id"), fault.retry_after)
            state.errors[429] += 1
            return refusal(too_many_requests(fault.retry_after))
        case Act.BLOCK | Act.MIGRATE:
            _change(state, fault.act, call.number("chat_id"))
            return None  # the method itself refuses now
    state.errors[fault.status] += 1
    if fault.html:
        page = f"<html><head><title>{fault.status}</title></head><body>nginx</body></html>"
        return HTMLResponse(page, fault.status)
    said = "Bad Gateway" if fault.status > SERVER_ERROR else "Internal Server Error"
    return refusal(ApiError(fault.status, said))


def _change(state: State, act: Act, chat_id: int) -> None:
    world, chat = World(state), state.chats.get(chat_id)
    if chat is None:
        return
    if act is Act.MIGRATE:
        world.upgrade(chat_id)
    elif chat.type == "private":
        world.block(chat_id)
    else:
        world.kick(chat_id)


async def _cut(request: Request, *, reset: bool) -> Response:
    """Cut the connection without a byte; what is returned is never sent."""
    transport = request.scope.get("extensions", {}).get(TRANSPORT)
    if isinstance(transport, asyncio.Transport):
        if reset:
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        transport.abort()
        while (await request.receive())["type"] != "http.disconnect":
            pass
    return Response(status_code=SERVER_ERROR)
