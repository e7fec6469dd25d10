"""Every read of a protected value is a line of history: `protected.read` in the chain of its case.

Protected is what a seal (see `seals`) keeps closed to others: who may see it all the same leaves a line. `sealing.Veil`, through
which everything passes that is shown of a case, says here what it let through; there is no other way to protected values.

What passes is collected while a request is answered and written before its answer leaves: when it cannot be written, nothing is
shown. A reader, a case, a field and an hour make one line, so that looking again does not flood history. What somebody entered
themselves they know: to see it again leaves no line. Values that are open to all by now (a bid after the opening) leave none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from service.engine import noting
from service.engine.events import Event
from service.store import cases, protected

if TYPE_CHECKING:
    from service.engine.machine import Machine

#: Longer paths of fields are cut to what the table holds.
_LONGEST = 80
PLACES = ("page", "api", "export", "print", "command")


@dataclass(slots=True)
class Collected:
    """What was let through while something was shown: by reader and case, each field with where it was shown."""

    machine: Machine | None = None
    reads: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    def write(self) -> None:
        """Write the lines of what is not known yet, a case in one short transaction, and forget what was collected."""
        machine, reads = self.machine, self.reads
        self.reads = {}
        if machine is not None:
            for (account, case_id), fields in sorted(reads.items()):
                _write(machine, account, case_id, fields)


_COLLECTED: ContextVar[Collected | None] = ContextVar("protected_reads", default=None)
_PLACE: ContextVar[str] = ContextVar("protected_reads_place", default="command")


@contextmanager
def collecting(place: str) -> Iterator[Collected]:
    """Collect what is let through; whoever opens this calls `write` before anything of it is shown."""
    before, where = _COLLECTED.set(Collected()), _PLACE.set(place)
    try:
        collected = _COLLECTED.get()
        assert collected is not None
        yield collected
    finally:
        _COLLECTED.reset(before)
        _PLACE.reset(where)


@contextmanager
def shown_in(place: str) -> Iterator[None]:
    """Say where what passes meanwhile is shown: one of `PLACES`."""
    before = _PLACE.set(place)
    try:
        yield
    finally:
        _PLACE.reset(before)


def let_through(machine: Machine, account: str, case_id: str, fields: Iterable[str]) -> None:
    """Note that a reader is being shown protected fields of a case. At once where nobody collects: on the command line."""
    named = dict.fromkeys((one[:_LONGEST] for one in fields), _PLACE.get())
    if not named:
        return
    collected = _COLLECTED.get()
    if collected is None:
        _write(machine, account, case_id, named)
        return
    collected.machine = machine
    known = collected.reads.setdefault((account, case_id), {})
    for one, place in named.items():
        known.setdefault(one, place)


def _write(machine: Machine, account: str, case_id: str, fields: Mapping[str, str]) -> None:
    at = machine.clock.now()
    with machine.store.read() as connection:
        known = protected.known_reads(connection, account=account, case_id=case_id, hour=protected.hour_of(at))
    if fields.keys() <= known:
        return
    with machine.store.write() as connection:
        row = cases.lock_case(connection, case_id, archived=True)
        if row is None:
            return
        for place in sorted(set(fields.values())):
            wanted = [one for one, where in fields.items() if where == place]
            new = protected.insert_reads(
                connection, account=account, case_id=case_id, fields=wanted, place=place, at=at, seq=row.history_seq + 1
            )
            if new:
                noting.note(connection, row, Event.PROTECTED_READ, by=account, at=at, fields=list(new), where=place)
                row = cases.lock_case(connection, case_id, archived=True)
                assert row is not None
