"""Prove all history, as `chengxu audit verify` and the page 审计与存证 do: every chain, and every checkpoint over them.

Goes through the chains in the order of their names, a page of them on one view of the database, so that it may be stopped and
taken up again, and needs no more memory for a large database than for a small one.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from pathlib import Path

from service.engine import checkpoint_files
from service.engine.checkpoint_files import Checkpoint, place_of, signed_bytes
from service.engine.checkpoint_key import is_signed
from service.errors import Invalid, NotFound
from service.store import Store, checkpoints
from service.store.proving import DAY, Break, Proven, Signed, prove_page


class Flaw(StrEnum):
    """What is wrong with a checkpoint."""

    UNREADABLE = "unreadable"  # the file is damaged
    DIGEST = "digest"  # the file was altered: its digest is another
    SIGNATURE = "signature"  # not signed with the key that it names
    KEY = "key"  # signed with another key than ours
    GAP = "gap"  # the file of the checkpoint before is missing, or is another
    NO_ROW = "no_row"  # the database does not know it
    OTHER_ROW = "other_row"  # the database has another one under its id
    NO_FILE = "no_file"  # the database knows one whose file is missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Flawed:
    """A checkpoint that cannot be trusted. `name`: its file, or its id when there is no file."""

    name: str
    flaw: Flaw


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far a verification is after one page of chains."""

    days: bool
    after: str
    last: bool
    proven: tuple[Proven, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What was gone through in all."""

    chains: int
    links: int
    erased: int
    breaks: tuple[Break, ...]


def read_all(place: Path) -> tuple[tuple[Checkpoint, ...], tuple[Flawed, ...]]:
    """Read the checkpoints of a folder, or a single file; those that are damaged are flawed. NotFound without the place."""
    if not place.exists():
        raise NotFound(f"没有检查点文件或文件夹 {place}。", message_en=f"There is no file or folder {place}.")
    found, flawed = [], []
    for path in checkpoint_files.list_files(place) if place.is_dir() else (place,):
        try:
            found.append(checkpoint_files.read_checkpoint(path))
        except Invalid:
            flawed.append(Flawed(name=path.name, flaw=Flaw.UNREADABLE))
    return tuple(sorted(found, key=lambda one: one.id)), tuple(flawed)


def check_checkpoints(store: Store, found: Sequence[Checkpoint], *, key: str | None, all_there: bool) -> tuple[Flawed, ...]:
    """Check digests, signatures, the chain of checkpoints and what the database says of them; the first flaw of each.

    `key`: the public key that they must be signed with (None: the one that each names). `all_there`: whether these are all that
    there should be, so that one that is missing is a flaw.
    """
    with store.read() as connection:
        known = {one: checkpoints.find_checkpoint(connection, one) for one in [each.id for each in found]}
        stored = checkpoints.list_ids(connection) if all_there else frozenset()
    digests = {one.id: one.digest for one in found}
    flawed = []
    for one in found:
        row = known[one.id]
        if one.reckon() != one.digest:
            flaw: Flaw | None = Flaw.DIGEST
        elif not is_signed(signed_bytes(one.digest), one.signature, key=one.key):
            flaw = Flaw.SIGNATURE
        elif key is not None and one.key != key:
            flaw = Flaw.KEY
        elif all_there and one.before is not None and digests.get(one.before[0]) != one.before[1]:
            flaw = Flaw.GAP
        elif row is None:
            flaw = Flaw.NO_ROW
        else:
            flaw = Flaw.OTHER_ROW if row.digest.hex() != one.digest or row.signature.hex() != one.signature else None
        if flaw is not None:
            flawed.append(Flawed(name=one.name, flaw=flaw))
    return (*flawed, *(Flawed(name=one, flaw=Flaw.NO_FILE) for one in sorted(stored - digests.keys())))


def go_through(store: Store, found: Sequence[Checkpoint], *, days: bool = False, after: str = "") -> Iterator[Step]:
    """Prove every chain, from the one after a name on, against itself and against what checkpoints signed of it."""
    for phase in (False, True) if not days else (True,):
        place = after if phase is days else ""
        pulling = _Pulling(found, days=phase, after=place)
        while True:
            with store.read() as connection:
                start = place or (DAY if phase else "")
                proven, last = prove_page(connection, days=phase, after=start, pull=pulling.pull)
            place = last or place
            yield Step(days=phase, after=place, last=phase and last is None, proven=proven)
            if last is None:
                break
        if not phase:
            yield Step(days=True, after="", last=False, proven=())


def summarize(steps: Iterator[Step]) -> Summary:
    """Add up what a verification found."""
    chains = links = erased = 0
    breaks: list[Break] = []
    for step in steps:
        for one in step.proven:
            chains, links, erased = chains + 1, links + one.links, erased + one.erased
            breaks += [one.found] if one.found else []
    return Summary(chains=chains, links=links, erased=erased, breaks=tuple(breaks))


class _Pulling:
    """What checkpoints signed, chain by chain, in the order in which chains are proven."""

    def __init__(self, found: Sequence[Checkpoint], *, days: bool, after: str) -> None:
        merged = heapq.merge(
            *(_from(one, days=days, after=after) for one in found), key=lambda one: (place_of(one.chain), one.seq)
        )
        self._groups = groupby(merged, key=lambda one: one.chain)
        self._next: tuple[str, list[Signed]] | None = None
        self._advance()

    def pull(self, last: str | None) -> dict[str, list[Signed]]:
        """What was signed of the chains up to a name, of all that are left without one."""
        found: dict[str, list[Signed]] = {}
        while self._next is not None and (last is None or self._next[0] <= last):
            found.setdefault(self._next[0], []).extend(self._next[1])
            self._advance()
        return found

    def _advance(self) -> None:
        group = next(self._groups, None)
        self._next = None if group is None else (group[0], list(group[1]))


def _from(one: Checkpoint, *, days: bool, after: str) -> Iterator[Signed]:
    return (head for head in one.heads() if head.chain.startswith(DAY) is days and head.chain > after)
