"""Folding text so that what readers hold to be the same compares equal: width, case, traditional and simplified, and what
is left out or varied in writing Arabic (vowels, hamza), Russian (ё) and Hindi (nukta).
"""

import re
import unicodedata
from functools import cache

#: Where traditional and simplified characters stand, after NFKC: the unified ideographs and their extensions A to F.
_HAN = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0x20000, 0x2EBE0))
_HAS_HAN = re.compile("[㐀-䶿一-鿿𠀀-𮯠]")

#: What a reader does not see and a sender may sprinkle into a word: soft hyphen, zero-width and bidi controls, joiners,
#: variation selectors, byte order mark, tags (most of Unicode's Default_Ignorable_Code_Point, as NFKC_Casefold drops).
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    # marks that Arabic is mostly written without, and the stroke that stretches a word; the Hindi dot below
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u093c]|(?<=[еЕ])\u0308+"
)
#: Letters that are written one for another, after NFKC: the carriers of hamza, the two ends of Arabic words, Persian's
#: and Urdu's kaf, ya and he, ё, and what Hindi has with a dot of its own or a moon.
_VARIED = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ؤ": "و", "ئ": "ي", "ى": "ي", "ة": "ه", "ک": "ك", "ی": "ي", "ۀ": "ه",
     "ە": "ه", "ۂ": "ه", "ہ": "ه", "ۓ": "ے", "ё": "е", "\u0929": "\u0928", "\u0931": "\u0930", "\u0934": "\u0933",
     "\u0901": "\u0902"}
)  # fmt: skip
_HAS_VARIED = re.compile("[أإآٱؤئىةکیۀەۂہۓё\u0929\u0931\u0934\u0901]")

#: NFKC and case folding settle in two rounds at most; the bound is there so that no text can make them turn for ever.
_ROUNDS = 4

#: Characters given to OpenCC at once while its table is read: the answer to all 70,000 would stay in the heap.
_BLOCK = 1024


def fold(text: str) -> str:
    """Give the text with widths and compatibility forms levelled (NFKC: ！ is !, Ⅲ is III, ㎜ is mm), without case,
    traditional Chinese characters as simplified ones, without unseen characters and marks that are seldom written, every
    run of white space one space.

    Folding twice is folding once, and what white space separates is folded by itself: a word of a text is found in
    the folded text when it is folded too.
    """
    if text.isascii():
        return " ".join(text.casefold().split())
    for _ in range(_ROUNDS):
        before, text = text, unicodedata.normalize("NFKC", _UNSEEN.sub("", text).casefold())
        if _HAS_VARIED.search(text):
            text = text.translate(_VARIED)
        if text == before:
            break
    return " ".join(simplified(text).split())


def simplified(text: str) -> str:
    """Give the text with every traditional Chinese character as its simplified one, and nothing else changed."""
    return text.translate(_simplified()) if _HAS_HAN.search(text) else text


@cache
def _simplified() -> dict[int, int]:
    """Give OpenCC's t2s as a table from character to character (some 4,700 pairs; 25 ms and 6 MiB when
    first needed, nearly all of it OpenCC itself).

    Its phrases are left out on purpose: they make the answer for a character depend on its neighbours (乾 becomes 干
    but 乾坤 stays), and then a word would not be found inside a longer one.
    """
    # loaded with the first Chinese text: a bot for English feeds never pays for its dictionaries
    from opencc import OpenCC

    convert = OpenCC("t2s").convert
    table: dict[int, int] = {}
    for low, high in _HAN:
        for start in range(low, high + 1, _BLOCK):
            block = range(start, min(start + _BLOCK, high + 1))
            # a line each, so that no phrase can form
            simplified = convert("\n".join(map(chr, block))).split("\n")
            table |= {code: ord(new) for code, new in zip(block, simplified, strict=True) if ord(new) != code}
    # 薴 becomes 苧, which itself becomes 苎: follow to the end
    return {code: table.get(new, new) for code, new in table.items()}
