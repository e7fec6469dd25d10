"""Who builds, supervises and tests a project, as its contracts say. Open this when a task goes to the wrong firm.

Contracts are read each time a step opens, so that a supervision or testing contract that was signed later is found.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from handlers.panjin import projects
from service.sdk import Context, Record, handler

BUILD, SUPERVISION, TESTING = "承建", "监理", "测评"


@handler("load_construction", inline=True)
def load_construction(context: Context) -> dict[str, Any]:
    """Begin the construction of a project: its parties, and empty lists of what is going to be reported."""
    parties = find_parties(context)
    missing = missing_contracts(context, parties)
    return parties | {"missing_contracts": "、".join(missing) or None, "progress_reports": [], "construction_result": None}


@handler("find_parties", inline=True)
def refresh_parties(context: Context) -> dict[str, Any]:
    """Read the contracts again."""
    return find_parties(context)


def find_parties(context: Context) -> dict[str, Any]:
    """The parties of the project.

    `…_unit` is the unit of a firm in the house, None for a firm that has none; whether it is engaged at all is another question.
    """
    contracts = list_contracts(context)
    build, supervision, testing = (_of(contracts, kind) for kind in (BUILD, SUPERVISION, TESTING))
    signed = [day for one in build if isinstance(day := one.data.get("sign_date"), date)]
    return {
        "contractor_unit": _unit(context, build),
        "supervisor_unit": _unit(context, supervision),
        "tester_unit": _unit(context, testing),
        "contractor": _name(build),
        "supervisor": _name(supervision),
        "tester": _name(testing),
        "build_contracted": bool(build),
        "supervised": bool(supervision),
        "tested": bool(testing),
        "contract_total": sum((_amount(one) for one in contracts), Decimal(0)),
        "contract_signed_on": max(signed, default=None),
    }


def free_years(context: Context) -> int | None:
    """Years of free maintenance by the build contract, the largest of several; None when no contract says."""
    found = (one.data.get("free_om_years") for one in _of(list(list_contracts(context)), BUILD))
    return next((int(years) for years in found if years is not None), None)


def list_contracts(context: Context) -> tuple[Record, ...]:
    """The contracts of the case's project, by their lots."""
    found = context.registers.search("contract", project_id=projects.key_of(context))
    return tuple(sorted(found, key=lambda one: one.key))


def missing_contracts(context: Context, parties: dict[str, Any]) -> tuple[str, ...]:
    """R-PJ-19: what a major project has to have contracted before it starts."""
    if context["major"] is not True:
        return ()
    return tuple(kind for kind, engaged in ((SUPERVISION, "supervised"), (TESTING, "tested")) if not parties[engaged])


def _of(contracts: Iterable[Record], kind: str) -> list[Record]:
    """The contracts of a kind, the largest first: it names the party that the tasks go to."""
    return sorted((one for one in contracts if one.data.get("lot_type") == kind), key=_amount, reverse=True)


def _amount(contract: Record) -> Decimal:
    return Decimal(str(contract.data.get("amount") or 0))


def _name(contracts: list[Record]) -> str | None:
    return str(contracts[0].data.get("party_b") or "") or None if contracts else None


def _unit(context: Context, contracts: list[Record]) -> str | None:
    if not contracts:
        return None
    data = contracts[0].data
    if data.get("party_unit"):
        return str(data["party_unit"])
    code = data.get("credit_code")
    found = tuple(context.registers.search("unit", credit_code=code)) if code else ()
    return found[0].key if found else None
