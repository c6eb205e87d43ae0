"""What does not fit between an account and the catalogue, as it is said to whoever follows the account."""

from bot.catalogue.checking import Doubt, check
from bot.catalogue.entries import Catalogue
from bot.chat.wording import Mark, Say
from bot.model.account import Account

_KEYS = {
    Doubt.RENAMED: "find.renamed",
    Doubt.UNVOUCHED: "find.unvouched",
    Doubt.NAMESAKE: "find.namesake",
}


def doubts_of(catalogue: Catalogue, account: Account, say: Say) -> None:
    """Add a line for each doubt; none where everything fits or nothing is known."""
    checked = check(catalogue, account)
    if checked is None:
        return
    for doubt in checked.doubts:
        if doubt is Doubt.UNVOUCHED:
            say.line(_KEYS[doubt])
        else:
            say.line(_KEYS[doubt], name=Mark(checked.entry.own_name, "bold"))
