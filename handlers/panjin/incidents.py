"""Security incidents (P10.T1 to T4). Open this for R-PJ-32 and R-PJ-37, or when a report went to the wrong people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from handlers.panjin import projects
from handlers.panjin.construction_parties import find_parties, list_contracts
from service.sdk import Context, Level, Record, handler

REGISTER, RULE, ARTICLE = "incident", "R-PJ-32", "pj-2020#31"
ZH, EN = "须保存处置记录并按规定报告", "Keep handling record and report"
LIABLE_ZH, LIABLE_EN = "信息资源违规行为将承担法律责任", "Misuse of information resources bears liability"
#: What the register repeats from the report of the incident.
REPORTED = ("project_id", "project_name", "system", "description", "data_affected", "grade", "is_cii", "contractor_involved")


@handler("load_incident", inline=True)
def load_incident(context: Context) -> dict[str, Any]:
    """Find the project, its unit and its contractor; refuse who reports a system that is not theirs."""
    named = "project_id" if context["project_id"] else "project_no"
    number = context[named]
    project = projects.find(context, str(number)) if number else None
    about = replace(context, variables={**context.variables, "project_id": number})
    parties = find_parties(about)
    if number and (project is None or not _is_party(about, project)):
        context.block(
            named, "incident_of_own_system", "没有这个项目，或者不是本单位的、本单位承建的项目",
            "There is no such project, or it is neither your unit's nor built by it", article=ARTICLE,
        )  # fmt: skip
    elif project is None and _is_firm(context):
        context.block(
            "project_no", "incident_of_own_system", "承建单位报告事件，须填写所承建项目的编号",
            "A contractor names the project that it has built", article=ARTICLE,
        )  # fmt: skip
    owner = str(project.data.get("unit_id")) if project else context.case.unit
    return {
        "project_id": project.key if project else None,
        "project_name": project.data.get("project_name") if project else None,
        "owner_unit": owner,
        "found_text": text_of(context["found_at"]),
        "contractor_unit": parties["contractor_unit"],
        "contractor": parties["contractor"],
        "handling_log": [],
        "reports": [],
        "liability": None,
        "misuse": [],
    }


@handler("record_incident", inline=True)
def record_incident(context: Context) -> dict[str, Any]:
    """Enter the incident and tell the unit's head and the Centre to whom it is reported, and until when."""
    reporting: Mapping[str, Any] = context["reporting"]
    by: Mapping[str, Any] | None = context["report_deadline"]
    until = text_of(by["effective"]) if by else None
    known = _entry(context)
    data = {name: context[name] for name in REPORTED} | {
        "unit_id": context["owner_unit"], "status": "open", "found_at": text_of(context["found_at"]),
        "found_on": context["found_at"].date(), "contractor": context["contractor"], "report_targets": reporting["targets"],
        "report_due": until, "handling": [], "reports": [],
    }  # fmt: skip
    context.write(REGISTER, key_of(context), data, expected=known.version if known else 0)
    zh, en = (
        f"{context['system']}发生{context['grade']}安全事件",
        f"Security incident ({context['grade']}) of {context['system']}",
    )
    if reporting["wanted"]:
        zh, en = (
            f"{zh}，须于 {until} 前向{reporting['targets']}报告",
            f"{en}: to be reported to {reporting['targets']} by {until}",
        )
        context.find(RULE, zh, en, level=Level.FLAG, article=ARTICLE)
    context.notify([f"pj_unit_lead@{context['owner_unit']}", "pj_center_super", "pj_center_lead"], zh, en)
    return {"report_by": by, "report_until": until}


@handler("record_handling", inline=True)
def record_handling(context: Context) -> dict[str, Any]:
    """Append to the handling log; what stands in it is never changed. Complete without any entry it cannot be."""
    entered = text_of(context.now)
    added = [
        {"at": text_of(row["at"]), "action": row.get("action"), "result": row.get("result"), "entered_at": entered}
        for row in context.rows("new_entries")
    ]
    log = [*context.rows("handling_log"), *added]
    if not log:
        context.block("entries", RULE, f"{ZH}：还没有处置记录", f"{EN}: there is no entry yet", article=ARTICLE)
    if added:
        _patch(context, handling=log)
    return {"handling_log": log, "new_entries": []}


@handler("record_report", inline=True)
def record_report(context: Context) -> dict[str, Any]:
    """Keep the receipt; R-PJ-32: a report after its time is on record as late."""
    report: Mapping[str, Any] = context["new_report"]
    by, reported = context["report_by"], report["reported_at"]
    late = by is not None and reported > by["effective"]
    row = {"reported_at": text_of(reported), "late": late, **{name: report.get(name) for name in ("authority", "receipt_no")}}
    if late:
        context.find(
            RULE, f"报告逾期：应于 {text_of(by['effective'])} 前报告，实际 {text_of(reported)}",
            f"Reported late: due by {text_of(by['effective'])}, reported at {text_of(reported)}",
            level=Level.FLAG, at="reported_at", article=ARTICLE,
        )  # fmt: skip
    reports = [*context.rows("reports"), row]
    _patch(context, reports=reports)
    return {"reports": reports}


@handler("note_report_overdue", inline=True)
def note_report_overdue(context: Context) -> None:
    """The time to report is over and there is no receipt: the head of the Centre is told."""
    by = context["report_by"]
    zh = f"{context['system']}{context['grade']}安全事件到时未报告（{by['id']}，{text_of(by['effective'])}），提请中心负责人关注"
    en = f"The incident of {context['system']} is not reported in time ({by['id']}, {text_of(by['effective'])})"
    context.find(str(by["id"]), zh, en, level=Level.FLAG, article=ARTICLE)
    context.notify("pj_center_lead", zh, en, deadline=str(by["id"]))


@handler("check_closing", inline=True)
def check_closing(context: Context) -> dict[str, Any]:
    """R-PJ-32: nothing is closed without handling log and report. R-PJ-37: misuse is on record, and told."""
    wanted, misuse = context["reporting"]["wanted"], context.rows("misuse")
    if not context.rows("handling_log"):
        context.block("handling_log", RULE, f"{ZH}：还没有处置记录", f"{EN}: the handling log is empty", article=ARTICLE)
    if wanted and not context.rows("reports"):
        targets = context["reporting"]["targets"]
        context.block(
            "reports", RULE, f"{ZH}：还没有向{targets}报告的回执", f"{EN}: there is no receipt of {targets}", article=ARTICLE
        )
    if misuse:
        _record_liability(context, "、".join(str(one) for one in misuse))
    fields = {"cause": context["cause"], "misuse": misuse, "liability": context["liability"]}
    _patch(context, **fields, status="handled", closed_on=context.today)
    return {"closed_on": context.today}


@handler("archive_incident", inline=True)
def archive_incident(context: Context) -> None:
    """Keep everything of the incident together."""
    _patch(context, summary=context["summary"], measures=context["measures"], status="archived", archived_on=context.today)


def key_of(context: Context) -> str:
    """The project, or the unit of a system that belongs to none, and the case."""
    return f"{context['project_id'] or context['owner_unit']}:{context.case.id}"


def text_of(moment: Any) -> str:
    """A moment as registers keep it, to the minute."""
    return f"{moment:%Y-%m-%d %H:%M}" if isinstance(moment, datetime) else str(moment)


def _record_liability(context: Context, kinds: str) -> None:
    zh, en = f"{LIABLE_ZH}：{context['system']}，{kinds}", f"{LIABLE_EN}: {context['system']}, {kinds}"
    context.find("R-PJ-37", zh, en, level=Level.FLAG, at="misuse", article="pj-2020#30")
    context.notify([f"pj_unit_lead@{context['owner_unit']}", "pj_center_lead"], zh, en)


def _is_party(context: Context, project: Record) -> bool:
    """Whether the case's unit demands the project or has a contract for it."""
    firms = {one.data.get("party_unit") for one in list_contracts(context)} | {find_parties(context)["contractor_unit"]}
    return context.case.unit in {project.data.get("unit_id"), *firms}


def _is_firm(context: Context) -> bool:
    known = context.registers.read("unit", context.case.unit)
    return known is not None and known.data.get("kind") == "firm"


def _entry(context: Context) -> Record | None:
    return context.registers.read(REGISTER, key_of(context))


def _patch(context: Context, **fields: Any) -> None:
    known = _entry(context)
    context.write(REGISTER, key_of(context), (dict(known.data) if known else {}) | fields, expected=known.version if known else 0)
