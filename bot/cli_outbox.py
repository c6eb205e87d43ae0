"""``tocsin outbox``: shows what was given up, held or waits, and sends it again. What that means stands in ``resending``."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from bot import prompt
from bot.model.delivery import Op, State
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.store.given_up import Row

outbox_app = typer.Typer(help="What is on its way, held or given up: look at it, and send it again.")

#: Shown when nothing else is asked for: what may need a decision.
_LISTED = (State.FAILED, State.HELD, State.UNSURE)
#: Longest text in a cell, characters.
_LONGEST = 300
_STATES = ", ".join(state.value for state in State)

_StateOption = Annotated[
    list[str] | None, typer.Option("--state", help=f"Only these states; may be given more than once ({_STATES}).")
]
_SinceOption = Annotated[
    str, typer.Option(help="Only what was settled since then: 90m, 6h, 2d, or a moment such as 2026-07-21T11:51.")
]


@outbox_app.command("list")
def list_(
    state: _StateOption = None,
    since: _SinceOption = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show deliveries: by default those that were given up (failed), held, or whose answer was lost (unsure)."""
    states = _states(state, _LISTED)
    settings = prompt.settings()
    prompt.set_up_logs(settings, quiet=True)
    prompt.finish(_list(settings, states, since, limit, as_json=as_json))


@outbox_app.command()
def retry(
    numbers: Annotated[list[int] | None, typer.Argument(metavar="[ID]...", help="Numbers from the list.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Everything that was given up or held.")] = False,
    state: _StateOption = None,
    since: _SinceOption = "",
) -> None:
    """Send deliveries again that were given up or held. Safe beside a running `tocsin run`, which does the sending."""
    if bool(numbers) == every:
        prompt.fail("Say what to send again: numbers from `tocsin outbox list`, or --all.", prompt.WRONG_CALL)
    if numbers and (state or since):
        prompt.fail("--state and --since go with --all.", prompt.WRONG_CALL)
    from bot.resending import STUCK

    states = _states(state, STUCK)
    if not set(states) <= set(STUCK):
        prompt.fail("Only what has failed or is held can be sent again.", prompt.WRONG_CALL)
    settings = prompt.settings()
    prompt.set_up_logs(settings, quiet=True)
    if not prompt.finish(_retry(settings, numbers or [], states, since)):
        raise typer.Exit(prompt.FAILED)


def _states(given: Sequence[str] | None, default: Sequence[State]) -> Sequence[State]:
    try:
        return [State(name.strip().lower()) for name in given] if given else default
    except ValueError:
        prompt.fail(f"--state takes {_STATES}.", prompt.WRONG_CALL)


async def _list(settings: Settings, states: Sequence[State], since: str, limit: int, *, as_json: bool) -> None:
    from bot.outside import now_utc
    from bot.resending import listed

    moment = prompt.since(since, now_utc())
    async with prompt.database(settings) as db:
        rows, counted = await listed(db, states, moment, limit)
    if as_json:
        for row in rows:
            typer.echo(json.dumps(_fields(row), ensure_ascii=False))
        return
    _print(rows, counted)


async def _retry(settings: Settings, numbers: Sequence[int], states: Sequence[State], since: str) -> bool:
    """True unless numbers were given and one of them is not sent again."""
    from bot.outside import now_utc
    from bot.resending import resend, resend_all

    moment = prompt.since(since, now_utc())
    counted: Counter[tuple[bool, str]] = Counter()
    async with prompt.database(settings) as db:
        if numbers:
            outcomes = await resend(db, numbers, now_utc())
            for each in outcomes:
                typer.echo(f"{each.delivery_id}: {'sent again' if each.again else 'NOT sent again'}: {each.why}.")
            return all(each.again for each in outcomes)
        async for outcomes in resend_all(db, states, moment, now_utc()):
            counted.update((each.again, each.why) for each in outcomes)
    for (again, why), count in sorted(counted.items(), key=lambda item: (not item[0][0], -item[1])):
        typer.echo(f"{count} {'sent again' if again else 'NOT sent again'}: {why}.")
    if not counted:
        typer.echo("Nothing is given up or held.")
    return True


def _fields(row: "Row") -> dict[str, object]:
    return {
        "id": row.id,
        "state": row.state.value,
        "op": row.op.value,
        "lane": row.lane.name.lower(),
        "chat": row.telegram_id,
        "title": row.title,
        "topic": row.thread_id,
        "queued": row.queued_at.isoformat(),
        "settled": row.settled_at.isoformat() if row.settled_at else None,
        "retries": row.retries,
        "lost_answers": row.lost_answers,
        "unknown_errors": row.unknown_errors,
        "why": row.error,
        "post": row.post_url,
        "post_state": row.post_state,
        "chat_state": row.chat_state,
    }


def _print(rows: Sequence["Row"], counted: dict[State, int]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from bot.delivery import harmless

    console = Console()
    if not any(counted.values()):
        console.print(Text(f"Nothing is {' or '.join(state.value for state in counted)}."))
        return
    table = Table("id", "state", "when (UTC)", "lane", "chat", "what", "lost", "why")
    for row in rows:
        what = "a word of the bot's own" if row.op is Op.NOTICE else f"{row.op.value} {row.post_url or ''}"
        chat = f"{row.telegram_id} {row.title}".strip() + (" (paused)" if row.chat_state != "active" else "")
        when = f"{row.settled_at or row.queued_at:%Y-%m-%d %H:%M:%S}"
        cells = [
            str(row.id),
            row.state.value,
            when,
            row.lane.name.lower(),
            chat,
            what,
            str(row.lost_answers),
            row.error,
        ]
        # titles and reasons are other people's words: no control character of theirs may reach the terminal
        table.add_row(*(Text(harmless.line(cell, _LONGEST)) for cell in cells))
    console.print(table)
    console.print(Text(", ".join(f"{state.value}: {number}" for state, number in counted.items())))
