"""What an administrator does with a case as a whole: terminate, suspend, resume, retry a parked job."""

from __future__ import annotations

from collections.abc import Collection

from service.access import Actor
from service.engine.ending import settle
from service.engine.events import Event
from service.engine.machine import Machine
from service.engine.people import get_actor
from service.engine.waiting import TERMINATE
from service.engine.work import Work
from service.errors import Conflict, Invalid, NotAllowed, NotFound
from service.store import Connection, cases, jobs

#: The platform role that may act on cases without deciding them.
MONITOR = "monitor"


def terminate_case(machine: Machine, case_id: str, *, reason: str, by: str) -> None:
    """End a case and its open children, whatever they wait for."""
    with machine.store.write() as connection:
        work = _open(machine, connection, case_id, reason, by)
        terminate(machine, work, reason=reason)
    machine.wake()


def terminate(machine: Machine, work: Work, *, reason: str, settled: Collection[str] = ()) -> None:
    """Cancel everything that waits in a loaded case; its children are terminated by jobs of their own."""
    work.run.terminate()
    work.row.status = "terminated"
    work.row.ended_at = work.at
    work.note(Event.CASE_TERMINATED, reason=reason)
    for child, _ in cases.open_children(work.connection, work.row.id):
        work.job(TERMINATE, case_id=child)
    rows = cases.waiting(work.connection, work.row.id)
    children = {row.id for row in rows if row.kind == "child"}
    cases.delete_subscriptions(work.connection, sorted(children))
    settle(work, machine.book, rows=rows, settled={*settled, *children})


def suspend_case(machine: Machine, case_id: str, *, reason: str, by: str) -> None:
    """Stop a case where it is: nothing in it may be done until it is resumed; its tasks stay visible."""
    with machine.store.write() as connection:
        work = _open(machine, connection, case_id, reason, by)
        work.row.status = "suspended"
        work.note(Event.CASE_SUSPENDED, reason=reason)
        work.finish()


def resume_case(machine: Machine, case_id: str, *, reason: str, by: str) -> None:
    with machine.store.write() as connection:
        work = _open(machine, connection, case_id, reason, by, status="suspended")
        work.row.status = "running"
        work.note(Event.CASE_RESUMED, reason=reason)
        settle(work, machine.book)
    machine.wake()


def retry_job(machine: Machine, job_id: str, *, reason: str, by: str) -> None:
    """Put a parked job back to do; the worker runs it at once."""
    with machine.store.write() as connection:
        job = jobs.find_job(connection, job_id)
        if job is None or job.case_id is None:
            raise NotFound("没有这个作业。", message_en="There is no such job.")
        work = _open(machine, connection, job.case_id, reason, by)
        if not jobs.retry(connection, job_id, now=machine.clock.machine()):
            raise Conflict("该作业没有停在失败状态。", message_en="This job is not parked.")
        work.note(Event.JOB_RETRIED, element=job.element, job=job_id, reason=reason)
        work.finish()
    machine.wake()


def ensure_monitor(machine: Machine, actor: Actor) -> None:
    if MONITOR not in actor.roles:
        raise NotAllowed("只有运维监控人员可以进行此操作。", message_en="Only a monitor may do this.", rule="monitor")


def _open(machine: Machine, connection: Connection, case_id: str, reason: str, by: str, *, status: str = "running") -> Work:
    ensure_monitor(machine, get_actor(connection, by))
    if not reason.strip():
        raise Invalid("请填写原因。", message_en="Give a reason.")
    row = cases.lock_case(connection, case_id)
    if row is None:
        raise NotFound()
    if row.status != status:
        return machine.begin(connection, row, actor=by)
    return machine.load(connection, row, actor=by)
