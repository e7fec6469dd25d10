"""Read what the monitor found, for those who may: with its case, how long it has lasted, who solves it and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from service.access import Actor
from service.engine.auditing import may_audit
from service.engine.machine import Machine
from service.engine.stuck.causes import REMEDIES, Cause, Remedy
from service.errors import Invalid, NotAllowed
from service.store import Connection, stuck
from service.store.stuck import StuckFilter

#: How far back the trend goes.
TREND = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One row of the monitor. `who`: accounts that can solve it, if it is known."""

    key: str
    cause: Cause
    zh: str
    en: str
    since: datetime
    case_id: str | None
    title: str
    business_key: str
    process: str
    element: str
    unit: str
    unit_name: str
    task_id: str | None
    job_id: str | None
    legal_due: datetime | None
    who: tuple[str, ...]
    facts: Mapping[str, Any]

    @property
    def remedy(self) -> Remedy:
        return REMEDIES[self.cause]


def ensure_may_see(machine: Machine, actor: Actor) -> None:
    """NotAllowed but for monitors, system administrators and auditors."""
    if not may_audit(machine, actor):
        raise NotAllowed(
            "只有运维监控、系统管理和审计人员可以查看。", rule="monitor",
            message_en="Only monitors, system administrators and auditors may see this.",
        )  # fmt: skip


def list_troubles(
    connection: Connection, where: StuckFilter, *, after: str | None, limit: int
) -> tuple[tuple[Trouble, ...], str | None]:
    """List troubles, the longest first, and the cursor of the next page. Invalid for a cause that there is not."""
    if where.cause and where.cause not in set(Cause):
        raise Invalid(f"没有“{where.cause}”这种原因。", message_en=f"There is no cause {where.cause!r}.")
    page = stuck.list_stuck(connection, where, after=after, limit=limit)
    return tuple(_trouble(row) for row in page.rows), page.after


def count_troubles(connection: Connection, by: str, where: StuckFilter) -> tuple[tuple[str, int], ...]:
    """(name, number) by cause, process, element or unit, the most first."""
    if by not in ("cause", "process", "element", "unit"):
        raise Invalid("只能按原因、流程、环节或单位分组。", message_en="Group by cause, process, element or unit.")
    return stuck.count_by(connection, by, where)


def list_trend(machine: Machine, connection: Connection) -> tuple[tuple[datetime, int], ...]:
    """(hour, number of all troubles) of the last two weeks."""
    found: dict[datetime, int] = {}
    for at, _, number in stuck.list_trend(connection, since=machine.clock.machine() - TREND):
        found[at] = found.get(at, 0) + number
    return tuple(found.items())


def _trouble(row: Mapping[str, Any]) -> Trouble:
    facts = row["facts"]
    return Trouble(
        key=row["key"], cause=Cause(row["cause"]), zh=facts["zh"], en=facts["en"], since=row["since"], case_id=row["case_id"],
        title=row["title"] or "", business_key=row["business_key"] or "", process=row["process"], element=row["element"],
        unit=row["unit"], unit_name=row["unit_name"] or "", task_id=row["task_id"], job_id=row["job_id"],
        legal_due=row["legal_due"], who=tuple(facts["who"]), facts=facts,
    )  # fmt: skip
