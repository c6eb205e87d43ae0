"""The languages that readers have, and the tag that stands for each (BCP 47)."""

import re

#: Every tag used inside. Chinese is told apart by its script.
LANGUAGES = ("en", "zh-Hans", "zh-Hant", "es", "fr", "de", "ru", "ja", "ko", "ar", "pt", "hi")

#: What ``settled`` gives for a proper tag; anything else came from a feed that says nonsense.
PROPER = re.compile(r"[a-z]{2,3}|zh-Han[st]")

#: Regions that write traditional characters.
_TRADITIONAL = frozenset({"tw", "hk", "mo", "hant"})


def settled(tag: str) -> str:
    """Give the tag of ``LANGUAGES`` for any spelling ("zh-CN", "pt_BR", "en-US"); the bare language where there is none."""
    first, *rest = tag.strip().replace("_", "-").lower().split("-")
    if first == "zh":
        return "zh-Hant" if _TRADITIONAL.intersection(rest) else "zh-Hans"
    return first
