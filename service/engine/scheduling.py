"""Start events with a timer: one job each waits for the next time, starts the case, and queues the time after it.

The text of the timer gives the next time as seen from a moment: `=yearly("07-01")`, a repeating interval, or any other time that
`kernel.timers` knows. A case that starts this way knows that time as `scheduled_for`. A text that asks for a dated parameter goes
by the version in force at the time that it gives (`start_times`), and waits anew when that parameter is changed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service import tagged
from service.engine import kernel, starting
from service.engine.definitions import Definition
from service.engine.machine import Machine
from service.engine.start_times import Asked, NoTime, check_times, find_time
from service.engine.waiting import START
from service.errors import Invalid
from service.law import Catalogue
from service.store import Connection, cases, definitions, jobs, new_id
from service.store.cases import JobRow

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Timed:
    """A start event with a timer, in the newest version of its process."""

    definition: Definition
    element: kernel.Element

    @property
    def name(self) -> str:
        return f"{self.definition.key}.{self.element.id}"[:80]

    @property
    def text(self) -> str:
        return (self.element.definition.time if self.element.definition is not None else None) or ""


def schedule_starts(machine: Machine) -> None:
    """Queue the next start of every published process with a timer start, unless it waits already; drop older versions.

    Invalid when a timer says no time: the others wait all the same.
    """
    with machine.store.write() as connection:
        faults = reschedule(machine, connection, machine.rules.catalogue)
    if faults:
        raise faults[0]


def reschedule(machine: Machine, connection: Connection, catalogue: Catalogue) -> list[Invalid]:
    """Let every timer start wait for its next time by these rules; returns what is wrong with those that have none."""
    now = machine.clock.now()
    waiting = {row.element: row for row in jobs.list_waiting(connection, START)}
    stale, new, faults = {row.id for row in waiting.values()}, [], []
    for timed in _list_timed(machine, connection):
        row = waiting.get(timed.name)
        held = tagged.loads(row.payload or b"{}") if row is not None else {}
        same = row is not None and row.type == timed.definition.digest
        asked = Asked(moment=held.get("from", now) if same else now, fired=held.get("fired"))
        try:
            due = find_time(machine.lookup, catalogue, timed.text, asked)
        except NoTime as error:
            faults.append(Invalid(f"“{timed.name}”的启动时间：{error.zh}", message_en=f"{timed.name}: {error.en}"))
            due = row.due_at if row is not None and same else None
        if row is not None and same and (due == row.due_at or "from" not in held):
            stale.discard(row.id)
        elif due is not None:
            new.append(_job(machine, timed, asked, due))
    cases.settle_jobs(connection, stale, state="cancelled")
    cases.insert_jobs(connection, new)
    return faults


def ensure_times(machine: Machine, connection: Connection, catalogue: Catalogue, parameter: str) -> None:
    """Invalid when a timer start that asks for this parameter would have no time by these rules, now or later."""
    now = machine.clock.now()
    for timed in _list_timed(machine, connection):
        try:
            check_times(machine.lookup, catalogue, timed.text, Asked(moment=now), parameter)
        except NoTime as error:
            raise Invalid(
                f"流程“{timed.definition.name}”按它定时发起，{error.zh}",
                message_en=f"{timed.definition.key} is started by it: {error.en}",
            ) from error


def start_now(machine: Machine, connection: Connection, job: JobRow) -> None:
    """Start the case of a job whose time has come, and queue the next one; only queue it when its time has been put off."""
    machine.refresh_rules(connection)
    held = tagged.loads(job.payload or b"{}")
    definition = machine.library.latest(connection, held["process"])
    timed = _Timed(definition=definition, element=definition.process.elements[held["element"]])
    if "from" in held:
        asked = Asked(moment=held["from"], fired=held.get("fired"))
        due = _find_time(machine, timed, asked)
        if due is not None and due > machine.clock.now():
            cases.insert_jobs(connection, [_job(machine, timed, asked, due)])
            return
    starting.start_by_timer(machine, connection, definition, element=timed.element, at=job.due_at)
    asked = Asked(moment=job.due_at, fired=job.due_at)
    following = _find_time(machine, timed, asked)
    cases.insert_jobs(connection, [_job(machine, timed, asked, following)] if following is not None else [])


def _find_time(machine: Machine, timed: _Timed, asked: Asked) -> datetime | None:
    """The next time, None also when there is none any more by what a regulation says: a start that is due goes on."""
    try:
        return find_time(machine.lookup, machine.rules.catalogue, timed.text, asked)
    except NoTime as error:
        log.error("timer start %s: %s", timed.name, error.en)
        return None


def _list_timed(machine: Machine, connection: Connection) -> Iterator[_Timed]:
    for key, *_ in definitions.list_latest(connection):
        definition = machine.library.latest(connection, key)
        for element in definition.process.elements.values():
            if element.kind == "startEvent" and element.parent is None and element.event == "timer":
                yield _Timed(definition=definition, element=element)


def _job(machine: Machine, timed: _Timed, asked: Asked, due: datetime) -> dict[str, Any]:
    payload = {"process": timed.definition.key, "element": timed.element.id, "from": asked.moment, "fired": asked.fired}
    return {
        "id": new_id(), "case_id": None, "root": None, "kind": START, "element": timed.name, "type": timed.definition.digest,
        "state": "todo", "legal": True, "due_at": due, "retries": 5, "payload": tagged.dumps(payload),
        "created_at": machine.clock.now(),
    }  # fmt: skip
