"""Every message leaves room for the lines that may have to go on top of it later, in every language."""

import pytest

from bot.delivery.face import Part, Styled
from bot.delivery.rendering import CAPTION_ROOM, MARK_LINE, TEXT_ROOM, marked
from bot.delivery.splitting import CAPTION_LIMIT, TEXT_LIMIT
from bot.delivery.writing import units
from bot.locales import available, phrases
from bot.model.alert import Severity

MARKS = [
    "message.maybe_repeat",
    "message.withdrawn",
    "message.superseded",
    "message.superseded_level",
    "message.superseded_apart",
    "message.superseded_apart_level",
    "message.cancelled",
    "message.raised",
    "message.lowered",
    "message.lifted_before",
]


@pytest.mark.parametrize("language", available())
@pytest.mark.parametrize("mark", MARKS)
def test_the_mark_fits_whole_above_a_full_message(language, mark):
    says = phrases(language)
    for severity in Severity:
        level = says(f"severity.{severity.value.lower()}")
        words = says(mark, was=level, now=level, title="字" * 60)
        assert units(words) < MARK_LINE
        shown = marked(Part(Styled("字" * TEXT_ROOM)), words).styled.text
        assert shown.startswith(words + "\n")
        assert units(shown) <= TEXT_LIMIT


@pytest.mark.parametrize(("room", "limit"), [(TEXT_ROOM, TEXT_LIMIT), (CAPTION_ROOM, CAPTION_LIMIT)])
def test_two_lines_fit_above_a_full_message_however_long_they_are(room, limit):
    part = Part(Styled("字" * room))
    for _ in range(2):
        part = marked(part, "長" * 500)
    assert units(part.styled.text) <= limit
    assert part.styled.text.endswith("字" * room)
