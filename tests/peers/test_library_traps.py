"""Faults of python-telegram-bot's own limiter, which is not used here: what it got wrong, the pacing gets right."""

import asyncio
import random

from outboxes import READER, UNLIMITED, make, queue_posts
from scripted import ScriptedMessenger

from bot.chat.application import build_bot
from bot.delivery.face import FloodError
from bot.delivery.pacing import Limits, Pacing
from bot.model.delivery import Lane

REST = 30


def test_trap_the_librarys_own_limiter_is_not_in_the_way_of_ours():
    """Its AIORateLimiter keeps everything in memory and tries nothing again by default (``max_retries`` 0)."""
    assert build_bot("1:x", "http://127.0.0.1:9").rate_limiter is None


async def test_trap_a_rest_is_not_ended_by_another_requests_success(sqlite_db, clock):
    """In AIORateLimiter a rest of 2 s ended after 0.3 s, when another request was done."""
    messenger = ScriptedMessenger()
    tries = []
    await queue_posts(sqlite_db, clock, 1)
    await queue_posts(sqlite_db, clock, 40, telegram_id=2002)
    floods = iter([FloodError(REST)])

    def flood(what):
        if what[1].chat_id == READER:
            tries.append(clock().timestamp())
            for error in floods:
                raise error

    messenger.before = flood
    running = asyncio.ensure_future(make(sqlite_db, clock, messenger).run())
    try:
        async with asyncio.timeout(20):
            while len(messenger.messages) < 41:
                clock.advance(0.5)
                await asyncio.sleep(0.005)
    finally:
        running.cancel()
        await asyncio.wait({running})
    refused, taken = tries
    assert taken - refused >= REST


async def test_trap_a_rest_outlives_the_process(sqlite_db, clock):
    """AIORateLimiter's rests are gone with the process."""
    messenger = ScriptedMessenger()
    tries = []
    floods = iter([FloodError(REST)])

    def flood(_what):
        tries.append(clock().timestamp())
        for error in floods:
            raise error

    messenger.before = flood
    await queue_posts(sqlite_db, clock, 1)
    for done in (lambda: tries, lambda: len(messenger.messages) == 2):
        running = asyncio.ensure_future(make(sqlite_db, clock, messenger).run())
        async with asyncio.timeout(20):
            while not done():
                clock.advance(0.5)
                await asyncio.sleep(0.005)
            await asyncio.sleep(0.1)  # what the refusal means is written down in the turn after it
        running.cancel()
        await asyncio.wait({running})
        if not messenger.messages:  # a new one for the chat, which knows of no refusal of its own
            await queue_posts(sqlite_db, clock, 1, lanes=(Lane.EXTREME,))
    assert tries[1] - tries[0] >= REST


def most_in(times, seconds):
    """The most of these moments that any window of so many seconds holds."""
    return max(sum(1 for other in times if time <= other < time + seconds) for time in times)


def sent_at(chat_id, seconds, limits):
    """When messages go out to a chat that always has one waiting, with answers that take their time."""
    now, rng, times = 0.0, random.Random(1), []
    pacing = Pacing(lambda: now, limits)
    while now < seconds:
        wait = max(pacing.bot_wait(), pacing.chat_wait(chat_id))
        if wait > 0:
            now += wait
            continue
        ticket = pacing.take(chat_id)
        now += rng.uniform(0.02, 0.3)
        times.append(now)
        pacing.landed(ticket)
    return times


def test_trap_a_group_gets_no_more_than_twenty_in_any_minute():
    """AIORateLimiter's leaky bucket lets 40 messages into a busy group's first minute."""
    times = sent_at(-5, 600, Limits())
    assert most_in(times, 60) == 20
    assert len(times) >= 190


def test_trap_a_private_chat_gets_one_a_second_after_a_small_burst():
    """AIORateLimiter has no limit for private chats."""
    limits = Limits()
    times = sent_at(5, 100, limits)
    assert most_in(times, 20) <= 20 + limits.private_burst
    assert len(times) >= 90
    assert UNLIMITED.private_gap == 0
