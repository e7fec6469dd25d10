"""Start events with a timer: one job each waits for the next time, starts the case, and queues the time after it.

The text of the timer gives the next time as seen from a moment: `=yearly("07-01")`, a repeating interval, or any other time that
`kernel.timers` knows. A case that starts this way knows that time as `scheduled_for`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service import tagged
from service.clock import SHANGHAI
from service.engine import kernel, starting
from service.engine.definitions import Definition
from service.engine.kernel.expression import attribute
from service.engine.kernel.timers import ENDLESS, timing
from service.engine.machine import Machine
from service.engine.waiting import START
from service.errors import Invalid
from service.store import Connection, cases, definitions, jobs, new_id
from service.store.cases import JobRow


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    """What the timer of a start event may use: the functions of the house, and time as seen from `moment`."""

    moment: datetime
    lookup: Callable[[str], Any]

    def get(self, name: str) -> Any:
        here: Mapping[str, Callable[..., Any]] = {
            "now": lambda: self.moment,
            "today": lambda: self.moment.date(),
            "yearly": lambda day: yearly(str(day), self.moment),
        }
        return here.get(name) or self.lookup(name)


def yearly(day: str, moment: datetime) -> datetime:
    """The first beginning of a day ("07-01") after `moment`, in Shanghai. Invalid for a text that names no day of every year."""
    try:
        found = [datetime.strptime(f"{year}-{day}", "%Y-%m-%d").replace(tzinfo=SHANGHAI) for year in _years(moment)]
    except ValueError as error:
        raise Invalid(f"“{day}”不是每年都有的日期，应如 07-01。", message_en=f"{day!r} is no day of every year") from error
    return next(one for one in found if one > moment)


def _years(moment: datetime) -> range:
    year = moment.astimezone(SHANGHAI).year
    return range(year, year + 2)


def schedule_starts(machine: Machine) -> None:
    """Queue the next start of every published process with a timer start, unless it waits already; drop older versions."""
    now = machine.clock.now()
    with machine.store.write() as connection:
        waiting = {row.element: row for row in jobs.list_waiting(connection, START)}
        wanted = {f"{definition.key}.{element.id}": (definition, element) for definition, element in _timed(machine, connection)}
        stale = [row.id for name, row in waiting.items() if name not in wanted or row.type != wanted[name][0].digest]
        cases.settle_jobs(connection, stale, state="cancelled")
        kept = {name for name, row in waiting.items() if row.id not in stale}
        new = [_job(machine, definition, element, now) for name, (definition, element) in wanted.items() if name not in kept]
        cases.insert_jobs(connection, [job for job in new if job is not None])


def start_now(machine: Machine, connection: Connection, job: JobRow) -> None:
    """Start the case of a job whose time has come, and queue the next one."""
    wanted = tagged.loads(job.payload or b"{}")
    definition = machine.library.latest(connection, wanted["process"])
    element = definition.process.elements[wanted["element"]]
    starting.start_by_timer(machine, connection, definition, element=element, at=job.due_at)
    following = _job(machine, definition, element, job.due_at)
    cases.insert_jobs(connection, [following] if following is not None else [])


def _timed(machine: Machine, connection: Connection) -> Iterator[tuple[Definition, kernel.Element]]:
    for key, *_ in definitions.list_latest(connection):
        definition = machine.library.latest(connection, key)
        for element in definition.process.elements.values():
            if element.kind == "startEvent" and element.parent is None and element.event == "timer":
                yield definition, element


def _job(machine: Machine, definition: Definition, element: kernel.Element, moment: datetime) -> dict[str, Any] | None:
    """The job of the first time after `moment`; None when there is none."""
    text = element.definition.time if element.definition is not None else None
    found = timing(attribute(text or "")(_Scope(moment=moment, lookup=machine.lookup)), moment)
    while found.due <= moment and found.left == ENDLESS and (following := found.next()) is not None:
        found = following
    if found.due <= moment:
        return None
    payload = tagged.dumps({"process": definition.key, "element": element.id})
    return {
        "id": new_id(), "case_id": None, "root": None, "kind": START, "element": f"{definition.key}.{element.id}"[:80],
        "type": definition.digest, "state": "todo", "legal": True, "due_at": found.due, "retries": 5, "payload": payload,
        "created_at": machine.clock.now(),
    }  # fmt: skip
