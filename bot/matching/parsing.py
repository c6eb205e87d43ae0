"""From what a reader types to a filter, or to an error that says where the mistake is and what may have been meant."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from importlib import resources

import re2
from lark import Lark, Token
from lark import Tree as Parsed
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from bot.matching import levelling
from bot.matching.evaluating import compile_pattern
from bot.matching.folding import fold
from bot.matching.levelling import CLOSED, NAMED, SIGN, fields, levelled, seen
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
    either,
    negated,
)
from bot.matching.values import values
from bot.matching.vocabulary import LONGEST_NAME, all_of, unaccented

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

#: A field with its sign.
_FIELD = re.compile(f"{NAMED}{CLOSED}*{SIGN}{CLOSED}*", re.DOTALL)
#: ``level!=red``
_UNLIKE = re.compile(f"{NAMED}(!=|!:|≠|<>)(.+)", re.DOTALL)
_VALUE = re.compile(r'((?:"(?:\\.|[^"\\])*"|[^\s"()|])+)(\||$)', re.DOTALL)
_NUMBER = re.compile(
    r"(\d{1,3}(?:[.,'’٬]\d{3})+|\d{1,12})(?:[.,٫](\d{1,3}))?(k|m|к|千|万|천|만|тыс|mil|mio|ألف|الف|हजार|लाख)?\.?",
    re.IGNORECASE,
)
_TIMES = {"万": 10_000, "만": 10_000, "m": 1_000_000, "mio": 1_000_000, "लाख": 100_000, "": 1}
_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,2}", re.IGNORECASE)
#: Commas part words in other places; here they would make words that nobody writes.
_COMMAS = ",，、،;；؛"
_COMMA = re.compile(rf"(?<!\d)[{_COMMAS}]|[{_COMMAS}](?!\d)")
_LIST = re.compile(rf"""[^\s"()|{_COMMAS}]+(?:\s*[{_COMMAS}]+\s*[^\s"()|{_COMMAS}]+)*(?:\s*[{_COMMAS}]+)?""")
#: What ends a sentence belongs to no word.
_ENDS = ".。．｡…!！?？؟।·"
_RESERVED = frozenset(("or", "and", "not"))
#: A word of which only the beginning is given.
_BEGUN = re.compile(r"([^*＊]+)[*＊]")
#: What RE2's errors begin with, and the sentence for each.
_REFUSALS = {
    "missing ": "filter.pattern_bracket",
    "unexpected )": "filter.pattern_bracket",
    "no argument": "filter.pattern_repeat",
    "bad repetition": "filter.pattern_repeat",
    "invalid repetition": "filter.pattern_large",
    "pattern too large": "filter.pattern_large",
    "invalid perl": "filter.pattern_unknown",
    "invalid escape": "filter.pattern_unknown",
    "invalid character class": "filter.pattern_unknown",
    "invalid named": "filter.pattern_unknown",
}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_OPS = {
    ":": Op.IS,
    "=": Op.IS,
    "=>": Op.LEAST,
    "=<": Op.MOST,
    ">": Op.MORE,
    ">=": Op.LEAST,
    "<": Op.LESS,
    "<=": Op.MOST,
    "≥": Op.LEAST,
    "≤": Op.MOST,
}


class FilterError(ValueError):
    """A text that is no filter. ``phrase`` ("filter.…" in the locales) with ``values`` is the sentence for the reader.

    ``text`` is what was typed, without what nobody sees. ``start`` and ``end`` are the half-open range of its characters
    that the sentence is about;
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
        text = seen(text)
        line = levelled(text)
    else:
        line = text
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
        return all_of(map(Word, canonical.split(" ")))
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
        elif sign != "|" and not line.startswith("|", token.start() - 1):
            terms += 1
            # operators are among them
            if terms > 2 * bounds.terms:
                raise FilterError("filter.too_many", text, token.start(), len(text), most=bounds.terms)
    if opened:
        raise FilterError("filter.bracket_open", text, opened[-1], opened[-1] + 1)


#: Pieces of a line: patterns and phrases whole, brackets, bars, quotation marks left alone, runs of anything else.
_ROUGH = re.compile(
    r'(?<![^\s(|!-])/(?:\\.|[^/\\])+/|"(?:\\.|[^"\\])*"|[()"|]|[-!]+(?=/)|(?:(?!["()|])\S)+', re.DOTALL
)


@lru_cache(maxsize=1)
def _grammar() -> Lark:
    """The grammar, made into tables once (30 ms)."""
    source = resources.files("bot.matching").joinpath("filters.lark").read_text("utf-8")
    return Lark(source, parser="lalr", lexer="basic", propagate_positions=False, maybe_placeholders=False)


def warm() -> None:
    """Make the grammar's tables and load the names of values, in a thread at the start."""
    _grammar()
    values()
    levelling.warm()


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
_WAITING = re.compile(r"(?:\b(?:or|and|not)|[-!|&]\x00*)$", re.IGNORECASE)


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
        self._typed = bounds is TYPED
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
            return all_of(map(self._of, parts)) if len(parts) > 1 else self._of(parts[0])
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
        if self._typed:
            text = self._as_typed(text, start, end)
        self._check_word(text, start, end)
        return Word(text)

    def _as_typed(self, text: str, start: int, end: int) -> str:
        """A word without what the typing added; raises for what is none."""
        if _FIELD.match(self._line, start, end) is not None:
            raise self._error("filter.value_missing", start, end, word=text)
        unlike = _UNLIKE.fullmatch(self._line, start, end)
        if unlike is not None and (name := _field_called(unlike[1])):
            meant = f"-{name}:{self._text[unlike.start(3) : end]}"
            raise self._error("filter.operator", start, end, suggestion=meant, field=name.value)
        if self._line[start] in ":<>=≥≤":
            raise self._error("filter.unreadable", start, start + 1, word=text[0])
        if _COMMA.search(text) is not None:
            raise self._comma(start)
        begun = _BEGUN.fullmatch(text)
        if begun is not None:
            meant = rf"/\b{re.escape(begun[1])}/" if begun[1].isascii() else begun[1]
            raise self._error("filter.unreadable", start, end, suggestion=meant, word=text)
        bare = text.rstrip(_ENDS)
        return bare if bare and bare.casefold() not in _RESERVED else text

    def _comma(self, start: int) -> FilterError:
        """Words with commas between them: any of them may be meant."""
        run = _LIST.match(self._text, start)
        if run is None:
            return self._error("filter.comma", start, start + 1)
        parts = [part.strip() for part in re.split(f"[{_COMMAS}]+", run[0]) if part.strip()]
        if any(part.casefold() in _RESERVED for part in parts):
            return self._error("filter.comma", start, run.end())
        meant = f"({' OR '.join(parts)})" if len(parts) > 1 else "".join(parts)
        return self._error("filter.comma", start, run.end(), suggestion=meant)

    def _phrase(self, start: int, end: int) -> Tree:
        text = _unquoted(self._text[start:end])
        self._check_word(text, start, end)
        return Phrase(text)

    def _check_word(self, text: str, start: int, end: int) -> None:
        if len(text) > LONGEST_WORD:
            raise self._error("filter.word_long", start, end, most=LONGEST_WORD)
        folded = fold(text)
        if not any(
            c.isalnum() or unicodedata.category(c) == "So" or (c > _SYMBOLS and not self._typed) for c in folded
        ):
            raise self._error("filter.word_empty", start, end, word=text)

    def _pattern(self, start: int, end: int) -> Tree:
        last = self._line.rindex("/", start, end)
        source = self._text[start + 1 : last]
        # case does not matter anyhow, and every place is found: i, g and u say nothing
        flags = "".join(flag for flag in "ms" if flag in self._line[last:end].lower())
        source = f"(?{flags}){source}" if flags else source
        self._patterns += 1
        if self._patterns > MOST_PATTERNS:
            raise self._error("filter.patterns", start, end, most=MOST_PATTERNS)
        if len(source) > LONGEST_PATTERN:
            raise self._error("filter.pattern_long", start, end, most=LONGEST_PATTERN)
        try:
            compile_pattern(source)
        except re2.error as error:
            raise self._refused(error, start, end) from None
        except UnicodeError:  # half a character has no UTF-8
            raise self._error("filter.pattern", start, end, why="not UTF-8") from None
        return Pattern(source)

    def _refused(self, error: "re2.error", start: int, end: int) -> FilterError:
        """What RE2 says of a pattern, in the reader's words: "missing ): (a"."""
        why = error.args[0] if error.args else ""
        said = why.decode("utf-8", "replace") if isinstance(why, bytes) else str(why)
        phrase = next((phrase for begins, phrase in _REFUSALS.items() if said.startswith(begins)), "filter.pattern")
        return self._error(phrase, start, end, why=said, word=said.partition(": ")[2] or said.rpartition(" ")[2])

    def _field(self, start: int, end: int) -> Tree:
        head = _FIELD.match(self._line, start, end)
        if head is None:
            return self._word(start, end)
        typed, sign, behind = self._text[head.start(1) : head.end(1)], head[2], head.end()
        name = _field_called(typed) if self._typed else next((name for name in Name if name == fold(typed)), None)
        if name is None:
            raise self._error("filter.field", head.start(1), head.end(1), suggestion=_field_like(typed), word=typed)
        op = _OPS[sign if sign in _OPS else sign.removeprefix(":")]
        self._check_operator(name, op, head, end)
        given = self._values(behind, end)
        if len(given) > 1 and (op is not Op.IS or name in COUNTS):
            raise self._error("filter.one_value", behind, end, field=name.value)
        if name in COUNTS and op is Op.IS and given[0][0][-1:] in {"+", "＋"}:  # 5000+
            op, given = Op.LEAST, [(given[0][0][:-1], *given[0][1:])]
        if len(given) > self._bounds.values:
            raise self._error("filter.values", behind, end, most=self._bounds.values)
        found: set[str] = set()
        for word, at, upto in given:
            found.update(self._value(name, word, at, upto))
        if op is not Op.IS and name in RANKED and len(found) > 1:
            raise self._error("filter.one_value", behind, end, field=name.value)
        return Field(name, op, tuple(sorted(found)))

    def _check_operator(self, name: Name, op: Op, head: re.Match[str], end: int) -> None:
        behind = head.end()
        if behind == end:  # level>=
            raise self._error("filter.value_missing", head.start(), end, word=self._text[head.start() : end])
        if self._line[behind] in "<>=" and name not in COUNTS:  # level<>red
            meant = f"-{name}:{self._text[behind:end].lstrip('<>=')}"
            raise self._error("filter.operator", head.start(), end, suggestion=meant, field=name.value)
        if op is not Op.IS and name not in COUNTS | RANKED:
            raise self._error("filter.operator", head.start(2), head.end(2), suggestion=":", field=name.value)

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
                (
                    _unquoted(text)
                    if self._line[at] == '"' and self._line[upto - 1] == '"'
                    else " ".join(text.split()),
                    at,
                    upto,
                )
            )
            start = value.end()
        return found

    def _value(self, name: Name, word: str, start: int, end: int) -> tuple[str, ...]:
        if name in COUNTS:
            return (self._number(word, start, end),)
        if name in SPOKEN:
            if self._typed and self._line[start] != '"' and _COMMA.search(word):
                raise self._commas(name, start, end)
            self._check_word(word, start, end)
            return (word,)
        found = _known(name, word)
        if found is None and name is Name.LANG and _TAG.fullmatch(fold(word).replace("_", "-")):
            return (fold(word).replace("_", "-"),)
        if found is None:
            if _COMMA.search(word):
                raise self._commas(name, start, end)
            longer = self._longer(name, start, end)
            if longer is not None:
                meant = f'"{" ".join(self._text[start:longer].split())}"'
                raise self._error("filter.value", start, longer, suggestion=meant, field=name.value, word=word)
            canonical = {value for stand in values()[name].values() for value in stand}
            near = _nearest(fold(word), canonical) or _nearest(fold(word), values()[name])
            if near and " " in near:
                near = f'"{near}"'
            raise self._error("filter.value", start, end, suggestion=near, field=name.value, word=word)
        return found

    def _longer(self, name: Name, start: int, end: int) -> int | None:
        """Where a value ends that was written with blanks: hazard:heavy rain."""
        for _ in range(LONGEST_NAME - 1):
            more = _MORE.match(self._line, end)
            if more is None:
                return None
            end = more.end()
            if _known(name, self._text[start:end]):
                return end
        return None

    def _commas(self, name: Name, start: int, end: int) -> FilterError:
        """Values with commas between them: | is meant."""
        run = _LIST.match(self._text, start)
        parts = re.split(f"[{_COMMAS}]+", self._text[start:end])
        if run is not None and run.end() > end:
            further = [part.strip() for part in re.split(f"[{_COMMAS}]+", self._text[start : run.end()])]
            if all(name in SPOKEN or _known(name, part) for part in further if part):
                parts, end = further, run.end()
        return self._error("filter.comma", start, end, suggestion="|".join(part for part in parts if part))

    def _number(self, word: str, start: int, end: int) -> str:
        number = _NUMBER.fullmatch(fold(word.replace(_BLANK, "").replace("\u00a0", "")))
        if number is None:
            raise self._error("filter.number", start, end, word=word)
        whole = re.sub(r"\D", "", number[1])
        times = _TIMES.get(number[3] or "", 1000)
        part = number[2] or ""
        if part and times == 1:
            raise self._error("filter.number", start, end, word=word)
        return str(min(int(whole) * times + int(part or 0) * times // 10 ** len(part), _LARGEST))

    def _error(self, phrase: str, start: int, end: int, suggestion: str = "", **given: object) -> FilterError:
        return FilterError(phrase, self._text, start, end, suggestion, **given)


#: One more word behind a value.
_MORE = re.compile(r'\s+[^\s"()|:]+')
_BLANK = " "
#: Symbols and emoji stand from here; what was stored of them is read as ever.
_SYMBOLS = "\u2190"


def _field_called(typed: str) -> Name | None:
    return fields().get(unaccented(fold(typed)))


def _field_like(typed: str) -> str:
    """The name of a field that is most like a word, in the words's own language."""
    folded = fold(typed)
    return _nearest(folded, list(Name)) or _nearest(folded, fields())


def _known(name: Name, word: str) -> tuple[str, ...] | None:
    """The values that a word stands for."""
    folded, known = fold(word), values()[name]
    spelt = (folded, folded.replace("_", "-"), folded.replace("_", " ").replace("-", " "), unaccented(folded))
    return next((known[each] for each in spelt if each in known), None)


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
