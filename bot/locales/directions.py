"""Text that runs both ways: a foreign value in a sentence is set apart, so that neither turns the other's words round.

Unicode's isolates (UAX #9) do it. No reader sees them; Telegram keeps them, and they end a command or a link as a
blank does.
"""

import re

#: FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE.
OPEN, CLOSE = "\u2068", "\u2069"

#: Languages written from right to left, as far as somebody may write a file of them.
_LANGUAGES = frozenset(("ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"))
#: The blocks of the scripts that run so: Hebrew, Arabic, Syriac, Thaana, N'Ko and what is kept for such.
_BLOCKS = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff"
_TURNS = re.compile(f"[{_BLOCKS}]")
#: A plain number stands right in text of both ways, and goes with a Latin word before it ("HTTP 503").
_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_TOKEN = rf"[^\s{{}}{_BLOCKS}]"
#: What is typed as it stands, with what follows it in the same direction: /latest 3, /subscribe @name, a link.
_TYPED = re.compile(rf"(?:https?://|(?<![0-9A-Za-z_/])/){_TOKEN}+(?<=[\w/])(?: (?=[\w@]){_TOKEN}+(?<=[\w/]))*")


def right_to_left(language: str) -> bool:
    """True for a language (a BCP 47 tag) that is written from right to left."""
    return language.partition("-")[0] in _LANGUAGES


def isolates(language: str, value: str) -> tuple[str, str]:
    """What has to stand before and behind a foreign value in a sentence of ``language``; ("", "") for nothing."""
    turns = not _NUMBER.fullmatch(value) if right_to_left(language) else _TURNS.search(value)
    return (OPEN, CLOSE) if turns and value else ("", "")


def typeset(language: str, sentence: str) -> str:
    """A sentence of ours whose commands and links stay readable, and fit to be copied, among letters that run back."""
    return _TYPED.sub(rf"{OPEN}\g<0>{CLOSE}", sentence) if right_to_left(language) else sentence
