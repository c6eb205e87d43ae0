"""``tocsin stats``: how fast news went out and what went wrong on the way. Counted in ``store.figures``."""

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bot import prompt
from bot.model.delivery import State
from bot.settings import Settings

if TYPE_CHECKING:
    from rich.table import Table

    from bot.store.figures import Figures, Group, Spread

#: Posts are kept for 90 days.
MOST_HOURS = 90 * 24
#: Longest name of an account that is shown, characters.
_LONGEST = 60
_MINUTE, _HOUR = 60, 3600
#: From so many of a unit on the next larger one is used.
_TWICE = 2

_STRETCHES = {
    "published_to_seen": "written -> seen",
    "seen_to_queued": "seen -> queued",
    "queued_to_sent": "queued -> arrived",
    "published_to_sent": "written -> arrived",
}
_FOOT = (
    "Arrived: Telegram confirmed the first message of a new post. Each time is exact to 0.5 %. "
    "Posts whose platform gives no time of writing count only from their first sight on."
)


def stats(
    hours: Annotated[int, typer.Option(min=1, max=MOST_HOURS, help="So many hours back from now.")] = 24,
    by_account: Annotated[bool, typer.Option("--by-account", help="The times of each account as well.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Show how fast the news went out (half, 95 %, 99 % of it) and every loss, repeat, doubt and retry."""
    settings = prompt.settings()
    prompt.set_up_logs(settings, quiet=True)
    prompt.finish(_stats(settings, hours, by_account=by_account, as_json=as_json))


async def _stats(settings: Settings, hours: int, *, by_account: bool, as_json: bool) -> None:
    from bot.outside import now_utc
    from bot.store import figures

    now = now_utc()
    async with prompt.database(settings) as db, db.read() as conn:
        found = await figures.figures(conn, now - timedelta(hours=hours), now, by_account=by_account)
        names = await figures.account_names(conn, found.groups)
    if as_json:
        typer.echo(json.dumps(_fields(found, names), ensure_ascii=False))
    else:
        _print(found, hours, names)


def _fields(found: "Figures", names: dict[str, str]) -> dict[str, object]:
    return {
        "since": found.since.isoformat(),
        "until": found.until.isoformat(),
        "settled": {state.value: count for state, count in found.settled.items()},
        "waiting": {state.value: count for state, count in found.waiting.items()},
        "retries": found.retries,
        "lost_answers": found.lost_answers,
        "repeats": found.repeats,
        "unknown_errors": found.unknown_errors,
        "seconds_exact_to": 0.005,
        "groups": [
            {
                "by": group.by.value,
                "name": names.get(group.name, group.name) if group.by.value == "account" else group.name,
                "seconds": {stretch.value: _spread(spread) for stretch, spread in group.stretches.items()},
            }
            for group in found.groups
        ],
    }


def _spread(spread: "Spread") -> dict[str, float]:
    return {"count": spread.count, "p50": spread.p50, "p95": spread.p95, "p99": spread.p99}


def _print(found: "Figures", hours: int, names: dict[str, str]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console()
    console.print(Text(f"The last {hours} h, from {found.since:%Y-%m-%d %H:%M} UTC."))
    if found.groups:
        console.print(_times(found, names))
        console.print(Text(_FOOT))
    else:
        console.print(Text("Nothing was sent in this time."))
    console.print(_counts(found))


def _times(found: "Figures", names: dict[str, str]) -> "Table":
    from rich.table import Table
    from rich.text import Text

    from bot.delivery import harmless

    table = Table("", "posts", "part", "half within", "95 % within", "99 % within")
    for group in found.groups:
        label = harmless.line(_label(group, names), _LONGEST)
        for name, words in _STRETCHES.items():
            spread = next((spread for stretch, spread in group.stretches.items() if stretch.value == name), None)
            if spread is None:
                continue
            times = map(_spoken, (spread.p50, spread.p95, spread.p99))
            table.add_row(Text(label), f"{spread.count:,}", words, *times)
            label = ""
        table.add_section()
    return table


def _label(group: "Group", names: dict[str, str]) -> str:
    if group.by.value == "all":
        return "all"
    return f"{group.by.value} {names.get(group.name, group.name) if group.by.value == 'account' else group.name}"


def _counts(found: "Figures") -> "Table":
    from rich.table import Table

    settled, waiting = found.settled.get, found.waiting.get
    rows = [
        ("arrived", settled(State.SENT, 0)),
        ("given up (failed)", settled(State.FAILED, 0)),
        ("held for you to decide", settled(State.HELD, 0)),
        ("too late to ring, summed up (expired)", settled(State.EXPIRED, 0)),
        ("nothing left to do (skipped)", settled(State.SKIPPED, 0)),
        ("requests made again", found.retries),
        ("answers lost", found.lost_answers),
        ("possible repeats sent", found.repeats),
        ("refusals that no table knows", found.unknown_errors),
        ("waiting now", sum(found.waiting.values())),
        ("of these with a lost answer (unsure)", waiting(State.UNSURE, 0)),
    ]
    table = Table("deliveries", "count")
    for words, count in rows:
        table.add_row(words, f"{count:,}")
    return table


def _spoken(seconds: float) -> str:
    if seconds < _TWICE * _MINUTE:
        return f"{seconds:.3g} s" if seconds else "0 s"
    return f"{seconds / _MINUTE:.3g} min" if seconds < _TWICE * _HOUR else f"{seconds / _HOUR:.3g} h"
