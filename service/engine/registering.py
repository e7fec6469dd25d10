"""Register entries on their way in: every write is checked by the register's schema and indexed, whoever makes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.engine.register_schema import RegisterBook
from service.engine.register_values import checked
from service.sdk import Write
from service.store import Connection, registers

#: The register that is the truth about units.
UNIT = registers.UNIT


def write_entry(
    connection: Connection, book: RegisterBook, write: Write, *, actor: str, case_id: str | None, at: datetime
) -> int:
    """Write one version of an entry; returns its number. Stale for an older `expected`, InvalidEntry for what does not fit."""
    schema = book.find(write.register)
    if schema is None:
        return registers.write_register(connection, write, actor=actor, case_id=case_id, at=at)
    return registers.write_register(
        connection, checked(schema, write), actor=actor, case_id=case_id, at=at, indexing=schema.indexing
    )


def put_unit(
    connection: Connection, book: RegisterBook, unit: str, data: Mapping[str, Any], *, actor: str, at: datetime
) -> int | None:
    """Enter a unit, or what is new about it, into its register; returns the version, None when nothing is new."""
    known = registers.Registers(connection).read(UNIT, unit)
    before = dict(known.data) if known is not None else {}
    given = {name: value for name, value in data.items() if value not in (None, "")}
    after = {"active": True, **before, **given}
    if after == before:
        return None
    write = Write(register=UNIT, key=unit, data=after, expected=known.version if known is not None else 0)
    return write_entry(connection, book, write, actor=actor, case_id=None, at=at)
