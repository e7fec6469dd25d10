"""Equality, order and membership with FEEL's three-valued answers (True, False, None)."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from service.feel.errors import too_much
from service.feel.limits import MAX_STEPS
from service.feel.values import FAULTS, Kind, Range, Value, kind_of, native

Comparison = Callable[[Value, Value], bool | None]

_ORDERED: Final = frozenset({
    Kind.NUMBER, Kind.STRING, Kind.DATE, Kind.TIME, Kind.DATE_TIME, Kind.DAYS, Kind.MONTHS,
})  # fmt: skip


class _Effort:
    """Bounds one deep comparison: contexts that share parts can unfold without end."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_STEPS

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise too_much("比较步数", "steps of one comparison", MAX_STEPS)


def equal(left: Value, right: Value) -> bool | None:
    """Tell whether two values are equal; None when their kinds differ (null equals only null)."""
    kind = type(left)
    if kind is type(right) and (kind is Decimal or kind is str):
        return bool(left == right)
    return _equal(left, right, _Effort())


def _equal(left: Value, right: Value, effort: _Effort) -> bool | None:
    effort.spend()
    if left is None or right is None:
        return left is right
    kind = kind_of(left)
    if kind is not kind_of(right):
        return None
    if kind is Kind.NUMBER:
        return bool(native(left) == native(right))
    if kind is Kind.LIST:
        if len(left) != len(right):
            return False
        return all(_equal(one, other, effort) is True for one, other in zip(left, right, strict=True))
    if kind is Kind.CONTEXT:
        if left.keys() != right.keys():
            return False
        return all(_equal(left[key], right[key], effort) is True for key in left)
    if kind is Kind.RANGE:
        return (
            left.start_included == right.start_included
            and left.end_included == right.end_included
            and _equal(left.start, right.start, effort) is True
            and _equal(left.end, right.end, effort) is True
        )
    if kind is Kind.FUNCTION:
        return left is right
    return bool(left == right)


def unequal(left: Value, right: Value) -> bool | None:
    """Tell whether two values differ; None when their kinds cannot be compared."""
    same = equal(left, right)
    return None if same is None else not same


def _ordering(test: Callable[[Value, Value], bool]) -> Comparison:
    def compare(left: Value, right: Value) -> bool | None:
        try:
            if type(left) is Decimal and type(right) is Decimal:
                return test(left, right)
            known = kind_of(left)
            if known not in _ORDERED or known is not kind_of(right):
                return None
            return test(native(left), native(right))
        except FAULTS:  # one with an offset, one without; or no number
            return None

    return compare


less = _ordering(operator.lt)
at_most = _ordering(operator.le)
more = _ordering(operator.gt)
at_least = _ordering(operator.ge)

COMPARISONS: Final[dict[str, Comparison]] = {
    "=": equal, "!=": unequal, "<": less, "<=": at_most, ">": more, ">=": at_least,
}  # fmt: skip


def both(left: bool | None, right: bool | None) -> bool | None:
    """Three-valued and."""
    if left is False or right is False:
        return False
    return True if left is True and right is True else None


def either(left: bool | None, right: bool | None) -> bool | None:
    """Three-valued or."""
    if left is True or right is True:
        return True
    return False if left is False and right is False else None


def inside(value: Value, bounds: Range) -> bool | None:
    """Tell whether a value lies in a range; None when it cannot be compared with an end."""
    above: bool | None = True
    below: bool | None = True
    if bounds.start is not None:
        above = (at_least if bounds.start_included else more)(value, bounds.start)
    if bounds.end is not None:
        below = (at_most if bounds.end_included else less)(value, bounds.end)
    return both(above, below)


def belongs(value: Value, target: Value) -> bool | None:
    """Answer `value in target`: a range holds it, a list has it (or a range that holds it), or the two are equal."""
    kind = kind_of(target)
    if kind is Kind.RANGE:
        return inside(value, target)
    if kind is not Kind.LIST:
        return equal(value, target)
    answer: bool | None = False
    for item in target:
        found = inside(value, item) if type(item) is Range and type(value) is not Range else equal(value, item)
        if found is True:
            return True
    if kind_of(value) is Kind.LIST and equal(value, target) is True:
        return True
    return answer
