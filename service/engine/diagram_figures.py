"""A process in figures: what stands at each element of its diagram, what failed or is late there, how long it takes.

The legal period of a step is a length such as 20 working days; beside a duration it is put in seconds of the calendar, a working
day as its share of an ordinary year. A period that has no length (a date, or a date that a decision gives) is not compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from service.access import Actor
from service.engine.definitions import Definition
from service.engine.kernel import Element
from service.engine.machine import Machine
from service.engine.stuck.reading import ensure_may_see
from service.errors import NotFound
from service.law import Period, PeriodUnit
from service.store import Connection, standing
from service.store import versions as version_rows
from service.store.standing import DurationRow, Standing
from service.store.versions import VersionRow

_DAY = 86_400
#: Days of the calendar to one working day: 250 of them make a year.
_PER_WORKING_DAY = 365 / 250
_PER_MONTH = 365.25 / 12
#: What stands beside a step waits for something that may never come; it is no place of the case.
_BESIDE = ("boundaryEvent", "startEvent")


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementFigures:
    """One element; `median`, `p95` and `legal` are seconds, None where nothing has ended or no length is set."""

    element: Element
    standing: int = 0
    overdue: int = 0
    incidents: int = 0
    stuck: int = 0
    ended: int = 0
    median: int | None = None
    p95: int | None = None
    period: Period | None = None
    legal: int | None = None

    @property
    def share(self) -> float | None:
        """The part of its legal period that the middle one of its tasks takes; None when one of the two is not known."""
        return None if self.median is None or not self.legal else self.median / self.legal


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessFigures:
    """A process; `version` None means all its versions, whose figures are put on the newest diagram. `whole`: whole cases."""

    definition: Definition
    version: int | None
    versions: tuple[VersionRow, ...]
    elements: tuple[ElementFigures, ...]
    whole: DurationRow | None
    #: What waits at elements that the shown diagram does not have.
    elsewhere: int


def read_figures(
    machine: Machine, connection: Connection, actor: Actor, process: str, version: int | None = None
) -> ProcessFigures:
    """Read a process in figures. NotAllowed but for monitors, system administrators and auditors; NotFound."""
    ensure_may_see(machine, actor)
    versions = version_rows.list_versions(connection, process)
    definition = _definition(machine, connection, process, version, versions)
    waits = {one.element: one for one in standing.count_standing(connection, process, version, now=machine.clock.now())}
    took = {one.element: one for one in standing.list_durations(connection, process)}
    troubles = standing.count_stuck(connection, process)
    elements = definition.process.elements
    return ProcessFigures(
        definition=definition,
        version=version,
        versions=versions,
        elements=tuple(
            _figures(machine, element, waits.get(element.id), troubles.get(element.id, 0), took.get(element.id))
            for element in elements.values()
        ),
        whole=took.get(""),
        elsewhere=sum(one.number for one in waits.values() if one.element not in elements),
    )


def _definition(
    machine: Machine, connection: Connection, process: str, version: int | None, versions: tuple[VersionRow, ...]
) -> Definition:
    for one in versions:
        if version in (None, one.version):
            return machine.library.get(connection, process, one.digest)
    raise NotFound(
        f"没有流程“{process}”{f'的第 {version} 版' if version is not None else ''}。",
        message_en=f"There is no process {process}{f' of version {version}' if version is not None else ''}.",
    )


def _figures(
    machine: Machine, element: Element, waits: Standing | None, troubles: int, took: DurationRow | None
) -> ElementFigures:
    period = next(_periods(machine, element), None)
    there = waits or Standing(element.id, 0, 0, 0)
    return ElementFigures(
        element=element,
        standing=0 if element.kind in _BESIDE or element.event_sub_process else there.number,
        overdue=there.overdue,
        incidents=there.parked,
        stuck=troubles,
        ended=took.number if took is not None else 0,
        median=took.median if took is not None else None,
        p95=took.p95 if took is not None else None,
        period=period,
        legal=legal_seconds(period) if period is not None else None,
    )


def _periods(machine: Machine, element: Element) -> Iterator[Period]:
    """The periods in force that are drawn on a step."""
    today: date = machine.clock.now().date()
    for name in element.values("deadline"):
        for version in machine.rules.catalogue.periods.get(name, ()):
            if version.is_in_force(today):
                yield version


def legal_seconds(period: Period) -> int | None:
    """About how many seconds of the calendar a period has; None when it is no length."""
    length = period.length
    if not length.counts:
        return None
    per_day = _PER_WORKING_DAY if period.unit is PeriodUnit.WORKING else 1
    days = length.months * _PER_MONTH + length.days * per_day
    return round(days * _DAY) + length.hours * 3600
