"""Links, mentions, commands and telephone numbers: what can be acted on, and so must not be added or changed."""

import re
from dataclasses import dataclass

#: Ends that belong to the sentence, not to the link.
_TAIL = ".,;:!?)]}>'\"、。,;:!?)】》」』”’…"
_LINK = re.compile(
    r"(?:https?://|ftp://|tg://|www\.|t\.me/|t\.cn/)[^\s<>\"'。,、;!?()【】《》「」“”\u4e00-\u9fff\u3040-\u30ff\uac00-\ud7af]+"
    r"|(?<![\w@.-])(?:[a-z0-9-]{1,63}\.)+(?:com|cn|org|net|gov|edu|info|io|me|cc|top|xyz|ru|de|fr|es|jp|kr|br|in|app|co|link|site)"
    r"(?![\w.-])(?:/[^\s<>\"'。,、;!?()【】《》\u4e00-\u9fff]*)?",
    re.IGNORECASE,
)
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_MENTION = re.compile(r"(?<![A-Za-z0-9_/])[@@]([\w\u4e00-\u9fff·-]{2,40})")
#: A bot's command; a date (7/21) or "and/or" is none.
_COMMAND = re.compile(r"(?<![\w/.:])/([a-z][a-z0-9_]{2,31})(?![\w/])")
_PHONE = re.compile(
    r"(?<![\d.])(?:"
    r"(?:\+|00)\d{1,3}[ -]?(?:\d{1,4}[ -]?){1,3}\d{3,4}"  # international
    r"|\(?0\d{2,3}\)?[ -]?\d{3,4}[ -]?\d{4}"  # area code and number
    r"|1[3-9]\d[ -]?\d{4}[ -]?\d{4}"  # Chinese mobile
    r"|[48]00[ -]?\d{3,4}[ -]?\d{3,4}"  # service numbers
    r"|\d{3,4}-\d{4}(?![\d-])|\d{7,8}(?=\D|$)"
    r")(?!\d|[.]\d|%)"
)
_COUNTRY = re.compile(r"^(?:00)?86(?=1\d{10}$|\d{9,11}$)")


@dataclass(frozen=True, slots=True)
class Signs:
    """What was found, each in one canonical spelling."""

    links: frozenset[str]
    mentions: frozenset[str]
    commands: frozenset[str]
    phones: frozenset[str]


def take_signs(text: str) -> tuple[Signs, str]:
    """Give the signs in a text, and the text with blanks in their place (their digits are no figures)."""
    found: dict[str, set[str]] = {"links": set(), "mentions": set(), "commands": set(), "phones": set()}

    def link(match: re.Match[str]) -> str:
        whole = match.group()
        kept = whole.rstrip(_TAIL)
        found["links"].add(_link_key(kept))
        return " " * len(kept) + whole[len(kept) :]

    text = _MAIL.sub(lambda match: _note(found["links"], match, match.group().lower()), text)
    text = _LINK.sub(link, text)
    text = _MENTION.sub(lambda match: _note(found["mentions"], match, match.group(1).lower()), text)
    text = _COMMAND.sub(lambda match: _note(found["commands"], match, match.group(1).lower()), text)
    text = _PHONE.sub(lambda match: _note(found["phones"], match, _phone_key(match.group())), text)
    return Signs(**{kind: frozenset(values) for kind, values in found.items()}), text


def _note(where: set[str], match: re.Match[str], key: str) -> str:
    where.add(key)
    return " " * len(match.group())


def _link_key(link: str) -> str:
    """Scheme, www and a last slash make no other link; the case of a path does."""
    bare = re.sub(r"^(?:https?://)?(?:www\.)?", "", link, flags=re.IGNORECASE)
    host, slash, path = bare.partition("/")
    return host.lower() + (slash + path).rstrip("/")


def _phone_key(phone: str) -> str:
    digits = re.sub(r"\D", "", phone)
    return _COUNTRY.sub("", digits).lstrip("0")
