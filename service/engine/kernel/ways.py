"""Which steps of a diagram can be come to, and which only by passing another. Reads the diagram; knows no case."""

from __future__ import annotations

from collections import defaultdict

from service.engine.kernel.elements import Element
from service.engine.kernel.process import Process


def reachable(process: Process, *, without: str) -> frozenset[str]:
    """The elements to which a case can come from its starts when one element lets nothing pass."""
    targets = defaultdict[str, list[str]](list)
    inside = defaultdict[str | None, list[Element]](list)
    beside = defaultdict[str | None, list[str]](list)
    for flow in process.flows.values():
        targets[flow.source].append(flow.target)
    for element in process.elements.values():
        inside[element.parent].append(element)
        beside[element.attached_to].append(element.id)

    def entries(parent: str | None) -> list[str]:
        return [one.id for one in inside[parent] if one.kind == "startEvent" or one.event_sub_process]

    found: set[str] = set()
    pending = entries(None)
    while pending:
        fresh = [name for name in pending if name not in found and name != without]
        found.update(fresh)
        pending = [name for one in fresh for name in (*entries(one), *beside[one])]
        for name in found:  # a sub-process lets go when a way through it has come to its end
            ends = [one.id for one in inside[name] if not targets[one.id]]
            if process.elements[name].kind != "subProcess" or any(end in found for end in ends):
                pending += [target for target in targets[name] if target not in found and target != without]
    return frozenset(found)
