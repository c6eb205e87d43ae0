"""What a news feed proves (see ``proving.Proof``)."""

from proving import Never, Proof

FEED = "fire.example/rss"


def rss(*notices: tuple[int, str]) -> str:
    """A feed with a notice for each (minute, words)."""
    items = "".join(
        f"<item><title>Notice {minute}</title><link>https://fire.example/{minute}</link><guid>fire-{minute}</guid>"
        f"<pubDate>Tue, 21 Jul 2026 03:{minute}:00 GMT</pubDate><description>{words}</description></item>"
        for minute, words in notices
    )
    return f'<rss version="2.0"><channel><title>Fire brigade</title><link>https://fire.example/</link>{items}</channel></rss>'


OLD = (10, "The station is open today.")

PROOF = Proof(
    named="https://fire.example/rss",
    asked=FEED,
    quiet={FEED: rss(OLD)},
    first={FEED: rss((40, "The bridge is closed."), OLD)},
    says="The bridge is closed.",
    edited={FEED: rss((40, "The bridge and the quay are closed."), OLD)},
    says_edited="The bridge and the quay are closed.",
    ended=Never("none: an entry that leaves a feed was not withdrawn"),
    says_ended="",
    drill={
        FEED: rss(
            (40, "This is only a drill: Beijing Meteorological Observatory issued a red rainstorm warning signal."),
            OLD,
        )
    },
    says_drill="🧪 Exercise: this is not real",
    saved=rss((40, "The bridge is closed."), OLD),
    shown=("Notice 40", "The bridge is closed.", "https://fire.example/40"),
)
