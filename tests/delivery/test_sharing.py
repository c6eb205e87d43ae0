"""The reference by which a post is asked for: good for that post of that account, and known to nobody who has not seen it."""

from dataclasses import replace

from scripted import account

from bot.delivery.sharing import read_reference, reference, refers_to
from bot.model.post import Post

POST = Post("weibo", "1288915263", "5001", "storm", "https://weibo.com/1/5001")


def test_it_is_read_again_and_stays_the_same_when_the_post_is_edited():
    said = reference(17, POST, account())
    assert read_reference(f" {said} ") == 17
    assert refers_to(said, 17, replace(POST, text="lifted", title="x"), account())


def test_each_part_of_what_it_names_makes_another():
    others = [
        reference(18, POST, account()),
        reference(17, replace(POST, id="5002"), account()),
        # a feed's address may be a secret: whoever does not know it cannot make the reference
        reference(17, POST, replace(account(), key="1288915264")),
        reference(17, POST, replace(account(), kind="feed")),
    ]
    assert len({*others, reference(17, POST, account())}) == 5
    assert not any(refers_to(each, 17, POST, account()) for each in others)


def test_any_other_words_are_none():
    said = reference(17, POST, account())
    for words in ("", "rainstorm", "#17", said[:-1], f"{said}0", f"{said} rainstorm", said.upper() + "!"):
        assert read_reference(words) is None
