"""Where names are looked up while a model is evaluated, and what all parts of one evaluation share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from service.feel.limits import Budget
from service.feel.values import Value

if TYPE_CHECKING:
    from service.dmn.trace import DecisionTrace, Message, TableTrace

#: Steps of one evaluation of a model: expressions, cells and iterations together.
MAX_MODEL_STEPS: Final = 500_000
#: Tables and messages that one evaluation keeps for its trace.
MAX_TRACED: Final = 500
#: Decisions that it keeps.
MAX_STEPS_TRACED: Final = 10_000

_MISSING: Final = object()


@dataclass(slots=True)
class Record:
    """What one evaluation leaves behind, and the steps that it has left."""

    budget: Budget = field(default_factory=lambda: Budget(MAX_MODEL_STEPS))
    trace: list[DecisionTrace] = field(default_factory=list)
    tables: list[TableTrace] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

    def note(self, message: Message) -> None:
        if len(self.messages) < MAX_TRACED and message not in self.messages:
            self.messages.append(message)

    def add_table(self, table: TableTrace) -> None:
        if len(self.tables) < MAX_TRACED:
            self.tables.append(table)


class Scope:
    """Names of a decision, a context or a call, before those outside. FEEL draws on the budget of the whole evaluation."""

    __slots__ = ("budget", "outer", "own", "record")

    def __init__(self, own: Mapping[str, Value], record: Record, outer: Scope | None = None) -> None:
        self.own = own
        self.outer = outer
        self.record = record
        self.budget = record.budget

    def get(self, name: str, /) -> Value:
        value = self.own.get(name, _MISSING)
        if value is not _MISSING:
            return value
        return None if self.outer is None else self.outer.get(name)

    def __contains__(self, name: str) -> bool:
        return name in self.own or (self.outer is not None and name in self.outer)

    def inner(self, own: Mapping[str, Value]) -> Scope:
        """Open a scope within this one."""
        return Scope(own, self.record, self)
