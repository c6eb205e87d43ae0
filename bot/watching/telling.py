"""What a chat is told when something that it was told has changed: what it was before, and what it is now."""

from collections.abc import Sequence

from bot.model.alert import Severity
from bot.model.post import Post
from bot.reading.relaying import is_over, severity_of
from bot.watching.changes import lost_words, matters
from bot.watching.notices import notice, severity_key

#: First words by which a post is named in a sentence about it, characters.
NAME_LENGTH = 60
#: Words of an earlier version that are quoted, characters.
QUOTED = 200


def level(was: Severity, now: Severity) -> str:
    """On top of an update, for chats that know what it updates; "" when the level stayed."""
    if was is now:
        return ""
    phrase = "message.raised" if now.rank > was.rank else "message.lowered"
    return notice(phrase, keys={"was": severity_key(was)})


def superseded(was: Severity, now: Severity, *, below: bool) -> str:
    """On top of what was updated. ``below``: the update comes to the same chat."""
    if was is now:
        return notice("message.superseded" if below else "message.superseded_apart")
    phrase = "message.superseded_level" if below else "message.superseded_apart_level"
    return notice(phrase, keys={"now": severity_key(now)})


def lifted(old: Sequence[Post]) -> str:
    """On top of the message that lifts: what is over."""
    worst = max(old, key=lambda post: severity_of(post).rank)
    return notice("message.lifted_before", {"title": _name(worst)}, keys={"was": severity_key(severity_of(worst))})


def cancelled() -> str:
    """On top of what was lifted."""
    return notice("message.cancelled")


def withdrawn(post: Post) -> str:
    """On top of what the agency removed, and below it."""
    name = _name(post)
    if post.alert is not None and name:
        keys = {"was": severity_key(severity_of(post))}
        return notice("message.withdrawn", {"title": name}, keys=keys, reply="message.withdrawn_alert")
    if name:
        return notice("message.withdrawn", {"title": name}, reply="message.withdrawn_post")
    return notice("message.withdrawn", reply="message.withdrawn_reply")


def changed(before: Post, after: Post, *, returned: bool) -> str:
    """Below an edited message, "" when the edit is not worth a word. ``returned``: the agency had removed it."""
    was, now = severity_of(before), severity_of(after)
    if _is_over(after) and not _is_over(before):
        return notice("", keys={"was": severity_key(was)}, reply="message.edited_over")
    if was is not now:
        phrase = "message.level_raised" if now.rank > was.rank else "message.level_lowered"
        return notice("", keys={"was": severity_key(was), "now": severity_key(now)}, reply=phrase)
    if returned:
        return notice("", reply="message.returned")
    if not matters(before, after):
        return ""
    lost = lost_words(before, after)[:QUOTED]
    if lost:
        return notice("", {"before": lost}, reply="message.changed_before")
    return notice("", reply="message.changed_reply")


def _is_over(post: Post) -> bool:
    return post.alert is not None and is_over(post.alert)


def _name(post: Post) -> str:
    words = " ".join((post.title.strip() or post.text.strip()[: 4 * NAME_LENGTH]).split())
    return words if len(words) <= NAME_LENGTH else words[: NAME_LENGTH - 1].rstrip() + "…"
