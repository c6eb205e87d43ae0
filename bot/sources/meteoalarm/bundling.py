"""One warning for many regions comes as one alert for each: alerts alike but for their region become one message.

A message made so keeps its id while any of its alerts is in force. Alerts that are updated or cancelled one by one leave
it, which is an edit; it is updated itself only when the last of its alerts was. What joins later is a message of its own,
for an edit would not ring.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.model.alert import Alert, Area, Hazard, MsgType, Wording
from bot.model.post import Post
from bot.sources.cap.documents import in_order
from bot.sources.cap.gathering import mark_of, marks_of
from bot.sources.face import Memory

#: Messages remembered after they left the list.
_KEPT_UNLISTED = 200
#: Regions named in a headline.
_NAMED = 5
_PLACE = "\x00"
#: What a service writes each region's name into.
_PARTS = ("headline", "description", "instruction")


@dataclass(frozen=True, slots=True)
class _Known:
    """The messages made so far: the marks of their alerts by message, and the message of each alert."""

    members: Mapping[str, tuple[str, ...]]
    message_of: Mapping[str, str]


def bundled(posts: Sequence[Post], memory: Memory, after: dict[str, object]) -> tuple[Post, ...]:
    """The messages of a list. Memory: ``bundles``, each message's id to the marks of its alerts as one text."""
    known = _known(memory)
    ended = {mark_of(name) for post in posts for name in post.supersedes}
    living = [post for post in posts if mark_of(post.id) not in ended]
    left: dict[str, set[str]] = defaultdict(set)
    for post in living:
        message = known.message_of.get(mark_of(post.id))
        if message:
            left[message].add(mark_of(post.id))
    groups: dict[object, list[Post]] = defaultdict(list)
    for post in living:
        groups[known.message_of.get(mark_of(post.id), ""), _likeness(post)].append(post)
    messages: dict[str, Post] = {}
    made: dict[str, tuple[str, ...]] = {}
    for (message, _), members in groups.items():  # type: ignore[misc]
        members.sort(key=lambda post: post.id)
        name = message if message and message not in messages else members[0].id
        marks = known.members.get(name) or tuple(mark_of(post.id) for post in members)
        if len(marks) > 1:
            made[name] = marks
        messages[name] = _settled(_one(name, members, is_bundle=len(marks) > 1), known, left)
    after["bundles"] = _kept(known, made)
    return in_order(messages.values())


def _known(memory: Memory) -> _Known:
    kept = memory.get("bundles")
    stored = kept if isinstance(kept, dict) else {}
    members = {name: tuple(marks_of(stored, name)) for name in stored if isinstance(name, str)}
    return _Known(members, {mark: name for name, marks in members.items() for mark in marks})


def _kept(known: _Known, made: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    unlisted = [name for name in known.members if name not in made][-_KEPT_UNLISTED:]
    return {name: "".join(marks) for name, marks in {**{n: known.members[n] for n in unlisted}, **made}.items()}


def _settled(post: Post, known: _Known, left: Mapping[str, set[str]]) -> Post:
    """What it updates: a message of which alerts remain is not updated by it, and is named as its event instead."""
    partly = {
        known.message_of[mark] for mark in map(mark_of, post.supersedes) if left.get(known.message_of.get(mark, ""))
    }
    if not partly:
        return post
    kept = tuple(name for name in post.supersedes if known.message_of.get(mark_of(name)) not in partly)
    return replace(post, supersedes=kept, event_id=post.event_id or _event(min(partly)))


def _event(name: str) -> str:
    return f"bundle,{name}"


def _likeness(post: Post) -> object:
    """Equal for alerts that say the same of other regions; an alert's own id where it is to stand alone."""
    alert = post.alert
    if alert is None or post.incomplete or not alert.hazards or alert.msg_type is MsgType.CANCEL:
        return post.id
    head = (alert.sender, alert.sent, alert.status, alert.msg_type, alert.scope, post.url, post.author)
    return (*head, tuple(map(_traits, alert.hazards)))


def _traits(hazard: Hazard) -> object:
    names = [area.description for area in hazard.areas if area.description]
    return (
        hazard.urgency, hazard.severity, hazard.certainty, hazard.categories, hazard.response_types, hazard.event_codes,
        hazard.parameters, hazard.effective, hazard.onset, hazard.expires,
        tuple(
            (word.language, word.event, *(_without(getattr(word, part), names) for part in _PARTS))
            for word in hazard.wordings
        ),
    )  # fmt: skip


def _without(text: str, names: Iterable[str]) -> str:
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, _PLACE)
    return text


def _one(name: str, members: Sequence[Post], *, is_bundle: bool) -> Post:
    first = members[0]
    if not is_bundle or first.alert is None:
        return first
    alerts = [post.alert for post in members if post.alert is not None]
    hazards = tuple(_joined([alert.hazards[at] for alert in alerts]) for at in range(len(first.alert.hazards)))
    alert = replace(
        first.alert, hazards=hazards, references=_once(name for each in alerts for name in each.references)
    )
    own = {name, *(post.id for post in members)}
    aliases = _once(alias for post in members for alias in (post.id, *post.aliases))
    return replace(
        first,
        id=name,
        title=hazards[0].wordings[0].headline or _title(first, alert),
        text=_text(alert),
        alert=alert,
        aliases=tuple(alias for alias in aliases if alias != name),
        supersedes=tuple(each for each in _once(n for post in members for n in post.supersedes) if each not in own),
        event_id=first.event_id or _event(name),
    )


def _joined(hazards: Sequence[Hazard]) -> Hazard:
    areas = tuple(dict.fromkeys(area for hazard in hazards for area in hazard.areas))
    wordings = tuple(
        _worded([(hazard.wordings[at], hazard.areas) for hazard in hazards]) for at in range(len(hazards[0].wordings))
    )
    return replace(hazards[0], areas=areas, wordings=wordings)


def _worded(variants: Sequence[tuple[Wording, tuple[Area, ...]]]) -> Wording:
    """One language's words with the names of all regions where each had its own."""
    first, areas = variants[0]
    texts: dict[str, str] = {}
    for part in _PARTS:
        text = getattr(first, part)
        own = [area.description for area in areas if area.description and area.description in text]
        if own:
            named = _once(_named_in(getattr(word, part), its_areas) for word, its_areas in variants)
            texts[part] = text.replace(max(own, key=len), _listed([name for name in named if name]))
    return replace(first, **texts)


def _named_in(text: str, areas: Iterable[Area]) -> str:
    return max((area.description for area in areas if area.description in text), key=len, default="")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")


def _title(first: Post, alert: Alert) -> str:
    names = _once(area.description for hazard in alert.hazards for area in hazard.areas if area.description)
    event = alert.hazards[0].wordings[0].event
    return " · ".join(filter(None, (event, _listed(names)))) if event else first.title


def _text(alert: Alert) -> str:
    word = alert.hazards[0].wordings[0]
    return "\n\n".join(filter(None, (word.description, word.instruction)))


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
