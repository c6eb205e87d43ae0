"""What YouTube channels prove (see ``proving.Proof``)."""

from listed import recorded
from proving import Answers, Proof
from publishing import Reply

CHANNEL = "UCaaaaaaaaaaaaaaaaaaaaaa"
FEED = f"www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}"
FILM = "www.youtube.com/oembed?url=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3DAbCdEfGh-1_&format=json"
FIRST = recorded("youtube/videos.xml").decode()
NEWEST = FIRST[FIRST.index(" <entry>") : FIRST.index(" <entry>", FIRST.index(" <entry>") + 1)]


def answers(feed: str, film: int = 401) -> Answers:
    """The channel's feed, and what the site says of its newest film by a status: 401 is "not for everybody"."""
    return {FEED: feed, FILM: Reply(b"", film)}


PROOF = Proof(
    named=f"https://www.youtube.com/channel/{CHANNEL}",
    asked=FEED,
    quiet=answers(FIRST.replace(NEWEST, "")),
    first=answers(FIRST),
    says="Flood: where to go & what to take",
    edited=answers(FIRST.replace("Call 112.", "Call 112 or 116117.")),
    says_edited="Call 112 or 116117.",
    ended=answers(FIRST.replace(NEWEST, ""), 404),
    says_ended="⚠️ The agency has removed this post.",
    drill=answers(
        FIRST.replace(
            "Flood: where to go &amp; what to take",
            "This is only a drill: Beijing Meteorological Observatory issued a red rainstorm warning signal.",
        )
    ),
    says_drill="🧪 Exercise: this is not real",
    saved=FIRST,
    shown=("Flood: where to go & what to take", "Call 112.", "Press conference, live"),
)
