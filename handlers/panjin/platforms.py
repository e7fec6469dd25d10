"""City cloud and base platforms (R-PJ-03). Open this when a project off the cloud goes through, or a machine room does."""

from __future__ import annotations

from typing import Any

from handlers.shared.overrides import Exemption, ask
from service.sdk import Context, Level

RULE = "R-PJ-03"
CLOUD_ZH, CLOUD_EN = "不上政务云须说明特殊情况", "Explain why the project is not on the city cloud"


def check_cloud(context: Context) -> list[dict[str, Any]]:
    """Off the city cloud only with a reason, and then by the override that is returned."""
    if context["cloud_deploy"] != "否":
        return []
    reason = str(context["reason_not_cloud"] or "").strip()
    if not reason:
        context.block("reason_not_cloud", RULE, CLOUD_ZH, CLOUD_EN, article="pj-2020#7")
        return []
    return ask(
        context,
        Exemption(
            rule=RULE, article="pj-2020#7", field="cloud_deploy", label="部署市级政务云", finding=CLOUD_ZH,
            finding_en=CLOUD_EN, value="不部署在市级政务云", reason=reason, decider="pj_center_review",
        ),
    )  # fmt: skip


def route_base_facility(context: Context) -> None:
    """Networks, machine rooms and base platforms go to the Centre's technical check before anything else."""
    if context["base_facility"] is True:
        context.find(
            RULE,
            "网络、机房、基础平台须经中心技术审核",
            "Base facilities need the Centre's technical check",
            level=Level.ROUTE,
            at="base_facility",
            article="pj-2020#8",
        )
