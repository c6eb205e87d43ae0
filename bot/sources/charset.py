"""Bytes of unknown charset to text: BOM, declaration, header, then judgement. Knows nothing of XML's structure or HTTP."""

import codecs
import re
from dataclasses import dataclass

from bot.sources.face import UnreadableError

#: Longest first: UTF-32's mark begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: How "<" or "{" begins in wide charsets without a mark (XML 1.0, appendix F).
_WIDE = (
    (re.compile(rb"[<{\[]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0[<{\[]"), "utf-32-be"),
    (re.compile(rb"[<{\[]\0[^\0]"), "utf-16-le"),
    (re.compile(rb"\0[<{\[]\0[^\0]"), "utf-16-be"),
)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
#: What senders write, and what they mean: the superset that their software really used.
_MEANT = {
    **dict.fromkeys(("gb2312", "gb231280", "gbk", "xgbk", "euccn", "cp936", "gb18030", "csgb2312"), "gb18030"),
    **dict.fromkeys(("big5", "big5hkscs", "xxbig5", "cnbig5", "big5eten", "cp950"), "big5hkscs"),
    **dict.fromkeys(("shiftjis", "sjis", "xsjis", "mskanji", "windows31j", "cp932", "cswindows31j"), "cp932"),
    **dict.fromkeys(("eucjp", "xeucjp"), "euc_jp"),
    **dict.fromkeys(("euckr", "ksc56011987", "ksc5601", "windows949", "cp949", "uhc"), "cp949"),
    **dict.fromkeys(("iso88591", "latin1", "windows1252", "cp1252", "ansi"), "cp1252"),
    **dict.fromkeys(("utf8", "usascii", "ascii", "unicode11utf8"), "utf-8"),
    **dict.fromkeys(("iso2022jp", "csiso2022jp"), "iso2022_jp"),
    **{f"iso8859{n}": f"iso8859_{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 11, 13, 14, 15, 16)},
    **{f"windows{n}": f"cp{n}" for n in range(1250, 1259) if n != 1252},  # noqa: PLR2004
    **{f"cp{n}": f"cp{n}" for n in range(1250, 1259) if n != 1252},  # noqa: PLR2004
    **{name: name for name in ("cp866", "cp874")},
    "iso88599": "cp1254",
    "koi8r": "koi8_r",
    "koi8u": "koi8_u",
    "tis620": "cp874",
    "utf16": "utf-16",
    "utf16le": "utf-16-le",
    "utf16be": "utf-16-be",
    "utf32": "utf-32",
    "utf32le": "utf-32-le",
    "utf32be": "utf-32-be",
}
#: What an undeclared text may be. Fewer candidates, fewer wrong guesses between kin (cp1250 for cp1252).
_LIKELY = ["gb18030", "big5hkscs", "cp932", "euc_jp", "cp949", "koi8_r", "cp1251", "cp1252", "cp1256", "cp874"]
#: A text is still taken as what it declares when at most this part of its non-ASCII characters is damaged.
_DAMAGE = 0.05
_STEP = 256 * 1024
#: Enough for a judgement; the judge's time grows with what it reads.
_JUDGED_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the charset it was read in, and what was odd about it ("" when nothing)."""

    text: str
    charset: str
    oddity: str = ""


def decode(body: bytes, header_charset: str = "") -> Decoded:
    """Read ``body``. ``header_charset`` is what HTTP said, "" when nothing. Raises UnreadableError on binary data."""
    for mark, charset in _MARKS:
        if body.startswith(mark):
            return _checked(_damaged(body[len(mark) :], charset))
    for start, charset in _WIDE:
        if start.match(body):
            return _checked(_damaged(body, charset))
    declared = _DECLARED.match(body[:300])
    names = [declared.group(1).decode("ascii") if declared else "", header_charset, "utf-8"]
    said = [meant for name in names if (meant := _MEANT.get(re.sub(r"[^a-z0-9]", "", name.lower())))]
    # a wide charset that is declared in narrow letters is a lie
    said = [name for name in dict.fromkeys(said) if not name.startswith(("utf-16", "utf-32"))]
    for charset in said:
        try:
            return _checked(Decoded(body.decode(charset), charset))
        except UnicodeDecodeError:
            continue
    return _checked(_judge(body, said[0]))


def _judge(body: bytes, first: str) -> Decoded:
    """Nothing that was said is true: a few damaged letters are borne, otherwise the text itself is asked."""
    damaged = _damaged(body, first)
    foreign = sum(1 for char in damaged.text[:_JUDGED_BYTES] if char > "\x7f")
    if damaged.text[:_JUDGED_BYTES].count("\ufffd") <= _DAMAGE * foreign:
        return damaged
    from charset_normalizer import from_bytes

    sample = body[:_JUDGED_BYTES]
    best = from_bytes(sample, cp_isolation=_LIKELY, preemptive_behaviour=False).best()
    charset = best.encoding if best else "cp1252"
    return Decoded(_lossy(body, charset), charset, f"its charset was not declared rightly; read as {charset}")


def _lossy(body: bytes, charset: str) -> str:
    """Decode in steps: megabytes of invalid bytes, at once, would hold up everybody else (the interpreter's lock)."""
    decoder = codecs.getincrementaldecoder(charset)("replace")
    steps = [decoder.decode(body[at : at + _STEP]) for at in range(0, len(body), _STEP)]
    return "".join((*steps, decoder.decode(b"", final=True)))


def _damaged(body: bytes, charset: str) -> Decoded:
    text = _lossy(body, charset)
    return Decoded(text, charset, f"some letters are not valid {charset}" if "\ufffd" in text else "")


def _checked(decoded: Decoded) -> Decoded:
    if "\0" in decoded.text:
        msg = "This is binary data, not text. Check the address: it may name a file rather than a feed."
        raise UnreadableError(msg)
    return decoded
