"""Whether a known post is meant for the places of a chat, and the words that say so, for /why and /whynot."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.chat.commands.places import distance
from bot.chat.scene import Scene
from bot.chat.wording import Mark, Say, one_line
from bot.delivery.face import Styled
from bot.geo.china import Units
from bot.locales import Phrases
from bot.matching.evaluating import Truth
from bot.matching.grounds import grounds_of
from bot.matching.nearness import Verdict, verdict
from bot.model.place import ChatPlace
from bot.model.post import Post, words_of
from bot.reading.reader import read
from bot.store import chat_places
from bot.store.database import Database

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Every place of a chat with what is known of a post there."""

    verdicts: Sequence[tuple[ChatPlace, Verdict]]

    @property
    def elsewhere(self) -> bool:
        """The post is surely meant for none of the places."""
        return bool(self.verdicts) and all(each.truth is Truth.NO for _, each in self.verdicts)

    def why(self, says: Phrases) -> Styled:
        """Why the places let it through; empty where there are none, or they did not."""
        say = Say(says)
        met = next((place for place, each in self.verdicts if each.truth is Truth.YES), None)
        if met is not None:
            say.phrase("why.near", place=_named(met))
        elif self.verdicts and not self.elsewhere:
            say.phrase("why.place_unknown")
        return say.styled()

    def whynot(self, says: Phrases) -> Styled:
        """Why the places kept it back."""
        say = Say(says)
        for place, each in self.verdicts:
            if each.km is None:
                say.line("whynot.elsewhere", place=_named(place))
            else:
                say.line("whynot.far", place=_named(place), distance=distance(each.km, says))
        return say.styled()


async def whereabouts(db: Database, scene: Scene, post: Post, units: Units) -> Whereabouts:
    """Look at a post for the places of a chat and topic."""
    async with db.read() as conn:
        places = list((await chat_places.of_chat(conn, scene.chat_id, scene.target.thread_id)).values())
    return Whereabouts(await asyncio.to_thread(_judged, places, post, units) if places else ())


def _judged(places: Sequence[ChatPlace], post: Post, units: Units) -> list[tuple[ChatPlace, Verdict]]:
    reading = None
    if post.alert is None:
        reading = read(words_of(post), published=post.published, utc_offset=post.utc_offset)
    grounds = grounds_of(post, reading)
    return [(place, verdict(place, grounds, units)) for place in places]


def _named(place: ChatPlace) -> Mark:
    return Mark(one_line(place.name, _SHOWN), "bold")
