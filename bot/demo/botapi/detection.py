"""What Telegram makes clickable by itself in a text: links, mentions, hashtags, commands, e-mail addresses."""

import re
from collections.abc import Sequence

from bot.demo.botapi.entities import Entity, Styled
from bot.demo.botapi.utf16 import starts

#: A handful of the top-level domains that Telegram knows: enough to notice a bare domain in an agency's text.
_TLD = "com|org|net|cn|hk|tw|mo|io|me|gov|edu|info|int|eu|uk|de|fr|jp|kr|ru|ua|ph|us|top|xyz|app|dev|ly|co"
_PATTERNS = (
    ("email", re.compile(r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", re.ASCII)),
    ("url", re.compile(r"(?<![\w@.])(?:https?|ftp|tg)://[^\s<>\"'“”‘’（），。；！？、《》【】]+", re.IGNORECASE)),
    (
        "url",
        re.compile(
            rf"(?<![A-Za-z0-9@._/-])(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+(?:{_TLD})(?![A-Za-z0-9_.-]*[A-Za-z0-9])"
            r"(?::\d{1,5})?(?:[/?#][^\s<>\"'“”‘’（），。；！？、《》【】]*)?",
            re.IGNORECASE,
        ),
    ),
    ("mention", re.compile(r"(?<![\w@])@[A-Za-z][A-Za-z0-9_]{3,31}(?![\w@])", re.ASCII)),
    ("hashtag", re.compile(r"(?<![\w#])#(?=\w*[^\W\d])\w{1,256}(?![\w#])")),
    ("cashtag", re.compile(r"(?<![\w$])\$[A-Z]{1,8}(?![\w$])", re.ASCII)),
    ("bot_command", re.compile(r"(?<![\w/<>@])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>@])")),
)
_TRAILING = ".,;:!?)]}'\"…"
_CLOSED = frozenset({"code", "pre", "text_link", "text_mention"})


def with_found(styled: Styled) -> Styled:
    """The text with the entities that Telegram finds by itself; those given win over them."""
    borders = starts(styled.text)
    taken = [(e.offset, e.end) for e in styled.entities if e.type in _CLOSED]
    found: list[Entity] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(styled.text):
            end = match.start() + len(match[0].rstrip(_TRAILING) if kind == "url" else match[0])
            span = (borders[match.start()], borders[end])
            if span[1] > span[0] and not _overlaps(span, taken):
                taken.append(span)
                found.append(Entity(kind, span[0], span[1] - span[0]))
    every = sorted((*styled.entities, *found), key=lambda entity: (entity.offset, -entity.length))
    return Styled(styled.text, tuple(every))


def _overlaps(span: tuple[int, int], taken: Sequence[tuple[int, int]]) -> bool:
    return any(span[0] < end and begin < span[1] for begin, end in taken)
