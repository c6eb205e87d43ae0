"""What stands on the local Weibo: accounts and posts, how they change. mblog.py writes them as JSON."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.demo.site.snowflake import mid_of, time_of
from bot.demo.site.story import StoryAccount


class PostState(StrEnum):
    """Whether a visitor may see a post."""

    THERE = "there"
    DELETED = "deleted"
    #: Seen by followers only: the site answers "no permission".
    HIDDEN = "hidden"


@dataclass(slots=True)
class WeiboPost:
    """A post as it stands. ``text`` is in the story's markup unless ``html`` gives the field as it is."""

    mid: str
    uid: str
    text: str
    english: str = ""
    html: str = ""
    pictures: tuple[str, ...] = ()
    pinned: bool = False
    long: bool = False
    #: mid of the post that this one passes on.
    retweet: str = ""
    #: A number, or a text as the site abbreviates it ("100万+").
    forwards: int | str = 0
    comments: int | str = 0
    likes: int | str = 0
    edits: int = 0
    edited: datetime | None = None
    state: PostState = PostState.THERE

    @property
    def created(self) -> datetime:
        """The second that its mid carries, aware UTC."""
        return time_of(self.mid)


class WeiboState:
    """Every account and post of the local Weibo."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.accounts: dict[str, StoryAccount] = {}
        self.posts: dict[str, WeiboPost] = {}
        self._newest = 0

    def add_account(self, account: StoryAccount) -> None:
        """Open (or rename, or describe anew) the account with this UID."""
        self.accounts[account.uid] = account

    def find(self, *, name: str = "", domain: str = "") -> StoryAccount | None:
        """The account that has this screen name or this address."""
        for account in self.accounts.values():
            if (name and account.name == name) or (domain and account.domain == domain):
                return account
        return None

    def search(self, name: str) -> list[StoryAccount]:
        """Accounts whose name holds these characters."""
        return [account for account in self.accounts.values() if name and name in account.name]

    def add(self, post: WeiboPost) -> str:
        """Put a post there; a pinned one takes the place of the one pinned before. Gives its mid."""
        if post.pinned:
            for other in self.posts.values():
                if other.uid == post.uid:
                    other.pinned = False
        self.posts[post.mid] = post
        return post.mid

    def new_mid(self, at: datetime | None = None) -> str:
        """The id of a post written at that time (default: now); ids of now only ever grow."""
        if at is None:
            number = max(int(mid_of(self._clock())), self._newest + 1)
            self._newest = number
            return str(number)
        number = 0
        while mid_of(at, number) in self.posts:
            number += 1
        self._newest = max(self._newest, int(mid_of(at, number)))
        return mid_of(at, number)

    def edit(self, mid: str, text: str, english: str = "") -> None:
        """Change the words; the site counts edits and says when the last one was."""
        post = self.posts[mid]
        post.text, post.html = text, ""
        post.english = english or post.english
        post.edits += 1
        post.edited = self._clock()

    def set_state(self, mid: str, state: PostState) -> None:
        """Delete a post, hide it, or bring it back."""
        self.posts[mid].state = state

    def page(self, uid: str, size: int, older_than: str = "", *, everything: bool = False) -> list[WeiboPost]:
        """Pinned posts first, then the newest; the first page unless ``older_than`` (a mid) is given."""
        seen = (PostState.THERE, PostState.HIDDEN) if everything else (PostState.THERE,)
        listed = [post for post in self.posts.values() if post.uid == uid and post.state in seen]
        listed.sort(key=lambda post: int(post.mid), reverse=True)
        if older_than:
            return [post for post in listed if not post.pinned and int(post.mid) < int(older_than)][:size]
        return [post for post in listed if post.pinned] + [post for post in listed if not post.pinned][:size]

    def total(self, uid: str) -> int:
        """How many posts a visitor may see."""
        return sum(post.uid == uid and post.state is PostState.THERE for post in self.posts.values())
