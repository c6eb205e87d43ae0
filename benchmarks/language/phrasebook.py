"""How many formulaic posts the phrasebook says whole, in each language, and what the fidelity gate thinks of them.

The gate is an independent witness: it reads figures, times, levels, colours, actions, negations and places on both sides
with words and code of its own. It errs, too (it takes "Flood Control Headquarters" for news of a flood), so what it does
not let pass is printed, and what people have looked at and found right stands in ``reviewed.toml`` with the reason,
each with its text: any change makes it count again.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.language.reading import DENSE, TIMED_CHARACTERS, Post, Verdict, dense_posts, median_milliseconds
from bot.language.gate import Gate
from bot.language.languages import LANGUAGES
from bot.language.phrasebook.rendering import FRAMES_END, render
from bot.reading.reader import read

REVIEWED = Path(__file__).with_name("reviewed.toml")
#: The issue's goals: formulaic posts rendered whole, and none wrong; reading and rendering a post of 300 characters.
WHOLE, WRONG, MILLISECONDS = 0.85, 0.0, 2.0


@dataclass(frozen=True, slots=True)
class Rendered:
    """What became of one post in one language."""

    post: Post
    language: str
    text: str | None
    #: What the gate holds against it, "" for nothing.
    breach: str = ""


def rendered(verdicts: list[Verdict]) -> list[Rendered]:
    """Render every post in every language that is not its own."""
    gate, found = Gate(), []
    for verdict in verdicts:
        own = verdict.reading.language
        for language in LANGUAGES:
            if language.partition("-")[0] == own.partition("-")[0]:
                continue
            text = render(verdict.reading, verdict.post.text, language)
            breach = ""
            if text is not None:
                # the line that says what kind of post it is ("not real") is ours, and other tests hold it
                said = text.partition(FRAMES_END)[2] or text
                breach = gate.check(verdict.post.text, said, own or "zh-Hans", language).sentence
            found.append(Rendered(verdict.post, language, text, breach))
    return found


def figures(found: list[Rendered]) -> Iterator[Figure]:
    """For each language the share that is whole, and how many are neither passed by the gate nor reviewed."""
    for language in LANGUAGES:
        ours = [one for one in found if one.language == language and one.post.style == "formulaic"]
        whole = sum(one.text is not None for one in ours)
        yield Figure(
            f"formulaic posts rendered whole: {language}", whole / max(1, len(ours)), "", WHOLE, at_least=True
        )
        wrong = sum(_stands_against(one) for one in found if one.language == language)
        yield Figure(f"renderings that the gate refuses and nobody has found right: {language}", wrong, "", WRONG)
    yield Figure(
        f"reading and rendering a post of {TIMED_CHARACTERS} characters", _milliseconds(found), "ms", MILLISECONDS
    )


def misses(found: list[Rendered]) -> Iterator[str]:
    """A line for every rendering that stands against us, for every one that was reviewed, and for every formulaic post
    that is not rendered in English (or, when it is English, in Spanish).
    """
    for one in found:
        text = one.post.text.replace("\n", " ")
        if one.breach:
            said = (one.text or "").replace("\n", " ")
            reason = "" if _stands_against(one) else f" | {_reviewed()[_key(one)]}"
            word = "reviewed" if reason else "REFUSED"
            yield f"{word} {one.post.id} {one.language}: {one.breach} | {text} | {said}{reason}"
        elif one.text is None and one.post.style == "formulaic" and one.language == _shown_in(one.post):
            yield f"not whole {one.post.id} ({one.language}) | {text}"


def _shown_in(post: Post) -> str:
    return "es" if post.text.isascii() else "en"


def _stands_against(one: Rendered) -> bool:
    return bool(one.breach) and _key(one) not in _reviewed()


def _key(one: Rendered) -> tuple[str, str, str]:
    return one.post.id, one.language, one.text or ""


@cache
def _reviewed() -> dict[tuple[str, str, str], str]:
    """Post, language and the exact text to the reason."""
    rows = tomllib.loads(REVIEWED.read_text("utf-8"))["rendering"]
    return {(row["post"], row["language"], row["text"]): row["reason"] for row in rows}


def _milliseconds(found: list[Rendered]) -> float:
    """The median time of this process for a dense post that is rendered whole."""
    whole = [one.post.text for one in found if one.text and one.language == "en" and len(one.post.text) > DENSE]
    # a quick run has too few texts for a dense post: it measures what it has
    return median_milliseconds(dense_posts(whole) or whole, lambda text: render(read(text), text, "en"))
