"""A revision as the messages that a chat shows: which text goes with which pictures, within Telegram's limits."""

from dataclasses import dataclass, replace

import structlog

from bot.delivery.composing import NAME_LIMIT, QUOTE_LIMIT, compose, pictures
from bot.delivery.face import Button, Part, Rendered, Styled
from bot.delivery.harmless import block, domain, line, web_link
from bot.delivery.mapping import MAP, map_of
from bot.delivery.splitting import CAPTION_LIMIT, TEXT_LIMIT, shorten, split
from bot.delivery.writing import Writing, units
from bot.locales import Phrases
from bot.model.account import Account
from bot.model.mapping import AreaMap
from bot.model.post import Revision
from bot.model.words import NOTHING, Words

log = structlog.get_logger(__name__)

#: Bot API: an album has at most ten media.
ALBUM_LIMIT = 10
#: A line that may have to go on top of a message ("raised", "may be a repeat", "withdrawn"), with its end. UTF-16
#: units; a test holds the phrases to it. In every message there is room for two, so that they never move the borders
#: between messages.
MARK_LINE = 128
MARK_ROOM = 2 * MARK_LINE
TEXT_ROOM, CAPTION_ROOM = TEXT_LIMIT - MARK_ROOM, CAPTION_LIMIT - MARK_ROOM
#: So many times as long is a text with the translation that is still to come.
PROMISED_TAKES = 2.5
#: What a fault in composing one odd post can raise; it must not keep the agency's words from the chat (design rule 7).
_FAULTS = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a version of a post is shown to one chat, besides its language."""

    #: What was proved of it and its translation, in the reader's language.
    words: Words = NOTHING
    #: The chat wants the agency's own words before their translation.
    original_first: bool = False
    #: Ours, for the buttons; None: there are none.
    post_id: int | None = None
    #: An alert with an area comes with a map of it.
    maps: bool = False
    #: Its event is muted in the chat; None: nobody there can mute it by a button.
    muted: bool | None = None
    #: The inline query that finds it, for who wants to share it; "" where nobody can.
    reference: str = ""


#: Nothing but the original.
PLAIN = Manner()
#: What the button that turns original and translation round sends back: "or:1:17" (the original first, post 17).
ORDER = "or"
#: What the button that mutes the event of a post sends back: "mu:1:17"; "mu:0:17" takes it back.
MUTE = "mu"
#: Buttons beside each other: more cannot be read on a phone.
_IN_A_ROW = 2


def render(revision: Revision, account: Account, phrases: Phrases, manner: Manner = PLAIN) -> Rendered:
    """The messages of a revision, in order: never none, each with room for marks."""
    photos = pictures(revision.post)[:ALBUM_LIMIT]
    drawn = map_of(revision.post) if manner.maps else None
    said = text_of(revision, account, phrases, manner)
    parts = [Part(text) for text in split(said, (), TEXT_ROOM)]
    if photos and len(parts) == 1 and units(parts[0].styled.text) <= CAPTION_ROOM:
        # Telegram puts no button under an album
        return Rendered(
            (replace(parts[0], media=photos, buttons=buttons(manner, phrases, drawn, album=len(photos) > 1)),)
        )
    parts[0] = replace(parts[0], buttons=buttons(manner, phrases, drawn))
    if drawn and not photos and len(parts) == 1 and _fits_below_it(parts[0], manner):
        return Rendered((replace(parts[0], media=(drawn,)),))
    if photos:
        # it hangs below the text as a reply; its own words only say whose pictures these are
        name = line(revision.post.author or account.name, NAME_LIMIT)
        parts.append(Part(Styled(name), photos))
    return Rendered(tuple(parts))


def _fits_below_it(part: Part, manner: Manner) -> bool:
    """The words can be the map's caption, those too that are still to come. Else they stand alone and the map is a tap
    away: no word of an alert is cut for a picture, and no second message comes with it.
    """
    room = CAPTION_ROOM // PROMISED_TAKES if manner.words.promised else CAPTION_ROOM
    return units(part.styled.text) <= room


def buttons(
    manner: Manner, phrases: Phrases, drawn: AreaMap | None = None, *, album: bool = False
) -> tuple[tuple[Button, ...], ...]:
    """What can be done with a post: the other order than the one that is shown, its map, its event muted, the post shared."""
    if album or manner.post_id is None:
        return ()
    found: list[Button] = []
    if manner.words.translation:
        label = phrases("button.translation_first" if manner.original_first else "button.original_first")
        found.append(Button(label, data=f"{ORDER}:{int(not manner.original_first)}:{manner.post_id}"))
    if drawn is not None:
        found.append(Button(phrases("button.map"), data=f"{MAP}:{manner.post_id}"))
    if manner.muted is not None:
        label = phrases("button.unmute_event" if manner.muted else "button.mute_event")
        found.append(Button(label, data=f"{MUTE}:{int(not manner.muted)}:{manner.post_id}"))
    if manner.reference:
        found.append(Button(phrases("button.share"), inline=manner.reference))
    return tuple(tuple(found[start : start + _IN_A_ROW]) for start in range(0, len(found), _IN_A_ROW))


def text_of(
    revision: Revision,
    account: Account,
    phrases: Phrases,
    manner: Manner = PLAIN,
    *,
    struck: bool = False,
    pictures_as_links: bool = False,
) -> Styled:
    """The whole text of a revision; where composing it fails, the agency's words plainly."""
    try:
        return compose(
            revision,
            account,
            phrases,
            words=manner.words,
            original_first=manner.original_first,
            struck=struck,
            pictures_as_links=pictures_as_links,
        )
    except _FAULTS:
        log.exception("a post could not be laid out; it goes out plainly", kind=account.kind, post=revision.post.id)
        return _plainly(revision, account)


def render_notice(text: str) -> Rendered:
    """A word of the bot's own."""
    return Rendered(tuple(Part(part) for part in split(Styled(text), (), TEXT_ROOM)))


def marked(part: Part, mark: str, style: str = "") -> Part:
    """The part with a line on top; ``MARK_ROOM`` was left for it when the text was cut."""
    top = shorten(Styled(mark), MARK_LINE - 1).text
    return replace(part, styled=Writing().add(top, style).add("\n").append(part.styled).done())


def without_pictures(part: Part, phrases: Phrases) -> Part:
    """The text alone, its pictures as links, when Telegram does not take them."""
    out = Writing().append(part.styled)
    for medium in part.media:
        link = web_link(medium.url)
        label = f"{phrases('message.picture')} ({domain(link)})"
        if link and out.length + units(label) < TEXT_LIMIT:
            out.add("\n" if out.length else "").add(label, "text_link", url=link)
    return Part(out.done(), (), part.buttons)


def _plainly(revision: Revision, account: Account) -> Styled:
    post = revision.post
    out = Writing().add(line(account.name or account.key, NAME_LIMIT), "bold").add("\n")
    words = "\n".join(filter(None, (block(post.title[:QUOTE_LIMIT]), block(post.text[:QUOTE_LIMIT]))))
    if words:
        with out.inside("blockquote"):
            out.add(words)
    return out.add("\n" + line(post.url, TEXT_LIMIT // 4)).done()
