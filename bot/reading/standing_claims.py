"""What was read from words, put on the board: a later post of the same speaker on the same hazard and place holds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.model.reading import Action, Claim, PlaceKind, Scheme
from bot.model.situation import How, Line, Over, Told, Where
from bot.reading.board import Board, Row, key_of
from bot.reading.levelling import level_words

#: Words give no end. A warning with a level is renewed or lifted within a day or two; what merely happened (a fire, a
#: closed road) is often never taken back. After so long without a word it is not listed as standing any more.
WARNING_UNHEARD, EVENT_UNHEARD = timedelta(hours=48), timedelta(hours=24)
#: What a body's name begins with that says whose body it is only within its own account ("市气象台").
_BARE = tuple("市省县区州旗")


@dataclass(frozen=True, slots=True)
class _Said:
    """One claim as it is held against the board."""

    told: Told
    claim: Claim
    issuer: str
    names: frozenset[str]


def claims_board(told: Sequence[Told], now: datetime) -> Board:
    """The board after these posts, oldest first."""
    board = Board()
    for each in told:
        if each.state == "withdrawn":
            continue
        said = [_said(each, claim) for claim in each.claims if claim.hazard is not None]
        # "the yellow warning is lifted and an orange one issued" is one act
        for one in said:
            if one.claim.action is Action.LIFTED:
                _lift(board, one)
        for one in said:
            if one.claim.action.in_force:
                _put(board, one)
    for row in list(board.rows):
        _let_go(board, row, now)
    for each in told:
        if each.state == "withdrawn":
            _taken_back(board, each, now)
    return board


def _said(told: Told, claim: Claim) -> _Said:
    places = (p for p in claim.places if p.kind is not PlaceKind.HERE or p.parts)
    issuer = level_words(claim.issuer.words) if claim.issuer else ""
    return _Said(told, claim, issuer, frozenset(level_words(place.words) for place in places))


def _put(board: Board, said: _Said) -> None:
    row, new = _earlier(board, said), _line(said)
    if row is None:
        taken = {other.line.key for other in board.rows}
        if new.key in taken:  # one post gives two levels and does not say where which holds
            new = replace(new, key=f"{new.key}:{new.level or ''}")
        board.rows.append(Row(new, said.told.post_id, said.told.wanted, said.names))
        return
    was = row.line
    row.line = replace(
        new,
        key=was.key,
        since=min(was.since, new.since),
        first_seen=min(was.first_seen, new.first_seen),
        level=new.level or was.level,
        # a change that names no place is of the places named before
        places=new.places or was.places,
        issuer=new.issuer or was.issuer,
    )
    row.names = said.names or row.names
    row.post_id = said.told.post_id
    row.wanted = row.wanted or said.told.wanted


def _earlier(board: Board, said: _Said) -> Row | None:
    """The row that this claim is the newest word about."""
    rows = _candidates(board, said)
    exact = [row for row in rows if _same_place(row, said)]
    if exact:
        return exact[-1]
    if said.names or said.claim.action is Action.ISSUED:
        return None
    before = said.claim.previous or (said.claim.level if said.claim.action is Action.CONTINUED else None)
    some = [row for row in rows if before is None or row.line.level is before]
    return some[0] if len(some) == 1 else None


def _lift(board: Board, said: _Said) -> None:
    """Take off what it lifts: that of another level or place stays, and of several it may mean, all."""
    told, level = said.told, said.claim.level
    rows = [row for row in _candidates(board, said) if level is None or row.line.level in {None, level}]
    gone = [row for row in rows if _same_place(row, said)]
    if not gone and not said.names:
        gone = rows if len(rows) == 1 else []
    if said.names:
        gone += [row for row in rows if row.names and row.names < said.names and row not in gone]
    for row in gone:
        board.take_off(row, How.LIFTED, told.seen_at, told.post.url, wanted=told.wanted)
    for row in rows:
        if row not in gone and said.names and row.names > said.names:
            # lifted for some of its places
            row.names -= said.names
            kept = tuple(place for place in row.line.places if level_words(place.words) in row.names)
            row.line = replace(row.line, places=kept)
    if not gone:
        board.over.append((Over(_line(said), How.LIFTED, told.seen_at, told.post.url), told.wanted))


def _let_go(board: Board, row: Row, now: datetime) -> None:
    line = row.line
    if line.ends is not None and line.ends <= now:
        board.take_off(row, How.ENDED, line.ends)
        return
    # what is announced for a later day is waited for
    heard = max(line.at, line.begins or line.at)
    unheard = heard + (EVENT_UNHEARD if line.scheme is Scheme.NONE else WARNING_UNHEARD)
    if unheard <= now:
        board.take_off(row, How.UNHEARD, unheard)


def _taken_back(board: Board, told: Told, now: datetime) -> None:
    """What the agency removed, unless another post says it still."""
    for claim in told.claims:
        if claim.hazard is None or not claim.action.in_force:
            continue
        said = _said(told, claim)
        line, at = _line(said), told.changed_at or told.seen_at
        if now - line.at < WARNING_UNHEARD and not any(_same_place(row, said) for row in _candidates(board, said)):
            board.over.append((Over(line, How.REMOVED, at, told.post.url), told.wanted))


# ------------------------------------------------------------------ what is the same


def _candidates(board: Board, said: _Said) -> list[Row]:
    """Rows of the same hazard and ladder by the same speaker; not those of the same post."""
    return [
        row
        for row in board.rows
        if (row.line.hazard, row.line.scheme) == (said.claim.hazard, said.claim.scheme)
        and row.post_id != said.told.post_id
        and _same_speaker(row.line, said)
    ]


def _same_speaker(line: Line, said: _Said) -> bool:
    ours = line.account_id == said.told.account_id
    issuer = level_words(line.issuer)
    if said.claim.scheme is Scheme.HKO or not (issuer and said.issuer):
        return ours
    if issuer == said.issuer:
        return ours or not issuer.startswith(_BARE)
    return ours and (issuer.endswith(said.issuer) or said.issuer.endswith(issuer))


def _same_place(row: Row, said: _Said) -> bool:
    if row.names == said.names:
        return True
    # the Haidian observatory's warning that names no place is Haidian's
    return _ground_of(level_words(row.line.issuer), row.names, said.names) or _ground_of(
        said.issuer, said.names, row.names
    )


def _ground_of(issuer: str, own: frozenset[str], other: frozenset[str]) -> bool:
    return not own and bool(issuer) and len(other) == 1 and issuer.startswith(next(iter(other)))


def _line(said: _Said) -> Line:
    told, claim = said.told, said.claim
    starts = [moment.start for moment in claim.times if moment.start is not None]
    ends = [moment.end for moment in claim.times]
    event = claim.scheme is Scheme.NONE
    return Line(
        key=key_of(told.account_id, said.issuer, claim.scheme, claim.hazard, sorted(said.names)),
        account_id=told.account_id,
        action=claim.action,
        since=told.at,
        at=told.at,
        first_seen=told.seen_at,
        last_seen=told.seen_at,
        url=told.post.url,
        utc_offset=told.post.utc_offset,
        hazard=claim.hazard,
        level=claim.level,
        scheme=claim.scheme,
        places=tuple(
            Where(place.words, place.name)
            for place in claim.places
            if place.kind is not PlaceKind.HERE or place.parts
        ),
        issuer=claim.issuer.words if claim.issuer else "",
        speaker=told.speaker,
        # of a warning these are the hours that it forecasts: it stands until it is lifted
        begins=min(starts) if event and starts else None,
        ends=max(end for end in ends if end) if event and ends and all(ends) else None,
    )
