"""Changes of what was approved (P5): opened, settled, written as new indicators. Open this when a change is lost or stays open.

While a change is open its number stands in the project's `open_changes`, and acceptance waits for it (R-PJ-21). The register
`change` keeps every change with what it asked for and how it ended.
"""

from __future__ import annotations

from typing import Any

from handlers.panjin import projects
from handlers.panjin.breaches import record_breach
from handlers.panjin.construction_parties import find_parties
from service.sdk import Context, Record, handler

REGISTER = "change"
#: Between approval and final acceptance: what is not built yet, or not accepted, can still be changed.
CHANGEABLE = ("listed", "urgent_approved", "funded", "procuring", "contracted", "building", "built", "initial_passed")
URGENT = "一事一议"


@handler("open_change", inline=True)
def open_change(context: Context) -> dict[str, Any]:
    """Give the change its number and hang it on the project; hand on what is in force and who is concerned."""
    project = projects.get(context)
    parties = find_parties(context)
    number = sum(1 for _ in context.registers.search(REGISTER, project_id=project.key)) + 1
    change_id = f"{project.key}-C{number}"
    pending = [*(project.data.get("open_changes") or ()), change_id]
    known = {name: project.data.get(name) for name in ("project_id", "project_name", "unit_id")}
    projects.patch(context, open_changes=pending)
    put(context, change_id, **known, status="open", opened_on=context.today, origin=context["change_desc"])
    return {
        "change_id": change_id,
        "project_name": project.data.get("project_name"),
        "total_investment": project.data.get("total_investment"),
        "urgent_origin": project.data.get("route") == URGENT,
        "supervised": parties["supervised"],
        "supervisor_unit": parties["supervisor_unit"],
        "known_on": context["known_on"] or context.today,
        "review_rounds": 0,
        "revise_reason": None,
        "decision_conditions": None,
        "in_force": dict(projects.in_force(project)),
    }


def check_changeable(context: Context) -> None:
    """Only a project that is approved and not yet finally accepted can be changed by its unit."""
    if projects.get(context).data.get("status") not in CHANGEABLE:
        context.block(
            "project_id",
            "R-PJ-21",
            "只有已批准、尚未终验的项目可以申请变更",
            "Only a project that is approved and not yet finally accepted can be changed",
            article="pj-2020#14",
        )


@handler("note_late_change", inline=True)
def note_late_change(context: Context) -> None:
    """D-PJ-06 is over and the change that was reported is not filed: a breach of R-PJ-21."""
    record_breach(
        context,
        "R-PJ-21",
        f"重大变化未及时申报：{context['change_id']}，{context['known_on'].isoformat()} 已知悉",
        f"Major change not filed in time: {context['change_id']}, known since {context['known_on'].isoformat()}",
        article="pj-2020#20",
    )


@handler("apply_change", inline=True)
def apply_change(context: Context) -> dict[str, Any]:
    """R-PJ-16: write the next version of the indicators; the earlier ones stay as they are."""
    project = projects.get(context)
    versions = list(project.data.get("indicators") or ())
    number = len(versions) + 1
    new = dict(projects.in_force(project)) | dict(context["new_indicators"] or {})
    new |= {"version": number, "change_id": context["change_id"], "locked_on": context.today, "effective_on": context.today}
    projects.patch(context, indicators=[*versions, new], indicator_version=number, open_changes=_others(context, project))
    return _settle(context, number)


@handler("close_change", inline=True)
def close_change(context: Context) -> dict[str, Any]:
    """The change is not approved, or the project ends with it: the indicators stay as they are."""
    project = projects.get(context)
    projects.patch(context, open_changes=_others(context, project))
    return _settle(context, project.data.get("indicator_version"))


def _settle(context: Context, version: Any) -> dict[str, Any]:
    """Say in the register how the change ended: `result` of the task's headers, else what was decided."""
    result = str(context.headers.get("result") or context["change_decision"])
    put(
        context, str(context["change_id"]), status="closed", result=result, grade=context["grade"],
        decided_on=context.today, opinion=context["change_opinion"], conditions=context["decision_conditions"],
        indicator_version=version,
    )  # fmt: skip
    return {"indicator_version": version, "change_result": result}


def _others(context: Context, project: Record) -> list[str]:
    return [str(one) for one in project.data.get("open_changes") or () if one != context["change_id"]]


def put(context: Context, change_id: str, **fields: Any) -> None:
    """Write the next version of the change's entry; what this step has written already becomes part of it."""
    known = context.registers.read(REGISTER, change_id)
    pending = next((one for one in context.writes if (one.register, one.key) == (REGISTER, change_id)), None)
    data = dict(pending.data if pending else known.data if known else {"change_id": change_id}) | fields
    if pending is not None:
        context.writes.remove(pending)
    context.write(REGISTER, change_id, data, expected=known.version if known else 0)
