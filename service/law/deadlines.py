"""When something is due, and why. Open this for the arithmetic of deadlines.

The trigger day is not counted; months and years end on the corresponding day; a duty to act that ends on a rest day moves to
the next working day (civil code arts 201-203, by analogy). A deadline ends at 24:00 of its effective date, Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from service.clock import SHANGHAI
from service.errors import Invalid, NotFound
from service.law.calendar import DAY, Calendar, add_working_days, roll_forward
from service.law.catalogue import Catalogue
from service.law.derivation import Reckoning, Sentence, derive
from service.law.period import Period, PeriodUnit, add_length

#: What stands as the basis of a deadline whose figure no article gives.
PRACTICE = "practice"

Trigger = date | datetime | int | Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """Time that does not count because others have the case: the days after `since` up to and including `until`."""

    since: date
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A date by which something is due. For a period in hours, trigger, nominal and effective are aware datetimes.

    `nominal` is where the count ends, `effective` where it ends after the move off rest days. `basis` holds article ids, or
    just "practice". `provisional`: a year that matters had no holiday notice yet. The same id, trigger and suspensions give
    the same deadline under the same `calendar_version`.
    """

    id: str
    trigger: date
    nominal: date
    effective: date
    provisional: bool
    basis: tuple[str, ...]
    derivation: tuple[Sentence, ...]
    calendar_version: str
    suspensions: tuple[Suspension, ...] = field(default=(), compare=False)

    @classmethod
    def from_context(cls, context: Mapping[str, Any], *, suspensions: Iterable[Suspension] = ()) -> Deadline:
        """Read back what `as_context` gave, as stored with a task; the calendar version is not part of it."""
        return cls(
            id=str(context["id"]),
            trigger=context["trigger"],
            nominal=context["nominal"],
            effective=context["effective"],
            provisional=bool(context["provisional"]),
            basis=tuple(context.get("basis") or ()),
            derivation=tuple(Sentence(zh=one["zh"], en=one["en"]) for one in context.get("derivation") or ()),
            calendar_version="",
            suspensions=tuple(suspensions),
        )

    @property
    def ends_at(self) -> datetime:
        """The instant after which it is overdue."""
        if isinstance(self.effective, datetime):
            return self.effective
        return datetime(self.effective.year, self.effective.month, self.effective.day, tzinfo=SHANGHAI) + DAY

    def as_context(self) -> dict[str, Any]:
        """The FEEL context that diagrams see."""
        return {
            "id": self.id,
            "trigger": self.trigger,
            "nominal": self.nominal,
            "effective": self.effective,
            "provisional": self.provisional,
            "basis": list(self.basis),
            "derivation": [{"zh": sentence.zh, "en": sentence.en} for sentence in self.derivation],
        }


def deadline(
    period_id: str, trigger: Trigger, *, catalogue: Catalogue, calendar: Calendar, suspensions: Iterable[Suspension] = ()
) -> Deadline:
    """Find when `period_id` ends, counted from `trigger`, under the version of the law in force on that day.

    `trigger` is a date or an aware datetime (its day in Shanghai counts); annual dates take the plan year, as a number or as
    any date in it, unless the period is the date that follows its trigger. Time of `suspensions` is taken off where the period
    allows it. NotFound without such a period in force; Invalid when the trigger does not suit it.
    """
    period, start = choose_version(period_id, trigger, catalogue)
    suspensions = tuple(suspensions)
    idle = _idle_days(suspensions)
    refused = bool(idle) and (not period.suspendable or not period.length.counts or period.length.hours > 0)
    counted = frozenset() if refused else idle
    nominal = _nominal(period, start, counted, calendar)
    moves = period.roll and not isinstance(nominal, datetime)
    effective = roll_forward(nominal, calendar) if moves else nominal
    unsure = _unsure_years(period, start, nominal, effective, calendar)
    reckoning = Reckoning(
        trigger=start,
        nominal=nominal,
        effective=effective,
        suspended=tuple(sorted(day for day in counted if start < day <= nominal)),
        refused_suspension=refused,
        unsure=unsure,
    )
    return Deadline(
        id=period_id,
        trigger=start,
        nominal=nominal,
        effective=effective,
        provisional=bool(unsure),
        basis=(PRACTICE,) if period.practice else period.articles,
        derivation=derive(period, reckoning, catalogue=catalogue, calendar=calendar),
        calendar_version=calendar.version,
        suspensions=suspensions,
    )


def choose_version(period_id: str, trigger: Trigger, catalogue: Catalogue) -> tuple[Period, date]:
    """Find the version of a period that a trigger falls under, and the trigger as it is counted there. NotFound without one."""
    versions = catalogue.list_period_versions(period_id)
    for period in reversed(versions):
        start = _start(period, trigger)
        if period.is_in_force(_reference_day(period, start)):
            return period, start
    raise NotFound(
        f"期限 {period_id} 在起算日 {trigger} 没有施行的版本",
        message_en=f"no version of period {period_id} is in force on the trigger day {trigger}",
    )


def _start(period: Period, trigger: Trigger) -> date:
    if isinstance(trigger, datetime):
        if trigger.tzinfo is None:
            raise Invalid("起算时间缺少时区", message_en="the trigger time has no time zone")
        moment = trigger.astimezone(SHANGHAI)
        if period.length.hours:
            return moment
        trigger = moment.date()
    if period.length.hours:
        raise Invalid(f"期限 {period.id} 按小时计算，需要起算时刻", message_en=f"period {period.id} is in hours and needs a time")
    plan_year = period.length.annual is not None and not period.following
    if isinstance(trigger, date):
        return date(trigger.year, 1, 1) if plan_year else trigger
    if not plan_year or trigger != int(trigger) or not 1900 <= trigger <= 9998:
        raise Invalid(
            f"期限 {period.id} 不能从 {trigger} 起算", message_en=f"period {period.id} cannot be counted from {trigger}"
        )
    return date(int(trigger), 1, 1)


def _reference_day(period: Period, start: date) -> date:
    if isinstance(start, datetime):
        return start.date()
    if period.following:
        return start
    return period.length.fixed or period.annual_date(start) or start


def _idle_days(suspensions: Iterable[Suspension]) -> frozenset[date]:
    days: set[date] = set()
    for suspension in suspensions:
        days.update(suspension.since + DAY * step for step in range(1, (suspension.until - suspension.since).days + 1))
    return frozenset(days)


def _nominal(period: Period, start: date, idle: frozenset[date], calendar: Calendar) -> date:
    if isinstance(start, datetime):
        return start + timedelta(hours=period.length.hours)
    if day := period.length.fixed or period.annual_date(start):
        return day
    if period.length.given:
        return start
    if period.unit is PeriodUnit.WORKING:
        return add_working_days(start - DAY if period.inclusive else start, period.length.days, calendar, skip=idle)
    end = add_length(start, period.length, inclusive=period.inclusive)
    owed = sum(start < day <= end for day in idle)
    while owed:
        end += DAY
        owed -= end not in idle
    return end


def _unsure_years(period: Period, start: date, nominal: date, effective: date, calendar: Calendar) -> tuple[int, ...]:
    """The years without a notice on which the date depends: those counted through, or those of the last day and its move."""
    if isinstance(nominal, datetime) or not (period.roll or period.unit is PeriodUnit.WORKING):
        return ()
    first = nominal
    if period.unit is PeriodUnit.WORKING:
        first = start if period.inclusive else start + DAY
    return tuple(year for year in range(first.year, effective.year + 1) if year not in calendar.years)
