"""Faults on demand: what goes wrong, for which requests, how often, and on which side of the acceptance."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum


class Act(StrEnum):
    """What goes wrong."""

    #: The connection is cut; no byte of an answer.
    DROP = "drop"
    #: The answer comes ``seconds`` late.
    DELAY = "delay"
    #: An HTTP error of the given ``status``: JSON as the real server's, or a gateway's ``html`` page.
    STATUS = "status"
    #: 429 with ``retry_after``.
    FLOOD = "flood"


class When(StrEnum):
    """Before the request is carried out (it never happened) or after (it did, and the answer is lost)."""

    BEFORE = "before"
    AFTER = "after"


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

    def matches(self, method: str, chat_id: int) -> bool:
        """Whether the rule is about this request."""
        return self.method.lower() in {"", method.lower()} and self.chat_id in {0, chat_id}


class Faults:
    """The rules in force; the first that matches a request is used up by one."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        #: How often any rule struck.
        self.struck = 0

    def add(self, fault: Fault) -> None:
        """Put a rule in force."""
        self._rules.append(fault)

    def clear(self) -> None:
        """No more faults."""
        self._rules.clear()

    def take(self, method: str, chat_id: int) -> Fault | None:
        """The fault that strikes this request, if any."""
        for place, rule in enumerate(self._rules):
            if not rule.matches(method, chat_id):
                continue
            if rule.skip:
                self._rules[place] = replace(rule, skip=rule.skip - 1)
                continue
            if rule.times is not None:
                left = replace(rule, times=rule.times - 1)
                self._rules[place : place + 1] = [left] if left.times else []
            self.struck += 1
            return rule
        return None
