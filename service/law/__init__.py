"""The law: working days, periods, deadlines with their derivation, and the catalogue of articles. Pure: no I/O, no now()."""

from service.law.calendar import Calendar, CalendarDay, add_working_days, roll_back, roll_forward, working_days_between
from service.law.catalogue import Catalogue
from service.law.deadlines import PRACTICE, Deadline, Suspension, Trigger, deadline
from service.law.derivation import Sentence
from service.law.entries import PLATFORM, Article, Parameter, Regulation, RoleEntry
from service.law.period import Length, Period, PeriodUnit, add_months

__all__ = [
    "PLATFORM",
    "PRACTICE",
    "Article",
    "Calendar",
    "CalendarDay",
    "Catalogue",
    "Deadline",
    "Length",
    "Parameter",
    "Period",
    "PeriodUnit",
    "Regulation",
    "RoleEntry",
    "Sentence",
    "Suspension",
    "Trigger",
    "add_months",
    "add_working_days",
    "deadline",
    "roll_back",
    "roll_forward",
    "working_days_between",
]
