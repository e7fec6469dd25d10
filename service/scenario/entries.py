"""What scenario files write as text, turned into the types that registers and handlers have."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from service.errors import Invalid

_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_AMOUNT = re.compile(r"-?\d+\.\d+")
_TYPES: Mapping[str, Callable[[Any], Any]] = {
    "date": lambda value: date.fromisoformat(str(value)),
    "number": lambda value: Decimal(str(value)),
    "money": lambda value: Decimal(str(value)),
}


def typed_entry(description: Any, data: Mapping[str, Any]) -> dict[str, Any]:
    """Give dates and amounts their types; what the description does not name stays as it is. Invalid for a value that is none."""
    fields = description.get("fields") if isinstance(description, Mapping) else None
    types = {str(field.get("id")): field for field in fields or () if isinstance(field, Mapping)}
    return {name: _typed(name, types.get(name), value) for name, value in data.items()}


def typed_variable(value: Any) -> Any:
    """Give a variable of a handler its type by its looks: 2027-01-10 is a date, 0.01 an amount."""
    if isinstance(value, Mapping):
        return {name: typed_variable(item) for name, item in value.items()}
    if isinstance(value, list):
        return [typed_variable(item) for item in value]
    if isinstance(value, str) and _DATE.fullmatch(value):
        return date.fromisoformat(value)
    return Decimal(value) if isinstance(value, str) and _AMOUNT.fullmatch(value) else value


def _typed(name: str, field: Mapping[str, Any] | None, value: Any) -> Any:
    if isinstance(value, list):
        inner = field.get("fields") or field.get("columns") if field is not None else None
        return [typed_entry({"fields": inner}, item) if isinstance(item, Mapping) else item for item in value]
    convert = _TYPES.get(str(field.get("type"))) if field is not None else None
    if convert is None or value is None:
        return value
    try:
        return convert(value)
    except (ValueError, InvalidOperation) as error:
        kind = field["type"] if field is not None else ""
        raise Invalid(
            f"台账字段 {name} 的值“{value}”不是 {kind}。", message_en=f"The field {name} holds '{value}', which is no {kind}."
        ) from error
