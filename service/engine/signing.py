"""Add people to a task who sign as well (加签), and drop them again (减签). What they decide: `deciding`."""

from __future__ import annotations

from collections.abc import Sequence

from service.access import Actor, RoleBook
from service.engine import completing, deciding, duty, reads
from service.engine.completing import Completed
from service.engine.deciding import AFTER, BEFORE, PARALLEL, Going, Spoiled
from service.engine.events import Event
from service.engine.kernel import Element
from service.engine.machine import Machine
from service.engine.people import as_actor, get_actor
from service.engine.work import Work
from service.errors import ChengxuError, Conflict, Finding, InvalidAnswers, NotAllowed, NotFound
from service.store import Connection, cases, new_id, notices, people, signers
from service.store.cases import CaseRow, TaskRow
from service.store.signers import UNDECIDED, SignerRow

WAYS = (BEFORE, PARALLEL, AFTER)
MOST_REASON = 400
#: More than this many people at one task are a meeting.
MOST_SIGNERS = 20


def add_signers(
    machine: Machine, task_id: str, accounts: Sequence[str], *, way: str, reason: str, by: str
) -> tuple[SignerRow, ...]:
    """Have others sign before, beside or after a task that one may do. InvalidAnswers by field; NotAllowed, Conflict."""
    with machine.store.write() as connection:
        taken = completing.take(machine, connection, task_id, by)
        work, task = taken.work, taken.task
        if task.main_id is not None:
            raise NotAllowed("加签人不能再加签。", message_en="A signer who was added cannot add others.", rule="signers")
        element = work.definition.process.elements[task.element]
        duty.ensure_free(work, element, by, taken.principal)
        wanted = tuple(dict.fromkeys(accounts))
        known = signers.list_signers(connection, task_id)
        undecided = {one.account for one in known if one.state in UNDECIDED}
        findings = _faults(wanted, way, reason, already=len(known))
        for account in wanted:
            zh, en = _refusal(machine, work, element, account, {by, taken.principal, taken.held.holder}, undecided)
            if zh:
                findings.append(_fault("to", zh, en))
        if findings:
            raise InvalidAnswers(findings)
        position = signers.next_position(connection, task_id)
        rows = tuple(
            SignerRow(
                id=new_id(), case_id=work.row.id, main_id=task_id, task_id=None, way=way, position=position + index,
                account=account, asked_by=by, reason=reason.strip(), asked_at=work.at, state="asked", opinion=None,
                decided_at=None,
            )
            for index, account in enumerate(wanted)
        )  # fmt: skip
        signers.insert_signers(connection, rows)
        work.note(Event.SIGNER_ADDED, element=task.element, task=task_id, way=way, to=list(wanted), reason=reason.strip())
        if way != AFTER:
            deciding.open_tasks(work, task, rows)
        work.finish()
        return tuple(one for one in signers.list_signers(connection, task_id) if one.id in {row.id for row in rows})


def drop_signer(machine: Machine, task_id: str, signer_id: str, *, reason: str, by: str) -> Completed | None:
    """Drop somebody who has not decided yet; who asked them, or holds the task, may. Returns what was completed by it."""
    try:
        done = _drop_signer(machine, task_id, signer_id, reason=reason, by=by, spoiled=None)
    except Spoiled as found:
        done = _drop_signer(machine, task_id, signer_id, reason=reason, by=by, spoiled=found.error)
    machine.wake()
    return done


def _drop_signer(
    machine: Machine, task_id: str, signer_id: str, *, reason: str, by: str, spoiled: ChengxuError | None
) -> Completed | None:
    with machine.store.write() as connection:
        actor, main, row = _find(machine, connection, task_id, by)
        one = next((one for one in signers.list_signers(connection, task_id) if one.id == signer_id), None)
        if one is None:
            raise NotFound("没有这名加签人。", message_en="There is no such signer.")
        held = signers.find_held(connection, task_id)
        if by not in (one.asked_by, main.claimed_by, main.on_behalf_of, held.account if held is not None else None):
            raise NotAllowed(
                "只有提出加签的人或该待办的办理人可以减签。",
                message_en="Only who added the signer, or who holds the task, may drop them.", rule="signers",
            )  # fmt: skip
        if findings := _check_reason(reason):
            raise InvalidAnswers(findings)
        if one.state not in UNDECIDED or main.status not in ("open", "claimed"):
            raise Conflict(
                "该加签人已经办理，或者已不需要办理。", message_en="This signer has decided already, or is not needed any more."
            )
        work = machine.begin(connection, row, actor=by)
        signers.decide(connection, one.id, state="dropped", opinion=None, at=work.at)
        if one.task_id is not None:
            cases.cancel_tasks(connection, [one.task_id], at=work.at)
        work.note(Event.SIGNER_DROPPED, element=main.element, task=task_id, way=one.way, to=one.account, reason=reason.strip())
        notices.insert_notice(
            connection, case_id=row.id, kind="notified", deadline=None, at=work.at, queues=[f"@{one.account}"],
            zh=f"{actor.display_name}取消了您对“{main.name}”的加签：{reason.strip()}",
            en=f"{actor.display_name} no longer needs you to sign {main.name}: {reason.strip()}",
        )  # fmt: skip
        rows = cases.waiting(connection, row.id)
        return deciding.go_on(
            machine, work, main, Going(rows=rows), refused=None, spoiled=spoiled, advance=completing.complete_held
        )


def may_be_added(book: RoleBook, actor: Actor, regulation: str) -> bool:
    """Whether somebody holds a role that acts under a regulation; where a case falls under none, any that acts."""
    return book.may_act(actor) and any(
        role.acts and (not regulation or role.regulation == regulation) for role, _ in book.held_by(actor)
    )


def _find(machine: Machine, connection: Connection, task_id: str, by: str) -> tuple[Actor, TaskRow, CaseRow]:
    """The task with its case, locked, for somebody who may know of it."""
    found = cases.lock_by_task(connection, task_id)
    actor = get_actor(connection, by, on=machine.clock.now().date())
    if found is None or not reads.may_read_case(connection, machine.book, actor, found[1]):
        raise NotFound("没有这项待办。", message_en="There is no such task.")
    current = cases.find_task(connection, task_id)  # only the case was current when it was locked
    assert current is not None
    return actor, current, found[1]


def _refusal(
    machine: Machine, work: Work, element: Element, account: str, involved: set[str | None], undecided: set[str]
) -> tuple[str, str]:
    """Why somebody cannot be added, in both languages; empty when they can."""
    row = people.find_account(work.connection, account)
    if row is None or not row.active:
        return f"没有账号 {account}，或者已停用。", f"There is no active account {account}."
    name = row.display_name
    if account in involved:
        return f"{name} 就是本步骤的办理人。", f"{name} does this step already."
    if account in undecided:
        return f"{name} 已经是加签人。", f"{name} was added already."
    if not may_be_added(machine.book, as_actor(row), work.row.regulation):
        return f"{name} 在本办法中没有办理角色。", f"{name} holds no role that acts under this regulation."
    bar = duty.find_bar(work, element, account)
    return ("", "") if bar is None else (f"{name} 不能加签本步骤：{bar.zh}", f"{name} may not sign this step: {bar.en}")


def _faults(accounts: Sequence[str], way: str, reason: str, *, already: int) -> list[Finding]:
    findings = _check_reason(reason)
    if way not in WAYS:
        findings.append(_fault("way", "请选择前加签、并行加签或后加签。", "Choose before, parallel or after."))
    if not accounts:
        findings.append(_fault("to", "请选择加签人。", "Choose whom to add."))
    if already + len(accounts) > MOST_SIGNERS:
        findings.append(_fault("to", f"一项待办最多加签 {MOST_SIGNERS} 人次。", f"At most {MOST_SIGNERS} people sign one task."))
    return findings


def _check_reason(reason: str) -> list[Finding]:
    if not reason.strip():
        return [_fault("reason", "请填写原因。", "Give a reason.")]
    if len(reason.strip()) > MOST_REASON:
        return [_fault("reason", f"原因不超过 {MOST_REASON} 字。", f"A reason has at most {MOST_REASON} characters.")]
    return []


def _fault(field: str, zh: str, en: str) -> Finding:
    return Finding(field=field, rule="signers", message=zh, message_en=en)
