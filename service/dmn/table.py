"""Evaluates decision tables: matches the rules, applies the hit policy, and keeps what happened for the trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.dmn.hits import AGGREGATES, LISTS, ORDERED, Policy, are_alike, order
from service.dmn.place import Run, conform
from service.dmn.scopes import Scope
from service.dmn.trace import Message, TableTrace
from service.dmn.types import Type
from service.feel import UnaryTests
from service.feel.values import Value, native

#: By rule: the column whose test failed and its answer, None for a hit.
_Failed = list[tuple[int, "bool | None"] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A column of conditions."""

    label: str
    source: str
    run: Run
    type: Type | None
    allowed: UnaryTests | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A column of conclusions. `values` are the allowed ones in their order, for the policies that need it."""

    name: str
    type: Type | None
    allowed: UnaryTests | None
    values: Sequence[Value]
    default: Run | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A row. Tests that hold for everything (`-`) are left out."""

    id: str
    note: str
    tests: tuple[tuple[int, UnaryTests], ...]
    outputs: tuple[Run, ...]
    #: Its conclusions, when they are the same whatever the inputs and have been checked.
    constant: tuple[Value, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A decision table, ready to evaluate."""

    id: str
    name: str
    policy: Policy
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]

    def __call__(self, scope: Scope) -> Value:
        """Evaluate, and leave a trace and messages in the scope's record."""
        scope.budget.spend(1 + len(self.rules))
        values = [native(column.run(scope)) for column in self.inputs]
        failed: _Failed = []
        if self._accept(values, scope):
            hits = self._match(values, scope, failed)
            value = self._conclude(hits, scope)
        else:
            value = None
        scope.record.add_table(TableTrace(table=self, values=values, failed=failed, value=value))
        return value

    def _accept(self, values: list[Value], scope: Scope) -> bool:
        """Convert the inputs to their types, and refuse values that a column does not allow."""
        for at, column in enumerate(self.inputs):
            if column.type is not None:
                values[at] = conform(values[at], column.type, column.label, scope)
            value = values[at]
            if column.allowed is not None and value is not None and column.allowed(scope, value) is not True:
                self._say(
                    scope,
                    "input-value",
                    f"“{column.label}”的值不在允许的取值之内。",
                    f"{column.label!r} has a value not allowed.",
                )
                return False
        return True

    def _match(self, values: Sequence[Value], scope: Scope, failed: _Failed) -> list[Rule]:
        hits: list[Rule] = []
        for rule in self.rules:
            for at, test in rule.tests:
                answer = test.test(scope, values[at])
                if answer is not True:
                    failed.append((at, answer))
                    break
            else:
                failed.append(None)
                hits.append(rule)
                if self.policy is Policy.FIRST:
                    break
        return hits

    def _conclude(self, hits: Sequence[Rule], scope: Scope) -> Value:
        if not hits:
            return self._default(scope)
        if self.policy is Policy.UNIQUE and len(hits) > 1:
            zh, en = "“唯一”表同时命中多条规则，结果为空。", "Several rules of a unique table match: null."
            return self._say(scope, "several-hits", zh, en)
        rows = [self._row(rule, scope) for rule in hits]
        if self.policy is Policy.ANY and not are_alike(rows):
            zh, en = "“任意”表命中的规则结论不同，结果为空。", "The rules that match an any table conclude differently: null."
            return self._say(scope, "unlike-hits", zh, en)
        if self.policy in ORDERED:
            rows = [rows[at] for at in order(rows, [column.values for column in self.outputs])]
        if self.policy in LISTS:
            return [self._value(row) for row in rows]
        if self.policy in AGGREGATES:
            return native(AGGREGATES[self.policy]([row[0] for row in rows]))
        return self._value(rows[0])

    def _row(self, rule: Rule, scope: Scope) -> Sequence[Value]:
        if rule.constant is not None:
            return rule.constant
        return [self._checked(run(scope), column, scope) for run, column in zip(rule.outputs, self.outputs, strict=True)]

    def _checked(self, value: Value, column: Output, scope: Scope) -> Value:
        value = native(value)
        if column.type is not None:
            value = conform(value, column.type, column.name or self.name, scope)
        if value is not None and column.allowed is not None and column.allowed(scope, value) is not True:
            zh, en = f"结论“{column.name}”的值不在允许的取值之内。", f"The output {column.name!r} has a value not allowed."
            return self._say(scope, "output-value", zh, en)
        return value

    def _default(self, scope: Scope) -> Value:
        """Conclude where no rule matches: the defaults, nothing counted, or null."""
        if any(column.default is not None for column in self.outputs):
            row = [
                None if column.default is None else self._checked(column.default(scope), column, scope) for column in self.outputs
            ]
            return [self._value(row)] if self.policy in LISTS else self._value(row)
        return native(0) if self.policy is Policy.COUNT else [] if self.policy in LISTS else None

    def _value(self, row: Sequence[Value]) -> Value:
        if len(self.outputs) == 1:
            return row[0]
        return {column.name: value for column, value in zip(self.outputs, row, strict=True)}

    def _say(self, scope: Scope, code: str, zh: str, en: str) -> None:
        told = self.name or self.id
        scope.record.note(Message(code=code, element=self.id, message=f"{told}：{zh}", message_en=f"{told}: {en}"))
