"""Whether the words of an agency that has no field for it say that they are a drill or a test: never shown as real."""

import re

from bot.model.alert import Status

#: No warning's own name or text begins so. "Test" alone is a river of Hampshire's; in capitals it is none.
_BEGINS = re.compile(
    r"\W*(?:this is (?:only )?an? (?:drill|exercise|test)\b|drill\b|exercise\b|(?-i:TEST)\b"
    r"|test(?: (?:message|only|alert)\b|\s*:)|測試|测试|演習|演习|演練|演练)",
    re.IGNORECASE,
)
#: No issuer, no place and no kind of weather of China's is called so.
_DRILL, _TRIAL = re.compile(r"演练|演习"), re.compile(r"测试|试验")


def status_by_beginning(*texts: str) -> Status:
    """TEST when one of the texts begins as a drill's, an exercise's or a test's does, else ACTUAL."""
    return Status.TEST if any(_BEGINS.match(text) for text in texts) else Status.ACTUAL


def status_in_chinese(text: str) -> Status:
    """EXERCISE or TEST when the word for it stands anywhere in a short Chinese text, else ACTUAL."""
    return Status.EXERCISE if _DRILL.search(text) else Status.TEST if _TRIAL.search(text) else Status.ACTUAL
