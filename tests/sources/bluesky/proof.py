"""What Bluesky proves (see ``proving.Proof``)."""

import json

from listed import recorded
from proving import Answers, Proof
from publishing import Reply

DID = "did:plc:z72i7hdynmk6r22z27h6tvur"
API = "public.api.bsky.app/xrpc"
PROFILE = f"{API}/app.bsky.actor.getProfile?actor=wetter.amt.example"
FEED = f"{API}/app.bsky.feed.getAuthorFeed?actor={DID}&limit=50&filter=posts_and_author_threads&includePins=false"
THREAD = f"{API}/app.bsky.feed.getPostThread?uri=at://{DID}/app.bsky.feed.post/3p40&depth=0&parentHeight=0"
NOT_FOUND = Reply(b'{"error": "NotFound", "message": "Post not found"}', 400)


def answers(*said: tuple[int, str]) -> Answers:
    """The account's posts, one for each (minute, words)."""
    posts = [
        {
            "post": {
                "uri": f"at://{DID}/app.bsky.feed.post/3p{minute}",
                "author": {"did": DID, "handle": "wetter.amt.example", "displayName": "Wetteramt Küste"},
                "record": {"text": words, "createdAt": f"2026-07-21T03:{minute}:00Z", "langs": ["en"]},
            }
        }
        for minute, words in said
    ]
    return {FEED: json.dumps({"feed": posts}), PROFILE: recorded("bluesky/profile.json")}


OLD = (10, "Good morning from the coast.")
FIRST = (40, "The harbour is closed.")

PROOF = Proof(
    named="@wetter.amt.example",
    asked=FEED,
    quiet=answers(OLD),
    first=answers(FIRST, OLD),
    says="The harbour is closed.",
    edited=answers((40, "The harbour and the ferry are closed."), OLD),
    says_edited="The harbour and the ferry are closed.",
    ended={**answers(OLD), THREAD: NOT_FOUND},
    says_ended="⚠️ The agency has removed this post.",
    drill=answers(
        (40, "This is only a drill: Beijing Meteorological Observatory issued a red rainstorm warning signal."), OLD
    ),
    says_drill="🧪 Exercise: this is not real",
    saved=recorded("bluesky/author_feed.json"),
    shown=("⚠️ Sturmflut in Küstennähe", "» hafen.bsky.social: Hafen gesperrt."),
)
