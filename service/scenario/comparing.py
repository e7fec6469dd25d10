"""Whether what was found is what a scenario expects. Mappings name what matters; lists and single values are compared whole."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any


def matches(expected: Any, found: Any) -> bool:
    """Compare in the form that JSON gives: 600000, "600000" and "600000.00" are the same amount."""
    if isinstance(expected, Mapping):
        return isinstance(found, Mapping) and all(matches(value, found.get(name)) for name, value in expected.items())
    if isinstance(expected, (list, tuple)):
        return (
            isinstance(found, (list, tuple))
            and len(expected) == len(found)
            and all(matches(one, other) for one, other in zip(expected, found, strict=True))
        )
    if isinstance(expected, bool) or isinstance(found, bool) or expected is None or found is None:
        return expected is found
    if isinstance(found, (Mapping, list, tuple)):
        return False
    if str(expected) == str(found):
        return True
    amounts = _amount(expected), _amount(found)
    return None not in amounts and amounts[0] == amounts[1]


def find_path(values: Any, path: str) -> Any:
    """Look up `reviews.0.score`; None where there is nothing."""
    for part in path.split("."):
        if isinstance(values, Mapping):
            values = values.get(part)
        elif isinstance(values, (list, tuple)) and part.isdecimal() and int(part) < len(values):
            values = values[int(part)]
        else:
            return None
    return values


def words(value: Any) -> str:
    """A value as a reader of the report sees it."""
    if value is None:
        return "空"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping):
        return "{" + "，".join(f"{name}: {words(item)}" for name, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + "，".join(words(item) for item in value) + "]"
    return str(value)


def _amount(value: Any) -> Decimal | None:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None
