"""The stand-in for the Bot API in a process of its own: ``Stand`` starts it, fills it with chats and asks what it took."""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.demo.botapi import BotApiServer, Limits

#: First id of the private chats; they count upwards.
FIRST_CHAT = 1_000_000
#: Seconds that it may take to start.
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Taken:
    """What the stand-in took of the bot."""

    messages: int
    paid: int
    #: Seconds from the first to the last; 0 for fewer than two.
    seconds: float
    #: Answers 429.
    refused: int
    violations: dict[str, int]

    @property
    def rate(self) -> float:
        """Messages a second, from the first to the last."""
        return (self.messages - 1) / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class Stand:
    """A running stand-in."""

    url: str
    token: str
    pid: int

    async def taken(self, first_chat: int = FIRST_CHAT, skip: int = 0) -> Taken:
        """What chats from ``first_chat`` on got, without the first ``skip`` messages of all."""
        async with httpx.AsyncClient(timeout=PATIENCE_S) as client:
            asked = {"first_chat": first_chat, "skip": skip}
            return Taken(**(await client.get(f"{self.url}/taken", params=asked)).raise_for_status().json())


@asynccontextmanager
async def standing(chats: int, *, limited: bool = True) -> AsyncIterator[Stand]:
    """Run it with so many private chats; ``limited`` False: it never answers 429."""
    command = [sys.executable, "-m", "benchmarks.telegram", f"--chats={chats}", *([] if limited else ["--unlimited"])]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        if process.stdout is None:
            raise RuntimeError("the stand-in has no output")
        async with asyncio.timeout(PATIENCE_S):
            told = json.loads(await process.stdout.readline())
        yield Stand(told["url"], told["token"], process.pid)
    finally:
        process.terminate()
        await process.wait()


async def _serve(chats: int, *, limited: bool) -> None:
    server: BotApiServer

    async def taken(request: Request) -> JSONResponse:
        first_chat, skip = int(request.query_params["first_chat"]), int(request.query_params["skip"])
        state = server.state
        times = [
            state.chats[chat].messages[message].date for chat, message in state.accepted[skip:] if chat >= first_chat
        ]
        found = {
            "messages": len(times),
            "paid": state.paid,
            "seconds": (max(times) - min(times)).total_seconds() if times else 0.0,
            "refused": state.errors[429],
            "violations": dict(state.violations),
        }
        return JSONResponse(found)

    async with BotApiServer(limits=Limits(enforced=limited), routes=[Route("/taken", taken)]) as server:
        for number in range(chats):
            server.world.add_user(f"Reader {number}", user_id=FIRST_CHAT + number)
        sys.stdout.write(json.dumps({"url": server.url, "token": server.token}) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    """Serve until terminated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, default=10)
    parser.add_argument("--unlimited", action="store_true")
    options = parser.parse_args()
    asyncio.run(_serve(options.chats, limited=not options.unlimited))


if __name__ == "__main__":
    main()
