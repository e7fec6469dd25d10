"""A scenario as values: what is given, what somebody does in each step, and what is then the case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Somebody files the start form of a process."""

    who: str
    process: str
    answers: Answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete:
    """Somebody completes a task. `where` tells it from others by what it shows; `sign` None: if it must be signed."""

    who: str
    element: str
    answers: Answers
    where: Answers = field(default_factory=dict)
    sign: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Time passes: to a moment, or for an ISO 8601 duration such as P10D."""

    to: datetime | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One automatic step alone: a handler is run on variables, and nothing is stored."""

    handler: str
    variables: Answers
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """One form alone: answers are checked against it in somebody's name, and nothing is stored."""

    who: str
    form: str
    answers: Answers
    variables: Answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """A message comes from outside: `key` is what it is correlated by."""

    who: str
    name: str
    key: str | None
    payload: Answers


Action = Start | Complete | Move | Try | Fill | Send


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A case that nobody of the scenario started: the newest of a process, with a business key where one is given."""

    process: str
    key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One thing that must hold after a step: `what` is a key of `expectations.CHECKS`."""

    what: str
    value: Any
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is done, and what is expected then. `case` is the name of the case; steps without one go on with the last."""

    number: int
    line: int
    note: str
    action: Action | None
    case: str | Search | None
    expect: tuple[Expectation, ...]

    @property
    def expects_refusal(self) -> bool:
        return any(each.what == "refused" for each in self.expect)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One file. `files` maps a file name to its kind; `registers` maps a register to {key: data}."""

    file: str
    title: str
    cites: tuple[str, ...]
    reader: str
    clock: datetime | None
    files: Mapping[str, str]
    registers: Mapping[str, Mapping[str, Answers]]
    steps: tuple[Step, ...]
