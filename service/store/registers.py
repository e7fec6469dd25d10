"""Registers: typed master data with versions. A write names the version it replaces; a newer one is a conflict."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from service import tagged
from service.errors import Stale
from service.sdk import Record, Write
from service.store.tables import register_versions, registers


class Registers:
    """The `RegisterReader` of handlers, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read(self, register: str, key: str) -> Record | None:
        row = self._connection.execute(select(registers).where(registers.c.register == register, registers.c.key == key)).first()
        return None if row is None else _record(row)

    def search(self, register: str, **equals: Any) -> tuple[Record, ...]:
        """List the entries whose fields equal the given values (compared after decoding)."""
        rows = self._connection.execute(select(registers).where(registers.c.register == register).order_by(registers.c.key))
        found = (_record(row) for row in rows)
        return tuple(record for record in found if all(record.data.get(name) == value for name, value in equals.items()))


def _record(row: Any) -> Record:
    return Record(register=row.register, key=row.key, version=row.version, data=tagged.loads(row.data))


def write_register(connection: Connection, write: Write, *, actor: str, case_id: str | None, at: datetime) -> int:
    """Write one version; returns its number. Stale when the entry is no longer at the expected version."""
    version = write.expected + 1
    data = tagged.dumps(dict(write.data))
    values = {"version": version, "data": data, "updated_at": at}
    if write.expected == 0:
        try:
            with connection.begin_nested():
                connection.execute(insert(registers), {"register": write.register, "key": write.key, **values})
        except IntegrityError as error:
            raise _stale(write) from error
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
        if changed.rowcount != 1:
            raise _stale(write)
    row = {
        "register": write.register, "key": write.key, "version": version, "data": data, "at": at, "actor": actor,
        "case_id": case_id,
    }  # fmt: skip
    connection.execute(insert(register_versions), row)
    return version


def list_versions(connection: Connection, register: str, key: str) -> tuple[Mapping[str, Any], ...]:
    rows = connection.execute(
        select(register_versions)
        .where(register_versions.c.register == register, register_versions.c.key == key)
        .order_by(register_versions.c.version)
    )
    return tuple({**row._mapping, "data": tagged.loads(row.data)} for row in rows)


def _stale(write: Write) -> Stale:
    return Stale(
        f"台账“{write.register}”的记录 {write.key} 已被更新，请刷新后重试。",
        message_en=f"Entry {write.key} of register {write.register} has changed; read it again.",
    )
