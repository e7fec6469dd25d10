"""The append-only record: one hash chain a case, one a day for entries without a case.

A link hashes the link before it, who did what when, and the digest of its payload, so that a payload can be archived or erased
without breaking the chain. Each link names its algorithm.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from service import tagged
from service.store.columns import insert_or, milliseconds
from service.store.tables import day_chains, history

ALGORITHM = "sha256"
GENESIS = b""
_INSERT = insert(history)
_EMPTY_DIGEST = hashlib.sha256(b"").digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What happened: `kind` from the event grammar (`case.started`, `task.completed`, …), where, who, when, with what."""

    kind: str
    actor: str
    at: datetime
    element: str | None = None
    payload: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An entry as it stands in its chain."""

    chain: str
    seq: int
    kind: str
    element: str | None
    actor: str
    at: datetime
    payload: Any
    hash: bytes


@dataclass(slots=True)
class Chain:
    """The end of a chain, to which entries are added in memory and written in one statement."""

    name: str
    seq: int
    head: bytes
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        payload = None if entry.payload is None else tagged.dumps(dict(entry.payload))
        digest = _EMPTY_DIGEST if payload is None else hashlib.sha256(payload).digest()
        self.seq += 1
        self.head = link_hash(self.head, self.name, self.seq, entry.kind, entry.element, entry.actor, entry.at, digest)
        self.rows.append(
            {
                "chain": self.name, "seq": self.seq, "kind": entry.kind, "element": entry.element, "actor": entry.actor,
                "at": entry.at, "payload": payload, "payload_digest": digest, "algorithm": ALGORITHM, "hash": self.head,
            }
        )  # fmt: skip

    def write(self, connection: Connection) -> None:
        if self.rows:
            connection.execute(_INSERT, self.rows)
            self.rows = []


def link_hash(
    before: bytes, chain: str, seq: int, kind: str, element: str | None, actor: str, at: datetime, payload_digest: bytes
) -> bytes:
    """Hash one link; `at` counts in milliseconds UTC, fields are separated by U+001F."""
    head = "\x1f".join((chain, str(seq), kind, element or "", actor, str(milliseconds(at)))).encode()
    return hashlib.sha256(before + head + payload_digest).digest()


_READ = select(history).where(history.c.chain == bindparam("chain")).order_by(history.c.seq)


def list_links(connection: Connection, chain: str, *, after: int = 0, limit: int = 1000) -> tuple[Link, ...]:
    """List the links of a chain, oldest first."""
    rows = connection.execute(_READ.where(history.c.seq > after).limit(limit), {"chain": chain})
    return tuple(
        Link(
            chain=row.chain, seq=row.seq, kind=row.kind, element=row.element, actor=row.actor, at=row.at, hash=row.hash,
            payload=None if row.payload is None else tagged.loads(row.payload),
        )
        for row in rows
    )  # fmt: skip


def first_broken_link(connection: Connection, chain: str, head: bytes | None = None) -> int | None:
    """Return the number of the first link that does not follow from the one before; None when the chain is whole."""
    before, expected = GENESIS, 0
    for row in connection.execute(_READ, {"chain": chain}):
        expected += 1
        digest = row.payload_digest
        if row.payload is not None and hashlib.sha256(row.payload).digest() != digest:
            return int(row.seq)
        known = link_hash(before, row.chain, row.seq, row.kind, row.element, row.actor, row.at, digest)
        if row.seq != expected or known != row.hash:
            return int(row.seq)
        before = row.hash
    return expected + 1 if head is not None and head != before else None


def record_outside_cases(connection: Connection, entries: Sequence[Entry]) -> None:
    """Add entries that belong to no case to the chain of their day."""
    if not entries:
        return
    name = f"day-{entries[0].at.date().isoformat()}"
    chain = _lock_day(connection, name)
    for entry in entries:
        chain.add(entry)
    chain.write(connection)
    connection.execute(update(day_chains).where(day_chains.c.chain == name).values(seq=chain.seq, head=chain.head))


def _lock_day(connection: Connection, name: str) -> Chain:
    connection.execute(insert_or(connection, day_chains).values(chain=name, seq=0, head=GENESIS).on_conflict_do_nothing())
    row = connection.execute(select(day_chains).where(day_chains.c.chain == name).with_for_update()).one()
    return Chain(name, row.seq, row.head)
