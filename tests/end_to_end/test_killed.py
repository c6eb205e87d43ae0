"""kill -9 at random instants of the storm day: every post reaches the chat, in order; only the one in flight may repeat."""

import asyncio
import contextlib
import random
import re
import signal
from pathlib import Path

import starting

from bot.demo.site.faults import Endpoint
from bot.demo.site.snowflake import bid_of
from bot.demo.site.story import EventKind
from bot.demo.site.weibo import PostState

UID = "1288915263"
#: Instants of the storm day at which the program is killed, over the two databases together.
KILLS = {"sqlite": 24, "postgres": 8}
#: Seconds that the day takes: a program lives a second or less on average, about what it needs to its first poll.
DAY = {"sqlite": 20.0, "postgres": 8.0}
#: Posts on a visitor's page: what falls off it before anybody looked is lost at the site, not here. On a slow machine a
#: program can be killed several times before its first look.
PAGE = 10
#: Kills while posts come at the same random instants.
MORE_KILLS = {"sqlite": 8, "postgres": 4}


def start(environment):
    return starting.start(environment, Path(__file__).parent)  # no .env stands there


async def kill(process):
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGKILL)
    await process.wait()


async def test_killed_while_posts_come_every_one_arrives_in_order(db_url, whole):
    engine = "sqlite" if db_url.startswith("sqlite") else "postgres"
    rng = random.Random(721)
    reader = whole.reader()
    process = start(whole.environment)
    try:
        await whole.ask(reader, f"/subscribe {UID}", "is followed here now")
        written = 0
        for _ in range(MORE_KILLS[engine]):
            for _ in range(rng.randint(0, 2)):
                written += 1
                whole.site.weibo_post(UID, f"编号{written:03d}。")
            # from before the first poll after a start to well behind the delivery
            await asyncio.sleep(rng.uniform(0.0, 1.5))
            await kill(process)
            process = start(whole.environment)
        written += 1
        whole.site.weibo_post(UID, f"编号{written:03d}。")
        await whole.until(reader, f"编号{written:03d}")
    finally:
        await kill(process)
    said = [text for text in whole.texts(reader) if "编号" in text and "followed here" not in text]
    numbers = [int(re.search(r"编号(\d{3})", text)[1]) for text in said]
    assert sorted(set(numbers)) == list(range(1, written + 1))
    assert numbers == sorted(numbers)
    unmarked = [n for n, text in zip(numbers, said, strict=True) if "may be a repeat" not in text]
    assert len(unmarked) == len(set(unmarked))


async def looked(site):
    """Wait until the site was asked for a page twice: by the second time the first one is written down."""
    before = site.asked[Endpoint.TIMELINE]
    async with asyncio.timeout(60):
        while site.asked[Endpoint.TIMELINE] < before + 2:
            await asyncio.sleep(0.02)


def permalink(message):
    """Where a message about a post says that it stands; "" for any other message."""
    styled = message.now.styled
    units = styled.text.encode("utf-16-le")
    for entity in styled.entities:
        label = units[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le")
        if entity.type == "text_link" and label.startswith("Original"):
            return entity.url
    return ""


def told(whole, reader):
    """The messages that carry a post, with its permalink; replies are news about a post, not the post."""
    said = [m for m in whole.telegram.world.said_by_bot(reader) if not m.reply_to]
    said = [m for m in said if "followed here" not in m.now.styled.text]
    return [(link, m) for m in said if (link := permalink(m))]


def link_of(post):
    return f"https://weibo.com/{UID}/{bid_of(post.mid)}"


async def test_killed_at_random_instants_of_the_storm_day(db_url, whole):
    engine = "sqlite" if db_url.startswith("sqlite") else "postgres"
    rng = random.Random(2012)
    events = whole.site.story.events
    day, kills = DAY[engine], KILLS[engine]
    script = [(day * place / (len(events) - 1), event) for place, event in enumerate(events)]
    script += [(rng.uniform(0.0, day), None) for _ in range(kills)]
    reader = whole.reader()
    process = start(whole.environment)
    try:
        await whole.ask(reader, f"/subscribe {UID}", "is followed here now")
        reached, unseen = 0.0, 0
        for at, event in sorted(script, key=lambda entry: entry[0]):
            await asyncio.sleep(at - reached)
            reached = at
            if event is not None:
                if unseen >= PAGE - 2:
                    await looked(whole.site)
                    unseen = 0
                whole.site.publish(event)
                unseen += 1
                continue
            await kill(process)
            process = start(whole.environment)
        posts = sorted((p for p in whole.site.weibo.posts.values() if p.uid == UID), key=lambda p: int(p.mid))
        there = [link_of(post) for post in posts if post.state is PostState.THERE]
        [edited] = [event for event in events if event.kind is EventKind.EDIT]
        edited_link = link_of(whole.site.weibo.posts[whole.site.published[edited.id]])

        def arrived():
            texts = {link: m.now.styled.text for link, m in told(whole, reader)}
            return set(there) <= texts.keys() and "更正" in texts[edited_link]

        with contextlib.suppress(TimeoutError):  # what is missing is shown below
            await whole.telegram.wait_for(arrived, 30)
    finally:
        await kill(process)
    messages = told(whole, reader)
    assert len(posts) == 31
    first_told = list(dict.fromkeys(link for link, _ in messages))
    assert [link for link in first_told if link in there] == there
    assert "更正" in dict(messages)[edited_link].now.styled.text
    unmarked = [link for link, m in messages if "may be a repeat" not in m.versions[0].styled.text]
    assert len(unmarked) == len(set(unmarked))


async def test_a_conversation_goes_on_where_it_was_when_the_program_is_killed_after_each_step(db_url, whole):
    whole.site.weibo_post(UID, "今晚有暴雨")
    reader, world = whole.reader(), whole.telegram.world
    answered = [
        ("/add", "Whom do you want to hear?"),
        (UID, "What of it shall come here?"),
        ("Only certain words", "Send me the words"),
        ("暴雨", "This would have sent 1 of the last 1"),
        ("Use this filter", "is followed here now"),
    ]
    shown = 0
    for say, words in answered:
        process = start(whole.environment)
        try:
            if say[0] in "OU":
                world.press(reader, reader, shown, label=say)
                await whole.until(reader, words, after=shown - 1)
            else:
                await whole.ask(reader, say, words)
        finally:
            await kill(process)
        shown = world.said_by_bot(reader)[-1].message_id
    assert "Only posts that pass this filter: 暴雨" in whole.texts(reader)[-1]
    assert whole.telegram.violations == {}
