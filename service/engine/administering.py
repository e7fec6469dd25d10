"""What a system administrator does about people: roles, use of accounts, passwords, units, leave. Nobody does it for themselves.

Each act is a line of the day chain with its reason. What somebody holds and may do no longer goes back to its queue, with a line
in its case.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from service.access import Actor, Role, actor_queues
from service.engine.events import Event
from service.engine.lifecycle import check_reason
from service.engine.machine import Machine
from service.engine.parameters import SYSADMIN, is_sysadmin
from service.engine.passwords import hash_password
from service.engine.people import as_actor, get_actor
from service.engine.registering import put_unit
from service.errors import Conflict, Finding, InvalidAnswers, NotAllowed, NotFound
from service.store import Connection, administering, cases, people
from service.store.administering import AbsenceRow, UnitRow
from service.store.columns import new_id
from service.store.history import Entry, record_outside_cases
from service.store.people import AccountRow
from service.store.taking import look

_UNIT = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}")
_LONGEST_NAME = 120
#: Of a password that is made up.
PASSWORD_BYTES = 12


def grant_role(machine: Machine, account: str, role: str, unit: str, *, reason: str, by: str) -> None:
    """Give an account a role in a unit.

    NotAllowed to oneself, and for who would both take part in cases and administer; NotFound; Conflict when held or closed.
    """
    with acting(machine, reason, by) as connection:
        row = _other(connection, account, by)
        machine.book.get(role)
        get_open_unit(machine, connection, unit)
        if (role, unit) in row.memberships:
            raise Conflict(f"{row.display_name} 已有该角色。", message_en=f"{row.display_name} holds this role already.")
        ensure_roles_apart(machine, [held for held, _ in machine.book.held_by(as_actor(row))], role)
        administering.insert_membership(connection, account, role, unit)
        note(machine, connection, Event.ROLE_GRANTED, by, account=account, role=role, unit=unit, reason=reason.strip())
    machine.wake()


def revoke_role(machine: Machine, account: str, role: str, unit: str, *, reason: str, by: str) -> int:
    """Take a role in a unit away; returns how many tasks went back to their queues. NotAllowed; NotFound."""
    with acting(machine, reason, by) as connection:
        _other(connection, account, by)
        if not administering.delete_membership(connection, account, role, unit):
            raise NotFound("该账号没有这个角色。", message_en="This account does not hold this role.")
        row = _account(connection, account)
        released = _release(machine, connection, row, reason, by)
        note(
            machine, connection, Event.ROLE_REVOKED, by, account=account, role=role, unit=unit, released=released,
            reason=reason.strip(),
        )  # fmt: skip
    machine.wake()
    return released


def disable_account(machine: Machine, account: str, *, reason: str, by: str) -> int:
    """Let nobody sign in as an account; ends its sessions and tokens. Returns how many tasks went back to their queues."""
    with acting(machine, reason, by) as connection:
        if not _other(connection, account, by).active:
            raise Conflict("该账号已停用。", message_en="This account is disabled already.")
        administering.set_active(connection, account, False)
        administering.end_access(connection, account)
        released = _release(machine, connection, _account(connection, account), reason, by)
        note(machine, connection, Event.ACCOUNT_DISABLED, by, account=account, released=released, reason=reason.strip())
    machine.wake()
    return released


def enable_account(machine: Machine, account: str, *, reason: str, by: str) -> None:
    with acting(machine, reason, by) as connection:
        if _other(connection, account, by).active:
            raise Conflict("该账号没有停用。", message_en="This account is not disabled.")
        administering.set_active(connection, account, True)
        note(machine, connection, Event.ACCOUNT_ENABLED, by, account=account, reason=reason.strip())
    machine.wake()


def reset_password(machine: Machine, account: str, *, reason: str, by: str) -> str:
    """Make up a password, which is returned once and stored as a hash only; ends the sessions of the account."""
    made_up = secrets.token_urlsafe(PASSWORD_BYTES)
    hashed = hash_password(made_up)
    with acting(machine, reason, by) as connection:
        _other(connection, account, by)
        people.set_password(connection, account, hashed)
        administering.end_sessions(connection, account)
        note(machine, connection, Event.PASSWORD_RESET, by, account=account, reason=reason.strip())
    return made_up


def create_unit(machine: Machine, unit: str, *, name: str, reason: str, by: str) -> None:
    """Enter a unit. InvalidAnswers names `id`, `name`; Conflict when the id is taken."""
    with acting(machine, reason, by) as connection:
        findings = _name_faults(name)
        if not _UNIT.fullmatch(unit):
            wanted = "编号由小写字母、数字和 _ . - 组成，不超过 40 字。", "An id has at most 40 of a–z, 0–9, _ . and -."
            findings.append(_finding("id", *wanted))
        if findings:
            raise InvalidAnswers(findings)
        if administering.find_unit(connection, unit) is not None:
            raise Conflict(f"单位 {unit} 已存在。", message_en=f"Unit {unit} exists already.")
        put_unit(connection, machine.rules.registers, unit, {"name": name.strip()}, actor=by, at=machine.clock.now())
        note(machine, connection, Event.UNIT_CREATED, by, unit=unit, name=name.strip(), reason=reason.strip())


def rename_unit(machine: Machine, unit: str, *, name: str, reason: str, by: str) -> None:
    with acting(machine, reason, by) as connection:
        before = _unit(connection, unit)
        if findings := _name_faults(name):
            raise InvalidAnswers(findings)
        put_unit(connection, machine.rules.registers, unit, {"name": name.strip()}, actor=by, at=machine.clock.now())
        note(machine, connection, Event.UNIT_RENAMED, by, unit=unit, before=before.name, name=name.strip(), reason=reason.strip())


def close_unit(machine: Machine, unit: str, *, reason: str, by: str) -> int:
    """Let nobody act for a unit from today on; returns how many tasks its people gave back. The monitor lists what waits for it.

    Conflict when it is closed already, or when who closes it would be no system administrator any more.
    """
    with acting(machine, reason, by) as connection:
        if _unit(connection, unit).closed_on is not None:
            raise Conflict("该单位已停用。", message_en="This unit is closed already.")
        administering.set_closed(connection, unit, machine.clock.now().date())
        if not is_sysadmin(get_actor(connection, by)):
            raise Conflict(
                "您的系统管理员职务就在该单位；请由在其他单位任职的系统管理员停用。",
                message_en="You are a system administrator in this unit only; one who is so elsewhere has to close it.",
            )
        released = 0
        for account in administering.list_members(connection, unit):
            row = _account(connection, account)
            released += _release(machine, connection, row, reason, by)
        note(machine, connection, Event.UNIT_CLOSED, by, unit=unit, released=released, reason=reason.strip())
    machine.wake()
    return released


def reopen_unit(machine: Machine, unit: str, *, reason: str, by: str) -> None:
    with acting(machine, reason, by) as connection:
        if _unit(connection, unit).closed_on is None:
            raise Conflict("该单位没有停用。", message_en="This unit is not closed.")
        administering.set_closed(connection, unit, None)
        note(machine, connection, Event.UNIT_REOPENED, by, unit=unit, reason=reason.strip())


def note_absence(machine: Machine, account: str, *, start: date, until: date, reason: str, by: str) -> AbsenceRow:
    """Note leave, both days included. InvalidAnswers names `until` when it is before the first day, or over."""
    with acting(machine, reason, by) as connection:
        _account(connection, account)
        now = machine.clock.now()
        if until < start or until < now.date():
            wanted = "截止日期不能早于开始日期或今天。", "The last day is before the first, or over."
            raise InvalidAnswers([_finding("until", *wanted)])
        row = AbsenceRow(id=new_id(), account=account, start=start, until=until, reason=reason.strip(), created_at=now)
        administering.insert_absence(connection, row)
        note(
            machine, connection, Event.ABSENCE_NOTED, by, absence=row.id, account=account, start=start, until=until,
            reason=row.reason,
        )  # fmt: skip
    return row


def strike_absence(machine: Machine, absence: str, *, reason: str, by: str) -> None:
    with acting(machine, reason, by) as connection:
        row = administering.delete_absence(connection, absence)
        if row is None:
            raise NotFound("没有这项请假。", message_en="There is no such leave.")
        note(machine, connection, Event.ABSENCE_STRUCK, by, absence=row.id, account=row.account, reason=reason.strip())


@contextmanager
def acting(machine: Machine, reason: str, by: str) -> Iterator[Connection]:
    """A transaction of a system administrator for a reason. NotAllowed; InvalidAnswers names `reason`."""
    with machine.store.write() as connection:
        ensure_administrator(get_actor(connection, by))
        check_reason(reason)
        yield connection


def ensure_administrator(actor: Actor) -> None:
    if not is_sysadmin(actor):
        wanted = "只有系统管理员可以管理人员与单位。"
        raise NotAllowed(wanted, message_en="Only a system administrator may administer people and units.", rule=SYSADMIN)


def _other(connection: Connection, account: str, by: str) -> AccountRow:
    if account == by:
        wanted = "不能更改自己的账号，请由另一位系统管理员办理。"
        raise NotAllowed(
            wanted, message_en="Nobody administers their own account; another administrator does.", rule="own-account"
        )
    return _account(connection, account)


def _account(connection: Connection, account: str) -> AccountRow:
    row = people.find_account(connection, account)
    if row is None:
        raise NotFound(f"没有账号 {account}。", message_en=f"There is no account {account}.")
    return row


def _unit(connection: Connection, unit: str) -> UnitRow:
    row = administering.find_unit(connection, unit)
    if row is None:
        raise NotFound(f"没有单位 {unit}。", message_en=f"There is no unit {unit}.")
    return row


def get_open_unit(machine: Machine, connection: Connection, unit: str) -> UnitRow:
    """NotFound; Conflict for a unit that is closed."""
    held = _unit(connection, unit)
    if held.closed_on is not None and held.closed_on <= machine.clock.now().date():
        raise Conflict(f"单位“{held.name}”已停用。", message_en=f"Unit {held.name} is closed.")
    return held


def ensure_roles_apart(machine: Machine, held: Sequence[Role], role: str) -> None:
    """NotAllowed when somebody would both take part in cases and administer; NotFound for a role that there is not."""
    given = machine.book.get(role)
    if (given.exclusive and any(one.acts for one in held)) or (given.acts and any(one.exclusive for one in held)):
        raise NotAllowed(
            "管理类角色与办理案件的角色不能由同一账号担任。",
            message_en="Who administers takes no part in cases: these roles do not go together.", rule="SoD-11",
        )  # fmt: skip


def _release(machine: Machine, connection: Connection, row: AccountRow, reason: str, by: str) -> int:
    """Give back what an account holds and may take no longer; what was submitted and waits for signers stays."""
    kept = actor_queues(as_actor(row), machine.book) if row.active else frozenset[str]()
    today, released = machine.clock.now().date(), 0
    for case_id, task_id in administering.list_held(connection, row.name):
        case = cases.lock_case(connection, case_id)
        task = cases.find_task(connection, task_id)
        if case is None or task is None or task.main_id is not None:
            continue
        around = look(connection, case_id=case_id, task_id=task_id, account=row.name, on=today)
        held = any(one.id == task_id and one.holder == row.name for one in around.waiting)
        if not held or around.held_for is not None or not kept.isdisjoint(around.queues | {task.queue}):
            continue
        work = machine.load(connection, case, actor=by)
        cases.hold_task(connection, task_id, by=None)
        more: dict[str, Any] = {"from": row.display_name, "reason": reason.strip()}
        work.note(Event.TASK_RELEASED, element=task.element, task=task_id, **more)
        work.finish()
        released += 1
    return released


def _name_faults(name: str) -> list[Finding]:
    if name.strip() and len(name.strip()) <= _LONGEST_NAME:
        return []
    return [_finding("name", f"请填写名称（{_LONGEST_NAME}字以内）。", f"Give a name of at most {_LONGEST_NAME} characters.")]


def _finding(field: str, zh: str, en: str) -> Finding:
    return Finding(field=field, rule="administering", message=zh, message_en=en)


def note(machine: Machine, connection: Connection, event: Event, by: str, **payload: Any) -> None:
    """Write a line of the day chain."""
    at: datetime = machine.clock.now()
    record_outside_cases(connection, [Entry(kind=event.value, actor=by, at=at, payload=payload)])
