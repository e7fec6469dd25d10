"""Parameters that were changed by hand: every change is a row, none is ever taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from service import tagged
from service.store.columns import new_id
from service.store.tables import parameter_versions


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterChange:
    """One change: the value that counts from `start`, why, and by whom and when it was set (legal time)."""

    id: str
    name: str
    start: date
    value: Any
    applies_to_open_cases: bool
    reason: str
    actor: str
    at: datetime


def list_changes(connection: Connection, name: str | None = None) -> tuple[ParameterChange, ...]:
    """List the changes, or those of one parameter, in the order in which they were made."""
    statement = select(parameter_versions).order_by(parameter_versions.c.id)
    if name is not None:
        statement = statement.where(parameter_versions.c.name == name)
    return tuple(ParameterChange(**{**row._mapping, "value": tagged.loads(row.value)}) for row in connection.execute(statement))


def insert_change(
    connection: Connection, *, name: str, start: date, value: Any, applies_to_open_cases: bool, reason: str, actor: str,
    at: datetime,
) -> str:  # fmt: skip
    """Keep a change; returns its id."""
    change_id = new_id()
    row = {
        "id": change_id, "name": name, "start": start, "value": tagged.dumps(value),
        "applies_to_open_cases": applies_to_open_cases, "reason": reason, "actor": actor, "at": at,
    }  # fmt: skip
    connection.execute(insert(parameter_versions), row)
    return change_id
