"""The catalogue as plain types, read from its files."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from babel import Locale

from bot.model.account import Account

#: Where CLDR's code of a place begins and ends: "CN", "001".
_CODE = range(2, 4)


class CatalogueError(ValueError):
    """The catalogue's own files are wrong; the message names the entry."""


@dataclass(frozen=True, slots=True)
class Ref:
    """An account as a source knows it."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One official body. Fields' meanings: ``data/accounts.toml``."""

    id: str
    kind: str
    places: tuple[str, ...]
    names: Mapping[str, str]
    accounts: tuple[Ref, ...]
    vouched: bool = False
    confirmed: str = ""
    note: str = ""

    @property
    def own_name(self) -> str:
        """What the account calls itself."""
        return self.names["own"]

    def name(self, language: str) -> str:
        """In the reader's language, else in English, else as it calls itself."""
        return self.names.get(language) or self.names.get("en") or self.own_name


@dataclass(frozen=True, slots=True)
class Words:
    """What kinds and places are called: id to language to words, the one to show first."""

    kinds: Mapping[str, Mapping[str, Sequence[str]]]
    places: Mapping[str, Mapping[str, Sequence[str]]]

    def kind(self, kind: str, language: str) -> str:
        """The kind of agency in the reader's language."""
        return _shown(self.kinds[kind], language)

    def place(self, place: str, language: str) -> str:
        """The place in the reader's language."""
        found = self.places.get(place)
        return _shown(found, language) if found else _territory(place, language)

    def all_of(self, entry: Entry) -> list[str]:
        """Every word of every language that an entry is found by."""
        said = [name for names in (self.kinds[entry.kind],) for words in names.values() for name in words]
        for place in entry.places:
            found = self.places.get(place)
            if found:
                said += [name for words in found.values() for name in words]
            else:
                said += [_territory(place, language) for language in self.kinds[entry.kind]]
        return [*said, *entry.names.values()]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All entries, in the order of their file."""

    entries: tuple[Entry, ...]
    words: Words
    _by_account: Mapping[tuple[str, str], Entry] = field(init=False)

    def __post_init__(self) -> None:
        by_account = {(ref.kind, ref.key): entry for entry in self.entries for ref in entry.accounts}
        object.__setattr__(self, "_by_account", by_account)

    def of(self, account: Account) -> Entry | None:
        """The entry that lists this account."""
        return self._by_account.get((account.kind, account.key))

    def by_id(self, entry_id: str) -> Entry | None:
        """The entry of this id."""
        return next((entry for entry in self.entries if entry.id == entry_id), None)


@cache
def shipped() -> Catalogue:
    """The catalogue that comes with the program. Raises CatalogueError."""
    folder = resources.files(__package__ or "bot.catalogue") / "data"
    words = tomllib.loads((folder / "words.toml").read_text(encoding="utf-8"))
    accounts = tomllib.loads((folder / "accounts.toml").read_text(encoding="utf-8"))
    return catalogue_of(words, accounts)


def catalogue_of(words: Mapping[str, Any], accounts: Mapping[str, Any]) -> Catalogue:
    """Read what the two files hold. Raises CatalogueError."""
    known = Words(words["kinds"], words["places"])
    entries = tuple(_entry(row, known) for row in accounts["entry"])
    ids = [entry.id for entry in entries]
    refs = [ref for entry in entries for ref in entry.accounts]
    if len(set(ids)) < len(ids) or len(set(refs)) < len(refs):
        twice = {str(each) for each in (*ids, *refs) if (*ids, *refs).count(each) > 1}
        raise CatalogueError(f"listed twice: {', '.join(sorted(twice))}")
    return Catalogue(entries, known)


def _entry(row: Mapping[str, Any], words: Words) -> Entry:
    try:
        entry = Entry(
            row["id"],
            row["kind"],
            tuple(row["places"]),
            row["names"],
            tuple(Ref(**ref) for ref in row["accounts"]),
            row.get("vouched", False),
            row["confirmed"],
            row.get("note", ""),
        )
    except (KeyError, TypeError) as error:
        raise CatalogueError(f"{row.get('id', '?')}: {error}") from error
    if entry.kind not in words.kinds or not entry.names.get("own") or not entry.accounts:
        raise CatalogueError(f"{entry.id}: its kind, own name or accounts are missing")
    for place in entry.places:
        if place not in words.places and not _territory(place, "en"):
            raise CatalogueError(f"{entry.id}: no place {place!r}")
    return entry


def _shown(names: Mapping[str, Sequence[str]], language: str) -> str:
    return (names.get(language) or names["en"])[0]


@cache
def _territory(code: str, language: str) -> str:
    """CLDR's name of a country or continent, "" for none."""
    if len(code) not in _CODE:
        return ""
    return str(Locale.parse(language, sep="-").territories.get(code, ""))
