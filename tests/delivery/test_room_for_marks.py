"""Every message leaves room for the line that may have to go on top of it later, in every language."""

import pytest

from bot.delivery.face import Part, Styled
from bot.delivery.rendering import MARK_ROOM, TEXT_ROOM, marked
from bot.delivery.splitting import TEXT_LIMIT
from bot.delivery.writing import units
from bot.locales import available, phrases

MARKS = ["message.maybe_repeat", "message.withdrawn", "message.superseded", "message.cancelled"]


@pytest.mark.parametrize("language", available())
@pytest.mark.parametrize("mark", MARKS)
def test_the_mark_fits_whole_above_a_full_message(language, mark):
    words = phrases(language)(mark, title="")
    assert units(words) < MARK_ROOM
    shown = marked(Part(Styled("字" * TEXT_ROOM)), words).styled.text
    assert shown.startswith(words + "\n")
    assert units(shown) <= TEXT_LIMIT
