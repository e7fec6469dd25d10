"""Verifications of history that somebody asked for on a page: how far they are, and what they found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from service.store.columns import among
from service.store.tables import jobs, verifications


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """`found`: the first broken chains and checkpoints, JSON; `broken` and `checkpoints` count all of them."""

    id: str
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None
    days: bool
    after: str
    total: int
    chains: int
    links: int
    erased: int
    broken: int
    checkpoints: int
    found: str


_COLUMNS = [verifications.c[name] for name in Verification.__slots__]


def insert_verification(connection: Connection, row: Verification) -> None:
    connection.execute(insert(verifications), {name: getattr(row, name) for name in Verification.__slots__})


def find_last(connection: Connection) -> Verification | None:
    """The newest verification, done or not."""
    row = connection.execute(select(*_COLUMNS).order_by(verifications.c.id.desc()).limit(1)).first()
    return None if row is None else Verification(**row._mapping)


def go_on(connection: Connection, known: Verification, values: Mapping[str, Any]) -> bool:
    """Store how far a verification is; False when somebody else has taken it further than `known`."""
    changed = connection.execute(
        update(verifications)
        .where(
            verifications.c.id == known.id, verifications.c.days == known.days, verifications.c.after == known.after,
            verifications.c.ended_at.is_(None),
        )
        .values(dict(values))
    )  # fmt: skip
    return changed.rowcount == 1


def keep_lease(connection: Connection, kind: str, *, until: datetime) -> None:
    """Let the job of a kind that is being done be ours for longer."""
    connection.execute(update(jobs).where(jobs.c.kind == kind, among(jobs.c.state, "doing")).values(lease_until=until))
