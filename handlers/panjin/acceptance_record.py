"""What final acceptance leaves: dates, owners, certificate, the entry of the system. Open this for P7.C1 and R-PJ-30."""

from __future__ import annotations

from datetime import date
from typing import Any

from handlers.panjin import projects, systems
from handlers.panjin.construction_parties import free_years
from handlers.panjin.spans import add_years
from service.sdk import Context, Level, handler

#: R-PJ-30, articles 28 and 29.
OWNERS = {"result_owner": "需求单位", "info_resource_owner": "市政府", "steward": "中心", "reuse_right": "中心"}
OWNERS_ZH, OWNERS_EN = "成果归需求单位，信息资源产权归市政府", "Results: demand unit; information resources: city government"


@handler("record_final_pass", inline=True)
def record_final_pass(context: Context) -> dict[str, Any]:
    """R-PJ-30 and the periods that begin: `free_until` and `service_until` come from the catalogue, by the task's inputs.

    Where the contract gives another figure of free maintenance than the catalogue (R-PJ-26), the contract counts.
    """
    context.find("R-PJ-30", OWNERS_ZH, OWNERS_EN, level=Level.FLAG, article="pj-2020#28")
    days = {name: context[name] for name in ("accepted_on", "free_until", "service_until")}
    years = free_years(context)
    if years is not None and years != int(context.parameter("free_maintenance_years")):
        days["free_until"] = add_years(context["accepted_on"], years)
    certificate = write_certificate(context, free_until=days["free_until"])
    projects.set_status(context, None, "accepted", certificate=certificate, **days, **OWNERS)
    systems.put(context, systems.BUILDING, built_year=context["accepted_on"].year)
    return {"certificate": certificate} | days | OWNERS


def write_certificate(context: Context, *, free_until: Any) -> str:
    """The text of the certificate of acceptance."""
    return "\n".join(
        (
            "政务信息化项目终验证书",
            f"项目：{context['project_name']}（{projects.key_of(context)}）",
            f"需求单位：{context['unit_name'] or context['unit_id']}",
            f"终验通过日期：{_day(context['accepted_on'])}（第 {context['attempt_no']} 次申请）",
            f"成果归属：{OWNERS['result_owner']}",
            f"信息资源产权：{OWNERS['info_resource_owner']}；信息资源管理和推广使用：{OWNERS['steward']}",
            f"免费运维期至：{_day(free_until)}",
            f"最短使用年限至：{_day(context['service_until'])}",
        )
    )


def _day(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else ""
