"""The index finds whom a walk over all filters finds, whatever was added and taken away before."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matching.filtering import FACTS, TREES

from bot.matching.evaluating import passes
from bot.matching.facts import Facts
from bot.matching.folding import fold
from bot.matching.index import FilterIndex
from bot.matching.parsing import parse
from bot.matching.tree import EVERYTHING, Word, either, negated
from bot.matching.vocabulary import all_of
from bot.model.alert import Severity
from bot.model.post import Count
from bot.model.reading import HazardKind, Level


@settings(max_examples=120, deadline=None)
@given(
    st.lists(TREES, min_size=1, max_size=30),
    st.lists(FACTS, min_size=3, max_size=3),
    st.randoms(use_true_random=False),
)
def test_index_and_walk_agree(trees, many, rng):
    """120 times up to 30 filters and three posts: some 5,000 pairs, before and after half of them went."""
    index = FilterIndex()
    for member, tree in enumerate(trees):
        index.add(member, tree)
        index.add(member, tree)
    assert len(index) == len(trees)
    for facts in many:
        assert sorted(index.members(facts)) == [m for m, tree in enumerate(trees) if passes(tree, facts)]
    gone = {member for member in range(len(trees)) if rng.random() < 0.5}
    for member in gone:
        assert index.remove(member, trees[member])
        assert not index.remove(member, trees[member])
    for facts in many:
        left = [m for m, tree in enumerate(trees) if m not in gone and passes(tree, facts)]
        assert sorted(index.members(facts)) == left
        assert set(index.trees(facts)) == {trees[m] for m in left}


def test_ten_thousand_random_filters_and_as_many_posts_agree_with_a_walk():
    """Each of 10,000 different posts against 20 of the different filters, every fortieth against all of them, every
    thousandth member by member: all pairs would be a hundred million.
    """
    rng = random.Random(5)
    words = ("rain", "暴雨", "地铁", "road", "北京", "flood", "red", "红色", "line", "台风", "x1", "停电", "雨")
    shapes = (
        "{} {}",
        "{} OR {}",
        "{} -{}",
        "-({} {})",
        "{} ({} OR {})",
        "level:orange {}",
        "-{}",
        "{} forwards>9",
        '"{}"',
    )
    texts = [rng.choice(shapes).format(*rng.choices(words, k=3)) for _ in range(10_000)]
    trees = [parse(text) for text in texts]
    index = FilterIndex()
    for member, tree in enumerate(trees):
        index.add(member, tree)
    assert index.distinct < 2000
    distinct, levels = (
        list(dict.fromkeys(trees)),
        (None, frozenset(), frozenset({Level.ORANGE}), frozenset({Level.RED})),
    )
    posts = dict.fromkeys(" ".join(rng.choices(words, k=rng.randint(4, 9))) for _ in range(11_000))
    assert len(posts) >= 10_000
    for number, text in enumerate([*posts][:10_000]):
        facts = Facts(
            text,
            levels=rng.choice(levels),
            forwards=rng.choice((None, Count(3, "3"), Count(30, "30"))),
        )
        if number % 1000 == 0:
            assert sorted(index.members(facts)) == [m for m, tree in enumerate(trees) if passes(tree, facts)]
        found = set(index.trees(facts))
        if number % 40 == 0:
            assert found == {tree for tree in distinct if passes(tree, facts)}, facts
        assert all((tree in found) is passes(tree, facts) for tree in rng.sample(distinct, 20)), facts


def test_what_is_taken_away_leaves_nothing_behind():
    index = FilterIndex()
    trees = [
        parse(text)
        for text in (
            "rain",
            "暴雨 -x",
            "-x 暴雨",
            "a b",
            "b a",
            "a OR b",
            "/x/",
            "level:red",
            "-a",
            "a b c",
            "heavy rain",
        )
    ]
    for member, tree in enumerate(trees):
        index.add(member, tree)
        index.add(100 + member, tree)
    for member, tree in enumerate(trees):
        index.remove(member, tree)
        index.remove(100 + member, tree)
    assert (len(index), index.distinct, index.walked) == (0, 0, 0)
    assert not any((index._atoms, index._uses, index._pieces, index._unpieced, index._shelves))
    # by number, as the filters themselves: numbers are not used again
    assert not any(index._several)
    assert not any(index._trees)


def test_the_filter_for_everything_is_found_by_every_post():
    index = FilterIndex()
    index.add(1, EVERYTHING)
    assert list(index.members(Facts("anything"))) == [1]


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("bus", "no buses today"),
        ("road", "all roads"),
        ("雨", "大雨"),
        ("暴雨 -level:orange", "暴雨"),  # the level is not known
        ("暴雨 -forwards>5", "暴雨"),
        ("暴雨 level:orange", "暴雨"),
        ("heavy rain", "rain, heavy at times"),
        ("heavy rain", "暴雨"),
        ("ливень", "ливней"),
        ("المطر", "مطر"),
        ("-bus OR rain", "bus rain"),
        ("-(rain level:red)", "rain"),
    ],
)
def test_what_a_walk_finds_by_another_form_or_for_want_of_knowledge_the_index_finds(asked, text):
    tree, facts = parse(asked), Facts(text)
    index = FilterIndex()
    for member, other in enumerate(("snow", "暴雨 snow", "暴雨 -rain", asked, "rain OR bus")):
        index.add(member, parse(other))
    assert passes(tree, facts)
    assert 3 in index.members(facts)


def _random_tree(rng, depth=3):
    """A filter of any shape that the language has."""
    kind = rng.random()
    if depth and kind < 0.55:
        parts = [_random_tree(rng, depth - 1) for _ in range(rng.choice((2, 2, 2, 3)))]
        return all_of(parts) if kind < 0.35 else either(*parts)
    if depth and kind < 0.65:
        return negated(_random_tree(rng, depth - 1))
    return parse(rng.choice(PIECES)) if kind < 0.75 else Word(rng.choice(SAID))


SAID = (
    "rain", "rains", "暴雨", "雨", "地铁", "metro", "road", "roads", "bus", "buses", "北京", "beijing", "heavy", "flood", "inundación",
    "ливень", "ливней", "град", "مطر", "المطر", "तूफ़ान", "台风", "たいふう", "red", "红色", "x1", "A4", "km/h", "停电", "police", "公安",
    "fog", "大雾", "태풍", "snow", "暴雪", "wind", "ice", "closed", "封闭",
)  # fmt: skip
PIECES = (
    "level:orange", "level>=yellow", "-level:red", "severity>=severe", "hazard:rainstorm", "hazard:fog|typhoon", "place:朝阳区",
    "place:beijing", "agency:police", "has:photo", "has:video|link", "forwards>5", "forwards<5", "is:drill", "-is:update", "lang:zh",
    '"road closed"', '"雨"', '"heavy rain"', "/[0-9]+ ?mm/", "/暴雨.{0,3}红/", "bei jing", "heavy rain", "power cut",
)  # fmt: skip


def test_ten_thousand_different_filters_of_every_shape_agree_with_a_walk():
    """Some hundred posts of every kind, each against 200 of the filters, and every fiftieth against all of them."""
    rng = random.Random(23)
    trees = {}
    while len(trees) < 10_000:
        trees[_random_tree(rng)] = None
    trees = list(trees)
    index = FilterIndex()
    for member, tree in enumerate(trees):
        index.add(member, tree)
    counts = (None, Count(3, "3"), Count(30, "30"), Count(3, "3+", is_lower_bound=True))
    said = (*SAID, "trains", "волгоград", "35 mm", "heavy rains", "road closed", "暴雨红", "\n", "police")
    for number in range(200):
        facts = Facts(
            fold(rng.choice((" ", "", "，")).join(rng.choices(said, k=rng.randint(1, 6)))),
            hazards=rng.choice((None, frozenset({HazardKind.RAINSTORM}), frozenset({HazardKind.FOG}))),
            levels=rng.choice((None, frozenset(), frozenset({Level.ORANGE}), frozenset({Level.RED}))),
            severity=rng.choice((None, Severity.MINOR, Severity.EXTREME)),
            places=rng.choice((None, frozenset({"朝阳区"}), frozenset({"上海市"}))),
            places_open=rng.random() < 0.5,
            agencies=rng.choice(("", "北京市公安局", "weather office")),
            media=rng.choice((frozenset(), frozenset({"photo"}))),
            forwards=rng.choice(counts),
            marks=rng.choice((frozenset(), frozenset({"drill"}))),
            unsaid=rng.choice((frozenset(), frozenset({"update"}))),
            languages=rng.choice((None, frozenset({"zh-hans"}))),
        )
        found = set(index.members(facts))
        looked_at = range(len(trees)) if number % 50 == 0 else rng.sample(range(len(trees)), 200)
        assert all((m in found) is passes(trees[m], facts) for m in looked_at), facts
