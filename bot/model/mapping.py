"""Pictures of a message that are fetched from nowhere, but drawn here: a map of an alert's areas, a chart."""

from dataclasses import dataclass

from bot.model.alert import Area, Severity
from bot.model.post import Media


@dataclass(frozen=True, slots=True)
class AreaMap(Media):
    """``url`` is "map:" and a digest of all that is drawn: equal maps have equal ones, and no address looks so."""

    #: Areas, and how grave it is there.
    patches: tuple[tuple[tuple[Area, ...], Severity], ...] = ()
    #: The reader's own place (degrees north, degrees east); None where none is drawn.
    reader: tuple[float, float] | None = None
    #: With room for more names, for who opens it.
    larger: bool = False


@dataclass(frozen=True, slots=True)
class Drawn(Media):
    """A picture for one chat; ``url`` is a name of it, no address."""

    png: bytes = b""
