"""From what a reader types to a filter, or to an error that says where the mistake is and what may have been meant."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from importlib import resources

import re2
from lark import Lark, Token
from lark import Tree as Parsed
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from bot.matching.evaluating import compile_pattern
from bot.matching.folding import fold
from bot.matching.tree import (
    COUNTS,
    EVERYTHING,
    RANKED,
    SPOKEN,
    Field,
    Name,
    Op,
    Pattern,
    Phrase,
    Tree,
    Word,
    both,
    either,
    negated,
)
from bot.matching.values import values

#: A filter has at most so many characters, so many words, fields and patterns, and brackets so deep within each other.
MOST_CHARACTERS = 500
MOST_TERMS = 40
MOST_DEPTH = 8
#: Characters of one word; patterns in one filter, and characters of one: they are the costly ones.
LONGEST_WORD = 100
MOST_PATTERNS = 2
LONGEST_PATTERN = 100
#: Values behind one field, parted by |.
MOST_VALUES = 10
#: The largest number that a count is held against.
_LARGEST = 10**12
#: A name this like what was typed (0 to 1) may have been meant.
_ALIKE = 0.6
#: As many of the nearest names are compared in full.
_COMPARED = 40

#: Signs that keyboards of other languages give, each by one character so that places stay.
_SIGNS = str.maketrans(
    {"（": "(", "）": ")", "：": ":", "＞": ">", "＜": "<", "＝": "=", "｜": "|", "！": "!", "－": "-", "−": "-", "–": "-",
     "／": "/", "＆": "&", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "「": '"', "」": '"', "『": '"', "』": '"',
     "＂": '"', "\u3000": " "}
)  # fmt: skip
#: Control characters and halves of characters: blanks here.
_UNWRITTEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
_FIELD = re.compile(r"([^\W\d]\w*)(:|[<>]=?|[=≥≤])", re.DOTALL)
_VALUE = re.compile(r'((?:"(?:\\.|[^"\\])*"|[^\s"()|])+)(\||$)', re.DOTALL)
_NUMBER = re.compile(r"(\d{1,12})(k|m|万|萬|千)?", re.IGNORECASE)
_TIMES = {"k": 1000, "千": 1000, "万": 10_000, "萬": 10_000, "m": 1_000_000}
_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,2}", re.IGNORECASE)
#: Commas part words in other places; here they would make words that nobody writes.
_COMMA = re.compile(r"(?<!\d)[,，、]|[,，、](?!\d)")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_OPS = {
    ":": Op.IS,
    "=": Op.IS,
    ">": Op.MORE,
    ">=": Op.LEAST,
    "<": Op.LESS,
    "<=": Op.MOST,
    "≥": Op.LEAST,
    "≤": Op.MOST,
}


class FilterError(ValueError):
    """A text that is no filter. ``phrase`` ("filter.…" in the locales) with ``values`` is the sentence for the reader.

    ``start`` and ``end`` are the half-open range of characters of the text as typed that the sentence is about;
    ``suggestion`` is what may be written there instead ("" where nothing is near), ``mended`` the whole text with it.
    """

    def __init__(self, phrase: str, text: str, start: int, end: int, suggestion: str = "", **values: object) -> None:
        super().__init__(phrase)
        self.phrase = phrase
        self.text = text
        self.start = start
        self.end = max(end, start)
        self.suggestion = suggestion
        self.values = values

    @property
    def mended(self) -> str:
        """The whole text with the suggestion in place; "" without one."""
        return self.text[: self.start] + self.suggestion + self.text[self.end :] if self.suggestion else ""


#: Words without anything that the grammar knows; the three that are operators have two or three letters.
_PLAIN = re.compile(r"(?:[^\W_]{4,30}|[\u3400-\u9fff]{1,30})(?: (?:[^\W_]{4,30}|[\u3400-\u9fff]{1,30})){0,9}")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a filter may hold; ``terms`` are its words, fields and patterns."""

    characters: int = MOST_CHARACTERS
    terms: int = MOST_TERMS
    depth: int = MOST_DEPTH
    values: int = MOST_VALUES


TYPED = Bounds()
#: What is written from what was typed may be longer (a word that stands for several values, OR for |) and have brackets
#: that were not typed.
WRITTEN = Bounds(16 * MOST_CHARACTERS, MOST_TERMS, 2 * MOST_DEPTH + 2, 10 * MOST_VALUES)


def parse(text: str, bounds: Bounds = TYPED) -> Tree:
    """Read a filter; blanks alone are the filter for everything. Raises FilterError, and nothing else."""
    most = bounds.characters
    if len(text) > most:
        raise FilterError("filter.too_long", text, most, len(text), most=most, count=len(text))
    if bounds is TYPED:
        text = _UNWRITTEN.sub(" ", text)
    line = text.translate(_SIGNS)
    _bounded(line, text, bounds)
    try:
        parsed = _grammar().parse(line)
    except UnexpectedInput as error:
        raise _explained(error, line, text) from None
    return _Maker(text, line, bounds).tree(parsed)


@lru_cache(maxsize=65_536)
def read_back(canonical: str) -> Tree:
    """Read what was stored (``tree.written``), remembered. What cannot be read any more is everything: it fails open."""
    if _PLAIN.fullmatch(canonical):  # most filters: a word or two need no grammar
        return both(*map(Word, canonical.split(" ")))
    try:
        return parse(canonical, WRITTEN)
    except FilterError:
        return EVERYTHING


def _bounded(line: str, text: str, bounds: Bounds) -> None:
    """What would be too deep or too much is refused before it is parsed."""
    depth = 0
    opened: list[int] = []
    terms = 0
    for token in _ROUGH.finditer(line):
        sign = token[0]
        if sign == "(":
            opened.append(token.start())
            depth = max(depth, len(opened))
            if depth > bounds.depth:
                raise FilterError("filter.too_deep", text, token.start(), token.end(), most=bounds.depth)
        elif sign == ")":
            if not opened:
                raise FilterError("filter.bracket_closed", text, token.start(), token.end())
            opened.pop()
        elif sign == '"':
            raise FilterError("filter.quote_open", text, token.start(), len(text))
        else:
            terms += 1
            # operators are among them
            if terms > 2 * bounds.terms:
                raise FilterError("filter.too_many", text, token.start(), len(text), most=bounds.terms)
    if opened:
        raise FilterError("filter.bracket_open", text, opened[-1], opened[-1] + 1)


#: Pieces of a line: patterns and phrases whole, brackets, quotation marks left alone, runs of anything else.
_ROUGH = re.compile(r'(?<![^\s(|!-])/(?:\\.|[^/\\])+/|"(?:\\.|[^"\\])*"|[()"]|(?:(?!["()])\S)+', re.DOTALL)


@lru_cache(maxsize=1)
def _grammar() -> Lark:
    """The grammar, made into tables once (30 ms)."""
    source = resources.files("bot.matching").joinpath("filters.lark").read_text("utf-8")
    return Lark(source, parser="lalr", lexer="basic", propagate_positions=False, maybe_placeholders=False)


def warm() -> None:
    """Make the grammar's tables and load the names of values, in a thread at the start."""
    _grammar()
    values()


def _explained(error: UnexpectedInput, line: str, text: str) -> FilterError:
    """Say in a reader's words what the parser met."""
    if isinstance(error, UnexpectedCharacters):
        at = error.pos_in_stream or 0
        if line[at : at + 1] == "/":
            return FilterError("filter.pattern_open", text, at, len(text))
        end = at + 1
    else:
        token = error.token if isinstance(error, UnexpectedToken) else None
        if token is None or token.type == "$END":
            return _left_alone(line, text, len(line.rstrip()))
        at, end = int(token.start_pos or 0), int(token.end_pos or len(line))
        if token.type in {"_OR", "_AND"}:
            return FilterError("filter.nothing_before", text, at, end, word=text[at:end])
        if token.type == "RPAR":
            return _left_alone(line, text, len(line[:at].rstrip()), end)
    return FilterError("filter.unreadable", text, at, end, word=text[at:end])


#: An operator that something should follow.
_WAITING = re.compile(r"(?:\b(?:or|and|not)|[-!|&])$", re.IGNORECASE)


def _left_alone(line: str, text: str, upto: int, end: int = -1) -> FilterError:
    """Something should stand before this end or bracket: an operator waits for it, or the brackets are empty."""
    waiting = _WAITING.search(line[:upto])
    if waiting is not None:
        start = waiting.start()
        return FilterError("filter.nothing_behind", text, start, upto, word=text[start:upto])
    start = max(line.rfind("(", 0, upto), 0)
    return FilterError("filter.bracket_empty", text, start, end if end > 0 else len(text))


class _Maker:
    """Makes the tree of what was parsed; ``line`` is ``text`` with its signs levelled, place for place."""

    def __init__(self, text: str, line: str, bounds: Bounds) -> None:
        self._bounds = bounds
        self._text = text
        self._line = line
        self._terms = 0
        self._patterns = 0

    def tree(self, parsed: "Parsed[Token]") -> Tree:
        kind, parts = parsed.data, parsed.children
        if kind == "start":
            return self._of(parts[0]) if parts else EVERYTHING
        if kind == "either":
            return either(*map(self._of, parts)) if len(parts) > 1 else self._of(parts[0])
        if kind == "both":
            return both(*map(self._of, parts)) if len(parts) > 1 else self._of(parts[0])
        if kind == "negated":
            return negated(self._of(parts[-1])) if len(parts) % 2 == 0 else self._of(parts[-1])
        if kind == "grouped":
            return self._of(parts[0])
        token = parts[0]
        if not isinstance(token, Token):
            raise TypeError(kind)
        self._count(token)
        start, end = _span(token)
        make = {"field": self._field, "phrase": self._phrase, "pattern": self._pattern, "word": self._word}[str(kind)]
        return make(start, end)

    def _of(self, part: "Parsed[Token] | Token") -> Tree:
        if isinstance(part, Token):
            raise TypeError(part)
        return self.tree(part)

    def _count(self, token: Token) -> None:
        self._terms += 1
        if self._terms > self._bounds.terms:
            raise self._error("filter.too_many", *_span(token), most=self._bounds.terms)

    def _word(self, start: int, end: int) -> Tree:
        text = self._text[start:end]
        named = _FIELD.match(self._line, start, end)
        if named is not None:
            raise self._error("filter.value_missing", start, end, word=text)
        comma = _COMMA.search(text)
        if comma is not None:
            parts = [part for part in re.split("[,，、]+", text) if part]
            meant = f"({' OR '.join(parts)})" if len(parts) > 1 else "".join(parts)
            raise self._error("filter.comma", start, end, suggestion=meant)
        self._check_word(text, start, end)
        return Word(text)

    def _phrase(self, start: int, end: int) -> Tree:
        text = _unquoted(self._text[start:end])
        self._check_word(text, start, end)
        return Phrase(text)

    def _check_word(self, text: str, start: int, end: int) -> None:
        if len(text) > LONGEST_WORD:
            raise self._error("filter.word_long", start, end, most=LONGEST_WORD)
        folded = fold(text)
        if not folded or not any(character.isalnum() or ord(character) > 0x2190 for character in folded):  # noqa: PLR2004 - symbols and emoji from here
            raise self._error("filter.word_empty", start, end, word=text)

    def _pattern(self, start: int, end: int) -> Tree:
        source = self._text[start + 1 : end - 1]
        self._patterns += 1
        if self._patterns > MOST_PATTERNS:
            raise self._error("filter.patterns", start, end, most=MOST_PATTERNS)
        if len(source) > LONGEST_PATTERN:
            raise self._error("filter.pattern_long", start, end, most=LONGEST_PATTERN)
        try:
            compile_pattern(source)
        except re2.error as error:
            why = error.args[0] if error.args else ""
            said = why.decode("utf-8", "replace") if isinstance(why, bytes) else str(why)
            raise self._error("filter.pattern", start, end, why=said) from None
        except UnicodeError:  # half a character has no UTF-8
            raise self._error("filter.pattern", start, end, why="not UTF-8") from None
        return Pattern(source)

    def _field(self, start: int, end: int) -> Tree:
        head = _FIELD.match(self._line, start, end)
        if head is None:
            return self._word(start, end)
        typed, sign, behind = self._text[head.start(1) : head.end(1)], head[2], head.end()
        name = next((name for name in Name if name == fold(typed)), None)
        if name is None:
            raise self._error(
                "filter.field", head.start(1), head.end(1), suggestion=_nearest(fold(typed), list(Name)), word=typed
            )
        op = _OPS[sign]
        given = self._values(behind, end)
        if op is not Op.IS and name not in COUNTS | RANKED:
            raise self._error("filter.operator", head.start(2), head.end(2), suggestion=":", field=name.value)
        if len(given) > 1 and (op is not Op.IS or name in COUNTS):
            raise self._error("filter.one_value", behind, end, field=name.value)
        if len(given) > self._bounds.values:
            raise self._error("filter.values", behind, end, most=self._bounds.values)
        found: set[str] = set()
        for word, at, upto in given:
            found.update(self._value(name, word, at, upto))
        if op is not Op.IS and name in RANKED and len(found) > 1:
            raise self._error("filter.one_value", behind, end, field=name.value)
        return Field(name, op, tuple(sorted(found)))

    def _values(self, start: int, end: int) -> list[tuple[str, int, int]]:
        """Each value with its place."""
        found: list[tuple[str, int, int]] = []
        while start < end:
            value = _VALUE.match(self._line, start, end)
            if value is None:
                raise self._error("filter.value_missing", start, end, word=self._text[start:end])
            at, upto = value.span(1)
            text = self._text[at:upto]
            found.append(
                (_unquoted(text) if self._line[at] == '"' and self._line[upto - 1] == '"' else text, at, upto)
            )
            start = value.end()
        return found

    def _value(self, name: Name, word: str, start: int, end: int) -> tuple[str, ...]:
        if name in COUNTS:
            return (self._number(word, start, end),)
        if name in SPOKEN:
            self._check_word(word, start, end)
            return (word,)
        folded = fold(word)
        known = values()[name]
        found = known.get(folded) or known.get(folded.replace("_", " ").replace("-", " "))
        if found is None and name is Name.LANG and _TAG.fullmatch(folded):
            return (folded,)
        if found is None:
            canonical = {value for stand in known.values() for value in stand}
            near = _nearest(folded, canonical) or _nearest(folded, known)
            raise self._error("filter.value", start, end, suggestion=near, field=name.value, word=word)
        return found

    def _number(self, word: str, start: int, end: int) -> str:
        number = _NUMBER.fullmatch(fold(word).replace(",", ""))
        if number is None:
            raise self._error("filter.number", start, end, word=word)
        times = _TIMES.get((number[2] or "").lower(), 1)
        return str(min(int(number[1]) * times, _LARGEST))

    def _error(self, phrase: str, start: int, end: int, suggestion: str = "", **given: object) -> FilterError:
        return FilterError(phrase, self._text, start, end, suggestion, **given)


def _span(token: Token) -> tuple[int, int]:
    return int(token.start_pos or 0), int(token.end_pos or 0)


def _unquoted(text: str) -> str:
    return " ".join(_ESCAPED.sub(r"\1", text[1:-1]).split())


def _nearest(word: str, names: Iterable[str]) -> str:
    """The name that is most like a word, "" when none is. Only those that share most letters are compared in full."""
    letters = set(word)
    close = sorted(
        (-len(letters & set(name)) + abs(len(name) - len(word)), name)
        for name in names
        if abs(len(name) - len(word)) <= max(2, len(word) // 2) and letters & set(name)
    )[:_COMPARED]
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(word[:LONGEST_WORD])
    best, ratio = "", _ALIKE
    for _, name in close:
        matcher.set_seq1(name)
        if matcher.real_quick_ratio() >= ratio and matcher.quick_ratio() >= ratio and matcher.ratio() >= ratio:
            best, ratio = name, matcher.ratio()
    return best
