"""Why a source cannot be read, as a sentence in the reader's language."""

from bot.delivery.harmless import line
from bot.locales import Phrases
from bot.model.reason import Reason

#: A value is a number or a short name; strangers may have chosen it.
_VALUE_LIMIT = 40


def told(reason: Reason, phrases: Phrases) -> str:
    """The sentence, its values harmless."""
    values: dict[str, object] = {name: line(value, _VALUE_LIMIT) for name, value in reason.values.items()}
    count = reason.values.get("count", "")
    if count.isascii() and count.isdecimal() and len(count) <= _VALUE_LIMIT:
        values["count"] = int(count)
    return phrases(f"trouble.{reason.cause.value}", **values)
