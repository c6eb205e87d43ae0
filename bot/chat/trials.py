"""What a filter would do with posts that are known: tried before it is saved, and shown."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.chat.commands.filtering import decided_by, listed
from bot.chat.wording import Say, excerpt, is_real, linked, one_line
from bot.matching.evaluating import Truth, judge
from bot.matching.facts import Facts, facts_of
from bot.matching.tree import Tree
from bot.model.account import Account
from bot.model.post import Post
from bot.reading.reader import read
from bot.store import posts
from bot.store.database import Database

#: Posts that a filter is tried on, and those of them that are shown.
TRIED, SHOWN_POSTS = 50, 4
#: Characters of each that is shown.
_LINE = 120


@dataclass(frozen=True, slots=True)
class Trial:
    """What a filter would have let through: ``passed`` newest first, each with what was not known of it."""

    total: int
    passed: tuple[tuple[Post, tuple[str, ...]], ...]


def tried(tree: Tree, some: Sequence[tuple[Post, str]]) -> Trial:
    """Try a filter on posts (each with its account's name). In a thread: reading fifty takes a while."""
    passed = []
    for post, name in some:
        facts = facts_for(post, name)
        if judge(tree, facts) is not Truth.NO:
            passed.append((post, tuple(decided_by(tree, facts)[1])))
    return Trial(len(some), tuple(passed))


def facts_for(post: Post, account_name: str, revision: int = 1) -> Facts:
    """What filters see of a stored post."""
    reading = read(post.text, published=post.published, utc_offset=post.utc_offset)
    return facts_of(post, reading, revision=revision, account_name=account_name)


def add_trial(say: Say, trial: Trial) -> Say:
    """Tell what came of a trial, with the newest posts that passed."""
    if not trial.total:
        return say.line("try.none")
    say.line("try.result", count=len(trial.passed), total=trial.total)
    for post, unknown in trial.passed[:SHOWN_POSTS]:
        say.newline().add("• ").foreign(linked(one_line(excerpt(post), _LINE), post.url))
        if unknown:
            say.line("try.unsure", parts=listed(unknown))
    return say


async def tried_on(db: Database, tree: Tree, accounts: Mapping[int, Account]) -> Trial:
    """Try a filter on the newest posts of these accounts (by our ids) together."""
    found: list[tuple[Post, str]] = []
    async with db.read() as conn:
        for account_id, account in accounts.items():
            found += [(post, account.name) for post in await posts.latest(conn, account_id, TRIED) if is_real(post)]
    newest = sorted(found, key=lambda pair: pair[0].published.timestamp() if pair[0].published else 0.0)[-TRIED:]
    return await asyncio.to_thread(tried, tree, newest[::-1])
