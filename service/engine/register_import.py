"""Entries from outside: read by the schema of their register, all faults at once, told before they are stored, all or none.

An import is tried first (`dry_run`): its report says what each row would do, and carries a digest of that. Who then imports
names the digest; when the file or the register has changed in between, nothing is stored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from service import tagged
from service.access import Actor
from service.engine import account_import
from service.engine.events import Event
from service.engine.machine import Machine
from service.engine.register_rows import Fault, Row, faults_of, is_empty
from service.engine.register_schema import RegisterSchema
from service.engine.register_values import RefusedImport, fit
from service.engine.registering import write_entry
from service.errors import Conflict, NotAllowed
from service.sdk import Write
from service.store import Connection, people, registers
from service.store.history import Entry, record_outside_cases


class Action(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one row does: `changes` are (field, before, after)."""

    row: int | None
    key: str
    title: str
    action: Action
    changes: tuple[tuple[str, Any, Any], ...] = ()
    write: Write | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an import does, or did when `done`. With faults there is nothing to import and no digest.

    `passwords` are those of new accounts, told this once.
    """

    register: str
    lines: tuple[Line, ...] = ()
    faults: tuple[Fault, ...] = ()
    digest: str | None = None
    done: bool = False
    passwords: Mapping[str, str] = field(default_factory=dict)

    def count(self, action: Action) -> int:
        return sum(line.action is action for line in self.lines)


def may_import(actor: Actor, schema: RegisterSchema) -> bool:
    return not schema.imports.isdisjoint(actor.roles)


def ensure_may_import(actor: Actor, schema: RegisterSchema) -> None:
    """NotAllowed unless the actor holds one of the roles that the schema names."""
    if not may_import(actor, schema):
        listed = "、".join(sorted(schema.imports)) or "—"
        raise NotAllowed(
            f"您不能导入“{schema.zh}”；可导入的角色：{listed}。",
            message_en=f"You may not import into {schema.en}; roles that may: {listed}.", rule="register-import",
        )  # fmt: skip


def import_rows(
    machine: Machine, schema: RegisterSchema, rows: Sequence[Row], faults: Iterable[Fault] = (), *, by: str, dry_run: bool,
    digest: str | None = None,
) -> Report:  # fmt: skip
    """Try or do an import. `faults` are those of the file. With `dry_run` the report has them; else RefusedImport lists them.

    Conflict when `digest` is given and is no longer that of what would be done.
    """
    if schema.name == account_import.ACCOUNT:
        return _import_accounts(machine, schema, rows, tuple(faults), by=by, dry_run=dry_run, digest=digest)
    with (machine.store.read if dry_run else machine.store.write)() as connection:
        clean, found = _read(connection, schema, rows)
        found = (*faults, *found)
        if found:
            return _refused(schema.name, found, dry_run=dry_run)
        lines = _compare(connection, schema, clean)
        made = _digest(lines)
        if dry_run:
            return Report(register=schema.name, lines=lines, digest=made)
        _ensure_same(digest, made)
        _store(machine, connection, schema, lines, by=by)
    return Report(register=schema.name, lines=lines, digest=made, done=True)


def import_entries(
    machine: Machine, schema: RegisterSchema, entries: Mapping[str, Mapping[str, Any]], *, by: str, dry_run: bool = False
) -> tuple[str, ...]:
    """Store entries of a register ({key: data}); returns the keys that are new or changed.

    RefusedImport lists every field that does not fit the schema; then nothing is stored.
    """
    rows = [Row(number=None, key=str(key), data=data) for key, data in sorted(entries.items())]
    report = import_rows(machine, schema, rows, by=by, dry_run=dry_run)
    if report.faults:
        _refused(schema.name, report.faults, dry_run=False)
    return tuple(line.key for line in report.lines if line.action is not Action.UNCHANGED)


def _read(
    connection: Connection, schema: RegisterSchema, rows: Sequence[Row]
) -> tuple[list[tuple[Row, dict[str, Any]]], tuple[Fault, ...]]:
    units = {row["id"]: row["name"] for row in people.list_units(connection)}
    clean, faults = [], list(faults_of(schema, rows))
    for row in rows:
        data, misfits = fit(schema, row.key, with_unit_ids(schema, row.data, units), units=units)
        faults += (Fault.of(row, misfit) for misfit in misfits)
        clean.append((row, {name: value for name, value in data.items() if not is_empty(value)}))
    return clean, tuple(faults)


def with_unit_ids(schema: RegisterSchema, data: Mapping[str, Any], units: Mapping[str, str]) -> dict[str, Any]:
    """Sheets call units by their names; a name that two units bear stays, and is refused."""
    named: dict[str, list[str]] = {}
    for unit, name in units.items():
        named.setdefault(name, []).append(unit)

    def resolved(name: str, value: Any) -> Any:
        known = schema.fields.get(name)
        if known is None or known.type != "unit" or not isinstance(value, str) or value in units:
            return value
        found = named.get(value, [])
        return found[0] if len(found) == 1 else value

    return {name: resolved(name, value) for name, value in data.items()}


def _compare(connection: Connection, schema: RegisterSchema, clean: Sequence[tuple[Row, dict[str, Any]]]) -> tuple[Line, ...]:
    known = registers.list_by_keys(connection, schema.name, [row.key for row, _ in clean])
    return tuple(_line(schema, row, data, known.get(row.key)) for row, data in clean)


def _line(schema: RegisterSchema, row: Row, data: dict[str, Any], known: Any) -> Line:
    before = {} if known is None else dict(known.data)
    # A sheet replaces what it has columns for; the rest of an entry stays.
    after = {**{name: value for name, value in before.items() if row.columns is not None and name not in row.columns}, **data}
    changes = differences(before, after)
    action = Action.NEW if known is None else Action.CHANGED if changes else Action.UNCHANGED
    write = Write(register=schema.name, key=row.key, data=after, expected=0 if known is None else known.version)
    title = schema.title_of(row.key, after)
    return Line(row=row.number, key=row.key, title=title, action=action, changes=changes, write=write)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[tuple[str, Any, Any], ...]:
    """List (field, before, after) of what differs; nothing and an empty value are the same."""
    names = dict.fromkeys((*before, *after))
    pairs = ((name, before.get(name), after.get(name)) for name in names)
    return tuple((name, old, new) for name, old, new in pairs if old != new and not (is_empty(old) and is_empty(new)))


def _store(machine: Machine, connection: Connection, schema: RegisterSchema, lines: Iterable[Line], *, by: str) -> None:
    at, book, entries = machine.clock.now(), machine.rules.registers, []
    for line in sorted(lines, key=lambda line: line.key):
        if line.write is not None and line.action is not Action.UNCHANGED:
            version = write_entry(connection, book, line.write, actor=by, case_id=None, at=at)
            payload = {"register": schema.name, "key": line.key, "version": version, "import": True}
            entries.append(Entry(kind=Event.REGISTER_WRITTEN.value, actor=by, at=at, payload=payload))
    record_outside_cases(connection, entries)


def _import_accounts(
    machine: Machine, schema: RegisterSchema, rows: Sequence[Row], faults: tuple[Fault, ...], *, by: str, dry_run: bool,
    digest: str | None,
) -> Report:  # fmt: skip
    with (machine.store.read if dry_run else machine.store.write)() as connection:
        plans, found = account_import.plan(machine, connection, schema, rows)
        if faults or found:
            return _refused(schema.name, (*faults, *found), dry_run=dry_run)
        lines = tuple(
            Line(row=plan.row, key=plan.name, title=plan.display_name, action=Action(plan.action), changes=plan.changes)
            for plan in plans
        )
        made = _digest(lines)
        if dry_run:
            return Report(register=schema.name, lines=lines, digest=made)
        _ensure_same(digest, made)
        passwords = account_import.store(machine, connection, plans, by=by)
    return Report(register=schema.name, lines=lines, digest=made, done=True, passwords=passwords)


def _refused(register: str, faults: Sequence[Fault], *, dry_run: bool) -> Report:
    if dry_run:
        return Report(register=register, faults=tuple(faults))
    raise RefusedImport([fault.problem for fault in faults])


def _ensure_same(given: str | None, made: str) -> None:
    if given is not None and given != made:
        raise Conflict(
            "文件或台账在试导入之后有变化，未导入任何记录；请重新试导入并核对。",
            message_en="The file or the register has changed since the dry run; nothing was imported. Try it again.",
        )


def _digest(lines: Iterable[Line]) -> str:
    told = [
        [line.key, line.action.value, [list(change) for change in line.changes], line.write.expected if line.write else 0]
        for line in lines
    ]
    return hashlib.sha256(tagged.dumps(told)).hexdigest()
