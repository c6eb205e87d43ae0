"""From one post's ground to the places of chats that it touches, without walking all of them. Beside the database.

A point with a radius is met by a polygon or circle that comes as near, and by a named unit whose estimated ground does. A
unit is met by name and code where it is the named one, lies in it or around it; by a polygon where its own estimated
ground is touched. Only what is proved to lie elsewhere keeps a chat out (``Grounds.proved``).
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from bot.geo.china import Units
from bot.matching.evaluating import Truth
from bot.matching.grounds import Grounds, alternatives
from bot.matching.places import spellings
from bot.model.alert import Circle
from bot.model.place import ROUNDED_KM, ChatPlace, Unit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a post is meant for a place, and how far off its ground is (None where that cannot be said)."""

    truth: Truth
    km: float | None = None


class PlaceIndex:
    """The different places of all chats, by their keys. May be used by several threads."""

    def __init__(self, units: Units) -> None:
        self._units = units
        self._lock = Lock()
        self._keys: list[str] = []
        self._known: dict[str, bool] = {}
        self._latitudes, self._longitudes, self._radii = array("d"), array("d"), array("d")
        #: 1 for a unit.
        self._is_unit = array("b")
        #: Keys of units by the units that they lie in, themselves among them.
        self._inside: dict[Unit, list[str]] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, key: str) -> bool:
        return key in self._known

    def add(self, places: Iterable[ChatPlace]) -> None:
        """Take these in; those that are here already change nothing."""
        with self._lock:
            for place in places:
                if place.key in self._known:
                    continue
                self._known[place.key] = True
                self._keys.append(place.key)
                self._latitudes.append(place.latitude)
                self._longitudes.append(place.longitude)
                self._radii.append(place.radius_km + ROUNDED_KM)
                self._is_unit.append(1 if place.unit else 0)
                for depth in range(1, len(place.unit) + 1):
                    self._inside.setdefault(place.unit[:depth], []).append(place.key)

    def met(self, grounds: Grounds) -> set[str]:
        """The keys of those that the ground touches. In a thread: a large ground takes a while."""
        with self._lock:
            found = self._by_name(grounds)
            mask = self._by_place(grounds)
            return found.union(self._keys[number] for number in mask.nonzero()[0])

    def _by_name(self, grounds: Grounds) -> set[str]:
        found: set[str] = set()
        for unit in (*alternatives(grounds.named), *grounds.mentioned):
            found.update(self._inside.get(unit, ()))
            around = ("/".join(unit[:depth]) for depth in range(1, len(unit)))
            found.update(key for key in around if key in self._known)
        return found

    def _by_place(self, grounds: Grounds) -> "NDArray[np.bool_]":
        import numpy as np

        # shared with the arrays for this moment only: they cannot grow meanwhile
        north, east, radii = (np.array(each) for each in (self._latitudes, self._longitudes, self._radii))
        points = np.array(self._is_unit) == 0
        found = _touched(north, east, radii, grounds)
        if points.any():
            found |= points & _touched_by_units(north, east, radii, grounds, self._units)
        return found


def verdict(place: ChatPlace, grounds: Grounds, units: Units) -> Verdict:
    """What ``PlaceIndex.met`` and ``Grounds.proved`` come to for one place. In a thread, as ``met``."""
    index = PlaceIndex(units)
    index.add([place])
    if index.met(grounds):
        return Verdict(Truth.YES)
    return Verdict(Truth.NO if grounds.proved else Truth.UNKNOWN, _gap(place, grounds, units))


def new_units() -> Units:
    """China's units, read when first needed."""
    return Units(spellings)


def _touched(
    north: "NDArray[np.float64]", east: "NDArray[np.float64]", radii: "NDArray[np.float64]", grounds: Grounds
) -> "NDArray[np.bool_]":
    from bot.geo.reaching import reached_by_circles, reached_by_shape

    found = reached_by_circles(north, east, radii, grounds.circles)
    if grounds.shape is not None:
        found |= reached_by_shape(north, east, radii, grounds.shape)
    return found


def _touched_by_units(
    north: "NDArray[np.float64]",
    east: "NDArray[np.float64]",
    radii: "NDArray[np.float64]",
    grounds: Grounds,
    units: Units,
) -> "NDArray[np.bool_]":
    from bot.geo.reaching import reached_by_circles

    return reached_by_circles(
        north, east, radii, _estimated([*alternatives(grounds.named), *grounds.mentioned], units)
    )


def _estimated(some: Iterable[Unit], units: Units) -> list[Circle]:
    """Circles that surely hold these units; each once."""
    found = filter(None, (units.ground(unit) for unit in some))
    return list(dict.fromkeys(Circle(ground.latitude, ground.longitude, ground.reach_km) for ground in found))


def _gap(place: ChatPlace, grounds: Grounds, units: Units) -> float | None:
    """From the middle of a place to the ground, kilometres. None between two units: both are but estimates."""
    from bot.geo.reaching import gap_km

    if place.unit and grounds.named:
        return None
    circles = [*grounds.circles, *_estimated(alternatives(grounds.named), units)]
    return gap_km(place.latitude, place.longitude, grounds.shape, circles)
