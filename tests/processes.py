"""The whole program as a process of its own, in a test's hands: started, asked how it is, frozen, killed."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import starting

#: A program on a busy machine takes this long to be up at most, seconds.
UP_SECONDS = 30.0


class Program:
    """``tocsin run``, with a health page and its log in a file."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._environment = environment
        self._log = log
        self._port = free_port()
        self.process: starting.Process | None = None

    @property
    def log(self) -> str:
        """What it has said so far."""
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""

    @property
    def page(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> "Program":
        self._log.write_bytes(b"")
        environment = {**self._environment, "TOCSIN_HEALTH_ADDRESS": str(self._port)}
        self.process = starting.start(environment, self._log.parent, self._log)  # no .env stands there
        return self

    async def health(self) -> tuple[int, dict[str, Any]] | None:
        """Status and JSON; None when it does not answer."""
        with contextlib.suppress(httpx.TransportError):
            async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
                answer = await client.get(f"{self.page}/health")
                return answer.status_code, answer.json()
        return None

    async def stands(self, condition: Callable[[int, dict[str, Any]], object], seconds: float = UP_SECONDS) -> dict:
        """Wait until its health is so; gives it."""
        seen = None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    seen = await self.health()
                    if seen is not None and condition(*seen):
                        return seen[1]
                    await asyncio.sleep(0.1)
        raise AssertionError(f"it does not stand so; last seen: {seen}; its log:\n{self.log[-3000:]}")

    async def says(self, words: str, seconds: float = UP_SECONDS, times: int = 1) -> None:
        """Wait for words in its log."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.log.count(words) < times:
                    await asyncio.sleep(0.05)
                return
        raise AssertionError(f"it does not say {words!r}; its log:\n{self.log[-3000:]}")

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)

    async def ended(self, seconds: float = 10.0) -> int:
        assert self.process is not None
        return await asyncio.wait_for(self.process.wait(), seconds)

    async def kill(self) -> None:
        """As kill -9 does; harmless when it has ended."""
        if self.process is not None and self.process.returncode is None:
            self.signal(signal.SIGKILL)
            await self.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def sends_here(_status: int, health: dict[str, Any]) -> bool:
    return health["sending"]["here"]


def waits(_status: int, health: dict[str, Any]) -> bool:
    return bool(health["sending"]["waiting_for"] and health["polling"]["waiting_for"])
