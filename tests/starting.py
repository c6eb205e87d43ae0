"""``tocsin run`` as a process of its own, forked from one that has imported the program already.

Importing is most of what a start takes, and tests start the program some hundred times. What runs is the same command
line, in a process that can be killed, frozen and waited for. Started as an operator starts it, ``python -m bot run``,
it is in ``end_to_end/test_maps.py``.
"""

import asyncio
import multiprocessing
import os
import pkgutil
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import bot.sources
from bot.cli import main

_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(
    ["bot.cli", "bot.service", *(f"bot.sources.{found.name}" for found in pkgutil.iter_modules(bot.sources.__path__))]
)


class Process:
    """The program at work; used as asyncio's own ``Process`` is."""

    def __init__(self, environment: Mapping[str, str], folder: Path, log: Path) -> None:
        self._process = _FORKING.Process(target=_run, args=(dict(environment), folder, log))
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        """Raises ProcessLookupError when it has ended."""
        if self.returncode is not None:
            raise ProcessLookupError
        os.kill(self.pid, number)

    async def wait(self) -> int:
        """Its exit status once it has ended, the negative number of a signal that killed it."""
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(self._process.sentinel, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._process.sentinel)
        self._process.join()
        assert self.returncode is not None
        return self.returncode


def start(environment: Mapping[str, str], folder: Path, log: Path = Path(os.devnull)) -> Process:
    """Start it in a folder, with these settings beside this process's own; what it logs is added to ``log``."""
    return Process({**os.environ, **environment}, folder, log)


def _run(environment: Mapping[str, str], folder: Path, log: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.close(out)
    sys.argv = ["tocsin", "run"]
    main()
