"""Least and greatest values that may be fixed or `=FEEL`. Open this when a limit is not applied: null means no limit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from service.forms.amounts import read_number
from service.forms.fault import Fault
from service.forms.model import Check
from service.forms.moments import shown
from service.forms.scope import Scope

#: Gives the limit that holds for these answers, None when there is none.
Bound = Callable[[Scope], Any]


def at_least(bound: Bound) -> Check:
    """Check `value >= bound`, for numbers, dates and times."""

    def check(value: Any, scope: Scope) -> Fault | None:
        limit = comparable(bound(scope), value)
        return _fault("min", limit) if limit is not None and value < limit else None

    return check


def at_most(bound: Bound) -> Check:
    """Check `value <= bound`, for numbers, dates and times."""

    def check(value: Any, scope: Scope) -> Fault | None:
        limit = comparable(bound(scope), value)
        return _fault("max", limit) if limit is not None and value > limit else None

    return check


def whole(bound: Bound) -> Callable[[Scope], int | None]:
    """A bound that counts characters or rows."""

    def count(scope: Scope) -> int | None:
        limit = read_number(bound(scope))
        return None if limit is None else int(limit)

    return count


def comparable(limit: Any, value: Any) -> Any:
    """The limit in the type of `value`, None when the two cannot be compared."""
    if type(value) is Decimal:
        return read_number(limit)
    if type(value) is date:
        return limit.date() if isinstance(limit, datetime) else limit if isinstance(limit, date) else None
    if type(value) is datetime:
        return limit if isinstance(limit, datetime) and limit.tzinfo is not None else None
    if type(value) is time:
        return limit if isinstance(limit, time) and limit.tzinfo is None else None
    return None


def _fault(rule: str, limit: Any) -> Fault:
    if isinstance(limit, Decimal):
        return Fault(rule=rule, facts={"limit": f"{limit:f}"})
    return Fault(rule=rule, text=f"{rule}.moment", facts={"limit": shown(limit)})
