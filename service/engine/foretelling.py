"""What may come after a step, read from the diagram before anything is decided. Pure: it evaluates no condition.

Open this when the page tells somebody wrongly what their submission leads to. A road is sure only when nothing on it chooses,
waits for others, repeats or can fail; all others are possible.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from service.engine.kernel import Element, Flow, Process

#: Roads that are told; a diagram with more says so by `more`.
MOST_ROADS: Final = 8
_MOST_STEPS: Final = 400
_CHOOSING: Final = ("exclusiveGateway", "inclusiveGateway")
_DEADLINE: Final = re.compile(r"\bD-[A-Z]+-\w+")


class Arrival(StrEnum):
    """What a road leads to."""

    STEP = "step"  # a person's step
    CHILD = "child"  # another procedure, which is started and waited for
    WAIT = "wait"  # a message or a time
    END = "end"  # the case has ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A choice on the way: the gateway's question and the name of the flow; `other` for the flow that is left when no other is
    taken.
    """

    question: str | None
    answer: str | None
    other: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """One way from a step to the next thing that takes time. `deadlines` are the periods that then begin."""

    arrival: Arrival
    element: Element
    branches: tuple[Branch, ...] = ()
    sure: bool = True
    joins: bool = False  # it waits for other branches first
    deadlines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """All roads, those with the fewest choices first. `others_first`: the step itself is done by several."""

    roads: tuple[Road, ...]
    others_first: bool
    more: bool = False

    @property
    def sure(self) -> bool:
        """Whether all of it comes, and nothing else."""
        return not self.others_first and not self.more and all(road.sure for road in self.roads)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    element: Element
    branches: tuple[Branch, ...] = ()
    sure: bool = True
    joins: bool = False


def foretell(process: Process, element_id: str) -> Outlook:
    """Walk the flows from an element to whatever waits next. NotFound for an element that is not there."""
    start = process.get_element(element_id)
    queue: deque[_Place] = deque(_after(process, _Place(element=start)))
    roads: dict[str, Road] = {}
    passed: set[str] = {start.id}
    for _ in range(_MOST_STEPS):
        if not queue:
            break
        place = queue.popleft()
        arrival = _arrival(place.element)
        if arrival is not None:
            if place.element.id not in roads:
                roads[place.element.id] = _road(process, place, arrival)
        elif place.element.id not in passed:
            passed.add(place.element.id)
            queue.extend(_after(process, place))
    found = sorted(roads.values(), key=lambda road: len(road.branches))
    repeats = any(one.multi is not None for one in _line(process, start))
    return Outlook(roads=tuple(found[:MOST_ROADS]), others_first=repeats, more=len(found) > MOST_ROADS)


def deadlines_of(process: Process, element: Element) -> tuple[str, ...]:
    """The ids of the periods that begin with a step: its own, its due date's, and those of the timers at its edge."""
    at_edge = [one for one in process.elements.values() if one.attached_to == element.id and one.event == "timer"]
    found = [*element.values("deadline"), *_DEADLINE.findall(element.due_date or "")]
    if element.event == "timer":
        found += _DEADLINE.findall(element.definition.time or "" if element.definition else "")
    for one in at_edge:
        found += [*one.values("deadline"), *_DEADLINE.findall((one.definition.time if one.definition else None) or "")]
    return tuple(dict.fromkeys(found))


def _arrival(element: Element) -> Arrival | None:
    if element.kind == "userTask":
        return Arrival.STEP
    if element.kind == "callActivity":
        return Arrival.CHILD
    if element.kind in ("receiveTask", "intermediateCatchEvent"):
        return Arrival.WAIT
    if element.kind == "endEvent" and (element.parent is None or element.event == "terminate"):
        return Arrival.END
    return None


def _road(process: Process, place: _Place, arrival: Arrival) -> Road:
    alone = arrival is not Arrival.END or not _forks(process)  # beside others, an end need not be that of the case
    return Road(
        arrival=arrival, element=place.element, branches=place.branches,
        sure=place.sure and place.element.multi is None and alone,
        joins=place.joins, deadlines=deadlines_of(process, place.element),
    )  # fmt: skip


def _after(process: Process, place: _Place) -> Iterator[_Place]:
    """The places that follow one directly."""
    element = place.element
    if element.kind == "subProcess":
        repeated = element.multi is not None
        for one in process.elements.values():
            if one.parent == element.id and one.kind == "startEvent" and one.event is None:
                yield replace(place, element=one, sure=place.sure and not repeated)
        return
    if element.kind == "endEvent" and element.parent is not None:
        around = process.elements[element.parent]
        more = around.multi is not None
        # What surrounds it goes on when everything inside has ended, which a diagram alone does not tell.
        yield from _leaving(process, replace(place, element=around, sure=False, joins=place.joins or more))
        return
    yield from _leaving(process, place)
    if element.kind in ("serviceTask", "businessRuleTask", "scriptTask", "sendTask"):
        for one in process.elements.values():
            if one.attached_to == element.id and one.event in ("error", "escalation"):
                branch = Branch(question=element.name, answer=one.name)
                yield from _leaving(process, replace(place, element=one, branches=(*place.branches, branch), sure=False))


def _leaving(process: Process, place: _Place) -> Iterator[_Place]:
    element = place.element
    flows = [flow for flow in process.flows.values() if flow.source == element.id]
    can_fail = any(one.attached_to == element.id and one.event in ("error", "escalation") for one in process.elements.values())
    for flow in flows:
        target = process.elements[flow.target]
        following = replace(place, element=target, sure=place.sure and not can_fail)
        if len(flows) > 1 and element.kind in _CHOOSING:
            following = replace(following, branches=(*place.branches, _branch(element, flow)), sure=False)
        elif len(flows) > 1 and element.kind == "eventBasedGateway":
            following = replace(following, sure=False)
        if target.kind in ("parallelGateway", "inclusiveGateway") and _comes_together(process, target):
            following = replace(following, joins=True, sure=False)
        yield following


def _branch(gateway: Element, flow: Flow) -> Branch:
    return Branch(question=gateway.name, answer=flow.name, other=flow.name is None)


def _forks(process: Process) -> bool:
    """Whether several things may be under way at once."""
    leaving = [flow.source for flow in process.flows.values()]
    return any(
        (one.kind in ("parallelGateway", "inclusiveGateway") and leaving.count(one.id) > 1)
        or (one.kind == "boundaryEvent" and not one.interrupting)
        or one.event_sub_process
        for one in process.elements.values()
    )


def _comes_together(process: Process, element: Element) -> bool:
    return sum(flow.target == element.id for flow in process.flows.values()) > 1


def _line(process: Process, element: Element) -> Iterator[Element]:
    found: Element | None = element
    while found is not None:
        yield found
        found = process.elements.get(found.parent or "")
