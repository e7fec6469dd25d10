"""What rules remarked on a command that was accepted: shown once, on the page after it."""

from __future__ import annotations

from collections.abc import Iterable

from service.engine.events import Event
from service.store.history import Link


def remarks(links: Iterable[Link], *, after_kind: str, lang: str, task: str | None = None) -> list[str]:
    """List the remarks that follow the given entry: the first of its kind, or the one of a task."""
    key = "message_en" if lang.startswith("en") else "message"
    found: list[str] = []
    reached = False
    for link in links:
        if link.kind == Event.RULE_FOUND and reached:
            found += [str(one[key]) for one in link.payload["findings"] if one.get(key)]
        elif link.kind == after_kind and (task is None or (link.payload or {}).get("task") == task):
            reached = True
        elif reached and link.kind in (Event.TASK_COMPLETED, Event.CHILD_ENDED, Event.TIMER_FIRED, Event.JOB_DONE):
            break
    return list(dict.fromkeys(found))
