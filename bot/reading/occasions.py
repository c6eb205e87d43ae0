"""Which posts of an account tell of one warning as it goes on: issued, raised, lowered, continued, lifted."""

from dataclasses import dataclass

from bot.model.reading import Action, Reading, Scheme
from bot.reading.levelling import level_words


@dataclass(frozen=True, slots=True)
class Occasion:
    """A warning of one hazard by one body, whatever its level. ``over``: this post lifts it."""

    name: str
    over: bool = False

    @property
    def names(self) -> tuple[str, str]:
        """As its posts are marked: while it stands, and where it is lifted."""
        return self.name, f"{self.name} over"

    @property
    def mark(self) -> str:
        """As this post is marked."""
        return self.names[self.over]


def occasion(reading: Reading) -> Occasion | None:
    """The occasion that a post tells of, None where it proves none: only the body that issues a warning tells where it
    holds, and a post that says several things belongs to no single one of them.
    """
    if len(reading.claims) != 1:
        return None
    claim = reading.claims[0]
    if claim.scheme is Scheme.NONE or claim.hazard is None or claim.issuer is None:
        return None
    if not (claim.action.in_force or claim.action is Action.LIFTED):
        return None
    name = f"warning {claim.scheme} {claim.hazard} {level_words(claim.issuer.words)}"
    return Occasion(name, over=claim.action is Action.LIFTED)
