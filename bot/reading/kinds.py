"""The kinds of gaps: the pattern that each may stand in, for Chinese and for English formulas."""

from functools import lru_cache

from bot.reading.figures import figure_pattern
from bot.reading.lexicon import Lexicon, lexicon, one_of
from bot.reading.times import EN, FROM, PERIOD, SPAN, ZH

#: What the name of a kind begins with that stands for a group of terms.
TERM = "term."
#: Signs of words that are neither Latin letters nor digits: ideographs, in a levelled text. A range of ideographs would be
#: exact, but costs the compiler a millisecond each time; ``slots`` refuses the few words that only this lets through.
_HAN = r"[^\W0-9a-z_]"
_HAN_LISTED = "[^\x00-\x7f。…“”【】《》·°]"

#: Which kind a slot is when the formula does not say: {time} is a moment, {hazard} a hazard; what is not here is named
#: in the formula ({rainfall:mm}).
KIND_OF = {
    "issuer": "issuer", "time": "time", "since": "time", "until": "time", "when": "time", "issued": "time",
    "places": "places", "where": "places", "hazard": "hazard", "hazard2": "hazard", "level": "colour", "level2": "colour",
    "previous": "colour", "rank": "rank", "cause": "cause", "signal": "signal", "replaced": "signal", "task": "task",
    "quoted": "quoted", "typhoon": "typhoon", "what": "phrase",
}  # fmt: skip

ENGLISH_COLOURS = {"blue": "blue", "yellow": "yellow", "orange": "orange", "red": "red", "white": "white"}

#: Wide on purpose (a body's last character), for speed; the slot's reader holds the words against the lexicon.
_BODY = f"{_HAN_LISTED}{{1,40}}?[台局部厅委会心办指总队站所处府司团防署室]"
_RANK = "(?:(?:iii|ii|iv|i|[一二三四])级)?"
_GRAVITY = "(?:特别严重|特别重大|严重|较重|一般|重大|较大)?"
_DISTANCE = "(?:偏?[东南西北]{1,3}方向?)?(?:约|大约)?[0-9]{1,4}公里的?(?:海面|洋面|近海)?上?"
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"

#: Patterns that hang on no list of the lexicon.
_FIXED = {
    "area_body": f"{_HAN_LISTED}{{2,40}}?",
    "places": r"(?!\d+[年月日时点:])[\w、\-]{1,120}?",
    "named_place": f"{_HAN}{{2,20}}?",
    "names": r"[\w、\-]{1,80}?",
    "epicentre": f"{_HAN}{{2,30}}?",
    "phrase": r"[\w“”]{1,24}?",
    "position": f"{_HAN}{{2,20}}?{_DISTANCE}|{_HAN}{{2,20}}?(?:海面|洋面|近海|境内)上?",
    "rank": rf"[\[(“]{_RANK}/?{_GRAVITY}(?:/{_RANK})?[\])”]",
    "quoted": "“[^“”\n]{1,120}”",
    "typhoon": f"“{_HAN}{{1,6}}”",
    "number": "[0-9]{1,4}",
    "decimal": r"[0-9]{1,3}(?:\.[0-9]{1,3})?",
    "phone": "[0-9]{3,8}",
    "years": "[0-9一二三四五六七八九十]{1,4}",
    "cenc": "(?:中国地震台网(?:中心)?|台网)",
    "suspect": rf"{_HAN}某{{1,2}}(?:\([^()]{{1,20}}\))?",
    "police_body": f"{_HAN}{{2,16}}?公安局(?:{_HAN}{{2,8}}分局)?",
    "rumour": "[^。!?\n]{2,80}?",
    "english_place": "[a-z][a-z0-9'., -]{1,80}?",
    "english_rumour": "[a-z0-9 ,.']{2,120}?",
    "english_month": f"(?:{_MONTHS})",
    "english_word": "[a-z-]{2,20}",
    "english_response": "(?:level[ -])(?:iv|iii|ii|i)",
}
#: Kinds whose patterns let through letters that no name has.
NAMING = frozenset(
    ("issuer", "area_body", "places", "named_place", "names", "epicentre", "phrase", "position", "typhoon", "suspect",
     "police_body")
)  # fmt: skip

_NEEDED = {
    "range": ("至", "到", "~", "-"),
    "span": ("未来", "今后", "接下来", "过去", "近"),
    "from": ("起", "开始"),
    "police_body": ("公安局",),
}


@lru_cache(maxsize=256)
def kind_pattern(kind: str, language: str) -> str:
    """Give the pattern of a kind of slot in a formula of this language ("zh", "en"). Raises KeyError for no kind."""
    known = lexicon()
    if kind.startswith(TERM):
        return one_of(needed_words(kind, language))
    if kind in known.units:
        return figure_pattern(kind)
    if kind in _FIXED:
        return _FIXED[kind]
    return _listed(known, chinese=language == "zh")[kind]


def needed_words(kind: str, language: str) -> tuple[str, ...]:
    """Give words of which a text must hold one for a gap of this kind to be filled, none where that is not worth
    looking: a term's words in the formula's language, a figure's unit, what makes a period.
    """
    if kind.startswith(TERM):
        words = lexicon().terms[kind.removeprefix(TERM)]
        return tuple(word for word in words if word.isascii() == (language == "en"))
    if kind == "signal":  # what their names end in
        return tuple(dict.fromkeys(name.split()[-1] if name.isascii() else name[-2:] for name in lexicon().signals))
    if kind == "colour":
        return tuple(ENGLISH_COLOURS if language == "en" else lexicon().colours)
    return _NEEDED.get(kind) or lexicon().units.get(kind, ())


def _listed(known: Lexicon, *, chinese: bool) -> dict[str, str]:
    """The patterns that the lexicon's lists make."""
    cause = one_of(known.causes)
    weather = (
        "(?:meteorological|weather) (?:observatory|bureau|service|authority|authorities|center|centre|administration)"
    )
    english = rf"(?:{one_of(known.known_bodies_en)}|(?:[a-z']+ ){{1,3}}{weather})(?: \([a-z]{{2,6}}\))?"
    return {
        "issuer": _BODY if chinese else english,
        "time": ZH if chinese else EN,
        "point": f"{ZH}(?<!前)",
        "range": PERIOD,
        "span": SPAN,
        "from": FROM,
        "hazard": one_of(known.hazards if chinese else known.hazards_en),
        "colour": one_of(known.colours if chinese else ENGLISH_COLOURS),
        "response": one_of(known.response_levels),
        "task": one_of(known.responses),
        "cause": f"(?:较强的?|强|弱|持续|持续性)?{cause}(?:(?:、|和|及|与|以及){cause}){{0,3}}",
        "signal": one_of(word for word in known.signals if word.isascii() != chinese),
        "disease": one_of(known.diseases),
    }
