"""Sentences written from right to left: what is foreign in them, or runs forward, is set apart; what is opened is closed."""

import re

import pytest
from babel import Locale
from locales.speech import sentences, wanted

from bot.chat.wording import Mark, Say
from bot.locales import AtLeast, Phrases, _load, available, phrases
from bot.locales.directions import CLOSE, OPEN, right_to_left, typeset

#: A speaker's file stands in for any other that is written so.
ARABIC = Phrases("ar", {"followed": "تجري الآن متابعة {name} هنا.", "count": "الرسائل: {count}"}, {})
BACKWARDS = [tag for tag in available() if right_to_left(tag)]


def depths(text: str) -> list[int]:
    """How deep each place stands in isolates."""
    depth, found = 0, []
    for char in text:
        depth += {OPEN: 1, CLOSE: -1}.get(char, 0)
        found.append(depth)
    return found


def assert_closed(text: str) -> None:
    """Nothing is left open, not even on one line: a line is a paragraph of its own."""
    for line in text.split("\n"):
        assert min(depths(line), default=0) >= 0
        assert (depths(line) or [0])[-1] == 0


@pytest.mark.parametrize("language", available())
def test_the_way_of_a_language_is_the_one_that_unicode_says(language):
    assert right_to_left(language) == (Locale.parse(language.replace("-", "_")).text_direction == "rtl")


def test_a_foreign_name_is_set_apart_in_a_sentence_that_runs_back():
    assert ARABIC("followed", name="Weather (UK)") == f"تجري الآن متابعة {OPEN}Weather (UK){CLOSE} هنا."
    assert ARABIC("followed", name="平安北京") == f"تجري الآن متابعة {OPEN}平安北京{CLOSE} هنا."


@pytest.mark.parametrize(
    ("value", "words"), [(1234, "1,234"), ("503", "503"), (AtLeast(1000), f"{OPEN}1,000+{CLOSE}"), ("", "")]
)
def test_a_plain_number_stands_right_by_itself(value, words):
    assert ARABIC("count", count=value) == f"الرسائل: {words}"


def test_a_name_that_runs_back_is_set_apart_in_a_sentence_that_runs_forward():
    assert phrases("en")("subscribe.done", name="الأرصاد 24") == f"{OPEN}الأرصاد 24{CLOSE} is followed here now."
    assert phrases("zh")("subscribe.done", name="平安北京") == "现在开始关注 平安北京。"
    assert phrases("de")("message.from_until", begin="1", end="2") == "Ab 1, bis 2"


def test_the_isolates_stand_outside_of_a_marked_name():
    styled = Say(ARABIC).phrase("followed", name=Mark("Weather", "text_link", "https://example.org/")).styled()
    [span] = styled.spans
    assert styled.text[span.offset : span.offset + span.length] == "Weather"
    assert (styled.text[span.offset - 1], styled.text[span.offset + span.length]) == (OPEN, CLOSE)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("أرسل /help.", "أرسل [/help]."),
        ("/latest 3 – آخر المنشورات", "[/latest 3] – آخر المنشورات"),
        ("/subscribe رابط", "[/subscribe] رابط"),
        ("اسم: /subscribe @平安北京", "اسم: [/subscribe @平安北京]"),
        ("• /subscribe https://example.org/feed.xml", "• [/subscribe https://example.org/feed.xml]"),
        ("الرابط https://example.org/a، ثم", "الرابط [https://example.org/a]، ثم"),
        ("نعم/لا و 5/6", "نعم/لا و 5/6"),
        ("{name} /list {name}", "{name} [/list] {name}"),
        ("الرمز /list، و/status", "الرمز [/list]، و[/status]"),
    ],
)
def test_what_is_typed_is_set_apart(written, shown):
    assert typeset("ar", written) == shown.replace("[", OPEN).replace("]", CLOSE)
    assert typeset("fr", written) == written


@pytest.mark.parametrize("language", BACKWARDS)
def test_every_value_of_every_sentence_is_set_apart_and_nothing_is_left_open(language):
    says = phrases(language)
    foreign = "Weather (UK) 24/7!"
    for key in _load(language):
        for count in (0, 1, 2, 3, 11, 100):
            values = dict.fromkeys(wanted(key), foreign) | ({"count": count} if "count" in wanted(key) else {})
            text = says(key, **values)
            assert_closed(text)
            assert text.count(f"{OPEN}{foreign}{CLOSE}") == text.count(foreign)
            styled = Say(says).phrase(key, **values).styled()
            assert styled.text == text


@pytest.mark.parametrize("language", BACKWARDS)
def test_every_command_and_link_of_every_sentence_is_set_apart(language):
    for key in _load(language):
        text = phrases(language).template(key)
        for found in re.finditer(r"(?<![\w/])/[a-z]+|https?://", text):
            assert depths(text)[found.start()] == 1, (key, found[0])


@pytest.mark.parametrize("language", available())
def test_no_file_has_marks_of_direction_of_its_own(language):
    # nobody who corrects a file could see them
    marks = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
    assert [name for name, text in sentences(language).items() if marks.search(text)] == []
