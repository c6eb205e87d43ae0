"""What is typed with the signs and operators of the grammar, place for place: as keyboards of other languages give them, and
as fields, AND and OR are called there.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

from bot.matching.folding import fold
from bot.matching.tree import COUNTS, Name
from bot.matching.vocabulary import unaccented

#: Signs that keyboards of other languages give, each by one character so that places stay: full-width ones as their
#: ASCII ones, quotation marks, dashes and comparisons.
_SIGNS: dict[int, int | str] = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in "＼，"},
    **dict.fromkeys(map(ord, "“”„‟«»「」『』｢｣〝〞〟❝❞″"), '"'),
    **dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣"), "-"),
    **{ord(sign): meant for sign, meant in zip("﹕∶≧≦﹥﹤¬\u3000", "::≥≤><! ", strict=True)},
}
#: Control characters and halves of characters: blanks here.
_UNWRITTEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
#: What nobody sees: directions of writing, joiners. Folding drops them too.
_UNSEEN = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
#: Where a blank stood beside a field's sign (``level : orange``), or letters of an operator that is a sign here.
CLOSED = "\0"
#: As patterns: what may be a field's name, and the signs behind it.
NAMED = "([^\\W\\d][\\w\u0300-\u036f\u064b-\u065f\u0670\u0900-\u0963]*)"
SIGN = "(:?[<>]=?|=[<>]|:?[≥≤]|[:=])"
#: The sign by which some searches demand a word says nothing here.
_DEMANDED = re.compile(r"(?<![^\s(|!-])\+(?=[^\W\d])")


def seen(text: str) -> str:
    """What was typed, without what nobody sees: places in it are the reader's own."""
    return _UNWRITTEN.sub(" ", _UNSEEN.sub("", text))


def levelled(text: str) -> str:
    """What was typed (``seen``) with the signs and operators of the grammar, place for place; what is quoted stays."""
    line = _DEMANDED.sub(" ", _SINGLE.sub(r'"\1"', text.translate(_SIGNS)))
    return _pieces().sub(_piece_levelled, line)


#: Single quotation marks around words: those of a name (Xi'an, l'eau) have a letter on both sides.
_SINGLE = re.compile(
    r"""(?<![^\s(|!:=<>-])['‘‚‛`´′](?=[^\s'])((?:[^"'‘’‛`´′]|(?<=\w)['’](?=\w))*?[^\s"'‘’‛`´′])['’‘‛`´′](?![^\s()|])"""
)


@lru_cache(maxsize=1)
def _pieces() -> re.Pattern[str]:
    """What is levelled of a line, behind what is not: phrases and patterns."""
    written = {word for words in called()["operators"].values() for word in words} | _operators().keys()
    words = "|".join(sorted(map(re.escape, written), key=len, reverse=True))
    return re.compile(
        r'"(?:\\.|[^"\\])*"|(?<![^\s(|!-])/(?:\\.|[^/\\])+/'
        rf"|(?<![^\s()|])(?P<not>[-!]*)(?P<name>{NAMED[1:-1]})(?P<before>\s*)(?P<sign>{SIGN[1:-1]})(?P<behind>\s*)(?=[^\s()|!&/-])"
        r"(?P<number>\d{1,3}(?:\s\d{3})*\s\d00(?![\w.,]))?"
        rf"|(?<![^\s()|])(?P<word>{words})(?![^\s()|])",
        re.IGNORECASE | re.DOTALL,
    )


def _piece_levelled(found: re.Match[str]) -> str:
    if found["word"]:
        if len(found["word"]) == 1 and found["word"].isupper():
            return found[0]
        # as long as it was
        return _operators()[fold(found["word"])].ljust(len(found["word"]), CLOSED)
    name = fields().get(unaccented(fold(found["name"]))) if found["name"] else None
    if name is None:
        return found[0]
    before, behind = CLOSED * len(found["before"]), CLOSED * len(found["behind"])
    number = found["number"] or ""
    if name in COUNTS:
        number = re.sub(r"\s", CLOSED, number)
    return f"{found['not']}{found['name']}{before}{found['sign']}{behind}{number}"


@lru_cache(maxsize=1)
def called() -> Mapping[str, Mapping[str, list[str]]]:
    """What fields and operators are called in the languages of the interface: "fields" and "operators", each by its name."""
    return tomllib.loads(resources.files("bot.matching").joinpath("data", "fields.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def fields() -> Mapping[str, Name]:
    """Every field's names in all languages, folded and without accents."""
    elsewhere = {unaccented(fold(name)): Name(field) for field, names in called()["fields"].items() for name in names}
    return elsewhere | {name.value: name for name in Name}


@lru_cache(maxsize=1)
def _operators() -> Mapping[str, str]:
    """Operators of other languages, folded, with the sign for each."""
    signs = {"and": "&", "or": "|"}
    return {fold(word): signs[kind] for kind, words in called()["operators"].items() for word in words}


def warm() -> None:
    """Load the names, in a thread at the start."""
    _pieces()
    fields()
