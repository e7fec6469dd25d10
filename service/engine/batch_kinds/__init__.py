"""What can be done with many cases, tasks or jobs at once: one module for each kind. Open this to add one.

A kind is a `BatchKind` (see `kind`): a name, what its subjects are, and two functions. `check(ask)` is the dry run: it may
only read (`ask.connection` is of a read), and answers with a `Result` that says in a sentence what would happen, or raises a
ChengxuError that says why it can not. `carry_out(ask)` does the same command in the transaction of `ask.connection`, which
also marks the item: it opens no transaction of its own, does not wake the worker, asks `ensure_monitor` (or what its command
asks) again, for the account may have lost the role since, and writes the line of history with `ask.reason`. What it raises
becomes the result of the item, and nothing of it stays. So a command that is to be a kind has the shape
`<verb>_within(machine, connection, subject, …)`.

Whoever can only ask the worker for something answers with `ItemState.WAITING` and gives `follow`; the item is done when that
ran. `Result.before` is stored with the item: an undo is a kind of its own, that reads it by
`service.store.batches.find_before`.

To add one, write `batch_kinds/<name>.py` with a constant of type `BatchKind` and name it in `KINDS` below. API, pages,
progress, pause, retry of the failed and the commands on a single subject (`batches.act`) come with it. Names are at most 20
letters.
"""

from __future__ import annotations

from collections.abc import Mapping

from service.engine.batch_kinds.archive import ARCHIVE_CASE, RESTORE_CASE
from service.engine.batch_kinds.cases_by_hand import RESUME_CASE, SUSPEND_CASE, TERMINATE_CASE
from service.engine.batch_kinds.correct import CORRECT
from service.engine.batch_kinds.jobs_by_hand import CANCEL_JOB, PARK_JOB
from service.engine.batch_kinds.kind import Argument, Ask, BatchKind, ItemState, Result, Subject, fault
from service.engine.batch_kinds.migrate import MIGRATE, UNDO_MIGRATE
from service.engine.batch_kinds.move_token import MOVE_TOKEN
from service.engine.batch_kinds.repair import REPAIR_CASE
from service.engine.batch_kinds.retry_job import RETRY_JOB
from service.engine.batch_kinds.send_message import SEND_MESSAGE
from service.engine.batch_kinds.tasks_by_hand import REASSIGN_TASK, RELEASE_TASK
from service.engine.batch_kinds.timers import FIRE_TIMER, RESCHEDULE_TIMER
from service.errors import NotFound

KINDS: Mapping[str, BatchKind] = {
    kind.name: kind
    for kind in (
        RETRY_JOB, PARK_JOB, CANCEL_JOB, REASSIGN_TASK, RELEASE_TASK, SUSPEND_CASE, RESUME_CASE, TERMINATE_CASE, SEND_MESSAGE,
        MIGRATE, UNDO_MIGRATE, MOVE_TOKEN, RESCHEDULE_TIMER, FIRE_TIMER, CORRECT, REPAIR_CASE,
        ARCHIVE_CASE, RESTORE_CASE,
    )
}  # fmt: skip


def get_kind(name: str) -> BatchKind:
    """NotFound for a kind that there is not."""
    kind = KINDS.get(name)
    if kind is None:
        raise NotFound(f"没有这种批量操作：{name}。", message_en=f"There is no batch of the kind {name!r}.")
    return kind


__all__ = ["KINDS", "Argument", "Ask", "BatchKind", "ItemState", "Result", "Subject", "fault", "get_kind"]
