"""Whatever a button sends back, old, foreign or made up: it is answered, in the language, and harms nobody."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.chat.buttons import MENU
from bot.chat.commands.settings import ENTRIES
from bot.chat.routing import Routes
from bot.locales import available, phrases

#: Every verb there is stands in ``test_no_verb_is_left_out``.
VERBS = (
    "un",
    "pb",
    "pk",
    "of",
    "no",
    "ls",
    "rm",
    "lg",
    "fd",
    "cu",
    "fg",
    "or",
    "oc",
    "dg",
    "lv",
    "lp",
    "st",
    "ad",
    "sf",
    "im",
    "ix",
    "xp",
    "mv",
    "mx",
    "map",
    "ml",
    "mu",
    "pa",
    "pc",
    "px",
    "mn",
    "mo",
)
#: What arguments look like: steps, numbers of any size, tokens, words of nobody.
ARGUMENTS = st.one_of(
    st.sampled_from(
        [
            "",
            "k",
            "e",
            "c",
            "a",
            "s",
            "w",
            "f",
            "x",
            "p",
            "u",
            "y",
            "n",
            "off",
            "quiet",
            "police",
            "en",
            "0",
            "1",
            "-1",
        ]
    ),
    st.sampled_from([entry.opens for entry in ENTRIES]),
    st.integers(min_value=-(2**70), max_value=2**70).map(str),
    st.text(alphabet=st.characters(codec="utf-8"), max_size=12),
)
DATA = st.one_of(
    st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=16),
    st.builds(lambda verb, rest: ":".join([verb, *rest]), st.sampled_from(VERBS), st.lists(ARGUMENTS, max_size=4)),
).filter(lambda data: 0 < len(data.encode()) <= 64)


async def test_no_verb_is_left_out(house):
    assert set(VERBS) == set(Routes(house.chat._desk).presses)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=DATA)
async def test_any_data_is_answered_and_touches_no_other_chat(house, police, data):
    if not await house.followed(1):
        await house.follow(1, police, ("storm",))
    user = house.world.add_user("Wei", language="de")
    house.world.say(user.id, user.id, "/settings")
    menu = await house.says(user.id, phrases("de")("settings.how"))
    answer = await house.answer_to(house.forge(menu, user.id, data))
    if data.partition(":")[0] not in VERBS:
        assert answer.alert
        assert answer.text == phrases("de")("common.old_button")
    failed = phrases("de")("common.failed")
    assert failed not in (answer.text, *house.world.texts(user.id))
    assert len(await house.followed(1)) == 1
    # the chat goes on
    house.world.say(user.id, user.id, "/privacy")
    assert await house.says(user.id, phrases((await house.chat_row(user.id)).language)("privacy.text")[:30])


@pytest.mark.parametrize("tag", available())
async def test_an_old_button_tells_in_the_language_how_to_get_a_fresh_one(house, tag):
    user = house.world.add_user("Wei", language=tag)
    house.world.say(user.id, user.id, "/settings")
    menu = await house.says(user.id, phrases(tag)("settings.how"))
    for data in ("gone:1", f"{MENU}:gone", "ad:e:gone:0", "ad:a:gone", "sf:77", "sf:x:y:z"):
        answer = await house.answer_to(house.forge(menu, user.id, data))
        assert answer.alert, data
        assert answer.text == phrases(tag)("common.old_button")
        # Bot API, answerCallbackQuery: 0 to 200 characters
        assert "/settings" in answer.text[:200]
