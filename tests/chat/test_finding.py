"""/find: official accounts by what they are and where; and the doubts that are told when one is followed."""

from dataclasses import replace

import pytest

from bot.chat.ports import Found


async def test_an_account_is_found_and_followed_by_its_button(house):
    user = house.world.add_user("Ana")
    house.world.say(user.id, user.id, "/find beijing police")
    found = await house.says(user.id, "平安北京")
    assert "Safe Beijing" in found.text
    assert "police · Beijing, China" in found.text
    assert "✅ Verified." in found.text
    house.world.press(user.id, user.id, found.message_id, label="Follow 平安北京")
    await house.says(user.id, "平安北京 is followed here now.")
    assert [listed.account.key for listed in await house.followed(user.id)] == ["1288915263"]


@pytest.mark.parametrize(
    ("language", "question", "kind"),
    [("zh-hans", "北京警方", "警方 · 北京、中国"), ("de", "polizei peking", "Polizei · Peking, China")],
)
async def test_it_answers_in_the_readers_language(house, language, question, kind):
    user = house.world.add_user("Wei", language=language)
    house.world.say(user.id, user.id, f"/find {question}")
    found = await house.says(user.id, "平安北京")
    assert kind in found.text.replace(", 中国", "、中国")


@pytest.mark.parametrize(("language", "asks"), [("en", "Do you mean one of these?"), ("ar", "هل تقصد")])
async def test_what_is_mistyped_is_asked_back_and_followed_by_the_same_button(house, language, asks):
    user = house.world.add_user("Ana", language=language)
    house.world.say(user.id, user.id, "/find beijin polce")
    found = await house.says(user.id, asks)
    assert found.text.index("beijin polce") < found.text.index("平安北京")
    house.world.press(user.id, user.id, found.message_id)
    await house.server.wait_for(lambda: "1288915263" in house.lookout.asked)


async def test_one_that_was_not_verified_says_so(house):
    user = house.world.add_user("Ana")
    house.world.say(user.id, user.id, "/find hefei police")
    assert "Not verified" in (await house.says(user.id, "合肥警方")).text


@pytest.mark.parametrize(
    ("question", "what", "name", "sent"),
    [
        ("tiempo méxico", "Wetter · Mexiko", "SMN", "https://smn.example.mx/cap"),
        ("wetter österreich", "Wetter · Österreich", "MeteoAlarm Austria", "meteoalarm:austria"),
    ],
)
async def test_a_list_is_followed_by_the_name_that_its_source_takes(house, police, question, what, name, sent):
    user = house.world.add_user("Ana", language="de")
    house.lookout.known[sent] = Found((police,))
    house.world.say(user.id, user.id, f"/find {question}")
    found = await house.says(user.id, name)
    assert what in found.text
    house.world.press(user.id, user.id, found.message_id, label=f"{name} abonnieren")
    await house.says(user.id, "平安北京")
    assert len(await house.followed(user.id)) == 1


async def test_nothing_found_and_nothing_asked_tell_how_to_go_on(house):
    user = house.world.add_user("Ana")
    house.world.say(user.id, user.id, "/find the moon <b>")
    await house.says(user.id, "I know no official account for the moon <b>")
    house.world.say(user.id, user.id, "/find")
    await house.says(user.id, "Write /find and what you look for")


async def test_in_a_group_anybody_may_look_and_only_an_administrator_may_follow(house):
    owner, member = house.world.add_user("Owner"), house.world.add_user("Member")
    group = house.world.add_group("Neighbours", owner.id, members=(member.id,))
    house.world.say(group.id, member.id, "/find beijing police")
    found = await house.says(group.id, "平安北京")
    query = house.world.press(group.id, member.id, found.message_id, label="Follow 平安北京")
    assert "Only administrators" in (await house.answer_to(query)).text
    assert await house.followed(group.id) == []


@pytest.mark.parametrize("data", ["fd", "fd:nobody:0", "fd:beijing-police:7", "fd:beijing-police:x"])
async def test_a_button_that_is_none_of_ours_follows_nothing(house, data):
    user = house.world.add_user("Ana")
    house.world.say(user.id, user.id, "/find beijing police")
    found = await house.says(user.id, "平安北京")
    query = house.forge(found, user.id, data)
    assert "too old" in (await house.answer_to(query)).text
    assert await house.followed(user.id) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "Somebody else"}, "In my list this account is called 平安北京"),
        ({"verified": ""}, "no longer vouches for this account"),
        ({"key": "4242"}, "This is not the account of 平安北京 in my list"),
        ({}, ""),
    ],
)
async def test_whoever_follows_an_account_that_does_not_fit_is_warned(house, police, change, words):
    user = house.world.add_user("Ana")
    house.lookout.known["1"] = Found((replace(police, **change),))
    house.world.say(user.id, user.id, "/subscribe 1")
    said = await house.says(user.id, "is followed here now")
    assert (words in said.text) if words else ("⚠️" not in said.text)
