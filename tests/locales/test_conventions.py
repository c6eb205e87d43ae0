"""Numbers, moments and durations as each language writes them."""

import re
from datetime import UTC, datetime

import pytest

from bot.locales import available
from bot.locales.conventions import CATEGORIES, conventions

MOMENT = datetime(2012, 7, 21, 1, 5, tzinfo=UTC)
#: Those that the bot is to speak, whether or not their file is there yet.
LANGUAGES = ("en", "zh-Hans", "zh-Hant", "es", "fr", "de", "ru", "ja", "ko", "ar", "pt", "hi")


@pytest.mark.parametrize(
    ("offset", "words"),
    [
        (None, "21 Jul 2012, 01:05 UTC"),
        (0, "21 Jul 2012, 01:05 UTC"),
        (480, "21 Jul 2012, 09:05 UTC+8"),
        (345, "21 Jul 2012, 06:50 UTC+5:45"),
        (-210, "20 Jul 2012, 21:35 UTC-3:30"),
        (100_000, "21 Jul 2012, 01:05 UTC"),
    ],
)
def test_a_moment_is_told_by_the_agencys_own_clock(offset, words):
    assert conventions("en").moment(MOMENT, offset) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-Hans", "2012年7月21日 09:05 UTC+8"),
        ("zh-Hant", "2012年7月21日 09:05 UTC+8"),
        ("es", "21 jul 2012, 9:05 UTC+8"),
        ("fr", "21 juil. 2012, 09:05 UTC+8"),
        ("de", "21. Juli 2012, 09:05 UTC+8"),
        ("ru", "21 июл. 2012 г., 09:05 UTC+8"),
        ("ja", "2012年7月21日 9:05 UTC+8"),
        ("ko", "2012년 7월 21일 09:05 UTC+8"),
        ("ar", "21 يوليو 2012، 09:05 UTC+8"),
        ("pt", "21 de jul. de 2012 09:05 UTC+8"),
        ("hi", "21 जुल॰ 2012, 09:05 UTC+8"),
    ],
)
def test_each_language_has_its_own_order_and_names(language, words):
    assert conventions(language).moment(MOMENT, 480).replace("\u202f", " ") == words


@pytest.mark.parametrize("language", sorted({*LANGUAGES, *available()}))
def test_no_language_hides_the_day_the_month_or_the_hour(language):
    says = conventions(language)
    shown = {says.moment(MOMENT.replace(month=month, hour=hour), 0) for month in range(1, 13) for hour in range(24)}
    assert len(shown) == 12 * 24
    # digits that everybody reads, the whole year, the 24-hour clock
    assert all(re.search(r"2012", each) and re.search(r"\b\d{1,2}:05 UTC$", each) for each in shown)
    assert says.moment(MOMENT.replace(hour=15), 0).endswith("15:05 UTC")


@pytest.mark.parametrize("language", sorted({*LANGUAGES, *available()}))
def test_every_number_is_written_whole_in_digits_that_everybody_reads(language):
    for number in (0, 7, 1000, 1_234_567, 100_000_000):
        assert re.sub(r"[.,\s\u202f\xa0]", "", conventions(language).number(number)) == str(number)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.034, "0.03 secs"),
        (2.5, "2.5 secs"),
        (119.4, "119 secs"),
        (7199, "120 mins"),
        (47 * 3600, "47 hrs"),
        (86_400 * 3, "3 days"),
    ],
)
def test_a_duration_is_told_in_the_unit_that_says_enough(seconds, words):
    assert conventions("en").duration(seconds) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "vor 3 Tagen"),
        ("fr", "il y a 3 j"),
        ("ru", "3 дн. назад"),
        ("ar", "قبل 3 أيام"),
        ("ja", "3 日前"),
        ("hi", "3 दिन पहले"),
        ("zh-Hans", "3天前"),
    ],
)
def test_how_long_ago_in_other_languages(language, words):
    assert conventions(language).ago(3 * 86_400 + 5000).replace("\xa0", " ") == words


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plural_forms_are_cldrs(language):
    says = conventions(language)
    assert says.categories <= CATEGORIES
    assert {says.category(count) for count in (*range(200), 1_000_000, 1.5)} == says.categories
