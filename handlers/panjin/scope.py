"""Whether a project falls under the measures (P2.B0). Open this for table A1 and the diversion of secret projects."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from service.sdk import Context, Level, handler

WITHOUT_PUBLIC_MONEY = "不直接使用财政资金"
COUNTY = "county"


class Scope(StrEnum):
    """The rows of table A1, in the order in which they are tried."""

    SECRET = "secret"
    COUNTY = "county"
    OUT = "out"
    BY_REFERENCE = "by_reference"
    IN_SCOPE = "in_scope"


def scope_of(variables: Mapping[str, Any]) -> Scope:
    """The first row of table A1 that fits. `unit_level` is the level of the demanding unit, where the case knows it."""
    if variables.get("is_secret") is True:
        return Scope.SECRET
    if variables.get("unit_level") == COUNTY:
        return Scope.COUNTY
    if variables.get("fund_source") == WITHOUT_PUBLIC_MONEY:
        return Scope.OUT if variables.get("market_operated") is True else Scope.BY_REFERENCE
    return Scope.IN_SCOPE


@handler("check_scope", inline=True)
def check_scope(context: Context) -> dict[str, Any]:
    """Judge the scope and open the case's counters. A secret project is blocked, so that nothing of it is stored."""
    scope = scope_of(context.variables)
    if scope is Scope.SECRET:
        block_secret(context)
    elif scope is Scope.OUT:
        context.find(
            "R-PJ-01",
            "该项目不属于本办法适用范围",
            "The project is outside the scope of the measures",
            level=Level.ROUTE,
            at="market_operated",
            article="pj-2020#2",
        )
    elif scope is Scope.COUNTY:
        context.find(
            "R-PJ-36",
            "县区项目应符合全市总体规划并对接交换平台，仅作备案",
            "A county project follows the city plan and docks with the exchange platform; it is only recorded",
            level=Level.ROUTE,
            article="pj-2020#33",
        )
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
        "scope": scope.value,
        "by_reference": scope is Scope.BY_REFERENCE,
        "plan_year": context.today.year + 1,
        "intake_rounds": 0,
        "review_rounds": 0,
    }


def block_secret(context: Context) -> None:
    """R-PJ-40: a secret project leaves the system before anything is kept."""
    context.block(
        "is_secret",
        "R-PJ-40",
        "涉密项目请按保密规定线下办理，系统不保存任何内容",
        "Handle a secret project offline; nothing of it is kept here",
        article="pj-2020#32",
    )
