"""Which days are working days. Open this when a date must not fall on a rest day, or when working days are counted.

Weekends rest and other days work, except where a State Council notice says otherwise. A year without a loaded notice knows
weekends only; a date that depends on such a year is provisional.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import Any, NamedTuple

from service.errors import Invalid

DAY = timedelta(days=1)
WEEKEND = "周末"
#: Nothing rests longer than this in a row; a longer run means that the rows are wrong.
LONGEST_REST = 60

_ENGLISH = {
    WEEKEND: "weekend",
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Qingming Festival",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day",
    "抗战胜利纪念日": "Victory Day",
}


class CalendarDay(NamedTuple):
    """A row of the calendar: a day that a notice names. `name` is the holiday that it belongs to."""

    day: date
    working: bool
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The days named by notices, the years whose notice is loaded, and a version that changes with any of them."""

    days: Mapping[date, CalendarDay]
    years: frozenset[int]
    version: str

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[date, bool, str]], *, years: Iterable[int]) -> Calendar:
        """Build from rows (day, working, name) and the years whose notice is loaded. Invalid when rows disagree on a day."""
        days: dict[date, CalendarDay] = {}
        for row in sorted(CalendarDay(*row) for row in rows):
            if days.setdefault(row.day, row) != row:
                raise Invalid(
                    f"日历中 {row.day} 出现两次且内容不同", message_en=f"the calendar names {row.day} twice, differently"
                )
        loaded = frozenset(years)
        return cls(days=MappingProxyType(days), years=loaded, version=_version(days.values(), loaded))

    @classmethod
    def from_years(cls, documents: Iterable[Mapping[str, Any]]) -> Calendar:
        """Build from parsed calendar files, one a notice.

        Each has `year`, `holidays` [{name, from, to}] and `working` [{date, for}]; dates are dates or ISO texts.
        Invalid when a file lacks these, when a year comes twice, or when a day is not in the year: what a notice orders for
        the last days of the December before stands in the file of that year.
        """
        rows: list[CalendarDay] = []
        years: list[int] = []
        for document in documents:
            year, found = _read_year(document)
            if year in years:
                raise Invalid(f"{year} 年的日历载入了两次", message_en=f"the calendar of {year} comes twice")
            years.append(year)
            rows.extend(found)
        return cls.from_rows(rows, years=years)

    @property
    def rows(self) -> tuple[CalendarDay, ...]:
        return tuple(self.days.values())

    def is_working(self, day: date) -> bool:
        named = self.days.get(day)
        return named.working if named else day.weekday() < 5

    def is_rest(self, day: date) -> bool:
        return not self.is_working(day)

    def covers(self, day: date) -> bool:
        """Whether the notice for the year of `day` is loaded; if not, what depends on it is provisional."""
        return day.year in self.years

    def rest_name(self, day: date) -> str:
        """The Chinese name of what makes `day` a rest day ("清明节", "周末"); empty for a working day."""
        if self.is_working(day):
            return ""
        named = self.days.get(day)
        return named.name if named else WEEKEND

    def rest_span(self, day: date) -> tuple[date, date]:
        """The first and last day of the rest days around `day` that bear the same name."""
        name = self.rest_name(day)
        first = last = day
        while name and self.rest_name(first - DAY) == name:
            first -= DAY
        while name and self.rest_name(last + DAY) == name:
            last += DAY
        return first, last

    def is_makeup(self, day: date) -> bool:
        """Whether `day` is a weekend day on which a notice orders work (调休上班)."""
        return day.weekday() >= 5 and self.is_working(day)


def english_name(name: str) -> str:
    """The English name of a holiday; the Chinese one when there is none."""
    return " / ".join(_ENGLISH.get(part, part) for part in name.split("、"))


def roll_forward(day: date, calendar: Calendar) -> date:
    """Find the first working day on or after `day` (civil code art 203, by analogy)."""
    return _first_working(day, DAY, calendar)


def roll_back(day: date, calendar: Calendar) -> date:
    """Find the last working day on or before `day`; reminders move this way."""
    return _first_working(day, -DAY, calendar)


def add_working_days(day: date, count: int, calendar: Calendar, *, skip: Container[date] = ()) -> date:
    """Find the `count`-th working day after `day`, which is not counted itself; days in `skip` do not count. `count` >= 1."""
    if count < 1:
        raise ValueError("working days are counted from 1")
    idle = 0
    while count:
        day += DAY
        counts = calendar.is_working(day) and day not in skip
        count -= counts
        idle = 0 if calendar.is_working(day) else idle + 1
        if idle > LONGEST_REST:
            raise Invalid(f"日历在 {day} 之前没有工作日", message_en=f"the calendar has no working day before {day}")
    return day


def working_days_between(start: date, end: date, calendar: Calendar) -> int:
    """Count the working days after `start` up to and including `end`; 0 when `end` is not after `start`."""
    return sum(calendar.is_working(start + DAY * step) for step in range(1, (end - start).days + 1))


def _first_working(day: date, step: timedelta, calendar: Calendar) -> date:
    for _ in range(LONGEST_REST):
        if calendar.is_working(day):
            return day
        day += step
    raise Invalid(f"日历在 {day} 前后没有工作日", message_en=f"the calendar has no working day near {day}")


def _read_year(document: Mapping[str, Any]) -> tuple[int, list[CalendarDay]]:
    try:
        year = int(document["year"])
        rows: list[CalendarDay] = []
        for holiday in document.get("holidays") or ():
            day, last = _date(holiday["from"]), _date(holiday["to"])
            if last < day:
                raise ValueError(f"{holiday['name']}: {last} < {day}")
            while day <= last:
                rows.append(CalendarDay(day=day, working=False, name=str(holiday["name"])))
                day += DAY
        rows += [
            CalendarDay(day=_date(entry["date"]), working=True, name=str(entry["for"])) for entry in document.get("working") or ()
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid(f"日历文件有误：{error}", message_en=f"the calendar file cannot be read: {error}") from error
    for row in rows:
        if row.day.year != year:
            raise Invalid(f"{row.day} 不在 {year} 年内", message_en=f"{row.day} is not in {year}")
    return year, rows


def _date(value: Any) -> date:
    return value if type(value) is date else date.fromisoformat(str(value))


def _version(rows: Iterable[CalendarDay], years: frozenset[int]) -> str:
    if not years:
        return "weekends"
    text = ";".join(f"{row.day}{'+' if row.working else '-'}{row.name}" for row in rows)
    digest = sha256(f"{sorted(years)}|{text}".encode()).hexdigest()[:8]
    return f"cn-{min(years)}-{max(years)}-{digest}"
