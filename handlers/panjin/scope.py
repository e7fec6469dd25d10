"""What follows from the scope of a project (P2.B0). Open this for secret, county and out-of-scope projects.

The scope itself is decided by the table `project_scope` (A1); its value is in the variable `scope`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from handlers.panjin.entries import record_county
from service.sdk import Context, Level, handler


class Scope(StrEnum):
    """The outputs of table A1."""

    SECRET = "secret"
    COUNTY = "county"
    OUT = "out"
    BY_REFERENCE = "by_reference"
    IN_SCOPE = "in_scope"


@handler("check_scope", inline=True)
def check_scope(context: Context) -> dict[str, Any]:
    """Say what the scope means and open the case's counters. A secret project is blocked, so that nothing of it is stored."""
    scope = Scope(context["scope"])
    if scope is Scope.SECRET:
        block_secret(context)
    elif scope is Scope.OUT:
        context.find(
            "R-PJ-01",
            "该项目不属于本办法适用范围",
            "Project is outside the measures' scope",
            level=Level.ROUTE,
            at="market_operated",
            article="pj-2020#2",
        )
    elif scope is Scope.COUNTY:
        check_county(context)
    elif scope is Scope.BY_REFERENCE:
        context.find(
            "R-PJ-01",
            "不直接使用财政资金的非市场化项目，参照本办法办理",
            "A project without public money that is not run on market terms follows the measures by reference",
            level=Level.FLAG,
            at="fund_source",
            article="pj-2020#34",
        )
    return {
        "by_reference": scope is Scope.BY_REFERENCE,
        "plan_year": context.today.year + 1,
        "intake_rounds": 0,
        "review_rounds": 0,
        "round_limit": int(context.parameter("supplement_rounds")),
    }


def check_scope_of_revision(context: Context) -> None:
    """A revision may not take the project out of the scope under which it was filed."""
    scope = Scope(context["scope"])
    if scope is Scope.SECRET:
        block_secret(context)
    elif scope is Scope.OUT:
        context.block(
            "market_operated",
            "R-PJ-01",
            "该项目不属于本办法适用范围",
            "Project is outside the measures' scope",
            article="pj-2020#2",
        )


def check_county(context: Context) -> None:
    """R-PJ-36: a county declares conformity with the city plan and docking; the Centre records it and approves nothing."""
    for field in ("conforms_to_city_plan", "docks_with_exchange"):
        if context[field] is not True:
            context.block(
                field,
                "R-PJ-36",
                "县区项目应符合总体规划并对接交换平台",
                "County projects follow city plan and dock",
                article="pj-2020#33",
            )
    context.find(
        "R-PJ-36",
        "县区项目仅作备案，不由中心审批",
        "A county project is only recorded; the Centre does not approve it",
        level=Level.ROUTE,
        article="pj-2020#33",
    )
    record_county(context)


def block_secret(context: Context) -> None:
    """R-PJ-40: a secret project leaves the system before anything is kept."""
    context.block(
        "is_secret",
        "R-PJ-40",
        "涉密项目请按保密规定线下办理",
        "Handle secret projects offline",
        article="pj-2020#32",
    )
