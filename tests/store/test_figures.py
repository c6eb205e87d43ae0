"""How fast and how well: percentiles against the exact ones, each source and lane apart, and every loss counted."""

import math
import random
from datetime import timedelta

import pytest
from sqlalchemy import insert

from bot.model.account import Account
from bot.model.delivery import Lane, Op, State
from bot.model.subscription import ChatKind
from bot.store import accounts, chats, figures, posts
from bot.store.figures import By, Stretch
from bot.store.fingerprint import fingerprint
from bot.store.tables import deliveries
from bot.store.tables import posts as posts_table

DAY = timedelta(days=1)


class Stage:
    """Puts deliveries there whose every time is chosen."""

    def __init__(self, db, clock, a_post):
        self.db, self.clock, self.a_post = db, clock, a_post
        self.made = 0
        self.account_ids = {}

    async def post(self, conn, kind, seen, to_seen):
        self.made += 1
        if kind not in self.account_ids:
            account = Account(kind, "1", f"office {kind}", "https://x/1")
            self.account_ids[kind] = await accounts.upsert(conn, account, self.clock())
        published = seen - timedelta(seconds=to_seen) if to_seen is not None else None
        post = self.a_post(id=str(self.made), kind=kind, published=published, url=f"https://x/{self.made}")
        account_id = self.account_ids[kind]
        return await posts.add(conn, account_id, post, fingerprint(post), seen, why_not="", root_id=None)

    async def delivered(
        self, *, kind="weibo", lane=Lane.ROUTINE, to_seen=1.0, to_queued=1.0, to_sent=1.0, ago=0.0, **more
    ):
        """One delivery that arrived ``ago`` seconds before now."""
        arrived = self.clock() - timedelta(seconds=ago)
        queued = arrived - timedelta(seconds=to_sent)
        seen = queued - timedelta(seconds=to_queued)
        async with self.db.begin() as conn:
            chat = await chats.ensure(conn, 7, ChatKind.PRIVATE, "", self.clock(), "en")
            row = {
                "chat_id": chat,
                "post_id": await self.post(conn, kind, seen, to_seen),
                "revision": 1,
                "op": Op.SEND.value,
                "state": State.SENT.value,
                "lane": int(lane),
                "queued_at": queued,
                "not_before": queued,
                "arrived_at": arrived,
                "settled_at": arrived,
            }
            await conn.execute(insert(deliveries), {**row, **more})

    async def figures(self, back=DAY, **more):
        async with self.db.read() as conn:
            return await figures.figures(conn, self.clock() - back, self.clock(), **more)


@pytest.fixture
def stage(db, clock, a_post):
    return Stage(db, clock, a_post)


def group(found, by, name=""):
    return next(each for each in found.groups if (each.by, each.name) == (by, name))


async def test_each_part_of_the_way_is_told_apart(stage):
    await stage.delivered(to_seen=30.0, to_queued=0.25, to_sent=2.0)
    found = await stage.figures()
    times = {stretch: spread.p50 for stretch, spread in group(found, By.ALL).stretches.items()}
    assert times == {
        Stretch.TO_SEEN: pytest.approx(30.0, rel=0.005),
        Stretch.TO_QUEUED: 0.25,
        Stretch.TO_SENT: pytest.approx(2.0, rel=0.005),
        Stretch.WHOLE: pytest.approx(32.25, rel=0.005),
    }


@pytest.mark.parametrize("scale", [0.05, 1.0, 40.0, 5000.0])
async def test_percentiles_are_those_of_the_sorted_list_to_half_a_percent(stage, scale):
    rng = random.Random(3)
    waits = [rng.expovariate(1 / scale) for _ in range(157)]
    for wait in waits:
        await stage.delivered(to_sent=wait)
    spread = group(await stage.figures(), By.ALL).stretches[Stretch.TO_SENT]
    ranked = sorted(waits)
    exact = [ranked[math.ceil(share * len(ranked)) - 1] for share in (0.5, 0.95, 0.99)]
    assert spread.count == 157
    # to the millisecond, and beyond a second to half a percent
    assert [spread.p50, spread.p95, spread.p99] == [pytest.approx(value, rel=0.005, abs=0.0011) for value in exact]


async def test_sources_and_lanes_are_counted_apart_and_the_most_urgent_comes_first(stage):
    await stage.delivered(kind="weibo", lane=Lane.ROUTINE, to_sent=0.1)
    await stage.delivered(kind="cap", lane=Lane.EXTREME, to_sent=0.2)
    await stage.delivered(kind="cap", lane=Lane.URGENT, to_sent=0.3)
    found = await stage.figures()
    assert [(each.by, each.name) for each in found.groups] == [
        (By.ALL, ""),
        (By.SOURCE, "cap"),
        (By.SOURCE, "weibo"),
        (By.LANE, "extreme"),
        (By.LANE, "urgent"),
        (By.LANE, "routine"),
    ]
    assert group(found, By.SOURCE, "cap").stretches[Stretch.TO_SENT].count == 2
    assert group(found, By.LANE, "urgent").stretches[Stretch.TO_SENT].p50 == 0.3


async def test_accounts_are_counted_apart_where_that_is_asked(stage, db):
    await stage.delivered(kind="weibo")
    await stage.delivered(kind="cap")
    await stage.delivered(kind="cap")
    found = await stage.figures(by_account=True)
    by_account = [each for each in found.groups if each.by is By.ACCOUNT]
    async with db.read() as conn:
        names = await figures.account_names(conn, found.groups)
    assert [names[each.name] for each in by_account] == ["cap office cap", "weibo office weibo"]
    assert [each.stretches[Stretch.WHOLE].count for each in by_account] == [2, 1]


async def test_a_platform_that_gives_no_time_counts_from_the_first_sight_only(stage):
    await stage.delivered(to_seen=None)
    stretches = group(await stage.figures(), By.ALL).stretches
    assert set(stretches) == {Stretch.TO_QUEUED, Stretch.TO_SENT}


async def test_clocks_that_disagree_make_no_time_negative(stage, clock):
    await stage.delivered(to_queued=-5.0)
    assert group(await stage.figures(), By.ALL).stretches[Stretch.TO_QUEUED].p50 == 0.0


async def test_what_was_settled_before_or_after_is_left_out(stage, clock):
    await stage.delivered(ago=7200)
    await stage.delivered(ago=10)
    await stage.delivered(ago=-60)
    found = await stage.figures(timedelta(hours=1))
    assert found.settled == {State.SENT: 1}
    assert group(found, By.ALL).stretches[Stretch.TO_SENT].count == 1


async def test_edits_and_the_bots_own_words_are_counted_but_are_no_news(stage):
    await stage.delivered()
    await stage.delivered(op=Op.EDIT.value)
    await stage.delivered(op=Op.NOTICE.value)
    found = await stage.figures()
    assert found.settled == {State.SENT: 3}
    assert group(found, By.ALL).stretches[Stretch.TO_SENT].count == 1


async def test_every_loss_repeat_doubt_and_retry_is_counted(stage):
    await stage.delivered(retries=2, lost_answers=1, repeats=1)
    await stage.delivered(state="failed", arrived_at=None, unknown_errors=5, retries=4)
    await stage.delivered(state="held", arrived_at=None, lost_answers=3)
    await stage.delivered(state="expired", arrived_at=None)
    await stage.delivered(state="unsure", arrived_at=None, settled_at=None, lost_answers=1, retries=1)
    await stage.delivered(state="queued", arrived_at=None, settled_at=None)
    found = await stage.figures()
    assert found.settled == {State.SENT: 1, State.FAILED: 1, State.HELD: 1, State.EXPIRED: 1}
    assert found.waiting == {State.UNSURE: 1, State.QUEUED: 1}
    assert (found.retries, found.lost_answers, found.repeats, found.unknown_errors) == (7, 5, 1, 5)
    # what never arrived has no time of arrival
    assert group(found, By.ALL).stretches[Stretch.TO_SENT].count == 1


async def test_where_nothing_was_delivered_there_are_no_figures_and_no_error(stage):
    found = await stage.figures(by_account=True)
    assert (found.groups, found.settled, found.waiting) == ([], {}, {})


async def test_the_four_times_of_a_delivery_are_all_kept(stage, db):
    await stage.delivered(to_seen=3.0)
    async with db.read() as conn:
        (row,) = (
            await conn.execute(
                deliveries.join(posts_table, posts_table.c.id == deliveries.c.post_id)
                .select()
                .with_only_columns(
                    posts_table.c.published_at,
                    posts_table.c.first_seen_at,
                    deliveries.c.queued_at,
                    deliveries.c.arrived_at,
                )
            )
        ).all()
    assert list(row) == sorted(row)
    assert None not in row
