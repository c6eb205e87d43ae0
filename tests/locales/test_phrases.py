import ast
import re
from pathlib import Path
from string import Formatter

import pytest
from opencc import OpenCC

import bot
from bot.locales import SOURCE, PhraseError, _load, available, best_match, phrases
from bot.model.reason import VALUES, Cause

ROOT = Path(bot.__file__).parent
KEY = re.compile(r"[a-z]+(\.[a-z_]+)+")
#: Calls whose first text is a key.
ASKED_WITH = {"phrases", "phrase", "line", "tell", "speak", "template", "pieces"}
#: A mark's phrase has a second one beside it, for the reply that tells of the mark (delivery).
REPLY = "_reply"
TABLES = {key.partition(".")[0] for key in _load(SOURCE)}


def placeholders(text):
    return {field for _, field, _, _ in Formatter().parse(text) if field}


def used_keys():
    """Every text in the code that has the form of a key and begins with the name of one of our tables."""
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = node.value if isinstance(node, ast.Constant) else None
            # "words.toml" is a file
            if (
                isinstance(text, str)
                and KEY.fullmatch(text)
                and text.partition(".")[0] in TABLES
                and text[-5:] != ".toml"
            ):
                yield text, f"{path.relative_to(ROOT)}:{node.lineno}"


def calls_with_values():
    """(key, names of the values given, where) of calls such as say.line("list.page", page=1, pages=2)."""
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or any(keyword.arg is None for keyword in node.keywords):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            keys = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            keys = [key for key in keys if key in phrases(SOURCE)]
            if name in ASKED_WITH and keys:
                yield keys[0], {keyword.arg for keyword in node.keywords}, f"{path.relative_to(ROOT)}:{node.lineno}"


def test_there_is_english_and_chinese_in_both_scripts():
    assert available()[0] == "en"
    assert {"zh-Hans", "zh-Hant"} <= set(available())


@pytest.mark.parametrize(("language", "way", "both"), [("zh-Hans", "t2s", ""), ("zh-Hant", "s2tw", "台")])
def test_no_character_of_the_other_script_has_slipped_in(language, way, both):
    convert = OpenCC(way).convert
    slips = {
        (key, char)
        for key, text in _load(language).items()
        for char, other in zip(text, convert(text), strict=True)
        if char != other and char not in both
    }
    assert slips == set()


@pytest.mark.parametrize("language", available())
def test_every_language_has_the_same_keys_and_placeholders(language):
    ours, source = _load(language), _load(SOURCE)
    assert sorted(ours) == sorted(source)
    assert {key: placeholders(text) for key, text in ours.items()} == {
        key: placeholders(text) for key, text in source.items()
    }
    assert all(text.strip() == text != "" for text in ours.values())


@pytest.mark.parametrize("language", available())
def test_what_stands_on_buttons_and_menus_is_short_enough(language):
    for key, text in _load(language).items():
        if key.startswith("menu."):
            assert len(text) <= 256  # Bot API, BotCommand.description
        if key.startswith("common."):
            assert len(text) <= 200  # Bot API, answerCallbackQuery


def test_no_unknown_key_is_asked_for():
    spoken = phrases(SOURCE)
    unknown = [(key, where) for key, where in used_keys() if key not in spoken and f"{key}{REPLY}" not in spoken]
    assert unknown == []


def test_every_call_gives_the_values_that_its_phrase_wants():
    calls = list(calls_with_values())
    assert len(calls) > 30
    wrong = [
        (key, where, placeholders(phrases(SOURCE).template(key)) ^ given)
        for key, given, where in calls
        if placeholders(phrases(SOURCE).template(key)) - given
    ]
    assert wrong == []


def test_no_key_stands_unused():
    used = {key for key, _ in used_keys()}
    used |= {f"{key}{REPLY}" for key in used}
    # keys made of two parts in the code: menu.NAME of each command, severity.LEVEL, trouble.CAUSE
    made = {key for key in _load(SOURCE) if key.startswith(("menu.", "severity.", "trouble."))}
    assert sorted(set(_load(SOURCE)) - used - made) == []


@pytest.mark.parametrize("language", available())
def test_every_cause_of_trouble_has_its_sentence_and_gives_it_its_values(language):
    ours = {key: text for key, text in _load(language).items() if key.startswith("trouble.")}
    assert {key: placeholders(text) for key, text in ours.items()} == {
        f"trouble.{cause.value}": set(VALUES.get(cause, ())) for cause in Cause
    }
    # a frightened reader is told by a whole sentence, never by an operator's setting
    assert all(text.endswith((".", "。")) and "TOCSIN" not in text for text in ours.values())


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh_SG", "zh-Hans"),
        ("zh-hans-CN", "zh-Hans"),
        ("xx", ""),
        ("", ""),
        ("-", ""),
        ("zh-TW", "zh-Hant"),
        ("zh-hk", "zh-Hant"),
        ("zh_MO", "zh-Hant"),
        ("zh-Hant-HK", "zh-Hant"),
    ],
)
def test_the_language_that_serves_a_reader_best(asked, spoken):
    assert best_match(asked) == spoken
    assert phrases(asked).language == (spoken or "en")


def test_an_unknown_key_is_a_slip_and_says_so():
    with pytest.raises(PhraseError, match=r"no\.such"):
        phrases("en")("no.such")


def test_values_are_plain_text():
    assert phrases("en")("subscribe.done", name="{x} {name}") == "{x} {name} is followed here now."
