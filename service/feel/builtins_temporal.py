"""Built-in functions on dates: parts of the calendar. `today()` and `now()` are injected: FEEL never asks the machine."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from decimal import Decimal
from typing import Final

from service.feel.registry import builtin

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@builtin("day of year", "date:date")
@builtin("day of year", "date:datetime")
def day_of_year(day: date) -> Decimal:
    return Decimal(day.timetuple().tm_yday)


@builtin("day of week", "date:date")
@builtin("day of week", "date:datetime")
def day_of_week(day: date) -> str:
    return _DAYS[day.weekday()]


@builtin("month of year", "date:date")
@builtin("month of year", "date:datetime")
def month_of_year(day: date) -> str:
    return _MONTHS[day.month - 1]


@builtin("week of year", "date:date")
@builtin("week of year", "date:datetime")
def week_of_year(day: date) -> Decimal:
    """The week by ISO 8601: Monday first, week 1 holds the first Thursday."""
    return Decimal(day.isocalendar().week)


@builtin("last day of month", "date:date")
@builtin("last day of month", "date:datetime")
def last_day_of_month(day: date) -> date:
    return date(day.year, day.month, monthrange(day.year, day.month)[1])
