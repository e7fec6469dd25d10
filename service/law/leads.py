"""How long before a deadline people are reminded of it. Open this for the reminder sets and the rule for periods without one."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LEAD = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?|(\d+)WD")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """One reminder's distance before the nominal date: months, calendar days, or working days."""

    months: int = 0
    days: int = 0
    working_days: int = 0

    @classmethod
    def parse(cls, text: str) -> Lead:
        """Read `P10D`, `P6M`, `P1Y` or `3WD` (working days). ValueError for anything else, and for no time at all."""
        match = _LEAD.fullmatch(text)
        years, months, days, working = (int(part or 0) for part in match.groups()) if match else (0, 0, 0, 0)
        lead = cls(months=years * 12 + months, days=days, working_days=working)
        if match is None or lead == cls() or (lead.months and lead.days):
            raise ValueError(f"{text!r} is not a lead such as P10D, P6M or 3WD")
        return lead

    @property
    def label(self) -> str:
        """As the requirements write it: T-10, T-6M, T-3WD."""
        if self.working_days:
            return f"T-{self.working_days}WD"
        return f"T-{self.months}M" if self.months else f"T-{self.days}"

    @property
    def zh(self) -> str:
        if self.working_days:
            return f"{self.working_days}个工作日"
        return f"{self.months}个月" if self.months else f"{self.days}日"

    @property
    def en(self) -> str:
        count, word = next(
            (count, word)
            for count, word in ((self.working_days, "working day"), (self.months, "month"), (self.days, "day"))
            if count
        )
        return f"{count} {word}{'s' if count > 1 else ''}"


def _leads(*texts: str) -> tuple[Lead, ...]:
    return tuple(Lead.parse(text) for text in texts)


#: The sets that a regulation file names: annual, month-size and long periods.
REMINDER_SETS = {
    "S-A": _leads("P30D", "P10D", "P3D", "P1D"),
    "S-M": _leads("P10D", "P3D", "P1D"),
    "S-L": _leads("P12M", "P6M", "P1M"),
}
_SHORT = _leads("3WD", "1WD")
#: Days from which a period without a set of its own is reminded of like one of a month.
LONG_ENOUGH = 20


def default_leads(*, days: int, longer: bool) -> tuple[Lead, ...]:
    """Choose the leads of a period without a set: by its days, or `longer` (months, years, a date)."""
    return REMINDER_SETS["S-M"] if longer or days >= LONG_ENOUGH else _SHORT
