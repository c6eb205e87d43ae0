"""The words that a delivery carries besides a post: which phrases of the locales, with which values. No language yet:
each chat is told in its own.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from bot.model.alert import Severity
from bot.model.reason import Reason


def notice(
    phrase: str,
    values: Mapping[str, str] | None = None,
    *,
    keys: Mapping[str, str] | None = None,
    moments: Mapping[str, str] | None = None,
    why: Reason | None = None,
    reply: str = "",
) -> str:
    """As kept in ``deliveries.notice``.

    ``phrase`` goes on top of the message ("" for nothing), ``reply`` is said below it ("" for no reply). Both take
    their values from ``values`` (words of a site, shown as they are), ``keys`` (phrases) and ``moments`` (``spell``);
    ``why`` fills {why} with a sentence.
    """
    said: dict[str, object] = {"phrase": phrase, "values": dict(values or {})}
    said |= {name: dict(given) for name, given in (("keys", keys), ("moments", moments)) if given}
    said |= {"why": why.to_json()} if why is not None else {}
    return json.dumps(said | ({"reply": reply} if reply else {}), ensure_ascii=False)


def severity_key(severity: Severity) -> str:
    """The phrase that names a severity."""
    return f"severity.{severity.value.lower()}"


def spell(time: datetime, utc_offset: int | None) -> str:
    """A moment with the offset (minutes east of UTC) of the clock by which it is to be shown."""
    zone = timezone(timedelta(minutes=utc_offset or 0))
    return time.astimezone(zone).isoformat(timespec="seconds")
