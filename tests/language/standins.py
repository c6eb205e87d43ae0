"""Local HTTP servers that speak as each translation service does, with its own error answers."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.demo.botapi.serving import LoopbackServer

KEY = "sesame-key"
MODEL = "small-model"

#: What a service makes of a text; "" answers with an empty translation.
Speak = Callable[[str], str]


@dataclass
class StandIn:
    """One service. ``faults`` are taken one a request, before anything else; each is the whole answer."""

    name: str
    speak: Speak = lambda text: f"[{text}]"
    faults: list[Response | Callable[[], Awaitable[Response]]] = field(default_factory=list)
    #: Bodies and headers of the requests that came.
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        body = json.loads(await request.body())
        self.asked.append(body)
        self.headers.append(dict(request.headers))
        self.queries.append(dict(request.query_params))
        if self.faults:
            fault = self.faults.pop(0)
            return fault if isinstance(fault, Response) else await fault()
        refused = REFUSALS[self.name](request, body)
        return refused or JSONResponse(ANSWERS[self.name](self.speak, body))

    def app(self) -> Starlette:
        return Starlette(routes=[Route(PATHS[self.name], self.answer, methods=["POST"])])

    def server(self) -> LoopbackServer:
        return LoopbackServer(self.app())


PATHS = {
    "deepl": "/v2/translate",
    "libretranslate": "/translate",
    "google": "/language/translate/v2",
    "azure": "/translate",
    "openai": "/v1/chat/completions",
}


def _post(body: dict[str, Any]) -> str:
    """What stands between the marks in the user's turn."""
    content = body["messages"][-1]["content"]
    return content.removeprefix("<post>\n").removesuffix("\n</post>")


def _openai(speak: Speak, body: dict[str, Any]) -> object:
    wanted = body.get("response_format", {}).get("json_schema", {}).get("schema", {}).get("required", ["translation"])
    content = json.dumps({wanted[0]: speak(_post(body))}, ensure_ascii=False)
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": body["model"],
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": content, "refusal": None},
            }
        ],
        "usage": {"prompt_tokens": 120, "completion_tokens": 40, "total_tokens": 160},
    }


ANSWERS: dict[str, Callable[[Speak, Any], object]] = {
    "deepl": lambda speak, body: {
        "translations": [
            {"detected_source_language": body["source_lang"], "text": speak(one), "billed_characters": len(one)}
            for one in body["text"]
        ]
    },
    "libretranslate": lambda speak, body: {"translatedText": speak(body["q"])},
    "google": lambda speak, body: {"data": {"translations": [{"translatedText": speak(one)} for one in body["q"]]}},
    "azure": lambda speak, body: [{"translations": [{"text": speak(one["Text"]), "to": "en"}]} for one in body],
    "openai": _openai,
}

REFUSALS: dict[str, Callable[[Request, Any], Response | None]] = {
    "deepl": lambda request, _: (
        None if request.headers.get("authorization") == f"DeepL-Auth-Key {KEY}" else Response(status_code=403)
    ),
    "libretranslate": lambda _, body: (
        None if body.get("api_key") == KEY else JSONResponse({"error": "Invalid API key"}, 403)
    ),
    "google": lambda request, _: (
        None
        if request.headers.get("x-goog-api-key") == KEY
        else google_error(400, "API key not valid.", "badRequest", "API_KEY_INVALID")
    ),
    "azure": lambda request, _: (
        None if request.headers.get("ocp-apim-subscription-key") == KEY else azure_error(401, 401000)
    ),
    "openai": lambda request, _: (
        None if request.headers.get("authorization") == f"Bearer {KEY}" else openai_error(401, "invalid_api_key")
    ),
}


def google_error(status: int, message: str, reason: str, detail: str = "") -> Response:
    error: dict[str, Any] = {
        "code": status,
        "message": message,
        "errors": [{"message": message, "domain": "usageLimits", "reason": reason}],
    }
    if detail:
        error["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": detail}]
    return JSONResponse({"error": error}, status)


def azure_error(status: int, code: int) -> Response:
    return JSONResponse({"error": {"code": code, "message": "The request isn't authorized."}}, status)


def openai_error(
    status: int, code: str, message: str = f"Incorrect API key provided: {KEY}.", param: str | None = None
) -> Response:
    return JSONResponse({"error": {"message": message, "type": code, "param": param, "code": code}}, status)


def html(status: int = 200) -> Response:
    return Response("<html><body>Just a moment…</body></html>", status, media_type="text/html")


def truncated() -> Response:
    return Response('{"translations": [{"text": "Red rain', media_type="application/json")


def wrong_schema() -> Response:
    return JSONResponse({"translations": "none", "choices": {}, "data": [], "translatedText": 5})


def slow(seconds: float) -> Callable[[], Awaitable[Response]]:
    async def answer() -> Response:
        await asyncio.sleep(seconds)
        return Response(status_code=200)

    return answer


def status(code: int, **headers: str) -> Response:
    return Response(status_code=code, headers={name.replace("_", "-"): value for name, value in headers.items()})
