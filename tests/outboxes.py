"""An outbox in a test's hands: posts queued for chats, run with a scripted messenger until nothing is left to do."""

import asyncio
import random

from scripted import account
from sqlalchemy import insert

from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Limits, Pacing
from bot.model.delivery import Lane, Op
from bot.model.post import Post
from bot.model.subscription import ChatKind
from bot.store import accounts, chats, deliveries, posts
from bot.store.deliveries import Draft
from bot.store.fingerprint import fingerprint
from bot.store.tables import deliveries as table

READER = 1001
UNLIMITED = Limits(bot_messages=10_000, private_gap=0.0, private_burst=1000, group_messages=10_000)


async def queue_posts(
    db, clock, count, *, telegram_id=READER, lanes=(Lane.ROUTINE,), text="第{n}条", media=(), of=None
):
    async with db.begin() as conn:
        of = of or account()
        account_id = await accounts.upsert(conn, of, clock())
        chat = await chats.ensure(conn, telegram_id, ChatKind.PRIVATE, "", clock(), "en")
        for n in range(1, count + 1):
            clock.advance(1)
            ext = str(await deliveries_so_far(conn) + 1)
            link = f"https://weibo.com/x/{ext}"
            post = Post(of.kind, of.key, ext, text.format(n=n), link, published=clock(), media=media)
            post_id = await posts.add(conn, account_id, post, fingerprint(post), clock(), why_not="", root_id=None)
            draft = Draft(chat, Op.SEND, lanes[(n - 1) % len(lanes)], post_id=post_id, revision=1)
            await enqueue(conn, [draft], clock())


async def enqueue(conn, drafts, now) -> int:
    """Queue many and give their number."""
    rows = [deliveries._row(draft, now) for draft in drafts]
    await conn.execute(insert(table), rows)
    return len(rows)


async def deliveries_so_far(conn):
    return sum((await deliveries.counts(conn)).values())


def make(db, clock, messenger, *, limits=UNLIMITED, **more):
    pacing = Pacing(lambda: clock().timestamp(), limits)
    return Outbox(db, messenger, clock=clock, rng=random.Random(1), pacing=pacing, **more)


async def run_until_quiet(db, clock, messenger, **more):
    """Run the outbox; the clock goes on so that waits end. Gives how many deliveries stand where."""
    running = asyncio.ensure_future(make(db, clock, messenger, **more).run())
    try:
        async with asyncio.timeout(20):
            step, before = 1.0, None
            while True:
                async with db.read() as conn:
                    counted = await deliveries.counts(conn)
                # where nothing happens, time goes faster
                step, before = (1.0 if counted != before else min(10.0, step * 1.1)), counted
                if not any(counted.get(state) for state in deliveries.WAITING):
                    return counted
                if running.done():
                    running.result()
                clock.advance(step)
                await asyncio.sleep(0.005)
    finally:
        running.cancel()
        await asyncio.wait({running})
