"""What a regulation file says, apart from its periods: the regulation, its articles, its roles and its parameters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from service.clock import SHANGHAI

#: The name under which roles stand that belong to no regulation (designer, monitor, sysadmin).
PLATFORM = "platform"

Value = bool | int | Decimal | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Regulation:
    """A regulation by its catalogue id ("pj-2020"), in force from `in_force`."""

    id: str
    zh: str
    en: str
    in_force: date
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article ("pj-2020#14"): its reference (第十四条), heading, and a summary in our own words.

    `level` says how far the software carries it out: "full", "part" (it records and guides, the substance is human), "text".
    """

    id: str
    regulation: str
    ref: str
    heading: str
    zh: str
    en: str
    level: str = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleEntry:
    """A rule ("R-PJ-16") as people know it: what it says, the articles it carries out, and the levels of its findings."""

    id: str
    regulation: str
    zh: str
    en: str
    articles: tuple[str, ...]
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleEntry:
    """A role as a regulation file gives it; `service.access` says what its words mean.

    `processes`: whose cases it may read in the whole regulation, besides what `reads` says. `unit_in`: the variable of a case
    that names the unit whose holders it concerns (the firm that builds); `deputy`: the role of the case's own unit that stands
    in for it while there is none.
    """

    id: str
    regulation: str
    zh: str
    en: str
    articles: tuple[str, ...]
    reads: str
    scope: str
    acts: bool = True
    exclusive: bool = False
    processes: tuple[str, ...] = ()
    unit_in: str = ""
    deputy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One dated value of one parameter. `practice`: no article gives it, and a system administrator may change it.

    `least`, `most` and `choices` bound what it may be changed to; `yearly`: it is a day of every year ("07-01"). `since` is when
    it was changed by hand: cases that had started before that moment do not go by it. None for what a regulation file says.
    """

    id: str
    regulation: str
    zh: str
    en: str
    value: Value
    start: date
    until: date | None = None
    practice: bool = True
    articles: tuple[str, ...] = ()
    applies_to_open_cases: bool = False
    least: Decimal | None = None
    most: Decimal | None = None
    choices: tuple[str, ...] = ()
    yearly: bool = False
    since: datetime | None = None

    def is_in_force(self, day: date) -> bool:
        return self.start <= day and (self.until is None or day <= self.until)

    def outside(self, value: Value) -> tuple[str, str] | None:
        """Why a value is outside the limits, in Chinese and English; None when it is within."""
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            if self.least is not None and value < self.least:
                return f"不得小于 {self.least}", f"must be at least {self.least}"
            if self.most is not None and value > self.most:
                return f"不得大于 {self.most}", f"must be at most {self.most}"
        if self.choices and value not in self.choices:
            return f"应为 {'、'.join(self.choices)} 之一", f"must be one of {', '.join(self.choices)}"
        if self.yearly and not _is_day_of_every_year(value):
            return "应为每年都有的一天，写作“月-日”，如 07-01", "must be a day of every year, written as month-day: 07-01"
        return None

    def was_in_force(self, started: date) -> bool:
        """Whether a case that started then (a time, or a day as a whole) started under it."""
        known = self.since is None or not isinstance(started, datetime) or self.since <= started
        return known and self.is_in_force(day_of(started))


def _is_day_of_every_year(value: Value) -> bool:
    if not isinstance(value, str) or len(value) != len("07-01"):
        return False
    try:
        date.fromisoformat(f"2023-{value}")  # a year without 29 February
    except ValueError:
        return False
    return True


def day_of(moment: date) -> date:
    """The day of a time, in Shanghai; a day is itself."""
    return moment.astimezone(SHANGHAI).date() if isinstance(moment, datetime) else moment
