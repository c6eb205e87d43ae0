"""Chinese names in traditional characters and in Japan's: what was written down is what OpenCC says, and nothing is guessed."""

import subprocess
import sys

import opencc
import pytest

from bot.language.phrasebook.characters import characters
from bot.language.phrasebook.making_characters import known_names

WAYS = {"zh-Hant": ("s2t",), "ja": ("s2t", "t2jp")}


@pytest.mark.parametrize("language", WAYS)
def test_every_known_name_is_written_as_opencc_writes_it(language):
    converters = [opencc.OpenCC(config) for config in WAYS[language]]
    wrong = {}
    for name in known_names():
        expected = name
        for converter in converters:
            expected = converter.convert(expected)
        if characters(name, language) != expected:
            wrong[name] = (characters(name, language), expected)
    assert wrong == {}
    assert len(known_names()) > 3000


@pytest.mark.parametrize(
    ("name", "traditional", "japanese"),
    [("广州", "廣州", "広州"), ("莲花池西路", "蓮花池西路", "蓮花池西路"), ("台北", "臺北", "台北")],
)
def test_names_beyond_the_list_are_written_character_by_character(name, traditional, japanese):
    assert characters(name, "zh-Hant") == traditional
    assert characters(name, "ja") == japanese
    assert characters(name, "zh-Hans") == name


@pytest.mark.parametrize("name", ["里发路", "某某余庄", "干云桥"])
def test_a_character_with_several_ways_in_an_unknown_name_is_not_guessed(name):
    assert characters(name, "zh-Hant") is None
    assert characters(name, "ja") is None
    assert characters(name, "zh-Hans") == name


def test_rendering_loads_no_large_dictionary_of_opencc():
    """From simplified to traditional they would take half of what the language part may have."""
    code = (
        "import opencc\n"
        "asked, made = set(), opencc.OpenCC\n"
        "opencc.OpenCC = lambda config: asked.add(config) or made(config)\n"
        "from bot.reading.reader import read; from bot.language.phrasebook.rendering import render\n"
        "from bot.language.phrasebook.characters import characters\n"
        "text = '北京市气象台发布暴雨橙色预警信号。'\n"
        "assert render(read(text), text, 'ja') and characters('广州', 'zh-Hant') == '廣州'\n"
        "print(sorted(asked))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "['t2s']\n", done.stderr
