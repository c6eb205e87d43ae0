"""The way out, as the settings want it: the guarded fetcher and every source on it, for each command that asks."""

import os
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import SecretStr

from bot import __version__
from bot.fetching import GuardedFetcher, user_agent
from bot.fetching.face import Keep
from bot.settings import PREFIX, Settings, unknown_names
from bot.sources.face import Source
from bot.sources.registry import Parts, make_sources


@dataclass(frozen=True, slots=True)
class Outside:
    """What stands between us and the sites."""

    fetcher: GuardedFetcher
    sources: dict[str, Source]


class ForgetfulKeep:
    """A Keep that lasts as long as the command: for looking without storing."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, str], object] = {}

    async def load(self, site: str, name: str) -> object | None:
        """Give what was saved in this run."""
        return self._values.get((site, name))

    async def save(self, site: str, name: str, value: object) -> None:
        """Keep it for this run."""
        self._values[site, name] = value


def now_utc() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_outside(
    settings: Settings, keep: Keep, clock: Callable[[], datetime] = now_utc, rng: random.Random | None = None
) -> AsyncIterator[Outside]:
    """Open the fetcher, make the sources, and close all connections at the end."""
    chance = rng or random.Random()  # noqa: S311 - it spreads load, it guards nothing
    fetcher = GuardedFetcher(
        user_agent=user_agent(__version__, settings.contact),
        keep=keep,
        clock=clock,
        rng=chance,
        allowed_private_hosts=settings.allowed_private_hosts,
        gap_override=settings.site_gap_seconds,
    )
    try:
        yield Outside(fetcher, make_sources(Parts(fetcher, keep, clock, chance, _options(settings), _foreign())))
    finally:
        await fetcher.aclose()


def _options(settings: Settings) -> dict[str, str]:
    """The settings as text by name, for the sources to take theirs."""
    values = {name: getattr(settings, name) for name in type(settings).model_fields}
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else str("" if value is None else value)
        for name, value in values.items()
        if name not in {"telegram_token", "database_url"}  # no source has any business with these
    }


def _foreign() -> dict[str, str]:
    """Settings that are none of ours: a plug-in's."""
    return {name[len(PREFIX) :].lower(): os.environ[name] for name in unknown_names(list(os.environ))}
