"""Where the tokens of a stored case stand, and what keeps them from standing in another version of the diagram.

A `Position` is read from the bytes alone, without building the tokens, and can be hashed: a thousand cases that stand alike are
judged once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import orjson

from service.engine.kernel.blocks import Blocks, Mark, blocks_of
from service.engine.kernel.elements import Element
from service.engine.kernel.events import BoundaryEvent, Catching, EventGateway
from service.engine.kernel.joins import ParallelGateway
from service.engine.kernel.nested import EventSubProcess
from service.engine.kernel.process import Process
from service.engine.kernel.tokens import WAITING

SPLIT: Final = ".BoundaryEventSplit"
CHILD: Final = " [child]"
_ROOT: Final = "#start"


class Standing(NamedTuple):
    """A token: the name of its spec, its state, what has arrived at its join, and the events behind its gateway."""

    name: str
    state: int
    arrived: tuple[tuple[str, int], ...] = ()
    armed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Position:
    """The tokens of a case, apart for the case itself and for the inside of each open sub-process. Equal for cases alike."""

    parts: frozenset[tuple[Standing, ...]]

    @classmethod
    def of(cls, state: bytes) -> Position:
        decoded = orjson.loads(state[1:])
        listed = (decoded["t"], *(rows for _, rows in decoded.get("b", ())))
        return cls(frozenset(tuple(sorted(_standing(row) for row in rows if row[2] != _ROOT)) for rows in listed))

    def elements(self, process: Process) -> frozenset[str]:
        """The elements on which a token stands; not those that only listen."""
        found = (base_of(one.name) for part in self.parts for one in part if not is_listener(one.name, process, one.state))
        return frozenset(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Why a case cannot go on in the other version. `element` is that of the old one."""

    element: str
    rule: str  # gone | kind | place | multi | event | parallel | join
    zh: str
    en: str


def find_obstacles(old: Process, new: Process, position: Position, mapping: Mapping[str, str]) -> tuple[Obstacle, ...]:
    """List what has no place in `new`. `mapping` gives new ids for old ones; an id that is not in it stays."""
    found = (one for part in position.parts for one in _Comparison(old, new, part, mapping).obstacles())
    return tuple(sorted(set(found), key=lambda one: (one.element, one.rule)))


def base_of(name: str) -> str:
    """The element of a spec, without what the parser put behind its id."""
    return name.removesuffix(SPLIT).removesuffix(CHILD)


def renamed(name: str, mapping: Mapping[str, str]) -> str:
    base = base_of(name)
    return mapping.get(base, base) + name[len(base) :]


def is_listener(name: str, process: Process, state: int) -> bool:
    """Whether a token only waits beside others: a boundary event, a split, or an event sub-process that did not start."""
    element = process.elements.get(name)
    if element is None:
        return name.endswith(SPLIT)
    return element.kind == "boundaryEvent" or (element.event_sub_process and state == WAITING)


def listens_alike(name: str, old: Process, new: Process, mapping: Mapping[str, str]) -> bool:
    """Whether a listener of the old version is one of the new: at the same place, for the same kind of event."""
    before, after = find_spec(old, name), find_spec(new, renamed(name, mapping))
    if before is None or after is None:
        return before is after
    if type(before) is not type(after):
        return False
    if not isinstance(before, (BoundaryEvent, EventSubProcess)):
        return True
    was, now = before.element, after.element
    assert was is not None
    return _trigger(before) == _trigger(after) and all(
        there == (mapping.get(here, here) if here else None)
        for here, there in ((was.attached_to, now.attached_to), (was.parent, now.parent))
    )


def find_spec(process: Process, name: str) -> Any | None:
    sheet = _sheet_of(process, name)
    return None if sheet is None else sheet.task_specs[name]


def _sheet_of(process: Process, name: str) -> Any | None:
    return next((sheet for sheet in (process.spec, *process.subspecs.values()) if name in sheet.task_specs), None)


def _standing(row: list[Any]) -> Standing:
    held: Mapping[str, Any] = row[4] if len(row) > 4 else {}
    arrived = tuple(sorted(held.get("arrived", {}).items()))
    return Standing(row[2], row[3], arrived, tuple(sorted(held.get("armed", ()))))


def _trigger(spec: Any) -> str | None:
    return spec.trigger.event.kind if isinstance(spec, Catching) and spec.trigger is not None else None


class _Comparison:
    """One part of a case in both versions."""

    def __init__(self, old: Process, new: Process, part: tuple[Standing, ...], mapping: Mapping[str, str]) -> None:
        self.old, self.new, self.mapping = old, new, mapping
        self.standing = [one for one in part if not is_listener(one.name, old, one.state)]

    def obstacles(self) -> Iterator[Obstacle]:
        alone = [found for one in self.standing if (found := self._alone(one)) is not None]
        yield from alone
        if not alone:
            yield from self._together([one for one in self.standing if not one.name.endswith(CHILD)])

    def _alone(self, one: Standing) -> Obstacle | None:
        """What is wrong with one token by itself."""
        base = base_of(one.name)
        was, now = self.old.get_element(base), self.new.elements.get(self._new(base))
        before, after = find_spec(self.old, one.name), find_spec(self.new, renamed(one.name, self.mapping))
        if now is None:
            return _gone(was)
        if (was.multi is None) != (now.multi is None) or (was.multi and now.multi and _loop(was) != _loop(now)):
            return _obstacle(was, "multi", "在新版本中会签方式不同", "is a vote of another kind in the new version")
        if type(before) is not type(after) or was.event_sub_process != now.event_sub_process:
            return _obstacle(was, "kind", "在新版本中换了类型", "is of another kind in the new version")
        if now.parent != (self._new(was.parent) if was.parent else None):
            return _obstacle(was, "place", "在新版本中换了所在的子流程", "lies in another sub-process in the new version")
        if not isinstance(before, EventSubProcess) and not self._waits_alike(one, before, after):
            return _obstacle(was, "event", "在新版本中等待的事件不同", "waits for another event in the new version")
        return None

    def _waits_alike(self, one: Standing, before: Any, after: Any) -> bool:
        if isinstance(before, EventGateway):
            behind = {spec.name: _trigger(spec) for spec in after.following}
            apart = len({self._new(child) for child in one.armed}) == len(one.armed)
            return apart and all(behind.get(self._new(child)) == _trigger(find_spec(self.old, child)) for child in one.armed)
        return _trigger(before) == _trigger(after)

    def _together(self, standing: list[Standing]) -> Iterator[Obstacle]:
        """What is wrong with the tokens of a part as they stand to each other: splits and joins."""
        if not standing:
            return
        sheets = (_sheet_of(self.old, standing[0].name), _sheet_of(self.new, renamed(standing[0].name, self.mapping)))
        was, now = blocks_of(sheets[0]), blocks_of(sheets[1])
        marks = {one.name: (was.marks[one.name], now.marks[renamed(one.name, self.mapping)]) for one in standing}
        torn = False
        for name, (before, after) in marks.items():
            if [(renamed(mark.split, self.mapping), mark.aside) for mark in before] != [(m.split, m.aside) for m in after]:
                torn = True
                yield self._parallel(name)
        if not torn:
            crossed = [name for name in marks if any(self._crosses(marks[name], other) for other in marks.values())]
            yield from map(self._parallel, crossed)
            yield from self._joins(now, standing)

    def _crosses(self, one: tuple[tuple[Mark, ...], ...], other: tuple[tuple[Mark, ...], ...]) -> bool:
        """Whether two tokens are in branches of their own in one version, and in the same branch in the other."""
        pairs = zip(zip(one[0], other[0], strict=False), zip(one[1], other[1], strict=False), strict=True)
        return any(
            was[0].split == was[1].split
            and was[0].branches.isdisjoint(was[1].branches) != now[0].branches.isdisjoint(now[1].branches)
            for was, now in pairs
        )

    def _joins(self, blocks: Blocks, standing: list[Standing]) -> Iterator[Obstacle]:
        """Joins of the new version that would wait for a branch that never began, or that nobody would open."""
        waiting = {renamed(one.name, self.mapping): one for one in standing if one.arrived and one.state == WAITING}
        moving = {renamed(one.name, self.mapping): one for one in standing if one not in waiting.values()}
        around = {
            join.name: one
            for name, one in moving.items()
            for mark in blocks.marks[name]
            if isinstance(join := blocks.join_of(mark.split), ParallelGateway) and not mark.aside
        } | waiting
        for name, one in around.items():
            join = blocks.specs[name]
            arrived = {self._new(source): count for source, count in waiting[name].arrived} if name in waiting else {}
            reached = set().union(*(blocks.reach(start, name) for start in moving))
            lacking = [source for source, count in join.needed.items() if arrived.get(source, 0) < count]
            strict = isinstance(join, ParallelGateway)
            if not any(source in reached for source in lacking):
                yield _obstacle(
                    self.old.get_element(base_of(one.name)), "moves-on", "在新版本中不再等待，迁移会推动案件",
                    "no longer waits in the new version, and a migration must not move a case",
                )  # fmt: skip
            elif (
                strict and (not arrived.keys() <= join.needed.keys() or any(source not in reached for source in lacking))
            ) or any(
                source in reached and source not in lacking for source in arrived
            ):  # a branch never began, or what has arrived would come once more
                yield _obstacle(
                    self.old.get_element(base_of(one.name)), "join",
                    f"之后的汇聚“{_name(self.new.elements[name])}”在新版本中要等的分支不同",
                    f"leads to the join {name}, which waits for other branches in the new version",
                )  # fmt: skip

    def _parallel(self, name: str) -> Obstacle:
        return _obstacle(
            self.old.get_element(base_of(name)), "parallel", "前后的并行分支在新版本中不同",
            "stands in other parallel branches in the new version",
        )  # fmt: skip

    def _new(self, identity: str) -> str:
        return self.mapping.get(identity, identity)


def _loop(element: Element) -> tuple[bool, str | None, str | None]:
    """What must stay the same while instances are under way."""
    assert element.multi is not None
    return element.multi.sequential, element.multi.element, element.multi.output


def _name(element: Element) -> str:
    return element.name or element.id


def _gone(element: Element) -> Obstacle:
    return _obstacle(element, "gone", "在新版本中没有对应的环节", "has no counterpart in the new version")


def _obstacle(element: Element, rule: str, zh: str, en: str) -> Obstacle:
    return Obstacle(element=element.id, rule=rule, zh=f"环节“{_name(element)}”{zh}。", en=f"The step “{_name(element)}” {en}.")
