"""``tocsin translate``: one text through the engines of the settings and the gate behind them, to try a key or a model."""

import json
import random
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from bot.model.translation import Translation, Untranslated, Why
from bot.prompt import FAILED, WRONG_CALL, database, fail, finish, set_up_logs, settings
from bot.settings import Settings

#: What each end without a translation means for the one who typed the command.
_WHY = {
    Why.NO_ENGINE: "no engine of TOCSIN_TRANSLATORS knows this pair of languages (or none is named there)",
    Why.NO_TEXT: "there is no text",
    Why.TOO_LONG: "the text is longer than engines take",
    Why.UNAVAILABLE: "no engine gave an answer",
    Why.UNRELIABLE: "it could not be translated reliably; the original would be shown",
}


def translate(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The text; - reads it from standard input.")],
    to: Annotated[str, typer.Option("--to", help="Into which language (en, zh-Hant, es, …).")],
    source: Annotated[str, typer.Option("--from", help="From which language.")] = "zh-Hans",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Translate one text as the engines of TOCSIN_TRANSLATORS do, and say what each of them answered."""
    chosen = settings()
    if not chosen.translators:
        fail("TOCSIN_TRANSLATORS names no engine. .env.example says which there are and what each needs.", WRONG_CALL)
    set_up_logs(chosen, quiet=True)
    given = sys.stdin.read() if text == "-" else text
    found = finish(_translate(chosen, given, source, to))
    typer.echo(json.dumps(asdict(found), ensure_ascii=False, default=str) if as_json else _shown(found))
    if isinstance(found, Untranslated):
        raise typer.Exit(FAILED)


async def _translate(chosen: Settings, text: str, source: str, target: str) -> Translation | Untranslated:
    from bot import __version__
    from bot.fetching import user_agent
    from bot.language.choosing import ChoiceError, Surroundings, open_translator
    from bot.outside import now_utc
    from bot.settings import language_options
    from bot.store.site_state import SiteKeep
    from bot.store.translations import TranslationLedger

    async with database(chosen) as db:
        around = Surroundings(
            clock=now_utc,
            rng=random.Random(),  # noqa: S311 - it spreads load, it guards nothing
            user_agent=user_agent(__version__, chosen.contact),
            keep=SiteKeep(db, now_utc),
            ledger=TranslationLedger(db, now_utc),
            allowed_private_hosts=chosen.allowed_private_hosts,
        )
        try:
            async with open_translator(language_options(chosen), around) as translator:
                return await translator.translate(text, source, target)
        except ChoiceError as error:
            fail(str(error), WRONG_CALL)


def _shown(found: Translation | Untranslated) -> str:
    if isinstance(found, Translation):
        model = f", {found.model}" if found.model else ""
        return f"{found.text}\n\n(by {found.engine}{model}, from {found.source} to {found.target})"
    lines = [f"Not translated: {_WHY[found.why]}."]
    return "\n".join([*lines, *(f"  {each.engine or 'all'}: {each.how}: {each.why}" for each in found.tried)])
