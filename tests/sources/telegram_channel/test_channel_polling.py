"""Every look at a channel ends as posts, nothing new, refused or broken; gaps are paged back; a post is asked for."""

import json
from datetime import timedelta

import pytest

from bot.model.reason import Cause
from bot.sources.face import Broken, NotFoundError, NothingNew, Posts, Presence, Refused

PATH = "/s/harbourfire"


async def test_the_first_look_gives_the_page_and_who_speaks(channels, channel, publisher, recorded_page):
    publisher.put(PATH, recorded_page())
    outcome = await channels.poll(channel, {})
    assert isinstance(outcome, Posts)
    assert [post.id for post in outcome.posts] == ["101", "102", "105", "106", "109"]
    assert outcome.account.verified == "verified by Telegram"
    assert outcome.memory["newest"] == 109
    assert publisher.paths == [PATH]


async def test_the_same_page_is_nothing_new_and_an_edited_one_is_read(channels, channel, publisher, page_of):
    publisher.put(PATH, page_of((7, "Water rises")))
    memory = (await channels.poll(channel, {})).memory
    assert isinstance(await channels.poll(channel, memory), NothingNew)
    publisher.put(PATH, page_of((7, "Water falls"), (8, "More")))
    outcome = await channels.poll(channel, memory)
    assert [(post.id, post.text) for post in outcome.posts] == [("7", "Water falls"), ("8", "More")]


async def test_a_gap_is_paged_back_to_what_is_known(channels, channel, publisher, page_of):
    publisher.put(PATH, page_of((50, "e"), (51, "f")))
    publisher.put(f"{PATH}?before=50", page_of((30, "c"), (40, "d")))
    publisher.put(f"{PATH}?before=30", page_of((10, "a"), (20, "b")))
    outcome = await channels.poll(channel, {"newest": 10})
    assert [post.id for post in outcome.posts] == ["10", "20", "30", "40", "50", "51"]
    assert publisher.paths == [PATH, f"{PATH}?before=50", f"{PATH}?before=30"]
    assert outcome.memory["newest"] == 51


async def test_a_gap_that_cannot_be_closed_now_is_closed_at_the_next_look(channels, channel, publisher, page_of):
    publisher.put(PATH, page_of((50, "e")), ETag='"v"')
    publisher.put(f"{PATH}?before=50", "busy", 500)
    outcome = await channels.poll(channel, {"newest": 10})
    assert [post.id for post in outcome.posts] == ["50"]
    assert outcome.notes
    assert outcome.memory == {"newest": 10}
    publisher.put(f"{PATH}?before=50", page_of((9, "a"), (20, "b")))
    outcome = await channels.poll(channel, outcome.memory)
    assert [post.id for post in outcome.posts] == ["9", "20", "50"]
    assert outcome.memory["newest"] == 50


async def test_a_gap_without_end_costs_five_pages_and_is_told(channels, channel, publisher, page_of):
    publisher.put(PATH, page_of((900, "z")))
    for before in range(900, 300, -100):
        publisher.put(f"{PATH}?before={before}", page_of((before - 100, "y")))
    outcome = await channels.poll(channel, {"newest": 1})
    assert len(publisher.asked) == 6
    assert len(outcome.posts) == 6
    assert "More than 5 pages" in outcome.notes[0]


async def test_no_preview_is_broken_and_never_quiet(channels, channel, publisher, recorded_page):
    publisher.put(PATH, "", 302, Location="/harbourfire")
    publisher.put("/harbourfire", recorded_page("no_preview.html"))
    told = await channels.poll(channel, {"newest": 5})
    assert isinstance(told, Broken)
    assert told.lasting
    assert told.reason.cause is Cause.LOGIN
    assert publisher.paths == [PATH]
    publisher.put(PATH, recorded_page("no_preview.html"))
    assert (await channels.poll(channel, {})) == told


async def test_a_channel_that_had_posts_and_shows_none_is_broken(channels, channel, publisher, page_of):
    publisher.put(PATH, page_of())
    assert isinstance(await channels.poll(channel, {"newest": 5}), Broken)
    assert isinstance(await channels.poll(channel, {}), Posts)


async def test_429_is_refused_until_telegram_says(channels, channel, publisher, clock):
    publisher.put(PATH, "", 429, Retry_After="90")
    outcome = await channels.poll(channel, {})
    assert isinstance(outcome, Refused)
    assert outcome.until == clock() + timedelta(seconds=90)


@pytest.mark.parametrize(("status", "body"), [(500, ""), (200, "<html>who are you</html>"), (200, "")])
async def test_other_answers_are_broken(status, body, channels, channel, publisher):
    publisher.put(PATH, body, status)
    outcome = await channels.poll(channel, {})
    assert isinstance(outcome, Broken)
    assert outcome.why.endswith((".", ")."))


async def test_a_post_that_is_no_longer_listed_is_asked_for(channels, channel, publisher, page_of, clock):
    publisher.put("/harbourfire/7?embed=1&mode=tme", '<div class="tgme_widget_message_error">Post not found</div>')
    publisher.put("/harbourfire/8?embed=1&mode=tme", page_of((8, "here")))
    publisher.put("/harbourfire/9?embed=1&mode=tme", "", 500)
    told = [await channels.confirm(channel, number) for number in ("7", "8", "9", "x", "")]
    assert told == [Presence.DELETED, Presence.THERE, *[Presence.UNKNOWN] * 3]


async def test_a_link_finds_the_channel_or_says_why_not(channels, publisher, recorded_page):
    publisher.put(PATH, recorded_page())
    (found,) = await channels.find("https://t.me/HarbourFire/101")
    assert (found.kind, found.key, found.url) == ("telegram_channel", "harbourfire", "https://t.me/harbourfire")
    publisher.put(PATH, "", 302, Location="/harbourfire")
    with pytest.raises(NotFoundError, match="no public preview"):
        await channels.find("t.me/harbourfire")
    with pytest.raises(NotFoundError, match="no public channel"):
        await channels.find("https://t.me/+AbCdEf")


@pytest.mark.parametrize("memory", [{"newest": "x"}, {"newest": True}, {"newest": -3}, {"sha": 4, "etag": []}])
async def test_any_memory_is_borne(memory, channels, channel, publisher, page_of):
    publisher.put(PATH, page_of((7, "a")))
    outcome = await channels.poll(channel, memory)
    assert isinstance(outcome, Posts)
    assert len(json.dumps(outcome.memory)) < 500
