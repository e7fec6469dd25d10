"""Checkpoints: once a day the ends of all chains of history are digested, chained to the checkpoint before and signed.

The row in the database and the file outside it say the same. A file holds only the chains that changed since the checkpoint
before, and now and then all of them. Whoever can write the database cannot make its history agree with files kept elsewhere.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from service.clock import SHANGHAI
from service.engine import checkpoint_files
from service.engine.checkpoint_files import Checkpoint, place_of, signed_bytes
from service.engine.checkpoint_key import Vault
from service.engine.events import Event
from service.engine.machine import Machine
from service.engine.people import SYSTEM
from service.errors import Conflict, Invalid
from service.store import Connection, Store, deliveries, new_id
from service.store import checkpoints as rows
from service.store.checkpoints import CheckpointRow
from service.store.history import Entry, record_outside_cases
from service.store.proving import DAY, Head, Signed, list_heads
from service.store.session import algorithm_of

CHECKPOINT = "checkpoint"  # the job of a day
#: After so many checkpoints with changes only, the next holds everything, so that few files say how all chains end.
MOST_CHANGES = 30
_HEADS_A_PAGE = 5000


def ensure_daily(machine: Machine, connection: Connection) -> None:
    """Queue the checkpoint of today, unless it is queued or has been made; nothing without a place to keep it."""
    if machine.vault is None:
        return
    today = machine.clock.machine().astimezone(SHANGHAI).date()
    deliveries.insert_once(connection, job_row(machine, CHECKPOINT, job_id=f"{CHECKPOINT}-{today.isoformat()}"))


def job_row(machine: Machine, kind: str, *, job_id: str) -> dict[str, Any]:
    """A job of no case that is due at once, and is taken up again however often its worker dies."""
    return {
        "id": job_id, "case_id": None, "root": None, "kind": kind, "state": "todo", "legal": False,
        "due_at": machine.clock.machine(), "retries": 20, "payload": None, "created_at": machine.clock.now(),
    }  # fmt: skip


def make_daily(machine: Machine) -> None:
    """What the job of the day does."""
    make_checkpoint(machine, by=SYSTEM)


def make_checkpoint(machine: Machine, *, by: str) -> Checkpoint:
    """Make a checkpoint over all chains as they are now. Conflict when another was made at the same time."""
    vault = machine.vault
    if vault is None:
        raise Invalid("没有设置检查点的存放位置。", message_en="There is no place for checkpoints.")
    with machine.store.read() as connection:
        last, algorithm = rows.find_last(connection), algorithm_of(connection)
    finish_pending(machine.store, vault.folder)
    known = _known(vault.folder, last)
    heads, chains, links = _changed(machine.store, heapq.merge(*(one.heads() for one in known), key=_place))
    draft = Checkpoint(
        id=new_id(), at=machine.clock.machine(), algorithm=algorithm, chains=chains, links=links,
        before=(last.id, last.digest.hex()) if last else None, whole=not known,
        packed=checkpoint_files.pack(heads), digest="", key=vault.public_key(), signature="",
    )  # fmt: skip
    digest = draft.reckon()
    made = replace(draft, digest=digest, signature=vault.sign(signed_bytes(digest)))
    _store(machine, vault, made, by=by)
    return made


def _store(machine: Machine, vault: Vault, made: Checkpoint, *, by: str) -> None:
    """The file first, under a name that does not count; then the row; then the name: a maker may die in between."""
    with ExitStack() as if_refused:
        pending = checkpoint_files.write_pending(vault.folder, made)
        if_refused.callback(pending.unlink, missing_ok=True)
        with machine.store.write() as connection:
            last = rows.find_last(connection)
            if (last.id if last else None) != (made.before[0] if made.before else None):
                raise Conflict("刚刚已生成另一个检查点。", message_en="Another checkpoint was made just now.")
            rows.insert_checkpoint(
                connection,
                CheckpointRow(
                    id=made.id, at=made.at, algorithm=made.algorithm, chains=made.chains, links=made.links,
                    digest=bytes.fromhex(made.digest), signature=bytes.fromhex(made.signature),
                ),
            )  # fmt: skip
            payload = {"checkpoint": made.id, "digest": made.digest, "chains": made.chains, "links": made.links}
            entry = Entry(kind=Event.CHECKPOINT_SIGNED.value, actor=by, at=machine.clock.now(), payload=payload)
            record_outside_cases(connection, [entry])
        if_refused.pop_all()
    checkpoint_files.settle(pending)


def finish_pending(store: Store, folder: Path) -> None:
    """Give files their names whose maker died after it stored their row; drop those that never had one."""
    if not folder.is_dir():
        return
    pending = checkpoint_files.list_pending(folder)
    with store.read() as connection:
        stored = {one for one in pending if rows.find_checkpoint(connection, one) is not None}
    newest = max(stored, default="")
    for checkpoint_id, path in pending.items():
        if checkpoint_id in stored:
            checkpoint_files.settle(path)
        elif checkpoint_id < newest:
            path.unlink(missing_ok=True)


def _known(folder: Path, last: CheckpointRow | None) -> Sequence[Checkpoint]:
    """The files that together say how chains ended at the last checkpoint; none when they do not, or are too many by now."""
    found: list[Checkpoint] = []
    wanted = (last.id, last.digest.hex()) if last else None
    while wanted is not None:
        path = next(iter(folder.glob(f"*-{wanted[0]}{checkpoint_files.ENDING}")), None)
        try:
            one = checkpoint_files.read_checkpoint(path) if path is not None else None
        except Invalid:
            return ()
        if one is None or one.digest != wanted[1] or one.reckon() != one.digest or len(found) > MOST_CHANGES:
            return ()
        found.append(one)
        if one.whole:
            return found if len(found) <= MOST_CHANGES else ()
        wanted = one.before
    return ()


def _changed(store: Store, known: Iterable[Signed]) -> tuple[list[tuple[str, int, bytes]], int, int]:
    """The ends of chains that are other than known, and how many chains and links there are.

    A database that orders names in another way than Python makes some chains appear as changed, which does no harm.
    """
    before = iter(known)
    heads, chains, links = list[tuple[str, int, bytes]](), 0, 0
    waiting = next(before, None)
    for head in _all_heads(store):
        if head.seq == 0:
            continue
        chains, links, same = chains + 1, links + head.seq, False
        while waiting is not None and place_of(waiting.chain) <= place_of(head.chain):
            if waiting.chain == head.chain:
                same = (waiting.seq, waiting.head) == (head.seq, head.head)
            waiting = next(before, None)
        if not same:
            heads.append((head.chain, head.seq, head.head))
    return heads, chains, links


def _all_heads(store: Store) -> Iterator[Head]:
    for days in (False, True):
        after = DAY if days else ""
        while True:
            with store.read() as connection:
                page = list_heads(connection, days=days, after=after, limit=_HEADS_A_PAGE)
            yield from page
            if len(page) < _HEADS_A_PAGE:
                break
            after = page[-1].chain


def _place(one: Signed) -> tuple[bool, str, int]:
    return *place_of(one.chain), one.seq
