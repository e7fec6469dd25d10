"""Makes ranges, and walks them as `for` does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from service.feel.arithmetic import whole
from service.feel.compare import COMPARISONS
from service.feel.values import Range, Value

_DAY: Final = timedelta(days=1)


def make_range(start: Value, end: Value, *, start_included: bool, end_included: bool) -> Range | None:
    """Build a range; null when its ends cannot be compared."""
    if start is None and end is None:
        return None
    if start is not None and end is not None and COMPARISONS["<="](start, end) is None:
        return None
    return Range(start, end, start_included and start is not None, end_included and end is not None)


def half_range(sign: str, end: Value) -> Range | None:
    """Build the range of all values that compare to `end` by `sign`."""
    if end is None:
        return None
    match sign:
        case "<" | "<=":
            return Range(None, end, False, sign == "<=")
        case ">" | ">=":
            return Range(end, None, sign == ">=", False)
        case "=":
            return Range(end, end)
        case _:
            return None


def walk_range(bounds: Range) -> Iterable[Value] | None:
    steps = None if bounds.start is None or bounds.end is None else walk(bounds.start, bounds.end)
    if steps is None:
        return None
    return (
        step for step in steps if (bounds.start_included or step != bounds.start) and (bounds.end_included or step != bounds.end)
    )


def walk(start: Value, end: Value) -> Iterable[Value] | None:
    """Count from start to end, up or down, by ones or by days."""
    if type(start) is Decimal and type(end) is Decimal:
        first, last = whole(start), whole(end)
        numbers = range(first, last + 1) if first <= last else range(first, last - 1, -1)
        return (Decimal(number) for number in numbers)
    if type(start) is date and type(end) is date:
        return _days(start, end)
    return None


def _days(start: date, end: date) -> Iterator[date]:
    count = (end - start).days
    step = _DAY if count >= 0 else -_DAY
    return (start + step * number for number in range(abs(count) + 1))
