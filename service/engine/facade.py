"""The one way to change a case. Every method is one transaction; `by` is always an account name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from service.engine import (
    completing,
    discarding,
    handing,
    lifecycle,
    messaging,
    moving,
    notices,
    parameters,
    passwords,
    running,
    starting,
)
from service.engine.completing import Completed, Signature
from service.engine.machine import Machine
from service.engine.moving import ClockState
from service.engine.running import Ran
from service.engine.starting import Started
from service.engine.work import Within
from service.forms import Form
from service.store import people
from service.store.parameters import ParameterChange
from service.store.people import DelegationRow


class Engine:
    """The engine facade: ensure arguments, find and lock, check permission and duty separation, advance, reconcile, write."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def start_case(self, process: str, answers: Mapping[str, Any], *, by: str, within: Within[Started] | None = None) -> Started:
        """File the start form of a process. Errors: NotFound, NotAllowed, InvalidAnswers.

        `within` is done in the same transaction with the result, here and below.
        """
        return starting.start_case(self.machine, process, answers, by=by, within=within)

    def claim_task(self, task_id: str, *, by: str) -> None:
        """Hold a task. Errors: NotFound, NotAllowed, TaskTaken."""
        completing.claim_task(self.machine, task_id, by=by)

    def release_task(self, task_id: str, *, by: str) -> None:
        completing.release_task(self.machine, task_id, by=by)

    def save_draft(self, subject: str, answers: Mapping[str, Any], *, by: str) -> datetime:
        """Keep entries unchecked; `subject` is "task:<id>" or "start:<process>"."""
        return completing.save_draft(self.machine, subject, answers, by=by)

    def discard_draft(self, subject: str, form: Form, answers: Mapping[str, Any], *, by: str) -> None:
        """Delete a draft, and the files that it or `answers` name, so that nothing of them stays."""
        discarding.discard_draft(self.machine, subject, form, answers, by=by)

    def complete_task(
        self,
        task_id: str,
        answers: Mapping[str, Any],
        *,
        by: str,
        signature: Signature | None = None,
        within: Within[Completed] | None = None,
    ) -> Completed:
        """Complete a task. Errors: NotFound, NotAllowed, TaskTaken, SignatureRequired, InvalidAnswers."""
        return completing.complete_task(self.machine, task_id, answers, by=by, signature=signature, within=within)

    def transfer_task(self, task_id: str, *, to: str, reason: str, by: str) -> None:
        """Give a task to somebody who could take it. Errors: NotFound, NotAllowed, TaskTaken, InvalidAnswers."""
        handing.transfer_task(self.machine, task_id, to=to, reason=reason, by=by)

    def delegate_task(self, task_id: str, *, to: str, reason: str, by: str) -> None:
        """Have somebody of the same role do a task in one's name. Errors as above."""
        handing.delegate_task(self.machine, task_id, to=to, reason=reason, by=by)

    def name_deputy(self, *, deputy: str, role: str, start: date, until: date, reason: str, by: str) -> DelegationRow:
        """Have somebody stand in for oneself from a day to a day. Errors: NotAllowed, InvalidAnswers."""
        return handing.name_deputy(self.machine, deputy=deputy, role=role, start=start, until=until, reason=reason, by=by)

    def end_deputy(self, delegation_id: str, *, reason: str, by: str) -> None:
        """Take a deputyship back. NotFound for one that is not one's own, or over."""
        handing.end_deputy(self.machine, delegation_id, reason=reason, by=by)

    def sign(self, *, by: str, password: str) -> Signature:
        """Check a password that was entered again, before the command that needs it. NotAllowed when it is wrong."""
        with self.machine.store.read() as connection:
            account = people.find_account(connection, by)
        passwords.ensure_right(account, password)
        return Signature(account=by, at=self.machine.clock.now())

    def publish_message(
        self, name: str, correlation: str | None, payload: Mapping[str, Any], *, by: str, unique_id: str | None = None
    ) -> str | None:
        """Publish a message; returns its id, or None when `unique_id` was published before."""
        return messaging.publish_message(self.machine, name, correlation, payload, by=by, unique_id=unique_id)

    def read_notice(self, notice_id: str, *, by: str) -> None:
        """Mark a notice as read. NotFound when it is not for the account."""
        notices.read_notice(self.machine, notice_id, by=by)

    def read_all_notices(self, *, by: str) -> None:
        notices.read_all_notices(self.machine, by=by)

    def set_parameter(
        self, name: str, value: Any, *, from_date: date, applies_to_open_cases: bool, reason: str, by: str
    ) -> ParameterChange:
        """Change a practice parameter from a day on. Errors: NotFound, NotAllowed, InvalidAnswers."""
        return parameters.set_parameter(
            self.machine, name, value, from_date=from_date, applies_to_open_cases=applies_to_open_cases, reason=reason, by=by
        )

    def set_clock(self, target: datetime, *, by: str) -> None:
        """Begin to move the demonstration's clock; the worker does it. NotFound outside demo mode; Conflict to go back."""
        moving.set_clock(self.machine, target, by=by)

    def clock_state(self) -> ClockState:
        return moving.clock_state(self.machine)

    def run_job(self, job_id: str) -> Ran:
        """Run one due job; the worker calls this."""
        return running.run_job(self.machine, job_id)

    def retry_job(self, job_id: str, *, reason: str, by: str) -> None:
        lifecycle.retry_job(self.machine, job_id, reason=reason, by=by)

    def suspend_case(self, case_id: str, *, reason: str, by: str) -> None:
        lifecycle.suspend_case(self.machine, case_id, reason=reason, by=by)

    def resume_case(self, case_id: str, *, reason: str, by: str) -> None:
        lifecycle.resume_case(self.machine, case_id, reason=reason, by=by)

    def terminate_case(self, case_id: str, *, reason: str, by: str) -> None:
        """End a case and its open children. Needs the monitor role and a reason."""
        lifecycle.terminate_case(self.machine, case_id, reason=reason, by=by)
