"""The filter language: what is written, what is meant, and what is said of a mistake."""

import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from matching.filtering import TREES

from bot.locales import available, phrases
from bot.matching import parsing, vocabulary
from bot.matching.parsing import MOST_PATTERNS, WRITTEN, FilterError, parse, read_back
from bot.matching.tree import EVERYTHING, Pattern, Phrase, atoms, both, key_of, written
from bot.matching.words import words_key


@pytest.fixture(autouse=True, scope="module")
def _warm():
    parsing.warm()
    vocabulary.warm()


def read_or_error(text):
    try:
        return parse(text), None
    except FilterError as error:
        return None, error


SIGNS = st.text(st.sampled_from('ab 雨()"“”/|-!:：><=≥\\.*+?[]{}，,、ORANDNOT\u3000\u200dé\n\x00\ud800'), max_size=60)
PIECES = st.lists(
    st.sampled_from(
        ("rain ", "暴雨 ", "OR ", "AND ", "not ", "-", "(", ")", '"road ', 'closed" ', "/a", "b/ ", "hazard:", "level>=",
         "orange ", "tormenta ", "has:photo|", "video ", "forwards>", "5000 ", "place:", "is:", "，", "： ", "\\", "|", "5万 ")
    ),
    max_size=40,
).map("".join)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=700), SIGNS, PIECES))
def test_anything_is_a_filter_that_is_written_as_it_is_read_or_an_error_with_a_place_in_it(text):
    tree, error = read_or_error(text)
    if error is not None:
        assert 0 <= error.start <= error.end <= len(text)
        assert all(phrases(language)(error.phrase, fields="", any="", **error.values) for language in ("en", "ar"))
        return
    assert parse(written(tree), WRITTEN) == tree
    assert read_back(written(tree)) == tree
    assert key_of(read_back(written(tree))) == key_of(tree)


@settings(max_examples=300, deadline=None)
@given(TREES)
def test_any_tree_is_written_so_that_it_reads_as_itself(tree):
    assume(sum(isinstance(atom, Pattern) for atom in atoms(tree)) <= MOST_PATTERNS)
    assert parse(written(tree), WRITTEN) == read_back(written(tree)) == tree


@pytest.mark.parametrize(
    "text",
    ["(" * 8 + "a" + ")" * 8, "-" * 499 + "a", "a|" * 249, "-a " * 160, "hazard:" + "ranstrom" * 12, "/" * 500, '"' * 500,
     r"/(\pL{100}){10}/ /(\pL{100}){9}/", "level:" + "o" * 490, "\\" * 500, "a OR " * 90, "雨" * 500],
)  # fmt: skip
def test_nothing_takes_long_to_read(text):
    """The best of some tries on this machine's processor time: a whole second would be a hundred times too much."""

    def once():
        began = time.process_time()
        read_or_error(text)
        return time.process_time() - began

    assert min(once() for _ in range(5)) < 0.1


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("rain snow", "rain snow"),
        ("rain AND snow", "rain snow"),
        ("rain or snow", "rain OR snow"),
        ("a b OR c", "(a b) OR c"),
        ("NOT a -b !c", "-a -b -c"),
        ("--a", "a"),
        ("（暴雨　OR　台风）－演习", "(暴雨 OR 台风) -演习"),
        ("“road  closed”", '"road closed"'),
        ("hazard:暴雨", "hazard:rainstorm"),
        ("hazard：ливень", "hazard:rainstorm"),
        ("hazard:tormenta", "hazard:rainstorm|thunderstorm"),
        ("level:橙色", "level:orange"),
        ("level:naranja", "level:orange"),
        ("level>=ΙΙ".replace("Ι", "I"), "level>=II"),
        ("severity>=严重", "severity>=severe"),
        ("has:фото|图片", "has:photo"),
        ("is:解除", "is:lifted"),
        ("lang:中文", "lang:zh"),
        ("forwards>5万", "forwards>50000"),
        ("forwards≥5k", "forwards>=5000"),
        ('place:"New York"|朝阳区', 'place:"New York"|朝阳区'),
        ("/暴雨.{0,5}红色/", "/暴雨.{0,5}红色/"),
        ("km/h 12:30 7号线", "km/h 12:30 7号线"),
    ],
)
def test_what_is_typed_means_this(typed, means):
    assert written(parse(typed)) == means


@pytest.mark.parametrize(
    ("typed", "phrase", "place", "mended"),
    [
        ("hazard:ranstorm", "filter.value", "ranstorm", "hazard:rainstorm"),
        ("rain hazzard:fog", "filter.field", "hazzard", "rain hazard:fog"),
        ("level:oragne", "filter.value", "oragne", "level:orange"),
        ("暴雨，地铁", "filter.comma", "暴雨，地铁", "(暴雨 OR 地铁)"),
        ("hazard>fog", "filter.operator", ">", "hazard:fog"),
        ('rain "road', "filter.quote_open", '"road', ""),
        ("(rain", "filter.bracket_open", "(", ""),
        ("rain)", "filter.bracket_closed", ")", ""),
        ("rain OR", "filter.nothing_behind", "OR", ""),
        ("OR rain", "filter.nothing_before", "OR", ""),
        ("a ()", "filter.bracket_empty", "()", ""),
        ("/(/", "filter.pattern", "/(/", ""),
        ("/rain", "filter.pattern_open", "/rain", ""),
        ("forwards>many", "filter.number", "many", ""),
        ("hazard: fog", "filter.value_missing", "hazard:", ""),
        ("level>red|blue", "filter.one_value", "red|blue", ""),
        ("a" * 501, "filter.too_long", "a", ""),
        ("a " * 41, "filter.too_many", "a", ""),
        ("(" * 9 + "a" + ")" * 9, "filter.too_deep", "(", ""),
        ("/a/ /b/ /c/", "filter.patterns", "/c/", ""),
    ],
)
def test_a_mistake_is_answered_with_its_place_and_what_may_be_meant(typed, phrase, place, mended):
    with pytest.raises(FilterError) as caught:
        parse(typed)
    error = caught.value
    assert (error.phrase, error.text[error.start : error.end], error.mended) == (phrase, place, mended)
    for language in available():
        assert phrases(language)(error.phrase, fields="", any="", **error.values)


def test_filters_that_mean_the_same_have_one_key_and_lists_of_words_keep_theirs():
    assert key_of(parse("Rain (b OR 紅)")) == key_of(parse("(红 or B) rain"))
    assert key_of(parse('"road closed" "暴雨"')) == words_key(("暴雨", "Road closed"))
    assert key_of(parse("暴雨")) != words_key(("暴雨",))
    assert key_of(EVERYTHING) == "" == written(EVERYTHING)
    assert read_back('"暴雨" "a\\"b"') == both(Phrase("暴雨"), Phrase('a"b'))


def test_what_can_not_be_read_any_more_lets_everything_through():
    assert read_back("hazard:ranstorm") == EVERYTHING
