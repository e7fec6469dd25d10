"""Says why a decision came out as it did: which rules hit, by which tests, with which values. Open this for the page's JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from service import feel
from service.feel.values import Kind, Value, kind_of, native

if TYPE_CHECKING:
    from service.dmn.table import Table

_LONGEST: Final = 200  # items of a list or context that are shown
_DEEPEST: Final = 8
_TEXT: Final = 2_000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What an evaluation has to say besides its value: a missing input, a value of another type, two hits of a unique table."""

    code: str
    element: str
    message: str
    message_en: str

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "element": self.element, "message": self.message, "message_en": self.message_en}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableTrace:
    """One evaluation of a table. `failed` holds, by rule, the column whose test failed and its answer, None for a hit."""

    table: Table
    values: Sequence[Value]
    failed: Sequence[tuple[int, bool | None] | None]
    value: Value

    @property
    def hits(self) -> tuple[int, ...]:
        """The numbers of the rules that hit, from 1."""
        return tuple(number for number, failed in enumerate(self.failed, 1) if failed is None)

    def as_json(self) -> dict[str, Any]:
        table = self.table
        return {
            "table": table.id,
            "name": table.name,
            "hit_policy": table.policy,
            "inputs": [
                {"label": column.label, "expression": column.source, "value": shown(value)}
                for column, value in zip(table.inputs, self.values, strict=True)
            ],
            "rules": [self._rule(index) for index in range(len(self.failed))],
            "hits": list(self.hits),
            "value": shown(self.value),
        }

    def _rule(self, index: int) -> dict[str, Any]:
        rule, failed = self.table.rules[index], self.failed[index]
        tests: list[dict[str, Any]] = []
        for column, test in rule.tests:
            answer = failed[1] if failed is not None and failed[0] == column else True
            tests.append({
                "input": self.table.inputs[column].label,
                "test": test.source,
                "value": shown(self.values[column]),
                "matched": answer,
            })  # fmt: skip
            if answer is not True:
                break
        return {"number": index + 1, "id": rule.id, "note": rule.note, "hit": failed is None, "tests": tests}


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTrace:
    """One decision: what it was given, the tables met on the way (also those of knowledge models), and its value."""

    id: str
    name: str
    model: str
    given: Mapping[str, Value]
    value: Value
    tables: tuple[TableTrace, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "decision": self.id,
            "name": self.name,
            "model": self.model,
            "given": {name: shown(value) for name, value in self.given.items()},
            "value": shown(self.value),
            "tables": [table.as_json() for table in self.tables],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What an evaluation gives: the value, the decisions in the order they were made, and messages."""

    value: Value
    trace: tuple[DecisionTrace, ...]
    messages: tuple[Message, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "value": shown(self.value),
            "trace": [step.as_json() for step in self.trace],
            "messages": [message.as_json() for message in self.messages],
        }


def shown(value: Value, depth: int = 0) -> Any:
    """Write a value as JSON: numbers, dates and durations as FEEL text, what is long or deep cut short with `…`."""
    value = native(value)
    kind = kind_of(value)
    if kind in (Kind.NULL, Kind.BOOLEAN):
        return value
    if kind is Kind.STRING:
        return value if len(value) <= _TEXT else value[:_TEXT] + "…"
    if depth >= _DEEPEST:
        return "…"
    if kind is Kind.LIST:
        return [shown(item, depth + 1) for item in value[:_LONGEST]] + (["…"] if len(value) > _LONGEST else [])
    if kind is Kind.CONTEXT:
        return {str(key): shown(value[key], depth + 1) for key in list(value)[:_LONGEST]}
    if isinstance(value, Decimal) and not value.is_finite():
        return None
    return feel.to_text(value)
