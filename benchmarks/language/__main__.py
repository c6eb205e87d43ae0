"""The evaluation of the language part: ``python -m benchmarks.language [--quick] [--json]``. Prints every miss."""

import sys

from benchmarks.figures import read_options, show
from benchmarks.language import phrasebook, resident
from benchmarks.language.reading import figures, judge, load, misses


def main() -> None:
    """Judge every post (a quick run: every fifth) and print the misses, then the figures."""
    options = read_options("How well official posts are read.")
    posts = load()[:: 5 if options.quick else 1]
    verdicts = [judge(post) for post in posts]
    # a quick run holds fewer against the gate, twelve times each
    rendered = phrasebook.rendered(verdicts[:: 6 if options.quick else 1])
    for line in (*misses(verdicts), *phrasebook.misses(rendered)):
        print(line, file=sys.stderr if options.json else sys.stdout)
    show((*figures(verdicts), *phrasebook.figures(rendered), *resident.figures()), as_json=options.json)


if __name__ == "__main__":
    main()
