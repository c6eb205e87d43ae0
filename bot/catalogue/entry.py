"""One entry of the catalogue, as JSON and back."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

#: Characters of a name or note that are kept.
_LONGEST = 300
_FIELDS = ("account", "kind", "name", "country", "language", "note")


@dataclass(frozen=True, slots=True)
class Entry:
    """An official list, and what to send to ``/subscribe`` to follow it."""

    account: str
    kind: str
    #: Who speaks, as the list that names it writes it: "Albania: Institute of GeoSciences …".
    name: str
    #: ISO 3166-1 alpha-3, "" where it is none country's alone.
    country: str = ""
    #: As the list that names it writes it: a BCP 47 tag, or a word ("English").
    language: str = ""
    #: Which lists name it: "shipped", "ifrc", "wmo".
    lists: tuple[str, ...] = ()
    #: Somebody of this project has seen it answer.
    confirmed: bool = False
    note: str = ""

    def matches(self, words: list[str]) -> bool:
        """True when all of these folded words stand in its name, country, language or account."""
        hay = folded(f"{self.name} {self.country} {self.language} {self.account} {self.kind}")
        return all(word in hay for word in words)

    def to_json(self) -> dict[str, object]:
        """As it stands in the file: what is empty is left out."""
        found: dict[str, object] = {name: getattr(self, name) for name in _FIELDS if getattr(self, name)}
        if self.lists:
            found["lists"] = list(self.lists)
        return {**found, "confirmed": True} if self.confirmed else found


def entry_from(value: object) -> Entry | None:
    """An entry out of JSON or TOML, None for what is none."""
    if not isinstance(value, Mapping):
        return None
    texts = {name: text[:_LONGEST] for name in _FIELDS if isinstance(text := value.get(name), str)}
    lists = value.get("lists")
    named = tuple(name for name in lists if isinstance(name, str)) if isinstance(lists, list) else ()
    if not texts.get("account") or not texts.get("kind") or not texts.get("name"):
        return None
    return Entry(**texts, lists=named, confirmed=value.get("confirmed") is True)


def folded(text: str) -> str:
    """Without case and accents: "México" is found by "mexico"."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in apart if not unicodedata.combining(char))
