"""Is an account what the catalogue says of it? Asked when somebody follows it: a stranger may have taken a name."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from bot.catalogue.entries import Catalogue, Entry
from bot.matching.folding import fold
from bot.model.account import Account


class Doubt(StrEnum):
    """What does not fit."""

    #: It is listed under another name.
    RENAMED = "renamed"
    #: Its platform does not vouch for it any more.
    UNVOUCHED = "unvouched"
    #: It bears the name of a listed account and is another one.
    NAMESAKE = "namesake"


@dataclass(frozen=True, slots=True)
class Checked:
    """``entry`` is the listed one; ``doubts`` is empty when everything fits."""

    entry: Entry
    doubts: tuple[Doubt, ...] = ()


def check(catalogue: Catalogue, account: Account) -> Checked | None:
    """Compare a live profile with the catalogue; None when it knows nothing of it."""
    entry = catalogue.of(account)
    if entry is None:
        listed = _named(catalogue, account)
        return Checked(listed, (Doubt.NAMESAKE,)) if listed is not None else None
    doubts = []
    # what has an address of its own is known by that; the title of a list says less, and in any language
    if account.name and not _host(account.key) and fold(account.name) != fold(entry.own_name):
        doubts.append(Doubt.RENAMED)
    if entry.vouched and not account.verified:
        doubts.append(Doubt.UNVOUCHED)
    return Checked(entry, tuple(doubts))


def _named(catalogue: Catalogue, account: Account) -> Entry | None:
    """A listed body that calls itself so on the same platform; of lists, at another host."""
    name = fold(account.name)
    if not name:
        return None
    same = (entry for entry in catalogue.entries if fold(entry.own_name) == name)
    return next(
        (entry for entry in same if any(_is_other(ref.kind, ref.key, account) for ref in entry.accounts)), None
    )


def _is_other(kind: str, key: str, account: Account) -> bool:
    return kind == account.kind and (not _host(key) or _host(key) != _host(account.key))


def _host(key: str) -> str:
    """The host of a key that is an address, "" of another one."""
    return urlsplit(key).hostname or "" if key.startswith(("https://", "http://")) else ""
