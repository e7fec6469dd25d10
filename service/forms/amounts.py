"""Numbers and money: JSON to exact Decimal, never by way of binary rounding. Open this when an amount is refused or rounded."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError
from marshmallow.fields import Field

from service.forms.fault import Fault
from service.forms.model import Check
from service.forms.scope import Scope

#: Decimal places of money in yuan.
MONEY_DIGITS = 2
#: Digits before and after the point that any number may have.
MAX_WHOLE, MAX_PLACES = 18, 10

_LIMIT = Decimal(10) ** MAX_WHOLE
_SAFE_FLOAT = 1e15  # from here on a binary float no longer tells neighbouring hundredths apart
_WRITTEN = re.compile(rf"-?(?:0|[1-9][0-9]{{0,{MAX_WHOLE - 1}}})(?:\.[0-9]{{1,{MAX_PLACES}}})?")
_NOT_A_NUMBER = Fault(rule="type", text="type.number")


def read_number(value: Any) -> Decimal | None:
    """Turn an int, a plain decimal string, a short float or a Decimal into an exact Decimal; None for everything else."""
    kind = type(value)
    if kind is str:
        return Decimal(value) if len(value) <= MAX_WHOLE + MAX_PLACES + 2 and _WRITTEN.fullmatch(value) else None
    if kind is int:
        return Decimal(value) if -_LIMIT < value < _LIMIT else None
    if kind is float:
        if not math.isfinite(value) or abs(value) >= _SAFE_FLOAT:
            return None
        number = Decimal(int(value)) if value.is_integer() else Decimal(repr(value))
        return number if places(number) <= MAX_PLACES else None
    return _bounded(value) if isinstance(value, Decimal) else None


def _bounded(number: Decimal) -> Decimal | None:
    if not number.is_finite() or abs(number) >= _LIMIT or places(number) > MAX_PLACES:
        return None
    return number if places(number) else number.quantize(Decimal(1))


def places(number: Decimal) -> int:
    """Decimal places as written: 2 for 12.30."""
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


class Number(Field[Decimal]):
    """A number with at most `digits` decimal places (any, up to 10, when None); padded to exactly that many."""

    def __init__(self, digits: int | None) -> None:
        super().__init__(allow_none=True)
        self.step = None if digits is None else Decimal(1).scaleb(-digits)
        self.digits = digits

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if value == "":
            return None
        number = read_number(value)
        if number is None:
            raise ValidationError([_NOT_A_NUMBER])
        if self.step is None or self.digits is None:
            return number + 0  # -0 becomes 0
        if places(number) > self.digits:
            raise ValidationError([_too_fine(self.digits)])
        return number.quantize(self.step) + 0


def _too_fine(digits: int) -> Fault:
    return Fault(rule="digits", text="digits" if digits else "digits.none", facts={"digits": str(digits)})


def multiple_of(step: Decimal) -> Check:
    """Check that a number is a multiple of `step`."""

    def check(value: Any, scope: Scope) -> Fault | None:
        return Fault(rule="increment", facts={"step": f"{step:f}"}) if value % step else None

    return check


def written(number: Decimal) -> str:
    """An amount as people write it: 1,234,567.50."""
    return f"{number:,f}"
