"""Add a line to the history of a case, whatever state it is in, without moving it: what is said beside its steps."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from service.engine.events import Event
from service.store import Connection
from service.store.cases import CaseRow
from service.store.history import Entry, continue_chain
from service.store.outdated import advance_history


def note(
    connection: Connection, row: CaseRow, kind: Event, *, by: str, at: datetime, element: str | None = None, **payload: Any
) -> None:
    """Write one line at the end of the chain of a locked case."""
    chain = continue_chain(connection, row.id, row.history_seq, row.history_head)
    chain.add(Entry(kind=kind.value, actor=by, at=at, element=element, payload=payload))
    chain.write(connection)
    advance_history(connection, row.id, seq=chain.seq, head=chain.head)
