"""Registers: typed master data with versions. A write names the version it replaces; a newer one is a conflict.

What a register's schema says is the engine's business; here it arrives as an `Indexing`. The register `unit` is the truth about
units: a write of it also writes the row in `units` that accounts and cases refer to.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from service import tagged
from service.errors import Stale
from service.sdk import Record, Write
from service.store import people, register_index
from service.store.columns import insert_or
from service.store.register_index import NOTHING, Indexing
from service.store.register_likeness import sieve
from service.store.tables import register_versions, registers

#: The register whose entries are mirrored in the table `units`.
UNIT = "unit"
_READ = select(registers).where(registers.c.register == bindparam("register"), registers.c.key == bindparam("key"))


class Registers:
    """The `RegisterReader` of handlers, on one connection. `indexings` says by register what can be found without decoding."""

    def __init__(self, connection: Connection, indexings: Mapping[str, Indexing] | None = None) -> None:
        self._connection = connection
        self._indexings = indexings or {}

    def read(self, register: str, key: str) -> Record | None:
        row = self._connection.execute(_READ, {"register": register, "key": key}).first()
        return None if row is None else as_record(row)

    def read_many(self, register: str, keys: Collection[str]) -> tuple[Record, ...]:
        """Read the entries with these keys, those that exist, in the order of their keys."""
        wanted = select(registers).where(registers.c.register == register, registers.c.key.in_(sorted(keys)))
        return tuple(as_record(row) for row in self._connection.execute(wanted.order_by(registers.c.key)))

    def search(self, register: str, **equals: Any) -> tuple[Record, ...]:
        """List the entries whose fields equal the given values, or hold them when the field is a list; in the order of keys."""
        statement = select(registers).where(registers.c.register == register)
        narrowed = register_index.candidates(register, self._indexings.get(register, NOTHING), equals)
        if narrowed is not None:
            statement = statement.where(narrowed)
        found = (as_record(row) for row in self._connection.execute(statement.order_by(registers.c.key)))
        return tuple(record for record in found if _fits(record.data, equals))

    def newest(self, register: str, *, limit: int, **equals: Any) -> tuple[Record, ...]:
        """List at most `limit` entries with these values, from the last key down: keys are numbered as entries come."""
        statement = select(registers).where(registers.c.register == register).order_by(registers.c.key.desc())
        narrowed = register_index.candidates(register, self._indexings.get(register, NOTHING), equals)
        if narrowed is not None:
            statement = statement.where(narrowed)
        if not equals:
            statement = statement.limit(limit)
        with self._connection.execute(statement, execution_options={"yield_per": limit}) as rows:
            fitting = (record for record in map(as_record, rows) if _fits(record.data, equals))
            return tuple(islice(fitting, limit))

    def search_alike(self, register: str, texts: Mapping[str, str], *, limit: int = 100, **equals: Any) -> tuple[Record, ...]:
        """List the entries with these values whose text fields share most with the given texts: a sieve before an exact score.

        Every entry that the index does not know is among them, and all are when there are no more than `limit`.
        """
        keys = sieve(self._connection, register, self._indexings.get(register, NOTHING), texts, limit=limit, equals=equals)
        if keys is None:
            return self.search(register, **equals)
        found = self.read_many(register, keys) if keys else ()
        return tuple(record for record in found if _fits(record.data, equals))


def _fits(data: Mapping[str, Any], equals: Mapping[str, Any]) -> bool:
    return all(_same(data.get(name), value) for name, value in equals.items())


def _same(stored: Any, wanted: Any) -> bool:
    if isinstance(stored, list) and not isinstance(wanted, list):
        return wanted in stored
    return bool(stored == wanted) and isinstance(stored, bool) == isinstance(wanted, bool)


def as_record(row: Any) -> Record:
    return Record(register=row.register, key=row.key, version=row.version, data=tagged.loads(row.data))


def write_register(
    connection: Connection, write: Write, *, actor: str, case_id: str | None, at: datetime, indexing: Indexing = NOTHING
) -> int:
    """Write one version; returns its number. Stale when the entry is no longer at the expected version."""
    version = write.expected + 1
    data = tagged.dumps(dict(write.data))
    values = {"version": version, "data": data, "updated_at": at, "indexed": indexing.marker}
    if write.expected == 0:
        entry = insert_or(connection, registers).on_conflict_do_nothing().returning(registers.c.version)
        done = connection.execute(entry, {"register": write.register, "key": write.key, **values}).first() is not None
    else:
        changed = connection.execute(
            update(registers)
            .where(
                registers.c.register == write.register,
                registers.c.key == write.key,
                registers.c.version == write.expected,
            )
            .values(**values)
        )
        done = changed.rowcount == 1
    if not done:
        raise _stale(write)
    row = {
        "register": write.register, "key": write.key, "version": version, "data": data, "at": at, "actor": actor,
        "case_id": case_id,
    }  # fmt: skip
    connection.execute(insert(register_versions), row)
    if indexing.marker:
        register_index.write_rows(connection, indexing.rows(write.register, write.key, write.data))
    if write.register == UNIT:
        people.put_unit(connection, _unit_row(write))
    return version


def reindex(connection: Connection, register: str, indexing: Indexing) -> int:
    """Index the entries of a register that were written without, or by another indexing; returns how many."""
    outdated = select(registers).where(registers.c.register == register, registers.c.indexed != indexing.marker)
    found = [as_record(row) for row in connection.execute(outdated)]
    for start in range(0, len(found), 500):
        part = found[start : start + 500]
        rows = [row for record in part for row in indexing.rows(register, record.key, record.data)]
        register_index.write_rows(connection, rows)
    changed = update(registers).where(registers.c.register == register).values(indexed=indexing.marker)
    connection.execute(changed)
    return len(found)


def list_versions(connection: Connection, register: str, key: str) -> tuple[Mapping[str, Any], ...]:
    """List {version, data, at, actor, case_id} of an entry, oldest first."""
    rows = connection.execute(
        select(register_versions)
        .where(register_versions.c.register == register, register_versions.c.key == key)
        .order_by(register_versions.c.version)
    )
    return tuple({**row._mapping, "data": tagged.loads(row.data)} for row in rows)


def list_by_keys(connection: Connection, register: str, keys: Sequence[str]) -> dict[str, Record]:
    """Map keys to entries, for imports that look at many."""
    found: dict[str, Record] = {}
    for start in range(0, len(keys), 500):
        part = Registers(connection).read_many(register, keys[start : start + 500])
        found |= {record.key: record for record in part}
    return found


def _unit_row(write: Write) -> dict[str, Any]:
    data = write.data
    return {
        "id": write.key, "name": str(data["name"]), "kind": data.get("kind") or "", "level": data.get("level") or "",
        "credit_code": data.get("credit_code") or None,
    }  # fmt: skip


def _stale(write: Write) -> Stale:
    return Stale(
        f"台账“{write.register}”的记录 {write.key} 已被更新，请刷新后重试。",
        message_en=f"Entry {write.key} of register {write.register} has changed; read it again.",
    )
