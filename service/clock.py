"""What time it is. Open this when something needs a date: nothing else may ask the machine.

`now()` is legal time, which the law, timers and readers see; `machine()` is for leases, back-off, sessions, tokens and rate
limits. They are the same outside demo mode.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Protocol

#: Statutory dates are days in this zone (civil time of the whole country, no daylight saving time since 1991).
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


def midnight(day: date) -> datetime:
    """The moment at which a day begins."""
    return datetime.combine(day, time(), SHANGHAI)


class Clock(Protocol):
    def now(self) -> datetime:
        """Legal time: aware, in Asia/Shanghai."""
        ...

    def machine(self) -> datetime:
        """Machine time: aware, UTC."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        return datetime.now(SHANGHAI)

    def machine(self) -> datetime:
        return datetime.now(UTC)


class OffsetClock:
    """Legal time that runs ahead of the machine by an offset that somebody else keeps (the demonstration's database)."""

    def __init__(self, read_offset: Callable[[], timedelta]) -> None:
        self._read_offset = read_offset

    def now(self) -> datetime:
        return (datetime.now(UTC) + self._read_offset()).astimezone(SHANGHAI)

    def machine(self) -> datetime:
        return datetime.now(UTC)


class FrozenClock:
    """A clock that moves only when told; for tests and for replaying."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("a clock needs an aware datetime")
        self._at = at

    def now(self) -> datetime:
        return self._at.astimezone(SHANGHAI)

    def machine(self) -> datetime:
        return self._at.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        self._at += by

    def set(self, at: datetime) -> None:
        self._at = at
