"""How long something may take: the length of a statutory or practice period, as written in a regulation file.

Open this when a period is read from YAML, or when months and years are added to a date.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

_DURATION = re.compile(r"P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(\d+)H)?")
_ANNUAL = re.compile(r"--(\d\d)-(\d\d)")


class PeriodUnit(StrEnum):
    """Which days a length in days counts."""

    CALENDAR = "calendar"
    WORKING = "working"


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """A duration (ISO 8601, no fractions) or, with `annual`, a date of each year (month, day)."""

    months: int = 0
    days: int = 0
    hours: int = 0
    annual: tuple[int, int] | None = None

    @classmethod
    def parse(cls, text: str) -> Length:
        """Read `P20D`, `P2Y`, `P1Y6M`, `P2W`, `PT4H` or `--08-31`. ValueError for anything else, and for nothing at all."""
        if match := _ANNUAL.fullmatch(text):
            month, day = int(match[1]), int(match[2])
            date(2001, month, day)  # a date that every year has
            return cls(annual=(month, day))
        match = _DURATION.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not a length such as P20D, P2Y, PT4H or --08-31")
        years, months, weeks, days, hours = (int(part or 0) for part in match.groups())
        length = cls(months=years * 12 + months, days=weeks * 7 + days, hours=hours)
        if not (length.months or length.days or length.hours):
            raise ValueError(f"{text!r} is no time at all")
        if length.hours and (length.months or length.days):
            raise ValueError(f"{text!r} mixes hours with days; hours stand alone")
        return length

    def zh(self, unit: PeriodUnit) -> str:
        years, months = divmod(self.months, 12)
        days = f"{self.days}个工作日" if unit is PeriodUnit.WORKING else f"{self.days}日"
        parts = ((years, f"{years}年"), (months, f"{months}个月"), (self.days, days), (self.hours, f"{self.hours}小时"))
        return "".join(text for count, text in parts if count)

    def en(self, unit: PeriodUnit) -> str:
        years, months = divmod(self.months, 12)
        day = "working day" if unit is PeriodUnit.WORKING else "day"
        parts = ((years, "year"), (months, "month"), (self.days, day), (self.hours, "hour"))
        return " ".join(f"{count} {word}{'s' if count > 1 else ''}" for count, word in parts if count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One version of one period. `zh` and `en` say what must be done; `event_*` what it is counted from.

    `roll`: a last day that is a rest day moves to the next working day (for duties to act, not for spans).
    `inclusive`: the trigger day is the first day (a term from 1 January), instead of not being counted.
    `year`: for annual dates, the year of the date relative to the plan year (-1: the year before).
    `practice`: the figure is a parameter of ours that no article gives. `suspendable`: time of others may be taken off.
    """

    id: str
    regulation: str
    articles: tuple[str, ...]
    zh: str
    en: str
    length: Length
    unit: PeriodUnit
    roll: bool
    practice: bool
    start: date
    until: date | None = None
    actor: str = ""
    event_zh: str = ""
    event_en: str = ""
    inclusive: bool = False
    suspendable: bool = False
    year: int = 0

    def __post_init__(self) -> None:
        if self.unit is PeriodUnit.WORKING and (self.length.months or self.length.hours or self.length.annual):
            raise ValueError("a period of working days is given in days (P20D)")

    def is_in_force(self, day: date) -> bool:
        return self.start <= day and (self.until is None or day <= self.until)

    def annual_date(self, plan_year: int) -> date | None:
        """The date that is due for a plan year; None for a period that is a duration."""
        if self.length.annual is None:
            return None
        return date(plan_year + self.year, *self.length.annual)


def add_months(day: date, months: int) -> date:
    """Find the corresponding day `months` later, or the last day of that month when it has none (civil code art 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_length(day: date, length: Length, *, inclusive: bool = False) -> date:
    """Find the last day of a duration of calendar days, months or years. `day` is not counted, unless `inclusive`."""
    end = add_months(day, length.months)
    cut = length.months > 0 and end.day != day.day  # the month was too short: its last day is the end either way
    end += timedelta(days=length.days)
    return end - timedelta(days=1) if inclusive and not (cut and not length.days) else end
