"""By which words a post is asked for in an inline query, when somebody shares it from a chat."""

import hashlib
import re

from bot.model.account import Account
from bot.model.post import Post

#: Such as "#17-3fa9c1b2d4": our number, and what only those know who have seen the post or know its account's address.
_REFERENCE = re.compile(r"#([0-9]{1,18})-([0-9a-f]{10})")
_DIGITS = 10


def reference(post_id: int, post: Post, account: Account) -> str:
    """The reference of a post. It stays the same whatever is edited."""
    return f"#{post_id}-{_seal(post, account)}"


def read_reference(text: str) -> int | None:
    """The post (our id) that a query refers to, None for any other query."""
    found = _REFERENCE.fullmatch(text.strip())
    return int(found[1]) if found else None


def refers_to(text: str, post_id: int, post: Post, account: Account) -> bool:
    """The whole reference fits: who asks has seen the post."""
    return text.strip() == reference(post_id, post, account)


def _seal(post: Post, account: Account) -> str:
    """A feed's address may be a secret, and is in it: whoever guesses numbers finds nothing of that feed."""
    named = f"{account.kind}\0{account.key}\0{post.id}"
    return hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
