"""The one way to change a case. Every method is one transaction; `by` is always an account name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from service.engine import (
    auditing,
    batch_kinds,
    batches,
    choosing,
    commenting,
    completing,
    correcting,
    discarding,
    handing,
    lifecycle,
    list_views,
    messaging,
    migrating,
    migration_plan,
    moving,
    moving_tokens,
    notices,
    parameters,
    passwords,
    phrases,
    presence,
    running,
    sending_back,
    signing,
    starting,
    taking_back,
    timers_by_hand,
    urging,
    watching,
)
from service.engine.checkpoint_files import Checkpoint
from service.engine.completing import Completed, Signature
from service.engine.machine import Machine
from service.engine.moving import ClockState
from service.engine.presence import Presence
from service.engine.running import Ran
from service.engine.starting import Started
from service.engine.urging import Urged
from service.engine.work import Within
from service.forms import Form
from service.store import people
from service.store.batch_subjects import Selection
from service.store.batches import BatchRow
from service.store.comments import CommentRow
from service.store.parameters import ParameterChange
from service.store.people import DelegationRow
from service.store.phrases import PhraseRow
from service.store.signers import SignerRow
from service.store.views import ViewRow


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

    def keep_phrase(self, body: str, *, by: str) -> PhraseRow:
        """Keep a phrase for one's opinions. InvalidAnswers for an empty or long one, or too many."""
        return phrases.keep_phrase(self.machine, body, by=by)

    def drop_phrase(self, phrase_id: str, *, by: str) -> None:
        """Delete one of one's own phrases. NotFound for any other."""
        phrases.drop_phrase(self.machine, phrase_id, by=by)

    def note_presence(self, task_id: str, *, by: str) -> Presence:
        """Note that somebody has a task open, and tell who else has. NotFound for who may not see it."""
        return presence.note_presence(self.machine, task_id, by=by)

    def choose_columns(self, list_: str, columns: Sequence[str], *, by: str) -> None:
        """Keep which columns of a list somebody wants. InvalidAnswers for a list or column that there is not."""
        list_views.choose_columns(self.machine, list_, columns, by=by)

    def save_view(self, *, name: str, list_: str, query: str, shared_with: str | None, by: str) -> ViewRow:
        """Keep the address of a list under a name, for oneself or for a unit of one's own. InvalidAnswers by field."""
        return list_views.save_view(self.machine, name=name, list_=list_, query=query, shared_with=shared_with, by=by)

    def remove_view(self, view_id: str, *, by: str) -> None:
        """Delete one's own view of a list. NotFound for any other."""
        list_views.remove_view(self.machine, view_id, by=by)

    def change_notifications(self, *, email: str, ways: Mapping[str, str], english: bool, by: str) -> None:
        """Choose how one is told by mail ({kind: at_once, digest or never}), and where. InvalidAnswers by field."""
        choosing.change_notifications(self.machine, email=email, ways=ways, english=english, by=by)

    def add_webhook(self, *, address: str, secret: str, kinds: Iterable[str], by: str) -> str:
        """Have notices of some kinds sent to an address; returns its id. InvalidAnswers by field."""
        return choosing.add_webhook(self.machine, address=address, secret=secret, kinds=kinds, by=by)

    def end_webhook(self, webhook_id: str, *, by: str) -> None:
        """Stop a webhook of one's own. NotFound for any other."""
        choosing.end_webhook(self.machine, webhook_id, by=by)

    def try_webhook(self, webhook_id: str, *, by: str) -> None:
        """Send a test to a webhook of one's own; the worker does it. NotFound for any other."""
        choosing.try_webhook(self.machine, webhook_id, by=by)

    def add_signers(self, task_id: str, accounts: Sequence[str], *, way: str, reason: str, by: str) -> tuple[SignerRow, ...]:
        """Have others sign a task before, parallel or after. Errors: NotFound, NotAllowed, Conflict, InvalidAnswers."""
        return signing.add_signers(self.machine, task_id, accounts, way=way, reason=reason, by=by)

    def drop_signer(self, task_id: str, signer_id: str, *, reason: str, by: str) -> Completed | None:
        """Drop a signer who has not decided; returns the completion that waited for nobody else. Errors as above."""
        return signing.drop_signer(self.machine, task_id, signer_id, reason=reason, by=by)

    def urge_task(self, task_id: str, *, reason: str = "", by: str) -> Urged:
        """Urge who has a task, once a day. Errors: NotFound, NotAllowed, Conflict, InvalidAnswers."""
        return urging.urge_task(self.machine, task_id, reason=reason, by=by)

    def copy_case(self, case_id: str, accounts: Sequence[str], *, words: str, by: str) -> tuple[str, ...]:
        """Give people a copy of a case, which lets them read it. Errors: NotFound, NotAllowed, InvalidAnswers."""
        return watching.copy_case(self.machine, case_id, accounts, words=words, by=by)

    def follow_case(self, case_id: str, *, by: str) -> None:
        """Hear of the milestones and the end of a case. NotFound for who may not read it."""
        watching.follow_case(self.machine, case_id, by=by)

    def unfollow_case(self, case_id: str, *, by: str) -> None:
        watching.unfollow_case(self.machine, case_id, by=by)

    def comment(self, case_id: str, body: str, *, mentions: Sequence[str] = (), by: str) -> CommentRow:
        """Say something about a case, and name others who read it. Errors: NotFound, InvalidAnswers."""
        return commenting.comment(self.machine, case_id, body, mentions=mentions, by=by)

    def send_back_task(self, task_id: str, *, to: str, straight: bool, reason: str, by: str) -> None:
        """Open an earlier step again instead of a task. Errors: NotFound, NotAllowed, TaskTaken, InvalidAnswers."""
        sending_back.send_back(self.machine, task_id, to=to, straight=straight, reason=reason, by=by)

    def take_back_task(self, task_id: str, *, reason: str, by: str) -> None:
        """Open a task again that one has completed. Errors: NotFound, NotAllowed, Conflict, InvalidAnswers."""
        taking_back.take_back(self.machine, task_id, reason=reason, by=by)

    def make_checkpoint(self, *, by: str) -> Checkpoint:
        """Sign a checkpoint over all history as it is now. NotAllowed; Conflict when another was made at the same time."""
        return auditing.make_checkpoint(self.machine, by=by)

    def start_verification(self, *, by: str) -> None:
        """Have all history proven; the worker does it. NotAllowed; Conflict while one is going on."""
        auditing.start_verification(self.machine, by=by)

    def plan_migration(
        self, process: str, from_version: int, to_version: int, mapping: Mapping[str, str], *, by: str
    ) -> migration_plan.Plan:
        """Judge which open cases of a version can move to another. Errors: NotFound, NotAllowed, InvalidAnswers."""
        return migration_plan.plan_migration(self.machine, process, from_version, to_version, mapping, by=by)

    def migrate_case(
        self, case_id: str, *, from_version: int, to_version: int, mapping: Mapping[str, str], reason: str, by: str
    ) -> bytes:
        """Move a case to another version; returns what an undo needs. Errors: NotFound, NotAllowed, Conflict, InvalidAnswers."""
        return migrating.migrate_case(
            self.machine, case_id, from_version=from_version, to_version=to_version, mapping=mapping, reason=reason, by=by
        )

    def undo_migration(self, case_id: str, before: bytes, *, reason: str, by: str) -> None:
        """Move a case back. Conflict when anything has happened in it since."""
        migrating.undo_migration(self.machine, case_id, before, reason=reason, by=by)

    def foresee_move(self, case_id: str, *, from_: str, to: str, by: str) -> moving_tokens.Move:
        """Say what `move_token` would end and open, and change nothing."""
        return moving_tokens.foresee_move(self.machine, case_id, from_=from_, to=to, by=by)

    def move_token(self, case_id: str, *, from_: str, to: str, reason: str, by: str) -> moving_tokens.Move:
        """Put a case on another step. Errors: NotFound, NotAllowed, Conflict, Invalid (with why it cannot), InvalidAnswers."""
        return moving_tokens.move_token(self.machine, case_id, from_=from_, to=to, reason=reason, by=by)

    def reschedule_timer(self, job_id: str, *, due_at: datetime, reason: str, by: str) -> None:
        """Give a timer another due time. Errors: NotFound, NotAllowed, Conflict, InvalidAnswers."""
        timers_by_hand.reschedule_timer(self.machine, job_id, due_at=due_at, reason=reason, by=by)

    def fire_timer(self, job_id: str, *, reason: str, by: str) -> None:
        """Let a timer fire now. Errors: NotFound, NotAllowed (a period of the law that still runs), Conflict."""
        timers_by_hand.fire_timer(self.machine, job_id, reason=reason, by=by)

    def foresee_correction(
        self, case_id: str, *, element: str, answers: Mapping[str, Any], by: str
    ) -> tuple[correcting.Change, ...]:
        """Say what `correct_variables` would change, and change nothing."""
        return correcting.foresee_correction(self.machine, case_id, element=element, answers=answers, by=by)

    def correct_variables(
        self, case_id: str, *, element: str, answers: Mapping[str, Any], reason: str, by: str
    ) -> tuple[correcting.Change, ...]:
        """Correct fields of a filed form. Errors: NotFound, NotAllowed (with why), Conflict, InvalidAnswers by field."""
        return correcting.correct_variables(self.machine, case_id, element=element, answers=answers, reason=reason, by=by)

    def foresee_batch(
        self, kind: str, *, subjects: Sequence[str] = (), select: Selection | None = None, arguments: Mapping[str, Any], by: str
    ) -> batches.Foresight:
        """Say what a batch would do to which of its subjects, and change nothing. Errors as of `ask_batch`."""
        return batches.foresee(self.machine, kind, subjects=subjects, select=select, arguments=arguments, by=by)

    def ask_batch(
        self, kind: str, *, subjects: Sequence[str] = (), select: Selection | None = None, arguments: Mapping[str, Any],
        reason: str, by: str,
    ) -> BatchRow:  # fmt: skip
        """Have the worker do something to many subjects. Errors: NotFound, NotAllowed, Invalid, InvalidAnswers by field."""
        return batches.ask(self.machine, kind, subjects=subjects, select=select, arguments=arguments, reason=reason, by=by)

    def act_on(self, kind: str, subject: str, *, arguments: Mapping[str, Any], reason: str, by: str) -> batch_kinds.Result:
        """Do to one subject, now, what a kind of batch does to many. Errors as of the kind."""
        return batches.act(self.machine, kind, subject, arguments=arguments, reason=reason, by=by)

    def pause_batch(self, batch_id: str, *, reason: str = "", by: str) -> None:
        """Begin no more items. Errors: NotFound, NotAllowed, Conflict; here and below."""
        batches.pause(self.machine, batch_id, reason=reason, by=by)

    def resume_batch(self, batch_id: str, *, reason: str = "", by: str) -> None:
        batches.resume(self.machine, batch_id, reason=reason, by=by)

    def cancel_batch(self, batch_id: str, *, reason: str, by: str) -> None:
        """Leave undone what has not begun."""
        batches.cancel(self.machine, batch_id, reason=reason, by=by)

    def retry_failed_items(self, batch_id: str, *, reason: str = "", by: str) -> int:
        """Do the failed items of a batch once more; returns how many."""
        return batches.retry_failed(self.machine, batch_id, reason=reason, by=by)
