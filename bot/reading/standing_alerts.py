"""Alerts with fields (CAP) on the board: an update takes the place of what it refers to, each hazard ends by its time."""

from collections.abc import Sequence
from datetime import datetime

from bot.model.alert import Hazard
from bot.model.reading import Action
from bot.model.situation import Event, How, Line, Told, Where
from bot.reading.board import Board, Row, key_of
from bot.reading.relaying import expiry_of, is_over, is_past, why_not_relayed

#: States of a post of which an update or a cancel is known, whether that one is here or not.
_REPLACED = frozenset(("superseded", "cancelled"))
#: Hazards, wordings and areas that are kept of one alert.
_HAZARDS, _EVENTS, _AREAS = 20, 12, 20
#: Characters kept of one area's or event's words.
_LONGEST = 300


def alerts_board(told: Sequence[Told], now: datetime) -> Board:
    """The board after these posts, oldest first."""
    board = Board()
    by_name = {(each.account_id, name): each for each in told for name in (each.post.id, *each.post.aliases)}
    for each in told:
        if each.post.alert is None or why_not_relayed(each.post, now, lifts=True):
            continue
        targets = {
            target.post_id
            for name in each.post.supersedes
            if (target := by_name.get((each.account_id, name))) is not None and target is not each
        }
        _take(board, each, targets)
    by_post = {each.post_id: each for each in told}
    for row in list(board.rows):
        _let_go(board, row, by_post[row.post_id], now)
    return board


def _take(board: Board, told: Told, targets: set[int]) -> None:
    alert = told.post.alert
    if alert is None or told.state == "withdrawn":
        # kept to be told as removed, in ``_let_go``
        if alert is not None and not is_over(alert):
            board.rows += _rows(told, [])
        return
    before = [row for row in board.rows if row.post_id in targets] if targets else []
    if is_over(alert):
        for row in before:
            board.take_off(row, How.LIFTED, told.seen_at, told.post.url, wanted=told.wanted)
        return
    rows = _rows(told, before)
    over = {_event(hazard) for hazard in alert.hazards if is_past(hazard)} - {row.line.events for row in rows}
    for row in before:
        if row.line.events in over:
            board.take_off(row, How.LIFTED, told.seen_at, told.post.url, wanted=told.wanted)
        else:
            board.rows.remove(row)
    board.rows += rows


def _let_go(board: Board, row: Row, post: Told, now: datetime) -> None:
    line = row.line
    if post.state == "withdrawn":
        if line.ends is None or line.ends > (post.changed_at or now):
            board.take_off(row, How.REMOVED, post.changed_at or post.seen_at)
        else:
            board.rows.remove(row)
    elif post.state in _REPLACED:
        # its successor is not here: nothing is known but that it stands no more
        board.rows.remove(row)
    elif line.ends is not None and line.ends <= now:
        board.take_off(row, How.ENDED, line.ends)


def _rows(told: Told, before: Sequence[Row]) -> list[Row]:
    alert = told.post.alert
    if alert is None:
        return []
    wanted = told.wanted or any(row.wanted for row in before)
    rows: list[Row] = []
    for hazard in alert.hazards[:_HAZARDS]:
        events = _event(hazard)
        if is_past(hazard) or not events:
            continue
        taken = {row.line.key for row in rows}
        earlier = next((r.line for r in before if r.line.events == events and r.line.key not in taken), None)
        number = sum(row.line.events == events for row in rows)
        key = earlier.key if earlier else key_of(told.account_id, alert.sender, told.post.id, events, number)
        rows.append(Row(_line(told, hazard, key, earlier), told.post_id, wanted))
    return rows


def _line(told: Told, hazard: Hazard, key: str, earlier: Line | None) -> Line:
    alert = told.post.alert
    if alert is None:
        raise ValueError("a post without an alert")
    action = Action.ISSUED
    if earlier is not None:
        change = hazard.severity.rank - earlier.severity.rank
        action = Action.RAISED if change > 0 else Action.LOWERED if change < 0 else Action.CONTINUED
    sender = next((wording.sender_name for wording in hazard.wordings if wording.sender_name), "")
    return Line(
        key=key,
        account_id=told.account_id,
        action=action,
        since=earlier.since if earlier else told.at,
        at=told.at,
        first_seen=earlier.first_seen if earlier else told.seen_at,
        last_seen=told.seen_at,
        url=told.post.url,
        utc_offset=told.post.utc_offset,
        events=_event(hazard),
        severity=hazard.severity,
        places=tuple(Where(area.description[:_LONGEST]) for area in hazard.areas[:_AREAS] if area.description),
        issuer=sender[:_LONGEST],
        speaker=told.speaker,
        begins=hazard.onset or hazard.effective,
        ends=expiry_of(hazard, alert),
    )


def _event(hazard: Hazard) -> tuple[Event, ...]:
    """What it is called, in each of its languages."""
    return tuple(
        Event(wording.language, (wording.event or wording.headline)[:_LONGEST])
        for wording in hazard.wordings[:_EVENTS]
        if wording.event or wording.headline
    )
