"""One year's evaluation of use (P9): which projects, what came out, and its publication. Open this when a project is left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from handlers.panjin import projects
from service.sdk import Context, handler

REGISTER, ARTICLE = "evaluation", "pj-2020#27"
#: Statuses of a project that is used.
IN_USE = ("operating", "om_paid", "om_unfunded")
#: What an evaluator says about a project.
SAID = ("score", "grade", "findings", "suggestion", "withheld", "self_report", "known")


@handler("open_evaluation", inline=True)
def open_evaluation(context: Context) -> dict[str, Any]:
    """List the projects of the year. A year is evaluated once: a person is refused, the timer goes home."""
    by_hand = context["scheduled_for"] is None
    year = int(context["year"]) if by_hand else context["scheduled_for"].year
    if _is_evaluated(context, year):
        if by_hand:
            context.block(
                "year",
                "one_evaluation_a_year",
                f"{year} 年度应用评估已经开启，一个年度只评估一次",
                f"The evaluation of {year} was opened already; a year has one",
                article=ARTICLE,
            )
        return {"year": year, "already_open": True, "evaluated": [], "to_evaluate": []}
    rows = sorted(_list_projects(context, year), key=lambda row: str(row["project_id"]))
    for row in rows:
        patch(context, row, year, grade=None, status="open")
    return {"year": year, "already_open": False, "evaluated": rows, "to_evaluate": rows}


@handler("collect_results", inline=True)
def collect_results(context: Context) -> dict[str, Any]:
    """Put what the evaluators have said beside the projects; those that were not sent back keep theirs."""
    said = {str(one["project_id"]): one for one in context.rows("use_results")}
    rows = [_with(row, said.get(str(row["project_id"]))) for row in context.rows("evaluated")]
    return {"evaluated": rows, "evaluated_choices": choices(rows)}


@handler("reopen_evaluations", inline=True)
def reopen_evaluations(context: Context) -> dict[str, Any]:
    """Send back the projects that the head of the Centre chose, with the reason."""
    wanted = {str(one) for one in context.rows("returned")}
    rows = [row for row in context.rows("evaluated") if str(row["project_id"]) in wanted]
    return {"to_evaluate": [{**row, "return_reason": context["results_opinion"]} for row in rows]}


@handler("publish_evaluation", inline=True)
def publish_evaluation(context: Context) -> dict[str, Any]:
    """Write the register that next year's review refers to (R-PJ-28), and make the results known; problems may be withheld."""
    year, published = int(context["year"]), []
    for row in context.rows("evaluated"):
        withheld = row.get("withheld") is True
        problems = "主要问题不公布" if withheld else str(row.get("findings") or "")
        notice = f"{row['project_name']}（{row['unit_name']}）：{row['grade']}。{problems}"
        report = [row["self_report"]] if row.get("self_report") else []
        patch(
            context, row, year, **{name: row.get(name) for name in ("score", "grade", "findings", "suggestion")},
            withheld=withheld, notice=notice, self_report=report, published_on=context.today, status="published",
        )  # fmt: skip
        published.append({"project_id": row["project_id"], "unit_id": row["unit_id"], "grade": row["grade"], "notice": notice})
        context.notify(
            [f"pj_unit_clerk@{row['unit_id']}", f"pj_unit_lead@{row['unit_id']}"],
            f"{year} 年度应用评估结果：{row['project_name']} {row['grade']}",
            f"Evaluation of use {year}: {row['project_name']} is graded {row['grade']}",
        )
    return {"published": published, "published_on": context.today}


def key_of(row: Mapping[str, Any], year: int) -> str:
    return f"{row['project_id']}:{year}"


def patch(context: Context, row: Mapping[str, Any], year: int, **fields: Any) -> None:
    """Write the next version of a project's entry of the year."""
    key = key_of(row, year)
    known = context.registers.read(REGISTER, key)
    before = dict(known.data) if known else {**_entry(row), "year": year}
    context.write(REGISTER, key, before | fields, expected=known.version if known else 0)


def choices(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """The projects as a form offers them."""
    return [{"label": f"{row['project_name']}（{row['project_id']}）", "value": str(row["project_id"])} for row in rows]


def _is_evaluated(context: Context, year: int) -> bool:
    """Whether a case has listed this year's projects; entries that were imported from elsewhere have no status."""
    return any(one.data.get("status") for one in context.registers.search(REGISTER, year=year))


def _list_projects(context: Context, year: int) -> Iterable[dict[str, Any]]:
    """Accepted before the year and still in use. The registers hold no secret project."""
    for status in IN_USE:
        for record in context.registers.search(projects.REGISTER, status=status):
            accepted = record.data.get("accepted_on")
            if isinstance(accepted, date) and accepted.year < year:
                yield {
                    "project_id": record.key,
                    "project_name": record.data.get("project_name"),
                    "unit_id": record.data.get("unit_id"),
                    "unit_name": record.data.get("owner_name") or _unit_name(context, record.data.get("unit_id")),
                    "major": record.data.get("major") is True,
                    "return_reason": None,
                    "self_report": None,
                }


def _unit_name(context: Context, unit: Any) -> str:
    known = context.registers.read("unit", str(unit))
    return str(known.data.get("name") or unit) if known else str(unit)


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row.get(name) for name in ("project_id", "project_name", "unit_id")}


def _with(row: Mapping[str, Any], said: Mapping[str, Any] | None) -> dict[str, Any]:
    return {**row, "return_reason": None, **({name: said.get(name) for name in SAID} if said else {})}
