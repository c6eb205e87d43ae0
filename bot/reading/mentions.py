"""What is only named: the hazard of a denied rumour, the level in a heading or a topic."""

import re
from collections.abc import Mapping
from functools import lru_cache

from bot.model.reading import Claim, HazardKind, Level, Slot
from bot.reading.clauses import Stretch, ornaments
from bot.reading.levelling import level_words
from bot.reading.lexicon import lexicon, one_of


@lru_cache(maxsize=1)
def _mention() -> re.Pattern[str]:
    known = lexicon()
    colour = f"(?P<hazard>{one_of(known.hazards)})(?P<level>{one_of(known.colours)})"
    return re.compile(f"(?P<signal>{one_of(known.signals)})|{colour}|(?P<topic>{one_of(known.topics)})")


def rumoured(slots: Mapping[str, Slot]) -> tuple[HazardKind | None, Level | None]:
    """Give what the denied rumour names: one hazard and level, or none where it names several or none."""
    slot = slots.get("rumour") or slots.get("quoted")
    if slot is None:
        return None, None
    known = lexicon()
    found: set[tuple[HazardKind | None, Level | None]] = set()
    for match in _mention().finditer(level_words(slot.words)):
        if match["signal"]:
            signal = known.signals[match["signal"]]
            found.add((signal.hazard, signal.level))
        elif match["hazard"]:
            found.add((known.hazards[match["hazard"]], known.colours[match["level"]]))
        else:
            found.add((known.topics[match["topic"]], None))
    return found.pop() if len(found) == 1 else (None, None)


def odd_heading(claims: list[Claim], stretches: list[Stretch], text: str) -> str:
    """Say which heading or topic names a level that no claim knows of the same hazard, "" when none does."""
    known = {(claim.hazard, level) for claim in claims for level in (claim.level, claim.previous)}
    hazards = {hazard for hazard, _ in known}
    named = [text[start:end] for start, end in ornaments(text)]
    named += [stretch.words for stretch in stretches if stretch.formula and stretch.formula.heading]
    for match in (match for words in named for match in _mention().finditer(words) if match["hazard"]):
        hazard, level = lexicon().hazards[match["hazard"]], lexicon().colours[match["level"]]
        if hazard in hazards and (hazard, level) not in known:
            return f"“{match[0]}” in a heading is not what the post says"
    return ""
