"""Carry batches out: a chunk at a time, so that whatever else is due comes between. Called by the job runner."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from service.engine import batch_kinds
from service.engine.batch_kinds import BatchKind, ItemState, Result
from service.engine.batches import carry_out
from service.engine.machine import Machine
from service.errors import ChengxuError
from service.store import Connection
from service.store import batches as rows
from service.store.batches import BatchRow

#: Long enough for a chunk, short enough that a batch whose worker died soon goes on.
LEASE = timedelta(seconds=30)
CHUNK = 50
#: A chunk ends after so many seconds, however few items it has done.
LONGEST = 1.0
#: When to look again at what only waits.
LOOK_AGAIN = timedelta(seconds=1)
_FOLLOWED = 500


def go_on(machine: Machine, batch_id: str, *, lease: str, words: Callable[[Exception], str]) -> None:
    """Do the next items of a batch and give its job back. `words` makes of an error what an administrator reads."""
    with machine.store.read() as connection:
        batch = rows.find_batch(connection, batch_id)
        todo = rows.next_items(connection, batch_id, limit=CHUNK)
    if batch is None:
        return
    kind = batch_kinds.get_kind(batch.kind)
    _follow(machine, kind, batch, everything=not todo)
    if batch.state == rows.RUNNING:
        began = time.monotonic()
        for seq, subject in todo:
            if not _do(machine, kind, batch, seq, subject, words) or time.monotonic() - began > LONGEST:
                break
    _give_back(machine, batch_id, lease)


def _do(machine: Machine, kind: BatchKind, batch: BatchRow, seq: int, subject: str, words: Callable[[Exception], str]) -> bool:
    """Do one item; False when the batch stands still or another worker has the item."""
    try:
        with machine.store.write() as connection:
            if not rows.take_item(connection, batch.id, seq):
                return False
            result = carry_out(
                machine, connection, kind, subject, batch.arguments, reason=batch.reason, by=batch.asked_by
            )  # fmt: skip
            _end(machine, connection, batch, seq, result, was=ItemState.DONE)
        return True
    except ChengxuError as error:
        failed = Result(zh=error.message, en=error.message_en, state=ItemState.FAILED)
    except Exception as error:  # noqa: BLE001 - part of the job runner: one item must not stop the others
        failed = Result(zh=words(error), en=words(error), state=ItemState.FAILED)
    with machine.store.write() as connection:
        _end(machine, connection, batch, seq, failed, was=ItemState.TODO)
    return True


def _follow(machine: Machine, kind: BatchKind, batch: BatchRow, *, everything: bool) -> None:
    """Write what came of items that wait: of all, or, while there is more to do, of the oldest."""
    after = 0
    while True:
        with machine.store.read() as connection:
            begun = rows.waiting_items(connection, batch.id, after=after, limit=_FOLLOWED)
            ended = kind.follow(connection, {subject: before for _, subject, before in begun}) if begun else {}
        if ended:
            with machine.store.write() as connection:
                for seq, subject, _ in begun:
                    if subject in ended:
                        _end(machine, connection, batch, seq, ended[subject], was=ItemState.WAITING)
        if len(begun) < _FOLLOWED or not everything:
            return
        after = begun[-1][0]


def _end(machine: Machine, connection: Connection, batch: BatchRow, seq: int, result: Result, *, was: ItemState) -> None:
    rows.end_item(
        connection, batch.id, seq, was=was, state=result.state, zh=result.zh, en=result.en, at=machine.clock.now(),
        case=result.case, before=result.before,
    )  # fmt: skip


def _give_back(machine: Machine, batch_id: str, lease: str) -> None:
    now = machine.clock.machine()
    with machine.store.write() as connection:
        batch = rows.lock_batch(connection, batch_id)
        if batch is None:
            return
        counts = rows.count_items(connection, batch_id)
        todo, waiting = counts.get(ItemState.TODO, 0), counts.get(ItemState.WAITING, 0)
        due = None
        if batch.state == rows.RUNNING and todo:
            due = now
        elif waiting:
            due = now + LOOK_AGAIN
        elif batch.state in (rows.RUNNING, rows.CANCELLED) and batch.ended_at is None:
            state = rows.DONE if batch.state == rows.RUNNING else rows.CANCELLED
            rows.set_state(connection, batch_id, state, ended_at=machine.clock.now())
        rows.continue_job(connection, batch_id, lease=lease, due_at=due)
