"""What a regulation file says, apart from its periods: the regulation, its articles, its roles and its parameters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

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
    """One article ("pj-2020#14"): its reference (第十四条), heading, and a summary in our own words."""

    id: str
    regulation: str
    ref: str
    heading: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleEntry:
    """A role as a regulation file gives it; `service.access` says what its words mean."""

    id: str
    regulation: str
    zh: str
    en: str
    articles: tuple[str, ...]
    reads: str
    scope: str
    acts: bool = True
    exclusive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One dated value of one parameter. `practice`: no article gives it."""

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

    def is_in_force(self, day: date) -> bool:
        return self.start <= day and (self.until is None or day <= self.until)
