"""What a filter can see of a post, gathered once for each revision. What nobody said is None: a filter lets it pass."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.language.languages import settled
from bot.matching.folding import fold
from bot.matching.places import ground_of
from bot.matching.values import official_names
from bot.matching.words import haystack
from bot.model.alert import Alert, MsgType, Severity, Status
from bot.model.post import Count, MediaKind, Post
from bot.model.reading import Action, Claim, HazardKind, Level, PlaceKind, Reading, Scheme
from bot.reading.levelling import level_words
from bot.reading.relaying import is_over

#: What the colours of China's warnings and the ranks of its emergency responses are in CAP's words (GB/T 27962 has
#: blue general, yellow heavier, orange severe, red extremely severe, as the national centre's CAP messages map them).
_SEVERITIES = {
    Level.BLUE: Severity.MINOR,
    Level.YELLOW: Severity.MODERATE,
    Level.ORANGE: Severity.SEVERE,
    Level.RED: Severity.EXTREME,
    Level.LEVEL_IV: Severity.MINOR,
    Level.LEVEL_III: Severity.MODERATE,
    Level.LEVEL_II: Severity.SEVERE,
    Level.LEVEL_I: Severity.EXTREME,
}
#: MeteoAlarm's awareness_level: "3; orange; Severe".
_COLOUR = re.compile(r"\b(white|blue|yellow|amber|orange|red|black)\b", re.IGNORECASE)
_LINK = re.compile(r"https?://|\bwww\.|网页链接")
#: Places that say nothing of where, taken alone.
_NOWHERE = frozenset((PlaceKind.HERE, PlaceKind.NAMED))


@dataclass(frozen=True, slots=True)
class Facts:
    """One revision of a post, as filters see it. Text is folded. None, or a name in ``unsaid``: it is not known."""

    #: Every text of the post, a line each.
    text: str
    hazards: frozenset[HazardKind] | None = None
    levels: frozenset[Level] | None = None
    severity: Severity | None = None
    #: Names of the places that it is about.
    places: frozenset[str] | None = None
    #: True: the places named may not be all.
    places_open: bool = False
    #: Who speaks: names, a line each; "" when nobody is named.
    agencies: str = ""
    #: Of "photo", "video", "link", "file".
    media: frozenset[str] = frozenset()
    forwards: Count | None = None
    comments: Count | None = None
    likes: Count | None = None
    #: Of "update", "lifted", "drill", "repost", "edited": those that it is …
    marks: frozenset[str] = frozenset()
    #: … and those of which nobody can say whether it is.
    unsaid: frozenset[str] = frozenset()
    #: Lower-case language tags.
    languages: frozenset[str] | None = None


def facts_of(post: Post, reading: Reading | None = None, *, revision: int = 1, account_name: str = "") -> Facts:
    """Gather the facts of a post. ``reading`` is what its words prove, None where it was not read; ``revision`` counts
    from 1; ``account_name`` is what the account is called beside what the post says.

    Never blocks for long (some milliseconds for a long post); call it off the loop for a page of them.
    """
    claims = reading.claims if reading is not None else ()
    marks, unsaid = _marks(post, claims, revision)
    engagement = post.engagement
    return Facts(
        text=haystack(post).text,
        hazards=_hazards(post.alert, claims),
        levels=_levels(post.alert, claims),
        severity=_severity(post.alert, claims),
        places=_places(post, reading),
        places_open=post.truncated or post.alert is None,
        agencies="\n".join(dict.fromkeys(fold(name) for name in _agencies(post, claims, account_name) if name)),
        media=frozenset(_media(post)),
        forwards=engagement.forwards,
        comments=engagement.comments,
        likes=engagement.likes,
        marks=marks,
        unsaid=unsaid,
        languages=_languages(post, reading),
    )


def _hazards(alert: Alert | None, claims: tuple[Claim, ...]) -> frozenset[HazardKind] | None:
    """Those of the claims; of an alert with fields, those that its event and headline name."""
    found = {claim.hazard for claim in claims if claim.hazard is not None}
    if alert is not None:
        said = fold("\n".join(f"{w.event}\n{w.headline}" for h in alert.hazards for w in h.wordings))
        found |= {kind for kind, name in official_names() if _stands(fold(name), said)}
    return frozenset(found) or None


def _stands(name: str, text: str) -> bool:
    at = text.find(name)
    end = at + len(name)
    return (
        at >= 0
        and not (
            name[0].isalpha() and name[0] < "\u3000" and text[at - 1 : at].isalpha() and text[at - 1 : at] < "\u3000"
        )
        and not (name[-1] < "\u3000" and text[end : end + 1].isalpha() and text[end : end + 1] < "\u3000")
    )


def _levels(alert: Alert | None, claims: tuple[Claim, ...]) -> frozenset[Level] | None:
    """Levels named. A post that is read and names none has none; an alert with fields need not say its colour."""
    found = {claim.level for claim in claims if claim.level is not None}
    if alert is not None:
        for hazard in alert.hazards:
            for name, value in hazard.parameters:
                colour = _COLOUR.search(value) if name.casefold() == "awareness_level" else None
                found |= {Level(colour[1].lower())} if colour else set()
        return frozenset(found) or None
    return frozenset(found) if claims else None


def _severity(alert: Alert | None, claims: tuple[Claim, ...]) -> Severity | None:
    stated = {alert.severity} if alert is not None else set()
    stated |= {
        _SEVERITIES[claim.level]
        for claim in claims
        if claim.level in _SEVERITIES and claim.scheme in {Scheme.CMA, Scheme.RESPONSE}
    }
    highest = max(stated, key=lambda severity: severity.rank, default=Severity.UNKNOWN)
    return None if highest is Severity.UNKNOWN else highest


def _places(post: Post, reading: Reading | None) -> frozenset[str] | None:
    named = [area.description for hazard in post.alert.hazards for area in hazard.areas] if post.alert else []
    if reading is not None and reading.read:
        named += [place.name for place in reading.places if place.name and place.kind not in _NOWHERE]
        # where nothing else is said, an office speaks of its own ground
        named = named or [ground_of(claim.issuer.words) for claim in reading.claims if claim.issuer is not None]
    return frozenset(level_words(name) for name in named if name.strip()) or None


def _agencies(post: Post, claims: tuple[Claim, ...], account_name: str) -> Iterator[str]:
    yield account_name
    yield post.author
    if post.alert is not None:
        yield post.alert.sender
        yield from (wording.sender_name for hazard in post.alert.hazards for wording in hazard.wordings)
    yield from (claim.issuer.words for claim in claims if claim.issuer is not None)


def _media(post: Post) -> Iterator[str]:
    held = (*post.media, *(post.repost.media if post.repost is not None else ()))
    kinds = {MediaKind.PHOTO: "photo", MediaKind.VIDEO: "video", MediaKind.DOCUMENT: "file"}
    yield from (kinds[medium.kind] for medium in held)
    if _LINK.search(post.text) or (post.repost is not None and _LINK.search(post.repost.text)):
        yield "link"


def _marks(post: Post, claims: tuple[Claim, ...], revision: int) -> tuple[frozenset[str], frozenset[str]]:
    alert = post.alert
    actions = {claim.action for claim in claims}
    holds = {
        "update": bool(post.supersedes)
        or (alert is not None and alert.msg_type is MsgType.UPDATE)
        or bool(actions & {Action.RAISED, Action.LOWERED, Action.CONTINUED}),
        "lifted": (alert is not None and is_over(alert)) or Action.LIFTED in actions,
        "drill": (alert is not None and alert.status is not Status.ACTUAL) or Action.DRILL in actions,
        "repost": post.repost is not None,
        "edited": revision > 1 or post.edited is not None or post.edit_count > 0,
    }
    known = {"repost", "edited"} | (set(holds) if alert is not None or claims else set())
    marks = frozenset(name for name, so in holds.items() if so)
    return marks, frozenset(set(holds) - known - marks)


def _languages(post: Post, reading: Reading | None) -> frozenset[str] | None:
    tags = [post.language, reading.language if reading is not None else ""]
    if post.alert is not None:
        tags += [wording.language for hazard in post.alert.hazards for wording in hazard.wordings]
    said = [tag.replace("_", "-") for tag in tags if tag]
    # zh-CN is zh-Hans too
    return frozenset(tag.lower() for each in said for tag in (each, settled(each))) or None
