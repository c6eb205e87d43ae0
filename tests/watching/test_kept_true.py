"""What was said is kept true: edits, updates, cancels and withdrawals reach every message already sent, and say what
was before; from a page of the site to what the chats show, on both databases.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.delivery.briefer import Briefer
from bot.delivery.deciding import Policy
from bot.delivery.face import GoneError, LostAnswerError, RejectedError
from bot.delivery.returning import welcome_back
from bot.model.alert import MsgType, Severity, Status
from bot.model.manners import Manners, Own, Pause, Telling, Way
from bot.store import chats, manners, posts, subscriptions
from bot.store.tables import deliveries
from bot.watching.intake import withdraw

READER, OTHER, LATE, GROUP = 1001, 1002, 1003, -100200
GREEN = (("awareness_level", "1; green; Minor"),)


@pytest.fixture
async def told(town):
    """A moderate alert, and the message that said it."""
    await town.subscribe(READER)
    await town.see()
    await town.see(town.cap(1))
    await town.deliver()
    return town.shown(READER)[0]


def lose(town, times=1):
    """The next messages arrive, but their answers do not."""
    left = [times]

    def after(what):
        if what[0] == "send" and left[0]:
            left[0] -= 1
            raise LostAnswerError("the connection was reset")

    town.messenger.after = after


async def remove(town, post):
    """The site says that the post is deleted."""
    async with town.db.begin() as conn:
        known = await posts.known(conn, town.watch.account_id, [post.id])
        await withdraw(conn, town.watch.account_id, known[post.id], town.clock())


# ------------------------------------------------------------------ edits


@pytest.mark.parametrize("how", ["ended", "green"])
async def test_an_edit_by_which_an_alert_is_over_leaves_it_to_the_digest_that_it_waits_for(town, how):
    await town.subscribe(READER)
    await town.see()
    await wants_hourly_digests(town)
    await town.see(town.cap(1))
    await town.deliver()
    assert town.shown(READER) == []
    over = town.cap(1, parameters=GREEN) if how == "green" else ended(town.cap(1), town.clock())
    await town.see(over)
    await digest(town)
    [message] = town.shown(READER)
    assert "(over)" in message.text
    assert message.silent


async def test_an_edit_that_another_subscription_finds_does_not_wait_for_the_pause_of_the_first(town):
    await town.ask(READER, "traffic")
    await town.ask(READER, "bridge")
    await town.see()
    async with town.db.begin() as conn:
        chat = await chats.get(conn, READER)
        first, *_ = await subscriptions.of_chat(conn, chat.id)
        pause = Pause(town.clock() + timedelta(days=50))
        await manners.set_own(conn, chat.id, first.subscription_id, Own(pause=pause))
    await town.see(town.cap(1, words="traffic stands still"))
    await town.deliver()
    assert town.shown(READER) == []
    await town.see(town.cap(1, words="traffic stands still, a bridge is closed"))
    await town.deliver()
    assert "a bridge is closed" in town.shown(READER)[0].text


async def test_an_edit_by_which_an_alert_is_a_test_takes_it_out_of_the_digest_that_it_waits_for(town):
    await town.subscribe(READER)
    await town.see()
    await wants_hourly_digests(town)
    await town.see(town.cap(1))
    await town.deliver()
    await town.see(town.cap(1, status=Status.TEST))
    await digest(town)
    assert town.shown(READER) == []


async def wants_hourly_digests(town):
    async with town.db.begin() as conn:
        chat = await chats.get(conn, READER)
        await manners.save(conn, chat.id, 0, Manners("UTC", Telling(Way.HOURLY)))


async def digest(town):
    town.clock.advance(3600)
    await Briefer(town.db, clock=town.clock).look()
    await town.deliver()


def ended(post, at):
    [hazard] = post.alert.hazards
    return replace(post, alert=replace(post.alert, hazards=(replace(hazard, expires=at),)))


async def test_an_edit_that_raises_the_level_rings_below_the_edited_message_and_says_what_it_was(town, told):
    await town.see(town.cap(1, severity=Severity.SEVERE))
    await town.deliver()
    message, reply = town.shown(READER)
    assert message is told
    assert message.text.startswith("🟠 Severe")
    assert reply.text.startswith("⬆️ The agency raised the level. Before: Moderate. Now: Severe.")
    assert (reply.reply_to, reply.silent) == (told.id, False)


async def test_an_edit_that_lowers_the_level_is_told_without_a_sound(town, told):
    await town.see(town.cap(1, severity=Severity.MINOR))
    await town.deliver()
    message, reply = town.shown(READER)
    assert message.text.startswith("🔵 Minor")
    assert "lowered the level. Before: Moderate. Now: Minor." in reply.text
    assert (reply.reply_to, reply.silent) == (told.id, True)


async def test_an_edit_of_a_figure_is_told_with_the_words_as_they_were(town):
    await town.subscribe(READER)
    await town.see()
    await town.see(town.post(1, "莲花池东路封路。20时恢复。"))
    await town.deliver()
    await town.see(town.post(1, "莲花池东路封路。22时恢复。"))
    await town.deliver()
    message, reply = town.shown(READER)
    assert "22时" in message.text
    assert "Before it said: “20时恢复。”" in reply.text
    assert (reply.reply_to, reply.silent) == (message.id, True)


async def test_a_slip_of_the_pen_is_edited_without_a_word(town):
    await town.subscribe(READER)
    await town.see()
    await town.see(town.post(1, "请市民注意出行安全，尽量减少外处。"))
    await town.deliver()
    await town.see(town.post(1, "请市民注意出行安全，尽量减少外出。"))
    await town.deliver()
    [message] = town.shown(READER)
    assert "外出" in message.text


async def test_an_edit_while_the_original_is_still_queued_is_read_once_in_its_newest_version(town):
    await town.subscribe(READER)
    await town.see()
    await town.see(town.cap(1))
    await town.see(town.cap(1, severity=Severity.EXTREME, words="The dam has burst"))
    await town.deliver()
    [message] = town.shown(READER)
    assert message.text.startswith("🔴 Extreme")
    assert "The dam has burst" in message.text
    assert (message.silent, message.edits) == (False, [])


async def test_an_edit_that_extends_a_queued_alert_keeps_it_from_being_old(town):
    await town.subscribe(READER)
    await town.see()
    await town.see(town.cap(1, severity=Severity.SEVERE))
    longer = town.cap(1, severity=Severity.SEVERE)
    later = town.cap(1000, severity=Severity.SEVERE).alert.hazards
    await town.see(replace(longer, alert=replace(longer.alert, hazards=later)))
    town.clock.advance(7 * 3600)
    await town.deliver()
    [message] = town.shown(READER)
    assert message.text.startswith("🟠 Severe")


async def test_a_silent_update_that_is_raised_while_it_waits_rings(town, told):
    await town.see(town.update(2, Severity.MODERATE, 1))
    await town.see(town.update(2, Severity.SEVERE, 1))
    await town.deliver()
    assert [message.silent for message in town.shown(READER)] == [False, False]


async def test_of_a_message_that_the_chat_has_deleted_no_edit_brings_news(town, told):
    await town.subscribe(OTHER)
    await town.see(town.cap(2))
    await town.deliver()

    def before(what):
        if what[0] == "edit" and what[1].chat_id == READER:
            raise GoneError("message to edit not found")

    town.messenger.before = before
    await town.see(town.cap(2, severity=Severity.SEVERE))
    await town.deliver()
    assert len(town.shown(READER)) == 2
    assert [message.text.split(" ")[0] for message in town.shown(OTHER)] == ["🟠", "⬆️"]


async def test_an_edit_reaches_a_chat_that_has_unsubscribed_and_says_nothing_new_to_it(town, told):
    await town.unsubscribe(READER)
    await town.see(town.cap(1, severity=Severity.SEVERE))
    await town.see(town.cap(5))
    await town.deliver()
    message, reply = town.shown(READER)
    assert message.text.startswith("🟠 Severe")
    assert reply.reply_to == told.id


async def test_who_asked_for_words_that_only_the_edit_has_gets_it_as_new(town, told):
    await town.subscribe(OTHER, "dam")
    await town.see(town.cap(1, words="The dam has burst"))
    await town.deliver()
    [message] = town.shown(OTHER)
    assert (message.silent, message.edits) == (False, [])
    assert "dam" in told.text


async def test_an_edit_that_makes_it_over_lifts_it_where_it_was_said_and_nowhere_else(town, told):
    await town.subscribe(LATE)
    await town.see(town.cap(1, parameters=GREEN))
    await town.deliver()
    message, reply = town.shown(READER)
    assert message.text.startswith("✅ Lifted")
    assert "over. Before: Moderate." in reply.text
    assert reply.silent
    assert town.shown(LATE) == []


@pytest.mark.parametrize("sent", [True, False])
async def test_an_alert_that_turns_out_to_be_a_test_is_not_left_standing_as_real(town, sent):
    await town.subscribe(READER)
    await town.see()
    await town.see(town.cap(1))
    if sent:
        await town.deliver()
    await town.see(town.cap(1, status=Status.TEST))
    await town.deliver()
    assert [m.text.split(" ")[0] for m in town.shown(READER)] == (["🧪", "The"] if sent else [])


async def test_raised_and_lowered_again_while_nobody_could_be_told_both_are_told_and_the_last_one_stands(town, told):
    await town.see(town.cap(1, severity=Severity.SEVERE))
    await town.see(town.cap(1, severity=Severity.MINOR))
    await town.deliver()
    message, first, second = town.shown(READER)
    assert message.text.startswith("🔵 Minor")
    assert ["raised" in first.text, "lowered" in second.text] == [True, True]


async def test_a_later_edit_leaves_the_mark_on_what_was_lifted(town, told):
    await town.see(town.cancel(2, 1))
    await town.deliver()
    assert told.text.startswith("✅ Lifted by the agency.")
    await town.see(town.cap(1, words="Heavy rain, notice one"))
    await town.deliver()
    assert told.text.startswith("✅ Lifted by the agency.")
    assert "notice one" in told.text


async def test_the_edit_of_a_lifted_alert_is_no_news_to_anybody(town, told):
    await town.see(town.cancel(2, 1))
    await town.deliver()
    await town.subscribe(LATE)
    await town.see(town.cap(1, severity=Severity.EXTREME))
    await town.deliver()
    assert town.shown(LATE) == []
    assert all(message.silent for message in town.shown(READER)[1:])


# ------------------------------------------------------------------ updates


async def test_an_update_goes_below_the_first_message_and_rings_only_when_the_level_rose(town, told):
    for number, severity in ((2, Severity.SEVERE), (3, Severity.SEVERE), (4, Severity.MINOR), (5, Severity.SEVERE)):
        await town.see(town.update(number, severity, *range(1, number)))
        await town.deliver()
    first, raised, same, lowered, again = town.shown(READER)
    assert {message.reply_to for message in (raised, same, lowered, again)} == {first.id}
    assert [message.silent for message in (raised, same, lowered, again)] == [False, True, True, False]
    assert raised.edits[0].startswith("⬆️ Raised by the agency. Before: Moderate.\n🟠 Severe · Update")
    assert same.edits[0].startswith("🟠 Severe · Update")
    assert lowered.edits[0].startswith("⬇️ Lowered by the agency. Before: Severe.")
    assert again.text.startswith("⬆️ Raised by the agency. Before: Minor.")
    assert first.text.startswith("↪️ Now Severe: there is a newer message about this, below.")
    assert same.text.startswith("↪️ Now Minor: there is")


async def test_what_it_was_is_said_in_the_language_of_the_chat(town):
    await town.subscribe(READER, language="zh-CN")
    await town.see()
    await town.see(town.cap(1))
    await town.deliver()
    await town.see(town.update(2, Severity.EXTREME, 1))
    await town.deliver()
    assert town.shown(READER)[1].text.startswith("⬆️ 发布方已提高级别。原级别：中等。\n🔴 极端危险")


async def test_an_update_of_an_alert_that_still_waits_comes_in_its_place_and_rings(town):
    await town.subscribe(READER, "one")
    await town.see()
    await town.see(town.cap(1, words="notice one"))
    await town.see(town.update(2, Severity.MINOR, 1))
    await town.see(town.update(3, Severity.MINOR, 1, 2))
    await town.deliver()
    [message] = town.shown(READER)
    assert "Rainstorm 3" in message.text
    assert (message.silent, message.reply_to) == (False, None)


async def test_an_update_rings_where_the_answer_to_the_alert_was_lost(town):
    await town.subscribe(READER)
    await town.see()
    await town.see(town.cap(1))
    await town.stand(state="held", maybe_repeat=True)
    await town.see(town.update(2, Severity.MINOR, 1))
    await town.deliver()
    [message] = town.shown(READER)
    assert (message.silent, message.reply_to) == (False, None)


async def test_who_subscribed_after_the_alert_hears_the_update_as_new_and_its_end(town, told):
    await town.subscribe(LATE)
    await town.see(town.update(2, Severity.MODERATE, 1))
    await town.deliver()
    [message] = town.shown(LATE)
    assert (message.silent, message.reply_to) == (False, None)
    assert town.shown(READER)[1].silent
    await town.see(town.cancel(3, 1, 2))
    await town.deliver()
    lifted = town.shown(LATE)[1]
    assert (lifted.silent, lifted.reply_to) == (True, message.id)


async def test_an_update_that_names_only_the_first_message_is_no_new_event_to_who_got_the_second(town, told):
    await town.subscribe(LATE)
    for number in (2, 3, 4):
        await town.see(town.update(number, Severity.MODERATE, 1))
        await town.deliver()
    first, second, third = town.shown(LATE)
    assert [m.silent for m in (first, second, third)] == [False, True, True]
    assert {second.reply_to, third.reply_to} == {first.id}


async def test_who_unsubscribed_sees_on_the_old_message_that_there_is_a_newer_one_and_does_not_get_it(town, told):
    await town.unsubscribe(READER)
    await town.see(town.update(2, Severity.SEVERE, 1))
    await town.deliver()
    [message] = town.shown(READER)
    assert message.text.startswith("↪️ Now Severe: the agency has a newer message about this.\n")


async def test_who_got_the_alert_gets_the_update_whatever_words_it_has(town):
    await town.subscribe(READER, "one")
    await town.subscribe(OTHER, "two")
    await town.see()
    await town.see(town.cap(1, words="notice one"))
    await town.deliver()
    await town.see(town.update(2, Severity.MODERATE, 1, words="notice two"))
    await town.deliver()
    assert [len(town.shown(chat)) for chat in (READER, OTHER)] == [2, 1]
    assert town.shown(READER)[1].silent
    assert not town.shown(OTHER)[0].silent


async def test_a_thread_of_one_event_stays_one_when_the_alert_comes_after_its_update(town):
    await town.subscribe(READER)
    await town.see()
    await town.see(town.update(2, Severity.MODERATE, 1))
    await town.deliver()
    await town.see(town.cap(1))
    await town.see(town.update(3, Severity.MODERATE, 1))
    await town.deliver()
    first, second = town.shown(READER)
    assert "Rainstorm 2" in first.text
    assert (second.reply_to, second.silent) == (first.id, True)


async def test_an_update_that_may_not_be_shown_changes_nothing_of_what_was_said(town, told):
    expired = town.update(-600, Severity.EXTREME, 1)
    await town.see(town.update(2, Severity.EXTREME, 1, status=Status.EXERCISE), expired)
    await town.deliver()
    assert [message.edits for message in town.shown(READER)] == [[]]


async def test_the_cancel_of_a_test_does_not_keep_the_alert_that_it_names_from_being_sent(town):
    await town.subscribe(READER)
    await town.see()
    await town.see(town.cap(1))
    await town.see(town.cancel(2, 1, event="Required Weekly Test"))
    await town.deliver()
    assert [message.text.split(" ")[0] for message in town.shown(READER)] == ["🟡"]


# ------------------------------------------------------------------ topics and paused chats


async def test_each_topic_has_a_thread_of_its_own(town):
    for thread in (5, 7):
        await town.subscribe(GROUP, thread_id=thread)
    await town.see()
    await town.see(town.cap(1))
    await town.deliver()
    await town.unsubscribe(GROUP, 7)
    await town.see(town.update(2, Severity.SEVERE, 1))
    await town.deliver()
    await town.see(town.cancel(3, 1, 2))
    await town.deliver()
    first, raised, lifted = town.shown(GROUP, 5)
    assert (raised.reply_to, lifted.reply_to) == (first.id, first.id)
    other, over = town.shown(GROUP, 7)
    assert over.reply_to == other.id
    assert town.shown(GROUP) == []


async def test_nothing_is_queued_for_a_paused_chat_and_its_messages_are_put_right_when_it_is_back(town, told):
    await town.subscribe(OTHER)
    await town.see(town.cap(2), town.cap(3, words="20:00"), town.post(4))
    await town.deliver()
    async with town.db.begin() as conn:
        await chats.pause(conn, READER, "the bot was blocked")
    before = await town.queued_for(READER)
    await town.see(town.cancel(5, 1))
    await town.see(town.update(6, Severity.SEVERE, 2))
    await town.see(town.cap(3, words="22:00"))
    await remove(town, town.post(4))
    await town.deliver()
    assert await town.queued_for(READER) == before
    assert len(town.shown(READER)) == 4
    async with town.db.begin() as conn:
        await welcome_back(conn, READER, town.clock())
    await town.deliver()
    lifted, updated, edited, removed = town.shown(READER)
    assert lifted.text.startswith("✅ Lifted by the agency.")
    assert updated.text.startswith("↪️ The agency has a newer message about this.")
    assert "22:00" in edited.text
    assert removed.text.startswith("⚠️ The agency has removed this post.")


# ------------------------------------------------------------------ cancels


async def test_a_cancel_is_a_silent_reply_that_says_what_is_over(town, told):
    await town.see(town.cancel(2, 1))
    await town.deliver()
    message, lifted = town.shown(READER)
    assert (lifted.reply_to, lifted.silent) == (message.id, True)
    assert lifted.text.startswith("Before: Moderate, “Rainstorm 1”\n✅ Lifted")
    assert message.text.startswith("✅ Lifted by the agency.\n")


async def test_a_cancel_never_goes_to_a_chat_that_did_not_get_the_alert(town, told):
    await town.subscribe(LATE)
    await town.see(town.cancel(2, 1))
    assert await town.queued_for(LATE) == 0
    await town.deliver()
    assert town.shown(LATE) == []


async def test_a_cancel_does_not_go_where_the_alert_that_was_on_its_way_was_refused_after_all(town):
    await town.subscribe(READER)
    await town.see()
    await town.see(town.cap(1))
    await town.stand(state="sending")
    await town.see(town.cancel(2, 1))
    async with town.db.begin() as conn:
        await conn.execute(update(deliveries).where(deliveries.c.state == "sending").values(state="failed"))
    await town.deliver()
    assert town.shown(READER) == []


async def test_a_cancel_goes_where_the_answer_was_lost_and_the_lifted_alert_is_not_rung_again(town):
    await town.subscribe(READER)
    await town.see()
    await town.see(town.cap(1, severity=Severity.EXTREME))
    await town.stand(state="unsure", maybe_repeat=True, attempts=1)
    await town.see(town.cancel(2, 1))
    await town.deliver()
    [message] = town.shown(READER)
    assert message.text.startswith("Before: Extreme danger, “Rainstorm 1”\n✅ Lifted")
    assert message.silent


async def test_a_cancel_that_comes_before_its_alert_keeps_the_alert_from_ringing(town):
    await town.subscribe(READER)
    await town.see()
    await town.see(town.cancel(2, 1))
    await town.see(town.cap(1))
    await town.see(town.cap(1, severity=Severity.EXTREME))
    await town.deliver()
    assert town.messenger.messages == []


async def test_an_alert_lifted_while_it_waits_is_neither_sent_nor_lifted(town):
    await town.subscribe(READER)
    await town.see()
    await town.see(town.cap(1))
    await town.see(town.update(2, Severity.SEVERE, 1))
    await town.see(town.cancel(3, 1, 2))
    await town.deliver()
    assert town.messenger.messages == []


async def test_a_cancel_reaches_every_message_that_it_names_updated_ones_too(town, told):
    await town.see(town.update(2, Severity.SEVERE, 1))
    await town.deliver()
    await town.see(town.cancel(3, 1, 2))
    await town.deliver()
    first, second, lifted = town.shown(READER)
    assert first.text.startswith("✅ Lifted by the agency.\n")
    assert second.text.startswith("✅ Lifted by the agency.\n")
    assert lifted.text.startswith("Before: Severe, “Rainstorm 2”")


async def test_a_chat_that_has_unsubscribed_is_told_that_what_it_got_is_over(town, told):
    await town.unsubscribe(READER)
    await town.see(town.cancel(2, 1))
    await town.deliver()
    message, lifted = town.shown(READER)
    assert message.text.startswith("✅ Lifted")
    assert (lifted.reply_to, lifted.silent) == (message.id, True)


async def test_a_cancel_of_two_events_reaches_who_knows_only_the_second(town):
    await town.subscribe(READER, "one")
    await town.subscribe(OTHER, "two")
    await town.see()
    await town.see(town.cap(1, words="notice one"), town.cap(2, words="notice two"))
    await town.deliver()
    await town.see(town.cancel(3, 1, 2))
    await town.deliver()
    for chat in (READER, OTHER):
        message, lifted = town.shown(chat)
        assert message.text.startswith("✅ Lifted by the agency.")
        assert lifted.reply_to == message.id


@pytest.mark.parametrize("updated", [True, False])
async def test_a_green_update_lifts_what_it_updates(town, told, updated):
    await town.subscribe(LATE)
    post = town.cap(2, MsgType.UPDATE if updated else MsgType.ALERT, Severity.MINOR, ("office,A1",), parameters=GREEN)
    await town.see(post)
    await town.deliver()
    message, lifted = town.shown(READER)
    assert message.text.startswith("✅ Lifted by the agency.")
    assert lifted.text.startswith("Before: Moderate, “Rainstorm 1”\n✅ Lifted")
    assert lifted.silent
    assert town.shown(LATE) == []


# ------------------------------------------------------------------ withdrawals


async def test_a_withdrawal_is_marked_and_told_without_a_sound_with_what_it_said(town, told):
    await remove(town, town.cap(1))
    await town.deliver()
    message, reply = town.shown(READER)
    assert message.text.startswith("⚠️ The agency has removed this post.")
    assert "Before: Moderate, “Rainstorm 1”" in reply.text
    assert (reply.reply_to, reply.silent) == (message.id, True)


async def test_a_post_without_fields_is_named_by_its_first_words(town):
    await town.subscribe(READER)
    await town.see()
    await town.see(town.post(1, "莲花池东路封路"))
    await town.deliver()
    await remove(town, town.post(1, "莲花池东路封路"))
    await town.deliver()
    assert "It said: “莲花池东路封路”" in town.shown(READER)[1].text


async def test_what_is_removed_while_it_waits_is_not_sent(town):
    await town.subscribe(READER)
    await town.see()
    await town.see(town.cap(1))
    await remove(town, town.cap(1))
    await town.deliver()
    assert town.messenger.messages == []


async def test_what_is_shown_again_after_its_removal_is_told_so(town, told):
    await remove(town, town.cap(1))
    await town.deliver()
    await town.see(town.cap(1))
    await town.deliver()
    message, _, reply = town.shown(READER)
    assert message.text.startswith("🟡 Moderate")
    assert "shows this post again" in reply.text
    assert reply.silent


async def test_where_the_answer_was_lost_the_removal_is_told_by_name(town):
    await town.subscribe(READER)
    await town.see()
    lose(town)
    await town.see(town.cap(1))
    await town.deliver(Policy(repeats_routine=False))
    await remove(town, town.cap(1))
    await town.deliver(Policy(repeats_routine=False))
    message, reply = town.shown(READER)
    assert message.edits == []
    assert reply.text.startswith("About “Rainstorm 1”:\nThe agency has removed this warning.")
    assert reply.reply_to is None


async def test_what_was_only_summed_up_is_named_when_it_is_removed(town):
    await town.subscribe(READER)
    await town.see()
    await town.see(town.cap(1), town.cap(2))
    town.clock.advance(7 * 3600)
    await town.deliver()
    await remove(town, town.cap(1))
    await town.deliver()
    away, reply = town.shown(READER)
    assert "While I was away" in away.text
    assert reply.text.startswith("About “Rainstorm 1”:\nThe agency has removed this warning.")
    assert reply.reply_to == away.id


async def test_a_removal_is_told_where_the_message_may_stand_though_its_delivery_was_given_up(town):
    await town.subscribe(READER)
    await town.see()
    await town.see(town.cap(1))
    lose(town)
    refused = []

    def refuse(what):
        if town.messenger.messages and what[0] == "send" and len(refused) < 2:
            refused.append(what)
            raise RejectedError("Bad Request: MESSAGE_EMPTY")

    town.messenger.before = refuse
    await town.deliver()
    assert refused
    await remove(town, town.cap(1))
    await town.deliver()
    _message, told = town.shown(READER)
    assert "removed" in told.text
