"""What a FEEL value is: kinds, ranges, functions, and how values from outside become FEEL values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from enum import StrEnum
from typing import Any, Final, Protocol, TypeAlias

from service.tagged import Months

#: FEEL is dynamically typed: a value is None, bool, str, Decimal, a date or duration, list, dict, Range or a callable.
Value: TypeAlias = Any

#: IEEE 754 decimal128, as the standard asks. Shared by threads: only its flags change, and nobody reads them.
CONTEXT: Final = Context(
    prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, traps=[InvalidOperation, DivisionByZero, Overflow]
)

#: What a FEEL operation may raise on values it was not made for; each means null.
FAULTS: Final = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError)


class Scope(Protocol):
    """Where names are looked up: a dict, or anything with `get`."""

    def get(self, name: str, /) -> Value:
        """Return the value of `name`, None when there is none."""
        ...


class Kind(StrEnum):
    """The kinds of FEEL values, named as `instance of` names them."""

    NULL = "Null"
    BOOLEAN = "boolean"
    NUMBER = "number"
    STRING = "string"
    DATE = "date"
    TIME = "time"
    DATE_TIME = "date and time"
    DAYS = "days and time duration"
    MONTHS = "years and months duration"
    LIST = "list"
    CONTEXT = "context"
    RANGE = "range"
    FUNCTION = "function"
    ANY = "Any"


@dataclass(frozen=True, slots=True)
class Range:
    """An interval. An end of None is open to infinity (`(< 5)` has no start)."""

    start: Value
    end: Value
    start_included: bool = True
    end_included: bool = True


@dataclass(frozen=True, slots=True)
class Function:
    """A function written in FEEL. `call` takes the arguments by position; `types` are the parameters' types, "" where any."""

    params: tuple[str, ...]
    call: Callable[[tuple[Value, ...]], Value]
    types: tuple[str, ...] = ()

    def __call__(self, *args: Value) -> Value:
        return self.call(args) if len(args) == len(self.params) else None


_KINDS: Final[dict[type, Kind]] = {
    type(None): Kind.NULL,
    bool: Kind.BOOLEAN,
    Decimal: Kind.NUMBER,
    int: Kind.NUMBER,
    float: Kind.NUMBER,
    str: Kind.STRING,
    date: Kind.DATE,
    datetime: Kind.DATE_TIME,
    time: Kind.TIME,
    timedelta: Kind.DAYS,
    Months: Kind.MONTHS,
    list: Kind.LIST,
    tuple: Kind.LIST,
    dict: Kind.CONTEXT,
    Range: Kind.RANGE,
    Function: Kind.FUNCTION,
}


def kind_of(value: Value) -> Kind:
    """Name the kind of a value; ANY for something FEEL does not know."""
    kind = _KINDS.get(type(value))
    if kind is not None:
        return kind
    for base in type(value).__mro__[1:]:
        if base in _KINDS:
            return _KINDS[base]
    if isinstance(value, Mapping):
        return Kind.CONTEXT
    return Kind.FUNCTION if callable(value) else Kind.ANY


def _from_float(value: float) -> Decimal | None:
    number = Decimal(repr(value))
    return number if number.is_finite() else None


#: Types that variables may carry but FEEL does not: how each becomes a FEEL value.
FOREIGN: Final[dict[type, Callable[[Any], Value]]] = {
    int: Decimal,
    float: _from_float,
    tuple: list,
    set: list,
    frozenset: list,
}


def native(value: Value) -> Value:
    """Turn a value from outside into a FEEL value: ints and floats become numbers, tuples lists."""
    convert = FOREIGN.get(type(value))
    return value if convert is None else convert(value)
