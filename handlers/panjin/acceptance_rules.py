"""Rules that initial and final acceptance share. Open this when a project passes that should not, or the other way round."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.panjin import projects
from handlers.panjin.acceptance_facts import Entry, open_changes, unapproved, unproven
from service.sdk import Context, Level

INDICATORS, DOCKING, PRODUCTS, REPORTS = "控制指标", "数据对接", "产品安全", "测评报告"

#: Rule, what is said and the article, by what a line of the checklist is about.
FAILED = {
    INDICATORS: ("R-PJ-16", "核定指标不得随意更改，请走变更审批", "Approved indicators are locked; file a change", "pj-2020#14"),
    PRODUCTS: ("R-PJ-23", "软硬件产品安全可靠情况不符合", "Product safety item not met", "pj-2020#23"),
    REPORTS: ("R-PJ-19", "测评报告缺失：须有合格的测评报告", "Test report missing: one that passed is needed", "pj-2020#19"),
}
DOCKING_RULE = "R-PJ-22"
DOCKING_ZH, DOCKING_EN = "未与市政务数据交换共享平台对接，验收不予通过", "Not docked to the city exchange platform"


def check_no_open_change(context: Context, field: str) -> None:
    """R-PJ-21: nobody accepts what may still change."""
    for change in open_changes(context):
        context.block(
            field,
            "R-PJ-21",
            f"项目发生重大变化，应及时申报：变更 {change} 尚未办结，不能验收",
            f"Major change must be filed: change {change} is not decided yet, so nothing can be accepted",
            article="pj-2020#20",
        )


def check_items(context: Context, items: Sequence[Entry], field: str) -> None:
    """R-PJ-16, R-PJ-23, R-PJ-19: a line that is not met stands against acceptance. Docking has a rule of its own."""
    for row in items:
        known = FAILED.get(str(row.get("category") or INDICATORS))
        if known is not None and row.get("ok") is False:
            rule, zh, en, article = known
            context.block(field, rule, f"{zh}（{row.get('indicator')}）", f"{en} ({row.get('indicator')})", article=article)


def check_products(context: Context, field: str) -> None:
    """R-PJ-23: every delivered product is stated to be safe, and is one that the plan names."""
    rule, zh, en, article = FAILED[PRODUCTS]
    for product in unproven(projects.get(context)):
        context.block(
            field, rule, f"{zh}：{product}没有安全可靠说明", f"{en}: nothing says why {product} is safe", article=article
        )
    for product in unapproved(projects.get(context)):
        said = f"{zh}：{product}不在方案的安全可靠产品清单内", f"{en}: {product} is not on the plan's list of secure products"
        context.block(field, rule, *said, article=article)


def find_undocked(context: Context, field: str, *, level: Level) -> None:
    """R-PJ-22: a warning before final acceptance, in the way of it afterwards."""
    context.find(DOCKING_RULE, DOCKING_ZH, DOCKING_EN, level=level, at=field, article="pj-2020#22")
