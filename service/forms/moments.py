"""Dates and times: ISO 8601 text to date, time and aware datetime in Asia/Shanghai. Open this for the datetime component."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from marshmallow import ValidationError
from marshmallow.fields import Field

from service.clock import SHANGHAI
from service.forms.fault import Fault

_CLOCK = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(_CLOCK)
_DATETIME = re.compile(rf"{_DATE.pattern}T{_CLOCK}")
# Years outside are typing errors, and near both ends of Python's calendar a time zone cannot be applied.
_YEARS = range(1900, 2200)


def read_date(value: Any) -> date | None:
    """Turn `2026-04-07` or a date into a date; None for everything else."""
    if type(value) is str and len(value) == 10 and _DATE.fullmatch(value):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            return None
    return value if type(value) is date and value.year in _YEARS else None


def read_time(value: Any) -> time | None:
    """Turn `09:30`, with seconds and offset if any, or a time into a time of the Shanghai day."""
    if type(value) is str and len(value) <= 24 and _TIME.fullmatch(value):
        try:
            value = time.fromisoformat(value)
        except ValueError:
            return None
    if type(value) is not time:
        return None
    if value.tzinfo is None:
        return value
    return datetime.combine(date(2000, 1, 2), value).astimezone(SHANGHAI).time()


def read_datetime(value: Any) -> datetime | None:
    """Turn `2026-04-07T09:30`, with offset if any, or a datetime into an aware one; without an offset it is Shanghai time."""
    if type(value) is str and len(value) <= 40 and _DATETIME.fullmatch(value):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if type(value) is not datetime or value.year not in _YEARS:
        return None
    return value.replace(tzinfo=SHANGHAI) if value.tzinfo is None else value.astimezone(SHANGHAI)


READERS: Mapping[str, Callable[[Any], date | time | None]] = {
    "date": read_date,
    "time": read_time,
    "datetime": read_datetime,
}


class Moment(Field[Any]):
    """A date, time or datetime, by the component's `subtype`."""

    def __init__(self, subtype: str) -> None:
        super().__init__(allow_none=True)
        self.parse = READERS[subtype]
        self.fault = Fault(rule="type", text=f"type.{subtype}")

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if value == "":
            return None
        moment = self.parse(value)
        if moment is None:
            raise ValidationError([self.fault])
        return moment


def shown(value: date | time) -> str:
    """A moment as people read it: 2026-04-07 09:30."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return value.strftime("%H:%M") if isinstance(value, time) else value.isoformat()
