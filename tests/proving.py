"""What every kind of source must prove, on one stage: the real source asks a real server, and a chat shows the effect.

Each kind hands in a ``PROOF`` (``tests/sources/KIND/proof.py``): recorded answers by the address they are asked at, and
the words that a chat must show. ``tests/sources/test_every_source_is_proved.py`` plays them.
"""

import importlib.util
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from outboxes import READER, run_until_quiet
from publishing import NoKeep, Publisher, Reply, guarded
from scripted import ScriptedMessenger, Shown

from bot.delivery.interpreting import Interpreter
from bot.fetching.face import Request, Response
from bot.model.subscription import ChatKind
from bot.sources.face import Outcome, Posts, Source
from bot.sources.registry import Parts, make_sources
from bot.store import accounts, chats, subscriptions
from bot.watching.recording import Recorder

SOURCES = Path(__file__).parent / "sources"
RECORDED = Path(__file__).parent / "recorded"
#: "host/path?query" of a site to what it answers there; text goes out as UTF-8.
Answers = Mapping[str, bytes | str | Reply]


@dataclass(frozen=True)
class Never:
    """The platform knows no such thing, as the README's cell says word for word: "none: why"."""

    cell: str


@dataclass(frozen=True)
class Proof:
    """The recorded answers of one kind, and what a chat shows of them. Each stage holds all that is asked in it."""

    #: What a reader sends to follow the account.
    named: str
    #: The address of ``Answers`` that is refused, and that answers nonsense.
    asked: str
    #: All is quiet: what is listed before the message of which the others tell.
    quiet: Answers
    #: The message is there, and its words in the chat.
    first: Answers
    says: str
    #: It was changed: edited, updated or raised, as the platform does that.
    edited: Answers | Never
    says_edited: str
    #: It is over: cancelled, lifted, withdrawn or deleted, as the platform does that; the chat's words tell it.
    ended: Answers | Never
    says_ended: str
    #: A test, an exercise or a drill. Fields that say so keep it from the chat; words that say so stand first.
    drill: Answers
    #: How the chat's message of a drill that only words tell begins; "" where the chat shows none at all.
    says_drill: str = ""
    #: "No warning" published as one, and whatever else a source lists that is none; never shown.
    green: Answers = field(default_factory=dict)
    #: The answer that ``tocsin fetch --from`` reads, and what an eye must find of it.
    saved: bytes | str = ""
    shown: tuple[str, ...] = ()
    #: The operator's settings that the source needs.
    options: Mapping[str, str] = field(default_factory=dict)
    #: Whether the half of an answer can still be read for what it is (HTML and feeds may be).
    half_is_read: bool = False


@cache
def proof_of(kind: str) -> Proof | None:
    """What the tests of a kind hand in; None where they hand in nothing."""
    path = SOURCES / kind / "proof.py"
    if not path.is_file():
        return None
    spec = importlib.util.spec_from_file_location(f"proof_of_{kind}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    proof = module.PROOF
    assert isinstance(proof, Proof), path
    return proof


class Rerouted:
    """The real fetcher, for which every site of the world lies on the publisher: https://h/p is /h/p there."""

    def __init__(self, publisher: Publisher, clock) -> None:
        self.publisher = publisher
        self._inner = guarded(clock)

    async def fetch(self, request: Request) -> Response:
        parts = urlsplit(request.url)
        here = f"/{parts.netloc}{parts.path or '/'}" + (f"?{parts.query}" if parts.query else "")
        site = request.site or parts.netloc
        response = await self._inner.fetch(replace(request, url=self.publisher.url(here), site=site))
        assert not response.moved_to
        return replace(response, url=response.url.replace(self.publisher.url("/"), f"{parts.scheme}://"))

    async def __aenter__(self) -> Self:
        await self._inner.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._inner.__aexit__(*error)


@dataclass
class Stage:
    """One account of a kind, from its site on loopback to one reader's chat."""

    proof: Proof
    kind: str
    publisher: Publisher
    db: object
    clock: object
    fetcher: Rerouted
    messenger: ScriptedMessenger = field(default_factory=ScriptedMessenger)
    #: What reads posts that have no fields, where a test wants them read.
    interpreter: Interpreter | None = None

    def __post_init__(self) -> None:
        self.source: Source = make_sources(
            Parts(self.fetcher, NoKeep(), self.clock, random.Random(1), self.proof.options)
        )[self.kind]
        self.recorder = Recorder(self.db, self.clock, random.Random(1), lambda: None)

    def put(self, answers: Answers, **headers: str) -> None:
        """From now on the sites answer so, and 404 to everything else."""
        self.publisher.replies.clear()
        for address, answer in answers.items():
            if isinstance(answer, Reply):
                self.publisher.replies[f"/{address}"] = answer
            else:
                self.publisher.put(f"/{address}", answer, **(headers if address == self.proof.asked else {}))

    async def follow(self) -> None:
        """Find the account by what a reader sends, subscribe the reader, and look once at a quiet site."""
        self.put(self.proof.quiet)
        (account,) = await self.source.find(self.proof.named)
        async with self.db.begin() as conn:
            account_id = await accounts.upsert(conn, account, self.clock())
            await accounts.ensure_watch(conn, account_id, self.clock(), self.source.pace.default)
            self.watch = await accounts.watch_of(conn, account_id)
            chat = await chats.ensure(conn, READER, ChatKind.PRIVATE, "", self.clock(), "en")
            await subscriptions.add(conn, chat, 0, account_id, (), "", None, self.clock())
        await self.look()
        assert self.shown() == []

    async def look(self, answers: Answers | None = None, **headers: str) -> Outcome:
        """One poll as the watcher makes it, and everything due delivered."""
        if answers is not None:
            self.put(answers, **headers)
        self.clock.advance(self.source.pace.floor)
        outcome = await self.source.poll(self.watch.account, self.watch.memory)
        self.watch = await self.recorder.record(
            self.source.pace, self.watch, outcome, ids_may_churn=self.source.ids_may_churn
        )
        if isinstance(outcome, Posts):
            await self.recorder.withdrawals(self.source, self.watch, outcome)
        await run_until_quiet(self.db, self.clock, self.messenger, interpreter=self.interpreter)
        return outcome

    async def reopen(self, fetcher: Rerouted) -> None:
        """As after a restart, with nobody resting: only the database is kept."""
        self.fetcher = fetcher
        self.__post_init__()

    def shown(self) -> list[Shown]:
        """What the reader's chat shows, oldest first."""
        return self.messenger.messages

    def looks(self) -> list[tuple[str, int]]:
        """The chat's messages with the number of their edits, to see that nothing changed."""
        return [(message.text, len(message.edits)) for message in self.messenger.messages]
