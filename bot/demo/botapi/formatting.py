"""From a request's text, parse_mode and entities to what the message shows, with every limit on the way."""

from dataclasses import dataclass

from bot.demo.botapi.detection import with_found
from bot.demo.botapi.entities import Count, Entity, Styled, read_entities, settle
from bot.demo.botapi.errors import bad_request
from bot.demo.botapi.html_mode import parse_html
from bot.demo.botapi.markdown_mode import parse_markdown
from bot.demo.botapi.utf16 import units
from bot.demo.botapi.wire import Call

#: UTF-16 units after parsing (the stricter reading of "characters").
TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
#: Bytes before parsing.
RAW_LIMIT = 32768


@dataclass(frozen=True, slots=True)
class Raw:
    """A text as it stands in the request, before it is parsed."""

    text: str
    parse_mode: str
    entities: object


def text_of(call: Call, count: Count) -> Styled:
    """The ``text`` parameter of sendMessage and editMessageText."""
    raw = Raw(call.text("text"), call.text("parse_mode"), call.json("entities", "entities"))
    if not raw.text:
        raise bad_request("message text is empty", violation="empty_text")
    styled = _styled(raw, count)
    if not styled.text:
        raise bad_request("text must be non-empty", violation="empty_text")
    if units(styled.text) > TEXT_LIMIT:
        raise bad_request("message is too long", violation="text_too_long")
    return with_found(styled)


def caption_of(raw: Raw, count: Count) -> Styled:
    """A caption: may be empty, at most 1024 units."""
    styled = _styled(raw, count)
    if units(styled.text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long", violation="caption_too_long")
    return with_found(styled)


def caption_parameters(call: Call) -> Raw:
    """The caption of sendPhoto and editMessageCaption."""
    return Raw(call.text("caption"), call.text("parse_mode"), call.json("caption_entities", "entities"))


def _styled(raw: Raw, count: Count) -> Styled:
    if len(raw.text.encode()) > RAW_LIMIT:
        raise bad_request("text is too long", violation="text_too_long")
    text, entities = _parsed(raw, count)
    return settle(text, entities, count)


def _parsed(raw: Raw, count: Count) -> tuple[str, list[Entity]]:
    mode = raw.parse_mode.strip().lower()
    if mode in {"", "none"}:
        return raw.text, read_entities(raw.entities, raw.text, count)
    if raw.entities is not None:
        # The documentation calls entities an alternative to parse_mode; the real server lets parse_mode win.
        count("entities_and_parse_mode")
    if mode == "html":
        return parse_html(raw.text, count)
    if mode == "markdownv2":
        return parse_markdown(raw.text, count)
    raise bad_request("unsupported parse_mode", violation="unknown_parse_mode")
