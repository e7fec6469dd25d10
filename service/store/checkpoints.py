"""Signed checkpoints as the database knows them; what each covers lies in its file (`engine/checkpoint_files`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from service.store.tables import cases, checkpoints, day_chains


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointRow:
    """A checkpoint over `chains` chains of `links` links in all; its digest covers the checkpoint before."""

    id: str
    at: datetime
    algorithm: str
    chains: int
    links: int
    digest: bytes
    signature: bytes


_COLUMNS = [checkpoints.c[name] for name in CheckpointRow.__slots__]
_NEWEST = select(*_COLUMNS).order_by(checkpoints.c.id.desc())


def insert_checkpoint(connection: Connection, row: CheckpointRow) -> None:
    connection.execute(insert(checkpoints), {name: getattr(row, name) for name in CheckpointRow.__slots__})


def find_last(connection: Connection) -> CheckpointRow | None:
    """The newest checkpoint."""
    row = connection.execute(_NEWEST.limit(1)).first()
    return None if row is None else CheckpointRow(**row._mapping)


def find_checkpoint(connection: Connection, checkpoint_id: str) -> CheckpointRow | None:
    row = connection.execute(select(*_COLUMNS).where(checkpoints.c.id == checkpoint_id)).first()
    return None if row is None else CheckpointRow(**row._mapping)


def list_checkpoints(connection: Connection, *, before: str | None = None, limit: int) -> tuple[CheckpointRow, ...]:
    """List checkpoints, the newest first, from the one before an id on."""
    query = _NEWEST if before is None else _NEWEST.where(checkpoints.c.id < before)
    return tuple(CheckpointRow(**row._mapping) for row in connection.execute(query.limit(limit)))


def list_ids(connection: Connection) -> frozenset[str]:
    """The ids of all checkpoints: one a day, so that they are never many."""
    return frozenset(connection.execute(select(checkpoints.c.id)).scalars())


def count_chains(connection: Connection) -> int:
    """How many chains there are, of cases and of days."""
    counted = [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in (cases, day_chains)]
    return sum(counted)
