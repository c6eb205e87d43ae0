"""What stands now, what is over and what could not be sorted, from posts in the order in which they were written. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.model.alert import Severity
from bot.model.reading import Action
from bot.model.situation import Change, Changes, How, Line, Over, Situation, Told, Unsorted
from bot.reading.rungs import gravity, rung
from bot.reading.standing_alerts import alerts_board
from bot.reading.standing_claims import claims_board


def gather(told: Iterable[Told], now: datetime) -> Situation:
    """The situation that these posts come to at ``now``.

    Drills, tests, denials and tales of the past stand for nothing. What nobody asked for (``Told.wanted``) still says
    what became of what was asked for, and is not shown itself.
    """
    ordered = sorted(told, key=lambda each: (each.at, each.post_id))
    boards = [
        alerts_board([each for each in ordered if each.post.alert is not None], now),
        claims_board([each for each in ordered if each.post.alert is None], now),
    ]
    standing = [row.line for board in boards for row in board.rows if row.wanted]
    over = [ended for board in boards for ended, wanted in board.over if wanted]
    return Situation(
        tuple(sorted(_once(standing), key=lambda line: (severity(line).rank, line.at), reverse=True)),
        tuple(sorted(over, key=lambda ended: ended.at, reverse=True)),
        tuple(
            Unsorted(each.post.url, each.seen_at) for each in reversed(ordered) if each.wanted and is_unsorted(each)
        ),
    )


def is_unsorted(told: Told) -> bool:
    """Whether nothing of a post can be put on a board: nothing was read, or not what it is about."""
    if told.post.alert is not None or told.state == "withdrawn" or told.post.incomplete:
        return False
    return all(claim.hazard is None and claim.action in _ABOUT_NOW for claim in told.claims)


_ABOUT_NOW = {Action.ISSUED, Action.RAISED, Action.LOWERED, Action.CONTINUED, Action.LIFTED}


def compare(situation: Situation, before: Sequence[Line] | None, since: datetime) -> Changes:
    """What is different from ``before``, the lines that stood at ``since`` when this was told last.

    ``before`` None: it was never told; then what was written since counts, as the posts themselves say it.
    """
    known = None if before is None else {line.key: line for line in before}
    standing = tuple((line, _change(line, known, since)) for line in situation.standing)
    stands = {line.key for line in situation.standing}
    over = [
        ended
        for ended in situation.over
        # what was written just before it was told last may have been seen only after that
        if (ended.at > since or ended.line.key in (known or ())) and ended.line.key not in stands
    ]
    told = stands | {ended.line.key for ended in over}
    over += [Over(line, How.GONE, since, line.url) for line in before or () if line.key not in told]
    unsorted = tuple(each for each in situation.unsorted if each.seen_at > since)
    return Changes(standing, tuple(over), unsorted)


def severity(line: Line) -> Severity:
    """As its sender states it, or as its level means it."""
    return line.severity if line.hazard is None else gravity(line.level, line.scheme)


def _change(line: Line, known: dict[str, Line] | None, since: datetime) -> Change:
    if known is not None:
        was = known.get(line.key)
        if was is None:
            return Change.NEW
        height, before = _height(line), _height(was)
        return Change.RAISED if height > before else Change.LOWERED if height < before else Change.SAME
    if line.first_seen > since:
        return Change.NEW
    if line.last_seen > since and line.action in {Action.RAISED, Action.LOWERED}:
        return Change(line.action.value)
    return Change.SAME


def _height(line: Line) -> int:
    return line.severity.rank if line.hazard is None else rung(line.level)


def _once(lines: Iterable[Line]) -> list[Line]:
    """Several messages of one sender that say the same of the same places, as one: the newest, since the first."""
    found: dict[object, Line] = {}
    for line in lines:
        same = (line.account_id, line.issuer, line.hazard or line.events, line.level, line.severity, line.places)
        other = found.get(same)
        found[same] = line if other is None else _joined(other, line)
    return list(found.values())


def _joined(one: Line, other: Line) -> Line:
    first, last = sorted((one, other), key=lambda line: line.at)
    return replace(
        last, key=first.key, since=min(first.since, last.since), first_seen=min(first.first_seen, last.first_seen)
    )
