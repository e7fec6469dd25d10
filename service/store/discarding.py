"""Forgetting what somebody entered but may not leave here (R-PJ-40): unfiled attachments, and the traces in the database file."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from service.store.session import Store
from service.store.tables import attachments


def delete_unfiled(connection: Connection, ids: Sequence[str], *, account: str) -> tuple[str, ...]:
    """Delete attachments of an account that no case carries; returns the digests that nothing refers to any more."""
    if not ids:
        return ()
    mine = attachments.c.id.in_(list(ids)) & (attachments.c.account == account) & attachments.c.case_id.is_(None)
    gone = set(connection.execute(delete(attachments).where(mine).returning(attachments.c.sha256)).scalars())
    kept = connection.execute(select(attachments.c.sha256).where(attachments.c.sha256.in_(gone))).scalars()
    return tuple(sorted(gone.difference(kept)))


def scrub(store: Store) -> None:
    """Empty SQLite's write-ahead log, in which earlier versions of a page live on. What was deleted is overwritten already."""
    if not store.is_sqlite:
        return
    connection = store.engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
