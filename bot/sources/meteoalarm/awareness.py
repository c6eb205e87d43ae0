"""MeteoAlarm's own levels and types, as its many services write them ("2; yellow; Moderate", "Orange", "3;orange")."""

import re
from dataclasses import replace

from bot.model.alert import Alert, Hazard, Severity

#: The colours are what people know, and what services agree on; CAP's severity beside them does not always follow.
_SEVERITIES = {1: Severity.MINOR, 2: Severity.MODERATE, 3: Severity.SEVERE, 4: Severity.EXTREME}
_COLOURS = {"green": 1, "yellow": 2, "orange": 3, "red": 4}
_TYPES = {
    1: "Wind", 2: "Snow-Ice", 3: "Thunderstorm", 4: "Fog", 5: "High temperature", 6: "Low temperature", 7: "Coastal event",
    8: "Forest fire", 9: "Avalanche", 10: "Rain", 12: "Flooding", 13: "Rain-Flood",
}  # fmt: skip
_LEVEL, _TYPE = "awareness_level", "awareness_type"
_NUMBER = re.compile(r"\s*(\d{1,2})\s*(?:;|$)")


def level_of(hazard: Hazard) -> int:
    """1 (green) to 4 (red), 0 where none is said."""
    for text in _values(hazard, _LEVEL):
        number = _NUMBER.match(text)
        if number and int(number[1]) in _SEVERITIES:
            return int(number[1])
        found = [level for colour, level in _COLOURS.items() if colour in text.casefold()]
        if found:
            return max(found)
    return 0


def is_green(alert: Alert) -> bool:
    """True when every hazard says that there is no warning."""
    return bool(alert.hazards) and all(level_of(hazard) == 1 for hazard in alert.hazards)


def with_awareness(alert: Alert) -> Alert:
    """The alert with the severity of its colour, and an event where only a type is named."""
    flags = list(alert.flags)
    hazards = tuple(_hazard(hazard, flags) for hazard in alert.hazards)
    return replace(alert, hazards=hazards, flags=tuple(dict.fromkeys(flags)))


def _hazard(hazard: Hazard, flags: list[str]) -> Hazard:
    severity = _SEVERITIES.get(level_of(hazard), hazard.severity)
    if severity is not hazard.severity and hazard.severity is not Severity.UNKNOWN:
        flags.append(f"its severity is {hazard.severity.value}, its colour {severity.value}; the colour counts")
    event = _type_name(hazard)
    wordings = tuple(word if word.event else replace(word, event=event) for word in hazard.wordings)
    named = (_LEVEL, _TYPE)
    parameters = tuple(
        (name.casefold() if name.casefold() in named else name, text) for name, text in hazard.parameters
    )
    return replace(hazard, severity=severity, wordings=wordings, parameters=parameters)


def _type_name(hazard: Hazard) -> str:
    for text in _values(hazard, _TYPE):
        number = _NUMBER.match(text)
        if number and int(number[1]) in _TYPES:
            return _TYPES[int(number[1])]
        if text.strip():
            return text.strip()
    return ""


def _values(hazard: Hazard, wanted: str) -> list[str]:
    return [text for name, text in hazard.parameters if name.casefold() == wanted]
