"""The blocks of a diagram: what lies between a split and its join. Open this when a step cannot be sent back to.

A sheet (a process, or the inside of a sub-process) is read as a graph. Each step has marks, the outermost first: one for each
split that it lies behind and before the join of, with the branches of the split that lead there. In a sound diagram one thread
of a case has at most one token for each sequence of marks.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from service.engine.kernel.events import EventGateway
from service.engine.kernel.joins import ExclusiveGateway, Joining
from service.engine.kernel.steps import BoundarySplit, Start

#: Behind every end of a sheet; no element is called so.
_EXIT = ""


#: Sheets whose blocks are kept; a case uses one for itself and one for each of its sub-processes.
_KEPT = 256


class Mark(NamedTuple):
    """A step lies in these branches of this split; `aside`: it was set off by an event that interrupts nothing."""

    split: str
    branches: frozenset[int]
    aside: bool


class Blocks:
    """The marks of every step of one sheet."""

    def __init__(self, sheet: Any) -> None:
        self.specs: Mapping[str, Any] = sheet.task_specs
        self._next = {name: tuple(spec.name for spec in spec.following) for name, spec in self.specs.items()}
        self._after = self._post_dominators()
        regions = {name: self._regions(name) for name in self.specs if self._splits(name)}
        outermost = sorted(regions, key=lambda name: (-sum(map(len, regions[name].values())), name))
        self.marks = {
            name: tuple(
                Mark(split, branches, self._aside(split))
                for split in outermost
                if (branches := frozenset(i for i, inside in regions[split].items() if name in inside))
            )
            for name in self.specs
        }

    def join_of(self, split: str) -> Any | None:
        """Find the gateway where the branches of a split wait for each other; None when they end or run together otherwise."""
        after = [name for name in self._after[split] if name not in (split, _EXIT)]
        nearest = max(after, key=lambda name: len(self._after[name]), default=None)
        found = self.specs[nearest] if nearest is not None else None
        return found if isinstance(found, Joining) else None

    def reach(self, start: str, stop: str | None = None) -> set[str]:
        """The steps to which a token can come from `start`, that one included, without passing `stop`."""
        found: set[str] = set()
        pending = [start]
        while pending:
            name = pending.pop()
            if name != stop and name not in found:
                found.add(name)
                pending.extend(self._next[name])
        return found

    def _splits(self, name: str) -> bool:
        return len(self._next[name]) > 1 and not isinstance(self.specs[name], (ExclusiveGateway, EventGateway, Start))

    def _aside(self, name: str) -> bool:
        return isinstance(self.specs[name], BoundarySplit)

    def _regions(self, split: str) -> dict[int, set[str]]:
        """What lies in each branch. Of boundary events those count that interrupt nothing, with what only they reach."""
        join = self.join_of(split)
        inside = {i: self.reach(name, None if join is None else join.name) for i, name in enumerate(self._next[split])}
        if not self._aside(split):
            return inside
        alone = [i for i, name in enumerate(self._next[split]) if i and not self.specs[name].element.interrupting]
        main: set[str] = set().union(*(names for i, names in inside.items() if i not in alone))
        return {i: inside[i] - main for i in alone}

    def _post_dominators(self) -> dict[str, set[str]]:
        everything = {*self.specs, _EXIT}
        found = {name: set(everything) for name in self.specs} | {_EXIT: {_EXIT}}
        changed = True
        while changed:
            changed = False
            for name in self.specs:
                following = self._next[name] or (_EXIT,)
                now = {name} | set.intersection(*(found[other] for other in following))
                if now != found[name]:
                    found[name], changed = now, True
        return found


@lru_cache(maxsize=_KEPT)
def blocks_of(sheet: Any) -> Blocks:
    """Read the blocks of a sheet; once, because sheets are sealed."""
    return Blocks(sheet)
