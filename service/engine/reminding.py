"""What a deadline gives notice of: reminders before it, its day, and that it is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from service.clock import SHANGHAI
from service.engine.events import Event
from service.law import Calendar, Catalogue, Deadline, reminders

#: When on its day a reminder comes (practice: at the beginning of office hours).
MORNING = time(9, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice of a deadline: `event` is what the history calls it, `labels` which reminders it is made of."""

    at: datetime
    event: Event
    labels: tuple[str, ...] = ()
    zh: str = ""
    en: str = ""


def list_notices(found: Deadline, *, catalogue: Catalogue, calendar: Calendar) -> tuple[Notice, ...]:
    """List the notices of a deadline, the earliest first."""
    given = [
        Notice(at=_morning(one.day), event=Event.DEADLINE_REMINDED, labels=one.labels, zh=one.zh, en=one.en)
        for one in reminders(found, catalogue=catalogue, calendar=calendar)
    ]
    if not isinstance(found.effective, datetime):
        today = Notice(at=_morning(found.effective), event=Event.DEADLINE_DUE, zh="今天到期", en="Due today")
        given.append(today)
    given.append(Notice(at=found.ends_at, event=Event.DEADLINE_OVERDUE, zh="已逾期", en="Overdue"))
    return tuple(sorted(given, key=lambda one: one.at))


def _morning(day: date) -> datetime:
    return datetime.combine(day, MORNING, SHANGHAI)
