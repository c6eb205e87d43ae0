"""Faults on demand: what goes wrong, for which requests, how often, and on which side of the acceptance."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum


class Act(StrEnum):
    """What goes wrong."""

    #: The connection is closed; no byte of an answer.
    DROP = "drop"
    #: The connection is reset (RST); no byte of an answer.
    RESET = "reset"
    #: The answer comes ``seconds`` late.
    DELAY = "delay"
    #: 200, and half of the answer's JSON.
    TRUNCATE = "truncate"
    #: An HTTP error of the given ``status``: JSON as the real server's, or a gateway's ``html`` page.
    STATUS = "status"
    #: 429 with ``retry_after``.
    FLOOD = "flood"
    #: Just before this request the chat shut the bot out: 403, now and from now on.
    BLOCK = "block"
    #: Just before this request the group became a supergroup.
    MIGRATE = "migrate"


class When(StrEnum):
    """Before the request is carried out (it never happened) or after (it did, and the answer is lost)."""

    BEFORE = "before"
    AFTER = "after"
    #: One of the two, by lot.
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule. ``method`` and ``chat_id`` narrow it; ``skip`` lets that many matching requests through first."""

    act: Act
    when: When = When.BEFORE
    method: str = ""
    chat_id: int = 0
    #: None: until cleared.
    times: int | None = 1
    skip: int = 0
    #: Chance that a matching request is struck, drawn with ``seed``.
    share: float = 1.0
    seed: int = 0
    #: The rule ends after so many matching requests, struck or not; None: it does not.
    among: int | None = None
    seconds: float = 0.0
    status: int = 502
    retry_after: int = 5
    html: bool = False

    @classmethod
    def read(cls, given: Mapping[str, object]) -> "Fault":
        """A fault from JSON; ValueError says what is wrong."""
        known = {item.name for item in fields(cls)}
        if unknown := set(given) - known:
            raise ValueError(f"A fault has no {', '.join(sorted(unknown))}; it has {', '.join(sorted(known))}.")
        values = dict(given)
        act = Act(str(values.pop("act", "")))
        when = When(str(values.pop("when", When.BEFORE)))
        return replace(cls(act, when), **values)  # type: ignore[arg-type]

    def matches(self, method: str, chat_id: int, chat_type: str = "") -> bool:
        """Whether the rule is about this request; only a basic group can become a supergroup."""
        if self.act is Act.MIGRATE and chat_type != "group":
            return False
        return self.method.lower() in {"", method.lower()} and self.chat_id in {0, chat_id}


@dataclass(frozen=True, slots=True)
class Strike:
    """A request that a fault struck. ``text`` is the message's, "" where it has none."""

    fault: Fault
    method: str
    chat_id: int
    text: str = ""


@dataclass(slots=True)
class _Rule:
    fault: Fault
    left: int | None
    skip: int
    among: int | None
    rng: random.Random = field(default_factory=random.Random)

    def draw(self) -> bool:
        """Whether the rule strikes this matching request."""
        if self.skip:
            self.skip -= 1
            return False
        if self.among is not None:
            self.among -= 1
        if self.fault.share < 1.0 and self.rng.random() >= self.fault.share:
            return False
        if self.left is not None:
            self.left -= 1
        return True

    @property
    def over(self) -> bool:
        return self.left == 0 or self.among == 0

    def decided(self) -> Fault:
        """The fault, with the side of the acceptance drawn."""
        if self.fault.when is not When.EITHER:
            return self.fault
        return replace(self.fault, when=self.rng.choice((When.BEFORE, When.AFTER)))


class Faults:
    """The rules in force; the first that strikes a request is used up by one."""

    def __init__(self) -> None:
        self._rules: list[_Rule] = []
        #: Every request that was struck, in order.
        self.strikes: list[Strike] = []

    @property
    def struck(self) -> int:
        """How often any rule struck."""
        return len(self.strikes)

    def add(self, fault: Fault) -> None:
        """Put a rule in force."""
        rng = random.Random(fault.seed)  # noqa: S311 - a test's lot
        self._rules.append(_Rule(fault, fault.times, fault.skip, fault.among, rng))

    def clear(self) -> None:
        """No more faults."""
        self._rules.clear()

    def take(self, method: str, chat_id: int, *, chat_type: str = "", text: str = "") -> Fault | None:
        """The fault that strikes this request, if any."""
        for rule in list(self._rules):
            if not rule.fault.matches(method, chat_id, chat_type):
                continue
            strikes = rule.draw()
            if rule.over:
                self._rules.remove(rule)
            if strikes:
                fault = rule.decided()
                self.strikes.append(Strike(fault, method, chat_id, text))
                return fault
        return None
