"""From the settings to the engines, in their order; and the whole language room opened and closed for the program."""

import random
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from bot.fetching import GuardedFetcher
from bot.fetching.face import Keep
from bot.language.engines import azure, deepl, google, libretranslate, offline, openai
from bot.language.engines.asking import Asker
from bot.language.face import Engine, Ledger
from bot.language.gate import Gate
from bot.language.summarising import Summariser
from bot.language.summary_gate import SummaryGate
from bot.language.translating import Translator

#: Names that TOCSIN_TRANSLATORS takes.
ENGINES = (azure.NAME, deepl.NAME, google.NAME, libretranslate.NAME, offline.NAME, openai.NAME)
#: TOCSIN_SUMMARIES for none.
OFF = "off"
#: What each needs, as (setting, what it is); without it the engine cannot be asked.
_NEEDED = {
    azure.NAME: ("azure_key", "its key"),
    deepl.NAME: ("deepl_key", "its key"),
    google.NAME: ("google_key", "its key"),
    libretranslate.NAME: ("libretranslate_url", "its address"),
    offline.NAME: ("offline_models", "the directory of its models"),
    openai.NAME: ("openai_model", "the model's name"),
}
_URLS = ("azure_url", "deepl_url", "google_url", "libretranslate_url", "openai_url")
#: An engine's part of the whole time, however many there are.
_DEFAULT_S = 20.0


class ChoiceError(Exception):
    """The settings name an engine that cannot be asked; the message is one sentence that says which setting it needs."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the language room is handed: the clock, chance, who we say we are, and the keeps in the database."""

    clock: Callable[[], datetime]
    rng: random.Random
    user_agent: str
    keep: Keep
    ledger: Ledger
    allowed_private_hosts: frozenset[str] = frozenset()
    phrasebook_version: str = "0"


@asynccontextmanager
async def open_translator(options: Mapping[str, str], around: Surroundings) -> AsyncIterator[Translator]:
    """Open the translator that the settings (by name, as text) ask for. Raises ChoiceError."""
    total_s = float(options.get("translate_seconds") or _DEFAULT_S)
    async with _open_asker(options, around, total_s) as asker:
        translator = Translator(
            make_engines(options, asker),
            Gate(),
            around.ledger,
            around.clock,
            phrasebook_version=around.phrasebook_version,
            total_s=total_s,
        )
        try:
            yield translator
        finally:
            await translator.aclose()


@asynccontextmanager
async def open_summariser(options: Mapping[str, str], around: Surroundings) -> AsyncIterator[Summariser | None]:
    """Open what sums up, None where the settings ("summaries") ask for none. Raises ChoiceError."""
    chosen = options.get("summaries", "").strip().lower()
    if chosen in {"", OFF}:
        yield None
        return
    if chosen != openai.NAME:
        raise ChoiceError(f"TOCSIN_SUMMARIES is {chosen[:20]!r}, which is none of: {OFF}, {openai.NAME}.")
    if not options.get("openai_model"):
        raise ChoiceError("TOCSIN_SUMMARIES names openai: set TOCSIN_OPENAI_MODEL to the model's name.")
    total_s = float(options.get("translate_seconds") or _DEFAULT_S)
    async with _open_asker(options, around, total_s) as asker:
        engine = openai.OpenAI(
            asker,
            options["openai_model"],
            options.get("openai_key", ""),
            options.get("openai_url", ""),
            openai.SUMMARISE,
        )
        summariser = Summariser([engine], SummaryGate(Gate()), around.ledger, around.clock, total_s=total_s)
        try:
            yield summariser
        finally:
            await summariser.aclose()


@asynccontextmanager
async def _open_asker(options: Mapping[str, str], around: Surroundings, total_s: float) -> AsyncIterator[Asker]:
    fetcher = GuardedFetcher(
        user_agent=around.user_agent,
        keep=around.keep,
        clock=around.clock,
        rng=around.rng,
        # what the operator wrote down as an engine's address may be asked, also on a private one
        allowed_private_hosts=around.allowed_private_hosts | engine_hosts(options),
    )
    try:
        yield Asker(fetcher, around.clock, around.rng, request_s=total_s)
    finally:
        await fetcher.aclose()


def make_engines(options: Mapping[str, str], asker: Asker) -> list[Engine]:
    """Make the engines that ``options["translators"]`` names ("deepl,openai"), in that order. Raises ChoiceError."""
    return [_make(name, options, asker) for name in named(options.get("translators", ""))]


def named(translators: str) -> Sequence[str]:
    """Give the names in "a, b", each once. Raises ChoiceError for one that is no engine."""
    names = list(dict.fromkeys(part.strip().lower() for part in translators.split(",") if part.strip()))
    for name in names:
        if name not in ENGINES:
            raise ChoiceError(f"TOCSIN_TRANSLATORS names {name[:20]!r}, which is none of: {', '.join(ENGINES)}.")
    return names


def engine_hosts(options: Mapping[str, str]) -> frozenset[str]:
    """Give host:port of every engine's address in the settings."""
    return frozenset(_hosts(options))


def _hosts(options: Mapping[str, str]) -> Iterator[str]:
    for setting in _URLS:
        parts = urlsplit(options.get(setting, ""))
        if parts.hostname:
            host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
            yield f"{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def _make(name: str, options: Mapping[str, str], asker: Asker) -> Engine:
    setting, what = _NEEDED[name]
    if not options.get(setting):
        raise ChoiceError(f"TOCSIN_TRANSLATORS names {name}: set TOCSIN_{setting.upper()} to {what}.")

    def given(setting: str) -> str:
        return options.get(setting, "")

    if name == azure.NAME:
        return azure.Azure(asker, given("azure_key"), given("azure_region"), given("azure_url"))
    if name == deepl.NAME:
        return deepl.DeepL(asker, given("deepl_key"), given("deepl_url"))
    if name == google.NAME:
        return google.Google(asker, given("google_key"), given("google_url"))
    if name == libretranslate.NAME:
        return libretranslate.LibreTranslate(asker, given("libretranslate_url"), given("libretranslate_key"))
    if name == openai.NAME:
        return openai.OpenAI(asker, given("openai_model"), given("openai_key"), given("openai_url"))
    return offline.Offline(Path(given("offline_models")))
