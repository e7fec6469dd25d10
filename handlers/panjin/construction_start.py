"""Commencement (P4.T1) and how long building may last. Open this when F-PJ-30 is refused, or D-PJ-03 passes."""

from __future__ import annotations

from datetime import date
from typing import Any

from handlers.panjin import projects
from handlers.panjin.breaches import record_breach
from handlers.panjin.construction_parties import SUPERVISION, find_parties, missing_contracts
from handlers.panjin.spans import add_years
from service.sdk import Context, Level, handler

BUILD_RULE, BUILD_ARTICLE = "R-PJ-08", "pj-2020#11"


@handler("check_commencement", inline=True)
def check_commencement(context: Context) -> dict[str, Any]:
    """Block a start without contracts or before them; else enter the start in the register."""
    parties = find_parties(context)
    check_engaged(context, parties)
    check_start(context, parties["contract_signed_on"])
    warn_schedule(context)
    start = context["start_date"]
    projects.set_status(context, None, "building", started_on=start)
    return parties | {"missing_contracts": None, "next_report_on": following_month(start)}


def check_engaged(context: Context, parties: dict[str, Any]) -> None:
    """R-PJ-19: a major project has contracted supervision and testing before it starts."""
    for kind in missing_contracts(context, parties):
        field, en = ("supervisor", "supervision") if kind == SUPERVISION else ("tester", "testing")
        context.block(
            field,
            "R-PJ-19",
            f"重大项目须引入监理和软件测评：尚未签订{kind}合同，不得开工",
            f"Major projects need supervision and testing: no {en} contract is signed, so building cannot start",
            article="pj-2020#19",
        )


def check_start(context: Context, signed_on: date | None) -> None:
    """R-PJ-08: building starts on or after the day of the build contract, and that of the listing."""
    start = context["start_date"]
    if signed_on is None:
        context.block(
            "start_date",
            BUILD_RULE,
            "尚未签订承建合同，不得开工",
            "No build contract is signed: building cannot start",
            article=BUILD_ARTICLE,
        )
        return
    listed = projects.get(context).data.get("listed_on")
    for day, zh, en in ((signed_on, "承建合同签订日", "the build contract"), (listed, "列入计划日", "the listing in the plan")):
        if isinstance(day, date) and isinstance(start, date) and start < day:
            context.block(
                "start_date",
                BUILD_RULE,
                f"严禁未批先建：开工日期不得早于{zh} {day.isoformat()}",
                f"Building before approval is prohibited: it cannot start before {en} of {day.isoformat()}",
                article=BUILD_ARTICLE,
            )


def warn_schedule(context: Context) -> None:
    """R-PJ-16: say where the baseline schedule goes beyond the approved end."""
    approved = projects.in_force(projects.get(context)).get("end")
    if not isinstance(approved, date):
        return
    days = [row.get("due_on") for row in context.rows("schedule")]
    for number in (number for number, day in enumerate(days) if isinstance(day, date) and day > approved):
        context.warn(
            f"schedule.{number}.due_on",
            "R-PJ-16",
            f"晚于核定的完工日期 {approved.isoformat()}，须走变更审批",
            f"Later than the approved end of {approved.isoformat()}: file a change",
            article="pj-2020#14",
        )


def following_month(day: date) -> date:
    """The first day of the month after `day`: when the report on its month falls due to be written."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


@handler("note_building_overrun", inline=True)
def note_building_overrun(context: Context) -> None:
    """D-PJ-03 is over: on record as granted where a change has extended the end, else as a breach of R-PJ-07."""
    longest = int(context.parameter("build_max_years"))
    last = add_years(context["start_date"], longest)
    end = projects.in_force(projects.get(context)).get("end")
    if isinstance(end, date) and end > last:
        zh = f"建设已满 {longest} 年，经变更审批延期至 {end.isoformat()}"
        en = f"Building has lasted {longest} years; an approved change extends it to {end.isoformat()}"
        context.find("R-PJ-07", zh, en, level=Level.FLAG, article=BUILD_ARTICLE)
        return
    record_breach(
        context,
        "R-PJ-07",
        f"建设周期已超过{longest}年：应于 {last.isoformat()} 前完工，没有经批准的延期",
        f"Building has lasted longer than {longest} years: it had to end by {last.isoformat()}, and no extension was approved",
        article=BUILD_ARTICLE,
    )
