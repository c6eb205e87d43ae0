"""What an edit does to a message that has a map: the map changes with the area, or the words say that it did not."""

from dataclasses import replace

from bot.delivery.face import Part
from bot.delivery.rendering import marked
from bot.delivery.shelf import Seen, Shelf
from bot.delivery.splitting import CAPTION_LIMIT
from bot.delivery.writing import units
from bot.locales import Phrases
from bot.model.delivery import MAPPED, SentPart
from bot.model.mapping import AreaMap
from bot.store.deliveries import SendRow


async def map_before(shelf: Shelf, send: SendRow) -> AreaMap | None:
    """The map in the message as it is, where it has one."""
    if not send.rendered_revision or all(part.form != MAPPED for part in send.parts):
        return None
    return await shelf.map_of(send.post_id, send.rendered_revision)


def remapped(part: Part, old: SentPart, was: AreaMap | None, seen: Seen, phrases: Phrases) -> Part:
    """The edit of ``old`` with this version's map. Also where the area is the same: an edit before may not have been able to
    change the map, and by its file id it costs nothing. ``was``: the map of the version that the chat has.
    """
    if old.form != MAPPED:
        return part
    if seen.map is not None and seen.manner.maps:
        return replace(part, media=(seen.map,))
    return with_old_map(part, phrases) if was is not None and was != seen.map else part


def with_old_map(part: Part, phrases: Phrases) -> Part:
    """It keeps the map of an earlier version, and says so."""
    said = marked(part, phrases("message.map_before"), "bold")
    return said if units(said.styled.text) <= CAPTION_LIMIT else part
