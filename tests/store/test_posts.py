"""Posts: knowing them again, every version of them, and what points at what."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from bot.model.alert import Alert, MsgType, Scope, Status
from bot.model.post import Post, Revision, RevisionKind
from bot.store import accounts, posts
from bot.store.fingerprint import fingerprint, title_key
from bot.store.posts import FIRST_LOOK, VERSIONS_KEPT
from bot.store.tables import post_aliases, revisions, supersessions


@pytest.fixture
def store(db, account_id, clock):
    """Stores posts and gives their ids."""

    async def add(*made: Post, why_not: str = "", root_id: int | None = None) -> list[int]:
        async with db.begin() as conn:
            return [
                await posts.add(conn, account_id, p, fingerprint(p), clock(), why_not=why_not, root_id=root_id)
                for p in made
            ]

    return add


def alert(msg_type: MsgType) -> Alert:
    return Alert("a", "b", datetime(2026, 7, 21, tzinfo=UTC), "", Status.ACTUAL, msg_type, Scope.PUBLIC)


# ------------------------------------------------------------------ knowing them again


async def test_a_stored_post_is_known_by_its_id(db, account_id, store, a_post, clock):
    post = a_post(published=clock() - timedelta(minutes=5), title="提醒")
    [post_id] = await store(post, why_not="status is Test")
    async with db.read() as conn:
        found = await posts.known(conn, account_id, [post.id, "unknown"])
        assert await posts.get(conn, post_id) == found[post.id]
    assert found == {
        post.id: posts.KnownPost(
            post_id,
            post.id,
            fingerprint(post),
            1,
            "current",
            "status is Test",
            None,
            post.published,
            post.url,
            title_key(post),
        )
    }


async def test_a_page_of_any_length_is_looked_up(db, account_id, store, a_post):
    made = [a_post(id=str(n)) for n in range(3)]
    await store(*made)
    async with db.read() as conn:
        found = await posts.known(conn, account_id, [str(n) for n in range(1200)])
        assert await posts.known(conn, account_id, []) == {}
    assert found.keys() == {"0", "1", "2"}


async def test_the_same_id_of_another_account_is_another_post(db, account_id, account, store, a_post, clock):
    await store(a_post())
    async with db.begin() as conn:
        other = await accounts.upsert(conn, replace(account, key="2"), clock())
        assert await posts.known(conn, other, [a_post().id]) == {}
        await posts.add(conn, other, a_post(), "f", clock(), why_not="", root_id=None)


async def test_a_post_is_stored_once(store, a_post):
    await store(a_post())
    with pytest.raises(IntegrityError):
        await store(a_post(text="other"))


async def test_a_renumbered_post_is_found_by_its_link_or_its_title_newest_first(db, account_id, store, a_post, clock):
    older = a_post(id="1", url="https://a/1", title="Flood", published=clock() - timedelta(hours=2))
    newer = a_post(id="2", url="https://a/2", title="Flood", published=clock() - timedelta(hours=1))
    other = a_post(id="3", url="https://a/3", title="Storm", published=clock())
    first, second, third = await store(older, newer, other)
    async with db.read() as conn:
        by_title = await posts.known_by_link_or_title(conn, account_id, [""], [title_key(older), ""])
        by_link = await posts.known_by_link_or_title(conn, account_id, ["https://a/3", "https://a/9"], [])
        by_both = await posts.known_by_link_or_title(
            conn, account_id, ["https://a/1", "https://a/3"], [title_key(older)]
        )
    assert [p.post_id for p in by_title] == [second, first]
    assert [p.post_id for p in by_link] == [third]
    assert [p.post_id for p in by_both] == [third, second, first]


async def test_posts_without_link_or_title_are_not_taken_for_each_other(db, account_id, store, a_post):
    await store(a_post(id="1", url="", text=""))
    async with db.read() as conn:
        assert await posts.known_by_link_or_title(conn, account_id, [""], [""]) == []


async def test_a_renamed_post_answers_to_both_names(db, account_id, store, a_post):
    [post_id] = await store(a_post(id="old"))
    async with db.begin() as conn:
        await posts.rename_ext_id(conn, post_id, "new")
        await posts.rename_ext_id(conn, post_id, "newer")
        assert (await posts.known(conn, account_id, ["old", "new", "newer"])).keys() == {"newer"}
        for name in ("old", "new", "newer"):
            assert [p.post_id for p in await posts.resolve(conn, account_id, [name])] == [post_id]


# ------------------------------------------------------------------ the newest


async def test_the_newest_come_first_and_only_those_that_stand(db, account_id, store, a_post, clock):
    ids = await store(*(a_post(id=str(n), published=clock() - timedelta(hours=n)) for n in (3, 1, 2, 0)))
    async with db.begin() as conn:
        await posts.set_state(conn, ids[1], "cancelled")
        assert [p.ext_id for p in await posts.newest(conn, account_id, 2)] == ["0", "2"]


async def test_a_post_without_time_counts_from_when_it_was_seen(db, account_id, store, a_post, clock):
    await store(a_post(id="dated", published=clock() - timedelta(hours=1)), a_post(id="undated"))
    async with db.read() as conn:
        newest = await posts.newest(conn, account_id, 5)
    assert [(p.ext_id, p.published_at) for p in newest] == [
        ("undated", clock()),
        ("dated", clock() - timedelta(hours=1)),
    ]


async def test_a_post_from_the_future_does_not_stay_on_top(db, account_id, store, a_post, clock):
    await store(a_post(id="ahead", published=clock() + timedelta(days=400)))
    clock.advance(60)
    await store(a_post(id="now", published=clock()))
    async with db.read() as conn:
        assert [p.ext_id for p in await posts.newest(conn, account_id, 5)] == ["now", "ahead"]
        assert (await posts.latest(conn, account_id, 5))[1].published == a_post(
            published=clock() - timedelta(seconds=60) + timedelta(days=400)
        ).published


async def test_the_latest_are_whole_posts_in_their_newest_version(db, account_id, store, a_post, clock):
    post = a_post(published=clock())
    [post_id] = await store(post)
    edited = replace(post, text="今天白天请市民减少出行。")
    async with db.begin() as conn:
        await posts.revise(conn, post_id, edited, fingerprint(edited), RevisionKind.EDITED, clock())
        assert await posts.latest(conn, account_id, 3) == [edited]


async def test_the_latest_leave_out_what_was_withdrawn_or_kept_back(db, account_id, store, a_post, clock):
    await store(a_post(id="exercise"), why_not="status is Exercise")
    await store(a_post(id="first"), why_not=FIRST_LOOK)
    [gone, _] = await store(a_post(id="gone"), a_post(id="relayed"))
    async with db.begin() as conn:
        await posts.revise(conn, gone, a_post(id="gone"), "f", RevisionKind.WITHDRAWN, clock())
        assert [p.id for p in await posts.latest(conn, account_id, 9)] == ["relayed", "first"]


# ------------------------------------------------------------------ versions


async def test_every_version_can_be_read_again(db, store, a_post, clock):
    post = a_post(published=clock())
    [post_id] = await store(post)
    edited = replace(post, text="second")
    async with db.begin() as conn:
        assert await posts.revise(conn, post_id, edited, "e", RevisionKind.EDITED, clock()) == 2
        assert await posts.revise(conn, post_id, edited, "e", RevisionKind.WITHDRAWN, clock()) == 3
        assert await posts.revision(conn, post_id, 1) == Revision(post, 1, RevisionKind.NEW)
        assert await posts.revision(conn, post_id, 2) == Revision(edited, 2, RevisionKind.EDITED)
        assert await posts.revision(conn, post_id, 3) == Revision(edited, 3, RevisionKind.WITHDRAWN)
        with pytest.raises(LookupError):
            await posts.revision(conn, post_id, 4)
        with pytest.raises(LookupError):
            await posts.revision(conn, post_id + 1, 1)


async def test_a_version_brings_what_is_known_up_to_date(db, account_id, store, a_post, clock):
    [post_id] = await store(a_post(published=clock()))
    edited = a_post(title="Flood", url="https://a/new", event_id="e1", aliases=("alias",))
    async with db.begin() as conn:
        await posts.revise(conn, post_id, edited, "e" * 64, RevisionKind.EDITED, clock() + timedelta(hours=1))
        known = (await posts.known(conn, account_id, [edited.id]))[edited.id]
        assert (await posts.by_event(conn, account_id, "e1")).post_id == post_id
        assert [p.post_id for p in await posts.resolve(conn, account_id, ["alias"])] == [post_id]
    assert (known.revision, known.fingerprint, known.url) == (2, "e" * 64, "https://a/new")
    assert known.title_key == title_key(edited)
    assert known.published_at == clock()  # the version does not say, so it stays


@pytest.mark.parametrize(
    ("was", "kind", "becomes"),
    [
        ("current", RevisionKind.EDITED, "current"),
        ("current", RevisionKind.WITHDRAWN, "withdrawn"),
        ("withdrawn", RevisionKind.EDITED, "current"),
        ("cancelled", RevisionKind.EDITED, "cancelled"),
        ("superseded", RevisionKind.EDITED, "superseded"),
        ("cancelled", RevisionKind.WITHDRAWN, "withdrawn"),
    ],
)
async def test_a_version_moves_the_state_only_where_it_says_something_about_it(
    db, store, a_post, clock, was, kind, becomes
):
    [post_id] = await store(a_post())
    async with db.begin() as conn:
        await posts.set_state(conn, post_id, was)
        await posts.revise(conn, post_id, a_post(text="x"), "e", kind, clock())
        assert (await posts.get(conn, post_id)).state == becomes


async def test_revising_what_is_not_there_is_an_error(db, a_post, clock):
    async with db.begin() as conn:
        with pytest.raises(LookupError):
            await posts.revise(conn, 99, a_post(), "e", RevisionKind.EDITED, clock())


async def test_a_post_that_changes_for_ever_keeps_its_first_and_its_newest_versions(db, store, a_post, clock):
    [post_id] = await store(a_post(text="0"))
    last = VERSIONS_KEPT + 20
    async with db.begin() as conn:
        for number in range(1, last):
            await posts.revise(conn, post_id, a_post(text=str(number)), "e", RevisionKind.EDITED, clock())
        kept = (await conn.execute(select(revisions.c.number).order_by(revisions.c.number))).scalars().all()
        assert (await posts.revision(conn, post_id, 5)).number == kept[1]
        assert (await posts.revision(conn, post_id, last)).post.text == str(last - 1)
    assert kept == [1, *range(last - VERSIONS_KEPT + 1, last + 1)]


# ------------------------------------------------------------------ what points at what


async def test_names_are_resolved_by_id_and_by_alias_each_post_once(db, account_id, store, a_post):
    one, two, _ = await store(
        a_post(id="s,1,t", aliases=("s,1", "s,1,t", "s,1")), a_post(id="s,2,t", aliases=("s,2",)), a_post(id="s,3,t")
    )
    async with db.read() as conn:
        found = await posts.resolve(conn, account_id, ["s,2", "s,1,t", "s,1", "nobody"])
        assert await posts.resolve(conn, account_id, []) == []
        assert (await conn.execute(select(func.count()).select_from(post_aliases))).scalar_one() == 2
    assert [p.post_id for p in found] == [one, two]


async def test_an_alias_may_name_several_posts(db, account_id, store, a_post):
    ids = await store(*(a_post(id=f"s,1,{n}", aliases=("s,1",)) for n in range(3)))
    async with db.read() as conn:
        assert [p.post_id for p in await posts.resolve(conn, account_id, ["s,1"])] == ids


async def test_a_cancel_that_came_first_is_remembered_for_the_post_to_come(db, account_id, store, a_post):
    await store(a_post(id="cancel", supersedes=("s,1,t",), alert=alert(MsgType.CANCEL)))
    async with db.read() as conn:
        assert [p.cancels for p in await posts.pointing_at(conn, account_id, ["s,1,t", "s,1"])] == [True]
        assert await posts.pointing_at(conn, account_id, ["s,2,t"]) == []
        assert await posts.pointing_at(conn, account_id, []) == []


async def test_an_update_that_came_first_points_at_the_post_without_cancelling_it(db, account_id, store, a_post):
    [update_id] = await store(a_post(id="update", supersedes=("s,1,t", "s,1,t"), alert=alert(MsgType.UPDATE)))
    async with db.read() as conn:
        assert await posts.pointing_at(conn, account_id, ["s,1,t"]) == [posts.Pointer(update_id, cancels=False)]
        assert (await conn.execute(select(func.count()).select_from(supersessions))).scalar_one() == 1


async def test_another_accounts_cancel_says_nothing_about_this_ones_posts(
    db, account, account_id, store, a_post, clock
):
    await store(a_post(id="cancel", supersedes=("s,1,t",), alert=alert(MsgType.CANCEL)))
    async with db.begin() as conn:
        other = await accounts.upsert(conn, replace(account, key="2"), clock())
        assert await posts.pointing_at(conn, other, ["s,1,t"]) == []


async def test_the_first_post_of_an_event_is_its_root(db, account_id, store, a_post, clock):
    first, _, _ = await store(
        a_post(id="1", event_id="storm", published=clock()),
        a_post(id="2", event_id="storm", published=clock() - timedelta(days=1)),
        a_post(id="3", event_id="other"),
    )
    async with db.read() as conn:
        assert (await posts.by_event(conn, account_id, "storm")).post_id == first
        assert await posts.by_event(conn, account_id, "calm") is None
        assert await posts.by_event(conn, account_id, "") is None
