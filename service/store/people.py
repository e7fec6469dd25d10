"""Units, accounts, memberships, sessions, tokens. Reads are for engine commands and sign-in; passwords arrive hashed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from service.store.columns import new_id
from service.store.tables import accounts, attempts, memberships, sessions, tokens, units


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """An account with the roles it holds: `memberships` is ((role, unit), …)."""

    name: str
    display_name: str
    password: str | None
    active: bool
    demo: bool
    memberships: tuple[tuple[str, str], ...]


_ACCOUNT = (
    select(
        accounts.c.name, accounts.c.display_name, accounts.c.password, accounts.c.active, accounts.c.demo,
        memberships.c.role, memberships.c.unit,
    )
    .join_from(accounts, memberships, accounts.c.name == memberships.c.account, isouter=True)
    .order_by(memberships.c.role, memberships.c.unit)
)  # fmt: skip
_BY_NAME = _ACCOUNT.where(accounts.c.name == bindparam("name"))
_BY_SESSION = _ACCOUNT.join(sessions, sessions.c.account == accounts.c.name).where(
    sessions.c.digest == bindparam("digest"), sessions.c.expires_at > bindparam("now", type_=sessions.c.expires_at.type)
)
_BY_TOKEN = _ACCOUNT.join(tokens, tokens.c.account == accounts.c.name).where(
    tokens.c.digest == bindparam("digest"),
    or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > bindparam("now", type_=tokens.c.expires_at.type)),
)


def _account(rows: Sequence[Any]) -> AccountRow | None:
    if not rows:
        return None
    first = rows[0]
    return AccountRow(
        name=first.name, display_name=first.display_name, password=first.password, active=first.active, demo=first.demo,
        memberships=tuple((row.role, row.unit) for row in rows if row.role is not None),
    )  # fmt: skip


def find_account(connection: Connection, name: str) -> AccountRow | None:
    return _account(connection.execute(_BY_NAME, {"name": name}).all())


def find_account_by_session(connection: Connection, digest: str, *, now: datetime) -> AccountRow | None:
    return _account(connection.execute(_BY_SESSION, {"digest": digest, "now": now}).all())


def find_account_by_token(connection: Connection, digest: str, *, now: datetime) -> AccountRow | None:
    return _account(connection.execute(_BY_TOKEN, {"digest": digest, "now": now}).all())


def list_accounts(connection: Connection) -> tuple[dict[str, Any], ...]:
    """List every account as {name, display_name, unit, unit_name, roles, active, demo}; unit is that of the first membership."""
    found: dict[str, dict[str, Any]] = {}
    rows = connection.execute(
        select(accounts, memberships.c.role, memberships.c.unit, units.c.name.label("unit_name"))
        .join_from(accounts, memberships, accounts.c.name == memberships.c.account, isouter=True)
        .join(units, units.c.id == memberships.c.unit, isouter=True)
        .order_by(memberships.c.unit, accounts.c.name, memberships.c.role)
    )
    for row in rows:
        entry = found.setdefault(
            row.name,
            {
                "name": row.name, "display_name": row.display_name, "unit": row.unit, "unit_name": row.unit_name,
                "roles": [], "active": row.active, "demo": row.demo,
            },
        )  # fmt: skip
        if row.role is not None and row.role not in entry["roles"]:
            entry["roles"].append(row.role)
    return tuple(found.values())


def list_units(connection: Connection) -> tuple[dict[str, Any], ...]:
    return tuple(dict(row._mapping) for row in connection.execute(select(units).order_by(units.c.id)))


def display_names(connection: Connection, names: Sequence[str]) -> dict[str, str]:
    """Map account names to the names that people read."""
    if not names:
        return {}
    rows = connection.execute(select(accounts.c.name, accounts.c.display_name).where(accounts.c.name.in_(set(names))))
    return {row.name: row.display_name for row in rows}


def list_members(connection: Connection, roles: Sequence[str]) -> tuple[tuple[str, str, str], ...]:
    """List (account, role, unit) of the active holders of some roles."""
    rows = connection.execute(
        select(memberships.c.account, memberships.c.role, memberships.c.unit)
        .join(accounts, accounts.c.name == memberships.c.account)
        .where(memberships.c.role.in_(list(roles)), accounts.c.active)
    )
    return tuple((account, role, unit) for account, role, unit in rows)


def list_memberships(connection: Connection) -> frozenset[tuple[str, str]]:
    """The (role, unit) pairs that some active account holds."""
    rows = connection.execute(
        select(memberships.c.role, memberships.c.unit)
        .join(accounts, accounts.c.name == memberships.c.account)
        .where(accounts.c.active)
        .distinct()
    )
    return frozenset((role, unit) for role, unit in rows)


def put_unit(connection: Connection, unit: dict[str, Any]) -> None:
    changed = connection.execute(update(units).where(units.c.id == unit["id"]).values(**unit))
    if not changed.rowcount:
        connection.execute(insert(units), unit)


def insert_account(connection: Connection, account: dict[str, Any], roles: Sequence[tuple[str, str]]) -> None:
    connection.execute(insert(accounts), account)
    if roles:
        rows = [{"account": account["name"], "role": role, "unit": unit} for role, unit in roles]
        connection.execute(insert(memberships), rows)


def set_password(connection: Connection, name: str, password: str) -> None:
    connection.execute(update(accounts).where(accounts.c.name == name).values(password=password))


def insert_session(connection: Connection, digest: str, account: str, *, now: datetime, until: datetime) -> None:
    connection.execute(delete(sessions).where(sessions.c.expires_at < now))
    row = {"digest": digest, "account": account, "created_at": now, "expires_at": until}
    connection.execute(insert(sessions), row)


def delete_session(connection: Connection, digest: str) -> None:
    connection.execute(delete(sessions).where(sessions.c.digest == digest))


def insert_token(connection: Connection, digest: str, account: str, *, label: str, now: datetime, until: datetime | None) -> None:
    row = {"digest": digest, "account": account, "label": label, "created_at": now, "expires_at": until}
    connection.execute(insert(tokens), row)


def count_failures(connection: Connection, *, account: str, address: str, since: datetime) -> tuple[int, int]:
    """Count failed sign-ins since a moment: (of this account, from this address)."""
    of_account = select(func.count()).where(attempts.c.account == account, attempts.c.at > since).scalar_subquery()
    of_address = select(func.count()).where(attempts.c.address == address, attempts.c.at > since).scalar_subquery()
    row = connection.execute(select(of_account, of_address)).one()
    return int(row[0]), int(row[1])


def record_failure(connection: Connection, *, account: str, address: str, at: datetime) -> None:
    connection.execute(insert(attempts), {"id": new_id(), "account": account[:80], "address": address[:64], "at": at})


def forget_failures(connection: Connection, *, account: str) -> None:
    connection.execute(delete(attempts).where(attempts.c.account == account))


def forget_old_failures(connection: Connection, *, before: datetime) -> None:
    connection.execute(delete(attempts).where(attempts.c.at < before))
