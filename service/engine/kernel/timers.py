"""When a timer is due. Open this when a date in a diagram fires on another day than expected.

The text of a timer gives a value: a `deadline(...)` context or a plain date means the end of that day (24:00 in Shanghai), a
datetime is itself, a duration counts from now, and a string is ISO 8601: a date, a datetime, a duration or a repeating
interval such as `R3/PT1H`, `R/P1D` or `R2/2026-01-01T08:00:00+08:00/P7D`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from service.clock import SHANGHAI
from service.tagged import Months

_DURATION: Final = re.compile(
    r"(?P<sign>-)?P(?=.)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
#: How often an endless cycle (`R/...`) still fires.
ENDLESS: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When a timer fires next, how many firings are left after that one (`ENDLESS` = -1), and how far apart they are."""

    due: datetime
    left: int = 0
    every: str | None = None

    def next(self) -> Timing | None:
        """The firing after this one, counted from the due time and not from the moment of firing."""
        if self.left == 0 or self.every is None:
            return None
        return Timing(due=later(self.due, self.every), left=max(self.left - 1, ENDLESS), every=self.every)


def timing(value: Any, now: datetime) -> Timing:
    """Turn what the text of a timer evaluated to into a due time. ValueError when it says no time."""
    if isinstance(value, Mapping) and "effective" in value:
        value = value["effective"]
    if isinstance(value, datetime):
        return Timing(due=_aware(value))
    if isinstance(value, date):
        return Timing(due=end_of_day(value))
    if isinstance(value, timedelta):
        return Timing(due=now + value)
    if isinstance(value, Months):
        return Timing(due=_add_months(now, value.count))
    if isinstance(value, str):
        return _from_text(value.strip(), now)
    raise ValueError("no date, time or duration")


def end_of_day(day: date) -> datetime:
    """24:00 of `day` in Shanghai: the first moment at which a day counted in full is over."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)


def later(moment: datetime, duration: str) -> datetime:
    """Add an ISO 8601 duration. Months are calendar months: 31 January + P1M is the last day of February."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        raise ValueError(f"{duration!r} is not an ISO 8601 duration")
    sign = -1 if match["sign"] else 1
    months = int(match["years"] or 0) * 12 + int(match["months"] or 0)
    span = timedelta(
        weeks=int(match["weeks"] or 0),
        days=int(match["days"] or 0),
        hours=int(match["hours"] or 0),
        minutes=int(match["minutes"] or 0),
        seconds=float(match["seconds"] or 0),
    )
    return _add_months(moment, sign * months) + sign * span


def _from_text(text: str, now: datetime) -> Timing:
    if text.startswith("R"):
        return _cycle(text, now)
    if text.startswith(("P", "-P")):
        return Timing(due=later(now, text))
    if len(text) == len("2026-04-07"):
        return Timing(due=end_of_day(date.fromisoformat(text)))
    return Timing(due=_aware(datetime.fromisoformat(text)))


def _cycle(text: str, now: datetime) -> Timing:
    parts = text.split("/")
    if len(parts) not in (2, 3) or not re.fullmatch(r"R\d*", parts[0]):
        raise ValueError(f"{text!r} is not a repeating interval such as R3/PT1H")
    times, every = parts[0][1:], parts[-1]
    if times == "0":
        raise ValueError(f"{text!r} never fires")
    first = later(now, every) if len(parts) == 2 else _aware(datetime.fromisoformat(parts[1]))
    if later(first, every) <= first:
        raise ValueError(f"{text!r} does not move on")
    return Timing(due=first, left=int(times) - 1 if times else ENDLESS, every=every)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=SHANGHAI)


def _add_months(moment: datetime, count: int) -> datetime:
    if not count:
        return moment
    year, month = divmod(moment.year * 12 + moment.month - 1 + count, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
