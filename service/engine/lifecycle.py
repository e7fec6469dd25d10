"""What an administrator does with a case as a whole: terminate, suspend, resume, retry a parked job."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from service.access import Actor
from service.engine.ending import settle
from service.engine.events import Event
from service.engine.machine import Machine
from service.engine.people import get_actor
from service.engine.waiting import TERMINATE, TIMER
from service.engine.work import Work
from service.errors import Conflict, Finding, InvalidAnswers, NotAllowed, NotFound
from service.store import Connection, cases, deliveries, jobs
from service.store.cases import JobRow
from service.store.history import Entry, record_outside_cases

#: The platform role that may act on cases without deciding them.
MONITOR = "monitor"
MOST_REASON = 400
LETTERS = (deliveries.MAIL, deliveries.WEBHOOK)


def terminate_case(machine: Machine, case_id: str, *, reason: str, by: str) -> None:
    """End a case and its open children, whatever they wait for."""
    with machine.store.write() as connection:
        terminate_within(machine, connection, case_id, reason=reason, by=by)
    machine.wake()


def terminate_within(machine: Machine, connection: Connection, case_id: str, *, reason: str, by: str) -> None:
    """Do it in a transaction of the caller's."""
    row = cases.find_case(connection, case_id)
    stopped = row is not None and row.status == "suspended"
    work = _open(machine, connection, case_id, reason, by, status="suspended" if stopped else "running")
    terminate(machine, work, reason=reason.strip())


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
        suspend_within(machine, connection, case_id, reason=reason, by=by)


def suspend_within(machine: Machine, connection: Connection, case_id: str, *, reason: str, by: str) -> None:
    """Do it in a transaction of the caller's, here and below."""
    work = _open(machine, connection, case_id, reason, by)
    work.row.status = "suspended"
    work.note(Event.CASE_SUSPENDED, reason=reason.strip())
    work.finish()


def resume_case(machine: Machine, case_id: str, *, reason: str, by: str) -> None:
    with machine.store.write() as connection:
        resume_within(machine, connection, case_id, reason=reason, by=by)
    machine.wake()


def resume_within(machine: Machine, connection: Connection, case_id: str, *, reason: str, by: str) -> None:
    work = _open(machine, connection, case_id, reason, by, status="suspended")
    work.row.status = "running"
    work.note(Event.CASE_RESUMED, reason=reason.strip())
    settle(work, machine.book)


def retry_job(machine: Machine, job_id: str, *, reason: str, by: str) -> None:
    """Put a parked job back to do; the worker runs it at once."""
    with machine.store.write() as connection:
        retry_within(machine, connection, job_id, reason=reason, by=by)
    machine.wake()


def retry_within(machine: Machine, connection: Connection, job_id: str, *, reason: str, by: str) -> JobRow:
    job = get_job(connection, job_id)
    work = _open_for(machine, connection, job, reason, by)
    if not jobs.retry(connection, job_id, now=machine.clock.machine()):
        raise not_parked()
    _note_of(machine, connection, work, Event.JOB_RETRIED, job, reason, by)
    return job


def park_within(machine: Machine, connection: Connection, job_id: str, *, reason: str, by: str) -> JobRow:
    """Keep a job from being run until it is retried. NotAllowed for a timer; Conflict when it does not wait to run."""
    job = get_job(connection, job_id)
    work = _open_for(machine, connection, job, reason, by)
    ensure_parkable(job)
    if not jobs.park(connection, job_id, error=reason.strip()):
        raise Conflict("该作业已在执行或已结束。", message_en="This job is running already, or over.")
    _note_of(machine, connection, work, Event.JOB_PARKED, job, reason, by)
    return job


def cancel_job_within(machine: Machine, connection: Connection, job_id: str, *, reason: str, by: str) -> JobRow:
    """Give up a letter or a webhook that cannot be sent. NotAllowed for what a case or a process waits for."""
    job = get_job(connection, job_id)
    work = _open_for(machine, connection, job, reason, by)
    ensure_cancellable(job)
    cases.settle_jobs(connection, [job_id], state="cancelled")
    _note_of(machine, connection, work, Event.JOB_CANCELLED, job, reason, by)
    return job


def get_job(connection: Connection, job_id: str) -> JobRow:
    job = jobs.find_job(connection, job_id)
    if job is None:
        raise NotFound("没有这个作业。", message_en="There is no such job.")
    return job


def not_parked() -> Conflict:
    return Conflict("该作业没有停在失败状态。", message_en="This job is not parked.")


def ensure_parkable(job: JobRow) -> None:
    if job.kind == TIMER:
        raise NotAllowed(
            "定时器不能停放，期限照常计算；需要时请改期。",
            message_en="A timer cannot be parked: its period goes on. Give it another date if need be.", rule="timer",
        )  # fmt: skip
    if job.case_id is None and job.kind not in LETTERS:
        raise NotAllowed("系统自身的作业不能停放。", message_en="A job of the machine itself cannot be parked.", rule="machine")
    if job.state != "todo":
        raise Conflict("该作业已在执行或已结束。", message_en="This job is running already, or over.")


def ensure_cancellable(job: JobRow) -> None:
    if job.case_id is not None:
        raise NotAllowed(
            "案件在等它的结果，取消后案件会永远停在该环节；请重试、移动环节或终止案件。",
            message_en="The case waits for its result and would stand there for ever; retry it, move the case, or terminate it.",
            rule="awaited",
        )  # fmt: skip
    if job.kind not in LETTERS:
        raise NotAllowed(
            "系统自身的作业不能取消，只有邮件和 Webhook 的发送可以。",
            message_en="Only the sending of mails and to webhooks can be cancelled, not a job of the machine itself.",
            rule="machine",
        )
    if job.state not in ("todo", "parked"):
        raise Conflict("该作业已在执行或已结束。", message_en="This job is running already, or over.")


def ensure_monitor(machine: Machine, actor: Actor) -> None:
    if MONITOR not in actor.roles:
        raise NotAllowed("只有运维监控人员可以进行此操作。", message_en="Only a monitor may do this.", rule="monitor")


def check_reason(reason: str) -> None:
    """InvalidAnswers for none, or more than `MOST_REASON` characters."""
    if not reason.strip():
        raise InvalidAnswers([Finding(field="reason", rule="required", message="请填写原因。", message_en="Give a reason.")])
    if len(reason.strip()) > MOST_REASON:
        message, english = f"原因不超过 {MOST_REASON} 字。", f"A reason has at most {MOST_REASON} characters."
        raise InvalidAnswers([Finding(field="reason", rule="length", message=message, message_en=english)])


def _open_for(machine: Machine, connection: Connection, job: JobRow, reason: str, by: str) -> Work | None:
    """The case of a job, locked; None for a job of no case."""
    if job.case_id is not None:
        return _open(machine, connection, job.case_id, reason, by)
    ensure_monitor(machine, get_actor(connection, by))
    check_reason(reason)
    return None


def _note_of(
    machine: Machine, connection: Connection, work: Work | None, event: Event, job: JobRow, reason: str, by: str
) -> None:
    """The line of history: in the case, or of the day for a job of no case."""
    payload: dict[str, Any] = {"job": job.id, "type": job.type or job.kind, "reason": reason.strip()}
    if event is Event.JOB_PARKED:
        payload["error"] = reason.strip()
    if work is None:
        entry = Entry(kind=event.value, actor=by, at=machine.clock.now(), payload=payload)
        record_outside_cases(connection, [entry])
        return
    work.note(event, element=job.element, **payload)
    work.finish()


def _open(machine: Machine, connection: Connection, case_id: str, reason: str, by: str, *, status: str = "running") -> Work:
    ensure_monitor(machine, get_actor(connection, by))
    check_reason(reason)
    row = cases.lock_case(connection, case_id)
    if row is None:
        raise NotFound()
    if row.status == status:
        return machine.load(connection, row, actor=by)
    if row.status == "running":
        raise Conflict("该案件没有暂停。", message_en="This case is not suspended.")
    return machine.begin(connection, row, actor=by)
