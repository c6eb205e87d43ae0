"""A post's own words: its title once, whether or not its text begins with it."""

import pytest

from bot.model.post import Post, Repost, title_of, words_of


@pytest.mark.parametrize(
    ("title", "text", "alone", "words"),
    [
        ("Flood", "The river rises.", "Flood", "Flood\nThe river rises."),
        ("Flood", "Flood: the river rises.", "", "Flood: the river rises."),
        (" Flood ", "\nFlood today \n", "", "Flood today"),
        ("Flood", "", "Flood", "Flood"),
        ("", "The river rises.", "", "The river rises."),
        ("", "", "", ""),
    ],
)
def test_a_title_is_said_once(title, text, alone, words):
    other = Repost(True, text="Another's words")
    post = Post("feed", "a", "1", text, "https://fire.example/1", title=title, repost=other)
    assert (title_of(post), words_of(post)) == (alone, words)
