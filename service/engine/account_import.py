"""Accounts from a sheet: who they are, their unit and roles. New ones get a password that is made up and told once."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from service.engine.events import Event
from service.engine.machine import Machine
from service.engine.passwords import hash_password
from service.engine.register_rows import Fault, Row, faults_of
from service.engine.register_schema import Field, RegisterSchema
from service.engine.register_values import fit
from service.store import Connection, people
from service.store.history import Entry, record_outside_cases

#: Not a register that cases read: accounts have tables of their own. It is imported like one.
ACCOUNT = "account"
SCHEMA = RegisterSchema(
    name=ACCOUNT,
    zh="账号",
    en="Accounts",
    key=Field(id="name", type="text", zh="账号", en="Account"),
    fields=MappingProxyType(
        {
            "display_name": Field(id="display_name", type="text", zh="姓名", en="Name", required=True),
            "unit": Field(id="unit", type="unit", zh="单位", en="Unit", required=True),
            "roles": Field(id="roles", type="list", zh="角色", en="Roles", required=True),
        }
    ),
    title="display_name",
    imports=frozenset({"sysadmin"}),
)
_NAME = re.compile(r"[0-9A-Za-z\u3400-\u9fff][0-9A-Za-z\u3400-\u9fff._-]{0,79}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one row does to an account; `action` as of imports: new, changed, unchanged."""

    row: int | None
    name: str
    display_name: str
    memberships: tuple[tuple[str, str], ...]
    action: str
    changes: tuple[tuple[str, Any, Any], ...]


def plan(
    machine: Machine, connection: Connection, schema: RegisterSchema, rows: Sequence[Row]
) -> tuple[tuple[Plan, ...], tuple[Fault, ...]]:
    """Compare rows with the accounts that there are. A role may name another unit than the row's: `role@unit`."""
    units = {row["id"]: row["name"] for row in people.list_units(connection)}
    by_name = {name: unit for unit, name in units.items()}
    faults = list(faults_of(schema, rows))
    plans = []
    for row in rows:
        given = {**row.data, "unit": row.data.get("unit")}
        if given["unit"] not in units:
            given["unit"] = by_name.get(str(given["unit"]), given["unit"])
        data, misfits = fit(schema, row.key, given, units=units)
        found = [Fault.of(row, misfit) for misfit in misfits]
        if not _NAME.fullmatch(row.key):
            found.append(
                Fault.at(row, "name", "账号", "Account", "只能用字母、数字、汉字和 . _ -", "only letters, digits, . _ -")
            )
        roles = () if found else tuple(_roles(machine, row, data, units, found))
        faults += found
        if not found:
            plans.append(_compare(connection, row, data, tuple(sorted(set(roles)))))
    return tuple(plans), tuple(faults)


def store(machine: Machine, connection: Connection, plans: Sequence[Plan], *, by: str) -> Mapping[str, str]:
    """Create and change accounts; returns the passwords of the new ones."""
    at, entries, passwords = machine.clock.now(), [], {}
    for one in plans:
        payload = {"account": one.name, "roles": [list(role) for role in one.memberships]}
        if one.action == "new":
            passwords[one.name] = secrets.token_urlsafe(12)
            row = {
                "name": one.name, "display_name": one.display_name, "password": hash_password(passwords[one.name]),
                "active": True, "demo": False, "created_at": at,
            }  # fmt: skip
            people.insert_account(connection, row, one.memberships)
            entries.append(Entry(kind=Event.ACCOUNT_CREATED.value, actor=by, at=at, payload=payload))
        elif one.action == "changed":
            people.change_account(connection, one.name, display_name=one.display_name, roles=one.memberships)
            entries.append(Entry(kind=Event.ACCOUNT_CHANGED.value, actor=by, at=at, payload=payload))
    record_outside_cases(connection, entries)
    return passwords


def _roles(
    machine: Machine, row: Row, data: Mapping[str, Any], units: Mapping[str, str], found: list[Fault]
) -> Iterator[tuple[str, str]]:
    for text in data["roles"]:
        role, _, unit = str(text).strip().partition("@")
        if machine.book.find(role) is None:
            found.append(Fault.at(row, "roles", "角色", "Roles", f"没有角色 {role}", f"there is no role {role}"))
        elif unit and unit not in units:
            found.append(Fault.at(row, "roles", "角色", "Roles", f"没有单位 {unit}", f"there is no unit {unit}"))
        else:
            yield role, unit or str(data["unit"])


def _compare(connection: Connection, row: Row, data: Mapping[str, Any], roles: tuple[tuple[str, str], ...]) -> Plan:
    known = people.find_account(connection, row.key)
    old = (None, ()) if known is None else (known.display_name, tuple(sorted(known.memberships)))
    new = (str(data["display_name"]), roles)
    words = [("display_name", old[0], new[0]), ("roles", _words(old[1]), _words(new[1]))]
    changes = tuple(change for change in words if change[1] != change[2])
    action = "new" if known is None else "changed" if changes else "unchanged"
    return Plan(row=row.number, name=row.key, display_name=new[0], memberships=roles, action=action, changes=changes)


def _words(roles: Sequence[tuple[str, str]]) -> str:
    return "、".join(f"{role}@{unit}" for role, unit in roles)
