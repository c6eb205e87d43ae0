"""What the bot gives as an example in each language works as it stands there."""

import re

import pytest

from bot.catalogue.entries import shipped
from bot.catalogue.searching import search
from bot.locales import available, phrases
from bot.matching import naming
from bot.matching.nearness import new_units

#: What keeps the direction of a command in Arabic.
_ISOLATES = re.compile("[\u2066-\u2069]")


def examples(language: str, key: str, command: str) -> list[str]:
    """What stands behind a command in a phrase, as somebody would copy it. In Arabic a line may begin with what it says."""
    said = _ISOLATES.sub("", phrases(language)(key))
    return [found.strip() for found in re.findall(rf"/{command} ([^–\n:：.。،؛।]*[^\s–:：.。،؛।])", said)]


@pytest.mark.parametrize("language", available())
def test_the_first_search_that_the_help_shows_finds_the_police(language):
    for key in ("help.text", "find.how"):
        found = [entry.own_name for asked in examples(language, key, "find") for entry in search(shipped(), asked)]
        assert "平安北京" in found, key


@pytest.mark.parametrize("language", available())
def test_the_service_that_subscribe_names_is_found(language):
    [asked] = examples(language, "subscribe.how", "find")
    assert search(shipped(), asked)


@pytest.mark.parametrize("language", available())
def test_the_place_that_the_help_shows_is_known(language):
    units = new_units()
    for key in ("help.text", "place.how"):
        wanted = [naming.wanted(asked) for asked in examples(language, key, "place")]
        assert any(each.km == 30 and naming.candidates(each, units) for each in wanted), (key, wanted)
