"""What counts as an edit: one hash over what a reader would see of a post, and one over its title alone.

Counts, pinning, the account's name, the hosts and signatures of picture links do not count. Whoever changes what is
hashed makes every listed post look edited once: bring the stored fingerprints along.
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from bot.model.alert import Alert, Area, Hazard, Wording
from bot.model.post import Media, Post, Repost

#: Characters of the text that stand for a title where a post has none.
_TITLE_LENGTH = 120

#: Zero-width space and byte order mark: sites sprinkle them differently from answer to answer.
_INVISIBLE = {0x200B: None, 0xFEFF: None}


def fingerprint(post: Post) -> str:
    """Give 64 hex digits that differ when a reader would see something else."""
    seen = [
        _words(post.title),
        _words(post.text),
        _media(post.media),
        _repost(post.repost),
        _alert(post.alert),
        bool(post.incomplete),
    ]
    return hashlib.sha256(json.dumps(seen, separators=(",", ":")).encode()).hexdigest()


def fingerprints(posts: Iterable[Post]) -> dict[str, str]:
    """The fingerprints of a page by id. Megabytes of alerts take a second: call it in a thread."""
    return {post.id: fingerprint(post) for post in posts}


def title_key(post: Post) -> str:
    """Give 64 hex digits by which a post is known again when its feed renumbers; "" when it has no words at all."""
    words = _words(post.title) or _words(post.text)[:_TITLE_LENGTH]
    folded = unicodedata.normalize("NFKC", words).casefold()
    if not folded:
        return ""
    return hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()


def _words(text: str) -> str:
    # a site that changes how it breaks lines has edited nothing
    return " ".join(unicodedata.normalize("NFC", text).translate(_INVISIBLE).split())


def _media(media: tuple[Media, ...]) -> list[list[str]]:
    return sorted([item.kind.value, item.mark or _path(item.url)] for item in media)


def _path(url: str) -> str:
    # pictures move from host to host (wx1 … wx4), and their queries hold signatures that expire
    try:
        return urlsplit(url).path
    except ValueError:
        return url


def _repost(repost: Repost | None) -> list[object] | None:
    if repost is None:
        return None
    return [repost.available, repost.id, _words(repost.text), _media(repost.media)]


def _alert(alert: Alert | None) -> list[object] | None:
    if alert is None:
        return None
    return [
        alert.status.value,
        alert.msg_type.value,
        alert.scope.value,
        _words(alert.note),
        [_hazard(hazard) for hazard in alert.hazards],
        sorted(alert.references),
    ]


def _hazard(hazard: Hazard) -> list[object]:
    return [
        hazard.urgency.value,
        hazard.severity.value,
        hazard.certainty.value,
        [_wording(wording) for wording in hazard.wordings],
        sorted(hazard.categories),
        sorted(hazard.response_types),
        sorted(hazard.event_codes),
        sorted(hazard.parameters),
        [_moment(moment) for moment in (hazard.effective, hazard.onset, hazard.expires)],
        [_area(area) for area in hazard.areas],
    ]


def _wording(wording: Wording) -> list[str]:
    texts = (wording.event, wording.headline, wording.description, wording.instruction)
    return [wording.language.casefold(), *(_words(text) for text in texts)]


def _area(area: Area) -> list[object]:
    circles = [[circle.latitude, circle.longitude, circle.radius_km] for circle in area.circles]
    return [_words(area.description), area.polygons, circles, sorted(area.geocodes)]


def _moment(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
