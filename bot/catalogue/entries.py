"""The catalogue as plain types, read from the files that come with the program."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any

from babel import Locale
from babel.core import get_global

from bot.model.account import Account

#: Where CLDR's code of a place begins and ends: "CN", "001".
_CODE = range(2, 4)
#: CLDR's code of a place that is not known.
NOWHERE = "ZZ"
#: CLDR's codes from this letter on are for private use; Kosovo's alone names a country.
_PRIVATE, _KOSOVO = "X", "XK"
#: What ISO 3166-1 has no code for, by the codes that are in use.
_KOSOVOS = frozenset(("XKX", "XKK", "XXK", "KOS"))
_ALPHA_3 = 3
#: Characters of a text that are kept, and accounts, places and names of one entry.
_LONGEST, _MOST = 300, 40


class CatalogueError(ValueError):
    """A file of the catalogue cannot be used; the message names the entry, or says why and what to do."""


@dataclass(frozen=True, slots=True)
class Ref:
    """An account as a source knows it. ``send`` is a shorter name of it that the source takes too, "" for none."""

    kind: str
    key: str
    send: str = ""

    @property
    def named(self) -> str:
        """What to send to ``/subscribe``."""
        return self.send or self.key


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
    #: Of one that was brought in: which lists name it ("ifrc", "wmo"), and what they say of it ("testing").
    lists: Mapping[str, str] = field(default_factory=dict)

    @property
    def own_name(self) -> str:
        """What the account calls itself."""
        return self.names["own"]

    def name(self, language: str) -> str:
        """In the reader's language, else in English, else as it calls itself."""
        return self.names.get(language) or self.names.get("en") or self.own_name

    def shown_name(self, language: str) -> str:
        """As it calls itself, and in the reader's language where that is something else."""
        name = self.name(language)
        return self.own_name if name == self.own_name else f"{self.own_name} ({name})"


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

    def of_kind(self, kind: str) -> list[str]:
        """Every word of every language for a kind."""
        return [word for words in self.kinds[kind].values() for word in words]

    def of_place(self, place: str) -> list[str]:
        """Every name of a place in every language, and its codes."""
        found = self.places.get(place)
        names = [word for words in found.values() for word in words] if found else []
        if _territory(place, "en"):
            names += [place, *_alpha_3().get(place, ())]
            if not found:
                names += [_territory(place, language) for language in next(iter(self.kinds.values()))]
        return names


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All entries, in the order of their files."""

    entries: tuple[Entry, ...]
    words: Words
    _by_account: Mapping[tuple[str, str], Entry] = field(init=False, repr=False, compare=False)
    _by_id: Mapping[str, Entry] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_account = {(ref.kind, ref.key): entry for entry in self.entries for ref in entry.accounts}
        object.__setattr__(self, "_by_account", by_account)
        object.__setattr__(self, "_by_id", {entry.id: entry for entry in self.entries})

    def of(self, account: Account) -> Entry | None:
        """The entry that lists this account."""
        return self._by_account.get((account.kind, account.key))

    def by_id(self, entry_id: str) -> Entry | None:
        """The entry of this id."""
        return self._by_id.get(entry_id)

    def with_more(self, entries: Iterable[Entry]) -> "Catalogue":
        """The same, and those of ``entries`` whose accounts are not in it."""
        names = {name for entry in self.entries for ref in entry.accounts for name in (ref.key, ref.send) if name}
        more = (entry for entry in entries if names.isdisjoint(ref.key for ref in entry.accounts))
        return replace(self, entries=(*self.entries, *more))


@cache
def shipped() -> Catalogue:
    """The catalogue that comes with the program. Blocking, once. Raises CatalogueError."""
    words, accounts, services = (_shipped(name) for name in ("words", "accounts", "services"))
    return catalogue_of(words, {"entry": [*accounts["entry"], *services["entry"]]})


def _shipped(name: str) -> dict[str, Any]:
    file = resources.files(__package__ or "bot.catalogue") / "data" / f"{name}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def catalogue_of(words: Mapping[str, Any], accounts: Mapping[str, Any]) -> Catalogue:
    """Read what the files hold. Raises CatalogueError."""
    known = Words(words["kinds"], words["places"])
    entries = tuple(entry_of(row, known) for row in accounts["entry"])
    ids = [entry.id for entry in entries]
    refs = [(ref.kind, ref.key) for entry in entries for ref in entry.accounts]
    if len(set(ids)) < len(ids) or len(set(refs)) < len(refs):
        twice = {str(each) for each in (*ids, *refs) if (*ids, *refs).count(each) > 1}
        raise CatalogueError(f"listed twice: {', '.join(sorted(twice))}")
    return Catalogue(entries, known)


def entry_of(row: object, words: Words) -> Entry:
    """Read one entry of a file, TOML or JSON. Raises CatalogueError."""
    if not isinstance(row, Mapping):
        raise CatalogueError("?: no entry")
    try:
        entry = Entry(
            _text(row["id"]),
            _text(row["kind"]),
            tuple(_text(place) for place in row["places"][:_MOST]),
            {_text(language): _text(name) for language, name in list(row["names"].items())[:_MOST]},
            tuple(Ref(**{name: _text(value) for name, value in ref.items()}) for ref in row["accounts"][:_MOST]),
            row.get("vouched") is True,
            _text(row["confirmed"]),
            _text(row.get("note", "")),
            {_text(name): _text(said) for name, said in row.get("lists", {}).items()},
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise CatalogueError(f"{str(row.get('id', '?'))[:_LONGEST]}: {error}") from error
    if entry.kind not in words.kinds or not entry.id or not entry.names.get("own") or not entry.accounts:
        raise CatalogueError(f"{entry.id}: its kind, own name or accounts are missing")
    for place in entry.places:
        if place not in words.places and not _territory(place, "en"):
            raise CatalogueError(f"{entry.id}: no place {place!r}")
    return entry


def row_of(entry: Entry) -> dict[str, object]:
    """What ``entry_of`` reads again; what is empty is left out where it may be."""
    accounts = [
        {"kind": ref.kind, "key": ref.key} | ({"send": ref.send} if ref.send else {}) for ref in entry.accounts
    ]
    found: dict[str, object] = {
        "id": entry.id,
        "kind": entry.kind,
        "places": list(entry.places),
        "names": dict(entry.names),
        "accounts": accounts,
        "confirmed": entry.confirmed,
    }
    more = {"vouched": entry.vouched, "note": entry.note, "lists": dict(entry.lists)}
    return found | {name: value for name, value in more.items() if value}


def place_of(country: str) -> str:
    """The place that ISO 3166-1's three letters name, as CLDR writes it; ``NOWHERE`` where they name none."""
    country = country.strip().upper()
    if country in _KOSOVOS:
        return _KOSOVO
    aliases: Mapping[str, Sequence[str]] = get_global("territory_aliases")
    found = aliases.get(country, ()) if len(country) == _ALPHA_3 else ()
    # what has become several countries is none of them
    return found[0] if len(found) == 1 and not found[0].startswith(_PRIVATE) else NOWHERE


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{str(value)[:40]!r} is no text")
    return value[:_LONGEST]


@cache
def _alpha_3() -> Mapping[str, Sequence[str]]:
    """Codes of three letters, by CLDR's of two."""
    found: dict[str, list[str]] = {_KOSOVO: sorted(_KOSOVOS)}
    for code, places in get_global("territory_aliases").items():
        if len(code) == _ALPHA_3 and code.isalpha() and len(places) == 1:
            found.setdefault(places[0], []).append(code)
    return found


def _shown(names: Mapping[str, Sequence[str]], language: str) -> str:
    return (names.get(language) or names["en"])[0]


@cache
def _territory(code: str, language: str) -> str:
    """CLDR's name of a country or continent, "" for none."""
    if len(code) not in _CODE:
        return ""
    return str(Locale.parse(language, sep="-").territories.get(code, ""))
