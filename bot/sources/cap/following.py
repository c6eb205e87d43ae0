"""Where a warning keeps its name while its level changes: each level becomes a message that follows the one before."""

from collections.abc import Mapping
from dataclasses import replace

from bot.model.alert import MsgType
from bot.model.post import Post
from bot.sources.cap.documents import Document
from bot.sources.face import Memory

#: Warnings remembered that left their list.
_KEPT_UNLISTED = 300
_PAIR = 2


def followed(document: Document, memory: Memory, after: dict[str, object], parameter: str) -> Document:
    """Name each warning's present level, which stands in its parameter of that name.

    Memory: ``levels``, each warning's name to [its message's id, its level].
    """
    known = levels_of(memory)
    current: dict[str, list[str]] = {}
    posts = tuple(_post(post, level_of(post, parameter), known, current) for post in document.posts)
    unlisted = [name for name in known if name not in current][-_KEPT_UNLISTED:]
    after["levels"] = {**{name: known[name] for name in unlisted}, **current}
    return replace(document, posts=posts)


def _post(post: Post, level: str, known: Mapping[str, list[str]], current: dict[str, list[str]]) -> Post:
    message, was = known.get(post.id, ("", ""))
    if message and was == level:
        current[post.id] = [message, level]
        return replace(post, id=message)
    # the moment keeps it apart from an earlier time at the same level
    name = f"{post.id},{level},{post.alert.sent_text if post.alert else ''}"
    current[post.id] = [name, level]
    if not message or message == name:
        return replace(post, id=name)
    alert = post.alert
    if alert is not None and alert.msg_type is MsgType.ALERT:
        alert = replace(alert, msg_type=MsgType.UPDATE, references=(message,))
    return replace(post, id=name, alert=alert, supersedes=(message,))


def level_of(post: Post, parameter: str) -> str:
    """What a post's parameter of that name says, "" without one."""
    hazards = post.alert.hazards if post.alert else ()
    return next((value for hazard in hazards for name, value in hazard.parameters if name == parameter), "")


def levels_of(memory: Memory) -> dict[str, list[str]]:
    """The warnings that were seen: name to [message's id, level]."""
    kept = memory.get("levels")
    items = kept.items() if isinstance(kept, dict) else ()
    return {
        name: pair
        for name, pair in items
        if isinstance(pair, list) and len(pair) == _PAIR and all(isinstance(text, str) for text in pair)
    }
