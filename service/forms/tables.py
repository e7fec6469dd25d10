"""Rows of a dynamic list as marshmallow reads them. Open this when a row is lost or a finding names the wrong row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, missing
from marshmallow.fields import Field

from service.forms.fault import Fault
from service.forms.model import Check
from service.forms.scope import Scope

#: Rows of one list that are looked at all; a component's own `max_rows` says less.
MAX_ROWS = 500


class Row(dict[str, Any]):
    """The typed answers of one row, and its number (from 0) among the rows as they were sent."""

    number: int = 0


class Rows(Field[Any]):
    """A list of rows. Where rows can be added, rows in which nothing was entered are left out."""

    def __init__(self, shape: Schema, *, fixed: bool) -> None:
        super().__init__(allow_none=True)
        self.shape = shape
        self.fixed = fixed

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if type(value) is not list:
            raise ValidationError([Fault(rule="type", text="type.rows")])
        if len(value) > MAX_ROWS:
            raise ValidationError([Fault(rule="max-rows", facts={"limit": str(MAX_ROWS), "count": str(len(value))})])
        errors: dict[int, Any] = {}
        rows: list[Row] = []
        for number, raw in enumerate(value):
            if not isinstance(raw, Mapping):
                errors[number] = [Fault(rule="type", text="type.row")]
                continue
            try:
                row = Row(self.shape.load(raw))
            except ValidationError as error:
                errors[number] = error.messages
                row = Row(error.valid_data or {})
            if self.fixed or number in errors or not is_blank(row):
                row.number = number
                rows.append(row)
        if errors:
            raise ValidationError(errors, valid_data=rows)
        return rows


class Ignored(Field[Any]):
    """A field whose value the client does not decide: computed or locked. What it sent is dropped unread."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        return missing


def is_blank(value: Any) -> bool:
    """Whether nothing was entered: null, no tick, no choice, or rows and groups of nothing else."""
    if isinstance(value, Mapping):
        return all(map(is_blank, value.values()))
    return value is None or value is False or value == []


def row_limits(least: int | None, most: int | None) -> tuple[Check, ...]:
    """Check how many rows there are."""

    def check(value: Any, scope: Scope) -> Fault | None:
        count = len(value)
        if least is not None and count < least:
            return Fault(rule="min-rows", facts={"limit": str(least), "count": str(count)})
        if most is not None and count > most:
            return Fault(rule="max-rows", facts={"limit": str(most), "count": str(count)})
        return None

    return (check,)
