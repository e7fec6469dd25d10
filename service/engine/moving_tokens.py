"""Move a case from one step to another by hand, for when a diagram has led it astray. Looks first: what ends and what opens.

An administrator puts a case where it can go on and decides nothing in it: a case is not put on an end (that would give it an
outcome; to stop it, terminate it), nor behind a step that must be signed and has not been.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.engine import kernel, reopening
from service.engine import work as works
from service.engine.ending import settle
from service.engine.events import Event
from service.engine.lifecycle import ensure_monitor
from service.engine.machine import Machine
from service.engine.people import get_actor
from service.engine.sending_back import ensure_reason
from service.engine.work import Work
from service.errors import Finding, Invalid, InvalidAnswers, NotAllowed, NotFound
from service.store import Connection, cases
from service.store.cases import CaseRow
from service.store.history import Link

#: Kinds on which nothing can be put.
_NEVER = ("boundaryEvent", "startEvent", "endEvent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Something that ends or opens with the move: a task, a timer, a job, a message or a child case."""

    kind: str  # task | timer | job | message | child
    element: str
    name: str
    row: str | None = None  # its row, of what ends
    holder: str | None = None  # who holds a task that ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What a move does. `walked`: the automatic steps that follow at once; `ends_case`: whether the case is over with it."""

    ends: tuple[Waits, ...]
    opens: tuple[Waits, ...]
    walked: tuple[str, ...]
    ends_case: bool


def list_places(machine: Machine, case_id: str, *, by: str) -> tuple[tuple[kernel.Element, ...], tuple[kernel.Element, ...]]:
    """List the steps at which a case stands, and those on which one might put it. Errors: NotFound, NotAllowed."""
    with machine.store.read() as connection:
        ensure_monitor(machine, get_actor(connection, by))
        work = machine.load(connection, _found(cases.find_case(connection, case_id)), actor=by)
        elements = work.definition.process.elements
        standing = dict.fromkeys(element for _, element in work.run.standing())
        return tuple(elements[one] for one in standing), tuple(
            one for one in elements.values() if one.kind not in _NEVER and not one.event_sub_process
        )


def foresee_move(machine: Machine, case_id: str, *, from_: str, to: str, by: str) -> Move:
    """Say what a move would do, and change nothing. Errors as of `move_token`."""
    with machine.store.read() as connection:
        return foresee_within(machine, connection, case_id, from_=from_, to=to, by=by)


def foresee_within(machine: Machine, connection: Connection, case_id: str, *, from_: str, to: str, by: str) -> Move:
    """Say what a move would do, by a connection of the caller's that only reads."""
    ensure_monitor(machine, get_actor(connection, by))
    work = machine.begin(connection, _found(cases.find_case(connection, case_id)), actor=by)
    return _move(work, from_, to)


def move_token(machine: Machine, case_id: str, *, from_: str, to: str, reason: str, by: str) -> Move:
    """Take away what stands at `from_` and begin `to`. Errors: NotFound, NotAllowed, Conflict, Invalid (with why it cannot)."""
    with machine.store.write() as connection:
        done = move_within(machine, connection, case_id, from_=from_, to=to, reason=reason, by=by)
    machine.wake()
    return done


def move_within(machine: Machine, connection: Connection, case_id: str, *, from_: str, to: str, reason: str, by: str) -> Move:
    """Move in a transaction of the caller's."""
    ensure_monitor(machine, get_actor(connection, by))
    ensure_reason(reason)
    work = machine.begin(connection, _found(cases.lock_case(connection, case_id)), actor=by)
    before = [row.token for row in work.run.snapshot().tasks]
    done = _move(work, from_, to)
    reopening.begin_new_rounds(work, to, before)
    work.note(Event.CASE_MOVED, element=from_, to=to, reason=reason.strip(), walked=works.walked(work.run))
    settle(work, machine.book)
    return done


def _found(row: CaseRow | None) -> CaseRow:
    if row is None:
        raise NotFound("没有这个案件。", message_en="There is no such case.")
    return row


def _move(work: Work, from_: str, to: str) -> Move:
    before = work.run.snapshot()
    tokens = [token for token, element in work.run.standing() if element == from_]
    if not tokens:
        raise InvalidAnswers([_fault("from", "案件没有停在这个环节。", "The case does not stand at this step.")])
    process = work.definition.process
    target = process.elements.get(to)
    if target is not None and target.kind == "endEvent":
        raise NotAllowed(
            "放到结束环节等于替案件作出结果；如需停办请终止案件。",
            message_en="To put a case on an end is to decide it; terminate it to stop it.", rule="no-decision",
        )  # fmt: skip
    if target is not None:
        _ensure_signed(work, to)
    work.run.move(tokens[0], to)
    left = {token for token, _ in work.run.standing()}
    if not left.isdisjoint(tokens):
        raise Invalid(
            "这个环节有几处同时在办，无法分辨移哪一处；请移到它们外面的环节。",
            message_en="Several tokens stand at this step, and only one would move; choose a step around all of them.",
        )
    after = work.run.snapshot()
    rows = cases.waiting(work.connection, work.row.id)
    was, now = _waits(work, before), _waits(work, after)
    held = {(row.token, row.child if row.table == "job" else None): row for row in rows if row.table != "subscription"}
    ends = []
    for key, one in was.items():
        if key not in now:
            row = held.get((key[1], key[2] if one.kind == "timer" else None))
            holder = row.holder if row is not None and row.table == "task" else None
            ends.append(Waits(kind=one.kind, element=one.element, name=one.name, row=row.id if row else None, holder=holder))
    return Move(
        ends=tuple(ends), opens=tuple(one for key, one in now.items() if key not in was), walked=tuple(work.run.walked),
        ends_case=after.ended,
    )  # fmt: skip


def _waits(work: Work, snapshot: kernel.Snapshot) -> dict[tuple[str, str, str | None], Waits]:
    elements = work.definition.process.elements
    listed: list[tuple[str, str, str | None, str]] = [("task", row.token, None, row.element) for row in snapshot.tasks]
    listed += [("job", row.token, None, row.element) for row in snapshot.jobs]
    listed += [("timer", row.token, row.child, row.element) for row in snapshot.timers]
    listed += [("message", row.token, row.child, row.element) for row in snapshot.subscriptions]
    listed += [("child", row.token, None, row.element) for row in snapshot.children]
    return {
        (kind, token, child): Waits(kind=kind, element=element, name=elements[element].name or element)
        for kind, token, child, element in listed
    }


def _ensure_signed(work: Work, to: str) -> None:
    """NotAllowed when a step that must be signed lies before `to` on every way, and is not signed as things stand."""
    process = work.definition.process
    wanted = [one for one in process.elements.values() if "true" in one.values("sign") and one.id != to]
    lacking = [one for one in wanted if to not in kernel.reachable(process, without=one.id)]
    links = reopening.history_of(work) if lacking else ()
    for one in lacking:
        if not _is_signed(process, links, one.id):
            raise NotAllowed(
                f"在此之前必须先由负责人签署“{one.name or one.id}”，运维人员不能越过。",
                message_en=f"“{one.name or one.id}” must be signed first; an administrator cannot pass it by.", rule="unsigned",
            )  # fmt: skip


def _is_signed(process: kernel.Process, links: Sequence[Link], element: str) -> bool:
    """Whether a step was signed, and the case not taken back before it since."""
    signed = False
    for link in links:
        payload = link.payload or {}
        if link.kind == Event.TASK_COMPLETED and link.element == element:
            signed = bool(payload.get("signature"))
        elif link.kind in (Event.TASK_SENT_BACK, Event.CASE_MOVED, Event.TASK_TAKEN_BACK):
            place = str(payload.get("to") or link.element)
            if place in process.elements and element in kernel.following(process, place) | {place}:
                signed = False
    return signed


def _fault(field: str, zh: str, en: str) -> Finding:
    return Finding(field=field, rule="move", message=zh, message_en=en)
