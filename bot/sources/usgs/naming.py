"""One name for each earthquake: the preferred id of an event changes as other networks take it over."""

from dataclasses import replace

from bot.model.alert import MsgType
from bot.model.post import Post
from bot.sources.cap.documents import Document
from bot.sources.face import Memory

#: Names kept of events that left the list: one may come back when its magnitude is revised.
_KEPT_UNLISTED = 300
#: Names kept at all: the longest list that is read.
_KEPT = 5000


def settle(document: Document, memory: Memory, after: dict[str, object]) -> Document:
    """Give each event the name under which it was first seen. Memory: ``named``, those names, the listed ones last."""
    kept = memory.get("named")
    known = [name for name in kept if isinstance(name, str)] if isinstance(kept, list) else []
    was = set(known)
    posts = tuple(_named(post, was) for post in document.posts)
    listed = dict.fromkeys(post.supersedes[0] if post.supersedes else post.id for post in posts)
    unlisted = [name for name in known if name not in listed]
    after["named"] = [*unlisted[-_KEPT_UNLISTED:], *listed][-_KEPT:]
    return replace(document, posts=posts)


def _named(post: Post, known: set[str]) -> Post:
    name = next((name for name in (post.id, *post.aliases) if name in known), post.id)
    aliases = tuple(alias for alias in (post.id, *post.aliases) if alias != name)
    if post.alert is not None and post.alert.msg_type is MsgType.CANCEL:
        # a message of its own, so that it reaches whoever was told of the event
        return replace(post, id=f"{name},deleted", aliases=(), supersedes=(name,))
    return replace(post, id=name, aliases=aliases)
