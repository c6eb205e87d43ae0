"""What an inline button sends back: a verb and its arguments in callback_data's 64 bytes."""

from collections.abc import Sequence

from bot.delivery.face import Button

#: Bot API, InlineKeyboardButton.callback_data: 1 to 64 bytes.
DATA_LIMIT = 64
#: A label longer than this is cut by phones anyway.
LABEL_LIMIT = 40

Keyboard = tuple[tuple[Button, ...], ...]
#: The verb that opens /settings or a page of it; a message with such a button is a page of the menu.
MENU = "st"
#: The verb that opens the page of one subscription.
SUBSCRIPTION = "sf"
#: Short buttons beside each other: more do not fit on a phone.
_IN_A_ROW = 2


def press(label: str, verb: str, *arguments: object) -> Button:
    """A button that sends ``verb`` and its arguments."""
    data = ":".join([verb, *map(str, arguments)])
    if len(data.encode()) > DATA_LIMIT:
        raise ValueError(f"callback_data {data!r} is over {DATA_LIMIT} bytes")
    return Button(label, data=data)


def abreast(buttons: Sequence[Button]) -> Keyboard:
    """Short buttons, two in a row."""
    return tuple(tuple(buttons[start : start + _IN_A_ROW]) for start in range(0, len(buttons), _IN_A_ROW))


def read(data: str) -> tuple[str, list[str]]:
    """The verb and its arguments."""
    verb, *arguments = data.split(":")
    return verb, arguments


def number(arguments: list[str], place: int, largest: int = 2**63 - 1) -> int | None:
    """One argument as a number; None when it is none (anybody's client can send anything)."""
    text = arguments[place] if place < len(arguments) else ""
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(largest)):
        return None
    return int(text) if int(text) <= largest else None
