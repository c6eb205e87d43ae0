"""The words that a delivery carries besides a post: which phrase of the locales, with which values."""

import json
from collections.abc import Mapping


def notice(phrase: str, values: Mapping[str, str], *, reply: bool = False) -> str:
    """As kept in ``deliveries.notice``. ``reply``: the chat also gets it as a reply to the message that it marks."""
    return json.dumps({"phrase": phrase, "values": dict(values), "reply": reply}, ensure_ascii=False)
