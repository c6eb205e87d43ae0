"""Every kind of source proves the same, by answers that its own tests hand in (``proving.Proof``); none is left out."""

import asyncio
import importlib
import json
import random
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from listed import shown_by_fetch
from proving import Never, Rerouted, Stage, proof_of
from publishing import NoKeep, Reply

from bot.delivery.interpreting import Interpreter
from bot.reading.reader import read
from bot.sources.face import Broken, NothingNew, Posts, Refused, UnreadableError
from bot.sources.registry import Parts, built_in_kinds, make_sources
from bot.sources.table import table

NOW = datetime(2026, 7, 21, 3, 51, tzinfo=UTC)
KINDS = sorted(built_in_kinds())
EVERY = pytest.mark.parametrize("kind", KINDS)
#: The ETag of answers that are no good.
OF_NO_WORTH = '"none"'
NONSENSE = (b"", b"{", b"null", b"\xff\xfe\x00\x01" * 40, b"<html><body>Please log in</body></html>")


@pytest.fixture
async def stage(kind, publisher, sqlite_db, clock):
    """The kind's source before its own answers, followed while all is quiet."""
    async with Rerouted(publisher, clock) as fetcher:
        made = Stage(_proof(kind), kind, publisher, sqlite_db, clock, fetcher)
        await made.follow()
        yield made


@pytest.fixture
async def reader():
    """What reads the words of posts; its grammar is compiled, so that no test waits for that."""
    await asyncio.to_thread(read, "【演练】北京市气象台发布暴雨红色预警信号")
    await asyncio.to_thread(
        read, "This is only a drill: Beijing Meteorological Observatory issued a red rainstorm warning signal."
    )
    interpreter = Interpreter()
    interpreter.start()
    yield interpreter
    await interpreter.aclose()


def _proof(kind: str):
    proof = proof_of(kind)
    assert proof is not None, f"tests/sources/{kind}/proof.py must hand in PROOF = Proof(...) (see tests/proving.py)"
    return proof


def _body(answer: bytes | str | Reply) -> bytes:
    return answer.body if isinstance(answer, Reply) else answer.encode() if isinstance(answer, str) else answer


def _words(shown) -> str:
    return "\n".join(message.text for message in shown)


@EVERY
def test_every_kind_hands_in_its_answers(kind):
    proof = _proof(kind)
    assert proof.asked in proof.quiet
    assert proof.says
    assert proof.saved
    assert proof.shown
    assert importlib.import_module(f"bot.sources.{kind}").ABOUT.proof == f"tests/sources/{kind}"
    for answers, says in ((proof.edited, proof.says_edited), (proof.ended, proof.says_ended)):
        assert bool(says) is not isinstance(answers, Never)


@EVERY
async def test_what_is_new_reaches_the_chat_once(stage):
    outcome = await stage.look(stage.proof.first)
    assert isinstance(outcome, Posts), outcome
    assert _words(stage.shown()).count(stage.proof.says) == 1
    assert all(message.edits == [] for message in stage.shown())
    json.dumps(dict(outcome.memory))
    before = stage.looks()
    # the same answer again, and again with a validator: nothing is said twice
    assert isinstance(await stage.look(), Posts | NothingNew)
    await stage.look(stage.proof.first, ETag='"1"')
    assert isinstance(await stage.look(), NothingNew)
    assert stage.looks() == before


@EVERY
async def test_what_is_edited_reaches_the_message_that_was_sent(stage):
    if isinstance(stage.proof.edited, Never):
        assert _cell(stage.kind, "edits") == stage.proof.edited.cell
        return
    await stage.look(stage.proof.first)
    told = next(message for message in stage.shown() if stage.proof.says in message.text)
    assert stage.proof.says_edited not in _words(stage.shown())
    assert isinstance(await stage.look(stage.proof.edited), Posts)
    follower = [m for m in stage.shown() if m.reply_to == told.id]
    assert told.edits or follower
    assert stage.proof.says_edited in _words([told, *follower])


@EVERY
async def test_what_is_over_is_told_below_what_was_sent(stage):
    if isinstance(stage.proof.ended, Never):
        assert _cell(stage.kind, "deletions") == stage.proof.ended.cell
        return
    await stage.look(stage.proof.first)
    told = next(message for message in stage.shown() if stage.proof.says in message.text)
    assert stage.proof.says_ended not in _words(stage.shown())
    assert isinstance(await stage.look(stage.proof.ended), Posts)
    follower = [m for m in stage.shown() if m.reply_to == told.id]
    assert stage.proof.says_ended in _words([told, *follower])
    assert all(message.silent for message in follower)


@EVERY
async def test_a_message_that_leaves_the_list_without_a_word_is_not_over(stage):
    await stage.look(stage.proof.first)
    before = stage.looks()
    await stage.look(stage.proof.quiet)
    if not isinstance(stage.proof.ended, Never) and stage.proof.ended == stage.proof.quiet:
        return  # its list is complete by its own rules: what is not in it is over
    assert stage.looks() == before


@EVERY
@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
async def test_a_refusal_is_never_quiet_and_loses_nothing(stage, status, publisher, clock):
    await stage.look(stage.proof.first)
    before = stage.looks()
    # what it carries would read as "all is quiet", and its validator must not be kept
    refusal = Reply(_body(stage.proof.quiet[stage.proof.asked]), status, {"Retry-After": "120", "ETag": OF_NO_WORTH})
    outcome = await stage.look({**stage.proof.first, stage.proof.asked: refusal})
    assert isinstance(outcome, Refused | Broken), outcome
    assert outcome.why.endswith(".")
    assert stage.watch.outcome == ("refused" if isinstance(outcome, Refused) else "broken")
    assert stage.watch.problem == outcome.why
    if status == 429:
        assert isinstance(outcome, Refused)
        assert outcome.until > clock()
    assert stage.looks() == before
    async with Rerouted(publisher, clock) as again:
        await stage.reopen(again)
        await _catches_up(stage)


@EVERY
async def test_what_cannot_be_read_is_never_quiet_and_loses_nothing(stage, publisher, clock):
    await stage.look(stage.proof.first)
    before = stage.looks()
    good = _body(stage.proof.first[stage.proof.asked])
    half = good[: len(good) // 2]
    cut_off = Reply(half, 200, {"Content-Length": str(len(good))})
    for answer in (*(Reply(body, 200, {"ETag": OF_NO_WORTH}) for body in NONSENSE), cut_off, Reply(half)):
        async with Rerouted(publisher, clock) as again:
            await stage.reopen(again)  # a site that rests after nonsense is asked anew
            outcome = await stage.look({**stage.proof.first, stage.proof.asked: answer})
        if not (answer == Reply(half) and stage.proof.half_is_read):
            assert isinstance(outcome, Refused | Broken), (answer, outcome)
        assert stage.looks() == before, answer
    async with Rerouted(publisher, clock) as again:
        await stage.reopen(again)
        await _catches_up(stage)


async def _catches_up(stage) -> None:
    """After trouble the next good answer is read, though it bears the validator of what could not be."""
    before, changes = stage.looks(), not isinstance(stage.proof.edited, Never)
    outcome = await stage.look(stage.proof.edited if changes else stage.proof.first, ETag=OF_NO_WORTH)
    if changes:
        assert isinstance(outcome, Posts), outcome
        assert stage.proof.says_edited in _words(stage.shown())
    else:
        assert stage.looks() == before


@EVERY
async def test_a_drill_is_never_told_as_real(stage, reader):
    stage.interpreter = reader
    assert isinstance(await stage.look(stage.proof.drill), Posts)
    if not stage.proof.says_drill:
        assert stage.shown() == []
        return
    (message,) = stage.shown()
    assert message.text.startswith(stage.proof.says_drill)


@EVERY
async def test_what_says_that_nothing_is_the_matter_is_no_warning(stage):
    if stage.proof.green:
        await stage.look(stage.proof.green)
    assert stage.shown() == []


@EVERY
def test_fetch_shows_its_alerts_readably(kind, tmp_path, monkeypatch):
    proof = _proof(kind)
    saved = _body(proof.saved)
    shown = shown_by_fetch(kind, saved, tmp_path, monkeypatch)
    assert [words for words in proof.shown if words not in shown] == []


@EVERY
def test_its_answers_with_any_bytes_in_them_are_read_or_refused(kind):
    proof = _proof(kind)
    saved = _body(proof.saved)
    parts = Parts(None, NoKeep(), lambda: NOW, random.Random(1), proof.options)
    source = make_sources(parts)[kind]

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, len(saved)), st.integers(0, 60), st.binary(max_size=12))
    def check(at, lost, put):
        body = saved[:at] + put + saved[at + lost :]
        told, posts = "It was read.", ()
        try:
            posts = source.read(body, f"https://{proof.asked}")
        except UnreadableError as error:
            told = str(error)
        assert told.endswith((".", "?)"))
        for post in posts:
            assert (post.kind, bool(post.id)) == (kind, True)
            (post.id + post.title + post.text + post.url).encode()

    check()


def _cell(kind: str, column: str) -> str:
    """The README's word on a kind."""
    head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table().splitlines()]
    return next(row for row in rows if row[0] == f"`{kind}`")[head.index(column)]


def test_a_kind_without_answers_is_told_what_to_hand_in():
    assert proof_of("no_such_kind") is None
    with pytest.raises(AssertionError, match=r"tests/sources/no_such_kind/proof\.py must hand in PROOF"):
        _proof("no_such_kind")


def test_what_never_comes_has_a_reason_in_the_table():
    never = [
        each.cell for kind in KINDS for each in (_proof(kind).edited, _proof(kind).ended) if isinstance(each, Never)
    ]
    assert never
    assert [cell for cell in never if not cell.startswith("none: ")] == []
