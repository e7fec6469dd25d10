"""Units, accounts, memberships, deputies, sessions, tokens: for engine commands and sign-in; passwords arrive hashed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
    update,
)

from service.store.columns import new_id
from service.store.tables import accounts, attempts, delegations, memberships, sessions, tokens, units


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """An account with the roles it holds: `memberships` is ((role, unit), …).

    `stands_in` is ((account, role, unit, whether for all roles of that account), …): whose deputy it is on the day asked for.
    `closed` are those of its units that are closed, so that what it holds there does not count.
    """

    name: str
    display_name: str
    password: str | None
    active: bool
    demo: bool
    memberships: tuple[tuple[str, str], ...]
    stands_in: tuple[tuple[str, str, str, bool], ...] = ()
    closed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationRow:
    """That `deputy` stands in for `account` in a role, from the day `start` to the day `until`."""

    id: str
    account: str
    deputy: str
    role: str
    start: date
    until: date
    reason: str
    created_at: datetime
    ended_at: datetime | None


#: Of a membership: whether its unit is closed, so that it does not count.
IN_CLOSED_UNIT = exists().where(units.c.id == memberships.c.unit, units.c.closed_on.is_not(None)).correlate(memberships)


def _with_deputies(who: ColumnElement[Any], *among: Any) -> Any:
    """An account with its memberships, and those of whom it stands in for on `:today`, in one statement.

    `who` is the account's name in a query over accounts and `among`.
    """

    def narrowed(statement: Select[Any]) -> Select[Any]:
        for table, condition in among:
            statement = statement.join(table, table.c.account == accounts.c.name).where(condition)
        return statement

    own = narrowed(
        select(
            accounts.c.name, accounts.c.display_name, accounts.c.password, accounts.c.active, accounts.c.demo,
            memberships.c.role, memberships.c.unit, literal(None, accounts.c.name.type).label("principal"),
            literal(None, delegations.c.role.type).label("deputised"), IN_CLOSED_UNIT.label("closed"),
        ).join_from(accounts, memberships, accounts.c.name == memberships.c.account, isouter=True)
    ).where(who)  # fmt: skip
    principal = accounts.alias("principal")
    for_others = narrowed(
        select(
            accounts.c.name, accounts.c.display_name, literal(None, accounts.c.password.type), accounts.c.active, accounts.c.demo,
            memberships.c.role, memberships.c.unit, delegations.c.account, delegations.c.role, IN_CLOSED_UNIT,
        )
        .join_from(accounts, delegations, delegations.c.deputy == accounts.c.name)
        .join(memberships, memberships.c.account == delegations.c.account)
        .join(principal, principal.c.name == delegations.c.account)
    ).where(who, principal.c.active, *stands_in_on())  # fmt: skip
    return union_all(own, for_others)


def stands_in_on() -> tuple[ColumnElement[bool], ...]:
    """The conditions under which a delegation counts on `:today`."""
    today = bindparam("today", type_=delegations.c.start.type)
    return delegations.c.start <= today, delegations.c.until >= today, delegations.c.ended_at.is_(None)


_BY_NAME = _with_deputies(accounts.c.name == bindparam("name"))
_BY_SESSION = _with_deputies(
    literal(True),
    (
        sessions,
        (sessions.c.digest == bindparam("digest")) & (sessions.c.expires_at > bindparam("now", type_=sessions.c.expires_at.type)),
    ),
)
_BY_TOKEN = _with_deputies(
    literal(True),
    (
        tokens,
        (tokens.c.digest == bindparam("digest"))
        & or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > bindparam("now", type_=tokens.c.expires_at.type)),
    ),
)


def _account(rows: Sequence[Any]) -> AccountRow | None:
    own = [row for row in rows if row.principal is None]
    if not own:
        return None
    first = own[0]
    return AccountRow(
        name=first.name, display_name=first.display_name, password=first.password, active=first.active, demo=first.demo,
        memberships=tuple(sorted((row.role, row.unit) for row in own if row.role is not None)),
        stands_in=stand_ins(
            (row.principal, row.deputised, row.role, row.unit) for row in rows if row.principal is not None and not row.closed
        ),
        closed=frozenset(row.unit for row in own if row.closed),
    )  # fmt: skip


def stand_ins(rows: Iterable[tuple[str, str, str, str]]) -> tuple[tuple[str, str, str, bool], ...]:
    """From (account, role that is deputised, role held, unit) in every combination, what somebody stands in for."""
    listed = list(rows)
    deputised = {(account, role) for account, role, _, _ in listed}
    found: dict[tuple[str, str, str], bool] = {}
    for account, role, held, unit in listed:
        if role == held:
            found[account, role, unit] = all((account, other) in deputised for name, _, other, _ in listed if name == account)
    return tuple((*key, whole) for key, whole in sorted(found.items()))


def find_account(connection: Connection, name: str, *, on: date | None = None) -> AccountRow | None:
    """Find an account; whose deputy it is only when a day is asked for."""
    return _account(connection.execute(_BY_NAME, {"name": name, "today": on}).all())


def find_account_by_session(connection: Connection, digest: str, *, now: datetime, on: date | None = None) -> AccountRow | None:
    return _account(connection.execute(_BY_SESSION, {"digest": digest, "now": now, "today": on}).all())


def find_account_by_token(connection: Connection, digest: str, *, now: datetime, on: date | None = None) -> AccountRow | None:
    return _account(connection.execute(_BY_TOKEN, {"digest": digest, "now": now, "today": on}).all())


def insert_delegation(connection: Connection, row: DelegationRow) -> None:
    connection.execute(insert(delegations), {name: getattr(row, name) for name in DelegationRow.__slots__})


def find_delegation(connection: Connection, delegation_id: str) -> DelegationRow | None:
    row = connection.execute(select(delegations).where(delegations.c.id == delegation_id)).first()
    return None if row is None else DelegationRow(**row._mapping)


def list_delegations(connection: Connection, account: str) -> tuple[DelegationRow, ...]:
    """List whom an account has named as deputies and for whom it stands in, the newest first; not those taken back."""
    rows = connection.execute(
        select(delegations)
        .where(or_(delegations.c.account == account, delegations.c.deputy == account), delegations.c.ended_at.is_(None))
        .order_by(delegations.c.id.desc())
    )
    return tuple(DelegationRow(**row._mapping) for row in rows)


def end_delegation(connection: Connection, delegation_id: str, *, at: datetime) -> bool:
    """Take a deputyship back; False when that was done before."""
    ended = update(delegations).where(delegations.c.id == delegation_id, delegations.c.ended_at.is_(None)).values(ended_at=at)
    return bool(connection.execute(ended).rowcount)


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
    """List (account, role, unit) of the active holders of some roles, in units that are not closed."""
    rows = connection.execute(
        select(memberships.c.account, memberships.c.role, memberships.c.unit)
        .join(accounts, accounts.c.name == memberships.c.account)
        .where(memberships.c.role.in_(list(roles)), accounts.c.active, ~IN_CLOSED_UNIT)
    )
    return tuple((account, role, unit) for account, role, unit in rows)


def list_memberships(connection: Connection) -> frozenset[tuple[str, str]]:
    """The (role, unit) pairs that some active account holds, in units that are not closed."""
    rows = connection.execute(
        select(memberships.c.role, memberships.c.unit)
        .join(accounts, accounts.c.name == memberships.c.account)
        .where(accounts.c.active, ~IN_CLOSED_UNIT)
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


def change_account(connection: Connection, name: str, *, display_name: str, roles: Sequence[tuple[str, str]]) -> None:
    """Give an account another name and other memberships."""
    connection.execute(update(accounts).where(accounts.c.name == name).values(display_name=display_name))
    connection.execute(delete(memberships).where(memberships.c.account == name))
    if roles:
        connection.execute(insert(memberships), [{"account": name, "role": role, "unit": unit} for role, unit in roles])


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
