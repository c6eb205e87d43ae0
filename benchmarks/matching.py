"""From one post to its subscribers by the index of filters, and what the index costs, from 1,000 to 1,000,000 of them.

The keywords that subscribers ask for are as skewed as words are (Zipf: the most wanted is in a tenth of all filters), and
so are those of posts, though not as steeply: the commonest stands in some 8 % of them. Half of the filters are one word;
the others two words, either of two, one without the other, a word and a field, and a few that demand nothing.
"""

import gc
import random
import time
from collections.abc import Iterator, Sequence
from itertools import accumulate

import psutil

from benchmarks.figures import Figure, percentile, read_options, show
from bot.heap import settle
from bot.matching import vocabulary
from bot.matching.facts import Facts
from bot.matching.index import FilterIndex
from bot.matching.parsing import parse
from bot.matching.tree import Field, Name, Not, Op, Tree, Word, both, either

SIZES, QUICK_SIZES = (1_000, 10_000, 100_000, 1_000_000), (1_000, 3_000)
KEYWORDS = 20_000
#: The issue's goals, for the largest index; smaller ones are held to them too.
MATCH_MS, CHANGE_MS, MEGABYTES = 5.0, 1.0, 250.0
#: Ours, for a post in which the words that most ask for stand all: it concerns a third of all subscribers.
STORM_MS = 50.0
POSTS, CHANGES = 200, 3_000
#: Keywords in a post, and how much flatter than Zipf they are (Mandelbrot's shift).
IN_A_POST, SHIFT = 12, 20
#: Real words first, which the vocabulary has in many languages.
WANTED = ("暴雨", "rain", "地铁", "台风", "flood", "停电", "earthquake", "封路")
FIELDS = (
    Field(Name.LEVEL, Op.IS, ("orange",)),
    Field(Name.LEVEL, Op.LEAST, ("yellow",)),
    Field(Name.HAS, Op.IS, ("photo",)),
    Field(Name.SEVERITY, Op.LEAST, ("severe",)),
    Field(Name.FORWARDS, Op.MORE, ("5000",)),
    Field(Name.IS, Op.IS, ("drill",)),
)


class Town:
    """Draws filters and posts, the same ones in each run."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        han = [chr(code) for code in range(0x4E00, 0x4E00 + 3000)]
        made = dict.fromkeys(WANTED)
        while len(made) < KEYWORDS:
            letters = rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(4, 9))
            made["".join(rng.choices(han, k=rng.choice((2, 2, 2, 3, 4))) if rng.random() < 0.6 else letters)] = None
        self._words = list(made)
        self._asked = list(accumulate(1 / rank for rank in range(1, KEYWORDS + 1)))
        self._said = list(accumulate(1 / (rank + SHIFT) for rank in range(KEYWORDS)))

    def tree(self) -> Tree:
        """What one subscriber asks for."""
        a, b, c = (Word(word) for word in self._rng.choices(self._words, cum_weights=self._asked, k=3))
        kind = self._rng.random()
        for share, made in (
            (0.55, a), (0.75, both(a, b)), (0.85, either(a, b)), (0.92, both(a, Not(b))), (0.97, None),
            (0.99, both(either(a, b), c)), (0.9903, Not(a)),
        ):  # fmt: skip
            if kind < share:
                return made if made is not None else both(a, self._rng.choice(FIELDS))
        return both(a, b, c)

    def post(self) -> Facts:
        """What filters see of an ordinary post; nobody could read it."""
        return Facts("，".join(self._rng.choices(self._words, cum_weights=self._said, k=IN_A_POST)))

    def storm(self) -> Facts:
        """The same, of the day that most subscribed for."""
        return Facts("，".join((*WANTED, *self._rng.choices(self._words, cum_weights=self._said, k=IN_A_POST))))


def figures(sizes: Sequence[int]) -> Iterator[list[Figure]]:
    """One index that grows from size to size."""
    vocabulary.warm()
    parse("warm")
    town, index, process = Town(random.Random(5)), FilterIndex(), psutil.Process()
    gc.collect()
    before, member = process.memory_info().rss, 0
    for size in sizes:
        while member < size:
            index.add(member, town.tree())
            member += 1
        settle()
        grown = (process.memory_info().rss - before) / 2**20
        yield [*measure(town, index, size), Figure(f"{size} filters: memory", grown, "MiB", MEGABYTES)]


def measure(town: Town, index: FilterIndex, size: int) -> list[Figure]:
    """Matching and changing at one size."""
    matched, share = timed_matches(index, [town.post() for _ in range(POSTS)])
    stormy, much = timed_matches(index, [town.storm() for _ in range(POSTS // 10)])
    added, removed = timed_changes(town, index, size)
    name = f"{size} filters"
    return [
        Figure(f"{name}: a post for {share / size:.1%} of them", percentile(matched, 0.5), "ms", MATCH_MS),
        Figure(f"{name}: the same, 95 of 100", percentile(matched, 0.95), "ms", MATCH_MS),
        Figure(f"{name}: a storm's post for {much / size:.0%} of them", percentile(stormy, 0.5), "ms", STORM_MS),
        Figure(f"{name}: one added, 99 of 100", percentile(added, 0.99), "ms", CHANGE_MS),
        Figure(f"{name}: one removed, 99 of 100", percentile(removed, 0.99), "ms", CHANGE_MS),
    ]


def timed_matches(index: FilterIndex, posts: Sequence[Facts]) -> tuple[list[float], float]:
    """Milliseconds of each (the best of three: other programs are on this machine), and how many subscribers it concerns
    on average.
    """
    found, members = [], 0
    for facts in posts:
        tries = []
        for _ in range(3):
            began = time.perf_counter()
            concerned = index.members(facts)
            tries.append((time.perf_counter() - began) * 1000)
        found.append(min(tries))
        members += len(concerned)
    return found, members / len(posts)


def timed_changes(town: Town, index: FilterIndex, size: int) -> tuple[list[float], list[float]]:
    """Milliseconds that adding and removing take; the index is afterwards as it was."""
    added, removed = [], []
    for number in range(size, size + CHANGES):
        tree = town.tree()
        began = time.perf_counter()
        index.add(number, tree)
        between = time.perf_counter()
        if not index.remove(number, tree):
            raise LookupError("what was just added is not there")
        added.append((between - began) * 1000)
        removed.append((time.perf_counter() - between) * 1000)
    return added, removed


def main() -> None:
    """Measure and print."""
    options = read_options("From one post to its subscribers, by the index of filters.")
    for found in figures(QUICK_SIZES if options.quick else SIZES):
        show(found, as_json=options.json)


if __name__ == "__main__":
    main()
