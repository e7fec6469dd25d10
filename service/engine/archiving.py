"""Archive cases that ended long ago (归档), and restore them. What moves is told in `service.store.archives`.

A family (a case and everything below it) is archived whole, once it has ended for `archive_after_months`, nothing in it waits
and no other case about the same thing is open. The worker does so every day; an administrator may do so before it does. An
archived case is read like any other, is found by the same words, counts in separation of duty, and nothing in it can be changed;
a restored one is left alone for `restored_case_days`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.access import Actor
from service.clock import SHANGHAI, midnight
from service.engine import checkpoints
from service.engine.events import Event
from service.engine.lifecycle import MONITOR, check_reason
from service.engine.machine import Machine
from service.engine.noting import note
from service.engine.parameters import SYSADMIN
from service.engine.people import SYSTEM, get_actor
from service.errors import ChengxuError, Conflict, NotAllowed, NotFound
from service.law.period import add_months
from service.store import Connection, archive_lists, archives, cases, deliveries
from service.store import reads as rows
from service.store.archive_lists import Age
from service.store.cases import CaseRow
from service.store.verifications import keep_lease

ARCHIVE = "archive"  # the job of a day
AFTER_MONTHS, RESTORED_DAYS = "archive_after_months", "restored_case_days"
#: Who may archive and restore; whoever may look at stuck cases may look at the archive.
ARCHIVISTS = frozenset({MONITOR, SYSADMIN})
#: So many families at a time are looked up by the job of a day.
_PAGE = 100
_LEASE = timedelta(minutes=5)
#: What the periods are where no stored regulation names them: nothing is archived.
_NEVER = 1200


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """What was put away: of how many cases, and bytes before and after it was compressed."""

    cases: int
    size: int
    stored: int


def age_of(machine: Machine) -> Age:
    """Before which moments a family must have ended, or been restored, to be archived today. Whole days in China."""
    today = machine.clock.now().astimezone(SHANGHAI).date()
    months, days = months_of(machine), machine.practice(RESTORED_DAYS, _NEVER)
    return Age(ended_before=midnight(add_months(today, -months)), restored_before=midnight(today - timedelta(days=days)))


def months_of(machine: Machine) -> int:
    """After how many months cases are archived now."""
    return machine.practice(AFTER_MONTHS, _NEVER)


def ensure_archivist(actor: Actor) -> None:
    """NotAllowed for who may neither archive nor restore."""
    if actor.roles.isdisjoint(ARCHIVISTS):
        raise NotAllowed(
            "只有运维监控人员和系统管理员可以归档和恢复案件。", rule="archive",
            message_en="Only monitors and system administrators may archive and restore cases.",
        )  # fmt: skip


def check_archive(machine: Machine, connection: Connection, case_id: str) -> tuple[CaseRow, tuple[str, ...]]:
    """The case at the root and the ids of its family, when it may be archived. NotFound; Conflict says why it may not."""
    row = cases.find_case(connection, case_id)
    if row is None:
        raise NotFound("没有这个案件。", message_en="There is no such case.")
    return _ensure_archivable(machine, connection, row)


def archive_within(machine: Machine, connection: Connection, case_id: str, *, reason: str, by: str) -> Archived:
    """Archive a family in a transaction of the caller's. Errors as of `check_archive`."""
    ensure_archivist(get_actor(connection, by))
    check_reason(reason)
    return _archive(machine, connection, case_id, reason=reason.strip(), by=by)


def check_restore(connection: Connection, case_id: str) -> CaseRow:
    """The case, when it is archived and can be restored. NotFound; Conflict; `archives.Damaged`."""
    row = cases.find_case(connection, case_id)
    if row is None:
        raise NotFound("没有这个案件。", message_en="There is no such case.")
    if row.archived_at is None:
        raise Conflict("该案件没有归档。", message_en="This case is not archived.")
    return row


def restore_within(machine: Machine, connection: Connection, case_id: str, *, reason: str, by: str) -> int:
    """Restore the family of a case in a transaction of the caller's; returns how many cases. Errors as of `check_restore`."""
    ensure_archivist(get_actor(connection, by))
    check_reason(reason)
    root = check_restore(connection, case_id).root
    family = [one for one in _lock_family(connection, root) if one.archived_at is not None]
    if not family:
        raise Conflict("该案件没有归档。", message_en="This case is not archived.")
    at = machine.clock.now()
    archives.bring_back(connection, root, at=at)
    for row in family:
        note(connection, row, Event.CASE_RESTORED, by=by, at=at, root=root, reason=reason.strip())
    return len(family)


def ensure_daily(machine: Machine, connection: Connection) -> None:
    """Queue the archiving of today, unless it is queued or has been done."""
    today = machine.clock.now().astimezone(SHANGHAI).date()
    deliveries.insert_once(connection, checkpoints.job_row(machine, ARCHIVE, job_id=f"{ARCHIVE}-{today.isoformat()}"))


def archive_daily(machine: Machine) -> None:
    """What the job of the day does."""
    archive_due(machine, reason="", by=SYSTEM)


def archive_due(machine: Machine, *, reason: str, by: str) -> int:
    """Archive every family that is old enough, each in a transaction of its own; returns how many. May be taken up again.

    What is in the way of one since it was listed (somebody has restored it) leaves it to another day.
    """
    age, number, after = age_of(machine), 0, None
    while True:
        with machine.store.read() as connection:
            page = archive_lists.list_due(connection, age, after=after, limit=_PAGE)
        for one in page:
            after = one["ended_at"], one["id"]
            try:
                with machine.store.write() as connection:
                    _archive(machine, connection, one["id"], reason=reason, by=by)
            except ChengxuError:
                continue
            number += 1
        if len(page) < _PAGE:
            return number
        with machine.store.write() as connection:
            keep_lease(connection, ARCHIVE, until=machine.clock.machine() + _LEASE)


def _archive(machine: Machine, connection: Connection, case_id: str, *, reason: str, by: str) -> Archived:
    found = cases.find_case(connection, case_id)
    if found is None:
        raise NotFound("没有这个案件。", message_en="There is no such case.")
    family = _lock_family(connection, found.root)
    root, ids = _ensure_archivable(machine, connection, next(one for one in family if one.id == case_id))
    at = machine.clock.now()
    packed = archives.pack(connection, ids)
    for row in family:
        note(connection, row, Event.CASE_ARCHIVED, by=by, at=at, root=root.id, sha256=packed.sha256, reason=reason)
    archives.put_away(connection, root.id, ids, packed, at=at, by=by, reason=reason)
    return Archived(cases=len(ids), size=packed.size, stored=len(packed.body))


def _lock_family(connection: Connection, root: str) -> tuple[CaseRow, ...]:
    """Lock every case of a family, oldest first, as every command that locks several does."""
    ids = sorted(case["id"] for case in rows.list_family(connection, root))
    found = (cases.lock_case(connection, one, archived=True) for one in ids)
    return tuple(row for row in found if row is not None)


def _ensure_archivable(machine: Machine, connection: Connection, row: CaseRow) -> tuple[CaseRow, tuple[str, ...]]:
    age = age_of(machine)
    if row.parent is not None:
        raise Conflict("下级案件随上级案件一并归档。", message_en="A child case is archived together with the case above it.")
    if row.archived_at is not None:
        raise Conflict("该案件已经归档。", message_en="This case is archived already.")
    if row.ended_at is None or row.status not in ("completed", "terminated"):
        raise Conflict("案件没有办结，不能归档。", message_en="The case has not ended.")
    if row.restored_at is not None and row.restored_at >= age.restored_before:
        raise Conflict(
            f"该案件于 {_day(row.restored_at)} 从归档中恢复，保留期内不再归档。",
            message_en=f"This case was restored on {_day(row.restored_at)} and is not archived again so soon.",
        )
    members = rows.list_family(connection, row.id)
    ends = [one["ended_at"] for one in members]
    if any(one is None for one in ends):
        raise Conflict("下级案件还没有办结。", message_en="A child case has not ended.")
    if max(ends) >= age.ended_before:
        due = _first_day(machine, max(ends))
        raise Conflict(
            f"办结时间还没有满保存期限，{due} 起可以归档。",
            message_en=f"It ended too recently; it can be archived from {due} on.",
        )
    _ensure_nothing_waits(machine, connection, row, [one["id"] for one in members])
    return row, tuple(one["id"] for one in members)


def _ensure_nothing_waits(machine: Machine, connection: Connection, row: CaseRow, ids: Sequence[str]) -> None:
    if archive_lists.count_waiting_jobs(connection, ids) or any(cases.waiting(connection, one) for one in ids):
        raise Conflict("案件中还有没有完成的作业。", message_en="Jobs of the case are not done.")
    sibling = archive_lists.find_open_sibling(connection, business_key=row.business_key, regulation=row.regulation, beside=row.id)
    if sibling is not None:
        title, process = sibling
        named = f"{machine.library.latest(connection, process).name} {title}".strip()
        raise Conflict(f"同一事项还有在办案件：{named}。", message_en=f"Another case about the same thing is open: {named}.")


def _first_day(machine: Machine, ended: datetime) -> str:
    return (add_months(ended.astimezone(SHANGHAI).date(), months_of(machine)) + timedelta(days=1)).isoformat()


def _day(at: datetime) -> str:
    return at.astimezone(SHANGHAI).date().isoformat()
