"""The story's side panel: its clock and what the agencies' site shows now. Who feeds it is the demo's affair."""

from collections.abc import Callable, Mapping
from enum import StrEnum

#: More posts than any storm day has; the oldest give way.
MAX_POSTS = 200
#: Characters of a post that the panel keeps.
MAX_TEXT = 500


class PostState(StrEnum):
    """How a post stands on the site."""

    NEW = "new"
    EDITED = "edited"
    REMOVED = "removed"


class StoryBoard:
    """Keeps the story's current state and tells whoever listens.

    An event: ``{"clock": "19:24", "accounts": [...], "posts": [{"id", "account", "time", "text", "state",
    "forwards"}]}``. Every key may be missing; posts are added or replaced by their ``id``.
    """

    def __init__(self) -> None:
        self._clock = ""
        self._accounts: list[object] = []
        self._posts: dict[str, dict[str, object]] = {}
        self._listeners: list[Callable[[], None]] = []
        #: Grows with every event.
        self.version = 0

    @property
    def current(self) -> dict[str, object]:
        """The whole state, in the shape of an event; posts in the order of their first appearance."""
        posts = [dict(post) for post in self._posts.values()]
        return {"clock": self._clock, "accounts": list(self._accounts), "posts": posts}

    async def publish(self, event: Mapping[str, object]) -> None:
        """Take an event. ValueError when it does not have the agreed shape."""
        accounts, posts = event.get("accounts"), event.get("posts", [])
        if (accounts is not None and not isinstance(accounts, list)) or not isinstance(posts, list):
            raise ValueError("A story event's accounts and posts are lists.")
        shown = [_read(post) for post in posts]
        self._clock = str(event.get("clock", self._clock))
        self._accounts = self._accounts if accounts is None else [_name(account) for account in accounts]
        for post in shown:
            self._posts[str(post["id"])] = self._posts.get(str(post["id"]), {}) | post
        while len(self._posts) > MAX_POSTS:
            del self._posts[next(iter(self._posts))]
        self.version += 1
        for listener in self._listeners:
            listener()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after every event."""
        self._listeners.append(listener)

    def forget(self, listener: Callable[[], None]) -> None:
        """Call it no more."""
        self._listeners.remove(listener)


def _name(account: object) -> str:
    return str(account.get("name", "")) if isinstance(account, Mapping) else str(account)


def _read(post: object) -> dict[str, object]:
    if not isinstance(post, Mapping) or "id" not in post:
        raise ValueError("A story event's post is an object with an id.")
    found: dict[str, object] = {"id": str(post["id"])}
    for name in ("account", "time", "text"):
        if name in post:
            found[name] = str(post[name])[:MAX_TEXT]
    if "state" in post:
        found["state"] = PostState(str(post["state"])).value
    if "forwards" in post:
        found["forwards"] = int(str(post["forwards"]))
    return found
