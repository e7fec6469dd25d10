"""Look for what stands still, and keep it: what is new is added, what is solved goes, what stays keeps its row."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from service.engine.machine import Machine
from service.engine.stuck.causes import QUICK, Cause
from service.engine.stuck.finding import find_above, find_incomplete, find_quick, with_deadlines
from service.store import stuck
from service.store.stuck import Kept, StuckRow

SWEEP, INCOMPLETE = "stuck", "stuck-incomplete"
#: How often workers sweep; whoever comes first does it.
EVERY = timedelta(seconds=15)
#: Running cases whose rows are counted at a time.
PART = 5_000
#: Rows of the monitor that one transaction changes at most.
WRITTEN = 2_000
DURATIONS_EVERY = timedelta(hours=1)
MOST_DURATIONS = 100_000
TREND_LIFE = timedelta(days=90)

_PARTWISE = (Cause.INCOMPLETE, Cause.JOIN)


def sweep(machine: Machine, *, whole: bool = False) -> int:
    """Look once, unless a worker did within `EVERY`; returns how many rows were added, changed or removed.

    `whole`: at once, and at all cases; else the waiting rows of `PART` running cases are counted, of others next time.
    """
    now = machine.clock.machine()
    with machine.store.write() as connection:
        if not stuck.begin_sweep(connection, SWEEP, now=now, last=now if whole else now - EVERY):
            return 0
        stuck.begin_sweep(connection, INCOMPLETE, now=now, last=now)
        if whole:
            stuck.put_cursor(connection, INCOMPLETE, None)
    _reckon_durations(machine)
    changed = _count_rows(machine)
    while whole and not changed.ended:
        changed = changed.and_then(_count_rows(machine))
    with machine.store.read() as connection:
        found = with_deadlines(connection, list(find_quick(machine, connection)))
    number = changed.number + _keep(machine, found, [cause for cause in QUICK if cause is not Cause.CHILD])
    with machine.store.read() as connection:
        above = with_deadlines(connection, list(find_above(machine, connection, stuck.list_below(connection))))
    number += _keep(machine, above, [Cause.CHILD])
    with machine.store.write() as connection:
        hour = now.replace(minute=0, second=0, microsecond=0)
        stuck.keep_counts(connection, hour=hour, before=hour - TREND_LIFE)
    return number


class _Counted:
    """How many rows of the table changed, and whether the last running case was reached."""

    def __init__(self, number: int, *, ended: bool) -> None:
        self.number, self.ended = number, ended

    def and_then(self, other: _Counted) -> _Counted:
        return _Counted(self.number + other.number, ended=other.ended)


def _count_rows(machine: Machine) -> _Counted:
    with machine.store.read() as connection:
        after = stuck.read_cursor(connection, INCOMPLETE)
        found, until = find_incomplete(machine, connection, after=after, limit=PART)
        found = with_deadlines(connection, found)
        kept = {
            key: one
            for key, one in stuck.read_kept(connection, _PARTWISE).items()
            if one.case is not None and one.case > after and (until is None or one.case <= until)
        }
    with machine.store.write() as connection:
        fresh, gone = _differing(found, kept)
        stuck.change(connection, found=fresh, gone=gone, at=machine.clock.now())
        stuck.put_cursor(connection, INCOMPLETE, until)
    return _Counted(len(fresh) + len(gone), ended=until is None)


def _keep(machine: Machine, found: Sequence[StuckRow], causes: Sequence[Cause]) -> int:
    """In transactions of `WRITTEN` rows: nobody's command waits for a hundred thousand."""
    with machine.store.read() as connection:
        fresh, gone = _differing(found, stuck.read_kept(connection, causes))
    for start in range(0, max(len(fresh), len(gone)), WRITTEN):
        part = slice(start, start + WRITTEN)
        with machine.store.write() as connection:
            stuck.change(connection, found=fresh[part], gone=gone[part], at=machine.clock.now())
    return len(fresh) + len(gone)


def _differing(found: Sequence[StuckRow], kept: Mapping[str, Kept]) -> tuple[list[StuckRow], list[str]]:
    """What is new or says something else now, and the keys of what is solved."""
    by_key = {row.key: row for row in found}
    fresh = [row for key, row in by_key.items() if key not in kept or kept[key][:2] != (stuck.facts_text(row), row.legal_due)]
    return fresh, [key for key in kept if key not in by_key]


def _reckon_durations(machine: Machine) -> None:
    """Once an hour: how long steps and whole cases take."""
    now = machine.clock.machine()
    with machine.store.read() as connection:
        last = stuck.counted_at(connection)
        if last is not None and now - last < DURATIONS_EVERY:
            return
        seconds: dict[tuple[str, str], list[float]] = {}
        for process, element, took in stuck.list_durations(connection, most=MOST_DURATIONS):
            seconds.setdefault((process, element), []).append(took)
    rows: list[dict[str, Any]] = []
    for (process, element), listed in seconds.items():
        p95 = statistics.quantiles(listed, n=20, method="inclusive")[-1] if len(listed) > 1 else listed[0]
        rows.append(
            {
                "process": process, "element": element, "number": len(listed), "median": int(statistics.median(listed)),
                "p95": int(p95), "counted_at": now,
            }
        )  # fmt: skip
    with machine.store.write() as connection:
        stuck.put_durations(connection, rows)


__all__ = ["EVERY", "sweep"]
