"""py3langid's model (naive Bayes over byte n-grams, 97 languages), asked without numpy: a text at a time needs no arrays,
and importing that library alone takes 20 MiB.
"""

import importlib.util
import lzma
import pickle
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Langid:
    """The model as its file has it: a machine that walks over bytes, and what its states say of each language."""

    #: The state after a state and a byte, at ``(state << 8) + byte``.
    moves: Sequence[int]
    #: Features that a state has found.
    features: Mapping[int, Sequence[int]]
    #: Log-likelihoods: a row for each feature, a column for each language.
    rows: Sequence[float]
    #: Log-probability of each language.
    priors: Sequence[float]
    languages: Sequence[str]

    def weigh(self, text: str, plausible: Sequence[str]) -> dict[str, float]:
        """Give the log-probability of each of these languages (ISO 639-1), up to a sum that they share."""
        state = 0
        found: list[int] = []
        for byte in text.encode("utf-8", "surrogatepass"):
            state = self.moves[(state << 8) + byte]
            found.extend(self.features.get(state, ()))
        counted, width = Counter(found), len(self.languages)
        return {
            tag: self.priors[column]
            + sum(count * self.rows[feature * width + column] for feature, count in counted.items())
            for tag, column in ((tag, self.languages.index(tag)) for tag in plausible)
        }


@lru_cache(maxsize=1)
def langid() -> Langid:
    """Load the model from the package's own file, as py3langid 0.3 does."""
    package = importlib.util.find_spec("py3langid")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("py3langid is not installed")
    file = Path(package.submodule_search_locations[0]) / "data" / "model.plzma"
    with lzma.open(file) as opened:
        rows, priors, languages, moves, features = pickle.load(opened)  # noqa: S301 - of a package that is pinned
    return Langid(moves, features, rows, priors, languages)
