"""Register entries that come from outside: read by the register's schema, all faults at once, stored all or none."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from service.engine.events import Event
from service.engine.machine import Machine
from service.errors import InvalidDefinition, Problem
from service.sdk import Write
from service.store import people, registers
from service.store.history import Entry, record_outside_cases

Data = Mapping[str, Any]


def import_entries(
    machine: Machine, schema: Data, entries: Mapping[str, Data], *, by: str, dry_run: bool = False
) -> tuple[str, ...]:
    """Store entries of a register ({key: data}); returns the keys that are new or changed.

    InvalidDefinition lists every field that does not fit the schema; then nothing is stored.
    """
    at, register = machine.clock.now(), str(schema["register"])
    with machine.store.write() as connection:
        units = {row["id"] for row in people.list_units(connection)}
        clean = read_entries(schema, entries, units=units)
        known, changed = registers.Registers(connection), []
        for key, data in sorted(clean.items()):
            found = known.read(register, key)
            if found is not None and dict(found.data) == data:
                continue
            changed.append(key)
            if not dry_run:
                write = Write(register=register, key=key, data=data, expected=found.version if found is not None else 0)
                registers.write_register(connection, write, actor=by, case_id=None, at=at)
        lines = [
            Entry(kind=Event.REGISTER_WRITTEN.value, actor=by, at=at, payload={"register": register, "key": key, "import": True})
            for key in changed
        ]
        record_outside_cases(connection, [] if dry_run else lines)
    return tuple(changed)


def read_entries(schema: Data, entries: Mapping[str, Data], *, units: Collection[str]) -> dict[str, dict[str, Any]]:
    """Turn plain entries into typed ones. InvalidDefinition with (entry, field, what to do) for everything that does not fit."""
    fields = {field["id"]: field for field in schema["fields"]}
    problems: list[Problem] = []
    clean: dict[str, dict[str, Any]] = {}

    def report(key: str, field: str, zh: str, en: str) -> None:
        problems.append(Problem(rule="register-entry", element=f"{key}.{field}", message=f"{zh} / {en}"))

    for key, data in entries.items():
        clean[str(key)] = typed = {}
        for name in set(data) - set(fields):
            report(key, name, "台账没有这个字段", "the register has no such field")
        for name, field in fields.items():
            value = data.get(name)
            if value is None or value == "":
                if field.get("required"):
                    report(key, name, "必填", "required")
                continue
            try:
                typed[name] = _reader(field["type"])(value)
            except (ValueError, InvalidOperation):
                report(key, name, f"“{value}”不是{field['type']}", f"{value!r} is no {field['type']}")
                continue
            if field["type"] == "choice" and typed[name] not in {choice["value"] for choice in field["choices"]}:
                report(key, name, f"“{value}”不在可选值中", f"{value!r} is none of the choices")
            if field["type"] == "unit" and typed[name] not in units:
                report(key, name, f"没有单位 {value}", f"there is no unit {value}")
    if problems:
        raise InvalidDefinition(problems, "台账数据有误，未导入任何记录。", message_en="Nothing was imported.")
    return clean


def _reader(kind: str) -> Callable[[Any], Any]:
    return _READ.get(kind, _text)


def _text(value: Any) -> str:
    if not isinstance(value, (str, int)):
        raise ValueError
    return str(value)


def _number(value: Any) -> Decimal:
    if isinstance(value, (bool, float)) or not isinstance(value, (str, int)):
        raise ValueError
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError
    return number


def _money(value: Any) -> Decimal:
    number = _number(value)
    exact = number.quantize(Decimal("0.01"))
    if exact != number:
        raise ValueError
    return exact


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _date(value: Any) -> date:
    return value if type(value) is date else date.fromisoformat(str(value))


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError
    return value


_READ: Mapping[str, Callable[[Any], Any]] = {
    "number": _number,
    "integer": _number,
    "money": _money,
    "boolean": _boolean,
    "date": _date,
    "list": _list,
    "file": _list,
}
