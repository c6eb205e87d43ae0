"""What Mastodon proves (see ``proving.Proof``)."""

import json

from listed import recorded
from proving import Answers, Proof
from publishing import Reply

SERVER = "social.amt.example"
LOOKUP = f"{SERVER}/api/v1/accounts/lookup?acct=wetter"
LIST = f"{SERVER}/api/v1/accounts/9001/statuses?limit=40&exclude_replies=true"
STATUS = f"{SERVER}/api/v1/statuses/40"


def answers(*said: tuple[int, str]) -> Answers:
    """The account's posts, one for each (minute, words)."""
    statuses = [
        {
            "id": str(minute), "created_at": f"2026-07-21T03:{minute}:00.000Z", "content": f"<p>{words}</p>",
            "visibility": "public", "language": "en", "url": f"https://{SERVER}/@wetter/{minute}",
        }
        for minute, words in said
    ]  # fmt: skip
    return {LIST: json.dumps(statuses), LOOKUP: recorded("mastodon/account.json")}


OLD = (10, "Good morning from the coast.")
FIRST = (40, "The harbour is closed.")

PROOF = Proof(
    named=f"@wetter@{SERVER}",
    asked=LIST,
    quiet=answers(OLD),
    first=answers(FIRST, OLD),
    says="The harbour is closed.",
    edited=answers((40, "The harbour and the ferry are closed."), OLD),
    says_edited="The harbour and the ferry are closed.",
    ended={**answers(OLD), STATUS: Reply(b'{"error": "Record not found"}', 404)},
    says_ended="⚠️ The agency has removed this post.",
    drill=answers(
        (40, "This is only a drill: Beijing Meteorological Observatory issued a red rainstorm warning signal."), OLD
    ),
    says_drill="🧪 Exercise: this is not real",
    saved=recorded("mastodon/statuses.json"),
    shown=("Wetteramt Küste", "» Hafenamt: Sperrung"),
)
