"""kill -9 at random instants while posts come: every one reaches the chat, in order; only the one in flight may repeat."""

import asyncio
import contextlib
import os
import random
import re
import signal
import sys
from pathlib import Path

UID = "1288915263"
#: Instants at which the program is killed, over the two databases together.
KILLS = {"sqlite": 38, "postgres": 12}


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


async def test_killed_at_random_instants_every_post_arrives_in_order(db_url, whole):
    engine = "sqlite" if db_url.startswith("sqlite") else "postgres"
    rng = random.Random(721)
    reader = whole.reader()
    process = await start(whole.environment)
    try:
        await whole.ask(reader, f"/subscribe {UID}", "is followed here now")
        written = 0
        for _ in range(KILLS[engine]):
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
