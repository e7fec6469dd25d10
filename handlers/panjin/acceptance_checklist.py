"""The checklist of an acceptance: one line for everything that was approved. Open this for F-PJ-51 and F-PJ-61."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from handlers.panjin import projects
from handlers.panjin.acceptance_facts import Entry, is_docked, last, name_of, passed_reports, products, unapproved
from handlers.panjin.acceptance_rules import DOCKING, FAILED, INDICATORS, PRODUCTS, REPORTS
from service.sdk import Context, Record

BUDGET = "投资概算（元）"


def make_checklist(context: Context, facts: Entry) -> list[dict[str, Any]]:
    """Say what is required by the indicators in force, and what is known of it already; `ok` is for people to judge.

    `facts` are the parties of the project.
    """
    project = projects.get(context)
    approved = projects.in_force(project)
    finished = last(project, "completion").get("on")
    rows = [
        _row(INDICATORS, "建设内容", approved.get("content")),
        _row(INDICATORS, "建设规模", approved.get("scale")),
        _row(INDICATORS, BUDGET, _money(approved.get("budget")), actual=_money(facts.get("contract_total"))),
        _row(INDICATORS, "完工日期", _until(approved.get("end")), actual=_day(finished)),
        _row(INDICATORS, "使用年限", _years(approved.get("service_life"))),
        *(_row(INDICATORS, str(one.get("name")), _other(one)) for one in approved.get("others") or ()),
        _row(DOCKING, "市政务数据交换共享平台对接", "已对接", actual="已对接" if is_docked(project) else "未对接"),
        *_products(project),
    ]
    if facts.get("major") is True or facts.get("tested") is True:
        rows.append(_row(REPORTS, "测评报告", "合格", actual=_reports(project)))
    return rows


def _products(project: Record) -> Iterator[dict[str, Any]]:
    """R-PJ-23: a line for each delivered product; what the plan does not list says so."""
    strange = set(unapproved(project))
    required = "列入方案清单，有安全可靠说明" if project.data.get("secure_products") else "有安全可靠说明"
    for one in products(project):
        name = name_of(one)
        listed = "；不在方案清单内" if name in strange else ""
        yield _row(PRODUCTS, name, required, actual=f"{one.get('proof') or '无说明'}{listed}")


def check_budget(context: Context, items: Sequence[Entry], *, at: str | None = None) -> None:
    """R-PJ-16: what was spent stays within the approved budget; more needs a change that was approved.

    The finding stands at the line of `items`, or at the field `at`.
    """
    rule, zh, en, article = FAILED[INDICATORS]
    for number, said in enumerate_overspent(context, items):
        where = at or f"items.{number}.actual"
        context.block(where, rule, f"{zh}：{said[0]}", f"{en}: {said[1]}", article=article)


def enumerate_overspent(context: Context, items: Sequence[Entry]) -> Iterator[tuple[int, tuple[str, str]]]:
    """The lines that say that more was spent than approved, and by how much in both languages."""
    approved = projects.in_force(projects.get(context)).get("budget")
    for number, row in enumerate(items):
        spent = read_amount(row.get("actual")) if row.get("indicator") == BUDGET else None
        if spent is not None and approved is not None and spent > Decimal(approved):
            yield number, (f"实际 {spent} 元，核定 {approved} 元", f"{spent} CNY spent, {approved} CNY approved")


def read_amount(text: Any) -> Decimal | None:
    """The amount that somebody wrote as "2,760,000.00 元"; None for anything else."""
    written = str(text or "").replace(",", "").replace("，", "").removesuffix("元").strip()
    try:
        found = Decimal(written)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _row(category: str, indicator: str, required: Any, *, actual: str | None = None) -> dict[str, Any]:
    return {"category": category, "indicator": indicator, "required": _text(required), "actual": actual, "ok": None, "note": None}


def _text(value: Any) -> str | None:
    return None if value in (None, "") else str(value)[:1000]


def _money(value: Any) -> str | None:
    return None if value is None else f"{Decimal(value):.2f}"


def _day(value: Any) -> str | None:
    return value.isoformat() if isinstance(value, date) else None


def _until(value: Any) -> str | None:
    return f"不晚于 {value.isoformat()}" if isinstance(value, date) else None


def _years(value: Any) -> str | None:
    return None if value is None else f"不少于 {value} 年"


def _other(indicator: Entry) -> str:
    return f"{indicator.get('value') or ''}{indicator.get('unit') or ''}"


def _reports(project: Record) -> str:
    found = passed_reports(project)
    return "、".join(f"{one.get('type') or ''}（{one.get('org') or ''}，合格）" for one in found) or "缺"
