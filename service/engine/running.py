"""Run jobs: timers, automatic steps, children, messages. Called by the worker; safe to call twice for the same job.

A job of the machine's own is one transaction. A handler that reaches outside is three steps: lease (commit), call, complete
(commit), fenced by the lease, so that a slow or dead worker can not complete what another has taken over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from service import tagged
from service.engine import (
    archiving,
    auditing,
    batch_running,
    checkpoints,
    digests,
    lifecycle,
    messaging,
    moving,
    notices,
    recomputing,
    scheduling,
    sending_back,
    spreading,
    starting,
)
from service.engine import work as works
from service.engine.ending import settle
from service.engine.events import Event
from service.engine.machine import Machine
from service.engine.people import SYSTEM
from service.engine.waiting import (
    CHILD_ENDED,
    CORRELATE,
    DELIVER,
    ESCALATE,
    MATCH,
    SEND_BACK,
    SERVICE,
    START,
    START_CHILD,
    TERMINATE,
    TIMER,
)
from service.engine.work import Work
from service.errors import ChengxuError, Conflict, Failed, InvalidAnswers, Stale
from service.sdk import BpmnError, Context
from service.store import Connection, batches, cases, deliveries, jobs, new_id
from service.store.cases import JobRow

LEASE = timedelta(minutes=5)
FIRST_BACK_OFF = timedelta(seconds=2)
LONGEST_BACK_OFF = timedelta(hours=1)


class Ran(StrEnum):
    """What became of an attempt."""

    DONE = "done"
    SKIPPED = "skipped"  # somebody else has it, or nothing is left to do
    FAILED = "failed"  # will be tried again
    PARKED = "parked"  # attempts are spent: an incident


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A handler that is to be called outside any transaction."""

    job: JobRow
    token: str
    context: Context


def run_job(machine: Machine, job_id: str) -> Ran:
    """Run one job by its id."""
    with machine.store.read() as connection:
        job = jobs.find_job(connection, job_id)
    return Ran.SKIPPED if job is None else run(machine, job)


def run(machine: Machine, job: JobRow) -> Ran:
    """Run one job, whatever it is; never raises for what the job itself does wrong."""
    if job.state != "todo":
        return Ran.SKIPPED
    try:
        ran = _RUNNERS.get(job.kind, _run_internal)(machine, job)
    except Exception as error:  # noqa: BLE001 - the job runner: whatever a job does wrong becomes its incident
        ran = _fail(machine, job, error)
    if ran is Ran.DONE:
        machine.wake()
    return ran


def _correlate(machine: Machine, job: JobRow) -> Ran:
    with machine.store.write() as connection:
        if not jobs.take(connection, job.id):
            return Ran.SKIPPED
        messaging.correlate(machine, connection, tagged.loads(job.payload or b"{}")["message"])
    return Ran.DONE


def _start_at(machine: Machine, job: JobRow) -> Ran:
    with machine.store.write() as connection:
        if not jobs.take(connection, job.id):
            return Ran.SKIPPED
        scheduling.start_now(machine, connection, job)
    return Ran.DONE


def _run_of_no_case(machine: Machine, job: JobRow) -> Ran:
    with machine.store.write() as connection:
        if not jobs.take(connection, job.id):
            return Ran.SKIPPED
        _OF_NO_CASE[job.kind](machine, connection, job)
    return Ran.DONE


def _send_out(machine: Machine, job: JobRow) -> Ran:
    """A delivery to the outside: leased meanwhile, so that nothing waits for the network within a transaction."""
    token = new_id()
    with machine.store.write() as connection:
        if not jobs.lease_job(connection, job.id, lease=token, until=machine.clock.machine() + LEASE):
            return Ran.SKIPPED
    try:
        spreading.deliver(machine, job)
    except Exception as error:  # noqa: BLE001 - a delivery may fail in any way; see run
        ran = _fail(machine, job, error, lease=token)
        if ran is not Ran.SKIPPED:
            with machine.store.write() as connection:
                spreading.note_result(machine, connection, job, error)
        return ran
    with machine.store.write() as connection:
        current = jobs.find_job(connection, job.id)
        if current is None or current.lease != token:
            return Ran.SKIPPED
        cases.settle_jobs(connection, [job.id], state="done")
        spreading.note_result(machine, connection, job, None)
    return Ran.DONE


def _run_internal(machine: Machine, job: JobRow) -> Ran:
    with machine.store.write() as connection:
        row = cases.try_lock_case(connection, job.case_id or "")
        if row is None or (row.status == "suspended" and job.kind != TERMINATE) or not jobs.take(connection, job.id):
            return Ran.SKIPPED
        if row.status not in ("completed", "terminated"):
            _INTERNAL[job.kind](machine, machine.load(connection, row, actor=SYSTEM), job)
    return Ran.DONE


def _fire_timer(machine: Machine, work: Work, job: JobRow) -> None:
    notices.give_before_firing(machine, work, job)
    work.run.fire_timer(job.token or "", job.child)
    work.note(Event.TIMER_FIRED, element=job.child or job.element, due=job.due_at, walked=works.walked(work.run))
    settle(work, machine.book, settled={job.id})


def _start_child(machine: Machine, work: Work, job: JobRow) -> None:
    token = job.token or ""
    process, variables = work.run.child_inputs(token)
    child = starting.start_child(machine, work.connection, work, process=process, variables=variables, token=token)
    rows = cases.waiting(work.connection, work.row.id)
    subscription = next((row for row in rows if row.kind == "child" and row.token == token), None)
    if subscription is not None:
        cases.name_child(work.connection, subscription.id, child.id)
    work.note(Event.CHILD_STARTED, element=job.element, case=child.id, process=process)
    work.finish()


def _child_ended(machine: Machine, work: Work, job: JobRow) -> None:
    ended = tagged.loads(job.payload or b"{}")
    work.actors.merge(ended["actors"])
    rows = cases.waiting(work.connection, work.row.id)
    called = [row for row in rows if row.kind == "child" and row.token == job.token]
    done = [row.id for row in called]
    element = called[0].element if called else job.element  # the job was written by the child, which does not know it
    if ended["error"] is None:
        work.run.complete(job.token or "", ended["variables"])
    elif not work.run.throw_error(job.token or "", ended["error"], ended["variables"]):
        raise Failed(
            f"下级案件以错误 {ended['error'] or '（无代码）'} 结束，没有环节接住该错误。",
            message_en=f"The child case ended with error {ended['error']!r}, which nothing catches.",
        )
    cases.delete_subscriptions(work.connection, done)
    work.note(Event.CHILD_ENDED, element=element, case=ended["case"], outcome=ended["outcome"], walked=works.walked(work.run))
    settle(work, machine.book, rows=rows, settled={job.id, *done})


def _escalate(machine: Machine, work: Work, job: JobRow) -> None:
    raised = tagged.loads(job.payload or b"{}")
    work.run.throw_escalation(job.token or "", raised["code"] or "", raised["variables"])
    work.note(Event.ERROR_CAUGHT, element=job.element, code=raised["code"], walked=works.walked(work.run))
    settle(work, machine.book, settled={job.id})


def _match(machine: Machine, work: Work, job: JobRow) -> None:
    messaging.look_in_buffer(machine, work, job.child or "")
    work.finish()


def _deliver(machine: Machine, work: Work, job: JobRow) -> None:
    wanted = tagged.loads(job.payload or b"{}")
    rows = cases.waiting(work.connection, work.row.id)
    subscription = next((row for row in rows if row.id == wanted["subscription"]), None)
    if subscription is None:  # it stopped waiting meanwhile; another case may have the message
        messaging.give_back(work, wanted["message"])
        work.finish()
        return
    work.run.deliver(subscription.token or "", subscription.child, wanted["payload"])
    cases.delete_subscriptions(work.connection, [subscription.id])
    work.note(
        Event.MESSAGE_RECEIVED, element=subscription.element, name=wanted["name"], message=wanted["message"],
        walked=works.walked(work.run),
    )  # fmt: skip
    settle(work, machine.book, rows=rows, settled={job.id, subscription.id})


def _terminate(machine: Machine, work: Work, job: JobRow) -> None:
    lifecycle.terminate(machine, work, reason="上级案件已不再等待本案件", settled={job.id})


_INTERNAL: Mapping[str, Callable[[Machine, Work, JobRow], None]] = {
    TIMER: _fire_timer,
    START_CHILD: _start_child,
    CHILD_ENDED: _child_ended,
    ESCALATE: _escalate,
    MATCH: _match,
    DELIVER: _deliver,
    TERMINATE: _terminate,
    SEND_BACK: sending_back.place_in_caller,
}


def _run_service(machine: Machine, job: JobRow) -> Ran:
    lease = _lease(machine, job)
    if lease is None:
        return Ran.SKIPPED
    registered = machine.find_handler(job.type)
    try:
        if registered is None:
            raise Conflict(
                f"没有名为“{job.type}”的处理程序；请检查 CHENGXU_HANDLERS。", message_en=f"No handler is called {job.type!r}."
            )
        result = registered.run(lease.context)
        return _complete_service(machine, lease, dict(result or {}))
    except BpmnError as error:
        return _catch(machine, lease, error)
    except Exception as error:  # noqa: BLE001 - a handler may fail in any way; see run_job
        return _fail(machine, lease.job, error, lease=lease.token)


def _run_long(machine: Machine, job: JobRow) -> Ran:
    """Work of many transactions: leased meanwhile, and taken up again from where it stood when its worker dies."""
    with machine.store.write() as connection:
        if not jobs.lease_job(connection, job.id, lease=new_id(), until=machine.clock.machine() + LEASE):
            return Ran.SKIPPED
    _LONG[job.kind](machine)
    with machine.store.write() as connection:
        cases.settle_jobs(connection, [job.id], state="done")
    return Ran.DONE


def _run_batch(machine: Machine, job: JobRow) -> Ran:
    """A part of a batch: leased meanwhile, and put back until it is over."""
    token = new_id()
    with machine.store.write() as connection:
        if not jobs.lease_job(connection, job.id, lease=token, until=machine.clock.machine() + batch_running.LEASE):
            return Ran.SKIPPED
    try:
        batch_running.go_on(machine, job.id, lease=token, words=error_text)
    except Exception as error:  # noqa: BLE001 - the database may be away; see run
        return _fail(machine, job, error, lease=token)
    return Ran.DONE


_LONG: Mapping[str, Callable[[Machine], object]] = {
    moving.MOVE_CLOCK: moving.move_on,
    recomputing.RECOMPUTE: recomputing.recompute,
    checkpoints.CHECKPOINT: checkpoints.make_daily,
    auditing.VERIFY: auditing.go_on,
    archiving.ARCHIVE: archiving.archive_daily,
}


_OF_NO_CASE: Mapping[str, Callable[[Machine, Connection, JobRow], None]] = {
    deliveries.SPREAD: spreading.spread,
    deliveries.DIGEST: digests.gather,
}


_RUNNERS: Mapping[str, Callable[[Machine, JobRow], Ran]] = {
    SERVICE: _run_service,
    CORRELATE: _correlate,
    START: _start_at,
    batches.BATCH: _run_batch,
    deliveries.MAIL: _send_out,
    deliveries.WEBHOOK: _send_out,
    **dict.fromkeys(_OF_NO_CASE, _run_of_no_case),
    **dict.fromkeys(_LONG, _run_long),
}


def _lease(machine: Machine, job: JobRow) -> Lease | None:
    token = new_id()
    with machine.store.write() as connection:
        row = cases.try_lock_case(connection, job.case_id or "")
        if row is None or row.status != "running":
            return None
        until = machine.clock.machine() + LEASE
        if not jobs.lease_job(connection, job.id, lease=token, until=until):
            return None
        work = machine.load(connection, row, actor=SYSTEM)
        element = work.definition.process.elements[job.element or ""]
        context = work.host.context(element, work.run.variables(job.token), key=job.id)
        context.registers = _Reads(machine)
    return Lease(job=job, token=token, context=context)


class _Reads:
    """Registers for a handler that runs outside the transaction: every read opens its own."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def read(self, register: str, key: str) -> Any:
        from service.store.registers import Registers

        with self._machine.store.read() as connection:
            return Registers(connection).read(register, key)

    def search(self, register: str, **equals: Any) -> Any:
        from service.store.registers import Registers

        with self._machine.store.read() as connection:
            return Registers(connection, self._machine.rules.registers.indexings).search(register, **equals)

    def search_alike(self, register: str, texts: Mapping[str, str], *, limit: int = 100, **equals: Any) -> Any:
        from service.store.registers import Registers

        with self._machine.store.read() as connection:
            known = Registers(connection, self._machine.rules.registers.indexings)
            return known.search_alike(register, texts, limit=limit, **equals)


def _resume(machine: Machine, connection: Connection, lease: Lease) -> Work:
    """Load the case again for the result of a handler. Stale when the lease is no longer ours."""
    row = cases.lock_case(connection, lease.job.case_id or "")
    current = jobs.find_job(connection, lease.job.id)
    if row is None or current is None or current.state != "doing" or current.lease != lease.token:
        raise Stale("该步骤已由其他处理程序接管。", message_en="The lease of this job has been taken over.")
    return machine.load(connection, row, actor=SYSTEM)


def _complete_service(machine: Machine, lease: Lease, result: dict[str, Any]) -> Ran:
    with machine.store.write() as connection:
        try:
            work = _resume(machine, connection, lease)
        except Stale:
            return Ran.SKIPPED
        work.host.collect(lease.context)
        cases.settle_jobs(connection, [lease.job.id], state="done")
        work.run.complete(lease.job.token or "", result)
        work.note(Event.JOB_DONE, element=lease.job.element, type=lease.job.type, result=result, walked=works.walked(work.run))
        settle(work, machine.book, settled={lease.job.id})
    return Ran.DONE


def _catch(machine: Machine, lease: Lease, error: BpmnError) -> Ran:
    """A handler threw a BPMN error: the nearest error event goes on; without one the job is an incident at once."""
    with machine.store.write() as connection:
        work = _resume(machine, connection, lease)
        caught = work.run.throw_error(lease.job.token or "", error.code, error.variables)
        if caught:
            cases.settle_jobs(connection, [lease.job.id], state="done")
            work.note(Event.ERROR_CAUGHT, element=lease.job.element, code=error.code, walked=works.walked(work.run))
            settle(work, machine.book, settled={lease.job.id})
            return Ran.DONE
        text = f"没有接住 BPMN 错误 {error.code}：{error}"
        jobs.put_back(connection, lease.job.id, state="parked", due_at=machine.clock.machine(), error=text)
        work.note(Event.JOB_PARKED, element=lease.job.element, type=lease.job.type, error=text)
        work.finish()
    return Ran.PARKED


def _fail(machine: Machine, job: JobRow, error: Exception, *, lease: str | None = None) -> Ran:
    """Count a failed attempt: again later, or parked when the attempts are spent."""
    with machine.store.write() as connection:
        row = cases.lock_case(connection, job.case_id) if job.case_id else None
        current = jobs.find_job(connection, job.id)
        if current is None or current.state not in ("todo", "doing") or (lease is not None and current.lease != lease):
            return Ran.SKIPPED
        attempt = current.attempts + (0 if lease else 1)
        parked = attempt >= current.retries
        back_off = min(FIRST_BACK_OFF * 2 ** min(attempt, 20), LONGEST_BACK_OFF)
        text = error_text(error)
        due = machine.clock.machine() + back_off
        state = "parked" if parked else "todo"
        jobs.put_back(connection, job.id, state=state, due_at=due, error=text, attempts=attempt)
        if row is not None and row.status in ("running", "suspended"):
            work = machine.load(connection, row, actor=SYSTEM)
            work.note(
                Event.JOB_PARKED if parked else Event.JOB_FAILED, element=job.element, type=job.type or job.kind, error=text,
                attempt=attempt,
            )  # fmt: skip
            work.finish()
    return Ran.PARKED if parked else Ran.FAILED


def error_text(error: Exception) -> str:
    """What an administrator reads about a failed job."""
    if isinstance(error, InvalidAnswers):
        return "；".join(finding.message for finding in error.findings)
    if isinstance(error, ChengxuError):
        return error.message
    return f"{type(error).__name__}: {error}"[:2000]
