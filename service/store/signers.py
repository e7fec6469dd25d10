"""Rows of people who were added to a task to sign (加签), and of completions that wait for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from service import tagged
from service.store.columns import insert_or
from service.store.tables import held_completions, signers, task_bars

#: A signer who has still to decide; `asked` has no task yet.
UNDECIDED = ("asked", "open")
#: Why a held task is not in the inbox of who completed it.
HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerRow:
    """Somebody who was added to the task `main_id`. `state`: asked, open, agreed, refused, dropped."""

    id: str
    case_id: str
    main_id: str
    task_id: str | None
    way: str
    position: int
    account: str
    asked_by: str
    reason: str
    asked_at: datetime
    state: str
    opinion: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRow:
    """What somebody completed a task with, while it waits for signers: {answers (as sent), clean, signed, principal}."""

    task_id: str
    account: str
    body: Mapping[str, Any]
    at: datetime


_COLUMNS = [signers.c[name] for name in SignerRow.__slots__]
_OF_MAIN = select(*_COLUMNS).where(signers.c.main_id == bindparam("main")).order_by(signers.c.position)


def list_signers(connection: Connection, main_id: str) -> tuple[SignerRow, ...]:
    """List everybody who was ever added to a task, in order."""
    return tuple(SignerRow(**row._mapping) for row in connection.execute(_OF_MAIN, {"main": main_id}))


def insert_signers(connection: Connection, rows: Sequence[SignerRow]) -> None:
    if rows:
        connection.execute(insert(signers), [{name: getattr(row, name) for name in SignerRow.__slots__} for row in rows])


def next_position(connection: Connection, main_id: str) -> int:
    found = connection.execute(select(func.max(signers.c.position)).where(signers.c.main_id == main_id)).scalar()
    return int(found or 0) + 1


def open_signer(connection: Connection, signer_id: str, *, task_id: str) -> None:
    """Remember the task that a signer was given."""
    connection.execute(update(signers).where(signers.c.id == signer_id).values(state="open", task_id=task_id))


def ask_again(connection: Connection, signer_id: str) -> None:
    """Forget the task that a signer was given; it has been cancelled, and they will be given another."""
    connection.execute(update(signers).where(signers.c.id == signer_id).values(state="asked", task_id=None))


def decide(connection: Connection, signer_id: str, *, state: str, opinion: str | None, at: datetime) -> None:
    connection.execute(update(signers).where(signers.c.id == signer_id).values(state=state, opinion=opinion, decided_at=at))


def hold(
    connection: Connection, *, task_id: str, account: str, body: Mapping[str, Any], at: datetime, hide: Sequence[str]
) -> None:
    """Keep a completion until the signers are done, and the task out of the inboxes of `hide` meanwhile."""
    connection.execute(
        insert(held_completions), {"task_id": task_id, "account": account, "body": tagged.dumps(dict(body)), "at": at}
    )
    rows = [{"task_id": task_id, "account": one, "rule": HELD} for one in hide]
    connection.execute(insert_or(connection, task_bars).on_conflict_do_nothing(), rows)


def find_held(connection: Connection, task_id: str) -> HeldRow | None:
    row = connection.execute(select(held_completions).where(held_completions.c.task_id == task_id)).first()
    if row is None:
        return None
    return HeldRow(task_id=row.task_id, account=row.account, body=tagged.loads(row.body), at=row.at)


def let_go(connection: Connection, task_id: str) -> None:
    """Forget a completion that was held."""
    connection.execute(delete(held_completions).where(held_completions.c.task_id == task_id))
    connection.execute(delete(task_bars).where(task_bars.c.task_id == task_id, task_bars.c.rule == HELD))


def close_with_tasks(connection: Connection, task_ids: Sequence[str], *, at: datetime) -> None:
    """Drop the signers of tasks that are no longer needed, and those whose own task is not; forget what these held."""
    if not task_ids:
        return
    ids = list(task_ids)
    concerned = or_(signers.c.main_id.in_(ids), signers.c.task_id.in_(ids))
    connection.execute(update(signers).where(concerned, signers.c.state.in_(UNDECIDED)).values(state="dropped", decided_at=at))
    connection.execute(delete(held_completions).where(held_completions.c.task_id.in_(ids)))
