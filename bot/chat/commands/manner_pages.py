"""How a chat, a topic or one subscription is told, as pages: what can be typed, and what has a button of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.chat.buttons import Keyboard
from bot.chat.manners import way_label
from bot.chat.typed import DEFAULT, OFF, way_of
from bot.chat.wording import Mark, Say, one_line
from bot.delivery.face import Button
from bot.locales import Phrases

#: Buttons in a row; of a pause, whose labels are short, all of them.
_ACROSS, _SHORT = 2, 3
#: Of what was typed, characters.
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Page:
    """How one thing is set."""

    #: The phrase that says how, and for each of its slots what is typed behind the command: the same in every language.
    how: str
    slots: Mapping[str, tuple[str, ...]]
    #: What has a button of its own, as it would be typed; anything else can be typed.
    offered: tuple[str, ...] = ()
    #: The command that lets one subscription be as the others again, and what is typed behind its number.
    back: tuple[str, str] = ("", "")


PAGES: Mapping[str, Page] = {
    "notify": Page(
        "manners.way_how",
        {"examples": ("once", "silent", "hourly", "daily 08:00", "max 5")},
        ("once", "silent", "hourly", "daily 08:00", "max 5", DEFAULT),
        ("notify", DEFAULT),
    ),
    "quiet": Page(
        "manners.quiet_how",
        {"example": ("22:00-07:00 severe",), "off": (OFF,)},
        ("22:00-07:00 severe", "23:00-06:00 severe", OFF, DEFAULT),
        ("quiet", DEFAULT),
    ),
    "pause": Page(
        "manners.pause_how",
        {"examples": ("2h", "until 18:00", "until 2027-01-31"), "all": ("all 2h",)},
        ("2h", "8h", "24h"),
        ("resume", ""),
    ),
    "mute": Page("manners.mute_how", {"example": ("rainstorm",)}, back=("unmute", "")),
    # buttons alone
    "resume": Page("", {}, ("",)),
    "unmute": Page("", {}, ("",)),
}


_LABELS = {
    OFF: "manners.button_off",
    DEFAULT: "manners.button_default",
    "resume": "manners.button_resume",
    "unmute": "manners.button_unmute",
}


def begun(phrases: Phrases, typed: str) -> Say:
    """The beginning of a page that answers what was typed: that it could not be meant, where it was anything."""
    say, what = Say(phrases), one_line(typed, _SHOWN) if typed.strip() else ""
    return say.phrase("manners.not_understood", what=Mark(what, "bold")).add("\n") if what else say


def add_how(say: Say, name: str, number: int = 0) -> Say:
    """What can be typed. ``number``: of the subscription in /list that it is about, 0 for the whole chat or topic."""
    page = PAGES[name]
    typed = {
        slot: Mark(", ".join(_typed(name, number, each) for each in some), "code")
        for slot, some in page.slots.items()
    }
    say.line(page.how, **typed)
    command, text = page.back
    if number:
        return say.line("manners.own_back", back=Mark(_typed(command, number, text), "code"))
    (first, *_), *_ = page.slots.values()
    one, back = _typed(name, 2, first), _typed(command, 2, text)
    return say.line("manners.one_how", one=Mark(one, "code"), back=Mark(back, "code"))


def buttons(name: str, phrases: Phrases, press_of: Callable[[str, int], Button], *, one: bool = False) -> Keyboard:
    """What is offered; ``press_of`` makes a button of a label and its place. ``one``: of a single subscription, which may be
    as the others.
    """
    wanted = [each for each in PAGES[name].offered if one or each != DEFAULT]
    found = [press_of(_label(name, each, phrases), place) for place, each in enumerate(wanted)]
    across = _SHORT if name == "pause" else _ACROSS
    return tuple(tuple(found[start : start + across]) for start in range(0, len(found), across))


def offered(name: str, place: int | None) -> str | None:
    """What a button stands for, as it would be typed; None for one that is not known."""
    known = PAGES[name].offered if name in PAGES else ()
    return known[place] if place is not None and place < len(known) else None


def _typed(name: str, number: int, text: str) -> str:
    return " ".join(each for each in (f"/{name}", str(number or ""), text) if each)


def _label(name: str, typed: str, phrases: Phrases) -> str:
    if (key := _LABELS.get(typed or name)) is not None:
        return phrases(key)
    if name == "pause":
        return phrases("manners.button_hours", count=int(typed[:-1]))
    way = way_of(typed)
    return way_label(way, phrases) if way is not None else typed.partition(" ")[0].replace("-", "–")
