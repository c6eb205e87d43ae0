"""A post as `tocsin fetch` shows it: one JSON object a line for programs, or a few lines for eyes."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from bot.model.alert import Alert, Area, Hazard, MsgType
from bot.model.post import Count, Post
from bot.reading.relaying import why_not_relayed

#: Ack and Error tell machines about messages; they are none of new, update or cancel.
_ACTIONS = {MsgType.ALERT: "new", MsgType.UPDATE: "update", MsgType.CANCEL: "cancel"}
#: C0 and C1 control characters, escaped before they reach a terminal (newline apart).
_TERMINAL_CONTROLS = {c: f"\\x{c:02x}" for c in (*range(32), *range(127, 160)) if c != ord("\n")}


def as_json(post: Post, now: datetime) -> str:
    """One line of JSON; the keys are listed in the README. Unknown things are null, absent lists are empty."""
    why_not = why_not_relayed(post, now)
    alert = post.alert
    worst = _worst(alert)
    value: dict[str, Any] = {
        "kind": post.kind,
        "account": post.account,
        "id": post.id,
        "published": _instant(post.published),
        "language": post.language or None,
        "author": post.author or None,
        "title": post.title or None,
        "text": post.text,
        "url": post.url or None,
        "media": [{"kind": m.kind.value, "url": m.url, "description": m.description or None} for m in post.media],
        "status": alert.status.value if alert else None,
        "action": _action(post),
        "severity": alert.severity.value if alert else "Unknown",
        "urgency": worst.urgency.value if worst else "Unknown",
        "certainty": worst.certainty.value if worst else "Unknown",
        "areas": [_area(area) for hazard in (alert.hazards if alert else ()) for area in hazard.areas],
        "references": list(alert.references) if alert else list(post.supersedes),
        "expires": _instant(_last_expiry(alert)),
        "pinned": post.pinned,
        "edited": bool(post.edited or post.edit_count),
        "edited_at": _instant(post.edited),
        "truncated": post.truncated,
        "relayed": not why_not,
        "why_not": why_not or None,
        "msg_type": alert.msg_type.value if alert else None,
        "scope": alert.scope.value if alert else None,
        "sender": alert.sender if alert else None,
        "identifier": alert.identifier if alert else None,
        "sent": alert.sent_text if alert else None,
        "flags": list(alert.flags) if alert else [],
        "hazards": [_hazard(h) for h in alert.hazards] if alert else [],
        "engagement": {
            "forwards": _count(post.engagement.forwards),
            "comments": _count(post.engagement.comments),
            "likes": _count(post.engagement.likes),
        },
        "repost": asdict(post.repost) if post.repost else None,
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def as_text(post: Post, now: datetime) -> str:
    """A few lines for a terminal; control characters of foreign text are shown, not obeyed."""
    why_not = why_not_relayed(post, now)
    alert = post.alert
    head = [_local(post), post.author or post.account]
    if alert:
        head += [alert.severity.value, _action(post) or alert.msg_type.value, alert.status.value]
    marks = [
        word
        for word, true in (
            ("pinned", post.pinned),
            (f"edited {post.edit_count}×" if post.edit_count else "edited", bool(post.edited or post.edit_count)),
            ("cut short by the site", post.truncated),
        )
        if true
    ]
    lines = [" · ".join(head + marks)]
    lines += [post.title] if post.title and not post.text.startswith(post.title) else []
    lines += post.text.splitlines()
    if post.repost:
        repost = post.repost
        lines.append(f"» {repost.author}: {repost.text}" if repost.available else f"» (gone: {repost.reason})")
    if alert:
        places = "; ".join(a.description for h in alert.hazards for a in h.areas if a.description)
        lines += [f"where: {places}"] if places else []
        expiry = _last_expiry(alert)
        lines += [f"until: {expiry.isoformat()}"] if expiry else []
        lines += [f"note: {flag}" for flag in alert.flags]
    lines += [f"{m.kind.value}: {m.url}" for m in post.media]
    lines += [post.url] if post.url else []
    lines.append(f"→ not relayed: {why_not}" if why_not else "→ relayed")
    return "\n".join(lines).translate(_TERMINAL_CONTROLS)


def _action(post: Post) -> str | None:
    if post.alert is None:
        return "new"
    return _ACTIONS.get(post.alert.msg_type)


def _worst(alert: Alert | None) -> Hazard | None:
    return max(alert.hazards, key=lambda h: h.severity.rank, default=None) if alert else None


def _last_expiry(alert: Alert | None) -> datetime | None:
    times: Iterable[datetime] = [h.expires for h in alert.hazards if h.expires] if alert else []
    return max(times, default=None)


def _instant(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat() if value else None


def _count(count: Count | None) -> dict[str, object] | None:
    return {"value": count.value, "raw": count.raw, "at_least": count.is_lower_bound} if count else None


def _local(post: Post) -> str:
    if post.published is None:
        return "(no time)"
    zone = timezone(timedelta(minutes=post.utc_offset)) if post.utc_offset is not None else UTC
    return post.published.astimezone(zone).strftime("%Y-%m-%d %H:%M %z")


def _area(area: Area) -> dict[str, object]:
    return {
        "description": area.description,
        "polygons": [[list(point) for point in ring] for ring in area.polygons],
        "circles": [[c.latitude, c.longitude, c.radius_km] for c in area.circles],
        "geocodes": [list(pair) for pair in area.geocodes],
    }


def _hazard(hazard: Hazard) -> dict[str, object]:
    return {
        "severity": hazard.severity.value,
        "urgency": hazard.urgency.value,
        "certainty": hazard.certainty.value,
        "effective": _instant(hazard.effective),
        "onset": _instant(hazard.onset),
        "expires": _instant(hazard.expires),
        "categories": list(hazard.categories),
        "response_types": list(hazard.response_types),
        "event_codes": [list(pair) for pair in hazard.event_codes],
        "parameters": [list(pair) for pair in hazard.parameters],
        "areas": [area.description for area in hazard.areas],
        "wordings": [asdict(wording) for wording in hazard.wordings],
    }
