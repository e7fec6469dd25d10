"""Whether somebody who holds a task for somebody else may still do it. Deputies are asked for with the account itself."""

from __future__ import annotations

from service.access import RoleBook, actor_queues
from service.engine.events import Event
from service.engine.people import as_actor
from service.engine.sealing import whole_history
from service.store import Connection, people

_HANDED = (Event.TASK_CLAIMED, Event.TASK_DELEGATED, Event.TASK_TRANSFERRED)


def is_delegate(
    book: RoleBook, connection: Connection, case_id: str, task_id: str, *, by: str, delegator: str | None, queues: frozenset[str]
) -> bool:
    """Whether a task that `by` holds for `delegator` was delegated to them by one who may still do it.

    What a deputy has claimed is theirs only as long as they stand in.
    """
    row = people.find_account(connection, delegator) if delegator is not None else None
    if row is None or not row.active or actor_queues(as_actor(row), book).isdisjoint(queues):
        return False
    lines = (link for link in whole_history(connection, case_id) if (link.payload or {}).get("task") == task_id)
    handed = [link for link in lines if link.kind in _HANDED]
    return bool(handed) and handed[-1].kind == Event.TASK_DELEGATED and handed[-1].payload["to"] == by
