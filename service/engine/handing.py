"""Hand work over: transfer a task (转办), have somebody do it in one's name (委派), name a deputy for some days (代理)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from service.access import Actor, RoleBook, actor_queues, find_principal, own_queues
from service.engine import completing, duty, kernel
from service.engine.completing import Taken
from service.engine.events import Event
from service.engine.machine import Machine
from service.engine.people import as_actor, get_actor
from service.engine.reads import TaskView
from service.engine.work import Work
from service.errors import Finding, InvalidAnswers, NotAllowed, NotFound
from service.store import Connection, cases, new_id, people
from service.store.history import Entry, record_outside_cases
from service.store.people import DelegationRow

MOST_REASON = 400
MOST_TAKERS = 200


def transfer_task(machine: Machine, task_id: str, *, to: str, reason: str, by: str) -> None:
    """Give a task to somebody who could take it. NotAllowed when they could not; TaskTaken when somebody else holds it."""
    with machine.store.write() as connection:
        taken, element = _hand_over(machine, connection, task_id, to=to, reason=reason, by=by)
        other = get_other(machine, connection, to)
        if actor_queues(other, machine.book).isdisjoint(taken.queues):
            raise NotAllowed(
                f"{other.display_name} 不在该待办的办理范围内，不能转办给他。",
                message_en=f"This task is not offered to {other.display_name}.", rule="task-role",
            )  # fmt: skip
        _ensure_free(taken.work, element, other.account, other.display_name)
        principal = find_principal(other, taken.queues, machine.book)  # who is offered it only as a deputy does it as one
        if principal is not None:
            duty.ensure_free(taken.work, element, principal)
        cases.hold_task(connection, task_id, by=to, on_behalf_of=principal)
        more = {} if principal is None else {"on_behalf_of": principal}
        taken.work.note(Event.TASK_TRANSFERRED, element=element.id, task=task_id, to=to, reason=reason.strip(), **more)
        taken.work.finish()


def delegate_task(machine: Machine, task_id: str, *, to: str, reason: str, by: str) -> None:
    """Have somebody of the same role do a task in one's name; what they decide counts as done by both (职责分离)."""
    with machine.store.write() as connection:
        taken, element = _hand_over(machine, connection, task_id, to=to, reason=reason, by=by)
        if taken.principal is not None:
            raise NotAllowed(
                "您是代他人办理的，不能再委派。", message_en="You do this for somebody else; it cannot be delegated again.",
                rule="delegation",
            )  # fmt: skip
        other = get_other(machine, connection, to)
        if not _shared_roles(taken.actor, other, taken.queues, element, machine.book):
            raise NotAllowed(
                f"{other.display_name} 与您不是同一角色，不能委派。",
                message_en=f"{other.display_name} does not hold the role in which you would do this task.", rule="delegation",
            )  # fmt: skip
        duty.ensure_free(taken.work, element, by)
        _ensure_free(taken.work, element, other.account, other.display_name)
        cases.hold_task(connection, task_id, by=to, on_behalf_of=by)
        taken.work.note(Event.TASK_DELEGATED, element=element.id, task=task_id, to=to, reason=reason.strip())
        taken.work.finish()


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """Somebody to whom a task may be handed over: `transfer` and `delegate` tell in which ways."""

    account: str
    display_name: str
    transfer: bool
    delegate: bool


def list_takers(machine: Machine, connection: Connection, view: TaskView, actor: Actor) -> tuple[Taker, ...]:
    """List to whom the reader of a task may hand it over, by name; nobody when it is not theirs to do."""
    if not view.actions and view.barred is None:
        return ()
    element, offered = view.element, view.queues
    roles = {queue.partition("@")[0] for queue in offered} - {""} | ({element.lane} if element.lane else set())
    names = sorted({account for account, _, _ in people.list_members(connection, sorted(roles))} - {actor.account})
    found: list[Taker] = []
    for name in names[:MOST_TAKERS]:
        row = people.find_account(connection, name)
        if row is None or duty.find_bar(view.work, element, name) is not None:
            continue
        other = as_actor(row)
        may_transfer = not actor_queues(other, machine.book).isdisjoint(offered)
        own = view.principal is None and view.barred is None
        may_delegate = own and bool(_shared_roles(actor, other, offered, element, machine.book))
        if may_transfer or may_delegate:
            found.append(Taker(account=name, display_name=row.display_name, transfer=may_transfer, delegate=may_delegate))
    return tuple(sorted(found, key=lambda one: one.display_name))


def name_deputy(machine: Machine, *, deputy: str, role: str, start: date, until: date, reason: str, by: str) -> DelegationRow:
    """Have somebody of the same role stand in from a day to a day, both included. InvalidAnswers by field."""
    now = machine.clock.now()
    with machine.store.write() as connection:
        actor, other = get_actor(connection, by), people.find_account(connection, deputy)
        findings = list(_faults(machine.book, actor, None if other is None or not other.active else as_actor(other), role))
        if until < start or until < now.date():
            findings.append(_fault("until", "截止日期不能早于开始日期或今天。", "The last day is before the first, or over."))
        findings += _check_reason(reason)
        if findings:
            raise InvalidAnswers(findings)
        row = DelegationRow(
            id=new_id(), account=by, deputy=deputy, role=role, start=start, until=until, reason=reason.strip(), created_at=now,
            ended_at=None,
        )  # fmt: skip
        people.insert_delegation(connection, row)
        payload = {
            "delegation": row.id, "account": by, "deputy": deputy, "role": role, "start": start, "until": until,
            "reason": row.reason,
        }  # fmt: skip
        record_outside_cases(connection, [Entry(kind=Event.DEPUTY_NAMED.value, actor=by, at=now, payload=payload)])
    return row


def end_deputy(machine: Machine, delegation_id: str, *, reason: str, by: str) -> None:
    """Take a deputyship back, by whoever gave it. NotFound for any other."""
    now = machine.clock.now()
    with machine.store.write() as connection:
        get_actor(connection, by)
        row = people.find_delegation(connection, delegation_id)
        if row is None or row.account != by or not people.end_delegation(connection, delegation_id, at=now):
            raise NotFound("没有这项代理。", message_en="There is no such deputyship of yours.")
        payload = {"delegation": row.id, "account": by, "deputy": row.deputy, "role": row.role, "reason": reason.strip()}
        record_outside_cases(connection, [Entry(kind=Event.DEPUTY_ENDED.value, actor=by, at=now, payload=payload)])


def _hand_over(
    machine: Machine, connection: Connection, task_id: str, *, to: str, reason: str, by: str
) -> tuple[Taken, kernel.Element]:
    taken = completing.take(machine, connection, task_id, by)
    findings = _check_reason(reason)
    if to == by:
        findings.append(_fault("to", "请选择他人。", "Choose somebody else."))
    if findings:
        raise InvalidAnswers(findings)
    return taken, taken.work.definition.process.elements[taken.task.element]


def get_other(machine: Machine, connection: Connection, account: str) -> Actor:
    row = people.find_account(connection, account, on=machine.clock.now().date())
    if row is None or not row.active:
        raise InvalidAnswers([_fault("to", f"没有账号 {account}，或者已停用。", f"There is no active account {account}.")])
    return as_actor(row)


def _ensure_free(work: Work, element: kernel.Element, account: str, name: str) -> None:
    bar = duty.find_bar(work, element, account)
    if bar is not None:
        raise NotAllowed(f"{name} 不能办理本步骤：{bar.zh}", message_en=f"{name} may not do this step: {bar.en}", rule=bar.rule)


def _shared_roles(actor: Actor, other: Actor, queues: frozenset[str], element: kernel.Element, book: RoleBook) -> set[str]:
    """The roles in which the actor would do a task and that the other holds as well."""
    if not book.may_act(other):
        return set()
    own = own_queues(actor, book)
    roles = {queue.partition("@")[0] for queue in queues & own if not queue.startswith("@")}
    if f"@{actor.account}" in queues and element.lane is not None and book.find(element.lane) is not None:
        roles.add(element.lane)  # a task that is offered by name is done in the role of its lane
    return roles & actor.roles & other.roles


def _faults(book: RoleBook, actor: Actor, other: Actor | None, role: str) -> Iterable[Finding]:
    known = book.find(role)
    if known is None or not known.acts or role not in actor.roles or not book.may_act(actor):
        yield _fault("role", "您没有这个角色，或者该角色不办理待办。", "You do not hold this role, or it takes no tasks.")
    if other is None or other.account == actor.account:
        yield _fault("deputy", "请选择一名在用的其他账号。", "Choose another account that is in use.")
    elif role not in other.roles or not book.may_act(other):
        yield _fault("deputy", "代理人须担任同一角色。", "A deputy must hold the same role.")


def _check_reason(reason: str) -> list[Finding]:
    if not reason.strip():
        return [_fault("reason", "请填写原因。", "Give a reason.")]
    if len(reason.strip()) > MOST_REASON:
        return [_fault("reason", f"原因不超过 {MOST_REASON} 字。", f"A reason has at most {MOST_REASON} characters.")]
    return []


def _fault(field: str, zh: str, en: str) -> Finding:
    return Finding(field=field, rule="handing-over", message=zh, message_en=en)
