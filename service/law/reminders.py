"""On which days people are reminded of a deadline. Open this when a reminder comes on the wrong day, or twice.

Reminders are counted back from the nominal date, not from the date it moved to; one that falls on a rest day comes on the working
day before, and those that meet on one day come as one (practice).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from service.law.calendar import DAY, Calendar, roll_back
from service.law.catalogue import Catalogue
from service.law.deadlines import Deadline, choose_version
from service.law.leads import Lead
from service.law.period import add_months


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """One day on which people are reminded, and of how many leads it is made, the longest first."""

    day: date
    leads: tuple[Lead, ...]
    provisional: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        """T-10, T-3 …"""
        return tuple(lead.label for lead in self.leads)

    @property
    def zh(self) -> str:
        return f"到期前{'、'.join(lead.zh for lead in self.leads)}提醒"

    @property
    def en(self) -> str:
        return f"Reminder {' and '.join(lead.en for lead in self.leads)} before it is due"


def reminders(deadline: Deadline, *, catalogue: Catalogue, calendar: Calendar) -> tuple[Reminder, ...]:
    """List the reminders of a deadline, the earliest first.

    None for periods in hours, and none on or before the trigger day of a period that is counted from it. `provisional`: the day
    stands in, or moved through, a year without a notice.
    """
    if isinstance(deadline.nominal, datetime):
        return ()
    period, trigger = choose_version(deadline.id, deadline.trigger, catalogue)
    days: dict[date, list[tuple[date, Lead]]] = {}
    for lead in period.leads:
        wanted, day = _day(deadline.nominal, lead, calendar)
        if not period.length.counts or day > trigger:
            days.setdefault(day, []).append((wanted, lead))
    return tuple(
        Reminder(
            day=day,
            leads=tuple(lead for _, lead in sorted(days[day], key=lambda pair: pair[0])),
            provisional=not all(calendar.covers(each) for wanted, _ in days[day] for each in (day, wanted)),
        )
        for day in sorted(days)
    )


def _day(nominal: date, lead: Lead, calendar: Calendar) -> tuple[date, date]:
    """The day that is counted to, and the working day on which the reminder comes."""
    if lead.working_days:
        day = nominal
        for _ in range(lead.working_days):
            day = roll_back(day - DAY, calendar)
        return day, day
    wanted = add_months(nominal, -lead.months) - DAY * lead.days
    return wanted, roll_back(wanted, calendar)
