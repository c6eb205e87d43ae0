"""What let several posts through, as one message: what does not fit is counted."""

import pytest

from bot.chat.whys import gathered
from bot.chat.wording import MESSAGE_LIMIT
from bot.delivery.face import Styled
from bot.delivery.writing import units
from bot.locales import phrases


@pytest.mark.parametrize(("count", "end"), [(2, "• second"), (3, "… and 1 more."), (9, "… and 7 more.")])
def test_what_is_not_told_is_counted(count, end):
    told = gathered(phrases("en"), {Styled("because"): [Styled("• first"), Styled("• second")]}, count)
    assert told.text.startswith("because\n• first\n• second")
    assert told.text.endswith(end)


def test_as_many_are_told_as_fit():
    told = gathered(phrases("en"), {Styled("because"): [Styled(f"• {n:02d} {'x' * 100}") for n in range(60)]}, 60)
    assert units(told.text) <= MESSAGE_LIMIT
    named = told.text.count("• ")
    assert 30 < named < 60
    assert told.text.endswith(f"… and {60 - named} more.")
