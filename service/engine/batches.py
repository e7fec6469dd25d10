"""Commands for thousands of subjects at once: judged first, asked for once, carried out by the worker, one transaction an item.

The transaction that does the command also marks the item, so that a worker may die at any moment: what is marked is done, what is
not was not begun. What a kind is made of is told in `batch_kinds`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from service.access import Actor
from service.engine import batch_kinds
from service.engine.batch_kinds import Ask, BatchKind, Result, Subject
from service.engine.events import Event
from service.engine.lifecycle import MONITOR, check_reason
from service.engine.machine import Machine
from service.engine.people import get_actor
from service.errors import ChengxuError, Conflict, Invalid, NotAllowed, NotFound
from service.store import Connection, batch_subjects, new_id
from service.store import batches as rows
from service.store.batch_subjects import Selection
from service.store.batches import BatchRow
from service.store.history import Entry, record_outside_cases

#: More at once is a mistake, or two batches.
MOST = 20_000
#: Of how many subjects a dry run judges each; of the others it says how many there are.
MOST_FORESEEN = 500
#: Who may read what was done in batches.
READERS = frozenset({MONITOR, "sysadmin"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What would become of one subject; `able` is False when it can not be done, and the sentence says why."""

    subject: str
    case: str | None
    title: str | None
    able: bool
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Foresight:
    """A dry run: of `total` subjects the first `len(items)` were judged."""

    kind: BatchKind
    total: int
    items: tuple[Foreseen, ...]

    @property
    def able(self) -> int:
        return sum(one.able for one in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A batch and how many of its items are in each state. `error`: why the worker cannot go on with it, if so."""

    batch: BatchRow
    counts: Mapping[str, int]
    error: str | None = None


def ensure_reader(actor: Actor) -> None:
    """NotAllowed for whom batches are not."""
    if actor.roles.isdisjoint(READERS):
        raise NotAllowed("只有运维监控人员可以查看批量操作。", message_en="Batches are for monitors.", rule="monitor")


def foresee(
    machine: Machine, kind: str, *, subjects: Sequence[str] = (), select: Selection | None = None,
    arguments: Mapping[str, Any], by: str,
) -> Foresight:  # fmt: skip
    """Say what a batch would do to which of its subjects, and what it can not; changes nothing. Errors as of `ask`."""
    wanted = batch_kinds.get_kind(kind)
    with machine.store.read() as connection:
        _ensure_may(wanted, get_actor(connection, by))
        clean = wanted.clean(arguments)
        found = _subjects(connection, wanted, subjects, select)
        judged = [_judge(machine, connection, wanted, one, clean, by) for one in found[:MOST_FORESEEN]]
        titles = batch_subjects.list_titles(connection, [one.case for one in judged if one.case])
    named = tuple(
        Foreseen(
            subject=one.subject, case=one.case, title=titles[one.case][0] if one.case in titles else None, able=one.able,
            zh=one.zh, en=one.en,
        )
        for one in judged
    )  # fmt: skip
    return Foresight(kind=wanted, total=len(found), items=named)


def ask(
    machine: Machine, kind: str, *, subjects: Sequence[str] = (), select: Selection | None = None,
    arguments: Mapping[str, Any], reason: str, by: str,
) -> BatchRow:  # fmt: skip
    """Ask for a command on many subjects; the worker carries it out. Errors: NotFound, NotAllowed, Invalid, InvalidAnswers."""
    wanted = batch_kinds.get_kind(kind)
    with machine.store.write() as connection:
        _ensure_may(wanted, get_actor(connection, by))
        check_reason(reason)
        clean = wanted.clean(arguments)
        found = _subjects(connection, wanted, subjects, select)
        at = machine.clock.now()
        batch = BatchRow(
            id=new_id(), kind=kind, arguments=clean, reason=reason.strip(), state=rows.RUNNING, asked_by=by, created_at=at,
            ended_at=None, total=len(found),
        )  # fmt: skip
        rows.insert_batch(connection, batch, found)
        rows.start_job(connection, batch.id, at=at, now=machine.clock.machine())
        _record(machine, connection, Event.BATCH_ASKED, batch, by, number=len(found), reason=batch.reason)
    machine.wake()
    return batch


def act(machine: Machine, kind: str, subject: str, *, arguments: Mapping[str, Any], reason: str, by: str) -> Result:
    """Give the command for one subject, now. Errors as of the kind."""
    wanted = batch_kinds.get_kind(kind)
    with machine.store.write() as connection:
        _ensure_may(wanted, get_actor(connection, by))
        check_reason(reason)
        clean = wanted.clean(arguments)
        result = carry_out(machine, connection, wanted, subject, clean, reason=reason.strip(), by=by)
    machine.wake()
    return result


def carry_out(
    machine: Machine, connection: Connection, kind: BatchKind, subject: str, arguments: Mapping[str, Any], *, reason: str, by: str
) -> Result:
    """Do a command in a transaction of the caller's; the monitor looks at the case afresh."""
    result = kind.carry_out(
        Ask(machine=machine, connection=connection, subject=subject, arguments=arguments, reason=reason, by=by)
    )
    if result.case is not None:
        batch_subjects.forget_stuck(connection, result.case)
    return result


def pause(machine: Machine, batch_id: str, *, reason: str = "", by: str) -> None:
    """Begin no more items until `resume`; what was asked for already is still followed. Conflict when it is not running."""
    _steer(machine, batch_id, reason, by, was=(rows.RUNNING,), to=rows.PAUSED, word="paused")


def resume(machine: Machine, batch_id: str, *, reason: str = "", by: str) -> None:
    """Go on with a batch that was paused, or that the worker has given up."""
    _steer(machine, batch_id, reason, by, was=(rows.PAUSED, rows.RUNNING), to=rows.RUNNING, word="running")
    machine.wake()


def cancel(machine: Machine, batch_id: str, *, reason: str, by: str) -> None:
    """Leave undone what has not begun. What is done stays done. Conflict when the batch is over."""
    check_reason(reason)
    _steer(machine, batch_id, reason, by, was=(rows.RUNNING, rows.PAUSED), to=rows.CANCELLED, word="cancelled")
    machine.wake()


def retry_failed(machine: Machine, batch_id: str, *, reason: str = "", by: str) -> int:
    """Do the failed items once more; returns how many. Conflict when there are none, or the batch was cancelled."""
    was = (rows.RUNNING, rows.PAUSED, rows.DONE)
    number = _steer(machine, batch_id, reason, by, was=was, to=rows.RUNNING, word="retried")
    machine.wake()
    return number


def get_progress(machine: Machine, connection: Connection, batch_id: str, actor: Actor) -> Progress:
    """How far a batch is. NotFound; NotAllowed."""
    ensure_reader(actor)
    batch = rows.find_batch(connection, batch_id)
    if batch is None:
        raise _no_batch()
    state, error = rows.job_states(connection, [batch_id]).get(batch_id, ("", None))
    return Progress(batch=batch, counts=rows.count_items(connection, batch_id), error=error if state == "parked" else None)


def _steer(machine: Machine, batch_id: str, reason: str, by: str, *, was: tuple[str, ...], to: str, word: str) -> int:
    with machine.store.write() as connection:
        batch = rows.lock_batch(connection, batch_id)
        if batch is None:
            raise _no_batch()
        _ensure_may(batch_kinds.get_kind(batch.kind), get_actor(connection, by))
        if batch.state not in was:
            raise Conflict("该批次已经结束，或已是这个状态。", message_en="This batch is over, or in that state already.")
        number = 0
        if word == "retried":
            number = rows.retry_failed(connection, batch_id)
            if not number:
                raise Conflict("没有失败的条目。", message_en="No item has failed.")
        if to == rows.CANCELLED:
            number = rows.skip_rest(
                connection, batch_id, zh="批次已取消。", en="The batch was cancelled.", at=machine.clock.now()
            )
        rows.set_state(connection, batch_id, to, ended_at=None)
        rows.start_job(connection, batch_id, at=machine.clock.now(), now=machine.clock.machine())
        _record(machine, connection, Event.BATCH_STEERED, batch, by, to=word, number=number, reason=reason.strip())
    return number


def _subjects(
    connection: Connection, kind: BatchKind, subjects: Sequence[str], select: Selection | None
) -> list[tuple[str, str | None]]:
    if select is not None:
        if select == Selection() and (kind.subject is not Subject.JOB or kind.narrowed):
            raise Invalid("请至少填写一个筛选条件。", message_en="Narrow it down by at least one condition.")
        narrowed = replace(select, **kind.narrowed)  # type: ignore[arg-type]
        found = list(batch_subjects.list_subjects(connection, kind.subject, narrowed, limit=MOST + 1))
    else:
        named = list(dict.fromkeys(subjects))
        known = batch_subjects.list_cases_of(connection, kind.subject, named[: MOST + 1])
        found = [(one, known.get(one)) for one in named]
    if not found:
        raise Invalid("没有要处理的对象。", message_en="There is nothing to do this to.")
    if len(found) > MOST:
        raise Invalid(f"一批最多 {MOST} 个，请缩小范围。", message_en=f"A batch has at most {MOST} items; narrow it down.")
    return found


def _judge(
    machine: Machine,
    connection: Connection,
    kind: BatchKind,
    found: tuple[str, str | None],
    arguments: Mapping[str, Any],
    by: str,
) -> Foreseen:
    subject, case = found
    try:
        would = kind.check(Ask(machine=machine, connection=connection, subject=subject, arguments=arguments, reason="", by=by))
    except ChengxuError as error:
        return Foreseen(subject=subject, case=case, title=None, able=False, zh=error.message, en=error.message_en)
    return Foreseen(subject=subject, case=would.case or case, title=None, able=True, zh=would.zh, en=would.en)


def _ensure_may(kind: BatchKind, actor: Actor) -> None:
    if actor.roles.isdisjoint(kind.roles):
        raise NotAllowed(
            "您的角色不能进行此操作。", message_en="Your roles do not allow this.", rule="monitor",
        )  # fmt: skip


def _record(machine: Machine, connection: Connection, event: Event, batch: BatchRow, by: str, **more: Any) -> None:
    payload = {"batch": batch.id, "kind": batch.kind, **more}
    record_outside_cases(connection, [Entry(kind=event.value, actor=by, at=machine.clock.now(), payload=payload)])


def _no_batch() -> NotFound:
    return NotFound("没有这个批次。", message_en="There is no such batch.")
