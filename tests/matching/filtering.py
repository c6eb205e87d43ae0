"""Filters and facts made up for the tests of matching; no test stands here."""

from hypothesis import strategies as st

from bot.matching.facts import Facts
from bot.matching.tree import And, Field, Name, Not, Op, Or, Pattern, Phrase, Word, either, negated
from bot.matching.vocabulary import all_of
from bot.model.alert import Severity
from bot.model.post import Count
from bot.model.reading import HazardKind, Level

WORDS = (
    "rain", "rainstorm", "暴雨", "暴雨预警", "雨", "beijing", "北京", "朝阳", "road", "roads", "closed", "地铁", "7号线",
    "ливень", "태풍", "km/h", "12:30", "ｒｅｄ", "紅色", "إعصار", "बारिश", "x", "as", "bus", "buses",
    "heavy", "bei", "jing", "сильный", "дождь", "ливня", "المطر",
)  # fmt: skip
PHRASES = ("road closed", "rain", "暴雨 橙色", "line 7", "北京", 'a "b" c', "back\\slash", "雨")

FIELDS = st.sampled_from(
    (
        Field(Name.LEVEL, Op.IS, ("orange",)),
        Field(Name.LEVEL, Op.LEAST, ("yellow",)),
        Field(Name.SEVERITY, Op.LEAST, ("severe",)),
        Field(Name.HAZARD, Op.IS, ("rainstorm", "thunderstorm")),
        Field(Name.PLACE, Op.IS, ("朝阳区",)),
        Field(Name.PLACE, Op.IS, ("New York", "北京")),
        Field(Name.AGENCY, Op.IS, ("police",)),
        Field(Name.HAS, Op.IS, ("photo", "video")),
        Field(Name.FORWARDS, Op.MORE, ("5000",)),
        Field(Name.IS, Op.IS, ("drill",)),
        Field(Name.LANG, Op.IS, ("zh",)),
    )
)
ATOMS = st.one_of(
    st.sampled_from(WORDS).map(Word),
    st.sampled_from(PHRASES).map(Phrase),
    st.sampled_from(("暴雨.{0,4}橙", "[0-9]+ ?mm", "rain|snow")).map(Pattern),
    FIELDS,
)
TREES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        inner.map(negated),
        st.lists(inner, min_size=2, max_size=4).map(all_of),
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: either(*parts)),
    ),
    max_leaves=8,
)
FACTS = st.builds(
    Facts,
    text=st.lists(
        st.sampled_from((*WORDS, "rainstorms", "trains", "红色", "red", "，", " ", "暴雨 橙色", "35 mm", "\n", "rainy", "ливней", "مطر", "heavy rains")),
        max_size=12,
    ).map("".join),
    hazards=st.sampled_from((None, frozenset((HazardKind.RAINSTORM,)), frozenset((HazardKind.FOG,)))),
    levels=st.sampled_from((None, frozenset(), frozenset((Level.ORANGE,)), frozenset((Level.BLUE, Level.EIGHT_NE)))),
    severity=st.sampled_from((None, Severity.MINOR, Severity.EXTREME)),
    places=st.sampled_from((None, frozenset(("朝阳区",)), frozenset(("上海市",)), frozenset(("建国路",)))),
    places_open=st.booleans(),
    agencies=st.sampled_from(("", "平安北京\n北京市公安局", "weather office")),
    media=st.sampled_from((frozenset(), frozenset(("photo",)))),
    forwards=st.sampled_from((None, Count(4000, "4000"), Count(4000, "4000+", is_lower_bound=True), Count(9000, "9000"))),
    marks=st.sampled_from((frozenset(), frozenset(("drill",)))),
    unsaid=st.sampled_from((frozenset(), frozenset(("update", "lifted")), frozenset(("drill",)))),
    languages=st.sampled_from((None, frozenset(("zh-hans",)), frozenset(("en-us",)))),
)  # fmt: skip

__all__ = ["ATOMS", "FACTS", "FIELDS", "PHRASES", "TREES", "WORDS", "And", "Not", "Or"]
