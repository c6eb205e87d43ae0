"""Where a chat wants to be warned for: a point with a radius, or one of China's administrative units."""

import json
import math
from dataclasses import dataclass

#: Of one chat and topic.
MOST_PLACES = 10
#: Kilometres that can be asked for, and those with a button.
LEAST_KM, MOST_KM = 1, 1000
OFFERED_KM = (10, 30, 100)
USUAL_KM = 30
#: A location is kept to a hundredth of a degree, some kilometre: where in the town is nobody's business here.
DIGITS = 2
#: What that rounding can take away, kilometres.
ROUNDED_KM = 1.0
#: A unit as the way to it from the outside: ("北京市",), ("浙江省", "宁波市", "海曙区").
Unit = tuple[str, ...]
_EARTH_KM = 6371.0088

#: ``deliveries.notice`` of an alert that reaches a chat with places though nobody can say whether it is meant for one
#: of them. Delivery knows it again: it is no news of the post.
UNPLACED = json.dumps({"phrase": "message.place_unknown", "values": {}})
#: Name of a value in ``deliveries.notice`` of an edit: in this version the place is known.
PLACED = "placed"


@dataclass(frozen=True, slots=True)
class ChatPlace:
    """``name`` as the reader knows it. Degrees and kilometres; of a ``unit`` they are an estimate of its whole ground."""

    name: str
    latitude: float
    longitude: float
    radius_km: float
    unit: Unit = ()

    @property
    def key(self) -> str:
        """The same for places that are the same, whatever they are called."""
        if self.unit:
            return "/".join(self.unit)
        return f"{self.latitude:.{DIGITS}f} {self.longitude:.{DIGITS}f} {self.radius_km:g}"


def rounded(degrees: float) -> float:
    """As it is kept; never -0.0, which would be another key."""
    return round(degrees, DIGITS) + 0.0


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Along a great circle, between two places as (latitude, longitude)."""
    (north, east), (up, right) = one, other
    a, b = math.radians(north), math.radians(up)
    turn = math.radians(right - east)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(turn / 2) ** 2
    return 2 * _EARTH_KM * math.asin(math.sqrt(min(1.0, half)))
