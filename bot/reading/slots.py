"""The gaps of a formula: for each kind the pattern it may stand in, and how its words become a value or are refused."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from bot.model.reading import Issuer, Level, Slot, SlotValue, Span
from bot.reading.figures import figure_pattern, parse_figure
from bot.reading.levelling import Levelled
from bot.reading.lexicon import lexicon, one_of
from bot.reading.places import parse_places, proved_kind
from bot.reading.times import EN, ZH, Clock, parse_moment

_HAN = "\u4e00-\u9fff"

#: Which kind a slot is when the formula does not say: {time} is a moment, {hazard} a hazard; what is not here is named
#: in the formula ({rainfall:mm}).
KIND_OF = {
    "issuer": "issuer", "time": "time", "since": "time", "until": "time", "when": "time", "issued": "time",
    "places": "places", "where": "places", "hazard": "hazard", "hazard2": "hazard", "level": "colour", "level2": "colour",
    "previous": "colour", "rank": "rank", "cause": "cause", "signal": "signal", "replaced": "signal", "task": "task",
    "quoted": "quoted", "typhoon": "typhoon", "what": "phrase",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """Words of a slot in the levelled text, with all that is needed to read them."""

    words: str
    start: int
    levelled: Levelled
    text: str
    clock: Clock
    name: str

    @property
    def span(self) -> Span:
        """Where they stand in the text as given."""
        return self.levelled.span(self.start, self.start + len(self.words))

    @property
    def given(self) -> str:
        """How the text writes them."""
        return self.text[self.span.start : self.span.end]


@lru_cache(maxsize=256)
def kind_pattern(kind: str, language: str) -> str:
    """Give the pattern of a kind of slot in a formula of this language ("zh", "en"). Raises KeyError for no kind."""
    known = lexicon()
    if kind in known.units:
        return figure_pattern(kind)
    chinese = language == "zh"
    return {
        "issuer": lambda: _BODY if chinese else _english_bodies(),
        "area_body": lambda: f"[{_HAN}、]{{2,40}}?",
        "time": lambda: ZH if chinese else EN,
        "places": lambda: f"(?!\\d+[年月日时点:])[{_HAN}0-9a-z、\\-]{{1,120}}?",
        "names": lambda: f"[{_HAN}0-9a-z、\\-]{{1,80}}?",
        "english_place": lambda: "[a-z][a-z0-9'., -]{1,80}?",
        "hazard": lambda: one_of(known.hazards if chinese else known.hazards_en),
        "colour": lambda: one_of(known.colours if chinese else _EN_COLOURS),
        "bare_colour": lambda: "[蓝黄橙红]",
        "response": lambda: one_of(known.response_levels),
        "english_response": lambda: "(?:level[ -])(?:iv|iii|ii|i)",
        "task": lambda: one_of(known.responses),
        "cause": lambda: (
            f"(?:较强的?|强|弱|持续|持续性)?{one_of(known.causes)}(?:(?:、|和|及|与|以及){one_of(known.causes)}){{0,3}}"
        ),
        "signal": lambda: one_of(known.signals),
        "rank": lambda: (
            r"[\[(“](?:(?:iii|ii|iv|i|[一二三四])级)?(?:/)?(?:特别严重|特别重大|严重|较重|一般|重大|较大)?(?:/(?:iii|ii|iv|i|[一二三四])级)?[\])”]"
        ),
        "quoted": lambda: "“[^“”\n]{1,120}”",
        "typhoon": lambda: f"“[{_HAN}]{{1,6}}”",
        "number": lambda: "[0-9]{1,4}",
        "decimal": lambda: r"[0-9]{1,3}(?:\.[0-9]{1,3})?",
        "phrase": lambda: f"[{_HAN}0-9a-z“”]{{1,24}}?",
        "phone": lambda: "[0-9]{3,8}",
        "cenc": lambda: "(?:中国地震台网(?:中心)?|台网)",
        "toll": lambda: (
            f"{figure_pattern('person')}(?:死亡|遇难|受伤|轻伤|重伤|失踪)(?:[、,]{figure_pattern('person')}(?:死亡|受伤|轻伤|重伤|失踪)){{0,2}}"
        ),
        "suspect": lambda: rf"[{_HAN}]某{{1,2}}(?:\([^()]{{1,20}}\))?",
        "police_body": lambda: f"[{_HAN}]{{2,16}}?公安局(?:[{_HAN}]{{2,8}}分局)?",
        "disease": lambda: one_of(known.diseases),
        "drills": lambda: (
            "(?:(?:防震减灾|防汛|消防|应急|地震|综合|系统|海啸|防空|疏散)*(?:演练|演习|测试)(?:信息)?){1,4}"
        ),
        "rumour": lambda: "[^。!?\n]{2,80}?",
        "english_rumour": lambda: "[a-z0-9 ,.']{2,120}?",
        "years": lambda: "[0-9一二三四五六七八九十]{1,4}",
        "english_month": lambda: (
            "(?:january|february|march|april|may|june|july|august|september|october|november|december)"
        ),
        "english_word": lambda: "[a-z-]{2,20}",
        "english_cause": lambda: (
            "(?:flooding|fallen trees?|a landslide|a traffic accident|road works|heavy rain|snow|fog|an accident)"
        ),
        "position": lambda: (
            f"[{_HAN}]{{2,20}}?(?:偏?[东南西北]{{1,3}}方向?)?(?:约|大约)?[0-9]{{1,4}}公里的?(?:海面|洋面|近海)?上?|[{_HAN}]{{2,20}}?(?:海面|洋面|近海|境内)上?"
        ),
        "compass": lambda: "[东南西北偏]{1,4}",
        "bearing": lambda: "(?:[nsew]{1,3})",
    }[kind]()


_EN_COLOURS = {"blue": "blue", "yellow": "yellow", "orange": "orange", "red": "red", "white": "white"}


#: Wide on purpose (a body's last character), for speed; ``_issuer`` holds the words against the lexicon.
_BODY = f"[{_HAN}、]{{1,40}}?[台局部厅委会心办指总队站所处府司团防署室]"


def _english_bodies() -> str:
    return f"(?:{one_of(lexicon().known_bodies_en)}|[a-z]+(?: [a-z]+)? meteorological (?:observatory|bureau|service))"


#: Kinds that take any words: what stands in them is not explained by standing there.
FREE_KINDS = frozenset(("phrase", "names", "english_place", "places", "english_word"))


def read_slot(kind: str, found: Found) -> Slot | None:
    """Read a slot's words, None when they are refused."""
    value: SlotValue | None
    if kind in lexicon().units:
        value = parse_figure(found.words, found.span, kind, found.name, found.given)
    else:
        value = _READERS.get(kind, _words)(found)
    return None if value is None else Slot(found.name, found.given, found.span, value)


def _issuer(found: Found) -> Issuer | None:
    if found.words.isascii() or _are_bodies(found.words):
        return Issuer(found.given, found.span)
    return None


def _are_bodies(words: str) -> bool:
    """Whether the words are one body's name or several joined (市森防办与市气象台)."""
    if _is_body(words):
        return True
    for joint in re.finditer("和|与|、|会同|联合", words):
        if _is_body(words[: joint.start()]) and _are_bodies(words[joint.end() :]):
            return True
    return False


def _is_body(words: str) -> bool:
    known = lexicon()
    if words in known.known_bodies:
        return True
    grounds = (words[: -len(end)] for end in known.bodies if words.endswith(end))
    return any(
        ground in {"市", "省", "区", "县", "国家"} or proved_kind(ground) is not None for ground in grounds if ground
    )


def _area_body(found: Found) -> Issuer | None:
    proved = all(proved_kind(place) for place in found.words.split("、"))
    return Issuer(found.given, found.span) if proved else None


def _places(found: Found) -> SlotValue | None:
    return parse_places(found.words, found.start, found.levelled, found.text, strict=found.name != "where")


def _words(found: Found) -> str:
    return found.given


def _hazard(found: Found) -> SlotValue | None:
    known = lexicon()
    return known.hazards.get(found.words) or known.hazards_en.get(found.words)


def _colour(found: Found) -> SlotValue | None:
    english = _EN_COLOURS.get(found.words)
    return Level(english) if english else lexicon().colours.get(found.words)


_READERS: dict[str, Callable[[Found], SlotValue | None]] = {
    "issuer": _issuer,
    "cenc": lambda found: Issuer(found.given, found.span),
    "area_body": _area_body,
    "time": lambda found: parse_moment(found.words, found.span, found.given, found.clock),
    "places": _places,
    "hazard": _hazard,
    "colour": _colour,
    "bare_colour": lambda found: lexicon().colours[found.words + "色"],
    "response": lambda found: lexicon().response_levels[found.words],
    "english_response": lambda found: lexicon().response_levels[found.words[6:] + "级"],
}
