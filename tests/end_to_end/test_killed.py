"""kill -9 at random instants of the storm day: every post reaches the chat, in order; only the one in flight may repeat."""

import asyncio
import contextlib
import os
import random
import re
import signal
import sys
from pathlib import Path

from bot.demo.site.snowflake import bid_of
from bot.demo.site.weibo import PostState

UID = "1288915263"
#: Instants of the storm day at which the program is killed, over the two databases together.
KILLS = {"sqlite": 38, "postgres": 12}
#: Story minutes a second, and the longest life of a program, seconds: the day lasts as long as the kills.
PACE = {"sqlite": (32.0, 2.2), "postgres": (50.0, 4.0)}
#: Kills while posts come at the same random instants.
MORE_KILLS = {"sqlite": 8, "postgres": 4}


async def start(environment):
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "run",
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=Path(__file__).parent,  # no .env stands there
    )


async def kill(process):
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGKILL)
    await process.wait()


async def test_killed_while_posts_come_every_one_arrives_in_order(db_url, whole):
    engine = "sqlite" if db_url.startswith("sqlite") else "postgres"
    rng = random.Random(721)
    reader = whole.reader()
    process = await start(whole.environment)
    try:
        await whole.ask(reader, f"/subscribe {UID}", "is followed here now")
        written = 0
        for _ in range(MORE_KILLS[engine]):
            for _ in range(rng.randint(0, 2)):
                written += 1
                whole.site.weibo_post(UID, f"编号{written:03d}。")
            # from before the first poll after a start to well behind the delivery
            await asyncio.sleep(rng.uniform(0.0, 2.2))
            await kill(process)
            process = await start(whole.environment)
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


def permalink(message):
    """Where a message about a post says that it stands; "" for any other message."""
    styled = message.now.styled
    units = styled.text.encode("utf-16-le")
    for entity in styled.entities:
        label = units[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le")
        if entity.type == "text_link" and label.startswith("Original"):
            return entity.url
    return ""


async def test_killed_at_random_instants_of_the_storm_day(db_url, whole):
    engine = "sqlite" if db_url.startswith("sqlite") else "postgres"
    speed, longest = PACE[engine]
    rng = random.Random(2012)
    reader = whole.reader()
    process = await start(whole.environment)
    day = None

    def told():
        """The posts that the chat was told of, each time; replies are news about a post, not the post."""
        said = [m for m in whole.telegram.world.said_by_bot(reader) if not m.reply_to]
        said = [m for m in said if "followed here" not in m.now.styled.text]
        return [(link, m.versions[0].styled.text) for m in said if (link := permalink(m))]

    def there():
        """Permalinks of the account's posts that still stand, oldest first."""
        posts = sorted((p for p in whole.site.weibo.posts.values() if p.uid == UID), key=lambda p: int(p.mid))
        return [f"https://weibo.com/{UID}/{bid_of(p.mid)}" for p in posts if p.state is PostState.THERE]

    try:
        await whole.ask(reader, f"/subscribe {UID}", "is followed here now")
        day = asyncio.create_task(whole.site.play(speed))
        for _ in range(KILLS[engine]):
            await asyncio.sleep(rng.uniform(0.0, longest))
            await kill(process)
            process = await start(whole.environment)
        await asyncio.wait_for(day, 60)
        with contextlib.suppress(TimeoutError):  # what is missing is shown below
            await whole.telegram.wait_for(lambda: set(there()) <= {link for link, _ in told()}, 30)
    finally:
        if day is not None:
            day.cancel()
        await kill(process)
    assert len(there()) >= 30
    first_told = list(dict.fromkeys(link for link, _ in told()))
    assert [link for link in first_told if link in set(there())] == there()
    unmarked = [link for link, text in told() if "may be a repeat" not in text]
    assert len(unmarked) == len(set(unmarked))
