"""After a holiday notice: reckon the open due dates again, a case at a time, each change with a line of history.

Rows carry the version of the calendar by which they were reckoned, so that the work can stop anywhere and go on. A date that an
administrator set has no deadline in its row and stays. The law in force on the trigger day counts: only the days change.
"""

from __future__ import annotations

from typing import Any

import orjson

from service import tagged
from service.engine.due import due_of, read_trigger
from service.engine.events import Event
from service.engine.machine import Machine
from service.engine.people import SYSTEM
from service.store import Connection, cases, new_id, outdated
from service.store.history import Entry, continue_chain
from service.store.outdated import Dated

RECOMPUTE = "recompute"
_BATCH = 100


def request(machine: Machine) -> None:
    """Queue the work, if there is any."""
    version = machine.rules.calendar.version
    with machine.store.write() as connection:
        if not outdated.list_cases(connection, version, limit=1):
            return
        now = machine.clock.machine()
        job: dict[str, object] = {
            "id": new_id(),
            "case_id": None,
            "root": None,
            "kind": RECOMPUTE,
            "state": "todo",
            "legal": False,
            "due_at": now,
        }
        job |= {"retries": 1000, "payload": tagged.dumps({"calendar": version}), "created_at": machine.clock.now()}
        cases.insert_jobs(connection, [job])
    machine.wake()


def recompute(machine: Machine) -> int:
    """Bring every outdated case up to date; returns how many dates moved."""
    moved = 0
    version = machine.rules.calendar.version
    while True:
        with machine.store.read() as connection:
            found = outdated.list_cases(connection, version, limit=_BATCH)
        if not found:
            return moved
        for case_id in found:
            with machine.store.write() as connection:
                moved += _recompute_case(machine, connection, case_id, version)


def _recompute_case(machine: Machine, connection: Connection, case_id: str, version: str) -> int:
    row = cases.lock_case(connection, case_id)
    if row is None:
        return 0
    chain, moved = continue_chain(connection, row.id, row.history_seq, row.history_head), 0
    for held in outdated.list_dated(connection, case_id, version):
        trigger = read_trigger(held.trigger)
        context = machine.rules.deadline(held.deadline, trigger)
        after = due_of(context)
        timer, now = held.table == "job", machine.clock.now()
        notice = machine.rules.next_notice(held.deadline, trigger, after=now, timer=timer)
        outdated.redate(connection, held, after.columns(version, notice))
        before = orjson.loads(held.due) if held.due else {}
        if after.at != held.due_at or (before and before["provisional"] != context["provisional"]):
            moved += 1
            chain.add(_line(machine, held, before, context, version))
    chain.write(connection)
    outdated.advance_history(connection, case_id, seq=chain.seq, head=chain.head)
    return moved


def _line(machine: Machine, held: Dated, before: dict[str, Any], after: dict[str, Any], version: str) -> Entry:
    payload = {
        "deadline": held.deadline,
        "what": held.table,
        "before": before.get("effective") or held.due_at,
        "after": after["effective"],
        "provisional": after["provisional"],
        "calendar": version,
    }
    return Entry(kind=Event.DEADLINE_MOVED.value, actor=SYSTEM, at=machine.clock.now(), element=held.element, payload=payload)
