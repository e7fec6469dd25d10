"""Free maintenance in a tender and in a contract (R-PJ-26). Open this when an override is asked for it, or is not."""

from __future__ import annotations

from typing import Any

from handlers.panjin import lots
from handlers.shared.overrides import Exemption, ask
from service.sdk import Context

RULE, ARTICLE = "R-PJ-26", "pj-2020#21"


def check_free_maintenance(context: Context, *, contract: bool) -> list[dict[str, Any]]:
    """A build lot comes with three years of free maintenance; less needs a reason, and then the override that is returned."""
    least = int(context.parameter("free_maintenance_years"))
    years = context["free_om_years"]
    if context["lot_type"] != lots.BUILD or (years is not None and years >= least):
        return []
    zh, en = f"原则上实行{least}年免费运行维护", f"{least} years of free O&M in principle"
    reason = str(context["free_om_reason"] or "").strip()
    if not reason or years is None:
        context.block("free_om_years", RULE, f"{zh}：不足的须写明理由", f"{en}: less needs a reason", article=ARTICLE)
        return []
    return ask(
        context,
        Exemption(
            rule=RULE, article=ARTICLE, field="free_om_years", label="合同免费运维年限" if contract else "招标文件免费运维年限",
            finding=zh, finding_en=en, value=f"标项{context['lot_no']}：{years} 年", reason=reason, decider="pj_center_lead",
        ),
    )  # fmt: skip
