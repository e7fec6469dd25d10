"""All people at once, for whoever asks about every open task: active accounts, memberships, leave, closed units."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, select

from service.store.tables import absences, accounts, delegations, memberships, units


def list_active(connection: Connection) -> dict[str, str]:
    """{account: display name} of the active accounts."""
    rows = connection.execute(select(accounts.c.name, accounts.c.display_name).where(accounts.c.active))
    return {row.name: row.display_name for row in rows}


def list_memberships(connection: Connection) -> tuple[tuple[str, str, str], ...]:
    """(account, role, unit) of everybody."""
    rows = connection.execute(select(memberships.c.account, memberships.c.role, memberships.c.unit))
    return tuple((account, role, unit) for account, role, unit in rows)


def list_away(connection: Connection, day: date) -> dict[str, date]:
    """{account: last day of leave} of those who are on leave and for whom nobody stands in."""
    rows = connection.execute(
        select(absences.c.account, absences.c.until).where(absences.c.start <= day, absences.c.until >= day)
    ).all()
    stands_in = select(delegations.c.account).where(
        delegations.c.start <= day, delegations.c.until >= day, delegations.c.ended_at.is_(None)
    )
    replaced = set(connection.execute(stands_in).scalars())
    return {account: until for account, until in rows if account not in replaced}


def list_closed_units(connection: Connection, day: date) -> frozenset[str]:
    """The units for which nobody acts any more."""
    return frozenset(connection.execute(select(units.c.id).where(units.c.closed_on <= day)).scalars())


def list_unit_names(connection: Connection) -> dict[str, str]:
    return {row.id: row.name for row in connection.execute(select(units.c.id, units.c.name))}
