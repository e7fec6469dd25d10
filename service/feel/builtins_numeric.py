"""Built-in functions on numbers: rounding, roots, logarithms, parity."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)

from service.feel.arithmetic import microseconds, span
from service.feel.registry import builtin
from service.feel.values import CONTEXT
from service.tagged import Months


def rounded(number: Decimal, scale: Decimal, rounding: str) -> Decimal | None:
    """Round to `scale` places; null outside decimal128's scales."""
    if scale != scale.to_integral_value() or not -6111 <= scale <= 6176:
        return None
    places = int(scale)
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= places:
        return number
    return number.quantize(Decimal((0, (1,), -places)), rounding=rounding, context=CONTEXT)


def _rounding(name: str, rounding: str) -> Callable[[Decimal, Decimal], Decimal | None]:
    def run(number: Decimal, scale: Decimal = Decimal(0)) -> Decimal | None:
        return rounded(number, scale, rounding)

    builtin(name, "n:number, scale:number")(run)
    return run


decimal = _rounding("decimal", ROUND_HALF_EVEN)
round_up = _rounding("round up", ROUND_UP)
round_down = _rounding("round down", ROUND_DOWN)
round_half_up = _rounding("round half up", ROUND_HALF_UP)
round_half_down = _rounding("round half down", ROUND_HALF_DOWN)
round_half_even = _rounding("round half even", ROUND_HALF_EVEN)
for _name in ("floor", "ceiling"):
    _run = _rounding(_name, ROUND_FLOOR if _name == "floor" else ROUND_CEILING)
    builtin(_name, "n:number")(_run)


@builtin("abs", "n:number")
def absolute(number: Decimal) -> Decimal:
    return number.copy_abs()


@builtin("abs", "n:days")
def absolute_days(size: timedelta) -> timedelta:
    return abs(size)


@builtin("abs", "n:months")
def absolute_months(size: Months) -> Months:
    return Months(abs(size.count))


@builtin("modulo", "dividend:number, divisor:number")
def modulo(dividend: Decimal, divisor: Decimal) -> Decimal:
    """The remainder with the sign of the divisor."""
    rest = CONTEXT.remainder(dividend, divisor)
    return CONTEXT.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest


@builtin("modulo", "dividend:days, divisor:days")
def modulo_days(dividend: timedelta, divisor: timedelta) -> timedelta:
    return span(modulo(microseconds(dividend), microseconds(divisor)))


@builtin("sqrt", "number:number")
def sqrt(number: Decimal) -> Decimal:
    return CONTEXT.sqrt(number)


@builtin("log", "number:number")
def log(number: Decimal) -> Decimal | None:
    return CONTEXT.ln(number) if number > 0 else None


@builtin("exp", "number:number")
def exp(number: Decimal) -> Decimal:
    return CONTEXT.exp(number)


@builtin("odd", "number:number")
def odd(number: Decimal) -> bool | None:
    return CONTEXT.remainder(number, Decimal(2)) != 0 if number == number.to_integral_value() else None


@builtin("even", "number:number")
def even(number: Decimal) -> bool | None:
    return CONTEXT.remainder(number, Decimal(2)) == 0 if number == number.to_integral_value() else None
