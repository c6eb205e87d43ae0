"""Foreign text on its way into a column: nothing that a site sends makes the database refuse it."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.model.account import Account
from bot.store import accounts, posts
from bot.store.storable import INDEXED_BYTES, index_key, storable

HOSTILE = "\0\ud800x\udc00" + "长" * 5000
anything = st.text(st.characters())


@given(anything)
def test_storable_text_has_neither_nul_nor_lone_surrogates(text):
    made = storable(text)
    made.encode()
    assert "\0" not in made
    assert storable(made) == made


def test_text_that_needs_nothing_is_left_alone():
    for text in ("", "plain", "平安北京", "🌊", "cafe\u0301"):
        assert storable(text) is text
        assert index_key(text) is text


def test_a_surrogate_pair_becomes_the_character_that_it_spells():
    assert storable("\ud83c\udf0a") == "🌊"


@given(anything, st.integers(1, 2000))
def test_an_index_key_always_fits_and_stays_itself(text, times):
    key = index_key(text * times)
    assert len(key.encode()) <= INDEXED_BYTES
    assert index_key(key) == key


def test_over_long_texts_that_differ_at_the_end_have_different_keys():
    assert index_key("长" * 5000 + "a") != index_key("长" * 5000 + "b")


@given(text=anything)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
async def test_any_name_can_be_stored(db, clock, text):
    async with db.begin() as conn:
        account_id = await accounts.upsert(conn, Account("feed", "https://example.org/", text, text, text), clock())
        stored = await accounts.get(conn, account_id)
    if text:
        assert stored.account.name == storable(text)


async def test_a_hostile_post_is_stored_and_known_again_by_the_id_that_the_site_gave(db, account_id, clock, a_post):
    post = a_post(
        id=HOSTILE,
        url=f"https://example.org/{HOSTILE}",
        title=HOSTILE,
        event_id=HOSTILE,
        aliases=(f"alias {HOSTILE}",),
        supersedes=(f"target {HOSTILE}",),
        text=HOSTILE,
    )
    async with db.begin() as conn:
        post_id = await posts.add(conn, account_id, post, "f" * 64, clock(), why_not=HOSTILE, root_id=None)
    async with db.read() as conn:
        assert (await posts.known(conn, account_id, [HOSTILE, "other"])).keys() == {HOSTILE}
        assert [p.post_id for p in await posts.resolve(conn, account_id, [f"alias {HOSTILE}"])] == [post_id]
        assert [p.post_id for p in await posts.pointing_at(conn, account_id, [f"target {HOSTILE}"])] == [post_id]
        assert (await posts.by_event(conn, account_id, HOSTILE)).post_id == post_id
        assert [p.post_id for p in await posts.known_by_link_or_title(conn, account_id, [post.url], [])] == [post_id]
        assert (await posts.revision(conn, post_id, 1)).post == post
