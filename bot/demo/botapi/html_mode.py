"""parse_mode HTML: the few tags Telegram knows, refused with the byte offset otherwise."""

import re
from dataclasses import dataclass

from bot.demo.botapi.entities import Count, Entity, usable_link
from bot.demo.botapi.errors import ApiError, bad_request
from bot.demo.botapi.utf16 import units

#: Tag → the entity it makes. "a", "pre", "code", "span", "blockquote" are looked at more closely.
TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_REFERENCES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([a-zA-Z]+));?")
_OPEN = re.compile(r"<([^\s>/][^\s>]*|)")
_NAME = re.compile(r"[^\s=>]*")
_TOKEN = re.compile(r"[A-Za-z0-9.\-]*")
_CLOSE = re.compile(r"</([^\s>]*)\s*(>?)")


@dataclass(slots=True)
class _Tag:
    name: str
    argument: str
    offset: int
    begin: int


def decode(text: str) -> str:
    """Character references replaced; unknown named ones stay as they are."""
    return _REFERENCE.sub(_decoded, text)


def _decoded(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name:
        return _REFERENCES.get(name, match[0])
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if not 0 < code < 0x10FFFF or 0xD800 <= code <= 0xDFFF:  # noqa: PLR2004 - Unicode's own limits
        return match[0]
    return chr(code)


class HtmlText:
    """One parse; use :func:`parse_html`."""

    def __init__(self, source: str, count: Count) -> None:
        self._source = source
        self._count = count
        self._at = 0
        self._text: list[str] = []
        self._units = 0
        self._open: list[_Tag] = []
        self._entities: list[Entity] = []

    def parse(self) -> tuple[str, list[Entity]]:
        """The plain text and its entities."""
        while self._at < len(self._source):
            tag = self._source.find("<", self._at)
            self._say(decode(self._source[self._at : tag if tag >= 0 else None]))
            if tag < 0:
                break
            self._at = tag
            if self._source.startswith("</", tag):
                self._end_tag(tag)
            else:
                self._start_tag(tag)
        if self._open:
            raise _refuse(f'Can\'t find end tag corresponding to start tag "{self._open[-1].name}"')
        return "".join(self._text), self._entities

    def _say(self, text: str) -> None:
        self._text.append(text)
        self._units += units(text)

    def _byte(self, index: int) -> int:
        return len(self._source[:index].encode())

    def _start_tag(self, begin: int) -> None:
        match = _OPEN.match(self._source, begin)
        name = match[1].lower() if match else ""
        self._at = match.end() if match else begin + 1
        if self._at >= len(self._source):
            raise _refuse(f"Unclosed start tag at byte offset {self._byte(begin)}")
        if name not in TAGS:
            raise _refuse(f'Unsupported start tag "{name}" at byte offset {self._byte(begin)}')
        argument = self._attributes(name, begin)
        if name == "span" and argument != "tg-spoiler":
            raise _refuse(f'Tag "span" must have class "tg-spoiler" at byte offset {self._byte(begin)}')
        self._open.append(_Tag(name, argument, self._units, len(self._text)))

    def _attributes(self, tag: str, begin: int) -> str:
        argument = ""
        while True:
            self._blanks()
            if self._at >= len(self._source):
                raise _refuse(f'Unclosed start tag "{tag}" at byte offset {self._byte(begin)}')
            if self._source[self._at] == ">":
                self._at += 1
                return argument
            name = self._take(_NAME)
            if not name:
                raise _refuse(f'Empty attribute name in the tag "{tag}" at byte offset {self._byte(begin)}')
            self._blanks()
            if not self._source.startswith("=", self._at):
                if (tag, name) != ("blockquote", "expandable"):
                    where = f'of an attribute of the tag "{tag}" at byte offset {self._byte(begin)}'
                    raise _refuse(f"Expected equal sign in declaration {where}")
                argument = "expandable"
                continue
            self._at += 1
            self._blanks()
            argument = _argument(tag, name, self._value(tag, begin), argument)

    def _value(self, tag: str, begin: int) -> str:
        quote = self._source[self._at : self._at + 1]
        if quote in {"'", '"'} and quote:
            end = self._source.find(quote, self._at + 1)
            if end < 0:
                raise _refuse(f'Unclosed start tag "{tag}" at byte offset {self._byte(begin)}')
            value = decode(self._source[self._at + 1 : end])
            self._at = end + 1
            return value
        token_at = self._at
        value = self._take(_TOKEN).lower()
        following = self._source[self._at : self._at + 1]
        if following and following != ">" and not following.isspace():
            raise _refuse(f"Unexpected end of name token at byte offset {self._byte(token_at)}")
        return value

    def _end_tag(self, begin: int) -> None:
        match = _CLOSE.match(self._source, begin)
        if not self._open:
            raise _refuse(f"Unexpected end tag at byte offset {self._byte(begin)}")
        if match is None or not match[2]:
            raise _refuse(f"Unclosed end tag at byte offset {self._byte(begin)}")
        tag, found = self._open.pop(), match[1].lower()
        if found and found != tag.name:
            where = f"at byte offset {self._byte(begin)}"
            raise _refuse(f'Unmatched end tag {where}, expected "</{tag.name}>", found "</{found}>"')
        self._at = match.end()
        if self._units > tag.offset:
            self._close(tag)

    def _close(self, tag: _Tag) -> None:
        kind, length = TAGS[tag.name], self._units - tag.offset
        last = self._entities[-1] if self._entities else None
        same = last is not None and (last.offset, last.length) == (tag.offset, length)
        if tag.name == "a":
            url = usable_link(tag.argument or "".join(self._text[tag.begin :]))
            if not url:
                self._count("dropped_link")
                return
            self._entities.append(Entity(kind, tag.offset, length, url=url))
        elif tag.name == "pre" and last is not None and same and last.type == "code":
            self._entities[-1] = Entity("pre", tag.offset, length, language=last.language)
        elif tag.name == "code":
            self._entities.append(Entity(kind, tag.offset, length, language=tag.argument))
        elif tag.name == "tg-emoji":
            if not tag.argument.isdigit():
                raise _refuse("Invalid custom emoji identifier specified")
            self._entities.append(Entity(kind, tag.offset, length, custom_emoji_id=tag.argument))
        else:
            expandable = tag.argument == "expandable"
            self._entities.append(Entity("expandable_blockquote" if expandable else kind, tag.offset, length))

    def _blanks(self) -> None:
        while self._at < len(self._source) and self._source[self._at].isspace():
            self._at += 1

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._source, self._at)
        if match is None:
            return ""
        self._at = match.end()
        return match[0]


def _argument(tag: str, name: str, value: str, before: str) -> str:
    if (tag, name) in {("a", "href"), ("span", "class"), ("tg-emoji", "emoji-id")}:
        return value
    if (tag, name) == ("code", "class") and value.startswith("language-"):
        return value.removeprefix("language-")
    if (tag, name) == ("blockquote", "expandable"):
        return "expandable"
    return before


def _refuse(why: str) -> ApiError:
    return bad_request(f"can't parse entities: {why}", violation="parse_error")


def parse_html(source: str, count: Count) -> tuple[str, list[Entity]]:
    """Plain text and entities of Telegram's HTML; ApiError with the documented wording when it is none."""
    return HtmlText(source, count).parse()
