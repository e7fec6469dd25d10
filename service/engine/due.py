"""The due date of a task: what the diagram gave, as the columns of its row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson

from service import tagged
from service.clock import SHANGHAI
from service.store.cases import FAR_FUTURE


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """`document` is the deadline with its derivation, outward form; `at` the instant after which the task is overdue."""

    document: Mapping[str, Any] | None
    at: datetime | None
    by_law: tuple[str, date | datetime] | None = None  # the period, and what set it going

    def columns(self, calendar: str, notice_at: datetime | None = None) -> dict[str, Any]:
        """The columns of a task row; `calendar` is the version by which a deadline of the law was reckoned.

        `notice_at` is when that deadline next gives notice.
        """
        by_law = self.by_law
        return {
            "due_at": self.at,
            "due_sort": FAR_FUTURE if self.at is None else int(self.at.timestamp() * 1000),
            "due": None if self.document is None else orjson.dumps(self.document).decode(),
            "deadline": by_law[0] if by_law else None,
            "trigger": by_law[1].isoformat() if by_law else None,
            "calendar": calendar if by_law else None,
            "notice_at": notice_at if by_law else None,
        }


NO_DUE = Due(document=None, at=None)


def due_of(value: Any) -> Due:
    """From what a diagram gave: a `deadline(…)` context, a date, a time, or either as ISO 8601 text."""
    document = value if isinstance(value, Mapping) else {"nominal": value, "effective": value}
    period, trigger = document.get("id"), document.get("trigger")
    by_law = (str(period), trigger) if period is not None and isinstance(trigger, date) else None
    return Due(document=tagged.plain(dict(document)), at=end_of(document.get("effective")), by_law=by_law)


def end_of(value: Any) -> datetime | None:
    """The instant at which a deadline ends: 24:00 in Shanghai of a day, or the given moment."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=SHANGHAI)
    if isinstance(value, date):
        return datetime.combine(value, time(), SHANGHAI) + timedelta(days=1)
    return None


def read_trigger(text: str) -> date | datetime:
    """Read back the trigger of a deadline as its row keeps it, in ISO 8601."""
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
