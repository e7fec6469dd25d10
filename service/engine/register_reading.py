"""Which registers, and which of their entries, somebody may read. What one may not read does not exist.

All entries: readers of its regulation (role `reads: all`), who reads everything, who imports into it, and
everybody when the schema says so. Entries of one's own units: role `reads: own`, by the field that the schema names.
Others: none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.access import Actor, RoleBook, reading_scope
from service.engine.machine import Machine
from service.engine.reads import may_read_case
from service.engine.register_import import differences, may_import
from service.engine.register_schema import EVERYONE, RegisterBook, RegisterSchema
from service.errors import NotFound
from service.sdk import Record
from service.store import Connection, cases, people
from service.store.register_lists import is_within
from service.store.registers import Registers, list_versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What of a register somebody sees: everything, or the entries `within` (field, units)."""

    schema: RegisterSchema
    within: tuple[str, frozenset[str]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of an entry: (field, before, after) of what it changed, by whom, when, in which case the reader may see."""

    number: int
    at: datetime
    actor: str
    actor_name: str
    case_id: str | None
    case_title: str | None
    changes: tuple[tuple[str, Any, Any], ...]
    data: Mapping[str, Any]


def find_sight(actor: Actor, book: RoleBook, schema: RegisterSchema) -> Sight | None:
    """What the actor sees of a register; None for nothing."""
    scope = reading_scope(actor, book)
    regulations = scope.regulations if not schema.regulation else scope.regulations & {schema.regulation}
    if schema.readers == EVERYONE or scope.everything or regulations or may_import(actor, schema):
        return Sight(schema=schema)
    units = frozenset(unit for regulation, unit in scope.units if schema.regulation in ("", regulation))
    return Sight(schema=schema, within=(schema.unit, units)) if units and schema.unit else None


def list_sights(actor: Actor, book: RoleBook, registers: RegisterBook) -> tuple[Sight, ...]:
    """The registers that somebody sees anything of."""
    found = (find_sight(actor, book, schema) for schema in registers.schemas.values())
    return tuple(sight for sight in found if sight is not None)


def get_sight(actor: Actor, machine: Machine, name: str) -> Sight:
    """NotFound both when there is no such register and when the actor may not read it."""
    schema = machine.rules.registers.find(name)
    sight = find_sight(actor, machine.book, schema) if schema is not None else None
    if sight is None:
        raise NotFound("没有这个台账，或者您无权查看。", message_en="There is no such register, or it is not yours to see.")
    return sight


def get_record(connection: Connection, sight: Sight, key: str) -> Record:
    """NotFound both when there is no such entry and when the reader may not see it."""
    record = Registers(connection).read(sight.schema.name, key)
    if record is None or (sight.within is not None and not is_within(connection, sight.schema.name, key, sight.within)):
        raise NotFound("台账中没有这条记录，或者您无权查看。", message_en="There is no such entry, or it is not yours to see.")
    return record


def versions_of(machine: Machine, connection: Connection, actor: Actor, record: Record) -> tuple[Version, ...]:
    """The versions of an entry, newest first, each with what it changed."""
    rows = list_versions(connection, record.register, record.key)
    names = people.display_names(connection, [row["actor"] for row in rows])
    titles = {id: _title(machine, connection, actor, id) for id in {row["case_id"] for row in rows} if id}
    versions: list[Version] = []
    before: Mapping[str, Any] = {}
    for row in rows:
        versions.append(
            Version(
                number=row["version"], at=row["at"], actor=row["actor"], actor_name=names.get(row["actor"], row["actor"]),
                case_id=row["case_id"] if titles.get(row["case_id"]) else None, case_title=titles.get(row["case_id"]),
                changes=differences(before, row["data"]), data=row["data"],
            )
        )  # fmt: skip
        before = row["data"]
    return tuple(reversed(versions))


def _title(machine: Machine, connection: Connection, actor: Actor, case_id: str) -> str | None:
    case = cases.find_case(connection, case_id)
    if case is None or not may_read_case(connection, machine.book, actor, case):
        return None
    return case.title or case.business_key
