"""How long something may take: the length of a statutory or practice period, as written in a regulation file.

Open this when a period is read from YAML, or when months and years are added to a date.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from service.law.leads import Lead

_DURATION = re.compile(r"P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(\d+)H)?")
_ANNUAL = re.compile(r"--(\d\d)-(\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
#: Written as a length where a decision names the day: the trigger is the last day itself.
GIVEN = "given"


class PeriodUnit(StrEnum):
    """Which days a length in days counts."""

    CALENDAR = "calendar"
    WORKING = "working"


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """How long, or until when: one of five kinds.

    A duration (ISO 8601, no fractions); a duration of months before the trigger (negative `months`); a date of each year
    (`annual`, month and day); one `fixed` date; or the date `given` by a decision, which is the trigger itself.
    """

    months: int = 0
    days: int = 0
    hours: int = 0
    annual: tuple[int, int] | None = None
    fixed: date | None = None
    given: bool = False

    @classmethod
    def parse(cls, text: str) -> Length:
        """Read `P20D`, `P1Y6M`, `PT4H`, `-P6M`, `--08-31`, `2020-11-01` or `given`. ValueError for anything else, and for P0D."""
        if text == GIVEN:
            return cls(given=True)
        if _DAY.fullmatch(text):
            return cls(fixed=date.fromisoformat(text))
        if text.startswith("-P"):
            ahead = cls.parse(text[1:])
            if ahead.days or ahead.hours:
                raise ValueError(f"{text!r}: only months and years lie before a trigger")
            return cls(months=-ahead.months)
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

    def __str__(self) -> str:
        """As a regulation file writes it."""
        if self.given or self.fixed or self.annual:
            return GIVEN if self.given else str(self.fixed) if self.fixed else "--{:02}-{:02}".format(*self.annual or ())
        if self.hours:
            return f"PT{self.hours}H"
        years, months = divmod(abs(self.months), 12)
        parts = ((years, "Y"), (months, "M"), (self.days, "D"))
        return ("-P" if self.months < 0 else "P") + "".join(f"{count}{letter}" for count, letter in parts if count)

    @property
    def counts(self) -> bool:
        """Whether it is a duration that is counted on from a trigger."""
        return self.months > 0 or self.days > 0 or self.hours > 0

    def zh(self, unit: PeriodUnit) -> str:
        years, months = divmod(abs(self.months), 12)
        days = f"{self.days}个工作日" if unit is PeriodUnit.WORKING else f"{self.days}日"
        parts = ((years, f"{years}年"), (months, f"{months}个月"), (self.days, days), (self.hours, f"{self.hours}小时"))
        return "".join(text for count, text in parts if count)

    def en(self, unit: PeriodUnit) -> str:
        years, months = divmod(abs(self.months), 12)
        day = "working day" if unit is PeriodUnit.WORKING else "day"
        parts = ((years, "year"), (months, "month"), (self.days, day), (self.hours, "hour"))
        return " ".join(f"{count} {word}{'s' if count > 1 else ''}" for count, word in parts if count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One version of one period. `zh` and `en` say what must be done; `event_*` what it is counted from.

    `roll`: a last day that is a rest day moves to the next working day (for duties to act, not for spans).
    `inclusive`: the trigger day is the first day (a term from 1 January), instead of not being counted.
    `year`: for annual dates, the year of the date relative to the plan year (-1: the year before).
    `following`: an annual date that is the first on or after the trigger day, whatever the plan year.
    `practice`: the figure is a parameter of ours that no article gives. `suspendable`: time of others may be taken off.
    `leads`: how long before it people are reminded. `reminds`: the roles that are reminded besides who has to act.
    `escalates_to`: the roles that hear of it when it is overdue.
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
    following: bool = False
    leads: tuple[Lead, ...] = ()
    reminds: tuple[str, ...] = ()
    escalates_to: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.unit is PeriodUnit.WORKING and self.length != Length(days=self.length.days):
            raise ValueError("a period of working days is given in days (P20D)")
        if self.following and self.length.annual is None:
            raise ValueError("only an annual date (--08-31) can be the one that follows")

    def is_in_force(self, day: date) -> bool:
        return self.start <= day and (self.until is None or day <= self.until)

    def annual_date(self, trigger: date) -> date | None:
        """The date that is due for the plan year of `trigger`, or that follows it; None for a period that is no annual date."""
        if self.length.annual is None:
            return None
        if not self.following:
            return date(trigger.year + self.year, *self.length.annual)
        this_year = date(trigger.year, *self.length.annual)
        return this_year if trigger <= this_year else date(trigger.year + 1, *self.length.annual)


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
