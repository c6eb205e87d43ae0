"""Whether an edit changed what a reader should do: then the message is not only edited, the chat is told."""

import re
from difflib import SequenceMatcher

from bot.model.post import Post

#: Below this likeness (0 to 1) an edit is a rewrite. A corrected typo in a short post stays above it.
REWRITE_BELOW = 0.8
#: Likeness is judged on this much text; difflib is quadratic.
JUDGED_CHARACTERS = 600
#: Sentences are compared within so much text; no message shows more of it.
COMPARED_CHARACTERS = 12_000
#: Up to a mark that ends a sentence, in Chinese or with a blank behind it, or to the end of a line.
_SENTENCE = re.compile(r"\S(?:[^\n。！？.!?]|[.!?](?!\s|$))*[。！？.!?]?")
_FIGURE = re.compile(r"\d+(?:[.:]\d+)*|[一二三四五六七八九十百千万亿两]+(?=[级度人时点分毫米公里万亿])|[蓝黄橙红]色")


def words_of(post: Post) -> str:
    """Everything that a reader reads in a post, as one text."""
    repost = post.repost.text if post.repost else ""
    return "\n".join(part for part in (post.title, post.text, repost) if part)


def matters(before: Post, after: Post) -> bool:
    """True when figures, levels or severity differ, or the words were mostly rewritten."""
    if before.alert and after.alert:
        ours, theirs = before.alert, after.alert
        if ours.severity is not theirs.severity or ours.status is not theirs.status:
            return True
    old, new = words_of(before), words_of(after)
    if sorted(_FIGURE.findall(old)) != sorted(_FIGURE.findall(new)) and not _only_completed(before, after):
        return True
    matcher = SequenceMatcher(None, old[:JUDGED_CHARACTERS], new[:JUDGED_CHARACTERS], autojunk=False)
    return not _only_completed(before, after) and matcher.quick_ratio() < REWRITE_BELOW


def lost_words(before: Post, after: Post) -> str:
    """The sentences of the earlier version that the later one does not have, in their order; "" for none."""
    kept = set(_sentences(after))
    return " ".join(dict.fromkeys(sentence for sentence in _sentences(before) if sentence not in kept))


def _sentences(post: Post) -> list[str]:
    return [" ".join(sentence.split()) for sentence in _SENTENCE.findall(words_of(post)[:COMPARED_CHARACTERS])]


def _only_completed(before: Post, after: Post) -> bool:
    """True when the site merely gave the rest of a text that it had cut short."""
    return before.truncated and after.text.startswith(before.text.rstrip("….")[: len(before.text) // 2])
