"""No query reads a whole table that grows: every function of the store is called, and every statement that it sends is
explained by the database that it was sent to.

A new function of the store needs a line in ``CALLS`` (a test says so when it is missing). A statement that must read a
growing table from end to end needs a line in ``WHOLE`` with the reason.
"""

import importlib.resources
import inspect
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from outboxes import enqueue
from sqlalchemy import UniqueConstraint, event, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.judging import change
from bot.model.account import Account
from bot.model.delivery import Lane, Op, SentPart, State
from bot.model.manners import Manners, Own, Telling, Way
from bot.model.place import ChatPlace
from bot.model.post import Post, RevisionKind
from bot.model.subscription import ChatKind
from bot.model.translation import Cost, EngineRest, Translation, TranslationKey
from bot.model.words import Words
from bot.reading.sameness import Happening
from bot.store import (
    accounts,
    asked,
    bots,
    briefings,
    carrying,
    chat_places,
    chats,
    choices,
    conversations,
    coverages,
    deferred,
    deliveries,
    events,
    fanout,
    figures,
    forgetting,
    given_up,
    happenings,
    leases,
    manners,
    moving,
    mutes,
    payments,
    posts,
    queued,
    relayed,
    renditions,
    reports,
    rests,
    returning,
    settling,
    site_state,
    subscriptions,
    summaries,
    tables,
    topics,
    translations,
    trimming,
    vitals,
    waiting,
)
from bot.store.briefings import Kind, Stored
from bot.store.carrying import CarriedChat, CarriedDigest, CarriedWish
from bot.store.database import Database
from bot.store.deliveries import Draft
from bot.store.fanout import Hush, Word
from bot.store.mutes import Gravity
from bot.store.settling import Claim
from bot.store.subscriptions import Removed

MODULES = (
    renditions,
    accounts,
    asked,
    bots,
    briefings,
    carrying,
    chat_places,
    chats,
    choices,
    conversations,
    coverages,
    deferred,
    deliveries,
    events,
    fanout,
    figures,
    forgetting,
    given_up,
    happenings,
    leases,
    moving,
    mutes,
    manners,
    payments,
    posts,
    queued,
    relayed,
    reports,
    rests,
    returning,
    settling,
    site_state,
    subscriptions,
    summaries,
    topics,
    translations,
    trimming,
    vitals,
    waiting,
)

#: Tables that do not grow with posts, subscribers or time: one row for each watched account, site, lease, engine or day.
SMALL = {"accounts", "watches", "leases", "site_state", "paid_messages", "translation_costs", "engine_rests"}

#: What a statement makes for itself on the way: read whole, and as large as what was looked up for it.
MADE = {"timed", "histogram", "grouped", "running", "numbered", "said"}

#: Functions that read a growing table whole, and why they may.
WHOLE = {"deliveries.counts": "the operator asks for the whole, by hand"}


#: Indexes of the few rows that wait for something: in tables as small as these, cheaper than the one that leads straight.
FEW = {"ix_deliveries_deferred"}

#: Functions that need not ask, by database.
SILENT = {"sqlite": {"leases.moment"}}


@dataclass(frozen=True)
class World:
    """Where the calls find something."""

    account: Account
    account_id: int
    #: A chat with subscriptions and deliveries, and another one.
    chat_id: int
    other_chat_id: int
    post_id: int
    post: Post
    delivery_id: int
    removed: Removed
    now: datetime


Call = Callable[[AsyncConnection, World], Awaitable[object]]


async def _changed(conn: AsyncConnection, w: World) -> object:
    (loaded,) = await waiting.load(conn, [w.delivery_id])
    return await settling.change(conn, [change(loaded, State.SENT, w.now, was=State.QUEUED, parts=PART)])


async def _stale(conn: AsyncConnection, w: World) -> object:
    before = [(lane, w.now) for lane in Lane]
    return await waiting.stale_sends(conn, w.chat_id, 0, before, w.now, 50)


def _news(w: World) -> Word:
    return Word(Op.SEND, Lane.ROUTINE, w.post_id + 1, 7, expires_at=w.now)


async def _to_subscribers(conn: AsyncConnection, w: World) -> None:
    await fanout.to_subscribers(conn, w.account_id, _news(w), w.now)
    await fanout.to_subscribers(conn, w.account_id, _news(w), w.now, keys=["", "rain"], anew=True)
    await fanout.to_subscribers(conn, w.account_id, Word(Op.NOTICE, Lane.ROUTINE, notice="{}"), w.now)
    await fanout.to_subscribers(conn, w.account_id, replace(_news(w), hush=_hush(w)), w.now)


async def _particular(conn, world):
    await manners.set_own(conn, world.chat_id, world.removed.subscription_id, Own(Telling(Way.SILENT)))
    return await manners.particular(conn, [world.chat_id])


async def _particular(conn: AsyncConnection, w: World) -> None:
    await manners.set_own(conn, w.chat_id, w.removed.subscription_id, Own(Telling(Way.SILENT)))
    await manners.particular(conn, [w.chat_id])


async def _to_holders(conn: AsyncConnection, w: World) -> None:
    for knows in fanout.Knows:
        for account_id in (None, w.account_id):
            ids = [w.post_id, w.post_id + 1]
            await fanout.to_holders(conn, ids, _news(w), w.now, knows=knows, followers_of=account_id)
    for muted in (True, False):
        word = replace(_news(w), hush=_hush(w))
        await fanout.to_holders(conn, [w.post_id], word, w.now, knows=fanout.Knows.PERHAPS, muted=muted)


async def _to_copies(conn: AsyncConnection, w: World) -> None:
    word = Word(Op.MARK, Lane.ROUTINE, w.post_id, 1, notice="{}")
    await fanout.to_copies(conn, word, w.now)
    await fanout.to_copies(conn, word, w.now, followers_of=w.account_id)
    await fanout.to_copies(conn, word, w.now, strangers_to=w.account_id)
    for muted in (True, False):
        await fanout.to_copies(conn, replace(word, hush=_hush(w)), w.now, muted=muted)


def _hush(w: World) -> Hush:
    return Hush((w.post_id,), Lane.ROUTINE, 0)


async def _mute(conn: AsyncConnection, w: World) -> None:
    await mutes.mute(conn, w.chat_id, 0, w.post_id, Gravity(Lane.ROUTINE, 2), w.now)


async def _muted_roots(conn: AsyncConnection, w: World) -> None:
    await _mute(conn, w)
    await mutes.muted_roots(conn, w.post_id, w.now)


async def _settle_summed(conn: AsyncConnection, w: World) -> None:
    await _mute(conn, w)
    await mutes.settle_summed(conn, w.chat_id, 0, [1, 2], w.now)


async def _summary(conn: AsyncConnection, w: World) -> None:
    """Of each kind."""
    parts = '[{"message_ids":[7],"form":"text"}]'
    for notice in ('{"live": {"account": 1, "listed": [1]}}', '{"live": {"root": 1}}', '{"kept": 1, "listed": [1]}'):
        number = await deliveries.enqueue_one(conn, Draft(w.chat_id, Op.NOTICE, Lane.ROUTINE, notice=notice), w.now)
        d = tables.deliveries
        await conn.execute(d.update().where(d.c.id == number).values(parts=parts))
    await summaries.of_message(conn, w.chat_id, 7)


def _carried_chat(w: World) -> CarriedChat:
    return CarriedChat(77, ChatKind.PRIVATE, "", "en", None, None, (CarriedWish(0, w.account, ("rain",), "rain"),),
                       (CarriedDigest(0, 8, "UTC", w.now),))  # fmt: skip


async def _choose_live(conn: AsyncConnection, w: World) -> None:
    await coverages.choose(conn, w.chat_id, 0, w.account_id, live=True)
    await coverages.choose(conn, w.chat_id, 0, w.account_id, live=False)


def _who(w: World) -> conversations.Who:
    return conversations.Who(w.chat_id, 0, 7)


def _quake(w: World) -> Happening:
    return Happening("quake", w.now, 30.0, 99.0, 5.6)


def _digest(w: World) -> Stored:
    return Stored(w.chat_id, 0, Kind.DAY, 8, "UTC", w.now, None, None, None, "")


PART = (SentPart((1,), "text"),)
NAMES = ["7", "8", "unknown"]
KEY = TranslationKey("0" * 64, "zh-Hans", "en", "1")


def made(now: datetime) -> Translation:
    return Translation("Heavy rain.", "zh-Hans", "en", "deepl", "", now)


CALLS: dict[str, Call] = {
    "accounts.upsert": lambda c, w: accounts.upsert(c, replace(w.account, name="new"), w.now),
    "accounts.get": lambda c, w: accounts.get(c, w.account_id),
    "accounts.by_key": lambda c, w: accounts.by_key(c, w.account.kind, w.account.key),
    "accounts.ensure_watch": lambda c, w: accounts.ensure_watch(c, w.account_id, w.now, 60.0),
    "accounts.watched": lambda c, _: accounts.watched(c),
    "accounts.watched_kinds": lambda c, _: accounts.watched_kinds(c),
    "accounts.watch_of": lambda c, w: accounts.watch_of(c, w.account_id),
    "accounts.save_watch": lambda c, w: accounts.save_watch(
        c, accounts.Watch(w.account_id, w.account, "active", None, None, w.now, 60.0, memory={})
    ),
    "accounts.save_quiet": lambda c, w: accounts.save_quiet(c, [(w.account_id, w.now, w.now, 60.0, "nothing_new")]),
    "chats.ensure": lambda c, w: chats.ensure(c, 1, ChatKind.PRIVATE, "new title", w.now),
    "chats.get": lambda c, _: chats.get(c, 1),
    "chats.by_id": lambda c, w: chats.by_id(c, w.chat_id),
    "chats.set_language": lambda c, _: chats.set_language(c, 1, "de"),
    "chats.set_patience": lambda c, _: chats.set_patience(c, 1, 3600, urgent=True),
    "chats.set_order": lambda c, _: chats.set_order(c, 1, original_first=True),
    "chats.pause": lambda c, _: chats.pause(c, 1, "blocked"),
    "chats.resume": lambda c, _: chats.resume(c, 1),
    "chats.migrate": lambda c, _: chats.migrate(c, 2, 3),
    "bots.sending": lambda c, _: bots.sending(c),
    "bots.note": lambda c, w: bots.note(c, "7", w.now),
    "bots.span": lambda c, _: bots.span(c),
    "bots.disown": lambda c, _: bots.disown(c, 0),
    "briefings.recent": lambda c, w: briefings.recent(c, [w.account_id], w.now, 50),
    "briefings.bursts": lambda c, w: briefings.bursts(c, w.now - timedelta(hours=1), 8, 50),
    "briefings.arrived": lambda c, w: briefings.arrived(c, w.chat_id, 0, w.now - timedelta(hours=1)),
    "briefings.waits": lambda c, w: briefings.waits(c, w.chat_id, 0),
    "briefings.due": lambda c, w: briefings.due(c, Kind.DAY, w.now, 50),
    "briefings.get": lambda c, w: briefings.get(c, w.chat_id, 0, Kind.DAY),
    "briefings.set_day": lambda c, w: briefings.set_day(c, w.chat_id, 0, 8, "UTC", w.now),
    "briefings.begin_burst": lambda c, w: briefings.begin_burst(c, w.chat_id, 0, w.now),
    "briefings.end_burst": lambda c, w: briefings.end_burst(c, w.chat_id, 0, w.now),
    "briefings.told": lambda c, w: briefings.told(c, _digest(w), "[]", w.now, w.now),
    "briefings.put_off": lambda c, w: briefings.put_off(c, _digest(w), w.now),
    "briefings.put_behind": lambda c, w: briefings.put_behind(c, [_digest(w)], w.now),
    "briefings.drop_day": lambda c, w: briefings.drop_day(c, w.chat_id, 0),
    "carrying.page": lambda c, _: carrying.page(c, 0, 20),
    "carrying.one": lambda c, w: carrying.one(c, w.chat_id),
    "carrying.take_in": lambda c, w: carrying.take_in(c, [_carried_chat(w)], w.now, {}),
    "vitals.waiting_by_lane": lambda c, _: vitals.waiting_by_lane(c),
    "vitals.oldest_due": lambda c, w: vitals.oldest_due(c, [Lane.URGENT], w.now, w.now),
    "vitals.last_settled": lambda c, w: vitals.last_settled(c, [Lane.URGENT], w.now),
    "vitals.watched": lambda c, w: vitals.watched(c, w.now),
    "vitals.blind_names": lambda c, _: vitals.blind_names(c, 20),
    "choices.put": lambda c, w: choices.put(c, 1, {}, w.now),
    "choices.take": lambda c, w: choices.take(c, "t", 1, w.now),
    "choices.take_anywhere": lambda c, w: choices.take_anywhere(c, "t", w.now),
    "choices.look": lambda c, w: choices.look(c, "t", 1, w.now),
    "choices.purge": lambda c, w: choices.purge(c, w.now - timedelta(days=30)),
    "conversations.put": lambda c, w: conversations.put(c, _who(w), conversations.Conversation("s", {}, 1), w.now),
    "conversations.get": lambda c, w: conversations.get(c, _who(w), w.now),
    "conversations.by_question": lambda c, w: conversations.by_question(c, w.chat_id, 0, 7, w.now),
    "conversations.end": lambda c, w: conversations.end(c, _who(w)),
    "conversations.purge": lambda c, w: conversations.purge(c, w.now - timedelta(days=30)),
    "coverages.choose": _choose_live,
    "coverages.of_place": lambda c, w: coverages.of_place(c, w.chat_id, 0),
    "coverages.of_chats": lambda c, w: coverages.of_chats(c, [w.chat_id, w.other_chat_id]),
    "coverages.set_root": lambda c, w: coverages.set_root(c, (w.chat_id, 0, w.account_id), 7),
    "coverages.lately": lambda c, w: coverages.lately(
        c, (w.chat_id, 0, w.account_id), w.post_id, w.now, w.now + timedelta(minutes=5), 7
    ),
    "coverages.root": lambda c, w: coverages.root(c, w.delivery_id),
    "coverages.root_naming": lambda c, w: coverages.root_naming(c, w.delivery_id),
    "coverages.rewrite_root": lambda c, w: coverages.rewrite_root(
        c, coverages.Root(w.delivery_id, w.account_id, State.SENT, PART, False, ()), [7]
    ),
    "coverages.growth_waits": lambda c, w: coverages.growth_waits(c, w.chat_id, w.delivery_id),
    "coverages.say_singly": lambda c, w: coverages.say_singly(c, [w.delivery_id], w.now),
    "coverages.say_singly_in": lambda c, w: coverages.say_singly_in(c, w.chat_id, w.now),
    "coverages.named": lambda c, w: coverages.named(c, [w.delivery_id, w.delivery_id + 1]),
    "coverages.unlisted": lambda c, w: coverages.unlisted(c, [w.delivery_id]),
    "coverages.refold": lambda c, w: coverages.refold(c, [w.delivery_id], 7),
    "coverages.list_in": lambda c, w: coverages.list_in(c, [w.delivery_id], 7, w.now),
    "deliveries.enqueue_one": lambda c, w: deliveries.enqueue_one(
        c, Draft(w.chat_id, Op.NOTICE, Lane.ROUTINE), w.now
    ),
    "deliveries.has_notice": lambda c, w: deliveries.has_notice(c, w.chat_id, "{}"),
    "deliveries.has_relatives": lambda c, w: deliveries.has_relatives(c, w.post_id, w.post_id),
    "deliveries.is_in_doubt": lambda c, w: deliveries.is_in_doubt(c, w.chat_id, 0, w.post_id + 1, w.post_id),
    "deliveries.last_mark": lambda c, w: deliveries.last_mark(c, w.chat_id, 0, w.post_id),
    "deliveries.missed": lambda c, w: deliveries.missed(c, [w.delivery_id, w.delivery_id + 1]),
    "waiting.heads": lambda c, _: waiting.heads(c, State.QUEUED, Lane.ROUTINE, 0, 50),
    "waiting.heads_of": lambda c, w: waiting.heads_of(c, [w.chat_id, w.other_chat_id]),
    "waiting.load": lambda c, w: waiting.load(c, [w.delivery_id, w.delivery_id + 1]),
    "waiting.waiting_sum": lambda c, w: waiting.waiting_sum(c, w.chat_id, 0),
    "settling.rewrite_notice": lambda c, w: settling.rewrite_notice(c, w.delivery_id, "", Lane.URGENT, silent=True),
    "waiting.stale_sends": _stale,
    "payments.reserve": lambda c, _: payments.reserve(c, "2026-07-21", 100, 1000),
    "payments.reserved": lambda c, _: payments.reserved(c, "2026-07-21"),
    "deliveries.send_of": lambda c, w: deliveries.send_of(c, w.chat_id, 0, w.post_id),
    "deliveries.event_messages": lambda c, w: deliveries.event_messages(c, [w.chat_id], w.post_id + 1, w.post_id),
    "settling.claim": lambda c, w: settling.claim(c, [Claim(w.delivery_id, 1, 0)], w.now),
    "settling.change": _changed,
    "settling.list_in": lambda c, w: settling.list_in(c, [w.delivery_id], 7),
    "settling.rewrite_send": lambda c, w: settling.rewrite_send(c, w.delivery_id, parts=PART, revision=2),
    "settling.hurry": lambda c, w: settling.hurry(c, w.delivery_id, Lane.URGENT),
    "settling.put_behind": lambda c, w: settling.put_behind(c, w.delivery_id),
    "settling.fail_waiting_of_chat": lambda c, w: settling.fail_waiting_of_chat(c, w.other_chat_id, "gone", w.now),
    "settling.unclaim": lambda c, w: settling.unclaim(c, [w.delivery_id]),
    "settling.bring_near": lambda c, w: settling.bring_near(c, w.now, w.now),
    "settling.doubt_unfinished": lambda c, _: settling.doubt_unfinished(c),
    "deliveries.waiting_of_chat": lambda c, w: deliveries.waiting_of_chat(c, w.chat_id),
    "deliveries.counts": lambda c, _: deliveries.counts(c),
    "deliveries.trim": lambda c, w: deliveries.trim(c, w.now - timedelta(days=400)),
    "figures.figures": lambda c, w: figures.figures(c, w.now - timedelta(hours=1), w.now, by_account=True),
    "figures.account_names": lambda c, w: figures.account_names(
        c, [figures.Group(figures.By.ACCOUNT, str(w.account_id), {})]
    ),
    "forgetting.held": lambda c, w: forgetting.held(c, w.chat_id),
    "forgetting.forget": lambda c, w: forgetting.forget(c, w.chat_id, w.now),
    "forgetting.purge": lambda c, w: forgetting.purge(c, w.now),
    "reports.add": lambda c, w: reports.add(c, w.chat_id, 0, 7, w.delivery_id, "", w.now),
    "reports.is_kept": lambda c, w: reports.is_kept(c, w.chat_id, 7),
    "reports.count": lambda c, w: reports.count(c, w.chat_id, w.now),
    "reports.was_taken_back": lambda c, _: reports.was_taken_back(c, 1, 7),
    "reports.behind": lambda c, _: reports.behind(c, 1, 7),
    "happenings.near": lambda c, w: happenings.near(c, _quake(w)),
    "happenings.accounts_of": lambda c, w: happenings.accounts_of(c, w.post_id),
    "happenings.put": lambda c, w: happenings.put(
        c, happenings.Known(w.post_id + 1, w.account_id, w.post_id, _quake(w))
    ),
    "happenings.fellows": lambda c, w: happenings.fellows(c, w.post_id + 1),
    "happenings.heard": lambda c, w: happenings.heard(c, w.chat_id, 0, [w.post_id, w.post_id + 1]),
    "chat_places.add": lambda c, w: chat_places.add(c, w.chat_id, 0, ChatPlace("here", 1.0, 2.0, 10.0), w.now),
    "chat_places.remove": lambda c, w: chat_places.remove(c, w.chat_id, 0, 1),
    "chat_places.of_chat": lambda c, w: chat_places.of_chat(c, w.chat_id, 0),
    "chat_places.of_chats": lambda c, w: chat_places.of_chats(c, [w.chat_id, w.other_chat_id]),
    "chat_places.put": lambda c, w: chat_places.put(c, w.chat_id, [(0, ChatPlace("x", 1.0, 2.0, 10.0))], w.now),
    "chat_places.any_set": lambda c, _: chat_places.any_set(c),
    "chat_places.page": lambda c, _: chat_places.page(c),
    "chat_places.since": lambda c, w: chat_places.since(c, w.now),
    "chat_places.move": lambda c, w: chat_places.move(c, w.other_chat_id, w.chat_id),
    "given_up.newest": lambda c, w: given_up.newest(c, State.QUEUED, w.now, 50),
    "given_up.numbers": lambda c, w: given_up.numbers(c, State.QUEUED, w.now, 0, 50),
    "given_up.by_id": lambda c, w: given_up.by_id(c, [w.delivery_id, w.delivery_id + 1]),
    "given_up.counts": lambda c, w: given_up.counts(c, [State.FAILED, State.HELD], w.now),
    "rests.save": lambda c, w: rests.save(c, [rests.Rest(1, w.now, w.now)]),
    "rests.rests": lambda c, w: rests.rests(c, w.now + timedelta(days=1)),
    "leases.moment": lambda c, w: leases.moment(c, lambda: w.now),
    "leases.acquire": lambda c, w: leases.acquire(c, "poll", "me", w.now, 15),
    "leases.take_over": lambda c, w: leases.take_over(c, "poll", "dead", "me", w.now, 15),
    "leases.renew": lambda c, w: leases.renew(c, "poll", "me", 1, w.now, 15),
    "leases.release": lambda c, w: leases.release(c, "poll", "me", 1, w.now),
    "leases.holds": lambda c, _: leases.holds(c, "poll", "me", 1),
    "leases.holder_of": lambda c, w: leases.holder_of(c, "poll", w.now),
    "posts.known": lambda c, w: posts.known(c, w.account_id, NAMES),
    "posts.known_by_link_or_title": lambda c, w: posts.known_by_link_or_title(c, w.account_id, NAMES, NAMES),
    "posts.rename_ext_id": lambda c, w: posts.rename_ext_id(c, w.post_id, "renamed"),
    "posts.newest": lambda c, w: posts.newest(c, w.account_id, 20),
    "moving.move": lambda c, w: moving.move(c, moving.Place(w.chat_id, 0), moving.Place(w.other_chat_id, 9), w.now),
    "topics.language": lambda c, w: topics.language(c, w.chat_id, 7),
    "topics.set_language": lambda c, w: topics.set_language(c, w.chat_id, 7, "de"),
    "topics.of_chats": lambda c, w: topics.of_chats(c, [w.chat_id, w.other_chat_id]),
    "posts.latest": lambda c, w: posts.latest(c, w.account_id, 3),
    "posts.add": lambda c, w: posts.add(
        c, w.account_id, replace(w.post, id="brand new"), "f", w.now, why_not="", root_id=None
    ),
    "posts.revise": lambda c, w: posts.revise(c, w.post_id, w.post, "e", RevisionKind.EDITED, w.now),
    "posts.set_state": lambda c, w: posts.set_state(c, w.post_id, "cancelled"),
    "posts.resolve": lambda c, w: posts.resolve(c, w.account_id, NAMES),
    "posts.pointing_at": lambda c, w: posts.pointing_at(c, w.account_id, NAMES),
    "posts.newest_marked": lambda c, w: posts.newest_marked(c, w.account_id, ["event 3", "event 4"]),
    "posts.by_event": lambda c, w: posts.by_event(c, w.account_id, "event 3"),
    "events.of_event": lambda c, w: events.of_event(c, w.post_id),
    "events.join_events": lambda c, w: events.join_events(c, [w.post_id + 1, w.post_id + 2], w.post_id),
    "renditions.find": lambda c, w: renditions.find(c, (w.post_id, 1, "en")),
    "renditions.ask": lambda c, w: renditions.ask(c, (w.post_id, 1, "en"), w.now),
    "renditions.ring": lambda c, w: renditions.ring(c, (w.post_id, 1, "en"), Words(headline="Orange")),
    "renditions.say": lambda c, w: renditions.say(c, (w.post_id, 1, "en"), Words(headline="Orange"), w.now),
    "renditions.owing": lambda c, w: renditions.owing(
        c, w.now, renditions.Owed(w.now + timedelta(minutes=5), (w.post_id, 1, "en"))
    ),
    "renditions.given_up": lambda c, w: renditions.given_up(c, w.now, w.now + timedelta(minutes=5)),
    "renditions.pay": lambda c, w: renditions.pay(c, (w.post_id, 1, "en"), w.now),
    "renditions.anew": lambda c, w: renditions.anew(c, w.chat_id, w.post_id, w.now),
    "posts.get": lambda c, w: posts.get(c, w.post_id),
    "posts.revision": lambda c, w: posts.revision(c, w.post_id, 1),
    "subscriptions.add": lambda c, w: subscriptions.add(c, w.chat_id, 9, w.account_id, (), "", None, w.now),
    "subscriptions.remove": lambda c, w: subscriptions.remove(c, w.removed.subscription_id, w.chat_id),
    "subscriptions.restore": lambda c, w: subscriptions.restore(c, w.removed),
    "subscriptions.get": lambda c, w: subscriptions.get(c, w.removed.subscription_id, w.chat_id),
    "subscriptions.of_chat": lambda c, w: subscriptions.of_chat(c, w.chat_id, 0),
    "subscriptions.count_of_account": lambda c, w: subscriptions.count_of_account(c, w.account_id),
    "subscriptions.count_of_chat": lambda c, w: subscriptions.count_of_chat(c, w.chat_id),
    "site_state.purge": lambda c, w: site_state.purge(c, w.now - timedelta(days=30)),
    "trimming.forget_accounts": lambda c, w: trimming.forget_accounts(c, w.now - timedelta(days=30)),
    "translations.find": lambda c, _: translations.find(c, KEY),
    "translations.keep": lambda c, w: translations.keep(c, KEY, made(w.now)),
    "translations.replace_kept": lambda c, w: translations.replace_kept(c, KEY, made(w.now)),
    "translations.spend": lambda c, _: translations.spend(c, "2026-07-21", "deepl", "", Cost(1, 100)),
    "translations.spent": lambda c, _: translations.spent(c, "2026-07-21"),
    "translations.rest": lambda c, w: translations.rest(c, EngineRest("deepl", w.now, "quota")),
    "translations.resting": lambda c, _: translations.resting(c),
    "translations.trim": lambda c, w: translations.trim(c, w.now),
    "trimming.let_go": lambda c, w: trimming.let_go(c, w.now - timedelta(days=30)),
    "trimming.posts_of": lambda c, w: trimming.posts_of(c, [w.account_id]),
    "trimming.old_posts": lambda c, w: trimming.old_posts(
        c, w.now - timedelta(minutes=30), w.now + timedelta(days=30)
    ),
    "trimming.delete_deliveries": lambda c, w: trimming.delete_deliveries(c, [w.post_id, w.post_id + 1]),
    "trimming.delete_posts": lambda c, w: trimming.delete_posts(c, [w.post_id, w.post_id + 1]),
    "trimming.trim": lambda c, w: trimming.trim(c, w.now - timedelta(minutes=30), w.now + timedelta(days=30)),
    "returning.put_right": lambda c, w: returning.put_right(c, w.chat_id, {"cancelled": ("lifted", "{}")}, w.now),
    "asked.keys": lambda c, w: asked.keys(c, w.account_id),
    "asked.wishes": lambda c, w: asked.wishes(c, w.account_id, ["a", "b"]),
    "deliveries.threads_of_post": lambda c, w: deliveries.threads_of_post(c, w.chat_id, w.post_id),
    "mutes.mute": _mute,
    "mutes.unmute": lambda c, w: mutes.unmute(c, w.chat_id, 0, w.post_id),
    "mutes.of_place": lambda c, w: mutes.of_place(c, w.chat_id, 0, w.now),
    "mutes.of_chats": lambda c, w: mutes.of_chats(c, [w.chat_id, w.other_chat_id], w.now),
    "mutes.settle_summed": _settle_summed,
    "mutes.settle_muted": lambda c, w: mutes.settle_muted(c, [1, 2], "muted", w.now),
    "mutes.not_settled": lambda c, w: mutes.not_settled(c, [w.post_id]),
    "mutes.muted_roots": _muted_roots,
    "mutes.event_posts": lambda c, w: mutes.event_posts(c, w.post_id, 5),
    "mutes.roots_of": lambda c, w: mutes.roots_of(c, w.post_id),
    "mutes.purge": lambda c, w: mutes.purge(c, w.now),
    "deliveries.of_message": lambda c, w: deliveries.of_message(c, w.chat_id, 7),
    "summaries.of_message": _summary,
    "posts.by_link": lambda c, w: posts.by_link(c, [w.account_id], ["https://example.org/1"], ["1"]),
    "relayed.newest": lambda c, _: relayed.newest(c, 20),
    "relayed.contents": lambda c, w: relayed.contents(c, [w.post_id, w.post_id + 1]),
    "posts.account_of": lambda c, w: posts.account_of(c, w.post_id),
    "posts.recount": lambda c, w: posts.recount(c, w.post_id, 1, w.post),
    "fanout.in_pieces": lambda c, w: fanout.in_pieces(
        c, tables.deliveries.c.chat_id, [tables.deliveries.c.post_id == w.post_id]
    ),
    "fanout.to_subscribers": _to_subscribers,
    "fanout.to_holders": _to_holders,
    "fanout.to_copies": _to_copies,
    "queued.place_known": lambda c, w: queued.place_known(c, w.post_id),
    "queued.renew": lambda c, w: queued.renew(c, Word(Op.SEND, Lane.URGENT, w.post_id, 1), w.now, rings=True),
    "manners.of_chats": lambda c, w: manners.of_chats(c, [w.chat_id]),
    "manners.of_place": lambda c, w: manners.of_place(c, w.chat_id, 0),
    "manners.save": lambda c, w: manners.save(c, w.chat_id, 0, Manners("UTC+8", Telling(Way.DAILY, 480))),
    "manners.put": lambda c, w: manners.put(c, w.chat_id, [(9, Manners("UTC+8", Telling(Way.SILENT)))]),
    "manners.particular": _particular,
    "manners.own_of_place": lambda c, w: manners.own_of_place(c, w.chat_id, 0),
    "manners.set_own": lambda c, w: manners.set_own(
        c, w.chat_id, w.removed.subscription_id, Own(Telling(Way.SILENT))
    ),
    "manners.rung": lambda c, w: manners.rung(c, (w.chat_id, 0), w.now, w.account_id),
    "deferred.due": lambda c, w: deferred.due(c, w.now, 50),
    "deferred.due_at": lambda c, w: deferred.due_at(c, (w.chat_id, 0), w.now, 50),
    "deferred.count": lambda c, w: deferred.count(c, (w.chat_id, 0)),
    "deferred.fate": lambda c, w: deferred.fate(c, (w.chat_id, 0), w.post_id),
    "deferred.held": lambda c, w: deferred.held(c, (w.chat_id, 0), 0, 100),
    "manners.still_hold": lambda c, w: manners.still_hold(
        c, (w.chat_id, 0), Manners(), [manners.Wanted(w.removed.subscription_id, "", Own())]
    ),
    "manners.own_of": lambda c, w: manners.own_of(c, (w.chat_id, 0), [w.removed.subscription_id]),
    "queued.settle": lambda c, w: queued.settle(c, [w.post_id, w.post_id + 1], w.now, "lifted"),
}


def test_every_function_of_the_store_is_called_here():
    offered = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in MODULES
        for name, function in vars(module).items()
        if inspect.iscoroutinefunction(function) and function.__module__ == module.__name__ and name[0] != "_"
    }
    assert CALLS.keys() == offered
    assert WHOLE.keys() <= offered


def test_every_module_with_queries_is_looked_at():
    package = importlib.resources.files("bot.store")
    speaking = {
        path.name.removesuffix(".py")
        for path in package.iterdir()
        if path.name.endswith(".py") and "AsyncConnection" in path.read_text()
    }
    # the way in, which class writes an INSERT, the keeping of a lease and the plan of housekeeping send nothing of their own
    assert speaking - {"database", "housekeeping", "inserting", "lease"} == {
        module.__name__.rpartition(".")[2] for module in MODULES
    }


ACCOUNTS, POSTS_EACH, CHATS = 10, 40, 150


async def populate(db: Database, account: Account, post: Post, now: datetime) -> World:
    """Many accounts, posts, chats, subscriptions and deliveries, so that the planner has something to weigh."""
    async with db.begin() as conn:
        account_ids = [await accounts.upsert(conn, replace(account, key=str(n)), now) for n in range(ACCOUNTS)]
        chat_ids = [await chats.ensure(conn, n, ChatKind.PRIVATE, "", now) for n in range(1, CHATS + 1)]
        wishes = [
            {"chat_id": chat, "account_id": each, "words": "[]", "created_at": now}
            for chat in chat_ids
            for each in account_ids
        ]
        await conn.execute(insert(tables.subscriptions), wishes)
        post_ids = []
        for number, each in enumerate(account_ids):
            await accounts.ensure_watch(conn, each, now, 60.0)
            for n in range(POSTS_EACH):
                made = replace(
                    post,
                    id=str(n),
                    title=str(n),
                    url=f"https://a/{n}",
                    event_id=f"event {n}",
                    aliases=(f"alias {n}",),
                    supersedes=(str(n - 1),),
                    published=now + timedelta(minutes=n),
                )
                seen = now + timedelta(minutes=n)
                post_ids.append(await posts.add(conn, each, made, f"{number}/{n}", seen, why_not="", root_id=None))
        drafts = [
            Draft(chat, Op.SEND, Lane(post_id % 2), post_id=post_id, revision=1)
            for chat in chat_ids
            for post_id in post_ids[:POSTS_EACH]
        ]
        await enqueue(conn, drafts, now)
        quiet = [
            {
                "chat_id": chat,
                "thread_id": 0,
                "root_id": root,
                "lane": 2,
                "rank": 2,
                "until": now + timedelta(hours=n),
            }
            for chat in chat_ids
            for n, root in enumerate(post_ids[POSTS_EACH : POSTS_EACH + 5], start=1)
        ]
        await conn.execute(insert(tables.mutes), quiet)
        for n in range(200):
            await choices.put(conn, n, {}, now)
            await topics.set_language(conn, chat_ids[n % len(chat_ids)], n, "de")
            asked = conversations.Conversation("whom", {}, n)
            await conversations.put(conn, conversations.Who(chat_ids[0], 0, n), asked, now)
        [first, *_] = await subscriptions.of_chat(conn, chat_ids[0])
        send = await deliveries.send_of(conn, chat_ids[0], 0, post_ids[0])
    whose = Removed(first.subscription_id, chat_ids[0], 0, first.account_id, (), "", None, now)
    return World(
        replace(account, key="0"),
        account_ids[0],
        chat_ids[0],
        chat_ids[1],
        post_ids[0],
        replace(post, aliases=("another",), supersedes=("yet another",)),
        send.delivery_id,
        whose,
        now,
    )


@contextmanager
def sent_statements(db: Database) -> Iterator[list[tuple[str, object]]]:
    """Collect every statement, with the (first) values that went with it."""
    seen: list[tuple[str, object]] = []

    def listener(_conn, _cursor, statement, parameters, _context, executemany) -> None:
        seen.append((statement, parameters[0] if executemany else parameters))

    for engine in db.engines:
        event.listen(engine.sync_engine, "before_cursor_execute", listener)
    yield seen
    for engine in db.engines:
        event.remove(engine.sync_engine, "before_cursor_execute", listener)


async def whole_on_sqlite(conn: AsyncConnection, statement: str, values: object) -> list[str]:
    plan = (await conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)).all()
    return [
        row[-1]
        for row in plan
        if row[-1].startswith("SCAN ")
        and row[-1].split()[1] not in SMALL | MADE | {"CONSTANT"}
        and "(subquery-" not in row[-1]
    ]


async def ask_for_indexes(conn: AsyncConnection) -> None:
    """The tables here are small enough for PostgreSQL to read them whole; we ask what it would do if they were not."""
    for way in ("seqscan", "hashjoin", "mergejoin"):
        await conn.execute(text(f"SET LOCAL enable_{way} = off"))


async def whole_on_postgresql(conn: AsyncConnection, statement: str, values: object) -> list[str]:
    found = await _whole_in_plan(conn, statement, values)
    if found:
        # in tables as small as these a bitmap of the wrong index can cost no more than a look at the right one, and what
        # the planner knows of them may be from before the call was taken back
        await conn.execute(text("SET LOCAL enable_bitmapscan = off"))
        await conn.execute(text("ANALYZE"))
        found = await _whole_in_plan(conn, statement, values)
        await conn.execute(text("SET LOCAL enable_bitmapscan = on"))
    return found


async def _whole_in_plan(conn: AsyncConnection, statement: str, values: object) -> list[str]:
    answer = (await conn.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values)).scalar_one()
    plan = answer if isinstance(answer, list) else json.loads(answer)
    # a bitmap's heap scan reads what its index scans found, a change what its plan below found
    read = [node for node in nodes(plan[0]["Plan"]) if node["Node Type"] not in {"ModifyTable", "Bitmap Heap Scan"}]
    return [f"{node['Node Type']} of {table}" for node in read if (table := whole_table(node))]


def whole_table(node: dict) -> str:
    """Give the growing table that a node reads from end to end, "" for none.

    An index that is not asked for values of its first column is read from end to end too.
    """
    if node.get("Index Name") in FEW:
        return ""
    table, first = INDEXES.get(node.get("Index Name", ""), (node.get("Relation Name", ""), None))
    if table in SMALL or (first is not None and re.search(rf"\b{first}\b", node.get("Index Cond", ""))):
        return ""
    return table


#: Index (or key) to its table and its first column.
INDEXES = {
    str(indexed.name): (table.name, next(iter(indexed.columns)).name)
    for table in tables.metadata.tables.values()
    for indexed in (
        *table.indexes,
        *(constraint for constraint in table.constraints if isinstance(constraint, UniqueConstraint)),
        table.primary_key,
    )
}


def nodes(plan: dict) -> Iterator[dict]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


@pytest.fixture
async def world(db, account, a_post, clock) -> World:
    world = await populate(db, account, a_post(), clock())
    if db.backend == "postgresql":
        async with db.begin() as conn:
            await conn.execute(text("ANALYZE"))
    return world


async def test_no_function_of_the_store_reads_a_growing_table_whole(db, world, monkeypatch):
    monkeypatch.setattr(trimming, "KEPT_EACH", 10)
    found: dict[str, list[tuple[str, list[str]]]] = {}
    looked_at = 0
    for name, call in CALLS.items():
        async with db.begin() as conn:
            nested = await conn.begin_nested()
            with sent_statements(db) as seen:
                await call(conn, world)
            await nested.rollback()
            if db.backend == "postgresql":
                await ask_for_indexes(conn)
            explain = whole_on_sqlite if db.backend == "sqlite" else whole_on_postgresql
            assert seen or name in SILENT.get(db.backend, ()), f"{name} sent nothing"
            for statement, values in seen:
                looked_at += 1
                if scans := await explain(conn, statement, values):
                    found.setdefault(name, []).append((statement, scans))
    assert looked_at >= len(CALLS)
    assert {name: scans for name, scans in found.items() if name not in WHOLE} == {}
    assert found.keys() == WHOLE.keys()


async def test_the_figures_of_a_day_do_not_read_three_months_of_deliveries(db, world):
    """Found by the day, not by the state: nearly all deliveries are sent ones."""
    asked = figures.spreads_query(world.now - timedelta(days=1), world.now)
    compiled = asked.compile(db.engines[-1].sync_engine, compile_kwargs={"literal_binds": True})
    async with db.begin() as conn:
        if db.backend == "postgresql":
            await ask_for_indexes(conn)
            plan = (await conn.exec_driver_sql(f"EXPLAIN {compiled}")).scalars().all()
        else:
            plan = [row[-1] for row in await conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")]
    assert [line for line in plan if "ix_deliveries_settled_at" in line]
    assert not [line for line in plan if "ix_deliveries_state" in line]


async def test_a_query_without_an_index_would_be_noticed(db, world):
    async with db.begin() as conn:
        if db.backend == "postgresql":
            await ask_for_indexes(conn)
        explain = whole_on_sqlite if db.backend == "sqlite" else whole_on_postgresql
        for statement in (
            "SELECT id FROM posts WHERE fingerprint = 'x'",
            "SELECT content FROM revisions WHERE seen_at < '2026-07-21'",
            "SELECT id FROM subscriptions WHERE thread_id = 5",
            "DELETE FROM deliveries WHERE attempts = 3",
        ):
            assert await explain(conn, statement, ()), statement
