"""What let several posts through, as one message: those together that have it alike."""

from collections.abc import Mapping, Sequence

from bot.chat.wording import MESSAGE_LIMIT, Say, excerpt, linked, one_line, together
from bot.delivery.face import Styled
from bot.delivery.writing import units
from bot.locales import Phrases
from bot.model.post import Post

#: Characters of each post, and what "… and so many more" may take, UTF-16 units.
_LINE, _ROOM_FOR_MORE = 80, 100
_GAP, _BREAK = "\n\n", "\n"


def entry(phrases: Phrases, post: Post, when: str) -> Styled:
    """A post on a line of its own, a tap from the original."""
    say = Say(phrases).add(f"• {when} · ")
    return say.foreign(linked(one_line(excerpt(post), _LINE), post.url)).styled()


def gathered(phrases: Phrases, why: Mapping[Styled, Sequence[Styled]], count: int) -> Styled:
    """Each reason with its posts (``entry``), as many as fit; how many more of all ``count`` there are, at the end."""
    groups: list[Styled] = []
    told, room = 0, MESSAGE_LIMIT - _ROOM_FOR_MORE
    for reason, entries in why.items():
        room -= units(reason.text) + len(_GAP)
        lines: list[Styled] = []
        for each in entries:
            room -= units(each.text) + len(_BREAK)
            if room < 0:
                break
            lines.append(each)
        if lines:
            groups.append(together([reason, *lines], _BREAK))
            told += len(lines)
    if told < count:
        groups.append(Say(phrases).phrase("kept.more", count=count - told).styled())
    return together(groups, _GAP)
