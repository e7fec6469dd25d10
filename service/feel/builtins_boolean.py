"""Built-in functions on truth: `not`, `is`."""

from __future__ import annotations

from datetime import datetime, time

from service.feel.compare import equal
from service.feel.registry import builtin
from service.feel.values import Value, kind_of


@builtin("not", "negand:boolean")
def negation(negand: bool) -> bool:
    return not negand


@builtin("is", "value1:any, value2:any")
def identical(left: Value, right: Value) -> bool:
    """Tell whether two values are the same element of the same kind; times also by their offset."""
    if kind_of(left) is not kind_of(right):
        return False
    if isinstance(left, (time, datetime)) and left.utcoffset() != right.utcoffset():
        return False
    return equal(left, right) is True
