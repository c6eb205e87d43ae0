"""What the tests of language share: the fetcher as the program has it, an asker that does not wait, an engine to script."""

import random
from collections.abc import AsyncIterator

import pytest
from language.scripted_engine import ForgetfulKeep

from bot.fetching import GuardedFetcher
from bot.language.engines.asking import Asker
from bot.language.gate import Gate


@pytest.fixture(scope="session")
def gate() -> Gate:
    return Gate()


@pytest.fixture
async def asker(clock) -> AsyncIterator[Asker]:
    """Asks 127.0.0.1 only, with pauses of no length."""

    async def no_pause(_seconds: float) -> None:
        return None

    fetcher = GuardedFetcher(
        user_agent="Tocsin/test",
        keep=ForgetfulKeep(),
        clock=clock,
        rng=random.Random(1),
        allowed_private_hosts=frozenset({"127.0.0.1"}),
    )
    yield Asker(fetcher, clock, random.Random(1), no_pause, request_s=0.5)
    await fetcher.aclose()
