"""Which telegram follows which: the last one of each event, kept from look to look. No XML, no I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot.model.alert import Alert, MsgType, Severity, Status
from bot.model.post import Post
from bot.sources import json
from bot.sources.cap.gathering import mark_of
from bot.sources.jma.telegrams import UNSTATED

#: Events kept: some sixty offices with a dozen lists each, and the earthquakes and volcanoes of months.
_KEPT = 600
_BY_RANK = {severity.rank: severity for severity in Severity}


@dataclass(frozen=True, slots=True)
class Last:
    """The last telegram of an event that is not over: the post's id, when it was sent (since 1970), its severity."""

    id: str
    sent: float
    rank: int


def threads_of(kept: object) -> dict[str, Last]:
    """What a memory keeps; what is none is left out."""
    found: dict[str, Last] = {}
    for thread, row in json.mapping(kept).items():
        match row:
            case [str(name), int() | float() as sent, int(rank)] if rank in _BY_RANK:
                found[thread] = Last(name, float(sent), rank)
    return found


def to_json(threads: Mapping[str, Last]) -> dict[str, object]:
    """As a source's memory keeps them, the newest ones."""
    newest = sorted(threads.items(), key=lambda pair: -pair[1].sent)[:_KEPT]
    return {thread: [last.id, last.sent, last.rank] for thread, last in newest}


def linked(posts: Iterable[Post], threads: Mapping[str, Last]) -> tuple[list[Post], dict[str, Last], int]:
    """The posts with what each follows, what stands after them, and how many came too late to be said.

    A telegram that was overtaken by a later one of its event would say what is no longer true.
    """
    after, out, late = dict(threads), [], 0
    for post in sorted(posts, key=_order):
        alert = post.alert
        if alert is None or alert.status is not Status.ACTUAL or not alert.incidents:
            out.append(post)  # a drill or a test follows nothing and ends nothing
            continue
        thread = mark_of(alert.incidents[0])
        last = after.get(thread)
        if last is not None and last.sent > alert.sent.timestamp():
            late += 1
            continue
        said = _following(post, alert, last)
        out.append(said)
        if alert.msg_type is MsgType.CANCEL:
            after.pop(thread, None)
        elif said.alert is not None:
            after[thread] = Last(said.id, alert.sent.timestamp(), said.alert.severity.rank)
    return out, after, late


def _order(post: Post) -> tuple[float, str]:
    # the name begins with the second in which it was put out
    return (post.alert.sent.timestamp() if post.alert else 0.0), post.id


def _following(post: Post, alert: Alert, last: Last | None) -> Post:
    if last is None or last.id == post.id:
        return post
    msg_type = MsgType.UPDATE if alert.msg_type is MsgType.ALERT else alert.msg_type
    # a telegram about the source of a quake says nothing of how strongly it was felt: it lowers nothing
    hazards = tuple(
        replace(hazard, severity=_BY_RANK[last.rank])
        if UNSTATED in hazard.parameters and hazard.severity.rank < last.rank
        else hazard
        for hazard in alert.hazards
    )
    linked_alert = replace(alert, msg_type=msg_type, hazards=hazards, references=(last.id,))
    return replace(post, alert=linked_alert, supersedes=(last.id,))
