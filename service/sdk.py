"""What a handler may use: this module, the standard library and the outside world; nothing else of Chengxu.

A handler does one automatic step of a diagram. It is found by the name that the service task gives in
`zeebe:taskDefinition type`. It receives a `Context`, returns the variables that it sets (or None), and never commits: what it
writes to registers and messages is collected and applied in the transaction that completes the step.

    from service.sdk import Context, handler

    @handler("check_totals", inline=True)
    def check_totals(context: Context) -> dict[str, object] | None:
        if context["parts"] != context["total"]:
            context.block("total", "R-PJ-38", "合计不一致", "The parts do not add up", article="pj-2020#10")
        return None

`inline=True` is for pure steps (no network, no waiting): they run inside the command that reaches them. A finding of level
block then refuses that command as a whole, and the person sees the message at the field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from service.errors import Finding, Level
from service.similarity import Index, Match, shared_parts, similar

__all__ = [
    "HANDLERS", "BpmnError", "CaseFacts", "Context", "Finding", "Handler", "Index", "Level", "Match", "Notification",
    "Publication", "Record",
    "RegisterReader", "Registered", "Write", "handler", "shared_parts", "similar",
]  # fmt: skip

Handler = Callable[["Context"], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One version of one register entry. `version` counts from 1; 0 means that it does not exist yet."""

    register: str
    key: str
    version: int
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A register entry to be written if it still has `expected` as its version."""

    register: str
    key: str
    data: Mapping[str, Any]
    expected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A message to be published when the step completes."""

    name: str
    correlation: str | None
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """What people are to be told when the step completes: `groups` are "role@unit", "role" (in any unit) or "@account".

    `deadline` is the period that has passed, when that is what it is about.
    """

    groups: tuple[str, ...]
    zh: str
    en: str
    deadline: str | None = None


class RegisterReader(Protocol):
    def read(self, register: str, key: str) -> Record | None: ...

    def search(self, register: str, **equals: Any) -> Iterable[Record]: ...

    def search_alike(self, register: str, texts: Mapping[str, str], *, limit: int = 100, **equals: Any) -> Iterable[Record]:
        """The entries with these values whose text fields ({field: text}) share most with the texts, before an exact score."""
        ...


class BpmnError(Exception):
    """Throw a BPMN error: the nearest error boundary event with this code goes on; without one the step is an incident."""

    def __init__(self, code: str, message: str = "", **variables: Any) -> None:
        super().__init__(message or code)
        self.code = code
        self.variables = variables


@dataclass(slots=True, kw_only=True)
class CaseFacts:
    """What a handler may know of the case it works for."""

    id: str
    business_key: str
    process: str
    unit: str
    started_by: str
    started_on: date
    started_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Context:
    """The one argument of a handler."""

    variables: Mapping[str, Any]
    headers: Mapping[str, str]
    case: CaseFacts
    now: datetime
    registers: RegisterReader
    parameters: Callable[[str], Any] = lambda name: None
    idempotency_key: str = ""
    findings: list[Finding] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    publications: list[Publication] = field(default_factory=list)
    notices: list[Notification] = field(default_factory=list)

    def __getitem__(self, name: str) -> Any:
        return self.variables.get(name)

    @property
    def today(self) -> date:
        return self.now.date()

    def parameter(self, name: str) -> Any:
        """A dated parameter: the value in force when the case started, or today's when it applies to open cases.

        Decimal for numbers, bool, or str. NotFound for a name that no regulation defines.
        """
        return self.parameters(name)

    def money(self, name: str) -> Decimal:
        """The amount in `name`, in yuan; 0 when it is empty."""
        value = self.variables.get(name)
        return value if isinstance(value, Decimal) else Decimal(str(value or 0))

    def rows(self, name: str) -> list[Mapping[str, Any]]:
        """The rows of a table field; empty when nothing was entered."""
        return list(self.variables.get(name) or ())

    def find(self, rule: str, zh: str, en: str, *, level: Level, at: str = "", article: str | None = None) -> None:
        """Leave a finding at field `at`."""
        self.findings.append(Finding(field=at, rule=rule, message=zh, message_en=en, level=level, article=article))

    def block(self, at: str, rule: str, zh: str, en: str, *, article: str | None = None) -> None:
        self.find(rule, zh, en, level=Level.BLOCK, at=at, article=article)

    def warn(self, at: str, rule: str, zh: str, en: str, *, article: str | None = None) -> None:
        self.find(rule, zh, en, level=Level.WARN, at=at, article=article)

    def write(self, register: str, key: str, data: Mapping[str, Any], *, expected: int) -> None:
        """Write a register entry when the step completes; a newer version than `expected` re-runs the step."""
        self.writes.append(Write(register=register, key=key, data=dict(data), expected=expected))

    def publish(self, name: str, correlation: str | None = None, **payload: Any) -> None:
        """Publish a message when the step completes."""
        self.publications.append(Publication(name=name, correlation=correlation, payload=payload))

    def notify(self, groups: str | Iterable[str], zh: str, en: str, *, deadline: str | None = None) -> None:
        """Tell people when the step completes: it stands among their notices and in the history of the case.

        A group is "role@unit", "role" (its holders in any unit) or "@account"; a text may list several, separated by commas.
        `deadline`: the period that has passed; the notice then counts as an escalation of it.
        """
        listed = groups.split(",") if isinstance(groups, str) else groups
        named = tuple(dict.fromkeys(group.strip() for group in listed if group.strip()))
        if named:
            self.notices.append(Notification(groups=named, zh=zh, en=en, deadline=deadline))


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    name: str
    run: Handler
    inline: bool
    source: str


#: Handlers by name. Filled by the decorator when `bootstrap` imports the handler folders.
HANDLERS: dict[str, Registered] = {}


def handler(name: str, *, inline: bool = False) -> Callable[[Handler], Handler]:
    """Register a function as the handler called `name`. A second handler of that name from another file is an error."""

    def register(run: Handler) -> Handler:
        source = run.__code__.co_filename
        known = HANDLERS.get(name)
        if known is not None and known.source != source:
            raise ValueError(f"handler {name!r} is defined twice: in {known.source} and in {source}")
        HANDLERS[name] = Registered(name=name, run=run, inline=inline, source=source)
        return run

    return register
