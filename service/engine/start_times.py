"""When a timer start is due next, by parameters that change on known days. Open this when a yearly case opens on another day.

The time that counts is one that its own day agrees with: with `plan_opens` at 07-01, and at 09-01 from next January on, the
next opening is 1 July of this year or 1 September of the next. `yearly` gives one time a calendar year, also when the day is
moved in a year in which the case has been started already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from service.clock import SHANGHAI
from service.engine.kernel.expression import attribute
from service.engine.kernel.timers import ENDLESS, timing
from service.errors import ChengxuError, Invalid
from service.law import Catalogue

Lookup = Callable[[str], Any]
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """From when on the next time is looked for, and the time for which the case was started last."""

    moment: datetime
    fired: datetime | None = None


class NoTime(Exception):
    """The text of a timer says no time."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    """What the timer of a start event may use: the functions of the house, parameters of `day`, time as seen from `moment`."""

    moment: datetime
    day: date
    fired: datetime | None
    lookup: Lookup
    catalogue: Catalogue
    asked: set[str] = field(default_factory=set)

    def get(self, name: str) -> Any:
        here: Mapping[str, Callable[..., Any]] = {
            "now": lambda: self.moment,
            "today": lambda: self.moment.date(),
            "yearly": lambda day: yearly(str(day), self.moment, fired=self.fired),
            "parameter": lambda wanted: self._parameter(str(wanted)),
        }
        return here.get(name) or self.lookup(name)

    def _parameter(self, name: str) -> Any:
        self.asked.add(name)
        versions = self.catalogue.list_parameter_versions(name)
        return next((one for one in reversed(versions) if one.is_in_force(self.day)), versions[0]).value


def yearly(day: str, moment: datetime, *, fired: datetime | None = None) -> datetime:
    """The first beginning of a day ("07-01") after `moment`, in Shanghai, in a later year than that of `fired`.

    Invalid for a text that names no day of every year.
    """
    first = moment.astimezone(SHANGHAI).year
    if fired is not None:
        first = max(first, fired.astimezone(SHANGHAI).year + 1)
    try:
        _, *found = [  # 2027 has no 29 February
            datetime.strptime(f"{year}-{day}", "%Y-%m-%d").replace(tzinfo=SHANGHAI) for year in (2027, first, first + 1)
        ]
    except ValueError as error:
        raise Invalid(f"“{day}”不是每年都有的日期，应如 07-01。", message_en=f"{day!r} is no day of every year.") from error
    return next(one for one in found if one > moment)


def find_time(lookup: Lookup, catalogue: Catalogue, text: str, asked: Asked) -> datetime | None:
    """The next time that the text of a timer gives; None when there is none. NoTime when it says no time."""
    for due, end in _times(lookup, catalogue, text, asked):
        if due is not None and (end is None or due < end):
            return due
    return None


def check_times(lookup: Lookup, catalogue: Catalogue, text: str, asked: Asked, parameter: str) -> None:
    """NoTime when a text that asks for this parameter says no time under any version that is in force now or later."""
    try:
        for _ in _times(lookup, catalogue, text, asked):
            pass
    except NoTime:
        if parameter in _asked(lookup, catalogue, text, asked):
            raise


def _asked(lookup: Lookup, catalogue: Catalogue, text: str, asked: Asked) -> set[str]:
    """The parameters that the text asks for, also when it then says no time."""
    scope = _scope(lookup, catalogue, asked.moment, asked.moment.astimezone(SHANGHAI).date(), asked.fired)
    with suppress(NoTime):
        _first(text, scope)
    return scope.asked


def _times(lookup: Lookup, catalogue: Catalogue, text: str, asked: Asked) -> Iterator[tuple[datetime | None, datetime | None]]:
    """For each stretch in which no parameter of the text changes: (its next time, the end of the stretch)."""
    names = _asked(lookup, catalogue, text, asked)
    begin: datetime | None = None
    for end in (*_changes(catalogue, names, asked.moment), None):
        since = begin or asked.moment
        scope = _scope(lookup, catalogue, asked.moment, since.astimezone(SHANGHAI).date(), asked.fired)
        due = _first(text, scope)
        if begin is not None and due is not None and due < begin:
            due = _first(text, _scope(lookup, catalogue, begin - _INSTANT, begin.date(), asked.fired))
        yield due, end
        begin = end


def _changes(catalogue: Catalogue, names: set[str], moment: datetime) -> list[datetime]:
    """The beginnings of the days after `moment` on which another version of a parameter comes into force."""
    versions = [one for name in names & catalogue.parameters.keys() for one in catalogue.parameters[name]]
    days = {one.start for one in versions} | {one.until + timedelta(days=1) for one in versions if one.until is not None}
    return sorted(begin for day in days if (begin := datetime.combine(day, time(), SHANGHAI)) > moment)


def _scope(lookup: Lookup, catalogue: Catalogue, moment: datetime, day: date, fired: datetime | None) -> _Scope:
    return _Scope(moment=moment, day=day, fired=fired, lookup=lookup, catalogue=catalogue)


def _first(text: str, scope: _Scope) -> datetime | None:
    try:
        found = timing(attribute(text)(scope), scope.moment)
        while found.due <= scope.moment and found.left == ENDLESS and (following := found.next()) is not None:
            found = following
    except ChengxuError as error:
        raise NoTime(error.message, error.message_en) from error
    except (ValueError, ArithmeticError, TypeError) as error:
        raise NoTime(f"“{text}”没有给出时间。", f"{text!r} gives no time: {error}") from error
    return found.due if found.due > scope.moment else None
