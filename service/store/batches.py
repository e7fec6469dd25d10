"""Rows of batches: what was asked for of many cases, tasks or jobs, how far it is, and what became of each.

batch: running <-> paused    running|paused -> cancelled    running -> done    done|paused -> running (the failed again)
item:  todo -> done|failed|skipped|waiting    waiting -> done|failed|skipped    failed -> todo (by hand)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, exists, func, insert, select, update

from service import tagged
from service.store.columns import Instant, among, insert_or
from service.store.tables import batch_items, batches, cases, jobs

RUNNING, PAUSED, DONE, CANCELLED = "running", "paused", "done", "cancelled"
#: The kind of job that carries a batch out. It has the id of its batch.
BATCH = "batch"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    id: str
    kind: str
    arguments: Mapping[str, Any]
    reason: str
    state: str
    asked_by: str
    created_at: datetime
    ended_at: datetime | None
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """One item. `title` and `business_key` are those of its case."""

    seq: int
    subject: str
    case_id: str | None
    state: str
    zh: str | None
    en: str | None
    at: datetime | None
    title: str | None = None
    business_key: str | None = None


_BATCH = [batches.c[name] for name in ("id", "kind", "body", "reason", "state", "asked_by", "created_at", "ended_at", "total")]
_KEY = (batch_items.c.batch_id == bindparam("b_batch"), batch_items.c.seq == bindparam("b_seq"))
_RESULT = {
    "state": bindparam("b_state"), "zh": bindparam("b_zh"), "en": bindparam("b_en"), "at": bindparam("b_at", type_=Instant()),
    "case_id": func.coalesce(bindparam("b_case"), batch_items.c.case_id),
    "before": func.coalesce(bindparam("b_before"), batch_items.c.before),
}  # fmt: skip
_TAKE = (
    update(batch_items)
    .where(*_KEY, batch_items.c.state == "todo", exists().where(batches.c.id == bindparam("b_batch"), batches.c.state == RUNNING))
    .values(state="done")
)
_END = update(batch_items).where(*_KEY, batch_items.c.state == bindparam("b_was")).values(**_RESULT)
_ITEMS = select(batch_items.c.seq, batch_items.c.subject, batch_items.c.before).where(
    batch_items.c.batch_id == bindparam("batch"), batch_items.c.state == bindparam("state"),
    batch_items.c.seq > bindparam("after"),
).order_by(batch_items.c.seq).limit(bindparam("limit"))  # fmt: skip
_COUNT = (
    select(batch_items.c.state, func.count()).where(batch_items.c.batch_id == bindparam("batch")).group_by(batch_items.c.state)
)


def insert_batch(connection: Connection, row: BatchRow, subjects: Sequence[tuple[str, str | None]]) -> None:
    """Store a batch with its items, (subject, case) in the order in which they are to be done."""
    values = {name: getattr(row, name) for name in BatchRow.__slots__ if name != "arguments"}
    connection.execute(insert(batches), values | {"body": tagged.dumps({"arguments": dict(row.arguments)})})
    items = [
        {"batch_id": row.id, "seq": seq, "subject": subject, "case_id": case_id, "state": "todo"}
        for seq, (subject, case_id) in enumerate(subjects, 1)
    ]
    connection.execute(insert(batch_items), items)


def find_batch(connection: Connection, batch_id: str) -> BatchRow | None:
    row = connection.execute(select(*_BATCH).where(batches.c.id == batch_id)).first()
    return None if row is None else _batch(row)


def lock_batch(connection: Connection, batch_id: str) -> BatchRow | None:
    """Lock a batch until the transaction ends, so that its state and its job change together."""
    row = connection.execute(select(*_BATCH).where(batches.c.id == batch_id).with_for_update()).first()
    return None if row is None else _batch(row)


def list_batches(connection: Connection, *, after: str | None, limit: int) -> tuple[BatchRow, ...]:
    """List batches, the latest first; `after` is the last id of the page before."""
    wanted = select(*_BATCH).order_by(batches.c.id.desc()).limit(limit)
    if after:
        wanted = wanted.where(batches.c.id < after)
    return tuple(map(_batch, connection.execute(wanted)))


def set_state(connection: Connection, batch_id: str, state: str, *, ended_at: datetime | None) -> None:
    connection.execute(update(batches).where(batches.c.id == batch_id).values(state=state, ended_at=ended_at))


def next_items(connection: Connection, batch_id: str, *, limit: int) -> tuple[tuple[int, str], ...]:
    """List (seq, subject) of the next items to do."""
    rows = connection.execute(_ITEMS, {"batch": batch_id, "state": "todo", "after": 0, "limit": limit})
    return tuple((seq, subject) for seq, subject, _ in rows)


def waiting_items(connection: Connection, batch_id: str, *, after: int, limit: int) -> tuple[tuple[int, str, bytes | None], ...]:
    """List (seq, subject, before) of items that were asked for and wait for what comes of it."""
    rows = connection.execute(_ITEMS, {"batch": batch_id, "state": "waiting", "after": after, "limit": limit})
    return tuple((seq, subject, before) for seq, subject, before in rows)


def take_item(connection: Connection, batch_id: str, seq: int) -> bool:
    """Mark an item at the beginning of the transaction that does it; False when it is done already, or the batch stands still."""
    return connection.execute(_TAKE, {"b_batch": batch_id, "b_seq": seq}).rowcount == 1


def end_item(
    connection: Connection, batch_id: str, seq: int, *, was: str, state: str, zh: str, en: str, at: datetime,
    case: str | None = None, before: bytes | None = None,
) -> bool:  # fmt: skip
    """Write what became of an item whose state is `was`; False when it no longer is."""
    values = {
        "b_batch": batch_id, "b_seq": seq, "b_was": was, "b_state": state, "b_zh": zh, "b_en": en, "b_at": at, "b_case": case,
        "b_before": before,
    }  # fmt: skip
    return connection.execute(_END, values).rowcount == 1


def skip_rest(connection: Connection, batch_id: str, *, zh: str, en: str, at: datetime) -> int:
    """Leave undone what has not begun; returns how many."""
    changed = connection.execute(
        update(batch_items)
        .where(batch_items.c.batch_id == batch_id, batch_items.c.state == "todo")
        .values(state="skipped", zh=zh, en=en, at=at)
    )
    return changed.rowcount


def retry_failed(connection: Connection, batch_id: str) -> int:
    """Put the failed items back to do; returns how many."""
    changed = connection.execute(
        update(batch_items)
        .where(batch_items.c.batch_id == batch_id, batch_items.c.state == "failed")
        .values(state="todo", zh=None, en=None, at=None)
    )
    return changed.rowcount


def count_items(connection: Connection, batch_id: str) -> dict[str, int]:
    """Count the items of a batch by state."""
    return {row[0]: int(row[1]) for row in connection.execute(_COUNT, {"batch": batch_id})}


def list_items(connection: Connection, batch_id: str, *, state: str | None, after: int, limit: int) -> tuple[ItemRow, ...]:
    """List items in order, with the titles of their cases; `after` is the last seq of the page before."""
    columns = [batch_items.c[name] for name in ("seq", "subject", "case_id", "state", "zh", "en", "at")]
    wanted = (
        select(*columns, cases.c.title, cases.c.business_key)
        .join_from(batch_items, cases, cases.c.id == batch_items.c.case_id, isouter=True)
        .where(batch_items.c.batch_id == batch_id, batch_items.c.seq > after)
        .order_by(batch_items.c.seq)
        .limit(limit)
    )
    if state is not None:
        wanted = wanted.where(batch_items.c.state == state)
    return tuple(ItemRow(**row._mapping) for row in connection.execute(wanted))


def find_before(connection: Connection, batch_id: str, subject: str) -> bytes | None:
    """What an undo of an item needs to know, when it was done."""
    found: bytes | None = connection.execute(
        select(batch_items.c.before).where(
            batch_items.c.batch_id == batch_id, batch_items.c.subject == subject, batch_items.c.state == "done"
        )
    ).scalar()
    return found


def job_states(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[str, str | None]]:
    """(state, error) of jobs, by id."""
    rows = connection.execute(select(jobs.c.id, jobs.c.state, jobs.c.error).where(jobs.c.id.in_(list(ids))))
    return {job_id: (state, error) for job_id, state, error in rows}


def start_job(connection: Connection, batch_id: str, *, at: datetime, now: datetime) -> None:
    """Have the worker carry a batch out from now (machine time) on; a job that is at it goes on by itself."""
    row = {
        "id": batch_id, "case_id": None, "root": None, "kind": BATCH, "state": "todo", "legal": False, "due_at": now,
        "retries": 1000, "created_at": at,
    }  # fmt: skip
    again = {"state": "todo", "attempts": 0, "error": None, "due_at": now}
    if connection.execute(insert_or(connection, jobs).values(row).on_conflict_do_nothing()).rowcount != 1:
        connection.execute(update(jobs).where(jobs.c.id == batch_id, jobs.c.state != "doing").values(again))


def continue_job(connection: Connection, batch_id: str, *, lease: str, due_at: datetime | None) -> None:
    """Give the job of a batch back, to go on at `due_at` (machine time), or for good. Nothing when another has taken it over."""
    values: dict[str, Any] = {"lease": None, "lease_until": None, "attempts": 0}
    values |= {"state": "done"} if due_at is None else {"state": "todo", "due_at": due_at}
    held = (jobs.c.id == batch_id, among(jobs.c.state, "doing"), jobs.c.lease == lease)
    connection.execute(update(jobs).where(*held).values(**values))


def _batch(row: Any) -> BatchRow:
    values = {name: getattr(row, name) for name in BatchRow.__slots__ if name != "arguments"}
    return BatchRow(arguments=tagged.loads(row.body)["arguments"], **values)
