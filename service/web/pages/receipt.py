"""What rules remarked on a command that was accepted: shown once, on the page after it.

The session cookie carries only which command it was, since a cookie holds 4 KB; the remarks themselves are in the history.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import flash, get_flashed_messages

from service.engine.events import Event
from service.engine.reads import visible_history
from service.store.cases import find_case
from service.store.history import Link
from service.web.pages.findings import tell_findings
from service.web.pages.reading import Reader

REMARKS = "remarks"
#: Other commands end what belongs to the one before.
_ENDS = (Event.TASK_COMPLETED, Event.CHILD_ENDED, Event.TIMER_FIRED, Event.JOB_DONE)


def remember(case_id: str, *, task: str | None = None) -> None:
    """Show on the next page what was remarked when a case was filed, or when a task of it was completed."""
    flash(f"{case_id} {task or ''}", REMARKS)


def recall(reader: Reader) -> list[dict[str, Any]]:
    """List what the command before this page left, for `components/findings.html`."""
    told: list[dict[str, Any]] = []
    for noted in get_flashed_messages(category_filter=[REMARKS]):
        case_id, _space, task = str(noted).partition(" ")
        row = find_case(reader.connection, case_id)
        if row is not None:
            found = remarks(visible_history(reader.machine, reader.connection, row, reader.actor), task=task or None)
            told += tell_findings(reader, found, within=row.regulation)
    return told


def remarks(links: Iterable[Link], *, task: str | None) -> list[Mapping[str, Any]]:
    """List the findings that follow the completion of a task, or the start of the case when no task is given."""
    found: list[Mapping[str, Any]] = []
    reached = False
    for link in links:
        if link.kind == Event.RULE_FOUND and reached:
            found += link.payload["findings"]
        elif reached and link.kind in _ENDS:
            break
        elif link.kind == (Event.TASK_COMPLETED if task else Event.CASE_STARTED):
            reached = reached or task is None or link.payload.get("task") == task
    return found
