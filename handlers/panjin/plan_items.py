"""The register of plan items, and how a line of a unit's plan finds its project. Open this when an item stands alone.

The key is `<project>:<year>`, for maintenance money `<project>:<year>:om`; without a project it is made of unit and priority.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from service.sdk import Context, Record

REGISTER = "plan_item"
BUILD, MAINTENANCE = "build", "om"
#: The type of F-PJ-01 that asks for maintenance money.
MAINTENANCE_TYPE = "运维"


def category_of(row: Mapping[str, Any]) -> str:
    return MAINTENANCE if row.get("type") == MAINTENANCE_TYPE else BUILD


def key_of(row: Mapping[str, Any], *, unit: str, year: int) -> str:
    """The register key of a line of a unit's plan."""
    project = row.get("project_id")
    key = f"{project}:{year}" if project else f"{unit}-{int(row.get('priority') or 0)}:{year}"
    return f"{key}:om" if category_of(row) == MAINTENANCE else key


def find_project(context: Context, row: Mapping[str, Any], *, unit: str) -> Record | None:
    """The project that a line names by its number, or else by the very name of one of the unit's projects: the newest of them."""
    named = str(row.get("project") or row.get("project_id") or "")
    own = context.registers.search("project", unit_id=unit)
    found = [one for one in own if one.key == named or (not named and one.data.get("project_name") == row.get("project_name"))]
    return max(found, key=lambda one: one.key, default=None)


def list_items(context: Context, year: int, *statuses: str) -> list[Record]:
    """The items of a plan year in one of these states, by key."""
    found = context.registers.search(REGISTER, plan_year=year)
    return sorted((one for one in found if one.data.get("status") in statuses), key=lambda one: one.key)


def put(context: Context, key: str, **fields: Any) -> dict[str, Any]:
    """Write the next version of an item with `fields` replaced; several writes of one step are one version."""
    known = context.registers.read(REGISTER, key)
    earlier = next((one for one in context.writes if (one.register, one.key) == (REGISTER, key)), None)
    data = dict(earlier.data if earlier else known.data if known else {}) | fields
    if earlier is not None:
        context.writes.remove(earlier)
    context.write(REGISTER, key, data, expected=known.version if known else 0)
    return data


def move(context: Context, items: Iterable[Mapping[str, Any]], status: str, **fields: Any) -> None:
    """Bring the items that the rows `{key, …}` name to a status."""
    for item in items:
        put(context, str(item["key"]), status=status, **fields)
