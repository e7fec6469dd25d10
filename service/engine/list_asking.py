"""What a list is asked for, in the words of its address, as the store takes it: due dates as spans, amounts as numbers.

Open this when a filter finds too much, too little, or is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from service.clock import SHANGHAI
from service.engine.searching import split_terms
from service.errors import Finding
from service.store.cases import FAR_FUTURE
from service.store.columns import milliseconds
from service.store.narrowing import TaskFilter

#: Names of the searchable variable that lists show as the amount of a case, in yuan.
AMOUNTS = ("total_investment", "amount")
DUES = ("overdue", "today", "week", "later", "none")
#: More words than this narrow nothing further, and each costs a look-up.
MOST_TERMS = 12
MOST_AMOUNT = Decimal(10) ** 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A filter, and what of the address could not be understood and narrows nothing."""

    where: TaskFilter
    faults: tuple[Finding, ...] = ()


def read_wanted(given: Mapping[str, str | None], *, now: datetime) -> Wanted:
    """Read process, unit, q, step, due, amount_from and amount_to; days are those of Shanghai."""
    faults: list[Finding] = []
    due = given.get("due") or None
    if due is not None and due not in DUES:
        faults.append(_fault("due", f"不认识的期限条件“{due}”", f"There is no due date {due!r} to filter by"))
        due = None
    least, most = (_amount(given.get(name), name, faults) for name in ("amount_from", "amount_to"))
    if least is not None and most is not None and least > most:
        faults.append(_fault("amount_to", "金额的下限大于上限", "The lower amount is above the upper one"))
        least = most = None
    where = TaskFilter(
        process=given.get("process") or None,
        unit=given.get("unit") or None,
        step=given.get("step") or None,
        terms=tuple(dict.fromkeys(split_terms(given.get("q") or "")))[:MOST_TERMS],
        due=due_span(due, now=now) if due else None,
        amount=None if least is None and most is None else (_float(least), _float(most)),
        amounts=AMOUNTS,
    )
    return Wanted(where=where, faults=tuple(faults))


def due_span(word: str, *, now: datetime) -> tuple[int | None, int | None]:
    """The milliseconds that one of `DUES` spans, both ends included. A due date ends at 24:00; a week ends with Sunday."""
    at = milliseconds(now)
    if word == "overdue":
        return None, at
    if word == "none":
        return FAR_FUTURE, None
    today = now.astimezone(SHANGHAI).date()
    last = today if word == "today" else today + timedelta(days=6 - today.weekday())
    end = milliseconds(datetime.combine(last + timedelta(days=1), time(), SHANGHAI))
    return (end + 1, FAR_FUTURE - 1) if word == "later" else (at + 1, end)


def _amount(text: str | None, field: str, faults: list[Finding]) -> Decimal | None:
    if not text:
        return None
    try:
        found = Decimal(text.replace(",", "").replace("，", "").strip())
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or not 0 <= found <= MOST_AMOUNT:
        faults.append(_fault(field, f"金额“{text[:40]}”不是 0 以上的数字", f"The amount {text[:40]!r} is no number from 0 up"))
        return None
    return found


def _float(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def _fault(field: str, zh: str, en: str) -> Finding:
    zh, en = f"{zh}，没有按它筛选。", f"{en}; the list is not narrowed by it."
    return Finding(field=field, rule="filter", message=zh, message_en=en)
