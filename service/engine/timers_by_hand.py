"""Give a timer another date, or let it fire now. A date of the law that is changed so counts from then on as set by hand.

A period of the law is not cut short: its timer can be given another date, with a reason that stays in the history, and fires by
hand only when its day is over. What was set by hand stays when a holiday notice is reckoned in (see `recomputing`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from service.engine import notices
from service.engine import work as works
from service.engine.ending import settle
from service.engine.events import Event
from service.engine.lifecycle import ensure_monitor
from service.engine.machine import Machine
from service.engine.people import get_actor
from service.engine.sending_back import ensure_reason
from service.engine.waiting import TIMER
from service.engine.work import Work
from service.errors import Conflict, Finding, InvalidAnswers, NotAllowed, NotFound
from service.store import Connection, cases, jobs
from service.store.cases import CaseRow, JobRow


def reschedule_timer(machine: Machine, job_id: str, *, due_at: datetime, reason: str, by: str) -> None:
    """Give a timer another due time (aware, not past). Errors: NotFound, NotAllowed, Conflict, InvalidAnswers."""
    with machine.store.write() as connection:
        reschedule_within(machine, connection, job_id, due_at=due_at, reason=reason, by=by)
    machine.wake()


def reschedule_within(machine: Machine, connection: Connection, job_id: str, *, due_at: datetime, reason: str, by: str) -> None:
    """Do it in a transaction of the caller's."""
    ensure_reason(reason)
    work, job = _open(machine, connection, job_id, by)
    if due_at.tzinfo is None or due_at <= work.at:
        message, english = (
            "新的到期时间须在当前时间之后；需要现在触发请用“立即触发”。",
            "The time must lie ahead; to fire now, fire it.",
        )
        raise InvalidAnswers([Finding(field="due_at", rule="future", message=message, message_en=english)])
    work.run.set_timer(job.token or "", job.child, due_at)
    jobs.set_due(connection, job.id, due_at=due_at)
    by_law = {} if job.deadline is None else {"deadline": job.deadline}
    work.note(
        Event.TIMER_SET,
        element=job.child or job.element,
        job=job.id,
        before=job.due_at,
        after=due_at,
        reason=reason.strip(),
        **by_law,
    )
    work.finish()


def fire_timer(machine: Machine, job_id: str, *, reason: str, by: str) -> None:
    """Let a timer fire now; when this returns it has. Errors: NotFound, NotAllowed (a period that still runs), Conflict."""
    with machine.store.write() as connection:
        fire_within(machine, connection, job_id, reason=reason, by=by)
    machine.wake()


def fire_within(machine: Machine, connection: Connection, job_id: str, *, reason: str, by: str) -> None:
    """Do it in a transaction of the caller's."""
    ensure_reason(reason)
    work, job = _open(machine, connection, job_id, by)
    _ensure_over(job, work.at)
    if not jobs.take(connection, job.id):
        raise _gone()
    if job.due_at <= work.at:
        notices.give_before_firing(machine, work, job)
    work.run.fire_timer(job.token or "", job.child)
    work.note(
        Event.TIMER_FIRED, element=job.child or job.element, due=job.due_at, walked=works.walked(work.run), reason=reason.strip()
    )
    settle(work, machine.book, settled={job.id})


def ensure_possible(machine: Machine, connection: Connection, job_id: str, *, due_at: datetime | None, by: str) -> JobRow:
    """Look whether a timer could be given another date, or with None be fired; returns it. The connection may only read."""
    work, job = _open(machine, connection, job_id, by, find=cases.find_case)
    if due_at is None:
        _ensure_over(job, work.at)
    else:
        _ensure_ahead(due_at, work.at)
    return job


def _ensure_ahead(due_at: datetime, now: datetime) -> None:
    if due_at.tzinfo is None or due_at <= now:
        message, english = (
            "新的到期时间须在当前时间之后；需要现在触发请用“立即触发”。",
            "Give a later time; to fire now, fire it.",
        )
        raise InvalidAnswers([Finding(field="due_at", rule="future", message=message, message_en=english)])


def _ensure_over(job: JobRow, now: datetime) -> None:
    if job.deadline is not None and job.due_at > now:
        raise NotAllowed(
            "法定期限未满，不得提前触发；确需变更期限请改期并说明理由。",
            message_en="This is a period of the law, which is not over: it is not cut short. Give it another date if need be.",
            rule="statutory",
        )


def _open(
    machine: Machine, connection: Connection, job_id: str, by: str,
    *, find: Callable[[Connection, str], CaseRow | None] = cases.lock_case,
) -> tuple[Work, JobRow]:  # fmt: skip
    ensure_monitor(machine, get_actor(connection, by))
    job = jobs.find_job(connection, job_id)
    if job is None or job.case_id is None or job.kind != TIMER:
        raise NotFound("没有这个定时器。", message_en="There is no such timer.")
    row = find(connection, job.case_id)
    if row is None:
        raise NotFound()
    work = machine.begin(connection, row, actor=by)
    job = jobs.find_job(connection, job_id)  # as it stands now that the case is locked
    if job is None or job.state not in ("todo", "parked"):
        raise _gone()
    return work, job


def _gone() -> Conflict:
    return Conflict("这个定时器已经触发或取消。", message_en="This timer has fired or was cancelled.")
