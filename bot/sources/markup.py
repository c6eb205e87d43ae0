"""HTML from strangers cut to what an HTML parser reads in a moment. Reads nothing of it: parsers do that."""

import re
from collections import Counter

#: Tags of one text, closing ones included. The longest posts and articles have some hundreds.
MAX_TAGS = 3000
#: Elements open at one time. An HTML parser's time grows with their number for each further tag: 40,000 nested
#: elements in 200 KB cost it three seconds, these a few milliseconds.
MAX_OPEN = 150
#: Attributes of one tag; parsers compare each with all others of its tag. A long one is ordinary (a picture in a
#: data: address), hundreds are not.
MAX_ATTRIBUTES = 200

_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]{0,40})")
#: A tag shorter than this has no room for so many.
_ROOMY = 2 * MAX_ATTRIBUTES
_VALUE = re.compile(r"""=\s*(?:"[^"]*"|'[^']*')""")
_BETWEEN = re.compile(r"[\s/]+")
#: Never open, or closed by the next of their kind: an unclosed <p> or <li> is ordinary writing.
_SHORT_LIVED = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
) | frozenset(("p", "li", "dt", "dd", "tr", "td", "th", "option", "tbody", "thead"))


def bounded(html: str, max_tags: int = MAX_TAGS) -> tuple[str, bool]:
    """The HTML up to where it outgrows the bounds, and whether anything was cut off. One pass, linear.

    ``max_tags`` is for whole pages, which have more tags than a text; each costs a parser some microseconds.
    """
    opened: Counter[str] = Counter()
    now_open = tags = last = 0
    for found in _TAG.finditer(html):
        tags += 1
        at = found.start()
        if _crowded(html, last, at):
            return html[:last], True
        if tags > max_tags or now_open > MAX_OPEN:
            return html[:at], True
        last = at
        name = found[2].lower()
        if name in _SHORT_LIVED:
            continue
        if not found[1]:
            opened[name] += 1
            now_open += 1
        elif opened[name]:
            opened[name] -= 1
            now_open -= 1
    return (html[:last], True) if _crowded(html, last, len(html)) else (html, False)


def _crowded(html: str, start: int, end: int) -> bool:
    """True when the tag that begins at ``start`` has too many attributes; the next tag begins at ``end``."""
    if end - start <= _ROOMY or html[start : start + 1] != "<":
        return False
    inside = _VALUE.sub("", html[start:end]).partition(">")[0]
    return sum(1 for _ in _BETWEEN.finditer(inside)) > MAX_ATTRIBUTES
