"""What system administrators write about people: memberships one by one, use of an account, leave, closed units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from service.store.tables import absences, accounts, memberships, sessions, tasks, tokens, units


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """A unit; `closed_on` is the first day on which nobody acts for it any more."""

    id: str
    name: str
    closed_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceRow:
    """That an account is on leave from the day `start` to the day `until`, both included."""

    id: str
    account: str
    start: date
    until: date
    reason: str
    created_at: datetime


def find_unit(connection: Connection, unit: str) -> UnitRow | None:
    row = connection.execute(select(units.c.id, units.c.name, units.c.closed_on).where(units.c.id == unit)).first()
    return None if row is None else UnitRow(**row._mapping)


def list_units(connection: Connection, *, after: str = "", limit: int) -> tuple[dict[str, Any], ...]:
    """List units from the one after an id on as {id, name, closed_on, members}; members are memberships, not people."""
    members = select(func.count()).where(memberships.c.unit == units.c.id).scalar_subquery()
    rows = connection.execute(
        select(units.c.id, units.c.name, units.c.closed_on, members.label("members"))
        .where(units.c.id > after).order_by(units.c.id).limit(limit)
    )  # fmt: skip
    return tuple({"id": row.id, "name": row.name, "closed_on": row.closed_on, "members": row.members} for row in rows)


def set_closed(connection: Connection, unit: str, day: date | None) -> None:
    connection.execute(update(units).where(units.c.id == unit).values(closed_on=day))


def insert_membership(connection: Connection, account: str, role: str, unit: str) -> None:
    connection.execute(insert(memberships), {"account": account, "role": role, "unit": unit})


def delete_membership(connection: Connection, account: str, role: str, unit: str) -> bool:
    """Take a role away; False when it was not held."""
    held = (memberships.c.account == account, memberships.c.role == role, memberships.c.unit == unit)
    return bool(connection.execute(delete(memberships).where(*held)).rowcount)


def set_active(connection: Connection, account: str, active: bool) -> None:
    connection.execute(update(accounts).where(accounts.c.name == account).values(active=active))


def end_access(connection: Connection, account: str) -> None:
    """End every session and token of an account."""
    connection.execute(delete(sessions).where(sessions.c.account == account))
    connection.execute(delete(tokens).where(tokens.c.account == account))


def end_sessions(connection: Connection, account: str) -> None:
    connection.execute(delete(sessions).where(sessions.c.account == account))


def list_held(connection: Connection, account: str) -> tuple[tuple[str, str], ...]:
    """List (case, task) of what an account has claimed, in the order of cases, in which they are locked."""
    rows = connection.execute(
        select(tasks.c.case_id, tasks.c.id)
        .where(tasks.c.claimed_by == account, tasks.c.status == "claimed")
        .order_by(tasks.c.case_id, tasks.c.id)
    )
    return tuple((case, task) for case, task in rows)


def insert_absence(connection: Connection, row: AbsenceRow) -> None:
    connection.execute(insert(absences), {name: getattr(row, name) for name in AbsenceRow.__slots__})


def list_members(connection: Connection, unit: str) -> tuple[str, ...]:
    """The accounts that hold a role in a unit."""
    held = select(memberships.c.account).where(memberships.c.unit == unit).distinct().order_by(memberships.c.account)
    return tuple(connection.execute(held).scalars())


def list_absences(connection: Connection, account: str) -> tuple[AbsenceRow, ...]:
    """List the leave of an account, the newest first."""
    rows = connection.execute(select(absences).where(absences.c.account == account).order_by(absences.c.id.desc()))
    return tuple(AbsenceRow(**row._mapping) for row in rows)


def delete_absence(connection: Connection, absence: str) -> AbsenceRow | None:
    """Strike leave out; returns what it was, None when there is none."""
    row = connection.execute(select(absences).where(absences.c.id == absence)).first()
    if row is not None:
        connection.execute(delete(absences).where(absences.c.id == absence))
    return None if row is None else AbsenceRow(**row._mapping)
