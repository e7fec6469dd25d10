"""Prove the chains of history: every link follows from the one before, and the last is the head that its case or day names.

Open this when `chengxu audit verify` says that a chain is broken, to learn what that means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, bindparam, select, type_coerce

from service import tagged
from service.store import archives
from service.store.hashing import DIGESTS, NOTHING, SHA256
from service.store.tables import cases, day_chains, history

#: Chains outside cases are named "day-2026-11-23"; no id of a case holds a hyphen.
DAY = "day-"
#: How many chains are proven on one view of the database.
CHAINS_A_PAGE = 500
_LINES_AT_ONCE = 2000


class Fault(StrEnum):
    """What is wrong with the first broken link of a chain."""

    PAYLOAD = "payload"  # what the line holds is not what was hashed
    LINK = "link"  # who, when, what kind of event or the hash itself was altered
    MISSING = "missing"  # a line is not there, within the chain or at its end
    HEAD = "head"  # the last line is not the head that the case or the day names
    AFTER_HEAD = "after_head"  # a line beyond the head that the case or the day names
    NOBODY = "nobody"  # lines of a case or a day that is not there
    ALGORITHM = "algorithm"  # a link names an algorithm that there is not
    ARCHIVE = "archive"  # the record that holds what the line said is missing, or is not the one that was put away
    CHECKPOINT_SHORTER = "checkpoint_shorter"  # the chain ends before the link that a checkpoint signed
    CHECKPOINT_OTHER = "checkpoint_other"  # the link that a checkpoint signed is another one now


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """The first broken link of a chain. `checkpoint`: the one that remembers the chain otherwise."""

    chain: str
    seq: int
    fault: Fault
    checkpoint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """The end of a chain as a checkpoint signed it."""

    chain: str
    seq: int
    head: bytes
    checkpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """A chain that was gone through. `erased`: how many lines have lost their payload, which breaks nothing."""

    chain: str
    links: int
    erased: int
    found: Break | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of a chain as its case or day names it."""

    chain: str
    seq: int
    head: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PutAway:
    """What the archive holds of a chain. `digest`: of its record; without it the record is missing or damaged."""

    digest: str | None
    payloads: Mapping[int, bytes]


#: Gives what checkpoints signed of the chains up to a name, by chain.
Pull = Callable[[str | None], Mapping[str, list[Signed]]]

_LINES = select(
    history.c.chain, history.c.seq, history.c.kind, history.c.element, history.c.actor,
    type_coerce(history.c.at, BigInteger).label("at"),  # milliseconds, as they are hashed
    history.c.payload, history.c.payload_digest, history.c.algorithm, history.c.hash,
).order_by(history.c.chain, history.c.seq)  # fmt: skip
_OF_CHAIN = _LINES.where(history.c.chain == bindparam("chain"))
_BETWEEN = _LINES.where(history.c.chain > bindparam("after"), history.c.chain <= bindparam("last"))
_BEYOND = _LINES.where(history.c.chain > bindparam("after"))
_CASES = (
    select(cases.c.id, cases.c.history_seq, cases.c.history_head)
    .where(cases.c.id > bindparam("after"))
    .order_by(cases.c.id)
    .limit(bindparam("limit"))
)
_DAYS = (
    select(day_chains.c.chain, day_chains.c.seq, day_chains.c.head)
    .where(day_chains.c.chain > bindparam("after"))
    .order_by(day_chains.c.chain)
    .limit(bindparam("limit"))
)


def hash_link(
    before: bytes, chain: str, seq: int, kind: str, element: str | None, actor: str, at: int, payload_digest: bytes,
    *, algorithm: str = SHA256,
) -> bytes:  # fmt: skip
    """Hash one link; `at` counts in milliseconds UTC, fields are separated by U+001F."""
    head = f"{chain}\x1f{seq}\x1f{kind}\x1f{element or ''}\x1f{actor}\x1f{at}".encode()
    return DIGESTS[algorithm](before + head + payload_digest)


def find_break(connection: Connection, chain: str, *, head: bytes | None = None) -> Break | None:
    """Prove one chain; with `head`, also that it ends there."""
    rows = connection.execute(_OF_CHAIN, {"chain": chain})
    return prove(chain, rows, end=None if head is None else (None, head)).found


def prove(
    chain: str, rows: Iterable[Row[Any]], *, end: tuple[int | None, bytes] | None, signed: Iterable[Signed] = (),
    archive: PutAway | None = None,
) -> Proven:  # fmt: skip
    """Go through the lines of a chain, oldest first. `end`: how long it must be, if known, and its head; `signed`: ascending.

    `archive`: of an archived case, what was put away of it.
    """
    before, seq, erased, found, named = b"", 0, 0, None, None
    waiting = sorted(signed, key=lambda one: one.seq, reverse=True)
    for row in rows:
        if found is not None:
            continue  # the rest is only read past
        payload = row.payload if row.payload is not None or archive is None else archive.payloads.get(row.seq)
        if payload is None and row.payload_digest != NOTHING.get(row.algorithm):
            erased += 1
        if archive is not None and row.kind == archives.ARCHIVED and payload is not None:
            named = (row.seq, payload)
        fault = _fault_of(row, payload, before, seq + 1, end)
        if fault is not None:
            found = Break(chain=chain, seq=min(row.seq, seq + 1) if fault is Fault.MISSING else row.seq, fault=fault)
            continue
        before, seq = row.hash, row.seq
        while waiting and waiting[-1].seq == seq:
            one = waiting.pop()
            if one.head != before and found is None:
                found = Break(chain=chain, seq=seq, fault=Fault.CHECKPOINT_OTHER, checkpoint=one.checkpoint)
    if found is None:
        found = _fault_at_end(chain, seq, before, end, waiting)
    if found is None and archive is not None:
        found = _fault_of_archive(chain, seq, named, archive)
    return Proven(chain=chain, links=seq, erased=erased, found=found)


def _fault_of_archive(chain: str, seq: int, named: tuple[int, bytes] | None, archive: PutAway) -> Break | None:
    """The record must be the one that the last line of its kind names."""
    if named is not None and archive.digest is not None:
        try:
            right = tagged.loads(named[1]).get("sha256") == archive.digest
        except (ValueError, AttributeError):
            right = False
        if right:
            return None
    return Break(chain=chain, seq=seq if named is None else named[0], fault=Fault.ARCHIVE)


def _fault_of(
    row: Row[Any], payload: bytes | None, before: bytes, expected: int, end: tuple[int | None, bytes] | None
) -> Fault | None:
    if end is not None and end[0] is not None and row.seq > end[0] and row.seq == expected:
        return Fault.AFTER_HEAD
    if row.seq != expected:
        return Fault.MISSING
    digest = DIGESTS.get(row.algorithm)
    if digest is None:
        return Fault.ALGORITHM
    known = hash_link(
        before, row.chain, row.seq, row.kind, row.element, row.actor, row.at, row.payload_digest, algorithm=row.algorithm
    )
    altered = payload is not None and digest(payload) != row.payload_digest
    if altered:
        return Fault.PAYLOAD
    return Fault.LINK if known != row.hash else None


def _fault_at_end(chain: str, seq: int, last: bytes, end: tuple[int | None, bytes] | None, waiting: list[Signed]) -> Break | None:
    if end is not None and (seq < end[0] if end[0] is not None else last != end[1]):
        return Break(chain=chain, seq=seq + 1, fault=Fault.MISSING)
    if end is not None and last != end[1]:
        return Break(chain=chain, seq=seq, fault=Fault.HEAD)
    if waiting:
        return Break(chain=chain, seq=seq + 1, fault=Fault.CHECKPOINT_SHORTER, checkpoint=waiting[-1].checkpoint)
    return None


def list_heads(connection: Connection, *, days: bool, after: str, limit: int = CHAINS_A_PAGE) -> tuple[Head, ...]:
    """The ends of chains in the order of their names: of cases, or with `days` of days."""
    rows = connection.execute(_DAYS if days else _CASES, {"after": after, "limit": limit})
    return tuple(Head(chain=chain, seq=seq, head=head) for chain, seq, head in rows)


def prove_page(connection: Connection, *, days: bool, after: str, pull: Pull) -> tuple[tuple[Proven, ...], str | None]:
    """Prove the next chains after a name; returns them and the name to go on after, None when there are no more.

    `pull(last)` gives what checkpoints signed of the chains up to that name (None: of all that are left), each once.
    """
    limit = CHAINS_A_PAGE
    heads = list_heads(connection, days=days, after=after, limit=limit)
    last = heads[-1].chain if len(heads) == limit else None
    ends = {one.chain: (one.seq, one.head) for one in heads}
    signed = pull(last)
    lines = connection.execution_options(yield_per=_LINES_AT_ONCE).execute(
        _BEYOND if last is None else _BETWEEN, {"after": after} if last is None else {"after": after, "last": last}
    )
    put_away = {} if days else _put_away(connection, ends)
    found = dict(_proven(lines, ends, signed, put_away, days=days))
    for chain, end in ends.items():
        if chain not in found:
            found[chain] = prove(chain, (), end=end, signed=signed.get(chain, ()), archive=put_away.get(chain))
    for chain, wanted in signed.items():
        if chain not in found:  # nobody names it any more, or this database orders names in another way
            found[chain] = prove_chain(connection, chain, signed=wanted)
    return tuple(found[chain] for chain in sorted(found)), last


def prove_chain(connection: Connection, chain: str, *, signed: Iterable[Signed] = ()) -> Proven:
    """Prove the chain of one case or day."""
    name, seq, head = (
        (day_chains.c.chain, day_chains.c.seq, day_chains.c.head) if chain.startswith(DAY)
        else (cases.c.id, cases.c.history_seq, cases.c.history_head)
    )  # fmt: skip
    end = connection.execute(select(seq, head).where(name == chain)).first()
    rows = connection.execute(_OF_CHAIN, {"chain": chain}).all()
    if end is None and rows:
        return Proven(chain=chain, links=0, erased=0, found=Break(chain=chain, seq=rows[0].seq, fault=Fault.NOBODY))
    archive = _put_away(connection, [chain]).get(chain)
    return prove(chain, rows, end=None if end is None else (end[0], end[1]), signed=signed, archive=archive)


def _put_away(connection: Connection, chains: Iterable[str]) -> dict[str, PutAway]:
    """What the archive holds of some chains; nothing of those of cases that are not archived."""
    found: dict[str, PutAway] = {}
    for chain in archives.list_archived(connection, list(chains)):
        try:
            record = archives.record_of(connection, chain)
        except archives.Damaged:
            record = None
        found[chain] = (
            PutAway(digest=None, payloads={}) if record is None
            else PutAway(digest=record.sha256, payloads=record.payloads.get(chain, {}))
        )  # fmt: skip
    return found


def _proven(
    lines: Iterable[Row[Any]], ends: Mapping[str, tuple[int, bytes]], signed: Mapping[str, list[Signed]],
    put_away: Mapping[str, PutAway], *, days: bool,
) -> Iterator[tuple[str, Proven]]:  # fmt: skip
    for chain, rows in groupby(lines, key=lambda row: str(row.chain)):
        if chain.startswith(DAY) is not days:
            continue  # names of days and of cases lie in one order
        if chain in ends:
            yield chain, prove(chain, rows, end=ends[chain], signed=signed.get(chain, ()), archive=put_away.get(chain))
        else:
            broken = Break(chain=chain, seq=next(rows).seq, fault=Fault.NOBODY)
            yield chain, Proven(chain=chain, links=0, erased=0, found=broken)
