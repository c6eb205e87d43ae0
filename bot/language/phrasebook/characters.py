"""Languages that write Chinese names in Chinese characters, and how each writes them."""

from collections.abc import Mapping
from functools import lru_cache

import opencc

#: The language to how OpenCC makes its characters of simplified ones.
IN_CHARACTERS: Mapping[str, tuple[str, ...]] = {"ja": ("s2t", "t2jp"), "zh-Hant": ("s2t",), "zh-Hans": ()}


@lru_cache(maxsize=8)
def _converter(config: str) -> opencc.OpenCC:
    return opencc.OpenCC(config)


def characters(name: str, language: str) -> str:
    """A name in simplified characters as Japanese or either Chinese script writes it."""
    for config in IN_CHARACTERS[language]:
        name = _converter(config).convert(name)
    return name
