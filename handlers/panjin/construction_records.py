"""What building leaves on record: security baseline, test reports, completion. Open this for F-PJ-33, F-PJ-34 and F-PJ-35."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.panjin import projects
from service.sdk import Context, handler

PASSED = "合格"


@handler("record_baseline", inline=True)
def record_baseline(context: Context) -> dict[str, Any]:
    """R-PJ-31: risk assessment and emergency plan, made by unit and contractor together; R-PJ-23: products with their proof."""
    for number, row in enumerate(context.rows("products")):
        if not str(row.get("proof") or "").strip():
            context.block(
                f"products.{number}.proof",
                "R-PJ-23",
                f"软硬件产品安全可靠情况不符合：{row.get('product') or ''}没有安全可靠说明",
                f"Product safety item not met: {row.get('product') or ''} has no statement of safety",
                article="pj-2020#23",
            )
    entry = {name: context[name] for name in ("risk_assessment_file", "emergency_plan_file", "products")}
    projects.patch(context, security_baseline=[*_listed(context, "security_baseline"), {"on": context.today, **entry}])
    return {"baseline_filed_on": context.today}


@handler("record_test_report", inline=True)
def record_test_report(context: Context) -> dict[str, Any]:
    """Add a test report to the project's; one that did not pass is followed by another."""
    report = {
        "type": context["type"], "org": context["org"], "conclusion": context["conclusion"], "on": context.today,
        "file": context["report_file"],
    }  # fmt: skip
    projects.patch(context, test_reports=[*_listed(context, "test_reports"), report])
    return {"tests_settled": context["conclusion"] == PASSED and context["more_reports"] is not True}


@handler("record_completion", inline=True)
def record_completion(context: Context) -> dict[str, Any]:
    """The project is built. R-PJ-31 blocks that without the security baseline; what acceptance will ask for is pointed out."""
    if not _listed(context, "security_baseline"):
        context.block(
            "file",
            "R-PJ-31",
            "须共同制定应急预案并开展风险评估：需求单位尚未报送安全基线",
            "Joint emergency plan and risk assessment required: the unit has not filed them yet",
            article="pj-2020#31",
        )
    passed = any(report.get("conclusion") == PASSED for report in _listed(context, "test_reports"))
    if (context["major"] is True or context["tested"] is True) and not passed:
        context.warn(
            "deliverables",
            "R-PJ-19",
            "还没有合格的测评报告，初验前须补报",
            "There is no test report that passed; one is needed before initial acceptance",
            article="pj-2020#19",
        )
    if context["docking_done"] is not True:
        context.warn(
            "docking_done",
            "R-PJ-22",
            "未与市政务数据交换共享平台对接，验收不予通过",
            "Not docked to the city exchange platform: acceptance will not pass",
            article="pj-2020#22",
        )
    entry = {"on": context.today} | {name: context[name] for name in ("docking_done", "deliverables", "file")}
    projects.set_status(context, None, "built", completion=[*_listed(context, "completion"), entry])
    return {"completed_on": context.today, "construction_result": "built"}


def _listed(context: Context, name: str) -> list[Mapping[str, Any]]:
    return list(projects.get(context).data.get(name) or ())
