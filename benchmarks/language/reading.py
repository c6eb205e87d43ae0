"""How well posts are read: what is wrong, what is missed, how long it takes. The posts and their right readings are data."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from bot.model.reading import Reading
from bot.reading.reader import read

POSTS = Path(__file__).with_name("posts.jsonl")
#: The issue's goals. Precision is over every post that is read; recall over the formulaic half.
PRECISION, RECALL, MILLISECONDS = 1.0, 0.9, 2.0
#: Seconds in which a fresh process has read its first post.
COMES_UP = 1.5
#: Length of the posts whose reading is timed, of the texts that they are made of, and how often each is read.
TIMED_CHARACTERS, DENSE, ROUNDS = 300, 60, 7


@dataclass(frozen=True, slots=True)
class Post:
    """A post and what it proves.

    ``held_out`` posts were read for the first time by formulas that had been written without them. Of those that prove
    something formulaic, that first reading got 93 of 103 right and one wrong; what is measured now
    comes after the formulas were mended with them in sight.
    """

    id: str
    style: str
    held_out: bool
    text: str
    expect: dict[str, Any]

    @property
    def to_be_read(self) -> bool:
        """Whether it proves anything."""
        return bool(self.expect["read"])


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one post was read: ``wrong`` names each field that is not as expected; ``missed`` when it was left unread."""

    post: Post
    reading: Reading
    wrong: tuple[str, ...]
    missed: bool


def load() -> list[Post]:
    """Give the posts."""
    return [Post(**json.loads(line)) for line in POSTS.read_text("utf-8").splitlines()]


def judge(post: Post) -> Verdict:
    """Read a post and hold it against what it should say."""
    reading = read(post.text)
    if not reading.read:
        return Verdict(post, reading, (), missed=post.to_be_read)
    if not post.to_be_read:
        return Verdict(post, reading, (f"read as {reading.action} {reading.hazard} {reading.level}",), missed=False)
    lead = reading.lead
    said = {
        "hazard": reading.hazard,
        "level": reading.level,
        "action": reading.action,
        "scheme": lead.scheme if lead else None,
    }
    wrong = tuple(
        f"{name} is {said[name]}, not {value}"
        for name, value in post.expect.items()
        if name != "read" and said[name] != value
    )
    return Verdict(post, reading, wrong, missed=False)


def figures(verdicts: list[Verdict]) -> Iterator[Figure]:
    """Precision and recall, over all posts and over those that were held out."""
    for name, some in (("all posts", verdicts), ("held-out posts", [v for v in verdicts if v.post.held_out])):
        told = [verdict for verdict in some if verdict.reading.read]
        formulaic = [verdict for verdict in some if verdict.post.style == "formulaic"]
        right = sum(not verdict.wrong and not verdict.missed for verdict in formulaic)
        yield Figure(
            f"precision on hazard, level, action: {name}",
            share(not v.wrong for v in told),
            "",
            PRECISION,
            at_least=True,
        )
        yield Figure(f"recall on formulaic posts: {name}", right / max(1, len(formulaic)), "", RECALL, at_least=True)
    for language, english in (("Chinese", False), ("English", True)):
        what = f"reading a dense {language} post of {TIMED_CHARACTERS} characters"
        yield Figure(what, _milliseconds(english=english), "ms", MILLISECONDS)
    yield Figure("a fresh process has read its first post after", come_up(), "s", COMES_UP)


def share(values: Iterable[bool]) -> float:
    """The share of true ones, 1 of none."""
    listed = list(values)
    return sum(listed) / len(listed) if listed else 1.0


def misses(verdicts: list[Verdict]) -> Iterator[str]:
    """A line for every post that was read wrongly or missed."""
    for verdict in verdicts:
        if verdict.wrong or verdict.missed:
            what = "; ".join(verdict.wrong) or f"not read: {verdict.reading.why_not}"
            where = "held out" if verdict.post.held_out else "tuned"
            text = verdict.post.text.replace("\n", " ")
            verdict_word = "WRONG" if verdict.wrong else "missed"
            yield f"{verdict_word} {verdict.post.id} ({verdict.post.style}, {where}): {what} | {text}"


def dense_posts(texts: list[str]) -> list[str]:
    """Posts of TIMED_CHARACTERS at most, each of several that follow one another: no two are alike, so that what is
    remembered of one helps little with the next.
    """
    posts, text = [], ""
    for one in texts:
        if len(text) + len(one) >= TIMED_CHARACTERS:
            posts.append(text)
            text = ""
        text += f"{one}\n" if text else one
    return [post for post in posts if len(post) > TIMED_CHARACTERS * 2 // 3]


def median_milliseconds(posts: list[str], work: Callable[[str], object]) -> float:
    """The median over the posts of the least time of this process (other ones may run beside it) that one takes, as if
    it had all of TIMED_CHARACTERS.
    """
    for post in posts:
        work(post)
    took = (min(_seconds(work, post) for _ in range(ROUNDS)) / len(post) for post in posts)
    # a quick run may have too few texts for one such post
    return statistics.median(took) * TIMED_CHARACTERS * 1000 if posts else 0.0


def _seconds(work: Callable[[str], object], post: str) -> float:
    began = time.process_time()
    work(post)
    return time.process_time() - began


def _milliseconds(*, english: bool) -> float:
    """The time for a dense post: warnings with their outlooks and guidelines, one after another."""
    texts = [post.text for post in load() if post.style == "formulaic" and post.text.isascii() is english]
    return median_milliseconds(dense_posts([text for text in texts if len(text) > DENSE]), read)


def come_up() -> float:
    """Seconds of processor time that a fresh process takes to import the reader and to read its first post."""
    code = (
        "import time; from bot.reading.reader import read; read('北京市气象台7月30日14时30分发布暴雨橙色预警信号。');"
        "print(time.process_time())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)
