"""What a person does with a task: claim, release, save a draft, complete."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from service import tagged
from service.access import Actor, RoleBook, actor_queues, find_principal
from service.access.duties import SUBMITTER
from service.engine import deciding, duty, filling, kernel, offering, reads, reopening
from service.engine import work as works
from service.engine.deciding import Going
from service.engine.ending import settle
from service.engine.events import Event
from service.engine.machine import Machine
from service.engine.people import ensure_active
from service.engine.standing_in import is_delegate
from service.engine.work import Within, Work
from service.errors import ChengxuError, Conflict, Finding, NotAllowed, NotFound, SignatureRequired, TaskTaken
from service.forms import Form
from service.store import Connection, cases, entries, people, signers
from service.store.cases import TaskRow, Waiting
from service.store.signers import HeldRow
from service.store.taking import Surroundings, look


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """A task that was completed, and the findings that were shown with it."""

    task: str
    case: str
    root: str
    status: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A password that was entered again and found right, just before the command."""

    account: str
    at: datetime
    method: str = "password"


def complete_task(
    machine: Machine,
    task_id: str,
    answers: Mapping[str, Any],
    *,
    by: str,
    signature: Signature | None = None,
    within: Within[Completed] | None = None,
) -> Completed:
    """Complete a task. TaskTaken (with who and when) keeps what was entered as a draft; other errors leave nothing behind.

    With added signers (see `deciding`) the case may go on only when they have decided.
    """
    known: dict[str, Any] = {"by": by, "signature": signature, "within": within}
    try:
        try:
            done = _complete_task(machine, task_id, answers, spoiled=None, **known)
        except deciding.Spoiled as found:
            done = _complete_task(machine, task_id, answers, spoiled=found.error, **known)
    except TaskTaken:
        save_draft(machine, f"task:{task_id}", answers, by=by)
        raise
    machine.wake()
    return done


def _complete_task(
    machine: Machine, task_id: str, answers: Mapping[str, Any], *, by: str, signature: Signature | None,
    within: Within[Completed] | None, spoiled: ChengxuError | None,
) -> Completed:  # fmt: skip
    with machine.store.write() as connection:
        taken = take(machine, connection, task_id, by)
        row = taken.work.row
        waits = Completed(task=task_id, case=row.id, root=row.root, status=row.status, findings=())
        if taken.task.main_id is not None:
            went_on = deciding.decide(machine, taken, answers, by=by, spoiled=spoiled, advance=complete_held)
            done = waits if went_on is None else replace(went_on, task=task_id)
        else:
            to_wait = deciding.ensure_may_complete(taken)
            clean, signed = _check(taken.work, taken.task, answers, by, taken.principal, signature=signature)
            if to_wait:
                deciding.hold(taken, answers, clean, by=by, signed=signed)
                done = waits
            else:
                done = _carry_out(
                    machine, taken.work, taken.task, clean, by=by, signed=signed, principal=taken.principal,
                    going=Going(rows=taken.around.waiting), has_draft=taken.around.has_draft, at=None,
                )  # fmt: skip
        if within is not None:
            within(connection, done)
    return done


def complete_held(machine: Machine, work: Work, main: TaskRow, held: HeldRow, going: Going, /) -> Completed:
    """Complete a task in the name of who did, at the time when they did, now that nothing is waited for. Checks it all again."""
    principal, signed = held.body["principal"], held.body["signed"]
    clean, shown = _check(work, main, held.body["answers"], held.account, principal, signed=signed)
    if signed is not None and shown is not None and signed["digest"] != shown["digest"]:
        raise Conflict("案件内容在加签期间已变化，与签署时不一致。", message_en="The case has changed since this was signed.")
    signers.let_go(work.connection, main.id)
    work.actor = held.account
    return _carry_out(
        machine, work, main, clean, by=held.account, signed=signed, principal=principal, going=going, has_draft=True, at=held.at
    )


def _check(
    work: Work, task: TaskRow, answers: Mapping[str, Any], by: str, principal: str | None, *, signature: Signature | None = None,
    signed: Mapping[str, Any] | None = None,
) -> tuple[dict[str, Any], dict[str, Any] | None]:  # fmt: skip
    """What a task is completed with, cleaned, and the record of the signature; with `signed` that made earlier counts."""
    connection, element = work.connection, work.definition.process.elements[task.element]
    duty.ensure_free(work, element, by, principal)
    form = work.definition.form_of(element)
    known = work.run.variables(task.token)
    lists = offering.admitted(connection, work.definition, form, unit=work.row.unit, chosen=[known, answers])
    variables = {**known, **lists}
    clean = filling.validate(
        connection, form, answers, variables=variables, lookup=work.host.lookup, account=by,
        family=lambda: reads.family_ids(connection, work.row.root),
    )  # fmt: skip
    if signed is not None:
        signature = Signature(account=signed["account"], at=signed["at"], method=signed["method"])
    return clean, _sign(work, element, form, clean, variables, signature, by, principal)


def _carry_out(
    machine: Machine, work: Work, task: TaskRow, clean: dict[str, Any], *, by: str, signed: Mapping[str, Any] | None,
    principal: str | None, going: Going, has_draft: bool, at: datetime | None,
) -> Completed:  # fmt: skip
    """Move the case on by a task. `at`: when it was completed, if that was earlier."""
    connection, settled = work.connection, {*going.settled, task.id}
    element = work.definition.process.elements[task.element]
    form = work.definition.form_of(element)
    _advance(work, element, form, task, clean, by, signed, principal, machine.book, at=at)
    cases.close_task(connection, task.id, status="done", by=by, at=at or work.at, on_behalf_of=principal)
    others = [(row.id, row.element or "") for row in going.rows if row.table == "task" and row.id not in settled]
    duty.bar_from_rest(work, element, others, [by, principal] if principal is not None else [by])
    if has_draft:
        entries.delete_draft(connection, account=by, subject=f"task:{task.id}")
    if ids := filling.file_ids(form, clean):
        entries.file_attachments(connection, ids, case_id=work.row.id)
    findings = settle(work, machine.book, rows=going.rows, settled=settled)
    row = work.row
    return Completed(task=task.id, case=row.id, root=row.root, status=row.status, findings=tuple(findings))


def claim_task(machine: Machine, task_id: str, *, by: str) -> None:
    """Hold a task for oneself. TaskTaken when somebody else holds or completed it."""
    with machine.store.write() as connection:
        taken = take(machine, connection, task_id, by)
        task, work = taken.task, taken.work
        duty.ensure_free(work, work.definition.process.elements[task.element], by, taken.principal)
        if taken.held.holder != by:
            cases.hold_task(connection, task_id, by=by, on_behalf_of=taken.principal)
            more = {} if taken.principal is None else {"on_behalf_of": taken.principal}
            work.note(Event.TASK_CLAIMED, element=task.element, task=task_id, **more)
            work.finish()


def release_task(machine: Machine, task_id: str, *, by: str) -> None:
    """Give a held task back to its queue."""
    with machine.store.write() as connection:
        taken = take(machine, connection, task_id, by)
        if taken.held.holder == by:
            cases.hold_task(connection, task_id, by=None)
            taken.work.note(Event.TASK_RELEASED, element=taken.task.element, task=task_id)
            taken.work.finish()


def save_draft(machine: Machine, subject: str, answers: Mapping[str, Any], *, by: str) -> datetime:
    """Keep what somebody has entered so far, unchecked; returns when."""
    at = machine.clock.now()
    with machine.store.write() as connection:
        entries.put_draft(connection, account=by, subject=subject, body=dict(answers), at=at)
    return at


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A task that somebody may do, with its case locked: who acts, for whom (None: in their own name), and its waiting row."""

    task: TaskRow
    work: Work
    around: Surroundings
    actor: Actor
    queues: frozenset[str]
    held: Waiting
    principal: str | None


def take(machine: Machine, connection: Connection, task_id: str, by: str) -> Taken:
    """Find and lock; NotFound for who may not know of the case, NotAllowed for who knows it but may not do the task.

    TaskTaken says who has it or did it, and when.
    """
    found = cases.lock_by_task(connection, task_id)
    if found is None:
        raise NotFound("没有这项待办。", message_en="There is no such task.")
    task, row = found
    around = look(connection, case_id=row.id, task_id=task_id, account=by, on=machine.clock.now().date())
    actor = ensure_active(around.account, by)
    queues = around.queues | {task.queue}
    held = next((waiting for waiting in around.waiting if waiting.id == task_id), None)
    delegator = held.child if held is not None and held.holder == by else None
    mine = not actor_queues(actor, machine.book).isdisjoint(queues)
    if not mine and not is_delegate(machine.book, connection, row.id, task_id, by=by, delegator=delegator, queues=queues):
        if not reads.may_read_case(connection, machine.book, actor, row):
            raise NotFound("没有这项待办。", message_en="There is no such task.")
        raise NotAllowed("该待办不在您的职责范围内。", message_en="This task is offered to other roles.", rule="task-role")
    if row.status == "suspended":
        machine.begin(connection, row, actor=by)  # raises the Conflict that says why
    if held is not None and around.held_for is not None:
        raise Conflict(
            "该待办已经提交，正在等待加签人办理。", message_en="This task was submitted already and waits for added signers.",
            by=around.held_for,
        )  # fmt: skip
    if held is not None and held.holder == by:
        principal = delegator  # it was claimed, or handed over, in one's own name or in somebody's
    else:
        principal = find_principal(actor, queues, machine.book, holder=held.holder if held is not None else None)
    return Taken(
        task=task, work=machine.load(connection, row, actor=by), around=around, actor=actor, queues=queues,
        held=_ensure_open(connection, task, around.waiting, by, principal), principal=principal,
    )  # fmt: skip


def _ensure_open(connection: Connection, task: TaskRow, rows: Sequence[Waiting], by: str, principal: str | None) -> Waiting:
    for row in rows:
        if row.id == task.id:
            if row.holder not in (None, by, principal) and row.child != by:  # one may take back what is done in one's name
                name = people.display_names(connection, [row.holder]).get(row.holder, row.holder)
                raise TaskTaken(
                    f"{name} 已领取该待办；您填写的内容已存为草稿，没有丢失。",
                    message_en=f"{name} has claimed this task. Nothing of yours was lost: your entries are in the draft.",
                    by=row.holder, name=name,
                )  # fmt: skip
            return row
    current = cases.find_task(connection, task.id)
    if current is None or current.closed_by is None or current.closed_at is None:
        raise TaskTaken(
            "该待办已不需要办理（流程已前进）；您填写的内容已存为草稿，没有丢失。",
            message_en="This task is no longer needed: the case moved on. Your entries are in the draft.",
        )
    name = people.display_names(connection, [current.closed_by]).get(current.closed_by, current.closed_by)
    raise TaskTaken(
        f"{name} 已于 {current.closed_at:%Y-%m-%d %H:%M} 办理该待办；您填写的内容已存为草稿，没有丢失。",
        message_en=f"{name} completed this task at {current.closed_at:%H:%M}. Your entries are in the draft.",
        by=current.closed_by, name=name, at=current.closed_at.isoformat(),
    )  # fmt: skip


def _sign(
    work: Work, element: kernel.Element, form: Form | None, answers: Mapping[str, Any], variables: Mapping[str, Any],
    signature: Signature | None, by: str, principal: str | None,
) -> dict[str, Any] | None:  # fmt: skip
    """The record of a signature: who, when, how, and the digest of what was shown. SignatureRequired when it is missing."""
    if "true" not in element.values("sign"):
        return None
    if signature is None or signature.account != by:
        raise SignatureRequired()
    shown = {
        "case": work.row.business_key,
        "title": work.row.title,
        "step": element.name or element.id,
        "answers": filling.summary(work.connection, form, answers, variables),
    }
    if principal is not None:
        shown["on_behalf_of"] = principal
    digest = hashlib.sha256(orjson.dumps(tagged.plain(shown))).hexdigest()
    return {"account": by, "method": signature.method, "at": signature.at, "shown": shown, "digest": digest}


def _advance(
    work: Work, element: kernel.Element, form: Form | None, task: TaskRow, answers: dict[str, Any], by: str,
    signed: Mapping[str, Any] | None, principal: str | None, book: RoleBook, *, at: datetime | None = None,
) -> None:  # fmt: skip
    for account in (by, principal):  # what a deputy does counts for both
        if account is not None:
            work.actors.add(element.id, account)
            if element.lane is not None and element.lane == _start_lane(work) and book.find(element.lane) is not None:
                work.actors.add(SUBMITTER, account)
    reopening.complete(work, task, filling.replacing(form, answers))
    more: dict[str, Any] = {"signature": dict(signed)} if signed else {}
    if at is not None:
        more["submitted_at"] = at
    if principal is not None:
        more["on_behalf_of"] = principal
    work.note(Event.TASK_COMPLETED, element=element.id, task=task.id, answers=answers, walked=works.walked(work.run), **more)


def _start_lane(work: Work) -> str | None:
    """The lane of the start event: whose role it is (re)files the case at its steps, and counts as its submitter."""
    for element in work.definition.process.elements.values():
        if element.kind == "startEvent" and element.parent is None:
            return element.lane
    return None
