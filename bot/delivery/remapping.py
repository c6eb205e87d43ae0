"""What an edit does to a message that has a map: the map changes with the area, or the words say that it did not."""

from dataclasses import replace

from bot.delivery.face import Part
from bot.delivery.mapping import map_of
from bot.delivery.rendering import marked
from bot.delivery.shelf import Shelf
from bot.delivery.splitting import CAPTION_LIMIT
from bot.delivery.writing import units
from bot.locales import Phrases
from bot.model.delivery import MAPPED, SentPart
from bot.model.mapping import AreaMap
from bot.store import posts
from bot.store.deliveries import SendRow


async def map_before(shelf: Shelf, send: SendRow) -> AreaMap | None:
    """The map in the message as it is, where it has one."""
    if not send.rendered_revision or all(part.form != MAPPED for part in send.parts):
        return None
    try:
        return map_of((await posts.revision(shelf.conn, send.post_id, send.rendered_revision)).post)
    except LookupError:
        return None


def remapped(part: Part, old: SentPart, was: AreaMap | None, now: AreaMap | None, phrases: Phrases) -> Part:
    """The edit of ``old`` with the map of this version; the same part where the map that is there is right."""
    if old.form != MAPPED or was is None or was == now:
        return part
    return replace(part, media=(now,)) if now is not None else with_old_map(part, phrases)


def with_old_map(part: Part, phrases: Phrases) -> Part:
    """It keeps the map of an earlier version, and says so."""
    said = marked(part, phrases("message.map_before"), "bold")
    return said if units(said.styled.text) <= CAPTION_LIMIT else part
