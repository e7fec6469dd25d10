"""The register of lots as every procedure uses it. Open this to see what a project has bought, is buying, or failed to buy."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from service.sdk import Context, Record

REGISTER = "lot"
BUILD, SUPERVISION, TESTING, HARDWARE = "承建", "监理", "测评", "硬件"
#: Lots for the work itself; supervision and testing accompany it.
ACCOMPANYING = (SUPERVISION, TESTING)
PLANNED, TENDERING, AWARDED, CONTRACTED, FAILED = "planned", "tendering", "awarded", "contracted", "failed"
#: What people read instead of the status.
STATUS_ZH = {PLANNED: "待招标", TENDERING: "招标中", AWARDED: "已定标", CONTRACTED: "已签合同", FAILED: "采购未成"}


def key_of(project_id: str, lot_no: Any) -> str:
    return f"{project_id}-L{lot_no}"


def get(context: Context, lot_id: str | None = None) -> Record:
    """The entry of a lot (of the case's own without an id); LookupError when no plan has it."""
    key = lot_id or str(context["lot_id"])
    found = context.registers.read(REGISTER, key)
    if found is None:
        raise LookupError(f"the register of lots has no {key}")
    return found


def list_of(context: Context, project_id: str) -> list[Record]:
    """All lots of a project, also those that failed, in the order of their numbers."""
    found = context.registers.search(REGISTER, project_id=project_id)
    return sorted(found, key=lambda record: int(record.data["lot_no"]))


def list_standing(context: Context, project_id: str) -> list[Record]:
    """The lots of a project that take up its money: all but those that failed."""
    return [record for record in list_of(context, project_id) if record.data["status"] != FAILED]


def patch(context: Context, lot_id: str | None = None, **fields: Any) -> None:
    """Write the next version of a lot's entry with `fields` replaced."""
    known = get(context, lot_id)
    context.write(REGISTER, known.key, dict(known.data) | fields, expected=known.version)


def cost_of(record: Record) -> Decimal:
    """What a lot takes of the approved budget: the price once it is contracted, its budget before."""
    price = record.data.get("award_price") if record.data["status"] == CONTRACTED else None
    return Decimal(str(price if price is not None else record.data["budget"]))


def total_cost(records: list[Record]) -> Decimal:
    return sum((cost_of(record) for record in records), Decimal(0))


def total_pay(records: list[Record], plan_year: Any) -> Decimal:
    """What the lots planned for a year are to be paid in it."""
    return sum((Decimal(str(one.data["pay_this_year"])) for one in records if one.data.get("plan_year") == plan_year), Decimal(0))


def as_row(record: Record) -> dict[str, Any]:
    """A line of the table that is shown."""
    names = ("lot_no", "lot_type", "budget", "pay_this_year", "method")
    status = str(record.data["status"])
    return {name: record.data.get(name) for name in names} | {"status": STATUS_ZH.get(status, status)}
