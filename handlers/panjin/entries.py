"""The project's entry in the project register while it is applied for. Open this for what other cases can know of a project."""

from __future__ import annotations

from typing import Any

from service.sdk import Context

REGISTER = "project"
#: Coverages of systems that one body builds for several (pj-2020#6).
SHARED = ("跨部门跨层级", "市级多部门")
#: What the entry repeats from the application.
COPIED = (
    "project_name", "project_type", "nature", "fund_source", "objective", "total_investment", "scope_level", "lead_dept",
    "base_facility", "plan_year", "build_start", "build_end", "plan_author_type", "plan_author_name", "credit_code",
    "tech_complexity", "secure_products",
)  # fmt: skip


def record_filing(context: Context) -> None:
    """Write what is filed, so that later applications are compared with it; a re-filing writes the next version."""
    _write(context, "filed", by_reference=context["by_reference"] is True, city_wide=context["scope_level"] in SHARED)


def record_county(context: Context) -> None:
    """R-PJ-36: the record of a county's project."""
    _write(context, "county_recorded", by_reference=False, city_wide=False)


def _write(context: Context, status: str, **more: Any) -> None:
    key = context.case.business_key
    known = context.registers.read(REGISTER, key)
    before = dict(known.data) if known else {}
    data = before | {name: context[name] for name in COPIED} | more
    data |= {
        "project_id": key,
        "unit_id": context.case.unit,
        "owner_name": context["unit_name"] or before.get("owner_name"),
        "status": status,
        "filed_on": before.get("filed_on") or context.today,
    }
    context.write(REGISTER, key, data, expected=known.version if known else 0)
