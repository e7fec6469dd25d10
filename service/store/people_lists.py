"""Lists of people for administration: found by name, unit, role and state, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, or_, select

from service.store.reads import MAX_LIMIT, Page
from service.store.tables import absences, accounts, delegations, memberships, tasks, units


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFilter:
    """None means any. `text` is a part of the account or of the name that people read."""

    text: str | None = None
    unit: str | None = None
    role: str | None = None
    active: bool | None = None


def list_people(connection: Connection, where: PeopleFilter, *, after: str | None, limit: int) -> Page:
    """List accounts by name as {name, display_name, active, created_at, email, memberships: [(role, unit, unit name)]}."""
    limit = max(1, min(limit, MAX_LIMIT))
    found = select(
        accounts.c.name, accounts.c.display_name, accounts.c.active, accounts.c.created_at, accounts.c.email
    ).where(*_conditions(where))  # fmt: skip
    if after:
        found = found.where(accounts.c.name > after)
    rows = connection.execute(found.order_by(accounts.c.name).limit(limit + 1)).all()
    held = list_memberships_of(connection, [row.name for row in rows[:limit]])
    shown = tuple({**row._mapping, "memberships": held.get(row.name, [])} for row in rows[:limit])
    return Page(rows=shown, after=shown[-1]["name"] if len(rows) > limit else None)


def list_memberships_of(connection: Connection, names: Sequence[str]) -> dict[str, list[tuple[str, str, str]]]:
    """(role, unit, name of the unit) by account."""
    rows = connection.execute(
        select(memberships.c.account, memberships.c.role, memberships.c.unit, units.c.name)
        .join(units, units.c.id == memberships.c.unit)
        .where(memberships.c.account.in_(list(names)))
        .order_by(memberships.c.account, memberships.c.unit, memberships.c.role)
    )
    found: dict[str, list[tuple[str, str, str]]] = {}
    for account, role, unit, name in rows:
        found.setdefault(account, []).append((role, unit, name))
    return found


def list_absent(connection: Connection, names: Sequence[str], *, on: date) -> dict[str, date]:
    """Until when accounts are on leave that are so on a day."""
    rows = connection.execute(
        select(absences.c.account, func.max(absences.c.until))
        .where(absences.c.account.in_(list(names)), absences.c.start <= on, absences.c.until >= on)
        .group_by(absences.c.account)
    )
    return {row[0]: row[1] for row in rows}


def list_roles_held(connection: Connection) -> dict[str, list[tuple[str, str, str]]]:
    """(account, name that people read, name of the unit) of the active holders of each role, by name."""
    rows = connection.execute(
        select(memberships.c.role, accounts.c.name, accounts.c.display_name, units.c.name.label("unit_name"))
        .join(accounts, accounts.c.name == memberships.c.account)
        .join(units, units.c.id == memberships.c.unit)
        .where(accounts.c.active)
        .order_by(memberships.c.role, units.c.name, accounts.c.name)
    )
    found: dict[str, list[tuple[str, str, str]]] = {}
    for role, name, shown, unit in rows:
        found.setdefault(role, []).append((name, shown, unit))
    return found


def count_held(connection: Connection, account: str) -> int:
    """How many open tasks an account has claimed."""
    statement = select(func.count()).where(tasks.c.claimed_by == account, tasks.c.status == "claimed")
    return int(connection.execute(statement).scalar_one())


def list_units_page(connection: Connection, *, text: str | None, after: str | None, limit: int) -> Page:
    """List units by id as {id, name, closed_on, members, waiting}: active people there, and open tasks of its cases."""
    members = (
        select(func.count(memberships.c.account.distinct()))
        .join(accounts, accounts.c.name == memberships.c.account)
        .where(memberships.c.unit == units.c.id, accounts.c.active)
        .correlate(units)
        .scalar_subquery()
    )
    found = select(units.c.id, units.c.name, units.c.closed_on, members.label("members"))
    if text:
        found = found.where(or_(units.c.name.contains(text, autoescape=True), units.c.id.contains(text, autoescape=True)))
    if after:
        found = found.where(units.c.id > after)
    rows = connection.execute(found.order_by(units.c.id).limit(limit + 1)).all()
    shown = tuple(dict(row._mapping) for row in rows[:limit])
    return Page(rows=shown, after=shown[-1]["id"] if len(rows) > limit else None)


def count_queued(connection: Connection, unit: str, *, most: int) -> int:
    """How many open tasks stand in a queue of a unit's roles, up to `most`."""
    statement = (
        select(tasks.c.id).where(tasks.c.status == "open", tasks.c.queue.endswith(f"@{unit}", autoescape=True)).limit(most)
    )
    return len(connection.execute(statement).all())


def list_stood_in(connection: Connection, account: str, *, on: date) -> tuple[dict[str, Any], ...]:
    """Deputyships of today and later, given and received: {account, deputy, role, start, until}."""
    rows = connection.execute(
        select(delegations.c.account, delegations.c.deputy, delegations.c.role, delegations.c.start, delegations.c.until)
        .where(
            or_(delegations.c.account == account, delegations.c.deputy == account),
            delegations.c.ended_at.is_(None), delegations.c.until >= on,
        )
        .order_by(delegations.c.start, delegations.c.id)
    )  # fmt: skip
    return tuple(dict(row._mapping) for row in rows)


def _conditions(where: PeopleFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if where.text:
        found.append(
            or_(
                accounts.c.name.contains(where.text, autoescape=True),
                accounts.c.display_name.contains(where.text, autoescape=True),
            )
        )
    if where.active is not None:
        found.append(accounts.c.active.is_(where.active))
    held = [memberships.c.account == accounts.c.name]
    if where.unit:
        held.append(memberships.c.unit == where.unit)
    if where.role:
        held.append(memberships.c.role == where.role)
    if len(held) > 1:
        found.append(exists().where(*held))
    return found
