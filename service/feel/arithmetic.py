"""The operators + - * / ** and negation on numbers, strings, dates, times and durations. Anything else is null."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Final

from service.feel.limits import bounded_text
from service.feel.values import CONTEXT, FAULTS, Kind, Value, kind_of, native
from service.tagged import Months

Operation = Callable[[Value, Value], Value]

_MICROSECOND: Final = timedelta(microseconds=1)
_DAY: Final = timedelta(days=1)
_MIDNIGHT: Final = time()


def microseconds(duration: timedelta) -> Decimal:
    """Count the microseconds of a duration, exactly."""
    return Decimal(duration // _MICROSECOND)


def span(count: Decimal) -> timedelta:
    """Make a duration of whole microseconds, rounded half even."""
    return timedelta(microseconds=int(count.to_integral_value()))


def whole(number: Decimal) -> int:
    """Drop the fraction."""
    return int(number.to_integral_value(rounding=ROUND_DOWN))


def add_months(day: date, months: int) -> date:
    """Shift a date or date-time by months; the last day of a shorter month stands in for a missing day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))


def _shift_date(day: date, by: timedelta) -> date:
    return (datetime.combine(day, _MIDNIGHT) + by).date()


def _shift_time(moment: time, by: timedelta) -> time:
    return (datetime.combine(date(2000, 1, 1), moment) + by % _DAY).timetz()


def _since(left: date, right: date) -> timedelta:
    """Subtract two dates or date-times; a plain date is midnight, in UTC where the other has a zone."""
    start, end = _moment(right, left), _moment(left, right)
    if start.tzinfo and end.tzinfo:  # Python subtracts the clocks of one zone, across the change to summer time
        return end.astimezone(UTC) - start.astimezone(UTC)
    return end - start


def _later(moment: datetime, by: timedelta) -> datetime:
    """Shift a date-time by elapsed time, not by the clock."""
    return (moment.astimezone(UTC) + by).astimezone(moment.tzinfo) if moment.tzinfo else moment + by


def _moment(value: date, other: date) -> datetime:
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, _MIDNIGHT, UTC if isinstance(other, datetime) and other.tzinfo else None)


def _between_times(left: time, right: time) -> timedelta:
    day = date(2000, 1, 1)
    return datetime.combine(day, left) - datetime.combine(day, right)


_N, _S, _D, _T, _DT, _P, _M = (
    Kind.NUMBER, Kind.STRING, Kind.DATE, Kind.TIME, Kind.DATE_TIME, Kind.DAYS, Kind.MONTHS,
)  # fmt: skip

_ADD: Final[dict[tuple[Kind, Kind], Operation]] = {
    (_N, _N): CONTEXT.add,
    (_S, _S): lambda a, b: bounded_text(a + b),
    (_D, _P): _shift_date,
    (_P, _D): lambda a, b: _shift_date(b, a),
    (_D, _M): lambda a, b: add_months(a, b.count),
    (_M, _D): lambda a, b: add_months(b, a.count),
    (_DT, _P): _later,
    (_P, _DT): lambda a, b: _later(b, a),
    (_DT, _M): lambda a, b: add_months(a, b.count),
    (_M, _DT): lambda a, b: add_months(b, a.count),
    (_T, _P): _shift_time,
    (_P, _T): lambda a, b: _shift_time(b, a),
    (_P, _P): lambda a, b: a + b,
    (_M, _M): lambda a, b: Months(a.count + b.count),
}

_SUBTRACT: Final[dict[tuple[Kind, Kind], Operation]] = {
    (_N, _N): CONTEXT.subtract,
    (_D, _D): _since,
    (_DT, _DT): _since,
    (_D, _DT): _since,
    (_DT, _D): _since,
    (_T, _T): _between_times,
    (_D, _P): lambda a, b: _shift_date(a, -b),
    (_D, _M): lambda a, b: add_months(a, -b.count),
    (_DT, _P): lambda a, b: _later(a, -b),
    (_DT, _M): lambda a, b: add_months(a, -b.count),
    (_T, _P): lambda a, b: _shift_time(a, -b),
    (_P, _P): lambda a, b: a - b,
    (_M, _M): lambda a, b: Months(a.count - b.count),
}

_MULTIPLY: Final[dict[tuple[Kind, Kind], Operation]] = {
    (_N, _N): CONTEXT.multiply,
    (_P, _N): lambda a, b: span(CONTEXT.multiply(microseconds(a), b)),
    (_N, _P): lambda a, b: span(CONTEXT.multiply(microseconds(b), a)),
    (_M, _N): lambda a, b: Months(whole(CONTEXT.multiply(Decimal(a.count), b))),
    (_N, _M): lambda a, b: Months(whole(CONTEXT.multiply(Decimal(b.count), a))),
}

_DIVIDE: Final[dict[tuple[Kind, Kind], Operation]] = {
    (_N, _N): CONTEXT.divide,
    (_P, _N): lambda a, b: span(CONTEXT.divide(microseconds(a), b)),
    (_P, _P): lambda a, b: CONTEXT.divide(microseconds(a), microseconds(b)),
    (_M, _N): lambda a, b: Months(whole(CONTEXT.divide(Decimal(a.count), b))),
    (_M, _M): lambda a, b: CONTEXT.divide(Decimal(a.count), Decimal(b.count)),
}


def _operation(table: dict[tuple[Kind, Kind], Operation]) -> Operation:
    numbers = table[_N, _N]

    def operate(left: Value, right: Value) -> Value:
        try:
            if type(left) is Decimal and type(right) is Decimal:
                return numbers(left, right)
            run = table.get((kind_of(left), kind_of(right)))
            return None if run is None else run(native(left), native(right))
        except FAULTS:
            return None

    return operate


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    return CONTEXT.power(base, exponent) if exponent else Decimal(1)


OPERATIONS: Final[dict[str, Operation]] = {
    "+": _operation(_ADD),
    "-": _operation(_SUBTRACT),
    "*": _operation(_MULTIPLY),
    "/": _operation(_DIVIDE),
    "**": _operation({(_N, _N): _power}),
}


def negate(value: Value) -> Value:
    """Change the sign of a number or duration; null for anything else."""
    value = native(value)
    if type(value) is Decimal:
        return value if value.is_zero() else value.copy_negate()
    if type(value) is timedelta:
        return -value
    return Months(-value.count) if type(value) is Months else None
