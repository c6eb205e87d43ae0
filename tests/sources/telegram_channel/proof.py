"""What public Telegram channels prove (see ``proving.Proof``)."""

from listed import recorded
from proving import Answers, Proof

PAGE = "t.me/s/harbourfire"
POST = "t.me/harbourfire/101?embed=1&mode=tme"
GONE = '<div class="tgme_widget_message_error">Post not found</div>'


def answers(*said: tuple[int, int, str]) -> Answers:
    """The channel's page, a message for each (number, minute, words)."""
    messages = "".join(
        f'<div class="tgme_widget_message" data-post="HarbourFire/{number}">'
        f'<div class="tgme_widget_message_text js-message_text">{words}</div>'
        f'<a class="tgme_widget_message_date"><time datetime="2026-07-21T03:{minute}:00+00:00"></time></a></div>'
        for number, minute, words in said
    )
    page = f'<div class="tgme_channel_info"></div><section class="tgme_channel_history">{messages}</section>'
    return {PAGE: page}


OLD = (100, 10, "Good morning from the harbour.")
FIRST = (101, 40, "The bridge is closed.")

PROOF = Proof(
    named="https://t.me/HarbourFire",
    asked=PAGE,
    quiet=answers(OLD),
    first=answers(OLD, FIRST),
    says="The bridge is closed.",
    edited=answers(OLD, (101, 40, "The bridge and the quay are closed.")),
    says_edited="The bridge and the quay are closed.",
    ended={**answers(OLD), POST: GONE},
    says_ended="⚠️ The agency has removed this post.",
    drill=answers(
        OLD,
        (101, 40, "This is only a drill: Beijing Meteorological Observatory issued a red rainstorm warning signal."),
    ),
    says_drill="🧪 Exercise: this is not real",
    saved=recorded("telegram_channel/channel.html"),
    shown=("Bridge closed", "» Coast Guard: Gale from the south west", "https://t.me/HarbourFire/101"),
    half_is_read=True,
)
