"""Remaining time in words, and why the date is what it is. Open this when a due badge or "why this date?" is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import orjson

from service.clock import SHANGHAI
from service.engine.machine import Rules
from service.law import PRACTICE, working_days_between

ENGLISH = "en"


def due_words(
    document: Mapping[str, Any] | str | bytes | None, due_at: datetime | None, *, now: datetime, rules: Rules, lang: str = ""
) -> dict[str, Any] | None:
    """What `components/due.html` shows: {effective, days_left, overdue, provisional, why, law, practice}; None without a date.

    `days_left` counts working days after today; below 0 it counts the calendar days since the date has passed.
    """
    if due_at is None:
        return None
    known = orjson.loads(document) if isinstance(document, (str, bytes)) else dict(document or {})
    effective = day_of(known.get("effective")) or due_at.astimezone(SHANGHAI).date()
    today = now.astimezone(SHANGHAI).date()
    overdue = now >= due_at
    left = -max((today - effective).days, 1) if overdue else working_days_between(today, effective, rules.calendar)
    basis = known.get("basis") or ()
    language = "en" if lang.startswith(ENGLISH) else "zh"
    return {
        "effective": effective,
        "days_left": left,
        "overdue": overdue,
        "provisional": bool(known.get("provisional")),
        "why": [sentence[language] for sentence in known.get("derivation") or ()],
        "law": _law(basis, rules, language),
        "practice": PRACTICE in basis,
    }


def day_of(value: Any) -> date | None:
    """The day of what is stored as a date, a time or their ISO text."""
    return date.fromisoformat(str(value)[:10]) if value else None


def _law(basis: Any, rules: Rules, language: str) -> str | None:
    """Cite the articles; a figure that no article gives is never shown as law."""
    index = 1 if language == ENGLISH else 0
    cited = [rules.catalogue.cite(one)[index] for one in basis if one != PRACTICE]
    return "、".join(cited) if cited else None
