"""A system administrator loads a holiday notice: what it would move, before, and loading it, for a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import orjson

from service.access import Actor
from service.engine.due import due_of, read_trigger
from service.engine.lifecycle import check_reason
from service.engine.machine import Machine
from service.engine.parameters import SYSADMIN, is_sysadmin
from service.engine.people import get_actor
from service.engine.publishing import store_calendar
from service.engine.stuck.reading import ensure_may_see
from service.errors import Conflict, NotAllowed
from service.law import Calendar
from service.store import Connection, calendar_years
from service.store.calendar_years import OpenDate

#: Of how many dates that move each is told, and how many open dates of tasks and of timers are looked at.
MOST_TOLD, MOST_LOOKED = 200, 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An open date that would move, or become certain: its last days before and after."""

    row: OpenDate
    before: str
    after: date
    certain: bool

    @property
    def moves(self) -> bool:
        return self.before != self.after.isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Foresight:
    """What a notice would do. `replaces`: its year is loaded already. `complete`: all open dates were looked at."""

    year: int
    replaces: bool
    same: bool
    looked: int
    moved: int
    settled: int
    told: tuple[Move, ...]
    complete: bool


def foresee(machine: Machine, connection: Connection, document: Mapping[str, Any], *, by: Actor) -> Foresight:
    """Say which open dates a notice would move; changes nothing. NotAllowed; Invalid for a document that is none."""
    ensure_may_see(machine, by)
    year = int(document["year"])
    known = machine.rules.calendar
    kept = [row for row in known.rows if row.day.year != year]
    new = Calendar.from_years([document])
    after = Calendar.from_rows([*kept, *new.rows], years=known.years | {year})
    rules = replace(machine.rules, calendar=after, _reckoned={})  # answers of the other calendar are not those of this one
    looked, told, moved, settled = 0, list[Move](), 0, 0
    for row in calendar_years.iterate_open_dates(connection, most=MOST_LOOKED):
        looked += 1
        context = rules.deadline(row.deadline, read_trigger(row.trigger))
        before = machine.rules.deadline(row.deadline, read_trigger(row.trigger))
        if due_of(context).at == row.due_at and before["provisional"] == context["provisional"]:
            continue
        shown = orjson.loads(row.due)["effective"] if row.due else str(before["effective"])
        one = Move(row=row, before=str(shown)[:10], after=context["effective"], certain=not context["provisional"])
        moved, settled = moved + one.moves, settled + (not one.moves)
        if len(told) < MOST_TOLD:
            told.append(one)
    told.sort(key=lambda one: not one.moves)
    return Foresight(
        year=year, replaces=year in known.years, same=after.version == known.version, looked=looked, moved=moved,
        settled=settled, told=tuple(told), complete=looked < MOST_LOOKED,
    )  # fmt: skip


def load_notice(machine: Machine, document: Mapping[str, Any], *, reason: str, by: str) -> int:
    """Load the notice of a year; the worker then reckons the open dates again. Returns the year.

    NotAllowed; Conflict when this very notice is loaded already; Invalid; InvalidAnswers names `reason`.
    """
    with machine.store.read() as connection:
        if not is_sysadmin(get_actor(connection, by)):
            wanted = "只有系统管理员可以载入放假安排。"
            raise NotAllowed(wanted, message_en="Only a system administrator may load a holiday notice.", rule=SYSADMIN)
    check_reason(reason)
    changed = store_calendar(machine, [document], by=by, reason=reason.strip())
    if not changed:
        raise Conflict("同样的放假安排已经载入。", message_en="This notice is loaded already.")
    return changed[0]
