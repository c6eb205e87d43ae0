"""From the Observatory's answers in three languages to posts, and what is in force from one look to the next. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.model.alert import Alert, Area, Certainty, Hazard, MsgType, Scope, Severity, Status, Urgency, Wording
from bot.model.post import Post
from bot.sources import json
from bot.sources.drills import status_by_beginning
from bot.sources.hko.answers import HONG_KONG_MIN, Bulletin, Summary, Warned, words_of

if TYPE_CHECKING:
    from datetime import datetime

SENDER = "hko.gov.hk"
#: The API's languages and what they are in BCP 47; English first, as the reader's without one of these.
LANGUAGES = {"en": "en", "tc": "zh-Hant-HK", "sc": "zh-Hans-HK"}
_PAGES = {
    "en": "https://www.hko.gov.hk/en/wxinfo/dailywx/wxwarntoday.htm",
    "tc": "https://www.hko.gov.hk/tc/wxinfo/dailywx/wxwarntoday.htm",
    "sc": "https://www.hko.gov.hk/sc/wxinfo/dailywx/wxwarntoday.htm",
}
_NAMES = {"en": "Hong Kong Observatory", "tc": "香港天文台", "sc": "香港天文台"}
#: An announcement that stands among the bulletins alone: signal No. 8 will be issued within two hours.
PRE_8 = "WTCPRE8"
#: By code, else by family. What the signals ask of people: hko.gov.hk, "Weather warnings and signals".
_LEVELS = {
    "WRAINA": Severity.MODERATE, "WRAINR": Severity.SEVERE, "WRAINB": Severity.EXTREME,
    "TC1": Severity.MINOR, "TC3": Severity.MODERATE, "TC9": Severity.EXTREME, "TC10": Severity.EXTREME,
    "WFIREY": Severity.MINOR, "WFIRER": Severity.MODERATE,
    "WFROST": Severity.MINOR, "WHOT": Severity.MODERATE, "WCOLD": Severity.MODERATE, "WMSGNL": Severity.MODERATE,
    "WTS": Severity.MODERATE, "WFNTSA": Severity.SEVERE, "WL": Severity.SEVERE, "WTMW": Severity.EXTREME,
    PRE_8: Severity.SEVERE,
}  # fmt: skip
_CATEGORIES = {"WFIRE": "Fire", "WL": "Geo", "WTMW": "Geo"}
_TEXTUAL = "text"


@dataclass(frozen=True, slots=True)
class Answers:
    """What the API said at one look, by its language. A language that could not be had is absent from both."""

    summaries: Mapping[str, Summary]
    bulletins: Mapping[str, tuple[Bulletin, ...]]

    @property
    def whole(self) -> bool:
        """True when every language said both, and all say the same (they are asked one after the other)."""
        said = [{family: _gist(one) for family, one in told.warned.items()} for told in self.summaries.values()]
        agree = all(one == said[0] for one in said)
        return agree and len(self.summaries) == len(self.bulletins) == len(LANGUAGES)

    @property
    def listed(self) -> frozenset[str] | None:
        """The families that any summary lists; None where a language lacks, for then nobody says what is not."""
        if len(self.summaries) < len(LANGUAGES):
            return None
        return frozenset().union(*(told.listed for told in self.summaries.values()))


@dataclass(frozen=True, slots=True)
class Standing:
    """What was last said of a family: the post's id, what it replaced or lifted, its names by language."""

    id: str
    over: tuple[str, ...] = ()
    lifted: bool = False
    names: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """As a source's memory keeps it."""
        return {"id": self.id, "over": list(self.over), "lifted": self.lifted, "names": dict(self.names)}


Force = Mapping[str, Standing]


def force_of(kept: object) -> dict[str, Standing]:
    """What a memory keeps of the families; what is none is left out."""
    force: dict[str, Standing] = {}
    for family, entry in json.mapping(kept).items():
        told = json.mapping(entry)
        names = json.inner(told, "names")
        if name := json.string(told.get("id")):
            known = {key: json.string(names.get(key)) for key in LANGUAGES if names.get(key)}
            force[family] = Standing(name, json.strings(told.get("over")), told.get("lifted") is True, known)
    return force


def posts_of(answers: Answers, force: Force, account: str, now: datetime) -> tuple[tuple[Post, ...], Force]:
    """The posts of one look, and what stands after it.

    A family that is no longer listed is over only where every language's summary was had and none lists it.
    """
    after = dict(force)
    posts: list[Post] = []
    for family in next(iter(answers.summaries.values())).warned:
        # a language that was asked a moment before or after may tell of another signal: its words are not these
        told = {key: one.warned[family] for key, one in answers.summaries.items() if family in one.warned}
        variants = {key: one for key, one in told.items() if _gist(one) == _gist(next(iter(told.values())))}
        posts.append(_said(variants, answers, after, account))
    posts += _announced(answers, after, account)
    listed = answers.listed
    if listed is not None:
        for family in [family for family in after if family not in listed and family != PRE_8]:
            standing = after.pop(family)
            posts += [] if standing.lifted else [_gone(family, standing, account, now)]
    if PRE_8 in after and answers.whole and not _pre8(answers):
        del after[PRE_8]  # what it announced was issued, or its time has passed: it ends by itself
    return tuple(posts), after


def _gist(warned: Warned) -> tuple[str, str, datetime]:
    return warned.code, warned.action, warned.issued


def _said(variants: Mapping[str, Warned], answers: Answers, after: dict[str, Standing], account: str) -> Post:
    warned = next(iter(variants.values()))
    family, before = warned.family, after.get(warned.family)
    own = f"{family},{warned.code},{warned.issued.isoformat(timespec='seconds')}"
    identifier = f"{family},CANCEL,{warned.updated.isoformat(timespec='seconds')}" if warned.lifted else own
    if before is not None and before.id == identifier:
        over = before.over
    elif before is not None and not before.lifted:
        over = (before.id,)
    else:
        over = (own,) if warned.lifted and warned.code != "CANCEL" else ()
    if family == "WTCSGNL" and warned.code.startswith("TC8") and PRE_8 in after:
        over = (*over, after.pop(PRE_8).id)  # what was announced is issued
    names = {key: one.type or one.name or one.code for key, one in variants.items()}
    after[family] = Standing(identifier, over, warned.lifted, names)
    msg_type = MsgType.CANCEL if warned.lifted else MsgType.UPDATE if over else MsgType.ALERT
    return _post(after[family], variants, answers, account, msg_type)


def _post(
    standing: Standing, variants: Mapping[str, Warned], answers: Answers, account: str, msg_type: MsgType
) -> Post:
    warned = next(iter(variants.values()))
    wordings = tuple(
        _wording(key, standing.names[key], words_of(one, answers.bulletins.get(key, ())))
        for key, one in variants.items()
    )
    severity = severity_of(warned.family, warned.code)
    hazard = _hazard(warned.family, severity, wordings, (("code", warned.code), ("action", warned.action)))
    hazard = replace(hazard, onset=warned.issued, expires=_end(warned))
    sent = warned.updated if warned.lifted else warned.issued
    return _made(standing.id, hazard, account, msg_type, standing.over, sent, warned.issued_text, whole=answers.whole)


def _end(warned: Warned) -> datetime | None:
    return warned.expires if warned.expires is not None and warned.expires > warned.issued else None


def _made(
    identifier: str, hazard: Hazard, account: str, msg_type: MsgType, replaces: tuple[str, ...], sent: datetime,
    sent_text: str, *, whole: bool, flags: tuple[str, ...] = (),
) -> Post:  # fmt: skip
    base = hazard.wordings[0]
    alert = Alert(
        sender=SENDER, identifier=identifier, sent=sent, sent_text=sent_text, status=_status(hazard.wordings),
        msg_type=msg_type, scope=Scope.PUBLIC, hazards=(hazard,), references=replaces, flags=flags,
    )  # fmt: skip
    return Post(
        kind="hko", account=account, id=identifier, title=base.headline, text=base.description, url=base.web,
        published=sent, utc_offset=HONG_KONG_MIN, language=base.language, author=base.sender_name, alert=alert,
        supersedes=replaces, truncated=not whole,
    )  # fmt: skip


def _hazard(
    family: str, severity: Severity, wordings: tuple[Wording, ...], parameters: tuple[tuple[str, str], ...]
) -> Hazard:
    urgent = severity.rank >= Severity.SEVERE.rank
    return Hazard(
        urgency=Urgency.IMMEDIATE if urgent else Urgency.EXPECTED,
        severity=severity,
        certainty=Certainty.LIKELY,
        wordings=wordings,
        categories=(_CATEGORIES.get(family, "Met"),),
        event_codes=(("HKO", family),),
        parameters=parameters,
        areas=(Area("Hong Kong 香港", geocodes=(("ISO 3166-1", "HK"),)),),
    )


def _wording(key: str, name: str, text: str) -> Wording:
    return Wording(LANGUAGES[key], name, name, text, "", _NAMES[key], _PAGES[key])


def severity_of(family: str, code: str) -> Severity:
    """How grave a signal is; UNKNOWN for one that is not known yet."""
    if code.startswith("TC8"):
        return Severity.SEVERE
    return _LEVELS.get(code) or _LEVELS.get(family, Severity.UNKNOWN)


def _status(wordings: tuple[Wording, ...]) -> Status:
    return status_by_beginning(*(text for wording in wordings for text in (wording.headline, wording.description)))


def _gone(family: str, standing: Standing, account: str, now: datetime) -> Post:
    """The end of a warning of which the summaries say that it is no longer in force."""
    names = standing.names or {"en": family}
    wordings = tuple(_wording(key, names[key], "") for key in LANGUAGES if names.get(key)) or (
        _wording("en", family, ""),
    )
    code = standing.id.split(",")[1] if "," in standing.id else family
    hazard = _hazard(family, severity_of(family, code), wordings, (("code", code),))
    return _made(
        f"{standing.id},over", hazard, account, MsgType.CANCEL, (standing.id,), now,
        now.isoformat(timespec="seconds"), whole=True,
        flags=("no cancel was seen; the summary no longer lists it in any language",),
    )  # fmt: skip


def _pre8(answers: Answers) -> dict[str, Bulletin]:
    found = ((key, [b for b in bulletins if b.family == PRE_8]) for key, bulletins in answers.bulletins.items())
    return {key: bulletins[0] for key, bulletins in found if bulletins}


def _announced(answers: Answers, after: dict[str, Standing], account: str) -> list[Post]:
    """The announcement before signal No. 8, which the summary does not list."""
    listed = _pre8(answers)
    told = next(iter(answers.summaries.values())).warned
    signal = told.get("WTCSGNL")
    issued = signal is not None and not signal.lifted and signal.code not in ("TC1", "TC3")
    if not listed or issued or PRE_8 in told:
        return []
    first = min(bulletin.updated for bulletin in listed.values())
    standing = after.get(PRE_8) or Standing(f"{PRE_8},{PRE_8},{first.isoformat(timespec='seconds')}")
    after[PRE_8] = standing
    wordings = tuple(_wording(key, _headline(one.text), one.text) for key, one in listed.items())
    hazard = replace(_hazard(PRE_8, Severity.SEVERE, wordings, (("code", PRE_8),)), onset=first)
    return [_made(standing.id, hazard, account, MsgType.ALERT, (), first, "", whole=answers.whole)]


def _headline(text: str) -> str:
    return text.partition("\n")[0][:200]
