"""The words that a delivery carries besides a post: which phrase of the locales, with which values."""

import json
from collections.abc import Mapping

from bot.model.reason import Reason


def notice(phrase: str, values: Mapping[str, str], *, reply: bool = False, why: Reason | None = None) -> str:
    """As kept in ``deliveries.notice``. ``reply``: the chat also gets it as a reply to the message that it marks.
    ``why`` fills the phrase's {why} with a sentence in the chat's language.
    """
    said: dict[str, object] = {"phrase": phrase, "values": dict(values), "reply": reply}
    if why is not None:
        said["why"] = why.to_json()
    return json.dumps(said, ensure_ascii=False)
