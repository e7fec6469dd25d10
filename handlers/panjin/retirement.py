"""Taking a system out of use (P8.T5). Open this for R-PJ-06 at the end of a project's life."""

from __future__ import annotations

from datetime import date
from typing import Any

from handlers.panjin import projects
from handlers.panjin.spans import ARTICLE, LIFE_RULE, add_years, life_message
from handlers.shared.overrides import Exemption, ask
from service.sdk import Context, Record, handler

IN_USE = ("operating", "om_paid", "om_unfunded")


@handler("check_retirement", inline=True)
def check_retirement(context: Context) -> dict[str, Any]:
    """R-PJ-06: before the shortest life is over, only with an override of the head of the Centre."""
    project = projects.find(context)
    if project is None or project.data.get("status") not in IN_USE or project.data.get("unit_id") != context.case.unit:
        context.block(
            "project_id", LIFE_RULE, "只能停用本单位正在运行的项目", "Only a unit's own project in operation can be retired",
            article=ARTICLE,
        )  # fmt: skip
        return {}
    until = service_until(context, project)
    early = until is not None and context.today < until
    facts = {
        "project_name": project.data.get("project_name"),
        "unit_id": project.data.get("unit_id"),
        "service_until": until,
        "early": early,
        "override_decision": None,
        "override_opinion": None,
    }
    return facts | {"overrides": _ask(context, until) if early and until is not None else []}


def service_until(context: Context, project: Record) -> date | None:
    """The last day of the shortest life: the life that was approved, five years at least."""
    accepted = project.data.get("accepted_on")
    if isinstance(until := project.data.get("service_until"), date):
        return until
    return add_years(accepted, int(context.parameter("service_life_min_years"))) if isinstance(accepted, date) else None


def _ask(context: Context, until: date) -> list[dict[str, Any]]:
    zh, en = life_message(int(context.parameter("service_life_min_years")))
    return ask(
        context,
        Exemption(
            rule=LIFE_RULE, article=ARTICLE, field="reason", label="提前停用", finding=f"{zh}（至 {until.isoformat()}）",
            finding_en=f"{en} (until {until.isoformat()})", value=f"{context.today.isoformat()} 停用",
            reason=str(context["reason"] or ""), decider="pj_center_lead",
        ),
    )  # fmt: skip
