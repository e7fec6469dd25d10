"""Repair a case whose waiting rows are not those that its run waits for: reconcile it again, which adds what is missing."""

from __future__ import annotations

from service.engine import lifecycle
from service.engine.ending import settle
from service.engine.events import Event
from service.engine.machine import Machine
from service.engine.people import get_actor
from service.errors import Conflict, NotFound
from service.store import Connection, cases


def repair_within(machine: Machine, connection: Connection, case_id: str, *, reason: str, by: str) -> int:
    """Reconcile a running case; returns how many rows it waits for now. NotFound, NotAllowed, Conflict, Invalid."""
    lifecycle.ensure_monitor(machine, get_actor(connection, by))
    lifecycle.check_reason(reason)
    row = cases.lock_case(connection, case_id)
    if row is None:
        raise NotFound("没有这个案件。", message_en="There is no such case.")
    if row.status != "running":
        raise Conflict("案件没有在办，不需要修复。", message_en="The case is not running; there is nothing to repair.")
    work = machine.begin(connection, row, actor=by)
    before = {one.id for one in cases.waiting(connection, case_id)}
    work.note(Event.CASE_REPAIRED, reason=reason.strip(), rows=len(before))
    settle(work, machine.book)
    return len(cases.waiting(connection, case_id)) - len(before)
