"""Built-in functions that make one kind of value of another: `number`, `string`, `date`, `duration` …"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Final

from service.feel.arithmetic import span, whole
from service.feel.registry import builtin
from service.feel.temporal import parse_date, parse_date_time, parse_duration, parse_time
from service.feel.text import to_text
from service.feel.values import CONTEXT, Value
from service.tagged import Months

_NUMBER: Final = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


@builtin("string", "from:any")
def string(value: Value) -> str | None:
    return None if value is None else to_text(value)


@builtin("number", "from:string")
@builtin("number", "from:string, grouping separator:string|null, decimal separator:string|null?")
def number(text: str, grouping: str | None = None, point: str | None = None) -> Decimal | None:
    """Read a number. Separators: grouping is a space, comma or period, the decimal one a comma or period, never the same."""
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", ".") or (grouping and grouping == point):
        return None
    if grouping:
        text = text.replace(grouping, "")
    if point and point != ".":
        text = text.replace(".", "?").replace(point, ".")
    return CONTEXT.create_decimal(text) if _NUMBER.fullmatch(text) else None


@builtin("number", "from:number")
def same_number(value: Decimal) -> Decimal:
    return value


@builtin("date", "from:string")
def date_of_text(text: str) -> date | None:
    return parse_date(text)


@builtin("date", "from:datetime")
def date_of_moment(moment: datetime) -> date:
    return moment.date()


@builtin("date", "from:date")
def same_date(day: date) -> date:
    return day


@builtin("date", "year:number, month:number, day:number")
def date_of_parts(year: Decimal, month: Decimal, day: Decimal) -> date:
    return date(whole(year), whole(month), whole(day))


@builtin("time", "from:string")
def time_of_text(text: str) -> time | None:
    return parse_time(text)


@builtin("time", "from:datetime")
def time_of_moment(moment: datetime) -> time:
    return moment.timetz()


@builtin("time", "from:time")
def same_time(value: time) -> time:
    return value


@builtin("time", "from:date")
def time_of_date(_: date) -> time:
    return time(tzinfo=UTC)


@builtin("time", "hour:number, minute:number, second:number, offset:days?")
def time_of_parts(hour: Decimal, minute: Decimal, second: Decimal, offset: timedelta | None = None) -> time:
    zone = None if offset is None else timezone(offset)
    size = span(CONTEXT.multiply(second - whole(second), Decimal(1_000_000)))
    return time(whole(hour), whole(minute), whole(second), size.microseconds, tzinfo=zone)


@builtin("date and time", "from:string")
def moment_of_text(text: str) -> datetime | None:
    return parse_date_time(text)


@builtin("date and time", "from:datetime")
def same_moment(moment: datetime) -> datetime:
    return moment


@builtin("date and time", "from:date")
def midnight(day: date) -> datetime:
    return datetime.combine(day, time())


@builtin("date and time", "date:date, time:time")
@builtin("date and time", "date:datetime, time:time")
def moment_of_parts(day: date, clock: time) -> datetime:
    return datetime.combine(day.date() if isinstance(day, datetime) else day, clock)


@builtin(
    "date and time",
    "year:number, month:number, day:number, hour:number, minute:number, second:number, offset:days?",
)
def moment_of_numbers(
    year: Decimal, month: Decimal, day: Decimal, hour: Decimal, minute: Decimal, second: Decimal,
    offset: timedelta | None = None,
) -> datetime:  # fmt: skip
    return datetime.combine(date_of_parts(year, month, day), time_of_parts(hour, minute, second, offset))


@builtin("duration", "from:string")
def duration(text: str) -> timedelta | Months | None:
    return parse_duration(text)


@builtin("duration", "from:days")
def same_days(size: timedelta) -> timedelta:
    return size


@builtin("duration", "from:months")
def same_months(size: Months) -> Months:
    return size


@builtin("years and months duration", "from:date, to:date")
@builtin("years and months duration", "from:datetime, to:datetime")
@builtin("years and months duration", "from:date, to:datetime")
@builtin("years and months duration", "from:datetime, to:date")
def months_between(start: date, end: date) -> Months:
    """Count whole months from one day to another, negative backwards."""
    first, last = (value.date() if isinstance(value, datetime) else value for value in (start, end))
    count = (last.year - first.year) * 12 + last.month - first.month
    if count > 0 and last.day < first.day:
        count -= 1
    elif count < 0 and last.day > first.day:
        count += 1
    return Months(count)
