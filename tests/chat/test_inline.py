"""Inline queries over HTTP: what is found by whom, in which words, and what is not shown to anybody."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery.sharing import reference
from bot.model.alert import Alert, Certainty, Hazard, MsgType, Scope, Severity, Status, Urgency, Wording
from bot.model.post import RevisionKind
from bot.model.words import Words
from bot.store import accounts, posts, renditions
from bot.store.fingerprint import fingerprint

ORANGE = "北京市气象台发布暴雨橙色预警信号。"


@pytest.fixture
def wrote(house, post_of, now):
    """An account's post as if it had been seen; gives our id."""

    async def write(account, number, text="", *, state="current", why_not="", **changes):
        post = replace(post_of(account, number, text), **changes)
        async with house.db.begin() as conn:
            account_id = await accounts.upsert(conn, account, now)
            post_id = await posts.add(conn, account_id, post, fingerprint(post), now, why_not=why_not, root_id=None)
            await posts.set_state(conn, post_id, state)
        return post_id

    return write


async def found(house, user, text, offset=""):
    """The answer to an inline query."""
    query = house.world.ask_inline(user.id, text, offset=offset)
    await house.server.wait_for(lambda: query.answer)
    return query


def texts(query):
    return [result.styled.text for result in query.answer.results]


def alert(status=Status.ACTUAL, expires=None, headline="Rainstorm warning"):
    wording = Wording("en", event="Rainstorm", headline=headline, description="Heavy rain")
    hazard = Hazard(Urgency.IMMEDIATE, Severity.SEVERE, Certainty.LIKELY, (wording,), expires=expires)
    return Alert("office", "A1", expires - timedelta(hours=9), "", status, MsgType.ALERT, Scope.PUBLIC, (hazard,))


WORDS = {
    "en": ("rainstorm", "As of 21 Jul 2012", "This copy does not change any more.", "Write to the agency"),
    "zh-hans": ("暴雨", "截至2012年7月21日", "此副本以后不再更新。", "联系发布机构"),
    "ar": ("أمطار", "الحالة في", "هذه النسخة لا تتغير بعد الآن.", "مراسلة الجهة"),
}


@pytest.mark.parametrize("language", WORDS)
async def test_a_word_of_the_askers_language_finds_what_the_agency_calls_it(house, police, wrote, language):
    word, as_of, copy, write = WORDS[language]
    await wrote(police, 1, "今日道路通行正常。")
    post_id = await wrote(police, 2, ORANGE)
    wei = house.world.add_user("Wei", language=language, started=False)
    query = await found(house, wei, word)
    (result,) = query.answer.results
    assert result.id == f"{post_id}.1"
    assert result.title.startswith(ORANGE[:8])
    assert "平安北京" in result.description
    assert as_of in result.styled.text
    assert copy in result.styled.text
    assert ORANGE in result.styled.text
    assert write in result.styled.text
    assert "weibo.com" in result.styled.text
    assert (query.answer.is_personal, query.answer.cache_time) == (True, 5)
    assert query.answer.next_offset == ""
    assert await house.chat_row(wei.id) is None


async def test_what_was_shown_to_readers_of_the_language_is_shown_here(house, police, wrote, now):
    post_id = await wrote(police, 1, ORANGE)
    async with house.db.begin() as conn:
        await renditions.say(conn, (post_id, 1, "en"), Words("🟠", "Warning: rainstorm, orange"), now)
    query = await found(house, house.world.add_user("Wei"), "")
    assert query.answer.results[0].title == "🟠 Warning: rainstorm, orange"
    assert "🟠 Warning: rainstorm, orange" in texts(query)[0]


async def test_pages_are_turned_to_the_end_and_no_further(house, police, wrote):
    for number in range(23):
        await wrote(police, number)
    wei = house.world.add_user("Wei")
    seen, offset = [], ""
    for _ in range(3):
        query = await found(house, wei, "", offset)
        seen += texts(query)
        offset = query.answer.next_offset
    assert len(set(seen)) == 23
    assert offset == ""
    assert "Post number 22" in seen[0]
    for odd in ("99", "x", "-1", "9" * 60):
        query = await found(house, wei, "", odd)
        assert query.answer is not None


async def test_a_feed_is_shown_to_who_follows_it_and_to_nobody_else(house, weather, wrote):
    await wrote(weather, 1, "Rain in the valley")
    stranger, reader = house.world.add_user("Stranger"), house.world.add_user("Reader")
    await house.follow(reader.id, weather)
    query = await found(house, stranger, "valley")
    assert (query.answer.results, query.answer.button) == ((), "Nothing found. Open the bot")
    assert len((await found(house, reader, "valley")).answer.results) == 1
    assert weather.key not in texts(await found(house, reader, "valley"))[0]


@pytest.mark.parametrize("state", ["withdrawn", "superseded"])
async def test_what_was_taken_back_or_updated_is_not_found(house, police, wrote, state):
    await wrote(police, 1, ORANGE, state=state)
    assert (await found(house, house.world.add_user("Wei"), "")).answer.results == ()


async def test_no_drill_and_nothing_that_was_kept_back_is_found(house, police, wrote, now):
    await wrote(police, 1, ORANGE, why_not="status is Test, not Actual")
    await wrote(police, 2, "【演练】" + ORANGE + "这是一次演练。")
    await wrote(police, 3, ORANGE, alert=alert(Status.EXERCISE, now + timedelta(hours=1)))
    assert (await found(house, house.world.add_user("Wei"), "")).answer.results == ()


async def test_what_is_lifted_or_over_says_so(house, police, wrote, now):
    await wrote(police, 1, "Lifted", state="cancelled")
    await wrote(police, 2, "Over", alert=alert(expires=now - timedelta(hours=1)))
    await wrote(police, 3, "Stands", alert=alert(expires=now + timedelta(hours=1)))
    stands, over, lifted = texts(await found(house, house.world.add_user("Wei"), ""))
    assert lifted.startswith("✅ Lifted by the agency.\nAs of ")
    assert over.startswith("It has expired.\nAs of ")
    assert stands.startswith("As of ")


async def test_a_reference_finds_just_its_post_for_whoever_has_it(house, weather, post_of, wrote):
    post_id = await wrote(weather, 1, "Rain in the valley")
    whole = reference(post_id, post_of(weather, 1), weather)
    stranger = house.world.add_user("Stranger")
    query = await found(house, stranger, whole)
    (result,) = query.answer.results
    assert "Rain in the valley" in result.styled.text
    assert result.keyboard[0][0].inline == whole
    friend = house.world.add_user("Friend")
    assert house.world.choose(query, result.id, friend.id).text == result.styled.text
    forged = await found(house, stranger, f"#{post_id}-0123456789")
    assert (forged.answer.results, forged.answer.button) == ((), "No longer shown. Open the bot")


@pytest.mark.parametrize(
    ("state", "says"), [("superseded", "newer message"), ("cancelled", "Lifted"), ("withdrawn", "")]
)
async def test_a_reference_to_what_was_changed_says_so(house, police, post_of, wrote, state, says):
    post_id = await wrote(police, 1, ORANGE, state=state)
    query = await found(house, house.world.add_user("Wei"), reference(post_id, post_of(police, 1), police))
    assert [says in text for text in texts(query)] == ([True] if says else [])


@pytest.mark.parametrize(
    "text", ["((", '"', "level:", "hazard:nonsense", "/(/", "🌧️", "-", "x" * 256, "#1-", "#1-zzzzzzzzzz", "AND OR"]
)
async def test_whatever_is_typed_is_answered(house, police, wrote, text):
    await wrote(police, 1, ORANGE)
    query = await found(house, house.world.add_user("Wei"), text)
    assert query.answer.results == ()
    assert query.answer.button


async def test_a_post_of_any_length_fits_into_a_message(house, police, wrote):
    await wrote(police, 1, "暴雨。" * 5000)
    (text,) = texts(await found(house, house.world.add_user("Wei"), ""))
    assert "The rest stands in the original." in text
    assert text.endswith("Original (weibo.com)")


async def test_an_edit_is_found_in_its_new_words(house, police, post_of, wrote, now):
    post_id = await wrote(police, 1, ORANGE)
    wei = house.world.add_user("Wei")
    assert texts(await found(house, wei, "rainstorm"))
    edited = post_of(police, 1, "道路通行正常。")
    async with house.db.begin() as conn:
        await posts.revise(conn, post_id, edited, fingerprint(edited), RevisionKind.EDITED, now)
    assert not texts(await found(house, wei, "rainstorm"))
    assert texts(await found(house, wei, "道路"))
