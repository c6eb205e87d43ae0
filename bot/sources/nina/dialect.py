"""Which lists of warnung.bund.de can be followed: those of a district by its key, and those of a provider."""

import re
from urllib.parse import urlsplit

from bot.sources.cap.dialect import JSON_ACCEPT, Dialect
from bot.sources.face import Pace
from bot.sources.links import as_url
from bot.sources.nina.reading import read_any

#: The app itself looks each minute or two.
NINA_PACE = Pace(default=90, floor=60, ceiling=300, promise=1200)
_HOST = "warnung.bund.de"
_API = f"https://{_HOST}/api31"
_PROVIDERS = ("mowas", "katwarn", "biwapp", "dwd", "lhp", "police")
_PREFIX = re.compile(r"nina(?::|\s+)\s*", re.IGNORECASE)
#: The official key of a district (five digits), of a municipality in it (eight or twelve): warnings are listed by district.
_KEY = re.compile(r"(\d{5})(?:\d{3}|\d{7})?")
_DISTRICT, _PROVIDER = re.compile(r"/api\d+/dashboard/(\d{12})\.json"), re.compile(r"/api\d+/([a-z]+)/mapData\.json")
_MINUTES_EAST = 60
_WANTED = (
    "Send nina:091620000000 (a district's official key; the first five digits do), or nina:mowas for all of Germany."
)


def address(what: str) -> str:
    """The list that a text names: "nina:" and a district's key or a provider, or a link of the service."""
    what = what.strip()
    named = _PREFIX.match(what)
    if named:
        name = what[named.end() :].strip().lower()
        key = _KEY.fullmatch(name)
        if key:
            return f"{_API}/dashboard/{key[1]}0000000.json"
        return f"{_API}/{name}/mapData.json" if name in _PROVIDERS else ""
    url = as_url(what)
    parts = urlsplit(url)
    provider = _PROVIDER.fullmatch(parts.path)
    known = _DISTRICT.fullmatch(parts.path) or (provider and provider[1] in _PROVIDERS)
    return url if parts.hostname == _HOST and known else ""


def _name(key: str) -> str:
    path = urlsplit(key).path
    district, provider = _DISTRICT.search(path), _PROVIDER.search(path)
    return f"NINA {district[1][:5] if district else provider[1] if provider else ''}".strip()


NINA = Dialect(
    kind="nina", pace=NINA_PACE, accept=JSON_ACCEPT, address=address, wanted=_WANTED, read=read_any, name=_name,
    language="de", utc_offset=_MINUTES_EAST,
)  # fmt: skip
