"""The law: working days, periods, deadlines with their derivation, and the catalogue of articles. Pure: no I/O, no now()."""

from service.law.calendar import Calendar, CalendarDay, add_working_days, roll_back, roll_forward, working_days_between
from service.law.catalogue import Catalogue
from service.law.deadlines import PRACTICE, Deadline, Suspension, Trigger, deadline
from service.law.derivation import Sentence
from service.law.entries import PLATFORM, Article, Parameter, Regulation, RoleEntry, RuleEntry
from service.law.leads import REMINDER_SETS, Lead
from service.law.period import Length, Period, PeriodUnit, add_months
from service.law.recomputing import Change, recomputed
from service.law.reminders import Reminder, reminders

__all__ = [
    "PLATFORM",
    "PRACTICE",
    "REMINDER_SETS",
    "Article",
    "Calendar",
    "CalendarDay",
    "Catalogue",
    "Change",
    "Deadline",
    "Lead",
    "Length",
    "Parameter",
    "Period",
    "PeriodUnit",
    "Regulation",
    "Reminder",
    "RoleEntry",
    "RuleEntry",
    "Sentence",
    "Suspension",
    "Trigger",
    "add_months",
    "add_working_days",
    "deadline",
    "recomputed",
    "reminders",
    "roll_back",
    "roll_forward",
    "working_days_between",
]
