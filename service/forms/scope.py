"""What FEEL sees inside a form: the answers over the case's variables. Open this when a name resolves to the wrong thing.

The names are those of form-js: the form's data by name, and inside a row `this` (the row), `parent` (what encloses it) and `i`
(row numbers from 1), each also as `_this_`, `_parent_`, `_i_`. A key of the form never falls through to a variable of the same
name: a hidden or empty field is null, whatever an earlier step stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from service.errors import Invalid
from service.feel import Expression

_SPECIAL = {"this": "this", "_this_": "this", "parent": "parent", "_parent_": "parent", "i": "i", "_i_": "i"}


class Scope:
    """The scope of the root, or (with `outer`) of one row."""

    __slots__ = ("keys", "numbers", "outer", "row", "values", "variables")

    def __init__(self, values: Mapping[str, Any], keys: frozenset[str], variables: Mapping[str, Any]) -> None:
        self.values = values
        self.keys = keys
        self.variables = variables
        self.row: Mapping[str, Any] | None = None
        self.outer: Scope | None = None
        self.numbers: tuple[int, ...] = ()

    def within(self, row: Mapping[str, Any], position: int) -> Scope:
        """The scope of the row at `position` (from 0) of a list of this scope."""
        inner = Scope(self.values, self.keys, self.variables)
        inner.row = row
        inner.outer = self
        inner.numbers = (*self.numbers, position + 1)
        return inner

    def get(self, name: str, default: Any = None) -> Any:
        """The value of `name`, `default` when nothing has it."""
        if name in self.keys:
            return self.values.get(name, default)
        if name in self.variables:
            return self.variables[name]
        special = _SPECIAL.get(name)
        if special == "this":
            return self._here()
        if special == "i":
            return [Decimal(number) for number in self.numbers]
        if special == "parent" and self.outer is not None:
            return self.outer.context()
        return default

    def context(self) -> dict[str, Any]:
        """This scope as `parent` of an inner one."""
        above = self.outer.context() if self.outer is not None else None
        return {"parent": above, "_parent_": above, **self._here()}

    def _here(self) -> dict[str, Any]:
        if self.row is not None:
            return dict(self.row)
        return {**self.variables, **{key: self.values.get(key) for key in self.keys}}


def evaluate(expression: Expression, scope: Scope) -> Any:
    """The value of an expression; null when FEEL gives up on these answers, as the viewer does."""
    try:
        return expression(scope)
    except Invalid:
        return None


def is_true(expression: Expression, scope: Scope) -> bool:
    """Whether a condition is met: only `true` is, null is not."""
    return evaluate(expression, scope) is True
