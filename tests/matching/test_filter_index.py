"""The index finds whom a walk over all filters finds, whatever was added and taken away before."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from matching.filtering import FACTS, TREES

from bot.matching.evaluating import passes
from bot.matching.facts import Facts
from bot.matching.index import FilterIndex
from bot.matching.parsing import parse
from bot.matching.tree import EVERYTHING
from bot.model.post import Count
from bot.model.reading import Level


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
    trees = [parse(text) for text in ("rain", "暴雨 -x", "a b", "a OR b", "/x/", "level:red", "-a", "a b c")]
    for member, tree in enumerate(trees):
        index.add(member, tree)
    for member, tree in enumerate(trees):
        index.remove(member, tree)
    assert (len(index), index.distinct, index.walked) == (0, 0, 0)
    left = (index._atoms, index._uses, index._pieces, index._unpieced, index._shelves, index._several)
    assert not any(left)


def test_the_filter_for_everything_is_found_by_every_post():
    index = FilterIndex()
    index.add(1, EVERYTHING)
    assert list(index.members(Facts("anything"))) == [1]
