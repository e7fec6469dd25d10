"""The project register as every procedure uses it. Open this to see who may change what is known of a project.

An entry holds the project from its filing to its retirement: status, control indicators by version, and what each stage leaves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.sdk import Context, Record

REGISTER = "project"


def find(context: Context, project_id: str | None = None) -> Record | None:
    """The entry of a project (of the case's own without an id), or None. What this step has written already counts."""
    key = project_id or key_of(context)
    known = context.registers.read(REGISTER, key)
    for write in reversed(context.writes):
        if (write.register, write.key) == (REGISTER, key):
            return Record(register=REGISTER, key=key, version=write.expected, data=write.data)
    return known


def get(context: Context, project_id: str | None = None) -> Record:
    """The entry of a project; LookupError when nothing was ever filed under that number."""
    found = find(context, project_id)
    if found is None:
        raise LookupError(f"the project register has no {project_id or key_of(context)}")
    return found


def patch(context: Context, project_id: str | None = None, **fields: Any) -> dict[str, Any]:
    """Write the next version with `fields` replaced; returns what is written. Patches of one step are one version."""
    key = project_id or key_of(context)
    known = context.registers.read(REGISTER, key)
    earlier = next((one for one in context.writes if (one.register, one.key) == (REGISTER, key)), None)
    data = dict(earlier.data if earlier else known.data if known else {}) | fields
    if earlier is not None:
        context.writes.remove(earlier)
    context.write(REGISTER, key, data, expected=known.version if known else 0)
    return data


def set_status(context: Context, project_id: str | None, status: str, **fields: Any) -> dict[str, Any]:
    """Move the project to a status of the register's list, with what else is known by then."""
    return patch(context, project_id, status=status, **fields)


def in_force(record: Record) -> Mapping[str, Any]:
    """The control indicators in force: the last version; empty before any were locked."""
    versions = record.data.get("indicators") or ()
    return versions[-1] if versions else {}


def key_of(context: Context) -> str:
    """The number of the project that the case is about."""
    return str(context["project_id"] or context.case.business_key)
