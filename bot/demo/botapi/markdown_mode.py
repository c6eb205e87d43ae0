"""parse_mode MarkdownV2: Telegram's own dialect, where every reserved character must be escaped."""

from dataclasses import dataclass

from bot.demo.botapi.entities import Count, Entity, usable_link
from bot.demo.botapi.errors import ApiError, bad_request
from bot.demo.botapi.utf16 import units

RESERVED = frozenset("_*[]()~`>#+-=|{}.!")
#: A backslash escapes any character with a code from 1 to 126.
LAST_ESCAPABLE = 126
#: Opening mark → the entity and its name in errors. The longer mark is tried first.
_MARKS = {
    "__": ("underline", "Underline"),
    "||": ("spoiler", "Spoiler"),
    "![": ("custom_emoji", "CustomEmoji"),
    "_": ("italic", "Italic"),
    "*": ("bold", "Bold"),
    "~": ("strikethrough", "Strikethrough"),
    "[": ("text_link", "TextUrl"),
}
_ENDS = {
    "underline": "__",
    "spoiler": "||",
    "custom_emoji": "]",
    "italic": "_",
    "bold": "*",
    "strikethrough": "~",
    "text_link": "]",
    "code": "`",
    "pre": "```",
}


@dataclass(slots=True)
class _Open:
    type: str
    label: str
    offset: int
    byte: int
    begin: int
    language: str = ""


class MarkdownText:
    """One parse; use :func:`parse_markdown`."""

    def __init__(self, source: str, count: Count) -> None:
        self._source = source
        self._count = count
        self._at = 0
        self._text: list[str] = []
        self._units = 0
        self._open: list[_Open] = []
        self._entities: list[Entity] = []
        self._quote: _Open | None = None

    def parse(self) -> tuple[str, list[Entity]]:
        """The plain text and its entities."""
        self._line_start()
        while self._at < len(self._source):
            self._step()
        self._end_quote()
        if self._open:
            raise self._unended(self._open[-1])
        return "".join(self._text), self._entities

    def _step(self) -> None:
        source, at = self._source, self._at
        following = source[at + 1 : at + 2]
        if source[at] == "\\" and following and 0 < ord(following) <= LAST_ESCAPABLE:
            self._say(following)
            self._at += 2
        elif self._open and self._open[-1].type in {"code", "pre"}:
            self._in_code()
        elif source[at] == "\n":
            self._say("\n")
            self._at += 1
            self._line_start()
        elif source[at] in RESERVED:
            self._reserved()
        else:
            self._say(source[at])
            self._at += 1

    def _say(self, text: str) -> None:
        self._text.append(text)
        self._units += units(text)

    def _byte(self, index: int) -> int:
        return len(self._source[:index].encode())

    def _begin(self, kind: str, label: str, mark: int, language: str = "") -> None:
        self._open.append(_Open(kind, label, self._units, self._byte(self._at), len(self._text), language))
        self._at += mark

    def _in_code(self) -> None:
        current = self._open[-1]
        end = _ENDS[current.type]
        if self._source.startswith(end, self._at):
            self._at += len(end)
            self._end()
        elif self._source[self._at] == "`":
            raise self._reserved_character("`")
        else:
            self._say(self._source[self._at])
            self._at += 1

    def _reserved(self) -> None:
        source, at = self._source, self._at
        if self._open and self._ends_here(_ENDS[self._open[-1].type]):
            self._at += len(_ENDS[self._open[-1].type])
            self._end()
            return
        if source.startswith("||", at) and self._expandable_end():
            self._at += 2
            return
        if source[at] == "`":
            self._begin_code()
            return
        for mark, (kind, label) in _MARKS.items():
            if source.startswith(mark, at):
                self._begin(kind, label, len(mark))
                return
        raise self._reserved_character(source[at])

    def _ends_here(self, end: str) -> bool:
        if not self._source.startswith(end, self._at):
            return False
        return not (end == "_" and self._source.startswith("__", self._at))

    def _begin_code(self) -> None:
        if not self._source.startswith("```", self._at):
            self._begin("code", "Code", 1)
            return
        rest = self._source[self._at + 3 :]
        language = rest[: next((i for i, char in enumerate(rest) if char.isspace() or char == "`"), len(rest))]
        if rest[len(language) : len(language) + 1] in {"`", ""}:
            language = ""
        skipped = 3 + len(language)
        self._begin("pre", "PreCode" if language else "Pre", skipped, language)
        if self._source.startswith("\n", self._at):
            self._at += 1

    def _end(self) -> None:
        done = self._open.pop()
        url = ""
        if done.type in {"text_link", "custom_emoji"}:
            url = self._url(done)
            if not url:
                self._count("dropped_link")
                return
        if self._units > done.offset:
            emoji = url.partition("id=")[2] if done.type == "custom_emoji" else ""
            self._entities.append(
                Entity(
                    done.type,
                    done.offset,
                    self._units - done.offset,
                    url="" if emoji else url,
                    language=done.language,
                    custom_emoji_id=emoji,
                )
            )

    def _url(self, done: _Open) -> str:
        if not self._source.startswith("(", self._at):
            if done.type == "custom_emoji":
                raise _refuse("Custom emoji entity must contain a tg://emoji URL")
            return usable_link("".join(self._text[done.begin :]))
        begin = self._at + 1
        at, url = begin, ""
        while at < len(self._source) and self._source[at] != ")":
            if self._source[at] == "\\" and at + 1 < len(self._source):
                at += 1
            url += self._source[at]
            at += 1
        if at >= len(self._source):
            raise _refuse(f"Can't find end of a URL at byte offset {self._byte(begin)}")
        self._at = at + 1
        return usable_link(url)

    def _line_start(self) -> None:
        """A line that begins with ">" belongs to a quotation, "**>" begins an expandable one."""
        expandable = self._source.startswith("**>", self._at)
        if not expandable and not self._source.startswith(">", self._at):
            self._end_quote()
            return
        if expandable:
            self._end_quote()
        if self._quote is None:
            kind = "expandable_blockquote" if expandable else "blockquote"
            self._quote = _Open(kind, "BlockQuote", self._units, self._byte(self._at), len(self._open))
        self._at += 3 if expandable else 1

    def _expandable_end(self) -> bool:
        """Whether the "||" here closes an expandable quotation, that is, ends its last line."""
        following = self._source[self._at + 2 :]
        if self._quote is None or (following and not following.startswith("\n")):
            return False
        if following.startswith("\n>"):
            return False
        self._quote.type = "expandable_blockquote"
        return True

    def _end_quote(self) -> None:
        quote, self._quote = self._quote, None
        if quote is None:
            return
        if len(self._open) > quote.begin:
            raise self._unended(self._open[-1])
        if self._units > quote.offset:
            self._entities.append(Entity(quote.type, quote.offset, self._units - quote.offset))

    def _unended(self, what: _Open) -> ApiError:
        return _refuse(f"Can't find end of {what.label} entity at byte offset {what.byte}")

    def _reserved_character(self, character: str) -> ApiError:
        return _refuse(f"Character '{character}' is reserved and must be escaped with the preceding '\\'")


def _refuse(why: str) -> ApiError:
    return bad_request(f"can't parse entities: {why}", violation="parse_error")


def parse_markdown(source: str, count: Count) -> tuple[str, list[Entity]]:
    """Plain text and entities of MarkdownV2; ApiError with the documented wording when it is none."""
    return MarkdownText(source, count).parse()
