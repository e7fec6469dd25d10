"""What a scenario needs of the system under test. One driver has an engine of its own, the other speaks HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from service.errors import ChengxuError, InvalidAnswers, NotAllowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A command that was refused: the kind of error, the rule where one refused it, findings as the API tells them."""

    slug: str
    message: str
    rule: str = ""
    findings: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def of(cls, error: ChengxuError) -> Refusal:
        findings = tuple(finding.as_json() for finding in error.findings) if isinstance(error, InvalidAnswers) else ()
        rule = error.rule if isinstance(error, NotAllowed) else ""
        return cls(slug=error.slug, message=error.message, rule=rule, findings=findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came of a command. `values` is what a handler or a form gave, where one was tried alone."""

    case: str | None = None
    findings: tuple[Mapping[str, Any], ...] = ()
    refusal: Refusal | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask:
    id: str
    element: str
    name: str
    due: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case with the open tasks of its family; variables as JSON has them."""

    id: str
    business_key: str
    title: str
    status: str
    outcome: str | None
    variables: Mapping[str, Any]
    tasks: tuple[OpenTask, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSight:
    """A task as one account sees it; `actions` is empty when it may not do it."""

    variables: Mapping[str, Any]
    actions: tuple[str, ...]
    signs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the history of a case or of one of its child cases."""

    kind: str
    element: str | None
    actor: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A notice that somebody was given."""

    kind: str
    deadline: str | None
    at: datetime
    business_key: str
    text: str


class CannotTell(Exception):
    """This driver cannot see or do that; the message says what to use instead."""


class Driver(Protocol):
    def now(self) -> datetime: ...

    def move_clock(self, to: datetime) -> None:
        """Let time pass, with everything that falls due on the way."""
        ...

    def upload(self, name: str, content: bytes, media_type: str, *, by: str) -> str: ...

    def put_entry(self, register: str, key: str, data: Mapping[str, Any]) -> None: ...

    def start(self, process: str, answers: Mapping[str, Any], *, by: str) -> Reply: ...

    def complete(self, task: str, answers: Mapping[str, Any], *, by: str, sign: bool) -> Reply: ...

    def try_handler(self, name: str, variables: Mapping[str, Any], headers: Mapping[str, str]) -> Reply: ...

    def try_form(self, form: str, answers: Mapping[str, Any], variables: Mapping[str, Any], *, by: str) -> Reply: ...

    def send(self, name: str, key: str | None, payload: Mapping[str, Any], *, by: str) -> Reply:
        """Publish a message, and wait for what follows."""
        ...

    def find_case(self, process: str, key: str | None, *, by: str) -> str | None:
        """The id of the newest case of a process, with that business key where one is given."""
        ...

    def count_cases(self, *, by: str) -> int: ...

    def view_case(self, case: str, *, by: str) -> CaseView: ...

    def find_task(self, task: str, *, by: str) -> TaskSight | None:
        """The task as `by` sees it; None when `by` may not know of it."""
        ...

    def list_history(self, case: str, *, by: str) -> tuple[Line, ...]: ...

    def list_notices(self, *, by: str) -> tuple[Told, ...]:
        """What an account was told, the oldest first."""
        ...

    def find_entry(self, register: str, key: str) -> tuple[int, Mapping[str, Any]] | None:
        """The newest version of a register entry, and its number."""
        ...
