"""Reads dates, times, date-times and durations from text, and their properties (`.year`, `.time offset`)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from service.feel.values import Kind, Value
from service.tagged import Months

_DATE: Final = r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
_TIME: Final = (
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?P<fraction>\.\d+)?"
    r"(?P<zone>[zZ]|[+-]\d\d:\d\d(?::\d\d)?|@[A-Za-z0-9_+\-]+(?:/[A-Za-z0-9_+\-]+)*)?"
)
_FARTHEST: Final = timedelta(hours=18)  # of an offset
_LONGEST: Final = 64  # characters of a duration: digits beyond that are no date anybody means
_DATE_RE: Final = re.compile(_DATE, re.ASCII)
_TIME_RE: Final = re.compile(rf"T?{_TIME}", re.ASCII)
_DATE_TIME_RE: Final = re.compile(rf"{_DATE}T{_TIME}", re.ASCII)
_DAYS_RE: Final = re.compile(r"(-)?P(?=[\dT])(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?|\.\d+)S)?)?", re.ASCII)
_MONTHS_RE: Final = re.compile(r"(-)?P(?=\d)(?:(\d+)Y)?(?:(\d+)M)?", re.ASCII)


def parse_date(text: str) -> date | None:
    """Read `2026-04-07`; None when it is no date."""
    found = _DATE_RE.fullmatch(text)
    try:
        return date(*map(int, found.group("year", "month", "day"))) if found else None
    except ValueError:
        return None


def parse_time(text: str) -> time | None:
    """Read `09:30:00`, with fraction and offset (`Z`, `+08:00`, `@Asia/Shanghai`) if any; None when it is no time."""
    found = _TIME_RE.fullmatch(text)
    try:
        return _clock(found) if found else None
    except (ValueError, LookupError, OSError):
        return None


def parse_date_time(text: str) -> datetime | None:
    """Read `2026-04-07T09:30:00`, offset as in `parse_time`; a date alone is its midnight. None when it is neither."""
    found = _DATE_TIME_RE.fullmatch(text)
    try:
        if found is None:
            day = parse_date(text)
            return None if day is None else datetime.combine(day, time())
        day = date(*map(int, found.group("year", "month", "day")))
        if found["hour"] == "24" and not int(found["minute"]) and not int(found["second"]):
            return datetime.combine(day, time(tzinfo=_zone(found["zone"]))) + timedelta(days=1)
        return datetime.combine(day, _clock(found))
    except (ValueError, LookupError, OverflowError, OSError):
        return None


def _clock(found: re.Match[str]) -> time:
    micro = int(((found["fraction"] or ".0")[1:] + "00000")[:6])
    hour, minute, second = map(int, found.group("hour", "minute", "second"))
    return time(hour, minute, second, micro, tzinfo=_zone(found["zone"]))


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text in "zZ":
        return UTC
    if text[0] == "@":
        return ZoneInfo(text[1:])
    parts = [int(part) for part in text[1:].split(":")]
    size = timedelta(hours=parts[0], minutes=parts[1], seconds=parts[2] if len(parts) > 2 else 0)
    if size > _FARTHEST or max(parts[1:]) > 59:
        raise ValueError("no such offset")
    return timezone(-size if text[0] == "-" else size)


def parse_duration(text: str) -> timedelta | Months | None:
    """Read `P1DT2H` (days and time) or `P1Y2M` (years and months); None when it is neither."""
    if len(text) > _LONGEST:
        return None
    found = _MONTHS_RE.fullmatch(text)
    if found:
        sign, years, months = found.groups()
        count = int(years or 0) * 12 + int(months or 0)
        return Months(-count if sign else count)
    found = _DAYS_RE.fullmatch(text)
    if not found:
        return None
    sign, days, hours, minutes, seconds = found.groups()
    micro = int(Decimal(seconds or 0) * 1_000_000)
    try:
        size = timedelta(days=int(days or 0), hours=int(hours or 0), minutes=int(minutes or 0), microseconds=micro)
    except OverflowError:
        return None
    return -size if sign else size


def parse_any(text: str) -> Value:
    """Read what `@"…"` may hold: date, date-time, time or duration; None when it is none of them."""
    for read in (parse_date, parse_date_time, parse_time, parse_duration):
        value = read(text)
        if value is not None:
            return value
    return None


def zone_name(value: time | datetime) -> str | None:
    """Name the zone of a time (`Asia/Shanghai`), None when it has only an offset or nothing."""
    return value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None


def _seconds(size: timedelta) -> int:
    """Whole seconds, towards zero."""
    total = abs(size) // timedelta(seconds=1)
    return -total if size < timedelta(0) else total


def _part(size: timedelta, unit: int, cycle: int) -> Decimal:
    total = abs(_seconds(size)) // unit
    part = total % cycle if cycle else total
    return Decimal(-part if size < timedelta(0) else part)


def _months(size: Months, years: bool) -> Decimal:
    whole, rest = divmod(abs(size.count), 12)
    part = whole if years else rest
    return Decimal(-part if size.count < 0 else part)


_DAY: Final[dict[str, Callable[[Value], Value]]] = {
    "year": lambda v: Decimal(v.year),
    "month": lambda v: Decimal(v.month),
    "day": lambda v: Decimal(v.day),
    "weekday": lambda v: Decimal(v.isoweekday()),
}
_CLOCK: Final[dict[str, Callable[[Value], Value]]] = {
    "hour": lambda v: Decimal(v.hour),
    "minute": lambda v: Decimal(v.minute),
    "second": lambda v: Decimal(v.second),
    "time offset": lambda v: v.utcoffset(),
    "timezone": zone_name,
}

#: The properties of values that are no contexts, by kind.
PROPERTIES: Final[dict[Kind, dict[str, Callable[[Value], Value]]]] = {
    Kind.DATE: _DAY,
    Kind.TIME: _CLOCK,
    Kind.DATE_TIME: {**_DAY, **_CLOCK},
    Kind.DAYS: {
        "days": lambda v: _part(v, 86_400, 0),
        "hours": lambda v: _part(v, 3_600, 24),
        "minutes": lambda v: _part(v, 60, 60),
        "seconds": lambda v: _part(v, 1, 60),
    },
    Kind.MONTHS: {"years": lambda v: _months(v, True), "months": lambda v: _months(v, False)},
    Kind.RANGE: {
        "start": lambda v: v.start,
        "end": lambda v: v.end,
        "start included": lambda v: v.start_included,
        "end included": lambda v: v.end_included,
    },
}
