"""The system that a project has built, in the register of systems. Open this when a finished project is in nobody's way."""

from __future__ import annotations

from typing import Any

from handlers.panjin import projects
from service.sdk import Context, Record

REGISTER = "system"
BUILDING, IN_USE, RETIRED = "在建", "在用", "停用"


def put(context: Context, status: str, **fields: Any) -> None:
    """Write the next version of the system's entry; the first one takes name, function and owner from the project."""
    project = projects.get(context).data
    known = find(context)
    data = dict(known.data) if known else {
        "name": project.get("project_name"),
        "function": project.get("objective") or project.get("project_name"),
        "unit_id": project.get("unit_id"),
        "owner_name": project.get("owner_name"),
        "city_wide": project.get("city_wide") is True,
        "project_id": projects.key_of(context),
    }  # fmt: skip
    key = known.key if known else f"SYS-{projects.key_of(context)}"
    context.write(REGISTER, key, data | {"status": status} | fields, expected=known.version if known else 0)


def find(context: Context) -> Record | None:
    """The entry of the system that the case's project has built."""
    found = tuple(context.registers.search(REGISTER, project_id=projects.key_of(context)))
    return found[0] if found else None
