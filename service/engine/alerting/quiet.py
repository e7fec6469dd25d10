"""When a rule keeps quiet: between two times of a day in Shanghai, also over midnight, and on days that are not worked."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.clock import SHANGHAI
from service.law import Calendar
from service.store.alert_rules import RuleRow

#: No holiday is as long; a calendar that says otherwise keeps nobody quiet for ever.
LONGEST_DAYS = 40
_DAY = 24 * 60


def quiet_until(rule: RuleRow, now: datetime, calendar: Calendar) -> datetime | None:
    """When the quiet that `now` lies in ends; None when it lies in none."""
    at = now.astimezone(SHANGHAI)
    for _ in range(2 * LONGEST_DAYS):
        end = _end(rule, at, calendar)
        if end is None:
            break
        at = end
    return at if at > now else None


def _end(rule: RuleRow, at: datetime, calendar: Calendar) -> datetime | None:
    """The end of the one reason for which it is quiet at a moment."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if rule.quiet_rest and not calendar.is_working(at.date()):
        return midnight + timedelta(days=1)
    if rule.quiet_from is None or rule.quiet_until is None:
        return None
    minute = at.hour * 60 + at.minute
    until = rule.quiet_until
    if rule.quiet_from < until:
        return midnight + timedelta(minutes=until) if rule.quiet_from <= minute < until else None
    if minute >= rule.quiet_from:
        return midnight + timedelta(minutes=_DAY + until)
    return midnight + timedelta(minutes=until) if minute < until else None
