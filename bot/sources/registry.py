"""Finds the platforms: every module of this folder that offers ``make_source(parts)``, and the plug-ins of others."""

import importlib
import pkgutil
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

import bot.sources
from bot.fetching.face import Fetcher, Keep
from bot.sources import plugins
from bot.sources.face import Source


@dataclass(frozen=True, slots=True)
class Parts:
    """What a source is built from."""

    fetcher: Fetcher
    keep: Keep
    clock: Callable[[], datetime]
    rng: random.Random
    #: The operator's settings by name in small letters ("weibo_cookie"), each as text; "" when not set.
    options: Mapping[str, str]
    #: Names of the environment that are none of the program's own settings, in the same form: for plug-ins.
    foreign: Mapping[str, str] = field(default_factory=dict)


@cache
def built_in_kinds() -> frozenset[str]:
    """The kinds of this folder: a platform's module bears its name."""
    names = (module_info.name for module_info in pkgutil.iter_modules(bot.sources.__path__))
    return frozenset(name for name in names if _offers(name))


@cache
def _plug_ins() -> tuple[plugins.PlugIn, ...]:
    return plugins.found(built_in_kinds())


def kinds() -> frozenset[str]:
    """Every kind of account that can be watched."""
    return built_in_kinds() | {plug_in.kind for plug_in in _plug_ins()}


#: What ``About.areas`` says of a kind that gives coordinates.
_SHAPES = ("polygon", "circle", "point", "epicentre")


@cache
def kinds_with_shapes() -> frozenset[str]:
    """The built-in kinds whose alerts say by coordinates where they hold."""
    modules = {kind: importlib.import_module(f"bot.sources.{kind}") for kind in built_in_kinds()}
    told = {kind: getattr(module, "ABOUT", None) for kind, module in modules.items()}
    return frozenset(
        kind for kind, about in told.items() if about is not None and any(word in about.areas for word in _SHAPES)
    )


def _offers(name: str) -> bool:
    return hasattr(importlib.import_module(f"bot.sources.{name}"), "make_source")


def make_sources(parts: Parts) -> dict[str, Source]:
    """Every source by its kind, in the order in which an unclear address is tried on them."""
    found: list[tuple[int, Source]] = []
    for kind in sorted(built_in_kinds()):
        module = importlib.import_module(f"bot.sources.{kind}")
        # LOOKUP_ORDER: the choosy ones (CAP) are asked before the one that takes any feed
        found.append((getattr(module, "LOOKUP_ORDER", 50), module.make_source(parts)))
    for plug_in in _plug_ins():
        source = plugins.made(plug_in, parts)
        if source is not None:
            found.append((plug_in.order, source))
    return {source.kind: source for _, source in sorted(found, key=lambda pair: pair[0])}


def forget_plug_ins() -> None:
    """Look for plug-ins again: packages were added or removed (tests)."""
    _plug_ins.cache_clear()
