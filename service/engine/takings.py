"""Record that somebody took a case file out of the house: in the chain of the day, since reading does not change a case."""

from __future__ import annotations

from service.engine.events import Event
from service.engine.machine import Machine
from service.store.cases import CaseRow
from service.store.history import Entry, record_outside_cases


def record_taking(machine: Machine, row: CaseRow, *, sha256: str, by: str) -> None:
    """Note who took which file of a case, by its hash."""
    with machine.store.write() as connection:
        entry = Entry(
            kind=Event.CASE_FILE_TAKEN.value, actor=by, at=machine.clock.now(),
            payload={"case": row.id, "business_key": row.business_key, "sha256": sha256},
        )  # fmt: skip
        record_outside_cases(connection, [entry])
