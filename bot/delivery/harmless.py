"""Foreign text made harmless before it stands in a message: nothing hidden, nothing clickable that lies about itself.

Messages carry entities and never a markup language, so markup is inert already; here goes what Telegram and a
screen would act on by themselves: invisible and direction-changing characters, mentions, commands, hashtags,
``t.me`` links, and links whose host only looks like another.
"""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

#: Put inside a token, it keeps Telegram's entity finder from seeing a mention, command, hashtag or link there
#: (its character classes end at U+2060), and no reader sees it.
WORD_JOINER = "\u2060"
ELLIPSIS = "…"

_NEWLINES = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_PLANE_ENDS = "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
#: Controls, lone surrogates, bidi marks and overrides, zero-width and filler characters, tags, non-characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb"
    f"\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e0fff{_PLANE_ENDS}]"
)
_JOINERS = re.compile("[\u200c\u200d]+")
#: A variation selector is kept once, behind something it can change.
_LOOSE_SELECTOR = re.compile("(?:(?<=[\\s\ufe00-\ufe0f])|^)[\ufe00-\ufe0f]+", re.MULTILINE)
#: No script stacks more than four marks on a letter; "zalgo" text climbs over its neighbours.
_MARKS = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4})[\u0300-\u036f"
    "\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_BLANK = "[ \t\xa0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]"
_BLANKS = re.compile(f"({_BLANK}{{2}}){_BLANK}+")
_LINE_END_BLANKS = re.compile(f"{_BLANK}+$", re.MULTILINE)
_EMPTY_LINES = re.compile("\n{3,}")

_URL = re.compile(
    r"(?i)(?P<scheme>https?|ftp|tg|ton|tonsite)(?P<colon>:[/\\]{1,3})(?P<rest>[^\s<>\"“”「」『』（）【】，。；！？、]*)"
)
_WEB_SCHEMES = frozenset({"http", "https"})
_TELEGRAM_HOSTS = re.compile(r"(?i)(?<![A-Za-z0-9-])(t|telegram|telesco)\.(?=(?:me|dog|pe)(?![A-Za-z0-9-]))")
#: East Asian letters stand next to a link without a space between; they end it.
_EAST_ASIAN = re.compile("[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
_LABEL = r"[^\W_\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
#: All that may hang together as a host; ``_hosts`` finds the hosts in it. One pattern for both would be tried again
#: at each letter of "a-a-a-…" (12,000 characters of that cost it three seconds).
_DOTTED = re.compile(rf"(?:{_LABEL}|[-.])+")
_ASCII_HOST = re.compile(r"(?i)[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24}(?::\d{1,5})?")
#: A host that is surely taken for a link's: what follows another one could act by itself ("http://0?@name").
_HOST = re.compile(
    r"(?i)(?:(?:[a-z0-9_-]+\.)+(?:[a-z]{2,24}|xn--[a-z0-9-]{1,59})|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])(?::\d{1,5})?"
)
_HOST_LIMIT = 253  # RFC 1035, 2.3.4
_LABEL_LIMIT = 63

_MENTION = re.compile(r"@(?=[A-Za-z0-9_])")
_COMMAND = re.compile(r"(?<![A-Za-z0-9_/])/(?=[A-Za-z0-9_])")
_BEGINS = ("@", "/", "#", "＃", "$")
_HASHTAG = re.compile(r"([#＃])(?=[^\W#])|(\$)(?=[A-Z])")

#: Longest web address that is put behind a link; Telegram drops longer ones without a word.
_URL_LIMIT = 2048


def block(text: str) -> str:
    """Foreign text of several lines: at most one empty line in a row, nothing hidden, nothing clickable that lies."""
    return _inert(_visible(text)).strip()


def line(text: str, limit: int) -> str:
    """Foreign text as one line of at most ``limit`` characters; a cut is shown by an ellipsis."""
    # twice the limit is enough to cut from, and keeps a hostile megabyte out of the patterns
    single = " ".join(_visible(text[: limit * 8 + 64]).split())
    if len(single) > limit:
        single = single[: limit - 1].rstrip() + ELLIPSIS
    return _inert(single).strip()


def web_link(url: str) -> str:
    """The address as it may stand behind a link: http(s), no user name, ASCII host; "" when it cannot be one."""
    if len(url) > _URL_LIMIT or _UNSEEN.search(url) or "\\" in url or any(c.isspace() for c in url):
        return ""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in _WEB_SCHEMES or not host or len(host) > _HOST_LIMIT:
        return ""
    if "%" in host:
        return ""
    shown = f"[{host}]" if ":" in host else _ascii_host(host)
    return urlunsplit(parts._replace(netloc=shown if port is None else f"{shown}:{port}"))


def domain(url: str) -> str:
    """The host that a link truly leads to, as ASCII; "" when ``web_link`` refuses the address."""
    safe = web_link(url)
    return (urlsplit(safe).hostname or "") if safe else ""


def _visible(text: str) -> str:
    text = _NEWLINES.sub("\n", text)
    text = _UNSEEN.sub("", text)
    text = _JOINERS.sub(_needed_joiner, text)
    text = _LOOSE_SELECTOR.sub("", text)
    text = _MARKS.sub(r"\1", text)
    text = _BLANKS.sub(r"\1", text.replace("\t", " "))
    text = _LINE_END_BLANKS.sub("", text)
    return _EMPTY_LINES.sub("\n\n", text)


def _needed_joiner(match: re.Match[str]) -> str:
    """Keep one joiner where writing needs it: inside emoji, and in scripts whose letters join."""
    text, start, end = match.string, match.start(), match.end()
    if start == 0 or end == len(text):
        return ""
    before, after = text[start - 1], text[end]
    if match[0][0] == "\u200d" and _is_emoji(before) and _is_emoji(after):
        return "\u200d"
    return match[0][0] if _joins(before) and _joins(after) else ""


def _is_emoji(char: str) -> bool:
    return unicodedata.category(char) in {"So", "Sk"} or char in "\ufe0f♀♂"


def _joins(char: str) -> bool:
    """Arabic and its neighbours, Indic scripts, Mongolian: where U+200C and U+200D change the word."""
    return "\u0600" <= char <= "\u08ff" or "\u0900" <= char <= "\u0dff" or "\u1800" <= char <= "\u18af"


def _inert(text: str) -> str:
    done: list[str] = []
    at = 0
    for match in _URL.finditer(text):
        before = _inert_words(text[at : match.start()])
        if before and _EAST_ASIAN.match(before[-1]) and before[-1].isalnum():
            before += " "  # written against the word before, it might be taken for no link, and its end for a mention
        # a sign that would begin a mention, command or tag together with the link behind it
        done += (before + WORD_JOINER if before.endswith(_BEGINS) else before, _harmless_url(match))
        at = match.end()
    done.append(_inert_words(text[at:]))
    return "".join(done)


def _inert_words(text: str) -> str:
    text = _DOTTED.sub(lambda run: _hosts(run[0]) if "." in run[0] else run[0], text)
    text = _MENTION.sub("@" + WORD_JOINER, text)
    text = _COMMAND.sub("/" + WORD_JOINER, text)
    text = _HASHTAG.sub(lambda m: m[0] + WORD_JOINER, text)
    return _TELEGRAM_HOSTS.sub(lambda m: m[0] + WORD_JOINER, text)


def _hosts(run: str) -> str:
    """A run of letters, hyphens and dots with its hosts made true: labels that begin with a letter or digit, joined by
    single dots; before the first one hyphens may stand.
    """
    done: list[str] = []
    host: list[str] = []
    for label in run.split("."):
        if host and (not label or label.startswith("-")):
            done.append(_lead_and_host(host))
            host = []
        if host or label.strip("-"):
            host.append(label)
        else:
            done.append(label)
    if host:
        done.append(_lead_and_host(host))
    return ".".join(done)


def _lead_and_host(labels: list[str]) -> str:
    if len(labels) == 1:
        return labels[0]
    first = labels[0].lstrip("-")
    return labels[0][: len(labels[0]) - len(first)] + _true_host(".".join((first, *labels[1:])))


def _true_host(host: str) -> str:
    """A word with dots that Telegram might take for a host: not clickable unless ASCII, and unmasked if a mask."""
    if host.isascii():
        return host
    broken = host.replace(".", "." + WORD_JOINER)
    if _imitates_latin(host):
        return f"{broken} [{_ascii_host(host).replace('.', '.' + WORD_JOINER)}]"
    return broken


def _imitates_latin(host: str) -> bool:
    """True when a label of another script could be read as Latin: scripts mixed, or an ASCII ending behind it."""
    scripts = {_script(char) for char in host if char.isalpha()}
    return bool(scripts & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"}) and "LATIN" in scripts


@lru_cache(maxsize=1024)
def _script(char: str) -> str:
    return unicodedata.name(char, "").partition(" ")[0]


def _harmless_url(match: re.Match[str]) -> str:
    """A written-out link: to Telegram itself it is inert, otherwise its host is the one it leads to."""
    scheme, colon, rest = match["scheme"], match["colon"], match["rest"]
    authority = re.split(r"[/?#\\]", rest, maxsplit=1)[0]
    tail = rest[len(authority) :]
    inert = f"{scheme}:{WORD_JOINER}" + _inert_words(colon[1:] + rest).replace("://", f":{WORD_JOINER}//")
    if scheme.lower() not in _WEB_SCHEMES or colon != "://" or "\\" in rest or "%" in authority:
        return inert
    # what stands before the last @ is a user name, there to be taken for the host
    host = authority.rpartition("@")[2]
    east = _EAST_ASIAN.search(host)
    if east and _ASCII_HOST.fullmatch(host[: east.start()]):
        # "https://t.cn/" written against the next word: the words are no part of it
        return f"{scheme}://{host[: east.start()]} {_inert_words(host[east.start() :] + tail)}"
    before = match.string[match.start() - 1 : match.start()]
    # Telegram takes no link out of the middle of a word; East Asian words end where a link begins
    glued = bool(before) and not _EAST_ASIAN.match(before) and (before.isalnum() or before in "._-+@")
    if glued or len(host) > _HOST_LIMIT or _TELEGRAM_HOSTS.search(host) or not _HOST.fullmatch(_ascii_host(host)):
        return inert
    east = _EAST_ASIAN.search(tail)
    cut = east.start() if east else len(tail)
    return f"{scheme}://{_ascii_host(host)}{tail[:cut]}{_inert_words(tail[cut:])}"


def _ascii_host(host: str) -> str:
    """The host in the ASCII form that is looked up (RFC 3492 for each label that needs it)."""
    return ".".join(_ascii_label(label) for label in host.split("."))


def _ascii_label(label: str) -> str:
    if label.isascii():
        return label
    folded = unicodedata.normalize("NFKC", label[:_LABEL_LIMIT]).casefold()
    if folded.isascii():
        return folded
    return "xn--" + folded.encode("punycode").decode("ascii")
