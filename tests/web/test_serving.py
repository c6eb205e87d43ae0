import asyncio
import contextlib
import socket

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect

from bot.web.serving import serve


async def hello(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def endless(_request: Request) -> StreamingResponse:
    async def drip():
        while True:
            yield b"drop\n"
            await asyncio.sleep(0.01)

    return StreamingResponse(drip())


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(await websocket.receive_text())
    await websocket.close()


APP = Starlette(routes=[Route("/", hello), Route("/endless", endless), WebSocketRoute("/ws", echo)])


async def test_an_application_answers_at_the_url_that_serve_gives():
    async with serve(APP) as url, httpx.AsyncClient() as client:
        answer = await client.get(url)
    assert (answer.status_code, answer.text) == (200, "hello")


async def test_nothing_listens_after_the_block():
    async with serve(APP) as url:
        pass
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(url)


async def test_an_open_stream_does_not_hold_up_the_end():
    async with httpx.AsyncClient() as client, asyncio.timeout(10):
        async with serve(APP) as url:
            request = client.build_request("GET", f"{url}/endless")
            response = await client.send(request, stream=True)
            first = await anext(response.aiter_raw())
        await response.aclose()
    assert first.startswith(b"drop")


async def test_web_sockets_are_served_without_warnings():
    async with serve(APP) as url, connect(url.replace("http", "ws", 1) + "/ws") as client:
        await client.send("ping")
        assert await client.recv() == "ping"


async def test_a_taken_port_is_an_error_of_the_caller_and_not_the_end_of_the_process():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError):  # noqa: PT011  the message is the system's
            async with serve(APP, port=taken.getsockname()[1]):
                pass


async def test_an_application_that_fails_to_start_is_told():
    @contextlib.asynccontextmanager
    async def broken(_app):
        raise ValueError("no")
        yield

    with pytest.raises(RuntimeError, match="did not start"):
        async with serve(Starlette(lifespan=broken)):
            pass
