"""The append-only record: one hash chain a case, one a day for entries without a case.

A link hashes the link before it, who did what when, and the digest of its payload, so that a payload can be archived or erased
without breaking the chain. Each link names its algorithm.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from service import tagged
from service.store import archives
from service.store.columns import insert_or, milliseconds
from service.store.hashing import DIGESTS, NOTHING, SHA256
from service.store.proving import find_break, hash_link
from service.store.session import algorithm_of
from service.store.tables import day_chains, history

GENESIS = b""
_INSERT = insert(history)


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
    algorithm: str = SHA256
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        payload = None if entry.payload is None else tagged.dumps(dict(entry.payload))
        digest = NOTHING[self.algorithm] if payload is None else DIGESTS[self.algorithm](payload)
        self.seq += 1
        self.head = link_hash(
            self.head, self.name, self.seq, entry.kind, entry.element, entry.actor, entry.at, digest, algorithm=self.algorithm
        )
        self.rows.append(
            {
                "chain": self.name, "seq": self.seq, "kind": entry.kind, "element": entry.element, "actor": entry.actor,
                "at": entry.at, "payload": payload, "payload_digest": digest, "algorithm": self.algorithm, "hash": self.head,
            }
        )  # fmt: skip

    def write(self, connection: Connection) -> None:
        if self.rows:
            connection.execute(_INSERT, self.rows)
            self.rows = []


def continue_chain(connection: Connection, name: str, seq: int, head: bytes) -> Chain:
    """The end of a stored chain, whose next links are made with the algorithm that this database is opened with."""
    return Chain(name, seq, head, algorithm_of(connection))


def link_hash(
    before: bytes, chain: str, seq: int, kind: str, element: str | None, actor: str, at: datetime, payload_digest: bytes,
    *, algorithm: str = SHA256,
) -> bytes:  # fmt: skip
    """Hash one link; see `proving.hash_link`."""
    return hash_link(before, chain, seq, kind, element, actor, milliseconds(at), payload_digest, algorithm=algorithm)


_READ = select(history).where(history.c.chain == bindparam("chain")).order_by(history.c.seq)


def list_links(connection: Connection, chain: str, *, after: int = 0, limit: int = 1000) -> tuple[Link, ...]:
    """List the links of a chain, oldest first; those of an archived case with what they say."""
    rows = connection.execute(_READ.where(history.c.seq > after).limit(limit), {"chain": chain})
    return _links(connection, rows.all())


def find_last(connection: Connection, chains: Collection[str], kind: str) -> dict[str, Link]:
    """Find the last link of a kind in each of some chains, by chain."""
    wanted = select(history).where(history.c.chain.in_(sorted(chains)), history.c.kind == kind).order_by(history.c.seq)
    return {link.chain: link for link in _links(connection, connection.execute(wanted).all())} if chains else {}


def _links(connection: Connection, rows: Sequence[Any]) -> tuple[Link, ...]:
    emptied = {row.chain for row in rows if row.payload is None and row.payload_digest != NOTHING.get(row.algorithm)}
    kept = archives.list_payloads(connection, emptied) if emptied else {}
    return tuple(_link(row, kept.get(row.chain, {}).get(row.seq) if row.payload is None else row.payload) for row in rows)


def _link(row: Any, payload: bytes | None) -> Link:
    return Link(
        chain=row.chain, seq=row.seq, kind=row.kind, element=row.element, actor=row.actor, at=row.at, hash=row.hash,
        payload=None if payload is None else tagged.loads(payload),
    )  # fmt: skip


def first_broken_link(connection: Connection, chain: str, head: bytes | None = None) -> int | None:
    """Return the number of the first link of a chain that is missing or wrong; None when the chain is whole."""
    found = find_break(connection, chain, head=head)
    return None if found is None else found.seq


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
    return continue_chain(connection, name, row.seq, row.head)
