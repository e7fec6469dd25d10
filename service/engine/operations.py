"""What those who keep the machine running may see of it: processes and their cases, workers, the queue, the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.access import Actor
from service.clock import SHANGHAI
from service.engine.machine import Machine
from service.engine.stuck.reading import ensure_may_see
from service.store import Connection, gauges, operations
from service.store.gauges import Gauges
from service.store.operations import ParkedRow, ProcessRow, QueueRow

#: A worker writes every 15 seconds; one that has been silent for longer is taken to be gone.
LIVES = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The years whose holiday notice is loaded; `beyond`: open tasks due in a later year, whose date may still move."""

    years: tuple[int, ...]
    until: int | None
    beyond: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """The machine at one moment. `gauges` are what Prometheus reads too."""

    gauges: Gauges
    queue: tuple[QueueRow, ...]
    parked: tuple[ParkedRow, ...]
    calendar: Coverage


def read_operations(machine: Machine, actor: Actor) -> Operations:
    """Read how the machine fares. NotAllowed but for monitors, system administrators and auditors; here and below."""
    ensure_may_see(machine, actor)
    with machine.store.read() as connection:
        return Operations(
            gauges=gauges.read_gauges(connection, legal=machine.clock.now(), machine=machine.clock.machine()),
            queue=operations.list_queue(connection),
            parked=operations.list_parked(connection),
            calendar=read_coverage(machine, connection),
        )


def read_coverage(machine: Machine, connection: Connection) -> Coverage:
    """How far the calendar reaches without a gap, and how many open tasks are due after it."""
    years = tuple(sorted(machine.rules.calendar.years))
    until = machine.clock.now().year - 1
    while until + 1 in years:
        until += 1
    end = datetime(until + 1, 1, 1, tzinfo=SHANGHAI)
    return Coverage(years=years, until=until if until in years else None, beyond=operations.count_due_after(connection, end))


def list_processes(machine: Machine, actor: Actor) -> tuple[ProcessRow, ...]:
    """List every version of every process with its open cases and its troubles."""
    ensure_may_see(machine, actor)
    with machine.store.read() as connection:
        return operations.list_process_figures(connection, now=machine.clock.now())
