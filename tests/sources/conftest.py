"""An agency's web server on loopback that answers as it is told, and the real guarded fetcher that reaches it."""

from collections.abc import AsyncIterator, Callable

import pytest
from publishing import Publisher, Reply, guarded, serving

from bot.fetching import GuardedFetcher


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    async with serving() as publisher:
        yield publisher


@pytest.fixture
def reply() -> type[Reply]:
    return Reply


@pytest.fixture
async def open_fetcher(clock: Callable[[], object]) -> AsyncIterator[GuardedFetcher]:
    async with guarded(clock) as fetcher:
        yield fetcher
